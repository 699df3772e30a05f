"""A few rounds of the fuzz run; ``make fuzz`` plays more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.__main__ import KNOWN
from tests.fuzz.rounds import findings, play
from tests.hostile.scene import TOOLS, Watched
from tests.journeys.beginnings import Beginnings


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginnings]:
    watched = Watched()
    watched.limit = 20.0
    yield Beginnings(lambda: tmp_path_factory.mktemp("begun"), watched)
    watched.close()


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("tool", TOOLS)
def test_nothing_is_harmed_whatever_a_service_says(
    begun: Beginnings, tmp_path: Path, tool: str, seed: int
) -> None:
    told = play(tool, seed, tmp_path, begun)
    expected = {family for family, rounds in KNOWN.items() if f"{tool} {seed}" in rounds}
    found = dict(findings(told))
    assert set(found) == expected, "\n".join([*told.lines, *found.values()])
