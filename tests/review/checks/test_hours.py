"""What is planned fits into the time that there is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from syncd.model.entities import Goal, Task
from syncd.model.ids import EntityId
from syncd.model.values import GoalStatus
from syncd.review.available_time import TimeLimits
from syncd.review.finding import Finding

MADE = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIMITS = TimeLimits(windows={0: (180,), 2: (180,)}, daily=120, weekly=240, shortest=30)


def task(goal: Goal, minutes: int | None, one: str = "t", **fields: Any) -> Task:
    it: dict[str, Any] = {
        "goal": goal.id,
        "estimate_minutes": minutes,
        "title": "Do it",
        **fields,
    }
    return Task(id=EntityId(one), created_at=MADE, **it)


def test_a_goal_that_asks_for_more_than_there_is_is_told(
    a_goal: Callable[..., Goal], found: Callable[..., list[Finding]]
) -> None:
    goal = a_goal(due=date(2026, 4, 20))  # 42 days, of which six are full ones of a week
    assert found(goal, task(goal, 6 * 240)) == []
    (one,) = found(goal, task(goal, 6 * 240 + 1))
    assert one.rule == "too-little-time"
    assert "needs 24 h 01 until 2026-04-20" in one.what
    assert "leave 24 h" in one.what
    assert goal.id in one.mend


def test_what_was_done_is_not_asked_for_again(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goal = a_goal(due=date(2026, 4, 20))
    assert rules(goal, task(goal, 6 * 240 + 60, minutes_done=60)) == []
    assert rules(goal, task(goal, 6 * 240 + 60, done=True)) == []


def test_the_other_active_goals_come_first(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goal, other = a_goal(due=date(2026, 4, 20)), a_goal("o", due=date(2026, 4, 20))
    both = [task(goal, 1000), task(other, 600, "u")]
    assert rules(goal, other, *both) == ["too-little-time", "too-little-time"]
    resting = replace(other, status=GoalStatus.PAUSED)
    assert rules(goal, resting, *both) == []


def test_a_goal_that_is_due_later_takes_its_share_only(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goal = a_goal(due=date(2026, 4, 20))
    later = a_goal("o", due=date(2026, 5, 11))  # half as long again
    assert rules(goal, later, task(goal, 840), task(later, 900, "u")) == []


def test_a_task_is_as_long_as_its_parts(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goal = a_goal(due=date(2026, 4, 20))
    whole = task(goal, None)
    parts = [task(goal, 720, f"p{it}", parent=whole.id) for it in (1, 2)]
    assert rules(goal, whole, *parts) == []
    assert rules(goal, replace(whole, estimate_minutes=60), *parts) == ["too-little-time"]


def test_weekly_minutes_beyond_the_week_are_told(
    a_goal: Callable[..., Goal], found: Callable[..., list[Finding]]
) -> None:
    goals = [a_goal(one, weekly_minutes=130, due=None) for one in "ab"]
    said = [one for one in found(*goals) if one.rule == "budgets-too-large"]
    assert "want 4 h 20 a week" in said[0].what
    assert "leave 4 h" in said[0].what


def test_without_known_hours_nothing_is_said_of_them(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goal = a_goal(weekly_minutes=9000)
    assert rules(goal, task(goal, 90_000), a_week=None) == []


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (replace(LIMITS, windows={}), "hours"),
        (replace(LIMITS, windows={0: (20,), 1: (20,), 2: (200,)}, weekly=100), None),
        (replace(LIMITS, windows=dict.fromkeys(range(7), (29,))), "hours"),
        (replace(LIMITS, daily=29), "daily_minutes"),
        (replace(LIMITS, daily=0), "daily_minutes"),
        (replace(LIMITS, weekly=29), "weekly_minutes"),
        (replace(LIMITS, weekly=241), "weekly_minutes"),
        (LIMITS, None),
    ],
)
def test_limits_that_contradict_the_hours_are_told(
    found: Callable[..., list[Finding]], limits: TimeLimits, field: str | None
) -> None:
    said = found(limits=limits)
    assert [(one.rule, one.field) for one in said] == (
        [("limits-contradict", field)] if field else []
    )
