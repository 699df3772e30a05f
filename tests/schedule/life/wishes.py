"""What the person of a simulated life wants: goals, tasks, and hours to learn in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

from syncd.model.entities import Entity, Goal, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.values import GoalStatus
from syncd.schedule.problem import Preferences
from tests.engine.world import ZONE

MONDAY = date(2026, 9, 14)
"""The first day; twelve weeks from it the clock has been put back (on 25 October)."""
START = datetime(2026, 9, 14, 4, 30, tzinfo=UTC)
TASKS = 36
GOALS = (("Lead a team", 150, 1), ("Speak Spanish", 90, 2), ("Learn data work", 120, 2))
MORE_GOALS = (("Write in public", 60, 3), ("Know the cloud", None, 4))
HOURS = {
    **dict.fromkeys(range(5), ((720, 810), (1050, 1290))),
    5: ((540, 780),),
    6: ((960, 1140),),
}
BERLIN = Preferences(
    zone=ZONE,
    hours=HOURS,
    liked=dict.fromkeys(range(5), ((1080, 1200),)),
    daily=150,
    weekly=600,
)


def goal_id(number: int) -> EntityId:
    return EntityId(f"G{number}")


def plan_of(rng: Random, weeks: int) -> Iterator[Entity]:
    """Yield five goals, a milestone each, and tasks: some 6 h 30 of work a week."""
    made_at = START - timedelta(days=3)
    for number, (title, budget, priority) in enumerate((*GOALS, *MORE_GOALS)):
        yield Goal(
            id=goal_id(number),
            title=title,
            created_at=made_at,
            status=GoalStatus.ACTIVE,
            priority=priority,
            weekly_minutes=budget,
            why="It matters",
            due=MONDAY + timedelta(weeks=weeks + 10),
        )
        yield Milestone(
            id=EntityId(f"M{number}"),
            title=f"Half of: {title}",
            created_at=made_at,
            goal=goal_id(number),
            due=MONDAY + timedelta(days=weeks * 4 + number),
        )
    yield from _tasks(rng, weeks, made_at)


def _tasks(rng: Random, weeks: int, made_at: datetime) -> Iterator[Task]:
    count = TASKS * weeks // 12
    for number in range(count):
        # Dates spread evenly; every sixth task has none; every ninth is part of the next.
        day = 9 + (weeks * 7 - 12) * (number + rng.random()) / count
        dated = number % 6 != 5
        yield Task(
            id=EntityId(f"T{number:02}"),
            title=f"Study {number:02}",
            created_at=made_at,
            goal=goal_id(rng.choice((0, 0, 1, 1, 2, 2, 3, 4))),
            parent=EntityId(f"T{number + 1:02}") if number % 9 == 7 else None,
            due=MONDAY + timedelta(days=int(day)) if dated else None,
            estimate_minutes=_effort(rng),
            priority=rng.choice((1, 2, 2, 3, 3, 4, None)),
        )


def _effort(rng: Random) -> int | None:
    """Return minutes, 130 on the average; most whole quarters, some not, some unknown."""
    if rng.random() < 0.06:
        return None
    if rng.random() < 0.1:
        return rng.choice((20, 50, 100, 200))
    return rng.choice((30, 60, 60, 90, 90, 120, 120, 150, 180, 240, 300))
