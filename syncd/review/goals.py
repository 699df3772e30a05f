"""How goals go: progress and its change, pace, the expected date, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entities import Goal
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.progress import pace, progress
from syncd.model.values import GoalStatus, Pace, ReviewKind
from syncd.review.facts import GoalFacts, Minutes
from syncd.review.inputs import LOOK_BACK, Inputs, PlanVersions
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
