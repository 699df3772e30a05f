"""What belongs to goals is in its place and in use."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import pytest

from syncd.model.entities import (
    Block,
    Contact,
    Entity,
    Goal,
    Milestone,
    Resource,
    Review,
    Skill,
    Task,
)
from syncd.model.ids import EntityId
from syncd.model.values import BlockState, GoalStatus, Moment, ResourceStatus, ReviewKind
from syncd.review.finding import Finding

MADE = datetime(2026, 1, 5, 12, tzinfo=UTC)
_E = TypeVar("_E", bound=Entity)
OLD = datetime(2025, 3, 9, 12, tzinfo=UTC)


def made(cls: type[_E], one: str = "x", **fields: Any) -> _E:
    return cls(id=EntityId(one), **{"title": "A thing", "created_at": MADE, **fields})


def test_a_milestone_is_in_its_goals_time(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goal = a_goal(due=date(2026, 4, 20))
    assert rules(goal, made(Milestone, goal=goal.id, due=date(2026, 4, 20))) == []
    assert rules(goal, made(Milestone, goal=goal.id, due=date(2026, 4, 21))) == [
        "milestone-after-goal"
    ]
    assert rules(made(Milestone)) == ["milestone-without-goal"]
    assert rules(made(Milestone, done=True)) == []


@pytest.mark.parametrize(
    ("recurrence", "due", "expected"),
    [
        ("FREQ=WEEKLY", date(2026, 4, 1), []),
        ("FREQ=WEEKLY", None, ["repeat-without-day"]),
        ("FREQ=SOMETIMES", None, ["repeat-unreadable"]),
    ],
)
def test_what_repeats_has_a_rule_and_a_day(
    rules: Callable[..., list[str]], recurrence: str, due: date | None, expected: list[str]
) -> None:
    assert rules(made(Task, recurrence=recurrence, due=due)) == expected
    assert rules(made(Task, recurrence=recurrence, due=due, done=True)) == []


def test_a_skill_with_a_large_gap_has_a_task(rules: Callable[..., list[str]]) -> None:
    skill = made(Skill, "s", level=1, target_level=3)
    book = made(Resource, "r", skill=skill.id)
    assert rules(skill) == ["skill-gap-without-task"]
    assert rules(made(Skill, "s", level=2, target_level=3)) == []
    assert rules(made(Skill, "s", level=None, target_level=3)) == []
    assert rules(skill, made(Task, skill=skill.id)) == []
    assert rules(skill, made(Task, skill=skill.id, done=True)) == ["skill-gap-without-task"]
    assert rules(skill, book, made(Task, resource=book.id)) == []


def test_a_skill_of_goals_at_rest_waits_with_them(
    a_goal: Callable[..., Goal], rules: Callable[..., list[str]]
) -> None:
    goal = a_goal(status=GoalStatus.PAUSED)
    skill = made(Skill, "s", level=1, target_level=3, goals=frozenset({goal.id}))
    assert rules(goal, skill) == []
    assert rules(a_goal(), skill) == ["skill-gap-without-task"]


def test_a_level_that_nobody_looked_at_for_a_year_is_old(
    found: Callable[..., list[Finding]],
) -> None:
    skill = made(Skill, "s", level=3, created_at=OLD)
    (one,) = found(skill)
    assert one.rule == "self-assessment-old"
    assert "2025-03-09" in one.what
    assert found(skill, set_at={(skill.id, "level"): MADE}) == []
    assert found(skill, set_at={(skill.id, "title"): MADE}) != []
    assert found(made(Skill, "s", created_at=OLD)) == []


def test_a_review_of_the_year_is_a_look_at_the_levels(rules: Callable[..., list[str]]) -> None:
    skill = made(Skill, "s", level=3, created_at=OLD)
    review: dict[str, Any] = {"kind": ReviewKind.ANNUAL, "period_end": date(2025, 12, 31)}
    answers = (("What did I learn?", "SQL"),)
    assert rules(skill, made(Review, **review, answers=answers)) == []
    assert rules(skill, made(Review, **review)) == ["self-assessment-old"]
    weekly = {**review, "kind": ReviewKind.WEEKLY}
    assert rules(skill, made(Review, **weekly, answers=answers)) == ["self-assessment-old"]


@pytest.mark.parametrize(
    ("last", "overdue"),
    [(date(2026, 1, 25), False), (date(2026, 1, 24), True), (date(2025, 1, 1), True)],
    ids=["by-less-than-half", "by-half", "long"],
)
def test_a_contact_is_overdue_by_half_the_cadence(
    found: Callable[..., list[Finding]], last: date, overdue: bool
) -> None:
    contact = made(Contact, cadence_days=30, last_contact=last)  # today is 10 March
    assert [one.rule for one in found(contact)] == ["contact-overdue"] * overdue


def test_a_contact_without_a_cadence_is_never_overdue(rules: Callable[..., list[str]]) -> None:
    assert rules(made(Contact, last_contact=date(2020, 1, 1))) == []


def test_a_resource_in_progress_for_a_month_had_something_done(
    rules: Callable[..., list[str]],
) -> None:
    book = made(Resource, "r", status=ResourceStatus.IN_PROGRESS)
    recent = Moment(datetime(2026, 3, 1, 12, tzinfo=UTC))
    task = made(Task, "t", resource=book.id)
    block = made(Block, "b", task=task.id, end=recent, state=BlockState.DONE)
    assert rules(book) == ["resource-stale"]
    assert rules(book, set_at={(book.id, "status"): recent.at}) == []
    assert rules(book, task) == ["resource-stale"]
    assert rules(book, made(Task, resource=book.id, done=True, done_at=recent)) == []
    long_ago = made(Task, resource=book.id, done=True, done_at=Moment(MADE))
    assert rules(book, long_ago) == ["resource-stale"]
    assert rules(book, task, block) == []
    assert rules(made(Resource, "r", status=ResourceStatus.WANTED)) == []
