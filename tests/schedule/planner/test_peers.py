"""What other planners got wrong, as their users tell."""

import random
from dataclasses import replace

import pytest

from syncd.model.ids import EntityId
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Effort, Firmness, PlanWeek, Problem, Span, Timetable
from syncd.schedule.search.anneal import EarliestDueFirst
from tests.schedule.planner.problems import (
    again,
    at,
    changed,
    days,
    faults,
    problem,
    stands,
    weeks,
    work,
)

EVENING = 1080


def plan(given: Problem, effort: Effort = Effort.FULL) -> Timetable:
    return Annealer().plan(given, effort, random.Random(1))  # noqa: S311  not a secret


@pytest.mark.parametrize("effort", Effort)
def test_time_before_the_due_date_is_better_than_time_after_it(effort: Effort) -> None:
    disliked = (replace(day, liked=(Span(day.span.start, at(0, 1)),)) for day in days(3))
    liked = (replace(day, liked=day.free) for day in days(10)[3:])
    given = problem(10, work("book", 60, due=at(3, 0)), days=(*disliked, *liked))
    assert plan(given, effort).blocks[0].span.end <= at(3, 0)


def test_more_work_than_a_week_holds_goes_on_in_the_weeks_after() -> None:
    found = plan(problem(84, work("book", 40 * 60), weeks=weeks(84)))
    assert found.unplaced == {}
    assert found.blocks[-1].span.start > at(28, 0)


def test_a_task_that_begins_in_two_months_is_planned_now() -> None:
    found = plan(problem(84, work("book", 60, release=at(60, 0))))
    assert found.blocks[0].span.start >= at(60, 0)


def test_a_block_may_start_at_any_quarter_of_an_hour() -> None:
    given = problem(2, work("book", 90), days=days(2, ((1095, 1185),)))
    assert plan(given).blocks[0].span == Span(at(0, 1095), at(0, 1185))


def test_an_hour_between_two_odd_times_is_used() -> None:
    given = problem(2, work("book", 60), days=days(2, ((1090, 1150),)))
    assert plan(given).blocks[0].span == Span(at(0, 1090), at(0, 1150))


@pytest.mark.parametrize("effort", Effort)
def test_a_quarter_of_an_hour_is_preferred_to_an_odd_time(effort: Effort) -> None:
    given = problem(2, work("book", 60), days=days(2, ((1090, 1260),)))
    assert plan(given, effort).blocks[0].span == Span(at(0, 1095), at(0, 1155))


def test_an_hour_after_a_pinned_block_that_ends_at_an_odd_time_is_used() -> None:
    pinned = stands("a", "essay", at(0, 1080), 50, Firmness.FIXED)
    given = problem(
        1,
        work("book", 60),
        work("essay", 50),
        days=days(1, ((1080, 1190),)),
        standing=(pinned,),
    )
    assert plan(given).blocks[0].span == Span(at(0, 1130), at(0, 1190))


def test_a_block_that_would_run_minutes_over_the_end_of_the_hours_is_not_placed() -> None:
    given = problem(1, work("book", 60), days=days(1, ((1080, 1139),)))
    found = plan(given)
    assert all(block.span.end <= at(0, 1139) for block in found.blocks)
    assert faults(given, found) == []


def test_planning_again_clears_nothing() -> None:
    given = problem(28, *(work(f"task-{number}", 200) for number in range(5)))
    taken = again(given, plan(given))
    for effort in Effort:
        assert changed(taken, plan(taken, effort)) == []


def test_a_new_task_moves_no_block_that_stands() -> None:
    old = [work(f"task-{number}", 200) for number in range(4)]
    given = problem(28, *old)
    taken = again(given, plan(given))
    more = problem(28, *old, work("new", 90), standing=taken.standing)
    assert {block.task for block in changed(more, plan(more, Effort.REPAIR))} == {"new"}


