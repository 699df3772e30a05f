"""Checks of time: whether what is planned fits into what there is."""

from collections.abc import Iterator

from syncd.model.exchange.markdown import duration
from syncd.review.checks.finding import Facts, Finding
from syncd.review.room import Limits


def enough_time(facts: Facts) -> Iterator[Finding]:
    """A goal's likely effort fits into what is free until it is due, after the others."""
    if facts.room is None:
        return
    for goal in facts.active:
        if goal.due is None or goal.due <= facts.today:
            continue
        need = facts.load.effort(goal)
        free = facts.room.until(goal.due) - facts.load.others(goal, goal.due)
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


def budgets_fit(facts: Facts) -> Iterator[Finding]:
    """The goals' weekly minutes fit into a week."""
    if facts.room is None:
        return
    asked = sum(max(0, one.weekly_minutes or 0) for one in facts.active)
    if asked > facts.room.a_week:
        yield Finding(
            rule="budgets-too-large",
            entity=None,
            field="weekly_minutes",
            what=f"the active goals want {duration(asked)} a week, where your hours and limits"
            f" leave {duration(facts.room.a_week)}",
            mend="lower Weekly minutes of a goal, or give more hours in [schedule]",
        )


def limits_agree(facts: Facts) -> Iterator[Finding]:
    """The limits of the settings can be kept and reached inside the hours."""
    limits = facts.room.limits if facts.room else None
    problem = _contradiction(limits) if limits else None
    if problem:
        field, what, mend = problem
        yield Finding(rule="limits-contradict", entity=None, field=field, what=what, mend=mend)


def _contradiction(limits: Limits) -> tuple[str, str, str] | None:
    """Return the setting, what is wrong with it and how to mend it."""
    spans = [it for day in limits.windows.values() for it in day]
    if max(spans, default=0) <= 0:
        what = "the schedule has no hours on any day that is not one of rest"
        return "hours", what, "set schedule.hours, or take a day out of schedule.rest_days"
    reach = sum(min(sum(day), limits.daily) for day in limits.windows.values())
    said = "the schedule has no room for a block of schedule.min_block"
    for name, most in (
        ("daily_minutes", limits.daily),
        ("weekly_minutes", limits.weekly),
        ("hours", max(spans)),
    ):
        if most < limits.shortest:
            what = f"{said}, {limits.shortest} minutes, in schedule.{name}, {most} at most"
            return name, what, "lower the one or raise the other"
    if reach < limits.weekly:
        what = (
            f"the schedule allows {limits.weekly} minutes a week (schedule.weekly_minutes), but"
            f" only {reach} inside its hours and daily_minutes"
        )
        return "weekly_minutes", what, "lower the one, or raise the others"
    return None
