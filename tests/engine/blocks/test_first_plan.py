"""The first plan is made with all the effort there is; what stands then is left in peace."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from syncd.engine.blocks.edits import live_blocks
from syncd.engine.blocks.planner_state import sources_of
from syncd.engine.blocks.service import difference
from syncd.model.entities import Block, Task
from syncd.model.rules.blocks import AHEAD
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import (
    Effort,
    Firmness,
    Placed,
    Problem,
    RandomSource,
    ScheduledBlock,
    Span,
    Timetable,
    minute_of,
)
from syncd.schedule.search.objective import score
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import World, ident
from tests.schedule.life.person import Person
from tests.schedule.life.wishes import BERLIN, MONDAY, START, plan_of

WEEKS = 3


@dataclass(frozen=True)
class Seen:
    """What a planner was asked."""

    problem: Problem
    effort: Effort


class Watched(Annealer):
    """The planner that syncd uses; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Seen] = []

    def plan(self, problem: Problem, effort: Effort, rng: RandomSource) -> Timetable:
        self.seen.append(Seen(problem, effort))
        return super().plan(problem, effort, rng)

    @property
    def efforts(self) -> list[Effort]:
        return [one.effort for one in self.seen]


def world_of(seed: int) -> tuple[World, Watched]:
    """Return a person's plan for some weeks, on its first morning."""
    rng, planner = random.Random(seed), Watched()  # noqa: S311  # one seed, one plan
    world = World(
        shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS),
        preferences=BERLIN,
        planner=planner,
        clock=FakeClock(START),
    )
    Person(world, BERLIN, rng).known_meetings(MONDAY, WEEKS * 7)
    world.plan(*plan_of(rng, WEEKS))
    return world, planner


def ahead(world: World) -> Sequence[Block]:
    return [one for one in live_blocks(world.engine.context) if one.state in AHEAD]


def as_placed(blocks: Sequence[Block]) -> list[Placed]:
    """Return new blocks as a planner gives them."""
    found = []
    for one in blocks:
        assert one.start is not None
        assert one.end is not None
        assert one.task is not None
        span = Span(minute_of(one.start.at), minute_of(one.end.at))
        found.append(Placed(id=None, task=one.task, span=span))
    return sorted(found, key=lambda it: (it.span, it.task))


def whole(problem: Problem) -> Timetable:
    """Return what the full search finds on that day."""
    day = problem.days[0].date.toordinal()
    return Annealer().plan(problem, Effort.FULL, random.Random(day))  # noqa: S311  # no secret


@pytest.mark.parametrize("seed", range(1, 4))
def test_the_first_plan_is_what_the_full_search_finds(seed: int) -> None:
    world, planner = world_of(seed)
    world.sync()
    (asked,) = planner.seen
    best, mine = whole(asked.problem), as_placed(ahead(world))
    assert len(mine) > 5
    assert score(asked.problem, mine).total == best.score.total
    assert mine == list(best.blocks)


def task(world: World, name: str, **more: object) -> Task:
    given = {"estimate_minutes": 60, "due": date(2026, 11, 1), **more}
    return Task(id=ident(name), title=name, created_at=world.clock.now(), **given)  # type: ignore[arg-type]  # its fields, by name


def test_what_stands_after_the_first_plan_is_left_in_peace() -> None:
    world, planner = world_of(1)
    world.sync()
    before = {one.id: one.start for one in ahead(world)}
    planner.seen.clear()
    world.plan(task(world, "one more"))
    world.settle()
    assert set(planner.efforts) == {Effort.REPAIR}
    after = {one.id: one.start for one in ahead(world)}
    assert {name: after[name] for name in before} == before


def test_a_draft_alone_stands_too() -> None:
    """Everything is so far ahead that nothing is in the calendar yet."""
    world, planner = world_of(1)
    leave = (MONDAY, MONDAY + timedelta(days=40))
    Person(world, BERLIN, random.Random(1)).take_leave(*leave)  # noqa: S311  # one seed
    world.sync()
    assert planner.efforts == [Effort.FULL]
    assert {one.firmness for one in world_standing(world, planner)} == {Firmness.DRAFT}
    assert Effort.FULL not in planner.efforts


def world_standing(world: World, planner: Watched) -> Sequence[ScheduledBlock]:
    """Return what stands when one more task is planned; the planner remembers that alone."""
    planner.seen.clear()
    world.plan(task(world, "later", due=None))
    world.settle()
    return planner.seen[0].problem.standing


def test_once_all_blocks_are_over_the_next_plan_is_a_first_one() -> None:
    world, planner = world_of(1)
    world = World(
        shapes=world.shapes, preferences=BERLIN, planner=planner, clock=FakeClock(START)
    )
    world.plan(task(world, "first"))
    world.settle()
    (block,) = ahead(world)
    assert block.end is not None
    world.clock.set_to(block.end.at + timedelta(hours=1))
    world.sync()
    planner.seen.clear()
    world.plan(task(world, "second"))
    world.settle()
    assert planner.efforts[0] is Effort.FULL
    assert planner.seen[0].problem.standing


def test_what_is_shown_before_the_first_plan_is_that_plan() -> None:
    """`syncd pause --dry-run` and the like ask for a light search."""
    world, planner = world_of(2)
    context = world.engine.context
    world.preview()
    assert planner.efforts == [Effort.FULL]
    world.sync()
    planner.seen.clear()
    difference(context, sources_of(context), Effort.LIGHT, planner)
    assert planner.efforts == [Effort.LIGHT]
