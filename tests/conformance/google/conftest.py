"""A sandbox for other people's clients: every reply is held against the description."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.testing.fake_clock import FakeClock
from syncd.testing.sandbox import Served
from syncd_google.sandbox.app import GoogleSandbox, make
from tests.conformance.google.schema_gate import Gate


@pytest.fixture
def sandbox(tmp_path: Path) -> GoogleSandbox:
    return make(tmp_path, FakeClock())


@pytest.fixture
def served(sandbox: GoogleSandbox) -> Iterator[Served]:
    gate = Gate(sandbox.app)
    sandbox.app = gate
    served = Served(sandbox)
    yield served
    served.close()
    assert gate.seen > 0
    assert gate.wrong == []


@pytest.fixture
def token(sandbox: GoogleSandbox) -> str:
    """Give an access token for everything."""
    return sandbox.grant("calendar")
