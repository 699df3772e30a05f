"""Whatever syncd writes is its owner's alone, from the moment that it is there."""

import json
import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from syncd import private
from syncd.cli.app import start
from syncd.cli.session import Session
from syncd.clock import SystemClock
from syncd.connect.registry import sandboxes
from syncd.daemon.logs import LARGEST_LOG, LogFile
from syncd.demo.smtp_sink import Mailbox
from syncd.model.entities import Goal
from syncd.model.ids import EntityId
from syncd.store import upgrade
from syncd.store.database import StateLock
from syncd.store.rows import Record
from syncd.store.store import open_store
from syncd.testing.sandbox import Served
from syncd_google import tokens

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
Write = Callable[[Path], None]


class Watch:
    """Looks, whenever a file is opened, renamed or given a mode, which of them others may read."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.seen: set[str] = set()
        sys.addaudithook(self)

    def __call__(self, event: str, _args: Any) -> None:
        if self.folder is None or event not in ("open", "os.chmod", "os.rename"):
            return
        folder, self.folder = self.folder, None  # not while it looks itself
        self.seen |= {it.name for it in open_to_others(folder)}
        self.folder = folder


def open_to_others(folder: Path) -> list[Path]:
    """Return what is below a folder and open to others."""
    return [it for it in folder.rglob("*") if stat.S_IMODE(it.lstat().st_mode) & 0o077]


@pytest.fixture(scope="module")
def watching() -> Watch:
    """What Python tells such things to can't be taken away again: one is enough."""
    return Watch()


