"""The plan as it can be read, and an in-memory one."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

from syncd.model.entities import Entity, Kind, Milestone, Task, kind_of
from syncd.model.ids import EntityId
from syncd.model.schema import Fields, fields_of, references
from syncd.model.values import Moment

NaturalKey = tuple[Kind, str, str]
"""Kind, normalised title, and what else makes it the same thing (mostly its goal)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a goal's progress needs to know of one of its milestones or tasks.

    ``repeats``: a task with a recurrence, done or not.
    """

    kind: Kind
    done: bool
    estimate_minutes: int | None = None
    repeats: bool = False


class PlanView(Protocol):
    """Read access to a plan, without loading all of it."""

    def get(self, entity_id: EntityId) -> Entity | None:
        """Return an entity, archived ones too."""
        ...

    def referring(self, target: EntityId, kind: Kind, field: str) -> Iterable[Entity]:
        """Return the live entities of ``kind`` whose ``field`` is or holds ``target``."""
        ...

    def parts_of(self, goal: EntityId) -> Iterable[Part]:
        """Return all live milestones and tasks of a goal.

        A task without a goal of its own belongs to its milestone's goal.
        """
        ...

    def of_kind(self, kind: Kind) -> Iterable[Entity]:
        """Return the live entities of a kind."""
        ...


@dataclass(frozen=True)
class Plan:
    """A whole plan in memory; a ``PlanView``. Change it with ``with_entity``."""

    by_id: Mapping[EntityId, Entity] = field(default_factory=dict)

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> "Plan":
        """Return a plan of these; of two with one id the later one stays."""
        return cls(MappingProxyType({entity.id: entity for entity in entities}))

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def with_entity(self, *entities: Entity) -> "Plan":
        """Return this plan with these added or put in place of their older selves."""
        return Plan.of([*self.by_id.values(), *entities])

    def get(self, entity_id: EntityId) -> Entity | None:
        """Return an entity, archived ones too."""
        return self.by_id.get(entity_id)

    def referring(self, target: EntityId, kind: Kind, field: str) -> Iterable[Entity]:
        """Return the live entities of ``kind`` whose ``field`` is or holds ``target``."""
        return self._referring.get((target, kind, field), ())

    def parts_of(self, goal: EntityId) -> Iterable[Part]:
        """Return all live milestones and tasks of a goal."""
        milestones = list(self.referring(goal, Kind.MILESTONE, "goal"))
        for milestone in milestones:
            yield part_of(milestone)
            for task in self.referring(milestone.id, Kind.TASK, "milestone"):
                if isinstance(task, Task) and task.goal is None:
                    yield part_of(task)
        for task in self.referring(goal, Kind.TASK, "goal"):
            yield part_of(task)

    def of_kind(self, kind: Kind) -> Iterable[Entity]:
        """Return the live entities of a kind."""
        return self._of_kind.get(kind, ())

    def by_natural_key(self) -> dict[NaturalKey, list[Entity]]:
        """Return all entities by what a person would call the same thing."""
        by_key: dict[NaturalKey, list[Entity]] = defaultdict(list)
        for entity in self:
            by_key[natural_key(entity)].append(entity)
        return dict(by_key)

    @cached_property
    def _referring(self) -> Mapping[tuple[EntityId, Kind, str], list[Entity]]:
        by_target: dict[tuple[EntityId, Kind, str], list[Entity]] = defaultdict(list)
        for entity in self:
            if entity.archived:
                continue
            kind = kind_of(entity)
            for name, target in references(kind, fields_of(entity)):
                by_target[target, kind, name].append(entity)
        return dict(by_target)

    @cached_property
    def _of_kind(self) -> Mapping[Kind, list[Entity]]:
        by_kind: dict[Kind, list[Entity]] = defaultdict(list)
        for entity in self:
            if not entity.archived:
                by_kind[kind_of(entity)].append(entity)
        return dict(by_kind)


def part_of(entity: Entity) -> Part:
    """Return what a goal's progress needs to know of a milestone or a task."""
    if isinstance(entity, Task):
        return Part(
            kind=Kind.TASK,
            done=entity.done,
            estimate_minutes=entity.estimate_minutes,
            repeats=bool(entity.recurrence.strip()),
        )
    return Part(kind=kind_of(entity), done=isinstance(entity, Milestone) and entity.done)


def normalised(title: str) -> str:
    """Return a title as it is compared: case folded, NFKC, white space collapsed.

    Folded twice: Unicode's definition of a compatibility caseless match.
    """
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", title).casefold())
    return " ".join(unicodedata.normalize("NFKC", once.casefold()).split())


_SAME_PARENT: Mapping[Kind, tuple[str, ...]] = {
    Kind.PROFILE: ("aspect",),
    Kind.MILESTONE: ("goal",),
    Kind.TASK: ("goal",),
    Kind.BLOCK: ("task", "goal", "start"),
    Kind.REVIEW: ("kind", "period_start"),
}
"""Which fields, beside kind and title, two equal things have in common."""


def natural_key(entity: Entity) -> NaturalKey:
    """Return what makes two entities the same thing for a person.

    Several entities may share one: each occurrence of a repeated task, for example.
    """
    return natural_key_of(kind_of(entity), fields_of(entity))


def natural_key_of(kind: Kind, fields: Fields) -> NaturalKey:
    """Return the natural key that an entity with these fields would have."""
    parents = [fields.get(name) for name in _SAME_PARENT.get(kind, ())]
    return (kind, normalised(str(fields.get("title") or "")), "|".join(map(_text, parents)))


def _text(value: object) -> str:
    if isinstance(value, Moment):
        return value.at.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
