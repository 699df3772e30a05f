"""One file: its schema, its transactions, its copies, its troubles."""

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from syncd import store as package
from syncd.errors import StateTrouble
from syncd.model.entities import Goal, Kind, Task
from syncd.model.ids import EntityId, PlanId, RemoteId, ToolName
from syncd.store import tables
from syncd.store.database import Database
from syncd.store.rows import Link, Record
from syncd.store.store import Store, open_store
from syncd.store.tool_store import ToolRow, ToolState
from syncd.store.upgrade import HEAD

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TODOS = ToolName("todos")


def goal(name: str = "G1", title: str = "Lead") -> Record:
    return Record(entity=Goal(id=EntityId(name), title=title, created_at=NOON))


def migrations() -> Config:
    config = Config()
    script = Path(package.__file__).parent / "migrations"
    config.set_main_option("script_location", str(script))
    return config


def test_the_newest_migration_is_the_one_that_the_code_expects() -> None:
    assert ScriptDirectory.from_config(migrations()).get_current_head() == HEAD


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Connection]:
    """A file that went through every migration there ever was."""
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    config = migrations()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        yield connection
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_code(migrated: Connection) -> None:
    assert compare_metadata(MigrationContext.configure(migrated), tables.metadata) == []


def test_a_new_file_is_like_one_that_was_migrated(migrated: Connection, kept: Store) -> None:
    def schema(connection: Connection) -> dict[str, tuple[set[Any], set[Any], set[str]]]:
        found = {}
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        for (table,) in names.all():
            columns = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
            indexes = connection.exec_driver_sql(f"PRAGMA index_list({table})").all()
            keys = {
                (
                    unique,
                    partial,
                    tuple(connection.exec_driver_sql(f"PRAGMA index_info({name})")),
                )
                for _, name, unique, _, partial in indexes
            }
            named = {name for _, name, *_ in indexes if not name.startswith("sqlite_")}
            found[table] = {tuple(it[1:]) for it in columns}, keys, named
        return found

    mine = schema(kept._database._connection)
    assert mine == schema(migrated)
    kept._database._connection.rollback()


def test_the_migrations_can_be_taken_back(kept: Store) -> None:
    config = migrations()
    config.attributes["connection"] = kept._database._connection
    downgrade(config, "base")
    kept._database._connection.commit()
    with kept.transaction():
        pass
    names = sqlite3.connect(str(kept._database._path)).execute("SELECT name FROM sqlite_master")
    assert {name for (name,) in names if not name.startswith("sqlite_")} <= {"alembic_version"}


