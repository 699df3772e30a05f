"""Which moves of blocks are called needless."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncd.connect.contract import BusySpan
from syncd.model.entities import Block, Task
from syncd.model.ids import EntityId
from syncd.model.values import BlockState, Moment
from syncd.schedule.problem import Preferences
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import ZONE, World, ident
from tests.schedule.life.counting import NEEDLESS, live_blocks, moves

Blocks = dict[EntityId, Block]


@pytest.fixture
def world() -> World:
    """Monday noon; two tasks of an hour, whose blocks stand in the calendar."""
    made = World(
        shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS), preferences=Preferences(zone=ZONE)
    )
    made.clock.set_to(datetime(2026, 5, 4, 10, 0, tzinfo=UTC))
    for n in (1, 2):
        now = made.clock.now()
        made.plan(
            Task(id=ident(f"T{n}"), title=f"Task {n}", created_at=now, estimate_minutes=60)
        )
    made.settle()
    return made


def shifted(blocks: Blocks, **values: object) -> tuple[Blocks, Block]:
    """Return the blocks with one of them a day later, and that one as it was."""
    block = min(blocks.values(), key=lambda one: one.id)
    assert block.start is not None
    assert block.end is not None
    later = {
        "start": Moment(block.start.at + timedelta(days=1), ZONE),
        "end": Moment(block.end.at + timedelta(days=1), ZONE),
    }
    return {**blocks, block.id: replace(block, **{**later, **values})}, block  # type: ignore[arg-type]  # its fields, by name


def why(world: World, after: Blocks, touched: tuple[EntityId, ...] = ()) -> list[str]:
    return [one.why for one in moves(world, live_blocks(world), after, touched)]


def test_a_move_from_a_place_that_was_still_good_is_needless(world: World) -> None:
    after, _ = shifted(live_blocks(world))
    assert why(world, after) == [NEEDLESS]


def test_a_block_that_lies_where_it_lay_has_not_moved(world: World) -> None:
    assert why(world, live_blocks(world)) == []


def test_a_move_away_from_a_meeting_is_needed(world: World) -> None:
    after, block = shifted(live_blocks(world))
    assert block.start is not None
    start = block.start.at
    world.services["calendar"].busy["own"] = [BusySpan(start, start + timedelta(minutes=15))]
    assert why(world, after) == ["busy"]


def test_a_move_by_the_person_is_none_of_syncds(world: World) -> None:
    after, block = shifted(live_blocks(world))
    assert why(world, after, (block.id,)) == []
    pinned, _ = shifted(live_blocks(world), state=BlockState.PINNED)
    assert why(world, pinned) == []


def test_a_block_that_is_dropped_while_its_task_wants_it_moved_without_need(
    world: World,
) -> None:
    before = live_blocks(world)
    block = min(before.values(), key=lambda one: one.id)
    after = {one: it for one, it in before.items() if one != block.id}
    assert why(world, after) == [NEEDLESS]


def test_a_longer_block_is_needed_only_where_more_is_wanted(world: World) -> None:
    block = min(live_blocks(world).values(), key=lambda one: one.id)
    assert block.end is not None
    longer = Moment(block.end.at + timedelta(minutes=30), ZONE)
    after, _ = shifted(live_blocks(world), start=block.start, end=longer)
    assert why(world, after) == [NEEDLESS]
    task = world.store.plan.get(block.task or ident(""))
    assert task is not None
    world.plan(replace(task.entity, estimate_minutes=90))  # type: ignore[call-arg]  # it is a task
    assert why(world, after) == ["its task needs other time"]
