"""What is planned from free time passes the checker: two readings of the same rules."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.ids import EntityId
from syncd.schedule.check import CheckInput, RuleViolation, Slot, check
from syncd.schedule.free_time import calendar
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import (
    Effort,
    Firmness,
    Planner,
    Preferences,
    Problem,
    ScheduledBlock,
    Span,
    TaskDemand,
    instant,
)
from syncd.schedule.search.anneal import EarliestDueFirst, Schedule
from tests.examples import examples
from tests.schedule.check.worlds import PLACES, World, moment, some_world

SHORT = Schedule(steps=300, hot=12.0, cold=0.2)
PLANNERS: dict[str, Planner] = {
    "annealer": Annealer(light=SHORT, full=SHORT),
    "baseline": EarliestDueFirst(),
}


def times(spans: Iterable[Span]) -> tuple[tuple[datetime, datetime], ...]:
    """Return spans as the checker is told them."""
    return tuple((instant(one.start), instant(one.end)) for one in spans)


def slot(name: EntityId, task: EntityId | None, span: Span, *, fixed: bool = False) -> Slot:
    """Return a block as the checker is told it."""
    return Slot(
        id=name, task=task, start=instant(span.start), end=instant(span.end), fixed=fixed
    )


def some_works(world: World, rng: random.Random) -> tuple[TaskDemand, ...]:
    """Return tasks by dice, the second after the first, the third not on a day."""
    spans = [Span(*one) for those in world.avoid.values() for one in those]
    names = [EntityId(name) for name in ("sql", "rust", "talk", "book", "cv")]
    return tuple(
        TaskDemand(
            id=name,
            title=name,
            topic=name,
            minutes=rng.choice([0, 40, 90, 300, 600]),
            due=rng.choice([None, world.now + rng.randrange(0, 9 * 1440)]),
            after=(names[0],) if number == 1 else (),
            avoid=tuple(spans) if number == 2 else (),
        )
        for number, name in enumerate(names)
    )


def some_standing(world: World, rng: random.Random) -> tuple[ScheduledBlock, ...]:
    """Return blocks as they stand, by dice: some where they may not be any more."""
    found: list[ScheduledBlock] = []
    for number in range(rng.randrange(8)):
        start = (world.now // 15 + rng.randrange(-200, 96 * 4)) * 15
        if any(one.span.start < start + 60 and start < one.span.end for one in found):
            continue
        firmness = Firmness.FIXED if start < world.now else rng.choice(list(Firmness))
        task = EntityId(rng.choice(["sql", "rust", "talk", "book"]))
        span = Span(start, start + 60)
        found.append(
            ScheduledBlock(id=EntityId(f"b{number}"), task=task, span=span, firmness=firmness)
        )
    return tuple(found)


def planned(
    world: World, rng: random.Random, planner: Planner, effort: Effort
) -> tuple[RuleViolation, ...]:
    """Return what is wrong with a plan for a world."""
    wants = replace(world.preferences, share=world.percent / 100)
    works, standing = some_works(world, rng), some_standing(world, rng)
    freed = [Span(*one) for one in world.freed]
    days, weeks = calendar(wants, [Span(*one) for one in world.busy], world.now, freed)
    problem = Problem(
        now=world.now,
        days=days,
        weeks=weeks,
        works=works,
        standing=standing,
        daily=wants.daily,
        shortest=wants.shortest,
        longest=wants.longest,
    )
    table = planner.plan(problem, effort, rng)
    given = CheckInput(
        preferences=wants,
        now=moment(world.now),
        busy=times(Span(*one) for one in world.busy),
        order=frozenset((first, one.id) for one in works for first in one.after),
        freed=times(freed),
        avoid={one.id: times(one.avoid) for one in works},
    )
    before = [
        slot(one.id, one.task, one.span, fixed=one.firmness is Firmness.FIXED)
        for one in standing
    ]
    after = [
        slot(one.id or EntityId(f"new {number}"), one.task, one.span)
        for number, one in enumerate(table.blocks)
    ]
    return check(given, before, [*(one for one in before if one.fixed), *after])


@pytest.mark.parametrize("effort", list(Effort))
@pytest.mark.parametrize("planner", PLANNERS)
@examples(30)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_every_plan_keeps_the_rules_as_the_checker_reads_them(
    planner: str, effort: Effort, seed: int
) -> None:
    rng = Random(seed)  # noqa: S311 - nothing secret
    world = some_world(rng)
    assert planned(world, rng, PLANNERS[planner], effort) == ()


@pytest.mark.parametrize(("zone", "about"), PLACES)
def test_a_full_calendar_across_a_clock_change_passes(zone: str, about: datetime) -> None:
    now = int((about - moment(0)) / timedelta(minutes=1))
    hours = dict.fromkeys(range(7), ((0, 1440),))
    wants = Preferences(zone=zone, hours=hours, daily=240, weekly=1500, horizon_days=14)
    busy = tuple((now + at * 1440, now + at * 1440 + 400) for at in range(12))
    world = World(preferences=wants, percent=60, now=now, busy=busy)
    for seed in range(3):
        rng = Random(seed)  # noqa: S311 - nothing secret
        assert planned(world, rng, PLANNERS["annealer"], Effort.LIGHT) == ()
