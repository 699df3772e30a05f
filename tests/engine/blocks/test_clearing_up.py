"""Clearing up in the calendar: what is over and settled is no loss; all else is."""

from datetime import UTC, datetime

import pytest

from syncd.engine.blocks.edits import live_blocks
from syncd.model.entities import Goal, Kind, Task
from syncd.model.ids import ToolName
from syncd.model.remote import Remote
from syncd.model.values import BlockState, GoalStatus
from syncd.schedule.problem import Preferences
from syncd.store.tool_store import ToolState
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import ZONE, World, ident, moment

FREE = Preferences(
    zone=ZONE,
    hours=dict.fromkeys(range(7), ((480, 1320),)),
    daily=840,
    weekly=5000,
    share=1.0,
    freeze_hours=0,
)
PAST, AHEAD = 40, 8


@pytest.fixture
def world() -> World:
    """Wednesday: Monday's many blocks are done; a few are ahead."""
    made = World(shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS), preferences=FREE)
    made.clock.set_to(datetime(2026, 5, 4, 4, 0, tzinfo=UTC))
    now = made.clock.now()
    made.plan(
        Goal(id=ident("G1"), title="Lead", created_at=now, status=GoalStatus.ACTIVE),
        *(task(made, number) for number in range(PAST)),
    )
    made.settle()
    made.clock.set_to(datetime(2026, 5, 12, 4, 0, tzinfo=UTC))
    made.settle()
    made.plan(*(task(made, PAST + number) for number in range(AHEAD)))
    made.settle()
    return made


def task(world: World, number: int) -> Task:
    return Task(
        id=ident(f"T{number:02}"),
        title=f"Task {number:02}",
        created_at=world.clock.now(),
        goal=ident("G1"),
        estimate_minutes=30,
    )


def events(world: World, *, past: bool) -> list[Remote]:
    """Return the events of blocks that are over, or of those that are not."""
    now = world.clock.now()
    items = world.services["calendar"].items.values()
    return [
        it for it in items if it.kind is Kind.BLOCK and (moment(it, "end").at <= now) is past
    ]


def clear(world: World, items: list[Remote]) -> ToolState:
    """Delete events, and return how the calendar is after the next cycle."""
    for one in items:
        world.services["calendar"].delete(one.id)
    world.sync()
    return world.store.tools.get(ToolName("calendar")).state


def states(world: World) -> list[BlockState]:
    return [one.state for one in live_blocks(world.engine.context)]


def test_clearing_up_all_that_is_done_is_no_loss(world: World) -> None:
    before = states(world)
    assert before.count(BlockState.DONE) == PAST
    assert clear(world, events(world, past=True)) is ToolState.OK
    assert states(world) == before
    assert world.sync().writes == 0


def test_what_is_ahead_is_missed_however_much_was_done(world: World) -> None:
    """Eight are a small part of all events, and all of those that matter."""
    before = states(world)
    assert clear(world, [*events(world, past=True), *events(world, past=False)]) is (
        ToolState.HELD
    )
    assert states(world) == before


def test_what_nobody_confirmed_is_asked_about(world: World) -> None:
    """Deleting it says that it did not take place; of what is done that says nothing."""
    world.clock.set_to(max(moment(it, "end").at for it in events(world, past=False)))
    world.clock.advance(minutes=5)
    world.sync()
    waiting = [it for it in events(world, past=True) if moment(it, "start").at.day > 11]
    assert states(world).count(BlockState.UNCONFIRMED) == len(waiting) == AHEAD
    before = states(world)
    assert clear(world, events(world, past=True)) is ToolState.HELD
    assert states(world) == before
