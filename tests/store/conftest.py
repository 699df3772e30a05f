"""Stores to write to and read from again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.store.store import Store, open_store, private_store


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store in memory."""
    made = private_store()
    yield made
    made.close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    made = open_store(tmp_path)
    yield made
    made.close()
