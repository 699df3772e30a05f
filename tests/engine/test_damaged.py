"""One row of the state that can't be read costs what it says, and nothing else."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from syncd.engine.cycle_report import look, sentences
from syncd.engine.edits import put_all
from syncd.model.entities import Block, Kind, Task
from syncd.model.ids import ToolName
from syncd.model.remote import Write
from syncd.model.values import BlockState, Moment
from tests.engine.checks import assert_agrees
from tests.engine.world import World, ident, sample

TOOLS = ("pages", "calendar", "todos")


def rows(world: World, table: str) -> list[dict[str, Any]]:
    with world.store._database.transaction() as connection:
        found = connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608  # a test's own
        return [dict(one._mapping) for one in found]


def put(world: World, table: str, column: str, value: str, **where: int | str) -> None:
    """Write something that syncd would never write."""
    which = " AND ".join(f"{name} = :{name}" for name in where)
    with world.store._database.transaction() as connection:
        done = connection.execute(
            text(f"UPDATE {table} SET {column} = :value WHERE {which}"),  # noqa: S608  # a test's own
            {"value": value, **where},
        )
        assert done.rowcount


def spoilt(fields: str, **changes: int | str) -> str:
    return json.dumps({**json.loads(fields), **changes})


Way = tuple[str, Callable[[str], str]]
ENTITY: dict[str, Way] = {
    "no JSON": ("fields", lambda it: it[: len(it) // 2]),
    "nothing": ("fields", lambda _: ""),
    "a list": ("fields", lambda _: "[]"),
    "a day that is none": ("fields", lambda it: spoilt(it, due="2026-02-30")),
    "a title that is a number": ("fields", lambda it: spoilt(it, title=7)),
    "of no kind": ("kind", lambda _: "widgets"),
    "made on no day": ("created_at", lambda _: "yesterday"),
    "authors that are none": ("authors", lambda _: "{"),
    "authors of no form": ("authors", lambda _: '{"title": 7}'),
}
LINK: dict[str, Way] = {
    "no JSON in its base": ("base", lambda it: it[: len(it) // 2]),
    "a day that is none": ("base", lambda it: spoilt(it, due="2026-02-30")),
    "no JSON in what is settled": ("settled", lambda _: "{"),
    "no JSON in what was before": ("previous", lambda _: "{"),
    "no JSON in what is beside": ("extra", lambda _: "{"),
    "of no kind": ("kind", lambda _: "widgets"),
    "there or not, nobody knows": ("presence", lambda _: "perhaps"),
    "edited on no day": ("edited_at", lambda _: "yesterday"),
}


def damage(world: World, table: str, way: Way, **where: str) -> tuple[str, str]:
    """Spoil a row; return what stood there, for mending it."""
    column, spoil = way
    (before,) = [
        one for one in rows(world, table) if all(one[name] == it for name, it in where.items())
    ]
    put(world, table, column, spoil(before[column] or ""), **where)
    return column, before[column]


def edit_the_rest(world: World) -> None:
    world.edit("pages", Kind.TASK, "Task 2", notes="From the pages")
    world.edit("todos", Kind.TASK, "Task 3", notes="From the list")
    world.services["todos"].add(Kind.TASK, "Added")


def assert_the_rest_agrees(world: World) -> None:
    assert world.shows("todos", Kind.TASK, "Task 2")["notes"] == "From the pages"
    assert world.shows("pages", Kind.TASK, "Task 3")["notes"] == "From the list"
    assert "Added" in world.titles("pages", Kind.TASK)


def counted(world: World) -> dict[str, int]:
    """Return how often each tool shows the first task, whatever it is called there."""
    return {
        tool: sum(str(it.fields["title"]).startswith("Task 1") for it in one.items.values())
        for tool, one in world.services.items()
    }


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("way", ENTITY.values(), ids=ENTITY)
def test_a_record_that_cannot_be_read_is_left_alone_and_the_rest_is_synced(
    synced: World, way: Way, restarted: bool
) -> None:
    column, whole = damage(synced, "entities", way, id="T1")
    (spoiled,) = [one for one in rows(synced, "entities") if one["id"] == "T1"]
    if restarted:
        synced.start()
    synced.engine.check_everything()
    edit_the_rest(synced)
    synced.edit("todos", Kind.TASK, "Task 1", title="Task 1, renamed")
    for _ in range(3):
        report = synced.sync()
        assert {one.state for one in report.tools.values()} == {"ok"}
    assert_the_rest_agrees(synced)
    assert counted(synced) == {"pages": 1, "todos": 1, "calendar": 0}
    assert "Task 1" in synced.titles("pages", Kind.TASK), "nobody knows what was agreed on"
    assert [one for one in rows(synced, "entities") if one["id"] == "T1"] == [spoiled]
    assert not report.converged
    (sentence,) = [one for one in report.problems if "T1" in one]
    assert "can't be read" in sentence
    assert "entities" in sentence

    put(synced, "entities", column, whole, id="T1")
    assert synced.settle(8).converged
    assert "Task 1, renamed" in synced.titles("pages", Kind.TASK), "the edit was not lost"
    assert_agrees(synced)


@pytest.mark.parametrize("way", ENTITY.values(), ids=ENTITY)
def test_a_deletion_of_what_cannot_be_read_is_taken_in_once_it_can(
    synced: World, way: Way
) -> None:
    column, whole = damage(synced, "entities", way, id="T1")
    synced.delete("todos", Kind.TASK, "Task 1")
    for _ in range(3):
        synced.sync()
    assert counted(synced) == {"pages": 1, "todos": 0, "calendar": 0}
    put(synced, "entities", column, whole, id="T1")
    assert synced.settle(8).converged
    assert counted(synced) == {"pages": 0, "todos": 0, "calendar": 0}
    assert_agrees(synced)


@pytest.mark.parametrize("way", ENTITY.values(), ids=ENTITY)
def test_what_stands_for_it_in_a_tool_is_not_taken_for_something_new(
    synced: World, way: Way
) -> None:
    """The links of one tool are lost, and a row can't be read: its mark and its title show."""
    column, whole = damage(synced, "entities", way, id="T1")
    for tool in ("pages", "todos"):
        with synced.store._database.transaction() as connection:
            which = text("DELETE FROM links WHERE tool = :tool AND entity = 'T1'")
            connection.execute(which, {"tool": tool})
    synced.start()
    edit_the_rest(synced)
    for _ in range(3):
        synced.sync()
    assert_the_rest_agrees(synced)
    assert counted(synced) == {"pages": 1, "todos": 1, "calendar": 0}
    assert not [one for one in rows(synced, "entities") if "Task 1" in one["fields"][:30]][1:]
    put(synced, "entities", column, whole, id="T1")
    assert synced.settle(8).converged
    assert counted(synced) == {"pages": 1, "todos": 1, "calendar": 0}


