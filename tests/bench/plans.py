"""Plans of any size, the same for the same size."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from syncd.model.entities import Entity, Goal, Milestone, Task
from syncd.model.ids import EntityId, derived_id
from syncd.model.values import GoalStatus

MADE = datetime(2026, 5, 1, 8, tzinfo=UTC)


def plan_of(size: int) -> Iterator[Entity]:
    """Yield ``size`` entities: a goal in a hundred, ten milestones each, else tasks."""
    rng = random.Random(size)  # noqa: S311  # the same each time
    goals: list[EntityId] = []
    for number in range(size):
        this = derived_id("bench", str(number))
        day = date(2026, 6, 1) + timedelta(days=rng.randrange(300))
        if number % 100 == 0:
            goals.append(this)
            yield Goal(
                id=this,
                title=f"Goal {number}",
                created_at=MADE,
                status=GoalStatus.ACTIVE,
                why="To see how long it takes",
                due=day,
            )
        elif number % 100 <= 10:
            yield Milestone(
                id=this, title=f"Milestone {number}", created_at=MADE, goal=goals[-1], due=day
            )
        else:
            yield Task(
                id=this,
                title=f"Task {number}",
                notes="A line of notes. " * 4,
                created_at=MADE,
                goal=goals[-1],
                due=day,
                estimate_minutes=rng.choice((30, 60, 90)),
                priority=rng.randint(1, 4),
                labels=frozenset({"deep"} if number % 3 else {"light"}),
            )
