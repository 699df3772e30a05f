"""No plan is worked out, and no service is asked, while a transaction is open."""

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from syncd.connect.contract import Connector
from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.schedule.planner import LIGHT, Annealer
from syncd.schedule.problem import Effort, Problem, RandomSource, Timetable
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import World
from tests.schedule.life.person import Person
from tests.schedule.life.wishes import BERLIN, MONDAY, START, plan_of

ASKS = frozenset(["bind", "provision", "pull", "read", "find", "write", "busy"])
"""The methods of a connector that ask its service."""


@dataclass
class Watch:
    """What was done, and which of it while a transaction was open."""

    world: "Watched | None" = None
    done: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.done.append(what)
        world = self.world
        if world is None:
            return
        connection = world.store._database._connection.connection.driver_connection
        if connection.in_transaction:  # type: ignore[union-attr]  # SQLite's own
            self.inside.append(what)


class Asked:
    """A connector whose requests are watched."""

    def __init__(self, connector: Connector, watch: Watch) -> None:
        self._connector = connector
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        if name in ASKS:
            self._watch.note(f"{self._connector.name}: {name}")
        return getattr(self._connector, name)


class Planned(Annealer):
    """The planner that syncd uses, with a short search, watched."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(full=LIGHT)
        self._watch = watch

    def plan(self, problem: Problem, effort: Effort, rng: RandomSource) -> Timetable:
        self._watch.note(f"plan: {effort}")
        return super().plan(problem, effort, rng)


@dataclass
class Watched(World):
    """A world in which all requests and all planning are watched."""

    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self.watch.world = self
        self.planner = Planned(self.watch)
        super().__post_init__()

    def tool(self, name: str) -> Tool:
        made = super().tool(name)
        connector = cast("Connector", Asked(made.connector, self.watch))
        return replace(made, connector=connector)


@pytest.fixture
def watched() -> Watched:
    """A person's plan for two weeks, on its first morning."""
    world = Watched(
        shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS),
        preferences=BERLIN,
        clock=FakeClock(START),
    )
    rng = random.Random(1)  # noqa: S311  # one seed, one plan
    Person(world, BERLIN, rng).known_meetings(MONDAY, 14)
    world.plan(*plan_of(rng, 2))
    return world


def replan(world: World) -> None:
    """Ask for a full replan, as ``syncd schedule --replan`` does."""
    memory = PlannerState(world.store)
    memory.remember("wish", Effort.FULL)
    memory.ask()


def test_a_first_sync_asks_and_plans_outside_of_every_transaction(watched: Watched) -> None:
    watched.sync()
    assert {"pages: write", "todos: write", "calendar: busy", "calendar: write"} <= set(
        watched.watch.done
    )
    assert any(one.startswith("plan:") for one in watched.watch.done)
    assert watched.watch.inside == []


def test_a_full_replan_does_too(watched: Watched) -> None:
    watched.settle()
    replan(watched)
    watched.watch.done.clear()
    watched.sync()
    assert f"plan: {Effort.FULL}" in watched.watch.done
    assert watched.watch.inside == []


def test_so_does_the_weekly_look_at_what_a_full_replan_would_gain(watched: Watched) -> None:
    watched.settle()
    watched.watch.done.clear()
    watched.clock.advance(days=8)
    watched.sync()
    assert f"plan: {Effort.FULL}" in watched.watch.done
    assert watched.watch.inside == []


def test_so_do_edits_copies_deletions_and_a_process_that_was_killed(watched: Watched) -> None:
    watched.settle()
    titles = watched.titles("todos", Kind.TASK)
    watched.edit("pages", Kind.TASK, titles[0], title="Another title")
    watched.delete("todos", Kind.TASK, titles[1])
    watched.clock.advance(minutes=5)
    watched.start()
    watched.settle()
    watched.lose_state()
    watched.settle()
    assert watched.watch.inside == []


def test_what_is_edited_while_the_blocks_are_planned_is_planned_with(watched: Watched) -> None:
    world = watched
    world.settle()
    before = world.watch.done.count(f"plan: {Effort.FULL}")
    (first, *_) = [one.entity for one in world.store.plan.open_tasks()]

    def meanwhile(what: str) -> None:
        note(what)
        if what.startswith("plan:") and not edited:
            edited.append(what)
            world.plan(first.__class__(**{**vars_of(first), "estimate_minutes": 15}))

    edited: list[str] = []
    note, world.watch.note = world.watch.note, meanwhile  # type: ignore[method-assign]  # a person at the keyboard
    replan(world)
    world.sync()
    assert edited
    assert world.watch.done.count(f"plan: {Effort.FULL}") == before + 2, "the first one is void"
    task = world.store.plan.get(first.id)
    assert task is not None
    assert getattr(task.entity, "estimate_minutes", None) == 15
    assert world.settle(6).converged


def vars_of(entity: Any) -> dict[str, Any]:
    return {name: getattr(entity, name) for name in entity.__dataclass_fields__}


def test_a_plan_that_moves_all_the_time_is_left_for_the_next_cycle(watched: Watched) -> None:
    world = watched
    world.settle()
    (first, *_) = [one.entity for one in world.store.plan.open_tasks()]
    minutes = iter(range(15, 1000, 5))

    def meanwhile(what: str) -> None:
        note(what)
        if what.startswith("plan:"):
            world.plan(first.__class__(**{**vars_of(first), "estimate_minutes": next(minutes)}))

    note, world.watch.note = world.watch.note, meanwhile  # type: ignore[method-assign]  # a person at the keyboard
    replan(world)
    world.clock.advance(minutes=60)
    world.sync()
    world.watch.note = note  # type: ignore[method-assign]  # they stopped
    world.watch.done.clear()
    world.clock.advance(minutes=10)
    world.sync()
    assert f"plan: {Effort.FULL}" in world.watch.done, "what was asked for is still asked for"
    assert world.clock.now() - START > timedelta(hours=1)
