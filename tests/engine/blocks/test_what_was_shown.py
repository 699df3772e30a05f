"""What the person has seen in their calendar moves there; it does not come and go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncd.connect.contract import BusySpan
from syncd.model.entities import Kind, Task
from syncd.model.remote import Op
from syncd.schedule.problem import Preferences
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import ZONE, World, ident, moment

SOON = Preferences(zone=ZONE, publish_days=4)


@pytest.fixture
def world() -> World:
    """Monday noon; one task, whose block stands in the calendar."""
    made = World(shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS), preferences=SOON)
    made.clock.set_to(datetime(2026, 5, 4, 10, 0, tzinfo=UTC))
    now = made.clock.now()
    made.plan(Task(id=ident("T1"), title="Read on", created_at=now, estimate_minutes=60))
    made.settle()
    return made


def test_a_block_that_must_move_far_ahead_moves_in_the_calendar(world: World) -> None:
    calendar = world.services["calendar"]
    before = calendar.items[calendar.titled(Kind.BLOCK, "Read on")]
    seen = len(calendar.log)
    away = timedelta(days=9)
    calendar.busy["own"] = [BusySpan(world.clock.now(), world.clock.now() + away)]
    world.settle()
    after = calendar.items[before.id]
    assert moment(after, "start").at > world.clock.now() + timedelta(days=SOON.publish_days)
    assert moment(after, "start").at > moment(before, "start").at + timedelta(days=5)
    assert [one.op for one in calendar.log[seen:]] == [Op.UPDATE]


def test_a_block_planned_far_ahead_waits_to_be_shown(world: World) -> None:
    away = timedelta(days=9)
    calendar = world.services["calendar"]
    calendar.busy["own"] = [BusySpan(world.clock.now(), world.clock.now() + away)]
    task = world.entity(Kind.TASK, "Read on")
    world.plan(replace(task, id=ident("T2"), title="Read more"))
    world.settle()
    assert world.titles("calendar", Kind.BLOCK) == ["Read on"]
    assert len(list(world.store.plan.every(Kind.BLOCK, archived=False))) == 2
    for _ in range(7):
        world.clock.advance(days=1)
        world.settle()
    assert world.titles("calendar", Kind.BLOCK) == ["Read more", "Read on"]
