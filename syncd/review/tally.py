"""Minutes of blocks: done and planned, by day, goal and skill."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.model.entities import Block, Entity, Task
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.blocks import is_over, length
from syncd.model.rules.world import goal_of
from syncd.model.values import BlockState
from syncd.review.facts import Minutes
from syncd.review.inputs import Inputs

_PLANNED = frozenset(BlockState) - {BlockState.DRAFT, BlockState.SKIPPED}
"""States of blocks that were to take place. A skipped one's time was given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBlock:
    """A block whose time came, by the calendar and the clock of the plan's zone."""

    block: EntityId
    day: date
    ends: datetime
    title: str
    minutes: Minutes
    state: BlockState
    goal: EntityId | None = None
    skill: EntityId | None = None


def past_blocks(inputs: Inputs) -> tuple[PastBlock, ...]:
    """Return all blocks whose time came, whatever their period, in order of time."""
    plan = Plan.of(inputs.entities)
    blocks = (one for one in inputs.entities if isinstance(one, Block) and not one.archived)
    found = (_spent_on(one, plan, inputs) for one in blocks)
    return tuple(sorted((one for one in found if one), key=lambda one: one.ends))


def total(found: Iterable[PastBlock]) -> Minutes:
    """Return the minutes of several blocks together."""
    every = [one.minutes for one in found]
    return Minutes(
        confirmed=sum(one.confirmed for one in every),
        assumed=sum(one.assumed for one in every),
        planned=sum(one.planned for one in every),
    )


def grouped(
    found: Iterable[PastBlock], key: Callable[[PastBlock], EntityId | None]
) -> Mapping[EntityId | None, Minutes]:
    """Return the minutes by goal, or by whatever ``key`` tells."""
    every: dict[EntityId | None, list[PastBlock]] = {}
    for one in found:
        every.setdefault(key(one), []).append(one)
    return {it: total(blocks) for it, blocks in every.items()}


def goal_of_block(block: Block, plan: Plan) -> EntityId | None:
    """Return the goal that a block is for: its own, else its task's."""
    task = plan.get(block.task) if block.task else None
    return block.goal or (goal_of(task, plan) if isinstance(task, Task) else None)


def _spent_on(block: Block, plan: Plan, inputs: Inputs) -> PastBlock | None:
    done = block.state is BlockState.DONE
    if block.start is None or block.end is None or block.state not in _PLANNED:
        return None
    if not done and not is_over(block, inputs.now):
        return None
    zone = ZoneInfo(inputs.zone)
    return PastBlock(
        block=block.id,
        day=block.start.at.astimezone(zone).date(),
        ends=block.end.at.astimezone(zone),
        title=block.title,
        minutes=_minutes(block, assumed=block.id in inputs.assumed),
        state=block.state,
        goal=goal_of_block(block, plan),
        skill=_skill(plan.get(block.task) if block.task else None),
    )


def _minutes(block: Block, *, assumed: bool) -> Minutes:
    long = length(block)
    if block.state is not BlockState.DONE:
        return Minutes(planned=long)
    if assumed:
        return Minutes(assumed=long, planned=long)
    return Minutes(confirmed=long, planned=long)


def _skill(task: Entity | None) -> EntityId | None:
    return task.skill if isinstance(task, Task) else None
