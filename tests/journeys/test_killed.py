"""Killed at every write of a first sync, started again: as if nothing had happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.homes import Forker, Home, killing

STEPS = {"notion": 3}
"""Notion is written to most: every third write is enough, beside the laws of the engine."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, forker: Forker) -> Iterator[Home]:
    """A first sync that nobody disturbed."""
    home = Home(tmp_path_factory.mktemp("undisturbed"), forker, evenings=True)
    home.wait_for_morning()
    home.import_plan()
    home.sync()
    yield home
    home.close()


@pytest.mark.parametrize("tool", ["notion", "google", "todoist"])
@pytest.mark.parametrize("after", [False, True], ids=["before the work", "after the work"])
def test_a_first_sync_killed_at_each_write_ends_the_same(
    tool: str, *, after: bool, undisturbed: Home, tmp_path: Path, forker: Forker
) -> None:
    number = 0
    while True:
        number += STEPS.get(tool, 1)
        place = tmp_path / str(number)
        place.mkdir()
        home = Home(place, forker, evenings=True)
        try:
            home.wait_for_morning()
            home.import_plan()
            fault = killing(forker, tool, number, after=after)
            home.served[tool].faults.append(fault)
            status = home.syncd("sync").status
            if not fault.met or status != -9:
                assert number > STEPS.get(tool, 1), "no write was met at all"
                return
            report = home.sync()
            assert report["conflicts"] == 0
            assert home.titles() == undisturbed.titles()
            quiet = home.sync()
            assert all(it["created"] == 0 for it in quiet["tools"].values())
            assert all(it["updated"] == 0 for it in quiet["tools"].values())
        finally:
            home.close()
