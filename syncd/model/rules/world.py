"""What a rule of the plan sees: the plan with what other rules already changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from syncd.model.entities import Contact, Entity, Kind, Milestone, Task, kind_of
from syncd.model.ids import EntityId
from syncd.model.plan import Part, PlanView, part_of


@dataclass(frozen=True, kw_only=True)
class World:
    """A ``PlanView`` over another one, and the day on which the rules look at it.

    before: what each changed entity was; None for one that the plan did not know.
    today: the calendar day in ``zone``, the plan's IANA zone.
    now: an aware instant.
    reminders: which contact a task reminds of, once that was looked up.
    """

    view: PlanView
    before: Mapping[EntityId, Entity | None]
    today: date
    zone: str
    now: datetime
    changed: dict[EntityId, Entity] = field(default_factory=dict)
    reminders: dict[EntityId, EntityId] = field(default_factory=dict)

    def put(self, entity: Entity) -> None:
        """Let the rules that follow see ``entity`` as it is now."""
        self.changed[entity.id] = entity

    def was(self, entity: Entity) -> Entity | None:
        """Return an entity as it was before the change; None if the plan did not know it."""
        if entity.id in self.before:
            return self.before[entity.id]
        return self.view.get(entity.id)

    def get(self, entity_id: EntityId) -> Entity | None:
        """Return an entity, archived ones too."""
        return self.changed.get(entity_id) or self.view.get(entity_id)

    def referring(self, target: EntityId, kind: Kind, field: str) -> Iterable[Entity]:
        """Return the live entities of ``kind`` whose ``field`` is or holds ``target``."""
        known = [one for one in self.view.referring(target, kind, field) if self._same(one)]
        return known + [one for one in self._now(kind) if _refers(one, field, target)]

    def of_kind(self, kind: Kind) -> Iterable[Entity]:
        """Return the live entities of a kind."""
        known = [one for one in self.view.of_kind(kind) if self._same(one)]
        return known + list(self._now(kind))

    @cached_property
    def contacts(self) -> list[Contact]:
        """All live contacts, read once."""
        return [one for one in self.of_kind(Kind.CONTACT) if isinstance(one, Contact)]

    def parts_of(self, goal: EntityId) -> Iterable[Part]:
        """Return all live milestones and tasks of a goal."""
        parts = list(self.view.parts_of(goal))
        for entity in self.changed.values():
            old = self.view.get(entity.id)
            if old and _counts(old, goal, self.view) and part_of(old) in parts:
                parts.remove(part_of(old))
            if _counts(entity, goal, self):
                parts.append(part_of(entity))
        return parts

    def _same(self, entity: Entity) -> bool:
        return entity.id not in self.changed

    def _now(self, kind: Kind) -> Iterable[Entity]:
        return (
            one for one in self.changed.values() if kind_of(one) is kind and not one.archived
        )


def goal_of(entity: Entity, view: PlanView) -> EntityId | None:
    """Return the goal of a milestone or a task: its own, else its milestone's."""
    if isinstance(entity, Milestone):
        return entity.goal
    if not isinstance(entity, Task):
        return None
    if entity.goal or not entity.milestone:
        return entity.goal
    milestone = view.get(entity.milestone)
    live = isinstance(milestone, Milestone) and not milestone.archived
    return milestone.goal if live and isinstance(milestone, Milestone) else None


def _counts(entity: Entity, goal: EntityId, view: PlanView) -> bool:
    return not entity.archived and goal_of(entity, view) == goal


def _refers(entity: Entity, name: str, target: EntityId) -> bool:
    value: Any = getattr(entity, name, None)
    return target in value if isinstance(value, frozenset) else value == target
