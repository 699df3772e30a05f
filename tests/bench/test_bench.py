"""The benchmark itself: what it counts is what it says, and it fails where a bar does."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench import floor, writes
from tests.bench.child import Part
from tests.bench.run import main


def _part(*, holds: bool) -> Part:
    return Part(figures={"count": 7}, bars={"few": holds}, skipped={"beside": "not there"})


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 1)])
def test_it_fails_where_a_bar_does_not_hold(
    holds: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], {"one": lambda: _part(holds=holds)}) == code
    assert json.loads(capsys.readouterr().out) == {
        "one": {"count": 7},
        "bars": {"few": holds},
        "skipped": {"beside": "not there"},
    }


def test_the_parts_that_are_named_are_run_alone(capsys: pytest.CaptureFixture[str]) -> None:
    parts = {name: lambda: _part(holds=True) for name in ("one", "two", "three")}
    assert main(["two"], parts) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["two", "bars", "skipped"]


def test_a_part_that_is_not_there_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["speed"]) == 2
    assert "There is no part speed: name some of writes, requests" in capsys.readouterr().err


def test_the_least_possible_leaves_the_state_as_the_sync_left_it(tmp_path: Path) -> None:
    _, count, sample = writes.counted(tmp_path / "synced", 30)
    counts: Counter[str] = Counter()
    with closing(sqlite3.connect(tmp_path / "bare.db", isolation_level=None)) as bare:
        floor.prepare(bare, sample)
        bare.set_trace_callback(lambda text: counts.update(writes.kinds_of(text)))
        floor.write(bare, sample)
        bare.set_trace_callback(None)
        assert counts["statements"] == floor.STATEMENTS * count
        assert counts["commits"] == counts["begins"] == floor.COMMITS * count
        with closing(sqlite3.connect(tmp_path / "synced" / "syncd.db")) as synced:
            for table in ("links", "intents"):
                found = [floor.rows_of(one, table) for one in (bare, synced)]
                assert sorted(map(repr, found[0])) == sorted(map(repr, found[1]))