def test_a_file_is_migrated_once_and_keeps_what_it_holds(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    first.plan.save([goal()])
    first.close()
    second = open_store(tmp_path)
    assert second.plan.get(EntityId("G1")) == goal()
    second.close()


def test_only_its_owner_can_enter_a_new_state_directory(tmp_path: Path) -> None:
    open_store(tmp_path / "new" / "state").close()
    assert (tmp_path / "new" / "state").stat().st_mode & 0o077 == 0


def test_all_of_a_transaction_or_nothing(store: Store) -> None:
    def half() -> None:
        with store.transaction():
            store.plan.save([goal()])
            with store.transaction():
                store.links.mark_dirty(TODOS, [EntityId("G1")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert store.plan.ids() == []
    assert store.links.dirty(TODOS) == {}
    store.plan.save([goal()])
    assert store.plan.ids() == ["G1"]


def test_a_copy_is_independent_both_ways(store: Store) -> None:
    store.plan.save([goal()])
    copy = store.copy()
    assert copy.plan.get(EntityId("G1")) == goal()
    copy.plan.save([goal("G2")])
    store.plan.save([goal("G3")])
    assert store.plan.ids() == ["G1", "G3"]
    assert copy.plan.ids() == ["G1", "G2"]
    copy.close()
    assert store.plan.ids() == ["G1", "G3"]


def test_a_copy_of_a_file_is_in_memory(kept: Store, tmp_path: Path) -> None:
    kept.plan.save([goal()])
    before = {one.name for one in tmp_path.iterdir()}
    copy = kept.copy()
    copy.plan.save([goal("G2")])
    assert {one.name for one in tmp_path.iterdir()} == before
    assert copy.plan.ids() == ["G1", "G2"]


def test_two_plans_in_one_database_know_nothing_of_each_other() -> None:
    database = Database(None)
    mine, yours = (Store(database, PlanId(name)) for name in ("mine", "yours"))
    task = Task(id=EntityId("T1"), title="Walk", created_at=NOON, goal=EntityId("G1"))
    mine.plan.save([goal(title="Mine"), Record(entity=task)])
    mine.links.save(
        [Link(tool=TODOS, entity=EntityId("G1"), kind=Kind.GOAL, remote=RemoteId("r1"))]
    )
    mine.links.mark_dirty(TODOS, [EntityId("G1")])
    mine.tools.save(ToolRow(tool=TODOS, state=ToolState.HELD, cursor="5"))
    mine.tools.remember("todos", "project", "p1")
    yours.plan.save([goal(title="Yours")])
    assert [one.entity.title for one in mine.plan.every(Kind.GOAL)] == ["Mine"]
    assert [one.entity.title for one in yours.plan.every(Kind.GOAL)] == ["Yours"]
    assert yours.plan.ids() == ["G1"]
    assert yours.plan.referring(EntityId("G1")) == []
    assert yours.plan.parts_of(EntityId("G1")) == []
    assert yours.plan.titled(Kind.GOAL, "Mine") == []
    assert yours.links.of_entity(EntityId("G1")) == {}
    assert yours.links.by_remote(TODOS, [RemoteId("r1")]) == {}
    assert yours.links.dirty(TODOS) == {}
    assert yours.tools.get(TODOS) == ToolRow(tool=TODOS)
    assert yours.tools.recall("todos", "project") is None
    yours.links.save(
        [Link(tool=TODOS, entity=EntityId("G1"), kind=Kind.GOAL, remote=RemoteId("r1"))]
    )
    yours.links.mark_referrers_dirty(TODOS, EntityId("G1"))
    yours.tools.forget("todos")
    assert mine.links.count(TODOS) == 1
    assert mine.links.dirty(TODOS).keys() == {"G1"}
    assert mine.tools.recall("todos", "project") == "p1"


def test_what_is_marked_again_while_it_was_decided_stays_marked(store: Store) -> None:
    store.links.mark_dirty(TODOS, [EntityId("A"), EntityId("B")])
    decided = store.links.dirty(TODOS)
    store.links.mark_dirty(TODOS, [EntityId("A")])
    store.links.clear_dirty(TODOS, decided)
    assert store.links.dirty(TODOS).keys() == {"A"}
    assert store.tools.waiting(TODOS) == 1


def test_what_refers_to_something_is_marked_with_it(store: Store) -> None:
    task = Task(id=EntityId("T1"), title="Walk", created_at=NOON, goal=EntityId("G1"))
    store.plan.save([goal(), Record(entity=task)])
    store.links.mark_referrers_dirty(TODOS, EntityId("G1"))
    assert store.links.dirty(TODOS).keys() == {"T1"}


def test_parts_of_a_goal_are_counted_once_though_both_it_and_its_step_are_named(
    store: Store,
) -> None:
    store.plan.save([goal()])
    task = Task(
        id=EntityId("T1"),
        title="Walk",
        created_at=NOON,
        goal=EntityId("G1"),
        due=date(2026, 5, 5),
        estimate_minutes=40,
    )
    store.plan.save([Record(entity=task)])
    assert [one.estimate_minutes for one in store.plan.parts_of(EntityId("G1"))] == [40]


def test_a_disk_that_is_full_yields_one_sentence_and_loses_nothing(kept: Store) -> None:
    kept.plan.save([goal()])
    with kept._database.transaction() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StateTrouble, match="full: make room there, then try again"):
        kept.plan.save([goal("G2", title="x" * 100_000)])
    assert kept.plan.ids() == ["G1"]
    with kept._database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    kept.plan.save([goal("G2", title="x" * 100_000)])
    assert kept.plan.ids() == ["G1", "G2"]


def test_a_file_that_is_no_database_yields_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "syncd.db").write_text("This is my shopping list. " * 100)
    with pytest.raises(StateTrouble, match="damaged"):
        open_store(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_yields_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StateTrouble, match="can't be opened"):
        open_store(tmp_path)
    tmp_path.chmod(0o700)
