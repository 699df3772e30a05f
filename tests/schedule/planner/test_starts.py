"""A search begins from the best that can be had without it, and ends no worse."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from syncd.model.ids import EntityId
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Effort, Firmness, Problem, Span, Timetable, Weights
from syncd.schedule.search.anneal import EarliestDueFirst, Floor, Schedule, afresh
from syncd.schedule.search.instance import encode
from syncd.schedule.search.repair import repaired
from syncd.schedule.search.solution import timetable
from tests.schedule.planner.instances import big, interrupted
from tests.schedule.planner.problems import again, faults, problems, work

SHORT = Annealer(
    light=Schedule(steps=60, hot=1.0, cold=0.1), full=Schedule(steps=250, hot=10.0, cold=0.1)
)
SEARCHES = (Effort.LIGHT, Effort.FULL)
PRODUCT = Weights(
    budget=3.0, length=1.5, move=24.0, draft_move=0.3, longest_gap=5, busy_week=0.0, taste=0.4
)


def plan(problem: Problem, effort: Effort, planner: Annealer = SHORT) -> Timetable:
    return planner.plan(problem, effort, random.Random(1))  # noqa: S311  not a secret


def soonest(problem: Problem) -> Timetable:
    return EarliestDueFirst().plan(problem, Effort.FULL, random.Random(1))  # noqa: S311  not a secret


def lacks_no_more(problem: Problem, found: Timetable, other: Timetable) -> bool:
    """Say whether one leaves no more minutes without a place than another, or places more
    by what its tasks matter."""
    weight = {one.id: one.weight for one in problem.works}
    minutes = [sum(one.unplaced.values()) for one in (found, other)]
    weighed = [
        sum(weight[task] * left for task, left in one.unplaced.items())
        for one in (found, other)
    ]
    return minutes[0] <= minutes[1] or weighed[0] < weighed[1]


def starts(problem: Problem, effort: Effort) -> Iterator[Timetable]:
    """Yield all that a search may begin from: it must leave no more without a place than
    earliest due first does."""
    whole = encode(problem)
    floor = Floor(whole)
    found = [repaired(whole), floor.filled(), *afresh(whole, Firmness.PUBLISHED)]
    found += afresh(whole, Firmness.FROZEN) if effort is Effort.FULL else []
    yield from filter(floor.holds, map(timetable, found))


@pytest.mark.parametrize("effort", SEARCHES)
@given(problem=problems())
@settings(max_examples=60)
def test_a_search_never_costs_more_than_what_it_could_begin_from(
    effort: Effort, problem: Problem
) -> None:
    found = plan(problem, effort).score.total
    assert all(found <= one.score.total + 1e-6 for one in starts(problem, effort))


@pytest.mark.parametrize("effort", Effort)
@given(problem=problems())
@settings(max_examples=60)
def test_no_more_is_left_without_a_place_than_by_earliest_due_first(
    effort: Effort, problem: Problem
) -> None:
    """All that may stay stays for both."""
    floor = timetable(Floor(encode(problem)).soonest)
    assert faults(problem, floor) == []
    assert lacks_no_more(problem, plan(problem, effort), floor)


@given(problem=problems())
@settings(max_examples=60)
def test_where_nothing_stands_that_is_earliest_due_first(problem: Problem) -> None:
    alone = tuple(
        one for one in problem.standing if one.firmness in (Firmness.FIXED, Firmness.FROZEN)
    )
    bare = replace(problem, standing=alone)
    assert timetable(Floor(encode(bare)).soonest).unplaced == soonest(bare).unplaced


def crowded(seed: int, capacity: int) -> Problem:
    """Return a quarter of a busy person's life with so many minutes a week to learn in."""
    whole = big(seed)
    weeks = tuple(replace(week, capacity=capacity) for week in whole.weeks)
    return replace(whole, weeks=weeks, weights=PRODUCT if seed % 2 else whole.weights)


@pytest.mark.parametrize("capacity", [540, 600, 720])
@pytest.mark.parametrize("seed", range(8))
def test_a_light_search_of_a_busy_quarter_beats_earliest_due_first(
    seed: int, capacity: int
) -> None:
    given = crowded(seed, capacity)
    found, other = plan(given, Effort.LIGHT, Annealer()), soonest(given)
    assert found.score.total < other.score.total
    assert lacks_no_more(given, found, other)
    assert faults(given, found) == []


@pytest.mark.parametrize("seed", range(4))
def test_with_much_to_mend_a_light_search_beats_all_it_could_begin_from(seed: int) -> None:
    """A quarter as earliest due first placed it, half of it in the calendar; a meeting
    lands on a block, and there is something urgent."""
    given = crowded(seed, 600)
    taken = again(given, soonest(given))
    standing = tuple(
        replace(block, firmness=Firmness.PUBLISHED if number < 40 else Firmness.DRAFT)
        for number, block in enumerate(taken.standing)
    )
    hit, _ = interrupted(replace(taken, standing=standing), taken.standing[5].span)
    urgent = work("urgent", 240, weight=4.0, due=given.now + 5 * 1440)
    broken = replace(hit, works=(*hit.works, urgent), weights=PRODUCT)
    found = plan(broken, Effort.LIGHT, Annealer())
    told = list(starts(broken, Effort.LIGHT))
    assert len(told) >= 3
    assert all(found.score.total < one.score.total for one in told)


def test_what_stands_in_the_calendar_is_not_weighed_anew_by_a_light_search() -> None:
    """Only drafts are laid anew: nobody has seen them."""
    given = big(1)
    taken = again(given, soonest(given))
    seen = replace(
        taken,
        standing=tuple(replace(one, firmness=Firmness.PUBLISHED) for one in taken.standing),
    )
    assert afresh(encode(seen), Firmness.PUBLISHED) == []
    assert len(afresh(encode(seen), Firmness.FROZEN)) == 2
    pinned = {one.id: one.span for one in seen.standing[:3]}
    stays = tuple(
        replace(one, firmness=Firmness.FROZEN) if one.id in pinned else one
        for one in seen.standing
    )
    for effort in Effort:
        found = plan(replace(seen, standing=stays), effort)
        spans: dict[EntityId | None, Span] = {one.id: one.span for one in found.blocks}
        assert all(spans[block] == span for block, span in pinned.items())
