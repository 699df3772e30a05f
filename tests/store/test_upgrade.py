"""A state that another version of syncd made: upgraded once, with a copy, or left alone."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.errors import StateTrouble
from syncd.model.entities import Goal
from syncd.model.ids import EntityId
from syncd.store.rows import Record
from syncd.store.store import open_store
from syncd.store.upgrade import HEAD
from syncd.testing.fake_clock import FakeClock

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
GOAL = Record(entity=Goal(id=EntityId("G1"), title="Lead", created_at=NOON))


def opened(place: Path, at: datetime = NOON) -> None:
    """Open a state, as every command does, and close it again."""
    open_store(place, clock=FakeClock(at)).close()


def holds(path: Path) -> list[str]:
    """Return the ids of the plan that a file holds, without opening it as syncd does."""
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as database:
        return [row[0] for row in database.execute("SELECT id FROM entities")]


def schema(path: Path) -> tuple[str | None, set[str]]:
    """Return the revision that a file says it has, and its tables."""
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as database:
        named = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = {row[0] for row in named}
        if "alembic_version" not in names:
            return None, names
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None, names


def change(path: Path, statement: str, *values: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(statement, values)
    database.close()


def of_revision(place: Path, revision: str) -> Path:
    """Make a state with one goal, and say that it is of a revision."""
    store = open_store(place)
    store.plan.save([GOAL])
    store.close()
    if revision == "0001":
        change(place / "syncd.db", "DROP TABLE outbox")
        change(place / "syncd.db", "DROP INDEX links_with_foreign")
        change(place / "syncd.db", "ALTER TABLE links DROP COLUMN foreign_refs")
    change(place / "syncd.db", "UPDATE alembic_version SET version_num = ?", revision)
    return place / "syncd.db"


def copies(place: Path) -> list[str]:
    return sorted(one.name for one in place.glob("syncd.db.*"))


# A copy before every upgrade.


def test_before_an_upgrade_a_copy_is_kept_that_tells_its_schema_and_the_day(
    tmp_path: Path,
) -> None:
    old = of_revision(tmp_path, "0001")
    opened(tmp_path)
    assert schema(old)[0] == HEAD
    assert holds(old) == ["G1"]
    assert copies(tmp_path) == ["syncd.db.0001-2026-11-30"]
    copy = tmp_path / "syncd.db.0001-2026-11-30"
    assert schema(copy)[0] == "0001"
    assert "outbox" not in schema(copy)[1]
    assert holds(copy) == ["G1"]


def test_a_copy_has_what_a_process_that_was_killed_had_written_last(tmp_path: Path) -> None:
    """What it wrote stands in the -wal file alone."""
    of_revision(tmp_path, "0001")
    killed = (
        "import os, sqlite3, sys; it = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "it.execute(\"UPDATE entities SET id = 'G2'\"); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed, tmp_path / "syncd.db"], check=False)
    assert (tmp_path / "syncd.db-wal").stat().st_size > 0
    opened(tmp_path)
    assert holds(tmp_path / "syncd.db.0001-2026-11-30") == ["G2"]
    assert holds(tmp_path / "syncd.db") == ["G2"]


def test_a_copy_that_is_put_back_is_a_state_like_any(tmp_path: Path) -> None:
    of_revision(tmp_path, "0001")
    opened(tmp_path)
    (tmp_path / "syncd.db").unlink()
    (tmp_path / "syncd.db.0001-2026-11-30").rename(tmp_path / "syncd.db")
    store = open_store(tmp_path)
    assert store.plan.get(EntityId("G1")) == GOAL
    store.close()


def test_an_older_copy_is_never_written_over(tmp_path: Path) -> None:
    for number in range(3):
        of_revision(tmp_path, "0001")
        change(tmp_path / "syncd.db", "UPDATE entities SET id = ?", f"G{number}")
        opened(tmp_path)
        (tmp_path / "syncd.db").unlink()
    assert {name: holds(tmp_path / name) for name in copies(tmp_path)} == {
        "syncd.db.0001-2026-11-30": ["G0"],
        "syncd.db.0001-2026-11-30-2": ["G1"],
        "syncd.db.0001-2026-11-30-3": ["G2"],
    }


def test_a_new_state_needs_no_copy_and_neither_does_one_of_today(tmp_path: Path) -> None:
    for _ in range(2):
        opened(tmp_path)
    assert copies(tmp_path) == []


CRAMPED = """
import resource, sys
from pathlib import Path
from syncd.errors import StateTrouble
from syncd.store.store import open_store
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    open_store(Path(sys.argv[1]))
except StateTrouble as error:
    print(error)
