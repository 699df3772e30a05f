"""What the tests of the Google connector share: a sandbox behind a gate, and ways to act."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.connect.sandbox import Served
from syncd.connect.testing.clock import FakeClock
from syncd_google.sandbox.app import GoogleSandbox, make
from tests.conformance.google.schema_gate import Gate


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sandbox(tmp_path: Path, clock: FakeClock) -> Iterator[GoogleSandbox]:
    """Give a sandbox every reply of which is held against Google's description."""
    it = make(tmp_path, clock)
    gate = Gate(it.app)
    it.app = gate
    yield it
    assert gate.wrong == []


@pytest.fixture
def served(sandbox: GoogleSandbox) -> Iterator[Served]:
    it = Served(sandbox)
    yield it
    it.close()


@pytest.fixture
def new_key() -> Iterator[str]:
    yield str(uuid.UUID(int=7))
