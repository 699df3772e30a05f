"""Services in memory to try things on."""

import pytest

from syncd.connect.memory import LIKE_NOTION, LIKE_TODOS, MemoryShape
from syncd.connect.testing.in_memory import MemoryHarness


def started(shape: MemoryShape) -> MemoryHarness:
    """Return a harness whose containers are made."""
    harness = MemoryHarness(shape)
    harness.start()
    return harness


@pytest.fixture
def pages() -> MemoryHarness:
    return started(LIKE_NOTION)


@pytest.fixture
def todos() -> MemoryHarness:
    return started(LIKE_TODOS)
