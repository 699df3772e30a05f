"""Checks of goals: SMART, not too many, with milestones on the way and time to get there."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, pairwise

from syncd.model.entities import Goal, Milestone, ProfileEntry, Task
from syncd.model.rules.progress import is_far, smart
from syncd.model.values import Aspect
from syncd.review.available_time import TimeLimits, ends_of_quarters, finish_of
from syncd.review.finding import ENDED, CheckedPlan, Finding, has_any
from syncd.text import duration

MOST_ACTIVE = 3
SOON = timedelta(days=31)
_YEAR = timedelta(days=366)


def is_smart(checked: CheckedPlan) -> Iterator[Finding]:
    """A goal is specific, measurable, achievable, relevant and time-bound."""
    for goal in checked.all(Goal):
        if goal.status in ENDED:
            continue
        dues = _dues(goal, checked)
        for gap in smart(goal, checked.today, stepped=bool(dues)):
            yield Finding(
                rule=gap.of,
                entity=goal,
                field=gap.field,
                what=f"has {gap.words}",
                mend=gap.mend,
            )
        if goal.due is None or not dues or not is_far(goal.due, checked.today):
            continue
        ahead = [due for due in dues if checked.today < due < goal.due]
        if _gaping([checked.today, *ahead, goal.due]):
            yield Finding(
                rule="time-bound",
                entity=goal,
                field="due",
                what="is due in more than 18 months and has a year without a milestone",
                mend=f"add one, or see `syncd plan milestones {goal.id}`",
            )


def serves_a_vision(checked: CheckedPlan) -> Iterator[Finding]:
    """Goals serve a vision, so there is one."""
    visions = (entry for entry in checked.all(ProfileEntry) if entry.aspect is Aspect.VISION)
    if checked.active and not has_any(visions):
        yield Finding(
            rule="relevant",
            entity=None,
            field="aspect",
            what="the profile has no vision that the goals could serve",
            mend="add an entry with the aspect Vision to Profile",
        )


def not_too_many(checked: CheckedPlan) -> Iterator[Finding]:
    """At most three goals are worked towards at once."""
    number = len(checked.active)
    if number > MOST_ACTIVE:
        yield Finding(
            rule="too-many-goals",
            entity=None,
            field="status",
            what=f"the plan has {number} active goals at once",
            mend=f"set Status to Paused or Planned until at most {MOST_ACTIVE} are active",
        )


def milestone_each_quarter(checked: CheckedPlan) -> Iterator[Finding]:
    """A goal has a milestone in each quarter on its way."""
    for goal in checked.active:
        if goal.due is None or goal.due <= checked.today or is_far(goal.due, checked.today):
            continue  # a goal that is far away wants one each year
        bare = _bare_quarters(goal, goal.due, checked)
        if bare:
            first = bare[0]
            more = f", nor in {len(bare) - 1} later" if len(bare) > 1 else ""
            yield Finding(
                rule="milestone-each-quarter",
                entity=goal,
                field="due",
                what=f"has no milestone in the quarter up to {first}{more}",
                mend=f"add one, or see `syncd plan milestones {goal.id}`",
            )


def next_milestone_has_a_task(checked: CheckedPlan) -> Iterator[Finding]:
    """There is something to do for a milestone that is near, if only for its goal."""
    for goal in checked.active:
        steps = [
            (step.due, step.id, step)
            for step in checked.referring(goal.id, Milestone, "goal")
            if step.due and not step.done and step.due >= checked.today
        ]
        if not steps:
            continue
        due, _, step = min(steps, key=lambda step: step[:2])
        own = checked.referring(step.id, Task, "milestone")
        of_goal = checked.referring(goal.id, Task, "goal")
        loose = (task for task in of_goal if task.milestone is None)
        tasks = (task for task in chain(own, loose) if not task.done)
        if due - checked.today <= SOON and not has_any(tasks):
            yield Finding(
                rule="next-milestone-has-a-task",
                entity=step,
                field="",
                what=f"is due on {due} and has no open task",
                mend="add a task with this Milestone, or tick it",
            )


def _dues(goal: Goal, checked: CheckedPlan) -> list[date]:
    """Return the days of a goal's milestones, done ones too."""
    milestones = checked.referring(goal.id, Milestone, "goal")
    return sorted(milestone.due for milestone in milestones if milestone.due)