@pytest.mark.parametrize("tool", ["pages", "todos"])
@pytest.mark.parametrize("way", LINK.values(), ids=LINK)
def test_a_link_that_cannot_be_read_is_left_alone_and_the_rest_is_synced(
    synced: World, way: Way, tool: str
) -> None:
    column, whole = damage(synced, "links", way, tool=tool, entity="T1")
    (spoiled,) = [
        one for one in rows(synced, "links") if (one["tool"], one["entity"]) == (tool, "T1")
    ]
    synced.engine.check_everything()
    edit_the_rest(synced)
    put_all(
        synced.engine.context,
        [Task(id=ident("T1"), title="Task 1, anew", created_at=synced.clock.now())],
        "you",
    )
    for _ in range(3):
        report = synced.sync()
        assert {one.state for one in report.tools.values()} == {"ok"}
    assert_the_rest_agrees(synced)
    assert counted(synced) == {"pages": 1, "todos": 1, "calendar": 0}
    assert "Task 1" in synced.titles(tool, Kind.TASK)
    other = "todos" if tool == "pages" else "pages"
    assert "Task 1, anew" in synced.titles(other, Kind.TASK)
    assert spoiled in rows(synced, "links")
    assert any("T1" in one and "`links`" in one for one in report.problems)

    put(synced, "links", column, whole, tool=tool, entity="T1")
    assert synced.settle(8).converged
    assert "Task 1, anew" in synced.titles(tool, Kind.TASK)
    assert_agrees(synced)


@pytest.mark.parametrize("column", ["write", "at"])
def test_a_write_in_flight_that_cannot_be_read_blocks_its_entity_alone(
    synced: World, column: str
) -> None:
    from syncd.errors import Unclear

    def unanswered(_write: Write) -> None:
        raise Unclear("No answer: looking.")

    synced.services["pages"].faults.before = unanswered
    synced.edit("todos", Kind.TASK, "Task 1", title="Task 1, renamed")
    synced.sync()
    synced.services["pages"].faults.before = None
    (key,) = [one["key"] for one in rows(synced, "intents")]
    kept = damage(synced, "intents", (column, lambda _: "{"), key=key)
    edit_the_rest(synced)
    for _ in range(3):
        report = synced.sync()
        assert {one.state for one in report.tools.values()} == {"ok"}
    assert_the_rest_agrees(synced)
    assert "Task 1" in synced.titles("pages", Kind.TASK)
    assert any("T1" in one and "in flight" in one for one in report.problems)
    put(synced, "intents", *kept, key=key)
    assert synced.settle(8).converged
    assert_agrees(synced)


