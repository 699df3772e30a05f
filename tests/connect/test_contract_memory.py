"""The contract, held by services in memory that differ in all that services differ in."""

from dataclasses import replace
from pathlib import Path

from syncd.connect.memory import LIKE_CALENDAR, LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from syncd.connect.testing.contract import ContractSuite
from syncd.connect.testing.harness import Harness
from syncd.connect.testing.in_memory import MemoryHarness


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
