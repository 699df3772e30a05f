from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.model.entities import (
    Achievement,
    Entity,
    Goal,
    Milestone,
    Resource,
    Skill,
    Task,
)
from syncd.model.ids import EntityId, derived_id
from syncd.model.values import GoalStatus, ResourceStatus

BERLIN = "Europe/Berlin"
MADE = datetime(2026, 1, 1, 9, tzinfo=UTC)
Begin = Callable[..., Any]


def made(cls: type[Entity], name: str, **fields: object) -> Any:
    return cls(id=EntityId(name), created_at=MADE, **{"title": name, **fields})  # type: ignore[arg-type]  # its fields, by name


GOAL = made(Goal, "goal", status=GoalStatus.ACTIVE, due=date(2026, 12, 31))
STEP = made(Milestone, "step", goal=GOAL.id)
TASK = made(Task, "task", goal=GOAL.id)


SKILL = made(Skill, "SQL", level=2, target_level=4, goals=frozenset({GOAL.id}))
BOOK = made(Resource, "Book", goal=GOAL.id, skill=SKILL.id)


@pytest.mark.parametrize(
    ("old", "new", "title", "skill"),
    [
        (STEP, replace(STEP, done=True), "Finished: step", None),
        (GOAL, replace(GOAL, status=GoalStatus.DONE), "Finished: goal", None),
        (BOOK, replace(BOOK, status=ResourceStatus.FINISHED), "Finished: Book", SKILL.id),
        (SKILL, replace(SKILL, level=5), "Reached level 5: SQL", SKILL.id),
    ],
    ids=["milestone", "goal", "resource", "skill"],
)
def test_finishing_it_is_an_achievement_once(
    story: Begin, old: Entity, new: Entity, title: str, skill: EntityId | None
) -> None:
    it = story([old])
    it.happens(new)
    achievement = Achievement(
        id=derived_id("achievement", old.id),
        title=title,
        created_at=it.now,
        date=date(2026, 3, 10),
        goal=GOAL.id,
        skill=skill,
    )
    assert it.made() == [achievement]
    it.happens(replace(achievement, archived=True), old)
    it.happens(new)
    assert "achievement" not in it.rules()


@pytest.mark.parametrize(
    "met",
    [
        replace(STEP, done=True),
        replace(GOAL, status=GoalStatus.DONE),
        replace(BOOK, status=ResourceStatus.FINISHED),
        replace(SKILL, level=4),
    ],
    ids=["milestone", "goal", "resource", "skill"],
)
def test_what_was_finished_before_the_plan_knew_it_floods_no_brag_sheet(
    story: Begin, met: Entity
) -> None:
    it = story()
    it.happens(met)
    assert it.made() == []
    it.a_day_begins(it.now + timedelta(days=1))
    assert it.made() == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SKILL, replace(SKILL, level=3)),
        (replace(SKILL, target_level=0, level=0), replace(SKILL, target_level=0, level=1)),
        (BOOK, replace(BOOK, status=ResourceStatus.IN_PROGRESS)),
        (GOAL, replace(GOAL, status=GoalStatus.DROPPED)),
        (TASK, replace(TASK, done=True)),
        (STEP, replace(STEP, done=True, archived=True)),
    ],
    ids=["closer", "no-target", "begun", "dropped", "a-task", "deleted"],
)
def test_this_is_no_achievement(story: Begin, old: Entity, new: Entity) -> None:
    it = story([old])
    it.happens(new)
    assert it.made() == []
