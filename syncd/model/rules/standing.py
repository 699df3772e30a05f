"""Whether a tool that carries only live things should hold an entity."""

from enum import Enum, auto

from syncd.model.entities import Block, Entity, Goal, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.plan import PlanView
from syncd.model.rules.world import goal_of
from syncd.model.values import BlockState, GoalStatus

_DEEPEST = 10
_AT_REST = frozenset({GoalStatus.PAUSED, GoalStatus.DROPPED})
_TO_COME = frozenset({BlockState.PUBLISHED, BlockState.PINNED})
_OVER = frozenset({BlockState.UNCONFIRMED, BlockState.DONE, BlockState.MISSED})


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
    if isinstance(entity, Block):
        return _of_block(entity, view)
    if not isinstance(entity, Task | Milestone):
        return Standing.IN
    if entity.done:
        return Standing.KEEP
    return Standing.OUT if at_rest(entity, view) else Standing.IN


def _of_block(block: Block, view: PlanView) -> Standing:
    """Blocks that are over stay where they are, as a record; drafts are for later."""
    if block.state in _OVER:
        return Standing.KEEP
    if block.state not in _TO_COME:
        return Standing.OUT
    task = view.get(block.task) if block.task else None
    return Standing.OUT if task is not None and at_rest(task, view) else Standing.IN


def at_rest(entity: Entity, view: PlanView) -> bool:
    """Say whether the goal above a task or a milestone is paused or dropped."""
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
