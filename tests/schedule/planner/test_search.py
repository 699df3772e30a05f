"""What the search is worth, on a quarter of a busy person's life."""

import random
import statistics
import time
from dataclasses import replace

import pytest

from syncd.schedule.planner import FULL, Annealer
from syncd.schedule.problem import Effort, Planner, Problem, Span, Timetable
from syncd.schedule.search.anneal import EarliestDueFirst
from tests.schedule.planner.instances import big, crowd, interrupted
from tests.schedule.planner.problems import again, changed, faults, problem, work


def plan(planner: Planner, given: Problem, effort: Effort = Effort.FULL) -> Timetable:
    return planner.plan(given, effort, random.Random(1))  # noqa: S311  not a secret


@pytest.fixture(scope="module")
def quarter() -> tuple[Problem, Timetable]:
    given = big(0)
    return given, plan(Annealer(), given)


def test_a_full_plan_costs_a_quarter_less_than_earliest_due_first() -> None:
    # A quarter of the steps that a full plan takes; `make bench` takes them all.
    quick = Annealer(full=replace(FULL, steps=FULL.steps // 4))
    ratios = []
    for seed in range(10):
        soonest = plan(EarliestDueFirst(), big(seed)).score.total
        ratios.append(plan(quick, big(seed)).score.total / soonest)
    assert statistics.median(ratios) <= 0.75
    assert max(ratios) < 1


def test_a_quarter_is_planned_whole_and_by_the_rules(
    quarter: tuple[Problem, Timetable],
) -> None:
    given, found = quarter
    assert faults(given, found) == []
    assert found.unplaced == {}


@pytest.mark.parametrize("effort", [Effort.REPAIR, Effort.LIGHT])
def test_a_quarter_that_is_planned_is_left_alone(
    quarter: tuple[Problem, Timetable], effort: Effort
) -> None:
    given, found = quarter
    taken = again(given, found)
    assert changed(taken, plan(Annealer(), taken, effort)) == []


@pytest.mark.parametrize("index", [3, 20, 60])
def test_a_meeting_moves_the_blocks_that_it_lands_on_and_no_other(
    quarter: tuple[Problem, Timetable], index: int
) -> None:
    given, found = quarter
    taken, hit = interrupted(again(given, found), found.blocks[index].span)
    mended = plan(Annealer(), taken, Effort.REPAIR)
    assert hit >= 1
    assert len({block.id for block in changed(taken, mended)} - {None}) == hit
    assert mended.unplaced == {}


def test_a_light_improvement_moves_little_and_gains_more_than_it_disturbs(
    quarter: tuple[Problem, Timetable],
) -> None:
    given, found = quarter
    taken, _ = interrupted(again(given, found), found.blocks[20].span)
    mended = plan(Annealer(), taken, Effort.REPAIR)
    better = plan(Annealer(), taken, Effort.LIGHT)
    assert better.score.total <= mended.score.total
    assert len(changed(taken, better)) <= 5


def test_two_thousand_tasks_are_no_reason_to_stand_still() -> None:
    few, given = crowd(100), crowd(2000)
    times = [time.process_time()]
    for tasks in (few, given):
        found = plan(Annealer(), tasks)
        times.append(time.process_time())
    assert times[2] - times[1] < 4 * (times[1] - times[0])
    assert faults(given, found) == []
    assert len(found.unplaced) > 1500
    assert found.blocks


def test_a_free_evening_more_is_worth_nothing_to_a_plan_that_is_good() -> None:
    given = problem(7, work("book", 60))
    found = plan(Annealer(), given)
    assert found.blocks[0].span == Span(given.now + 1080, given.now + 1140)
