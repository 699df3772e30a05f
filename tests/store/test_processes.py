"""Several processes and one state directory."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.engine.context import Context
from syncd.engine.edits import set_field
from syncd.errors import AnotherRunning
from syncd.model.entities import Kind
from syncd.model.ids import EntityId
from syncd.store.database import StateLock
from syncd.store.store import open_store
from tests.engine.checks import assert_agrees, assert_forgot_nothing
from tests.engine.world import ZONE, World, sample

ROOT = Path(__file__).parents[2]


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start another process on this code."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process writes."""
    assert process.stdout is not None
    return process.stdout.readline()


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()


HOLDING = """
import sys
import time
from pathlib import Path
from syncd.store.database import StateLock
lock = StateLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of this directory."""
    process = start(HOLDING, tmp_path)
    assert line_of(process) == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_told_that_another_works_there(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    with pytest.raises(AnotherRunning, match=f"Another syncd works on {tmp_path}"):
        StateLock(tmp_path).acquire()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda it: it.name)
def test_a_process_that_was_killed_holds_no_lock(
    holder: subprocess.Popen[str], tmp_path: Path, how: signal.Signals
) -> None:
    holder.send_signal(how)
    holder.wait(timeout=30)
    lock = StateLock(tmp_path)
    lock.acquire()
    lock.release()


def test_a_lock_that_was_let_go_of_can_be_taken(tmp_path: Path) -> None:
    first, second = StateLock(tmp_path), StateLock(tmp_path)
    first.acquire()
    with pytest.raises(AnotherRunning):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_other_directories_have_other_locks(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    lock = StateLock(tmp_path / "other")
    lock.acquire()
    lock.release()


EDITING = """
import random, sys
from datetime import UTC, datetime
from pathlib import Path
from syncd.clock import SystemClock
from syncd.engine.context import Context
from syncd.engine.edits import set_field
from syncd.model.ids import EntityId, ToolName
from syncd.store.store import open_store
store = open_store(Path(sys.argv[1]))
tools = tuple(map(ToolName, ("pages", "calendar", "todos")))
context = Context(store=store, clock=SystemClock(), rng=random.Random(1), zone="UTC", tools={},
                  known=tools)
print("begun", flush=True)
for n in range(int(sys.argv[2])):
    set_field(context, EntityId("T1"), "notes", f"by hand {n}", "you")
    set_field(context, EntityId("T2"), "priority", 1 + n % 4, "you")
print("done", flush=True)
"""


def test_what_a_second_process_edits_while_cycles_run_is_not_lost(tmp_path: Path) -> None:
    edits = 40
    world = World(store=open_store(tmp_path))
    world.plan(*sample(world))
    world.settle()
    other = start(EDITING, tmp_path, edits)
    assert line_of(other) == "begun\n"
    cycles = 0
    while cycles < 2 or (other.poll() is None and cycles < 500):
        world.edit("pages", Kind.TASK, "Task 3", notes=f"in pages {cycles}")
        world.sync()
        cycles += 1
    assert other.communicate()[0] == "done\n"
    assert_forgot_nothing(world)  # only now: what is edited in between is no oversight
    assert world.settle().converged
    notes = [
        row.after
        for row in reversed(world.store.history.rows(entity=EntityId("T1"), limit=10_000))
        if row.field == "notes"
    ]
    assert notes == [f"by hand {n}" for n in range(edits)]
    assert world.shows("pages", Kind.TASK, "Task 1")["notes"] == f"by hand {edits - 1}"
    assert world.shows("todos", Kind.TASK, "Task 2")["priority"] == 1 + (edits - 1) % 4
    assert world.shows("todos", Kind.TASK, "Task 3")["notes"] == f"in pages {cycles - 1}"
    assert_agrees(world)


def test_an_edit_by_a_process_that_knows_no_connector_reaches_every_tool(
    tmp_path: Path,
) -> None:
    world = World(store=open_store(tmp_path))
    world.plan(*sample(world))
    world.settle()
    names = tuple(world.engine.context.tools)
    context = Context(
        store=open_store(tmp_path),
        clock=world.clock,
        rng=world.rng,
        zone=ZONE,
        tools={},
        known=names,
    )
    set_field(context, EntityId("M1"), "title", "First step", "you")
    assert world.sync().converged
    assert "First step" in world.titles("calendar", Kind.MILESTONE)
    assert "First step" in world.titles("pages", Kind.MILESTONE)


OPENING = """
import sys
import time
from pathlib import Path
from syncd.model.entities import Goal
from syncd.model.ids import EntityId
from syncd.store.rows import Record
from syncd.store.store import open_store
from datetime import UTC, datetime
print("begun", flush=True)
for line in sys.stdin:
    try:
        store = open_store(Path(line.strip()))
        goal = Goal(id=EntityId(sys.argv[1]), title="Lead", created_at=datetime.now(UTC))
        store.plan.save([Record(entity=goal)])
        store.close()
        print("well", flush=True)
    except Exception as error:
        print(type(error).__name__, error, flush=True)
"""
ROUNDS = 12


def fresh(place: Path) -> None:
    """Nothing is there yet."""


def before_an_upgrade(place: Path) -> None:
    """The state of the version before, which knew no mails."""
    open_store(place).close()
    with sqlite3.connect(place / "syncd.db") as database:
        database.execute("DROP TABLE outbox")
        database.execute("DROP INDEX links_with_foreign")
        database.execute("ALTER TABLE links DROP COLUMN foreign_refs")
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()


def put_back(place: Path) -> None:
    """A copy that another program made, in a form that allows one process at a time."""
    before_an_upgrade(place)
    with sqlite3.connect(place / "syncd.db") as database:
        database.execute("PRAGMA journal_mode=DELETE")
    database.close()


@pytest.fixture
def starters() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that open a state when they are told which."""
    processes = [start(OPENING, f"G{number}") for number in range(3)]
    for one in processes:
        assert line_of(one) == "begun\n"
    yield processes
    for one in processes:
        one.kill()
        one.communicate()


@pytest.mark.parametrize(
    "state", [fresh, before_an_upgrade, put_back], ids=lambda it: it.__name__
)
def test_processes_that_start_together_upgrade_a_state_once_and_all_work(
    tmp_path: Path, starters: list[subprocess.Popen[str]], state: Callable[[Path], object]
) -> None:
    for number in range(ROUNDS):
        place = tmp_path / str(number)
        state(place)
        for one in starters:
            tell(one, f"{place}\n")
        assert [line_of(one) for one in starters] == ["well\n"] * len(starters)
        store = open_store(place)
        assert sorted(store.plan.ids()) == ["G0", "G1", "G2"]
        store.close()
        assert len(list(place.glob("syncd.db.*"))) == (0 if state is fresh else 1)


def test_a_process_that_works_on_goes_on_while_another_one_upgrades(
    tmp_path: Path, starters: list[subprocess.Popen[str]]
) -> None:
    """The version before still runs when `syncd status` of the new one is typed."""
    before_an_upgrade(tmp_path)
    running = sqlite3.connect(tmp_path / "syncd.db", isolation_level=None, timeout=30)
    running.execute("BEGIN IMMEDIATE")
    running.execute("CREATE TABLE mine (it TEXT)")
    tell(starters[0], f"{tmp_path}\n")
    time.sleep(0.3)
    running.execute("COMMIT")
    assert line_of(starters[0]) == "well\n"
    running.execute("INSERT INTO mine VALUES ('written after')")
    running.close()
    (copy,) = tmp_path.glob("syncd.db.*")
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT name FROM sqlite_master WHERE name = 'mine'").fetchone()
    database.close()
