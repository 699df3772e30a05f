"""The parts of every hostile scene."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.plays import SetUp
from tests.hostile.scene import Scene, Watched, in_step
from tests.journeys.beginnings import Beginnings
from tests.journeys.homes import Home


@pytest.fixture(scope="session")
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.close()


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory, watched: Watched) -> Beginnings:
    return Beginnings(lambda: tmp_path_factory.mktemp("begun"), watched)


@pytest.fixture
def set_up(tmp_path: Path, watched: Watched, begun: Beginnings) -> Iterator[SetUp]:
    """Return what makes a home in step one of whose tools is behind a front."""
    made: list[Scene] = []

    def begin(tool: str) -> Scene:
        home = Home(tmp_path / f"home-{len(made)}", watched, apart=True)
        begun(home, in_step)
        made.append(Scene(home, tool))
        return made[-1]

    yield begin
    for scene in made:
        scene.close()
        scene.home.close()
