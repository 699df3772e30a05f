"""A small plan to check."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from syncd.model.entities import Entity, Goal
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.values import GoalStatus
from syncd.review.available_time import AvailableTime, TimeLimits
from syncd.review.checks import check_plan
from syncd.review.finding import CheckedPlan, Finding

TODAY = date(2026, 3, 10)
MADE = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIMITS = TimeLimits(windows={0: (180,), 2: (180,)}, daily=120, weekly=240, shortest=30)


@pytest.fixture
def a_goal() -> Callable[..., Goal]:
    """A goal that no check has a word to say of, but for what is changed."""

    def made(one: str = "g", **changes: Any) -> Goal:
        smart = {
            "title": "Lead a team of five",
            "status": GoalStatus.ACTIVE,
            "unit": "projects",
            "baseline": 0.0,
            "current": 1.0,
            "target": 4.0,
            "achievable": "two evenings a week",
            "why": "to shape what we build",
            "due": date(2026, 4, 20),
        }
        return Goal(id=EntityId(one), created_at=MADE, **{**smart, **changes})

    return made


@pytest.fixture
def found() -> Callable[..., list[Finding]]:
    """What the checks find in a plan, but for the vision that it lacks."""

    def look(
        *entities: Entity,
        a_week: int | None = 240,
        limits: TimeLimits = LIMITS,
        set_at: dict[tuple[EntityId, str], datetime] | None = None,
        vision: bool = False,
    ) -> list[Finding]:
        daily = () if a_week is None else tuple([a_week, 0, 0, 0, 0, 0, 0] * 52)
        room = AvailableTime(first=TODAY, daily=daily, limits=limits)
        facts = CheckedPlan(
            plan=Plan.of(entities),
            today=TODAY,
            zone="Europe/Berlin",
            set_at=set_at or {},
            available=None if a_week is None else room,
        )
        return [one for one in check_plan(facts) if vision or one.field != "aspect"]

    return look


@pytest.fixture
def rules(found: Callable[..., list[Finding]]) -> Callable[..., list[str]]:
    """The names of the rules that find something."""

    def look(*entities: Entity, **more: Any) -> list[str]:
        return [one.rule for one in found(*entities, **more)]

    return look
