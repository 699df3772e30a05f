"""The parts of every journey."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.beginnings import Beginnings, settle
from tests.journeys.homes import PLAN, Forker, Home


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    made = Forker()
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path, forker: Forker, request: pytest.FixtureRequest) -> Iterator[Home]:
    """A home where nothing was synced yet; its commands are APART if the module says so."""
    made = Home(tmp_path, forker, apart=getattr(request.module, "APART", False))
    yield made
    made.close()


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory, forker: Forker) -> Beginnings:
    """What makes a home go on from where a story leads: ``begun(home, story, *words)``."""
    return Beginnings(lambda: tmp_path_factory.mktemp("begun"), forker)


@pytest.fixture
def synced(home: Home, begun: Beginnings, request: pytest.FixtureRequest) -> Home:
    """A home with a plan (the module's own PLAN, if it has one) in all three tools."""
    begun(home, settle, getattr(request.module, "PLAN", PLAN))
    return home