def test_a_task_that_is_longer_than_a_block_is_split_over_days() -> None:
    found = plan(problem(14, work("book", 300)))
    assert sum(block.span.minutes for block in found.blocks) == 300
    assert len({(block.span.start - at(0, 0)) // 1440 for block in found.blocks}) >= 3


@pytest.mark.parametrize("minutes", [1, 10, 29, 31, 50, 100, 125])
def test_effort_that_is_no_whole_block_is_planned_whole(minutes: int) -> None:
    found = plan(problem(14, work("book", minutes)))
    planned = sum(block.span.minutes for block in found.blocks)
    assert found.unplaced == {}
    assert minutes <= planned < minutes + 30


def test_other_hours_on_other_weekdays_are_kept() -> None:
    given = problem(7, work("book", 90), days=(*days(1, ()), *days(7, ((300, 400),))[1:]))
    assert plan(given).blocks[0].span.start == at(1, 300)


def test_a_task_bigger_than_all_the_time_there_is_fills_it_and_the_rest_is_told() -> None:
    found = plan(problem(7, work("book", 10_000)))
    assert sum(block.span.minutes for block in found.blocks) == 480
    assert found.unplaced == {"book": 10_000 - 480}


def test_tasks_that_wait_for_each_other_in_a_circle_are_planned_all_the_same() -> None:
    one = work("one", 60, after=(EntityId("two"),))
    two = work("two", 60, after=(EntityId("one"),))
    found = plan(problem(7, one, two, work("three", 60, after=(EntityId("three"),))))
    assert found.unplaced == {}


def test_what_waits_for_a_task_without_room_is_not_planned_before_it() -> None:
    first = work("first", 10_000)
    found = plan(problem(7, first, work("then", 60, after=(EntityId("first"),))))
    assert "then" not in {block.task for block in found.blocks}
    assert found.unplaced[EntityId("then")] == 60


def test_no_free_time_is_an_empty_plan_and_a_report() -> None:
    given = problem(7, work("book", 60), days=days(7, ()))
    for planner in (Annealer(), EarliestDueFirst()):
        for effort in Effort:
            rng = random.Random(1)  # noqa: S311  not a secret
            found = planner.plan(given, effort, rng)
            assert (found.blocks, found.unplaced) == ((), {"book": 60})


@pytest.mark.parametrize("how", [{"daily": 0}, {"weeks": weeks(7, capacity=0)}])
def test_a_limit_of_nothing_is_an_empty_plan_and_a_report(how: dict[str, object]) -> None:
    found = plan(problem(7, work("book", 60), **how))
    assert (found.blocks, found.unplaced) == ((), {"book": 60})


def test_a_week_that_is_not_told_of_has_no_room() -> None:
    found = plan(problem(7, work("book", 60), weeks=()))
    assert (found.blocks, found.unplaced) == ((), {"book": 60})


@pytest.mark.parametrize("length", [23 * 60, 25 * 60])
def test_a_day_of_another_length_is_used_to_its_last_hour(length: int) -> None:
    midnight = at(6, 0)
    late = Span(midnight + length - 60, midnight + length)
    last = replace(days(7)[6], span=Span(midnight, midnight + length), free=(late,))
    given = problem(7, work("book", 60), days=(*days(7, ())[:6], last))
    found = plan(given)
    assert found.blocks[0].span == late
    assert changed(again(given, found), plan(again(given, found))) == []


def test_without_tasks_there_is_nothing_to_plan() -> None:
    assert plan(problem(7)).blocks == ()


def test_a_block_of_another_week_does_not_count_for_the_limit_of_this_one() -> None:
    pinned = stands("a", "essay", at(8, EVENING), 120, Firmness.FIXED)
    capacity = (
        PlanWeek(monday=days(1)[0].date, capacity=60),
        PlanWeek(monday=days(8)[7].date, capacity=120),
    )
    given = problem(
        14, work("book", 60), work("essay", 120), standing=(pinned,), weeks=capacity
    )
    assert plan(given).blocks[0].span.start < at(7, 0)


def test_limits_that_no_quarter_of_an_hour_fits_between_are_kept() -> None:
    found = plan(problem(7, work("book", 80), shortest=40, longest=40))
    assert [block.span.minutes for block in found.blocks] == [40, 40]
