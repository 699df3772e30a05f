"""Goals are SMART, few, and have milestones on the way."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from syncd.model.entities import Goal, Milestone, ProfileEntry, Task
from syncd.model.ids import EntityId
from syncd.model.values import Aspect, GoalStatus
from syncd.review.finding import Finding

MADE = datetime(2026, 1, 5, 12, tzinfo=UTC)
FAR = date(2028, 6, 30)


def milestone(due: date, **fields: Any) -> Milestone:
    made: dict[str, Any] = {"goal": EntityId("g"), "title": "A step", **fields}
    return Milestone(id=EntityId(f"m{due}"), created_at=MADE, due=due, **made)


def task(one: str = "t", **fields: Any) -> Task:
    return Task(id=EntityId(one), created_at=MADE, title="Do it", **fields)


def test_a_good_goal_is_not_spoken_of(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    assert rules(a_goal()) == []


def test_an_empty_plan_has_no_faults(rules: Callable[..., list[str]]) -> None:
    assert rules(vision=True) == []


@pytest.mark.parametrize(
    ("change", "rule", "field"),
    [
        ({"title": "Improve"}, "specific", "title"),
        ({"title": ""}, "specific", "title"),
        ({"unit": ""}, "measurable", "unit"),
        ({"target": 0.0}, "measurable", "target"),
        ({"achievable": " "}, "achievable", "achievable"),
        ({"why": ""}, "relevant", "why"),
        ({"due": None}, "time-bound", "due"),
        ({"due": FAR, "status": GoalStatus.PLANNED}, "time-bound", "due"),
    ],
)
def test_each_of_the_five_is_judged(
    a_goal: Callable[..., Goal],
    found: Callable[..., list[Finding]],
    change: Mapping[str, GoalStatus | date | float | str | None],
    rule: str,
    field: str,
) -> None:
    (one,) = found(a_goal(**change))
    assert (one.rule, one.field) == (rule, field)
    assert one.mend


@pytest.mark.parametrize("status", [GoalStatus.DONE, GoalStatus.DROPPED])
def test_a_goal_that_is_over_is_not_judged(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]], status: GoalStatus
) -> None:
    assert rules(a_goal(title="", why="", status=status)) == []


def test_a_goal_without_any_vision_wants_one(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    vision = ProfileEntry(
        id=EntityId("p"), created_at=MADE, title="To lead", aspect=Aspect.VISION
    )
    assert rules(a_goal(), vision=True) == ["relevant"]
    assert rules(a_goal(), vision, vision=True) == []


def test_a_goal_that_is_far_away_wants_a_milestone_each_year(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    far = a_goal(due=FAR)
    early, late = milestone(date(2026, 12, 1)), milestone(date(2027, 9, 1))
    assert rules(far, early, late) == []
    assert rules(far, late) == ["time-bound"]
    assert rules(far, early) == ["time-bound"]


def test_a_fourth_active_goal_is_one_too_many(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goals = [a_goal(f"g{number}") for number in range(4)]
    assert rules(*goals[:3]) == []
    assert rules(*goals) == ["too-many-goals"]
    assert rules(*goals[:3], a_goal("g9", status=GoalStatus.PLANNED)) == []


def test_a_quarter_without_a_milestone_is_told(
    a_goal: Callable[..., Goal], found: Callable[..., list[Finding]]
) -> None:
    goal = a_goal(due=date(2027, 3, 31))
    (one,) = found(goal)
    assert one.rule == "milestone-each-quarter"
    assert "up to 2026-06-30, nor in 2 later" in one.what
    steps = [milestone(date(2026, month, 1)) for month in (5, 8, 11)]
    assert found(goal, *steps) == []
    assert "up to 2026-09-30" in found(goal, steps[0], steps[2])[0].what


def test_a_milestone_that_was_reached_early_counts_for_its_quarter(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goal = a_goal(due=date(2026, 8, 31))
    assert rules(goal) == ["milestone-each-quarter"]
    assert rules(goal, milestone(date(2026, 4, 1), done=True)) == []


def test_there_is_something_to_do_for_the_next_milestone(
    a_goal: Callable[..., Goal], found: Callable[..., list[Finding]]
) -> None:
    goal, near = a_goal(), milestone(date(2026, 4, 1))
    (one,) = found(goal, near)
    assert (one.rule, one.entity) == ("next-milestone-has-a-task", near)
    assert found(goal, near, task(milestone=near.id)) == []
    assert found(goal, near, task(goal=goal.id)) == []
    assert found(goal, near, task(goal=goal.id, done=True)) != []
    other = milestone(date(2026, 4, 15), goal=goal.id)
    assert found(goal, near, other, task(goal=goal.id, milestone=other.id)) != []


def test_a_milestone_that_is_far_needs_no_task_yet(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    assert rules(a_goal(), milestone(date(2026, 4, 15))) == []
    assert rules(a_goal(), milestone(date(2026, 4, 10))) == ["next-milestone-has-a-task"]


def test_a_title_is_only_a_title(
    a_goal: Callable[..., Goal], found: Callable[..., list[Finding]]
) -> None:
    long = a_goal(title="x " * 50_000 + "\x1b[2J'; rm -rf /", why="")
    (one,) = found(long)
    assert one.rule == "relevant"
    assert len(one.what + one.mend) < 200