def _gaping(days: Sequence[date]) -> bool:
    """Say whether more than a year passes between two of these days."""
    return any(late - early > _YEAR for early, late in pairwise(days))


def _bare_quarters(goal: Goal, due: date, checked: CheckedPlan) -> list[date]:
    """Return the last days of the quarters without a milestone."""
    quarters = {_quarter_of(due) for due in _dues(goal, checked)}
    ends = ends_of_quarters(finish_of(due, checked.today), checked.today)
    later = (end for end in ends if end - checked.today >= SOON)
    return [end for end in later if _quarter_of(end) not in quarters]


def _quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


def enough_time(checked: CheckedPlan) -> Iterator[Finding]:
    """A goal's likely effort fits into what is free until it is due, after the others."""
    if checked.available is None:
        return
    for goal in checked.active:
        if goal.due is None or goal.due <= checked.today:
            continue
        need = checked.load.effort(goal)
        free = checked.available.until(goal.due) - checked.load.others(goal, goal.due)
        if need > max(0, free):
            left = duration(free) if free > 0 else "nothing"
            yield Finding(
                rule="too-little-time",
                entity=goal,
                field="due",
                what=f"needs {duration(need)} until {goal.due}, where the other active goals"
                f" leave {left}",
                mend=f"`syncd plan milestones {goal.id}` shows three ways out",
            )


def budgets_fit(checked: CheckedPlan) -> Iterator[Finding]:
    """The goals' weekly minutes fit into a week."""
    if checked.available is None:
        return
    asked = sum(max(0, goal.weekly_minutes or 0) for goal in checked.active)
    if asked > checked.available.a_week:
        yield Finding(
            rule="budgets-too-large",
            entity=None,
            field="weekly_minutes",
            what=f"the active goals want {duration(asked)} a week, where your hours and limits"
            f" leave {duration(checked.available.a_week)}",
            mend="lower Weekly minutes of a goal, or give more hours in [schedule]",
        )


def limits_agree(checked: CheckedPlan) -> Iterator[Finding]:
    """The limits of the settings can be kept and reached inside the hours."""
    limits = checked.available.limits if checked.available else None
    problem = _contradiction(limits) if limits else None
    if problem:
        field, what, mend = problem
        yield Finding(rule="limits-contradict", entity=None, field=field, what=what, mend=mend)


def _contradiction(limits: TimeLimits) -> tuple[str, str, str] | None:
    """Return the setting, what is wrong with it and how to mend it."""
    spans = [span for day in limits.windows.values() for span in day]
    if max(spans, default=0) <= 0:
        what = "the schedule has no hours on any day that is not one of rest"
        return "hours", what, "set schedule.hours, or take a day out of schedule.rest_days"
    reach = sum(min(sum(day), limits.daily) for day in limits.windows.values())
    no_block = "the schedule has no room for a block of schedule.min_block"
    for name, most in (
        ("daily_minutes", limits.daily),
        ("weekly_minutes", limits.weekly),
        ("hours", max(spans)),
    ):
        if most < limits.shortest:
            what = f"{no_block}, {limits.shortest} minutes, in schedule.{name}, {most} at most"
            return name, what, "lower the one or raise the other"
    if reach < limits.weekly:
        what = (
            f"the schedule allows {limits.weekly} minutes a week (schedule.weekly_minutes), but"
            f" only {reach} inside its hours and daily_minutes"
        )
        return "weekly_minutes", what, "lower the one, or raise the others"
    return None
