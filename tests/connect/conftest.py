"""Services in memory to try things on."""

import pytest

from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_TODOS, Capabilities
from syncd.testing.in_memory_harness import MemoryHarness


def started(shape: Capabilities) -> MemoryHarness:
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
