"""The parts of every journey."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import PLAN, Forker, Home


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    made = Forker()
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path, forker: Forker) -> Iterator[Home]:
    """A home where nothing was synced yet."""
    made = Home(tmp_path, forker)
    yield made
    made.close()


@pytest.fixture
def synced(home: Home, request: pytest.FixtureRequest) -> Home:
    """A home with a plan (the module's own PLAN, if it has one) in all three tools."""
    home.import_plan(getattr(request.module, "PLAN", PLAN))
    home.sync()
    home.later(minutes=10)
    return home