@pytest.fixture(params=[0o755, 0o777], ids=["others-read", "others-write"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder that others may look into, in a process that keeps nothing from them."""
    made = tmp_path / "folder"
    made.mkdir()
    made.chmod(request.param)
    before = os.umask(0)
    yield made
    os.umask(before)


def _kept(folder: Path) -> None:
    store = open_store(folder)
    store.plan.save([Record(entity=Goal(id=EntityId("G"), title="Lead", created_at=NOON))])
    assert (folder / "syncd.db-wal").exists()
    assert (folder / "syncd.db-shm").exists()
    store.copy().close()
    found = open_to_others(folder)
    store.close()
    assert found == []


def _copied(folder: Path) -> None:
    _kept(folder)
    path = folder / "syncd.db"
    (folder / "syncd.db.part").touch()
    upgrade._keep_copy(path, "0001", date(2026, 5, 4))
    assert (folder / "syncd.db.0001-2026-05-04").exists()


def _rolled_back(folder: Path) -> None:
    """A journal that SQLite made for a file is as private as that file."""
    path = folder / "syncd.db"
    open_store(folder).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("CREATE TABLE IF NOT EXISTS more (x)")
        connection.execute("INSERT INTO more VALUES (1)")
        assert (folder / "syncd.db-journal").exists()
        assert "syncd.db-journal" not in {it.name for it in open_to_others(folder)}


def _locked(folder: Path) -> None:
    lock = StateLock(folder)
    lock.acquire()
    lock.release()


def _logged(folder: Path) -> None:
    LogFile(folder).write("what went wrong\n")


def _rotated(folder: Path) -> None:
    log = LogFile(folder)
    log.write("x" * (LARGEST_LOG + 1))
    log.path.chmod(0o644)
    log.write("more\n")
    assert (folder / "syncd.log.1").exists()


def _mailed(folder: Path) -> None:
    made = EmailMessage()
    made["Subject"] = "Week 47: 6 h of 7 h"
    made.set_content("Text")
    made.add_alternative("<p>Text</p>", subtype="html")
    Mailbox(folder / "mail").keep(made.as_bytes())


def _typed(*words: str) -> Write:
    def write(folder: Path) -> None:
        settings = folder / "syncd.toml"
        private.write(settings, f"state_dir = '{folder / 'state'}'\n")
        session = Session(environ={"HOME": str(folder)}, clock=SystemClock())
        given = [one.replace("HERE", str(folder)) for one in words]
        assert start(["--config", str(settings), *given], session) == 0

    return write


def _served(folder: Path) -> None:
    makers, clock = sandboxes(), SystemClock()
    served = {}
    for name in makers.names():
        served[name] = Served(makers.require(name)(folder / "files", clock))
        served[name].settings()
    for one in served.values():
        one.close()


def _staged(folder: Path) -> None:
    """Write settings as the demonstration does."""
    private.write(folder / "syncd.toml", '[connectors.x]\ntoken = "secret"\n')


def _signed_in(folder: Path) -> None:
    tokens.write_private(folder / "google" / "token.json", {"token": "secret"})


KINDS: dict[str, Write] = {
    "database": _kept,
    "copy-before-an-upgrade": _copied,
    "rollback-journal": _rolled_back,
    "lock": _locked,
    "log": _logged,
    "log-put-aside": _rotated,
    "kept-mails": _mailed,
    "plan-export": _typed("plan", "export", "--out", "HERE/plan.yaml"),
    "review": _typed("review", "weekly", "--out", "HERE/reviews/weekly"),
    "state": _typed("plan", "show"),
    "sandboxes": _served,
    "demonstration": _staged,
    "google-sign-in": _signed_in,
}


@pytest.mark.parametrize("write", KINDS.values(), ids=KINDS.keys())
def test_what_is_written_is_never_open_to_others(
    folder: Path, write: Write, watching: Watch
) -> None:
    watching.seen.clear()
    watching.folder = folder
    try:
        write(folder)
    finally:
        watching.folder = None
    left = {it.name for it in open_to_others(folder)}
    assert any(folder.iterdir())
    # it lay there like this, as another program's log would, until it was put aside
    assert watching.seen | left <= ({"syncd.log"} if write is _rotated else set())
    assert left == set()


AGAIN = [name for name in KINDS if name != "state"]


@pytest.mark.parametrize("name", AGAIN)
def test_what_lay_open_is_closed_when_it_is_written_again(folder: Path, name: str) -> None:
    KINDS[name](folder)
    files = [it for it in folder.rglob("*") if it.is_file()]
    for one in files:
        one.chmod(0o666)
    kept = {it.name for it in files if it.name.endswith(".log.1")}
    KINDS[name](folder)
    mails = {"001-week-47.eml", "001-week-47.html", "001-week-47.txt"}  # never written again
    assert {it.name for it in open_to_others(folder)} <= kept | mails


def test_a_file_is_replaced_whole_for_those_who_have_it_open(folder: Path) -> None:
    path = folder / "plan.yaml"
    path.write_text("before")
    with path.open() as seen:
        private.write(path, "after")
        assert seen.read() == "before"
    assert path.read_text() == "after"
    assert [it.name for it in folder.iterdir()] == ["plan.yaml"]


def test_a_link_goes_on_leading_where_it_leads(folder: Path) -> None:
    (folder / "elsewhere").mkdir(0o700)
    link = folder / "plan.yaml"
    link.symlink_to(folder / "elsewhere" / "plan.yaml")
    private.write(link, "once")
    private.write(link, "twice")
    assert link.is_symlink()
    assert (folder / "elsewhere" / "plan.yaml").read_text() == "twice"
    assert stat.S_IMODE(link.stat().st_mode) == 0o600


def test_what_is_no_file_is_written_to() -> None:
    device = Path("/dev/null")
    before = device.stat().st_mode
    private.write(device, "plan")
    assert device.stat().st_mode == before


def test_what_can_not_be_written_leaves_nothing_behind(folder: Path) -> None:
    (folder / "plan.yaml").write_text("before")
    with pytest.raises(TypeError):
        private.write(folder / "plan.yaml", 5)  # type: ignore[arg-type]  # to have it fail
    with pytest.raises(OSError, match="No such file"):
        private.write(folder / "nowhere" / "plan.yaml", "plan")
    assert [it.name for it in folder.iterdir()] == ["plan.yaml"]


@pytest.mark.parametrize("mask", [0, 0o027, 0o777])
def test_every_folder_that_is_made_is_closed_to_others(folder: Path, mask: int) -> None:
    os.umask(mask)
    private.make_folder(folder / "a" / "b" / "c")
    private.write(folder / "a" / "b" / "c" / "file", json.dumps("x"))
    modes = [stat.S_IMODE(it.stat().st_mode) for it in sorted(folder.rglob("*"))]
    assert modes == [0o700, 0o700, 0o700, 0o600]


def test_a_folder_that_was_there_keeps_its_mode(folder: Path) -> None:
    before = folder.stat().st_mode
    private.make_folder(folder)
    assert folder.stat().st_mode == before


def test_a_file_in_the_place_of_a_folder_is_told(folder: Path) -> None:
    (folder / "a").touch()
    with pytest.raises(OSError, match="a"):
        private.make_folder(folder / "a")
    with pytest.raises(OSError, match="a"):
        private.make_folder(folder / "a" / "b")
