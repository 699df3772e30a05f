"""Killed at every moment of a cycle that plans blocks: the same blocks in the end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncd.connect.contract import BusySpan
from syncd.model.entities import Block, Goal, Kind, Task
from syncd.model.remote import Remote
from syncd.model.values import BlockState, GoalStatus
from syncd.schedule.problem import Preferences
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.checks import disagreements
from tests.engine.test_crashes import Act, Trial, nothing
from tests.engine.world import ZONE, World, end_of, ident, moment, start_of


def small() -> World:
    world = World(
        shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS),
        preferences=Preferences(zone=ZONE),
    )
    world.clock.set_to(datetime(2026, 5, 4, 10, 0, tzinfo=UTC))
    now = world.clock.now()
    goal = Goal(id=ident("G1"), title="Lead", created_at=now, status=GoalStatus.ACTIVE)
    tasks = [
        Task(
            id=ident(f"T{n}"),
            title=f"Task {n}",
            created_at=now,
            goal=goal.id,
            estimate_minutes=60 * n,
        )
        for n in (1, 2)
    ]
    world.plan(goal, *tasks)
    return world


def synced() -> World:
    world = small()
    world.settle()
    return world


def events(world: World) -> list[Remote]:
    items = world.services["calendar"].items.values()
    found = [one for one in items if one.kind is Kind.BLOCK]
    return sorted(found, key=lambda one: (moment(one, "start").at, one.id))


def an_evening(world: World) -> None:
    """A meeting lands on one block, another is dragged, one is ticked; a task is renamed."""
    calendar = world.services["calendar"]
    first, second, third = events(world)[:3]
    start = moment(first, "start").at
    calendar.busy["own"] = [BusySpan(start, start + timedelta(minutes=30))]
    moved = {
        name: replace(moment(second, name), at=moment(second, name).at - timedelta(hours=5))
        for name in ("start", "end")
    }
    calendar.edit(second.id, **moved)
    calendar.edit(third.id, state=BlockState.DONE)
    world.edit("todos", Kind.TASK, "Task 1", title="Renamed")


def a_deletion(world: World) -> None:
    world.services["calendar"].delete(events(world)[0].id)


def shown(world: World) -> list[Any]:
    blocks = [one.entity for one in world.store.plan.every(Kind.BLOCK, archived=False)]
    plan = sorted(
        (start_of(one).at, end_of(one).at, one.title, one.state, one.task)
        for one in blocks
        if isinstance(one, Block)
    )
    calendar = [(one.id, sorted(one.fields.items(), key=str)) for one in events(world)]
    tasks = [world.shows("pages", Kind.TASK, it) for it in world.titles("pages", Kind.TASK)]
    minutes = [(it["minutes_done"], it["minutes_planned"], it["next_block"]) for it in tasks]
    conflicts = world.store.history.conflicts()
    return [plan, calendar, minutes, len(conflicts)]


@pytest.mark.parametrize(
    ("begin", "act"),
    [(small, nothing), (synced, an_evening), (synced, a_deletion)],
    ids=["first blocks", "an evening", "a deletion"],
)
def test_killed_at_any_moment_the_blocks_are_the_same(
    begin: Callable[[], World], act: Act
) -> None:
    undisturbed = begin()
    act(undisturbed)
    undisturbed.sync()
    undisturbed.settle()
    expected, trial = shown(undisturbed), Trial(begin(), act)
    assert len(trial.names) > 15
    for at in trial:
        world = trial.killed(at)
        assert shown(world) == expected, trial.told(at)
        assert list(disagreements(world)) == [], trial.told(at)
        assert world.sync().writes == 0, trial.told(at)
