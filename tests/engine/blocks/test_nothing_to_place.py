"""While nobody knows when the person is busy, nothing is placed, and nothing is spent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from syncd.connect.contract import BusySpan
from syncd.engine.blocks.edits import live_blocks
from syncd.engine.context import SCHEDULE
from syncd.model.entities import Goal, Kind, Task
from syncd.model.values import GoalStatus
from syncd.schedule.problem import Preferences
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import ZONE, World, ident

BERLIN = Preferences(zone=ZONE)
ONE_CLOSED = (LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS)
NO_CALENDAR = (LIKE_NOTION, LIKE_TODOS)


def made(*shapes: Any) -> World:
    """Monday noon; a goal with three tasks that want time; a calendar that is closed."""
    world = World(shapes=shapes, preferences=BERLIN)
    world.clock.set_to(datetime(2026, 5, 4, 10, 0, tzinfo=UTC))
    if "calendar" in world.services:
        world.services["calendar"].busy["team"] = None
    now = world.clock.now()
    goal = Goal(id=ident("G1"), title="Lead", created_at=now, status=GoalStatus.ACTIVE)
    world.plan(goal, *(task(world, number) for number in range(3)))
    world.settle()
    return world


def task(world: World, number: int) -> Task:
    return Task(
        id=ident(f"T{number}"),
        title=f"Task {number}",
        created_at=world.clock.now(),
        goal=ident("G1"),
        estimate_minutes=60,
    )


def reads_of_the_plan(world: World) -> list[str]:
    """Return what the next cycle asks of the plan's entities."""
    asked: list[str] = []

    def note(*event_args: Any) -> None:
        statement = " ".join(event_args[2].split())
        if statement.startswith("SELECT") and "FROM entities" in statement:
            asked.append(statement)

    engine = world.store._database._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert world.sync().writes == 0
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return asked


closed = pytest.mark.parametrize(
    "shapes",
    [
        pytest.param(ONE_CLOSED, id="a calendar that is closed"),
        pytest.param(NO_CALENDAR, id="no calendar"),
    ],
)


@closed
def test_a_cycle_in_which_nothing_can_be_placed_reads_no_task(shapes: Any) -> None:
    assert reads_of_the_plan(made(*shapes)) == []


@closed
def test_a_task_that_is_ticked_is_looked_at_once(shapes: Any) -> None:
    world = made(*shapes)
    world.edit("todos", Kind.TASK, "Task 1", done=True)
    world.settle()
    assert reads_of_the_plan(world) == []


def test_meetings_that_come_and_go_beside_a_closed_calendar_ask_for_nothing() -> None:
    world = made(*ONE_CLOSED)
    for minutes in range(3):
        world.services["calendar"].busy["own"] = [_busy(world, minutes)]
        assert reads_of_the_plan(world) == []


def _busy(world: World, minutes: int) -> BusySpan:
    now = world.clock.now()
    return BusySpan(now, now + timedelta(minutes=60 + minutes))


def test_what_could_not_be_placed_is_placed_as_soon_as_the_calendar_opens() -> None:
    world = made(*ONE_CLOSED)
    assert live_blocks(world.engine.context) == []
    del world.services["calendar"].busy["team"]
    world.settle()
    assert len(live_blocks(world.engine.context)) == 3
    assert world.store.links.dirty(SCHEDULE) == {}


def test_a_task_added_while_the_calendar_was_down_gets_its_time_once_that_is_back() -> None:
    """The calendar shows no news then: what is owed is remembered."""
    world = made(*ONE_CLOSED)
    del world.services["calendar"].busy["team"]
    world.settle()
    world.services["calendar"].faults.down = True
    world.plan(task(world, 3))
    for _ in range(2):
        world.sync()
    assert reads_of_the_plan(world) == []
    world.services["calendar"].faults.down = False
    world.clock.advance(minutes=60)
    world.settle()
    assert len(live_blocks(world.engine.context)) == 4
