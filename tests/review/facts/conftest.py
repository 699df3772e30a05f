"""A small plan of a career, and its history, for the facts of a week."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from syncd.model.entities import Block, Entity, Goal, Task, kind_of
from syncd.model.ids import EntityId
from syncd.model.values import BlockState, GoalStatus, Moment, ReviewKind
from syncd.review.periods import Edit, Inputs, read_period

ZONE = "Europe/Berlin"
_E = TypeVar("_E", bound=Entity)
LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Story:
    """Collects what is in the plan and what happened to it."""

    def __init__(self) -> None:
        self.entities: dict[EntityId, Entity] = {}
        self.edits: list[Edit] = []
        self.assumed: set[EntityId] = set()

    def at(self, day: str, clock: str = "18:00") -> datetime:
        wall = datetime.fromisoformat(f"{day}T{clock}")
        return wall.replace(tzinfo=ZoneInfo(ZONE))

    def add(self, entity: _E) -> _E:
        """Put an entity into the plan as it is now, known since long ago."""
        self.entities[entity.id] = entity
        return entity

    def goal(self, title: str = "Lead a team", **values: Any) -> Goal:
        made = Goal(
            id=EntityId(f"goal {title}"),
            title=title,
            created_at=LONG_AGO,
            status=GoalStatus.ACTIVE,
        )
        return self.add(replace(made, **values))

    def task(self, title: str, **values: Any) -> Task:
        made = Task(id=EntityId(f"task {title}"), title=title, created_at=LONG_AGO)
        return self.add(replace(made, **values))

    def block(self, day: str, minutes: int = 60, **values: Any) -> Block:
        """Add a block; ``clock``: when it starts. It is done unless told otherwise."""
        start = self.at(day, values.pop("clock", "18:00"))
        made = Block(
            id=EntityId(f"block {len(self.entities)}"),
            title="Read",
            created_at=LONG_AGO,
            start=Moment(start),
            end=Moment(start.astimezone(UTC) + timedelta(minutes=minutes)),
            state=BlockState.DONE,
        )
        return self.add(replace(made, **values))

    def happened(self, at: datetime, entity: Entity, by: str = "you", **changes: Any) -> None:
        """Change an entity, and write that down."""
        known = self.entities[entity.id]
        for name, value in changes.items():
            before = getattr(known, name)
            self.edits.append(
                Edit(
                    at=at,
                    by=by,
                    entity=entity.id,
                    kind=kind_of(entity),
                    title=known.title,
                    field=name,
                    before=before,
                    after=value,
                )
            )
        self.entities[entity.id] = replace(known, **changes)

    def made(self, at: datetime, entity: _E, by: str = "you") -> _E:
        """Add an entity at a moment of its history."""
        self.edits.append(
            Edit(at=at, by=by, entity=entity.id, kind=kind_of(entity), title="", field="")
        )
        return self.add(entity)

    def inputs(self, period: str = "2026-W47", now: datetime | None = None) -> Inputs:
        kind = ReviewKind.WEEKLY if "W" in period else ReviewKind.QUARTERLY
        kind = kind if "-" in period else ReviewKind.ANNUAL
        which = read_period(kind, period)
        return Inputs(
            period=which,
            now=now or which.end(ZONE) + timedelta(hours=7),
            zone=ZONE,
            entities=tuple(self.entities.values()),
            edits=tuple(self.edits),
            assumed=frozenset(self.assumed),
            weekly_cap=480,
        )


@pytest.fixture
def story() -> Story:
    return Story()
