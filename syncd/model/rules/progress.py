"""How far a goal is, and whether that is far enough by today."""

import math
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from syncd.model.entities import Goal
from syncd.model.plan import Part
from syncd.model.rules.smart import smart
from syncd.model.values import GoalStatus, Pace

PART_MINUTES = 60
"""What a milestone, or a task without an estimate, weighs in its goal's progress."""

DIGITS = 4
"""A tool that keeps percents to two decimals gives the same fraction back."""

_BANDS = ((0.10, Pace.AHEAD), (-0.10, Pace.ON_TRACK), (-0.25, Pace.AT_RISK))
"""From how much progress beyond the elapsed share of time each pace begins."""


def progress(goal: Goal, parts: Iterable[Part]) -> float | None:
    """Return how much of a goal is reached, 0 to 1; None if nothing tells.

    The three numbers decide where all are given. Otherwise milestones and tasks do,
    weighted by estimate; repeated tasks have no end and so do not count.
    """
    measured = _by_numbers(goal)
    share = _by_parts(parts) if measured is None else measured
    return None if share is None else round(min(1.0, max(0.0, share)), DIGITS)


def _by_numbers(goal: Goal) -> float | None:
    if goal.baseline is None or goal.current is None or goal.target is None:
        return None
    if goal.target == goal.baseline:
        return 1.0 if goal.current >= goal.target else 0.0
    whole, part = goal.target - goal.baseline, goal.current - goal.baseline
    return part / whole if math.isfinite(whole) and math.isfinite(part / whole) else None


def _by_parts(parts: Iterable[Part]) -> float | None:
    total = done = 0
    for part in parts:
        if part.repeats:
            continue
        weight = max(part.estimate_minutes or 0, 0) or PART_MINUTES
        total += weight
        done += weight if part.done else 0
    return done / total if total else None


def pace(goal: Goal, share: float | None, today: date, zone: str) -> Pace | None:
    """Return how progress stands against the days between creation and due date.

    Ahead from 10 points over the elapsed share, on track down to 10 below, at risk
    down to 25 below, else behind; behind too when the due date passed unreached.
    None unless the goal is active, has a due date and can be measured.
    """
    if goal.status is not GoalStatus.ACTIVE or goal.due is None or share is None:
        return None
    if today > goal.due and share < 1:
        return Pace.BEHIND
    lead = round(share - _elapsed(goal, goal.due, today, zone), DIGITS)
    return next((word for least, word in _BANDS if lead >= least), Pace.BEHIND)


def _elapsed(goal: Goal, due: date, today: date, zone: str) -> float:
    begun = goal.created_at.astimezone(ZoneInfo(zone)).date()
    days = (due - begun).days
    if days <= 0:
        return 1.0 if today >= due else 0.0
    return min(1.0, max(0.0, (today - begun).days / days))


def smart_gaps(goal: Goal, today: date | None = None, *, stepped: bool = False) -> str:
    """Return in words what a goal lacks to be SMART, as ``smart`` finds it; "" when it
    lacks nothing."""
    return "; ".join(gap.words for gap in smart(goal, today, stepped=stepped))
