"""What became of goals in a period, and of the time for them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import dropwhile
from zoneinfo import ZoneInfo

from syncd.model.entities import Block, Entity, Goal, Task
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.blocks import is_over, length
from syncd.model.rules.progress import pace, progress
from syncd.model.rules.world import goal_of
from syncd.model.values import BlockState, GoalStatus, Pace, ReviewKind
from syncd.review.facts import GoalFacts, Minutes, TrendWeek
from syncd.review.periods import LOOK_BACK, Inputs, PlanVersions, period_before, period_of
from syncd.text import count, percent

EARLY = timedelta(days=7)
"""Nothing can be expected of a goal that is younger."""
FARTHEST = timedelta(days=3653)
_LISTED = frozenset({GoalStatus.ACTIVE, GoalStatus.DONE})
_WEEKS: Mapping[ReviewKind, int] = {
    ReviewKind.WEEKLY: 1,
    ReviewKind.QUARTERLY: 13,
    ReviewKind.ANNUAL: 52,
}


def goal_facts(
    inputs: Inputs,
    plans: PlanVersions,
    minutes: Mapping[EntityId | None, Minutes],
    missed: Mapping[EntityId | None, int],
) -> tuple[GoalFacts, ...]:
    """Return the active goals and those reached in the period, most important first.

    missed: how many blocks of each goal did not take place.
    """
    return tuple(
        _facts(goal, inputs, plans, (minutes.get(goal.id, Minutes()), missed.get(goal.id, 0)))
        for goal in sorted(listed_goals(plans), key=_rank)
    )


def listed_goals(plans: PlanVersions) -> Iterator[Goal]:
    """Yield the goals that a review lists by themselves."""
    for goal in plans.now.by_id.values():
        if not isinstance(goal, Goal) or goal.archived or goal.status not in _LISTED:
            continue
        was = plans.begin.get(goal.id)
        reached = not isinstance(was, Goal) or was.status is not GoalStatus.DONE
        if goal.status is GoalStatus.ACTIVE or reached:
            yield goal


def _rank(goal: Goal) -> tuple[bool, int, date, str, str]:
    done = goal.status is GoalStatus.DONE
    return (done, goal.priority or 5, goal.due or date.max, goal.title, goal.id)


def _facts(
    goal: Goal, inputs: Inputs, plans: PlanVersions, time: tuple[Minutes, int]
) -> GoalFacts:
    share = _share(goal.id, plans.now)
    minutes, missed = time
    today = inputs.last_day
    goal_pace = pace(goal, share, today, inputs.zone)
    return GoalFacts(
        title=goal.title,
        status=goal.status,
        progress=share,
        before=_before(goal, inputs, plans, share),
        pace=goal_pace,
        due=goal.due,
        expected=_expected(goal, inputs, plans, share),
        reason=_Reason(goal, share, goal_pace, today, inputs.zone).words(minutes, missed),
        minutes=minutes,
        budget=_budget(goal, inputs),
    )


def _share(goal_id: EntityId, plan: Plan) -> float | None:
    goal = plan.get(goal_id)
    if not isinstance(goal, Goal) or goal.archived:
        return None
    if goal.status is GoalStatus.DONE:
        return 1.0
    return progress(goal, plan.parts_of(goal_id))


def _before(
    goal: Goal, inputs: Inputs, plans: PlanVersions, share: float | None
) -> float | None:
    """Return the progress at the beginning, or when the goal came; None: it is just new."""
    before = _share(goal.id, plans.begin)
    start = inputs.period.start(inputs.zone)
    came = any(
        edit.entity == goal.id and not edit.field and edit.at > start for edit in inputs.edits
    )
    return None if came and before == share else before


def _budget(goal: Goal, inputs: Inputs) -> int | None:
    """Return the minutes wanted in the period, as far as its days are gone."""
    if not goal.weekly_minutes or goal.status is not GoalStatus.ACTIVE:
        return None
    period = inputs.period
    whole = (period.last - period.first).days + 1
    gone = min(whole, max(0, (inputs.last_day - period.first).days + 1))
    return round(goal.weekly_minutes * _WEEKS[period.kind] * gone / whole)


def _expected(
    goal: Goal, inputs: Inputs, plans: PlanVersions, share: float | None
) -> date | None:
    """Return when the goal is reached if it goes on as it did; None if that can't be said."""
    if goal.status is not GoalStatus.ACTIVE or share is None or share >= 1:
        return None
    today = inputs.last_day
    begun = goal.created_at.astimezone(ZoneInfo(inputs.zone)).date()
    earlier = _share(goal.id, plans.earlier)
    since = begun if earlier is None else today - LOOK_BACK
    gain, days = share - (earlier or 0.0), (today - since).days
    if gain <= 0 or days < EARLY.days:
        return None
    left = (1 - share) * days / gain
    return today + timedelta(days=round(left)) if left <= FARTHEST.days else None


@dataclass(frozen=True, slots=True)
class _Reason:
    """Says why a goal has its pace."""

    goal: Goal
    share: float | None
    pace: Pace | None
    today: date
    zone: str

    def words(self, minutes: Minutes, missed: int) -> str:
        """Return a short sentence without its full stop; "" where there is none."""
        if self.goal.status is GoalStatus.DONE:
            return "Reached"
        if self.share is None:
            return "Nothing measures it yet: give it numbers, a milestone or a task"
        if self.goal.due is None:
            return "It has no due date to keep pace with"
        return f"{self._gone(self.goal.due)}{self._time(minutes, missed)}"

    def _gone(self, due: date) -> str:
        done = percent(self.share or 0.0)
        if self.today > due:
            return f"{done} done, and its due date has passed"
        begun = self.goal.created_at.astimezone(ZoneInfo(self.zone)).date()
        whole = (due - begun).days
        gone = max(0, (self.today - begun).days) / whole if whole > 0 else 1.0
        return f"{done} done with {percent(min(1.0, gone))} of its time gone"

    def _time(self, minutes: Minutes, missed: int) -> str:
        if self.pace not in (Pace.AT_RISK, Pace.BEHIND):
            return ""
        if missed:
            return f"; {count(missed, 'block')} did not take place"
        return "" if minutes.planned else "; no time was planned for it"


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
