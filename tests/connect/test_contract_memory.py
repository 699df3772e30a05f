"""The contract, held by services in memory that differ in all that services differ in."""

from dataclasses import replace
from pathlib import Path

from syncd.testing.contract import ContractSuite
from syncd.testing.harness import Harness
from syncd.testing.in_memory_capabilities import (
    LIKE_CALENDAR,
    LIKE_NOTION,
    LIKE_PLANNER,
    LIKE_TODOS,
)
from syncd.testing.in_memory_harness import MemoryHarness


class TestPages(ContractSuite):
    def make(self, directory: Path) -> Harness:
        return MemoryHarness(LIKE_NOTION)


class TestManyPages(ContractSuite):
    def make(self, directory: Path) -> Harness:
        return MemoryHarness(replace(LIKE_NOTION, whole_listing=False, tombstones=True))


class TestCalendar(ContractSuite):
    def make(self, directory: Path) -> Harness:
        return MemoryHarness(LIKE_CALENDAR)


class TestPlanner(ContractSuite):
    def make(self, directory: Path) -> Harness:
        return MemoryHarness(LIKE_PLANNER)


class TestTodos(ContractSuite):
    def make(self, directory: Path) -> Harness:
        return MemoryHarness(LIKE_TODOS)