@pytest.mark.parametrize("column", ["at", "kind", "before", "after"])
def test_a_change_in_the_history_that_cannot_be_read_is_left_out(
    synced: World, column: str
) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", title="Renamed")
    synced.sync()
    newest = synced.store.history.rows()[0]
    put(synced, "history", column, "{", seq=newest.seq)
    others = synced.store.history.rows()
    assert others
    assert newest.seq not in {one.seq for one in others}
    assert synced.store.history.row(newest.seq) is None
    edit_the_rest(synced)
    assert synced.settle().writes == 0
    assert_the_rest_agrees(synced)
    look(synced.store)
    assert any(f"Change {newest.seq} " in one for one in sentences(synced.store))


@pytest.mark.parametrize("column", ["at", "kind", "won", "lost", "lost_at"])
def test_a_value_that_lost_and_cannot_be_read_is_left_out(synced: World, column: str) -> None:
    synced.edit("pages", Kind.TASK, "Task 1", title="One")
    synced.clock.advance(seconds=2)
    synced.edit("todos", Kind.TASK, "Task 1", title="Other")
    synced.sync()
    (lost,) = synced.store.history.conflicts()
    put(synced, "conflicts", column, "{", seq=lost.seq)
    assert synced.store.history.conflicts() == []
    edit_the_rest(synced)
    assert synced.settle().writes == 0
    look(synced.store)
    assert any("lost" in one for one in sentences(synced.store))


@pytest.mark.parametrize("way", ENTITY.values(), ids=ENTITY)
def test_what_hangs_on_a_goal_that_cannot_be_read_stays_as_it_is(
    synced: World, way: Way
) -> None:
    before = synced.snapshot()
    column, whole = damage(synced, "entities", way, id="G1")
    synced.start()
    synced.engine.check_everything()
    report = synced.sync()
    assert report.writes == 0
    assert synced.snapshot() == before
    put(synced, "entities", column, whole, id="G1")
    synced.engine.check_everything()
    assert synced.settle().converged
    assert synced.snapshot() == before


@pytest.mark.parametrize("way", ENTITY.values(), ids=ENTITY)
def test_a_goals_progress_waits_for_what_cannot_be_read(synced: World, way: Way) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", done=True)
    synced.settle()
    before = synced.entity(Kind.GOAL, "Become a lead").progress
    assert before
    column, whole = damage(synced, "entities", way, id="T1")
    synced.start()
    synced.engine.check_everything()
    synced.edit("pages", Kind.TASK, "Task 2", notes="x")
    synced.sync()
    assert synced.entity(Kind.GOAL, "Become a lead").progress == before
    put(synced, "entities", column, whole, id="T1")
    synced.engine.check_everything()
    assert synced.settle().converged
    assert synced.entity(Kind.GOAL, "Become a lead").progress == before


def test_the_blocks_of_a_task_that_cannot_be_read_stay(synced: World) -> None:
    start = dt.datetime(2026, 5, 10, 18, tzinfo=dt.UTC)
    block = Block(
        id=ident("B1"),
        title="Task 1",
        created_at=synced.clock.now(),
        task=ident("T1"),
        start=Moment(start, "Europe/Berlin"),
        end=Moment(start + dt.timedelta(hours=1), "Europe/Berlin"),
        zone="Europe/Berlin",
        state=BlockState.PUBLISHED,
    )
    synced.plan(block)
    synced.settle()
    damage(synced, "entities", ENTITY["no JSON"], id="T1")
    synced.engine.check_everything()
    synced.sync()
    kept = synced.store.plan.get(ident("B1"))
    assert kept is not None
    assert not kept.entity.archived


def test_every_row_that_cannot_be_read_is_told_in_one_sentence(synced: World) -> None:
    damage(synced, "entities", ENTITY["a day that is none"], id="T2")
    damage(synced, "entities", ENTITY["of no kind"], id="M1")
    damage(synced, "links", LINK["no JSON in its base"], tool="todos", entity="T3")
    look(synced.store)
    told = list(sentences(synced.store))
    assert len(told) == 3
    assert any("The task T2 of the plan" in one for one in told)
    assert any("(widgets) M1" in one for one in told)
    assert any("What todos holds of the task T3" in one for one in told)


def test_a_record_that_was_mended_is_told_no_more() -> None:
    world = World()
    world.plan(*sample(world))
    world.settle()
    column, whole = damage(world, "entities", ENTITY["no JSON"], id="T1")
    look(world.store)
    assert list(sentences(world.store))
    put(world, "entities", column, whole, id="T1")
    look(world.store)
    assert not list(sentences(world.store))


def test_nothing_is_planned_over_the_place_of_a_row_that_cannot_be_read(synced: World) -> None:
    damage(synced, "entities", ENTITY["no JSON"], id="T1")
    before = [one for one in rows(synced, "entities") if one["id"] == "T1"]
    synced.store.plan.get(ident("T1"))
    synced.plan(Task(id=ident("T1"), title="Other", created_at=synced.clock.now()))
    assert [one for one in rows(synced, "entities") if one["id"] == "T1"] == before
    assert synced.store.links.of_entity(ident("T1"))[ToolName("todos")].remote
