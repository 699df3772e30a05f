"""Whether a tool that carries only live things should hold an entity."""

from enum import Enum, auto

from syncd.model.entities import Entity, Goal, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.plan import PlanView
from syncd.model.rules.world import goal_of
from syncd.model.values import GoalStatus

_DEEPEST = 10
_AT_REST = frozenset({GoalStatus.PAUSED, GoalStatus.DROPPED})


class Standing(Enum):
    """IN: hold it. KEEP: leave it where it is, do not create it. OUT: take it out."""

    IN = auto()
    KEEP = auto()
    OUT = auto()


def standing(entity: Entity, view: PlanView) -> Standing:
    """Say whether a tool that carries only live things should hold ``entity``.

    Open tasks and milestones of a goal that is paused or dropped go out, and come
    back with it. A sub-task without a goal goes with the task it is a part of.
    """
    if entity.archived:
        return Standing.OUT
    if isinstance(entity, Goal):
        return Standing.IN if entity.status is GoalStatus.ACTIVE else Standing.OUT
    if not isinstance(entity, Task | Milestone):
        return Standing.IN
    if entity.done:
        return Standing.KEEP
    return Standing.OUT if _at_rest(entity, view) else Standing.IN


def _at_rest(entity: Entity, view: PlanView) -> bool:
    goal = view.get(_goal_above(entity, view) or EntityId(""))
    return isinstance(goal, Goal) and goal.status in _AT_REST


def _goal_above(entity: Entity, view: PlanView) -> EntityId | None:
    for _ in range(_DEEPEST):
        found = goal_of(entity, view)
        if found or not isinstance(entity, Task) or not entity.parent:
            return found
        parent = view.get(entity.parent)
        if parent is None:
            return None
        entity = parent
    return None
