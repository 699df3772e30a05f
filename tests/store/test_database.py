"""The database: its schema, its one writer, its copies, its plans side by side."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from syncd.errors import AnotherRunning
from syncd.model.entities import Kind, Task
from syncd.model.ids import EntityId, PlanId
from syncd.model.values import Moment
from syncd.store import database
from syncd.store.database import Database
from syncd.store.lock import StateLock
from syncd.store.rows import Record
from syncd.store.store import Store, open_store, private_store
from syncd.store.tables import metadata
from syncd.sync.merge import Author

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
TASK = Task(
    id=EntityId("T1"),
    title="Read",
    created_at=NOW,
    due=Moment(NOW, "Europe/Berlin"),
    labels=frozenset({"a", "b"}),
    priority=2,
)


def test_the_migrations_end_where_the_program_expects() -> None:
    config = Config()
    place = Path(database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(place))
    assert ScriptDirectory.from_config(config).get_current_head() == database.HEAD


def test_the_migrations_make_exactly_the_tables() -> None:
    made = Database(None)
    with made.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_what_is_saved_is_read_again_as_it_was(tmp_path: Path) -> None:
    authors = {"title": Author(by="you", at=NOW)}
    store = open_store(tmp_path)
    store.plan.save([Record(entity=TASK, authors=authors)])
    store.close()
    again = open_store(tmp_path)
    assert again.plan.get(TASK.id) == Record(entity=TASK, authors=authors)
    again.close()


def test_what_is_written_to_a_copy_is_lost_with_it() -> None:
    store = private_store()
    copy = store.copy()
    copy.plan.save([Record(entity=TASK)])
    assert store.plan.ids() == []
    assert copy.plan.ids() == [TASK.id]


def test_two_plans_in_one_database_stay_apart() -> None:
    shared = Database(None)
    one, other = (Store(shared, PlanId(name)) for name in ("one", "other"))
    one.plan.save([Record(entity=TASK)])
    one.tools.remember("x", "y", 1)
    assert list(other.plan.every(Kind.TASK)) == []
    assert other.tools.recall("x", "y") is None


def test_a_transaction_that_fails_leaves_nothing() -> None:
    store = private_store()

    def fail() -> None:
        with store.transaction():
            store.plan.save([Record(entity=TASK)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.plan.ids() == []


HOLD = """
import sys, time
from pathlib import Path
from syncd.store.lock import StateLock
lock = StateLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_process_is_told_and_a_killed_one_frees_the_lock(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    lock = StateLock(tmp_path)
    with pytest.raises(AnotherRunning, match="Another syncd works on"):
        lock.acquire()
    other.kill()
    other.wait(timeout=10)
    lock.acquire()
    lock.release()
