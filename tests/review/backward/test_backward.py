"""From a due date back to today: dates, effort, and whether it can be done."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncd.model.entities import Entity, Goal, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.values import GoalStatus
from syncd.review.available_time import (
    AvailableTime,
    BackwardPlan,
    GoalLoad,
    GoalTime,
    backward,
    finish_of,
    proposed,
    why_none,
)
from syncd.review.checks import milestone_each_quarter
from syncd.review.finding import CheckedPlan
from tests.examples import examples

MADE = datetime(2026, 1, 5, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)
G = EntityId("g")


def goal(**fields: Any) -> Goal:
    made: dict[str, Any] = {
        "title": "Lead a team",
        "status": GoalStatus.ACTIVE,
        "due": date(2027, 3, 31),
    }
    return Goal(id=G, created_at=MADE, **{**made, **fields})


def task(minutes: int, one: str = "t", of: EntityId = G, **fields: Any) -> Task:
    it = EntityId(one)
    return Task(id=it, created_at=MADE, goal=of, estimate_minutes=minutes, **fields)


def milestone(due: date, **fields: Any) -> Milestone:
    return Milestone(id=EntityId(f"m{due}"), created_at=MADE, goal=G, due=due, **fields)


def way(it: Goal, *others: Entity, a_week: int = 420, today: date = TODAY) -> GoalTime:
    sums = [number * a_week // 7 for number in range(365)]
    daily = tuple(late - early for early, late in pairwise(sums))
    room = AvailableTime(first=today, daily=daily)
    return GoalTime(
        goal=it, available=room, load=GoalLoad(plan=Plan.of([it, *others]), today=today)
    )


def planned(it: Goal, *others: Entity, **more: Any) -> BackwardPlan:
    plan = backward(way(it, *others, **more))
    assert plan is not None
    return plan


def new(it: Goal, plan: BackwardPlan) -> list[Milestone]:
    return [
        Milestone(id=one, title=title, created_at=MADE, goal=it.id, due=step.due)
        for one, title, step in proposed(it, plan)
    ]


def test_steps_are_the_ends_of_near_months_then_of_quarters_then_the_finish() -> None:
    plan = planned(goal())
    assert plan.finish == date(2027, 2, 1)  # 386 days, 58 of them kept free
    assert [str(one.due) for one in plan.steps] == [
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
        "2026-06-30",
        "2026-09-30",
        "2026-12-31",
        "2027-02-01",
    ]


@pytest.mark.parametrize(
    ("due", "finish"),
    [(date(2026, 4, 10), date(2026, 4, 3)), (date(2026, 6, 18), date(2026, 6, 3))],
    ids=["a-week", "15-percent"],
)
def test_a_buffer_of_a_week_at_least_is_kept(due: date, finish: date) -> None:
    assert planned(goal(due=due)).finish == finish


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (None, "has no due date"),
        (date(2026, 3, 9), "was due on 2026-03-09"),
        (TODAY, "too soon"),
        (date(2026, 3, 30), "too soon"),
        (date(2036, 12, 31), "too far away"),
        (date.max, "too far away"),
    ],
)
def test_a_goal_that_can_not_be_planned_gets_a_sentence(due: date | None, words: str) -> None:
    it = goal(due=due)
    assert words in str(why_none(it, TODAY))
    assert backward(way(it)) is None


@pytest.mark.parametrize(
    ("numbers", "reached"),
    [
        ({"baseline": 0.0, "target": 10.0, "current": 25.0}, True),
        ({"baseline": 90.0, "target": 80.0, "current": 79.0}, True),
        ({"baseline": 90.0, "target": 80.0, "current": 86.0}, False),
        ({"target": 10.0, "current": 9.0}, False),
    ],
)
def test_a_goal_at_its_target_needs_no_more_milestones(
    numbers: dict[str, float], reached: bool
) -> None:
    said = str(why_none(goal(due=date(2027, 12, 31), **numbers), TODAY))
    assert ("has reached its target" in said) is reached


def test_a_month_with_a_milestone_gets_no_other() -> None:
    own = milestone(date(2026, 6, 2), done=True)
    plan = planned(goal(), own)
    months = [one.due.month for one in plan.steps]
    assert 6 not in months  # reached already: neither a step nor asked for again
    plan = planned(goal(), milestone(date(2026, 9, 2)))
    assert [one.due for one in plan.steps if one.due.month == 9] == [date(2026, 9, 2)]


def test_a_proposed_milestone_that_was_deleted_is_not_proposed_again() -> None:
    it = goal()
    first, *rest = new(it, planned(it))
    gone = Milestone(id=first.id, created_at=MADE, goal=G, due=first.due, archived=True)
    again = new(it, planned(it, gone))
    assert [one.id for one in again] == [one.id for one in rest]


def test_effort_that_fits_can_be_done() -> None:
    plan = planned(goal(), task(60 * 47))  # an hour a day
    assert (plan.effort, plan.ways_out) == (60 * 47, None)
    assert plan.weekly == 60  # in 47 weeks
    assert plan.available == 420
    assert plan.slack == 328 - 46
    assert plan.steps[-1].earliest == TODAY + timedelta(days=46)


def test_too_much_effort_has_three_ways_out() -> None:
    plan = planned(goal(due=date(2026, 6, 18)), task(100 * 60))
    out = plan.ways_out
    assert plan.finish == date(2026, 6, 3)  # in 85 days; today is one more
    assert plan.slack == -14
    assert out is not None
    assert out.less == 14 * 60
    assert out.more == 69  # 840 minutes in 86 days
    assert out.later is not None
    assert finish_of(out.later, TODAY) == TODAY + timedelta(days=99)
    later = planned(goal(due=out.later), task(100 * 60))
    assert later.ways_out is None
    less = planned(goal(due=date(2026, 6, 18)), task(100 * 60 - out.less))
    assert less.ways_out is None
    more = planned(goal(due=date(2026, 6, 18)), task(100 * 60), a_week=420 + out.more)
    assert more.ways_out is None


def test_without_any_hours_it_is_never_done() -> None:
    plan = planned(goal(), task(60), a_week=0)
    assert plan.slack is None
    assert plan.ways_out is not None
    assert plan.ways_out.later is None
    assert plan.ways_out.less == 60


def test_the_weekly_minutes_of_a_goal_limit_it() -> None:
    slow = planned(goal(weekly_minutes=35), task(600))
    fast = planned(goal(), task(600))
    assert slow.slack is not None
    assert fast.slack is not None
    assert slow.slack < fast.slack
    assert slow.available == 35


def test_without_tasks_the_weekly_minutes_are_the_effort() -> None:
    plan = planned(goal(weekly_minutes=70))
    assert (plan.effort, plan.weekly, plan.slack) == (10 * 329, 70, 0)


def test_the_other_active_goals_take_their_part() -> None:
    other = Goal(
        id=EntityId("o"), created_at=MADE, status=GoalStatus.ACTIVE, due=date(2026, 5, 1)
    )
    alone = planned(goal(), task(600))
    beside = planned(goal(), task(600), other, task(3000, "u", of=other.id))
    assert alone.slack == 328 - 9
    assert beside.slack is not None
    assert beside.slack < alone.slack


def test_titles_say_how_far_the_goal_shall_be() -> None:
    it = goal(unit="lessons", baseline=0.0, current=10.0, target=60.0)
    titles = [one.title for one in new(it, planned(it))]
    assert titles[-1] == "Lead a team: 60 of 60 lessons by February 2027"
    assert titles[0] == "Lead a team: 13 of 60 lessons by March 2026"
    few = goal(unit="talks", current=1.0, target=4.0, title="A talk " * 40)
    told = new(few, planned(few))[-1].title
    assert told.endswith("…: 100 % of the way by February 2027")
    assert len(told) < 110


def test_a_goal_without_a_title_has_milestones_too() -> None:
    it = goal(title="")
    assert new(it, planned(it))[0].title.startswith("Untitled goal: ")


@examples(100)
@given(daily=st.lists(st.integers(0, 600), max_size=30), days=st.integers(-5, 100))
def test_time_only_grows_and_goes_on_as_it_was(daily: list[int], days: int) -> None:
    room = AvailableTime(first=TODAY, daily=tuple(daily))
    day = TODAY + timedelta(days=days)
    before, there = room.until(day - timedelta(days=1)), room.until(day)
    assert before <= there
    if 0 <= days < len(daily):
        assert there - before == daily[days]
    elif days >= len(daily) > 0:
        assert abs(there - before - sum(daily) / len(daily)) <= 2


DUES = st.dates(TODAY + timedelta(days=22), TODAY + timedelta(days=3650))
OWN = st.lists(
    st.builds(
        milestone,
        st.dates(TODAY - timedelta(days=200), TODAY + timedelta(days=4000)),
        done=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda one: one.due,
)
EFFORTS = st.integers(0, 200_000)


@examples(150)
@given(due=DUES, effort=EFFORTS, own=OWN)
@example(due=date(2026, 4, 1), effort=1, own=[])
def test_steps_ascend_before_the_buffer_and_share_the_whole_effort(
    due: date, effort: int, own: list[Milestone]
) -> None:
    it = goal(due=due)
    plan = planned(it, task(effort), *own)
    dues = [one.due for one in plan.steps]
    assert dues == sorted(dues)
    assert plan.finish <= due - timedelta(days=7)
    for step in plan.steps:
        assert TODAY < step.due <= (due if step.known else plan.finish)
        assert step.minutes >= 0
    if plan.steps:
        assert sum(one.minutes for one in plan.steps) == effort
    earliest = [one.earliest for one in plan.steps if one.earliest]
    assert earliest == sorted(earliest)


@examples(100)
@given(due=DUES, own=OWN)
def test_applying_twice_is_applying_once(due: date, own: list[Milestone]) -> None:
    it = goal(due=due)
    added = new(it, planned(it, *own))
    assert new(it, planned(it, *own, *added)) == []
    months = [(one.due.year, one.due.month) for one in [*added] if one.due]
    taken = {(one.due.year, one.due.month) for one in own if one.due}
    assert len(set(months)) == len(months)
    assert not taken & set(months)


@examples(100)
@given(due=DUES)
def test_the_steps_leave_no_quarter_without_a_milestone(due: date) -> None:
    it = goal(due=due)
    plan = Plan.of([it, *new(it, planned(it))])
    assert _bare(plan) == []


def _bare(plan: Plan) -> Iterable[object]:
    return list(milestone_each_quarter(CheckedPlan(plan=plan, today=TODAY, zone="UTC")))


@examples(60)
@given(due=DUES, effort=EFFORTS, a_week=st.integers(0, 3000))
def test_what_is_late_fits_with_less(due: date, effort: int, a_week: int) -> None:
    it = goal(due=due)
    plan = planned(it, task(effort), a_week=a_week)
    out = plan.ways_out
    assert (out is None) == (plan.slack is not None and plan.slack >= 0)
    if out is not None:
        assert 0 < out.less <= effort
        assert (
            planned(it, task(effort - out.less, minutes_done=0), a_week=a_week).ways_out is None
        )
