"""Minutes of blocks, done and planned: by day, goal and skill, and week by week."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import dropwhile
from zoneinfo import ZoneInfo

from syncd.model.entities import Block, Entity, Task
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.blocks import is_over, length
from syncd.model.rules.world import goal_of
from syncd.model.values import BlockState, ReviewKind
from syncd.review.facts import Minutes, TrendWeek
from syncd.review.inputs import Inputs
from syncd.review.periods import period_before, period_of

WEEKS = 8
_MOST_WEEKS = 520
_WEEK = timedelta(days=7)
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
    live = (
        entity
        for entity in inputs.entities
        if isinstance(entity, Block) and not entity.archived
    )
    blocks = (_past_block(block, plan, inputs) for block in live)
    return tuple(sorted((block for block in blocks if block), key=lambda block: block.ends))


def _past_block(block: Block, plan: Plan, inputs: Inputs) -> PastBlock | None:
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
    planned = length(block)
    if block.state is not BlockState.DONE:
        return Minutes(planned=planned)
    if assumed:
        return Minutes(assumed=planned, planned=planned)
    return Minutes(confirmed=planned, planned=planned)


def _skill(task: Entity | None) -> EntityId | None:
    return task.skill if isinstance(task, Task) else None


def goal_of_block(block: Block, plan: Plan) -> EntityId | None:
    """Return the goal that a block is for: its own, else its task's."""
    task = plan.get(block.task) if block.task else None
    return block.goal or (goal_of(task, plan) if isinstance(task, Task) else None)


def total(blocks: Iterable[PastBlock]) -> Minutes:
    """Return the minutes of several blocks together."""
    minutes = [block.minutes for block in blocks]
    return Minutes(
        confirmed=sum(spent.confirmed for spent in minutes),
        assumed=sum(spent.assumed for spent in minutes),
        planned=sum(spent.planned for spent in minutes),
    )


def totals_by(
    blocks: Iterable[PastBlock], key: Callable[[PastBlock], EntityId | None]
) -> Mapping[EntityId | None, Minutes]:
    """Return the minutes by goal, or by whatever ``key`` returns."""
    groups: dict[EntityId | None, list[PastBlock]] = {}
    for block in blocks:
        groups.setdefault(key(block), []).append(block)
    return {name: total(group) for name, group in groups.items()}


def trend(inputs: Inputs, blocks: Sequence[PastBlock]) -> tuple[TrendWeek, ...]:
    """Return the eight weeks that end with the period, oldest first.

    Weeks before the first of which anything is known are left out.
    """
    last = period_of(ReviewKind.WEEKLY, inputs.last_day).first
    mondays = [last - _WEEK * back for back in reversed(range(WEEKS))]
    weeks = tuple(_trend_week(monday, inputs, blocks) for monday in mondays)
    known = min((edit.at for edit in inputs.edits), default=None)
    return tuple(
        dropwhile(
            lambda week: (
                not week.minutes.planned
                and known is not None
                and period_of(ReviewKind.WEEKLY, week.first).end(inputs.zone) <= known
            ),
            weeks,
        )
    )


def _trend_week(monday: date, inputs: Inputs, blocks: Sequence[PastBlock]) -> TrendWeek:
    week = period_of(ReviewKind.WEEKLY, monday)
    return TrendWeek(
        name=f"W{monday.isocalendar().week:02}",
        first=monday,
        minutes=total(block for block in blocks if week.contains(block.day)),
        away=_away(inputs, monday),
    )


def streak(inputs: Inputs, blocks: Sequence[PastBlock]) -> int:
    """Return for how many weeks in a row some minutes were done.

    Weeks of leave neither count nor break it; nor does a week that still runs.
    """
    today = inputs.last_day
    done = {
        block.day - timedelta(days=block.day.weekday())
        for block in blocks
        if block.minutes.done
    }
    week = period_of(ReviewKind.WEEKLY, today)
    weeks = 0
    for _ in range(_MOST_WEEKS):
        runs = week.last > today or (week.last == today and not inputs.ended)
        if week.first in done:
            weeks += 1
        elif not runs and not _away(inputs, week.first):
            break
        week = period_before(week)
    return weeks


def _away(inputs: Inputs, monday: date) -> bool:
    """Say whether any day of a week was leave."""
    sunday = monday + timedelta(days=6)
    return any(first <= sunday and monday <= last for first, last in inputs.pauses)


def away_days(inputs: Inputs) -> int:
    """Return how many days of the period, up to now, were leave."""
    period = inputs.period
    length_so_far = (inputs.last_day - period.first).days + 1
    days = (period.first + timedelta(days=number) for number in range(length_so_far))
    return sum(any(first <= day <= last for first, last in inputs.pauses) for day in days)
