"""What a rule of the plan sees: the plan with what other rules already changed, and what is live in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto
from functools import cached_property
from typing import Any

from syncd.model.entities import Block, Contact, Entity, Goal, Kind, Milestone, Task, kind_of
from syncd.model.ids import EntityId
from syncd.model.plan import Part, PlanView, part_of
from syncd.model.values import BlockState, GoalStatus


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
        known = [
            entity for entity in self.view.referring(target, kind, field) if self._same(entity)
        ]
        return known + [entity for entity in self._now(kind) if _refers(entity, field, target)]

    def of_kind(self, kind: Kind) -> Iterable[Entity]:
        """Return the live entities of a kind."""
        known = [entity for entity in self.view.of_kind(kind) if self._same(entity)]
        return known + list(self._now(kind))

    @cached_property
    def contacts(self) -> list[Contact]:
        """All live contacts, read once."""
        return [entity for entity in self.of_kind(Kind.CONTACT) if isinstance(entity, Contact)]

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
            entity
            for entity in self.changed.values()
            if kind_of(entity) is kind and not entity.archived
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


_DEEPEST = 10
_AT_REST = frozenset({GoalStatus.PAUSED, GoalStatus.DROPPED})
_TO_COME = frozenset({BlockState.PUBLISHED, BlockState.PINNED})
_OVER = frozenset({BlockState.UNCONFIRMED, BlockState.DONE, BlockState.MISSED})


class LiveState(Enum):
    """IN: hold it. KEEP: leave it where it is, do not create it. OUT: take it out."""

    IN = auto()
    KEEP = auto()
    OUT = auto()


def live_state(entity: Entity, view: PlanView) -> LiveState:
    """Say whether a tool that carries only live things should hold ``entity``.

    Open tasks and milestones of a goal that is paused or dropped go out, and come
    back with it. A sub-task without a goal goes with the task it is a part of.
    """
    if entity.archived:
        return LiveState.OUT
    if isinstance(entity, Goal):
        return LiveState.IN if entity.status is GoalStatus.ACTIVE else LiveState.OUT
    if isinstance(entity, Block):
        return _of_block(entity, view)
    if not isinstance(entity, Task | Milestone):
        return LiveState.IN
    if entity.done:
        return LiveState.KEEP
    return LiveState.OUT if at_rest(entity, view) else LiveState.IN


def _of_block(block: Block, view: PlanView) -> LiveState:
    """Blocks that are over stay where they are, as a record; drafts are for later."""
    if block.state in _OVER:
        return LiveState.KEEP
    if block.state not in _TO_COME:
        return LiveState.OUT
    task = view.get(block.task) if block.task else None
    return LiveState.OUT if task is not None and at_rest(task, view) else LiveState.IN


def at_rest(entity: Entity, view: PlanView) -> bool:
    """Say whether the goal above a task or a milestone is paused or dropped."""
    goal = view.get(_goal_above(entity, view) or EntityId(""))
    return isinstance(goal, Goal) and goal.status in _AT_REST


def _goal_above(entity: Entity, view: PlanView) -> EntityId | None:
    for _ in range(_DEEPEST):
        goal = goal_of(entity, view)
        if goal or not isinstance(entity, Task) or not entity.parent:
            return goal
        parent = view.get(entity.parent)
        if parent is None:
            return None
        entity = parent
    return None