"""


def test_without_room_for_a_copy_nothing_is_upgraded_and_that_is_said(tmp_path: Path) -> None:
    old = of_revision(tmp_path, "0001")
    size = old.stat().st_size
    words = [sys.executable, "-c", CRAMPED, str(tmp_path), str(size // 2)]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == (
        f"{old} is not upgraded, as there is no room for a copy of it beside it: make 1 MB"
        " of room on that disk, then try again."
    )
    assert schema(old)[0] == "0001"
    assert copies(tmp_path) == []
    opened(tmp_path)
    assert (schema(old)[0], len(copies(tmp_path))) == (HEAD, 1)


# An upgrade that fails.


def test_an_upgrade_that_fails_halfway_leaves_the_file_as_it_was_and_says_so(
    tmp_path: Path,
) -> None:
    """The first step works; in the way of the second is a table of the same name."""
    old = tmp_path / "syncd.db"
    change(old, "CREATE TABLE outbox (mine TEXT)")
    with pytest.raises(StateTrouble) as caught:
        opened(tmp_path)
    assert str(caught.value) == (
        f"{old} can't be upgraded to the schema {HEAD} (table outbox already exists) and stays"
        " as it was: use the version of syncd that made it, and report this."
    )
    assert schema(old) == (None, {"outbox"})
    assert copies(tmp_path) == ["syncd.db.0000-2026-11-30"]
    change(old, "ALTER TABLE outbox RENAME TO mine")
    opened(tmp_path)
    assert schema(old)[0] == HEAD


# A newer version's state.


def test_a_state_of_a_newer_version_is_refused_in_a_sentence_and_not_touched(
    tmp_path: Path,
) -> None:
    newer = of_revision(tmp_path, "0009")
    before = newer.read_bytes()
    with pytest.raises(StateTrouble) as caught:
        opened(tmp_path)
    assert str(caught.value) == (
        f"{newer} was made by a newer syncd (its schema is 0009, this version knows {HEAD}):"
        " install that version again."
    )
    assert newer.read_bytes() == before
    assert copies(tmp_path) == []


def test_what_a_newer_version_wrote_last_before_it_was_killed_stays_where_it_is(
    tmp_path: Path,
) -> None:
    newer = of_revision(tmp_path, HEAD)
    killed = (
        "import os, sqlite3, sys; it = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "it.execute(\"UPDATE alembic_version SET version_num = '0009'\");"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed, newer], check=False)
    files = (newer, tmp_path / "syncd.db-wal")
    before = [one.read_bytes() for one in files]
    with pytest.raises(StateTrouble, match="newer syncd"):
        opened(tmp_path)
    assert [one.read_bytes() for one in files] == before


def test_the_copy_that_lost_least_is_named_and_putting_it_back_as_told_works(
    tmp_path: Path,
) -> None:
    for day in (28, 29, 30):
        of_revision(tmp_path, "0001")
        opened(tmp_path, NOON.replace(day=day))
    newer = of_revision(tmp_path, "0009")
    (tmp_path / "syncd.db.0009-2026-12-01").write_bytes(b"of a still newer one")
    (tmp_path / "syncd.db.old").write_bytes(b"the person's own")
    with pytest.raises(StateTrouble) as caught:
        opened(tmp_path)
    told = re.search(
        r"\(move (\S+), (\S+) and (\S+) away, then rename (\S+) to (\S+)\)\.", str(caught.value)
    )
    assert told is not None
    assert told[4] == str(tmp_path / "syncd.db.0001-2026-11-30")
    for name in (told[1], told[2], told[3]):
        (tmp_path / name).unlink(missing_ok=True)
    Path(told[4]).rename(tmp_path / told[5])
    opened(tmp_path)
    assert (schema(newer)[0], holds(newer)) == (HEAD, ["G1"])


# Only for its owner.


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(place: Path) -> dict[str, str]:
    return {
        one.name: oct(stat.S_IMODE(one.stat().st_mode))
        for one in place.iterdir()
        if one.name.startswith("syncd.db")
    }


@pytest.mark.usefixtures("umask")
def test_whatever_the_umask_only_its_owner_may_read_the_state(tmp_path: Path) -> None:
    of_revision(tmp_path, "0001")
    store = open_store(tmp_path, clock=FakeClock(NOON))
    store.plan.save([GOAL])
    names = ("syncd.db", "syncd.db-shm", "syncd.db-wal", "syncd.db.0001-2026-11-30")
    assert modes(tmp_path) == dict.fromkeys(names, "0o600")
    store.close()


def test_a_state_that_everybody_could_read_is_closed_to_them(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    first.plan.save([GOAL])
    for one in tmp_path.iterdir():
        one.chmod(0o644)
    second = open_store(tmp_path)
    assert set(modes(tmp_path).values()) == {"0o600"}
    assert second.plan.ids() == ["G1"]
    second.close()
    first.close()
