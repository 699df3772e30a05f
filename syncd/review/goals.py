"""How goals stand: progress and its change, pace, the expected date, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entities import Goal
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.progress import pace, progress
from syncd.model.values import GoalStatus, Pace, ReviewKind
from syncd.review.facts import GoalFacts, Minutes
from syncd.review.inputs import Inputs
from syncd.review.words import count, percent

LOOK_BACK = timedelta(weeks=8)
"""The expected date follows from the progress of this time."""
EARLY = timedelta(days=7)
"""Nothing can be expected of a goal that is younger."""
FARTHEST = timedelta(days=3653)
_LISTED = frozenset({GoalStatus.ACTIVE, GoalStatus.DONE})
_WEEKS: Mapping[ReviewKind, int] = {
    ReviewKind.WEEKLY: 1,
    ReviewKind.QUARTERLY: 13,
    ReviewKind.ANNUAL: 52,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersions:
    """The plan at the end of what is told of, when the period began, and well before."""

    now: Plan
    begin: Plan
    earlier: Plan


def goal_facts(
    inputs: Inputs,
    then: PlanVersions,
    minutes: Mapping[EntityId | None, Minutes],
    missed: Mapping[EntityId | None, int],
) -> tuple[GoalFacts, ...]:
    """Return the active goals and those reached in the period, most important first.

    missed: how many blocks of each goal did not take place.
    """
    return tuple(
        _facts(one, inputs, then, (minutes.get(one.id, Minutes()), missed.get(one.id, 0)))
        for one in sorted(listed_goals(then), key=_rank)
    )


def listed_goals(then: PlanVersions) -> Iterable[Goal]:
    """Yield the goals that a review tells of by themselves."""
    for goal in then.now.by_id.values():
        if not isinstance(goal, Goal) or goal.archived or goal.status not in _LISTED:
            continue
        was = then.begin.get(goal.id)
        reached = not isinstance(was, Goal) or was.status is not GoalStatus.DONE
        if goal.status is GoalStatus.ACTIVE or reached:
            yield goal


def _rank(goal: Goal) -> tuple[bool, int, date, str, str]:
    done = goal.status is GoalStatus.DONE
    return (done, goal.priority or 5, goal.due or date.max, goal.title, goal.id)


def _facts(
    goal: Goal, inputs: Inputs, then: PlanVersions, time: tuple[Minutes, int]
) -> GoalFacts:
    share = _share(goal.id, then.now)
    minutes, missed = time
    today = last_day(inputs)
    how = pace(goal, share, today, inputs.zone)
    return GoalFacts(
        title=goal.title,
        status=goal.status,
        progress=share,
        before=_before(goal, inputs, then, share),
        pace=how,
        due=goal.due,
        expected=_expected(goal, inputs, then, share),
        reason=_Reason(goal, share, how, today, inputs.zone).words(minutes, missed),
        minutes=minutes,
        budget=_budget(goal, inputs),
    )


def last_day(inputs: Inputs) -> date:
    """Return the last day that the review tells of."""
    until = inputs.until - timedelta(microseconds=1)
    return until.astimezone(ZoneInfo(inputs.zone)).date()


def _share(goal: EntityId, plan: Plan) -> float | None:
    found = plan.get(goal)
    if not isinstance(found, Goal) or found.archived:
        return None
    if found.status is GoalStatus.DONE:
        return 1.0
    return progress(found, plan.parts_of(goal))


def _before(
    goal: Goal, inputs: Inputs, then: PlanVersions, share: float | None
) -> float | None:
    """Return the progress at the beginning, or when the goal came; None: it is just new."""
    before = _share(goal.id, then.begin)
    start = inputs.period.start(inputs.zone)
    came = any(it.entity == goal.id and not it.field and it.at > start for it in inputs.edits)
    return None if came and before == share else before


def _budget(goal: Goal, inputs: Inputs) -> int | None:
    """Return the minutes wanted in the period, as far as its days are gone."""
    if not goal.weekly_minutes or goal.status is not GoalStatus.ACTIVE:
        return None
    period = inputs.period
    whole = (period.last - period.first).days + 1
    gone = min(whole, max(0, (last_day(inputs) - period.first).days + 1))
    return round(goal.weekly_minutes * _WEEKS[period.kind] * gone / whole)


def _expected(
    goal: Goal, inputs: Inputs, then: PlanVersions, share: float | None
) -> date | None:
    """Return when the goal is reached if it goes on as it did; None if that tells nothing."""
    if goal.status is not GoalStatus.ACTIVE or share is None or share >= 1:
        return None
    today = last_day(inputs)
    begun = goal.created_at.astimezone(ZoneInfo(inputs.zone)).date()
    earlier = _share(goal.id, then.earlier)
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
