"""How far a goal is, whether that is far enough by today, and what it lacks to be SMART."""

import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from syncd.model.entities import Goal
from syncd.model.plan import Part
from syncd.model.values import GoalStatus, Pace

FEWEST_WORDS = 4
FARTHEST = timedelta(days=548)
"""Eighteen months: a due date beyond them is too far to steer by without milestones."""

_VAGUE = (
    *("improve", "learn about", "learn more about", "learn more", "learn", "know more about"),
    *("get better at", "get better in", "get better", "become better at", "become better"),
    *("become a better", "be better at", "be better", "be a better", "better", "work on"),
    *("get more", "do more", "be more", "grow"),
)
_FILLERS = (
    " a about an and as at by for in into it more my of on or our some than that the their"
    " things this to with "
)
_ENOUGH = 3
"""Words beside the vague ones that make a title name something after all."""


class Smart(StrEnum):
    """The five judgements."""

    SPECIFIC = "specific"
    MEASURABLE = "measurable"
    ACHIEVABLE = "achievable"
    RELEVANT = "relevant"
    TIME_BOUND = "time-bound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One thing that a goal lacks: which of the five, its field, in words ("no due date"),
    and what to do."""

    of: Smart
    field: str
    words: str
    mend: str


def smart(goal: Goal, today: date | None = None, *, stepped: bool = False) -> Iterator[Gap]:
    """Yield what can be told from the goal alone. Without ``today`` no day is too far;
    ``stepped``: it has milestones."""
    wording = _wording(goal.title)
    if wording:
        yield wording
    yield from _measuring(goal)
    if not goal.achievable.strip():
        yield Gap(
            of=Smart.ACHIEVABLE,
            field="achievable",
            words="no means to achieve it",
            mend="write under Achievable how, and with what",
        )
    if not goal.why.strip():
        yield Gap(
            of=Smart.RELEVANT,
            field="why",
            words="no reason why",
            mend="write under Why what it is good for",
        )
    if goal.due is None:
        yield _timing("no due date", "set Due to the day by which")
    elif today is not None and not stepped and is_far(goal.due, today):
        yield _timing(
            "a due date more than 18 months away and no milestones",
            "add milestones, or set Due to an earlier day",
        )


def is_far(due: date, today: date) -> bool:
    """Say whether a due date is too far away to do without milestones."""
    return due - today > FARTHEST


def _wording(title: str) -> Gap | None:
    if not title.strip():
        return _specific("no title", "name what shall be reached")
    if _only_vague(title):
        return _specific(
            "a title that only says to get better", "name what you will do or make"
        )
    if _words(title) < FEWEST_WORDS:
        return _specific(
            f"a title of fewer than {FEWEST_WORDS} words", "name what you do, and what with"
        )
    return None


def _measuring(goal: Goal) -> Iterator[Gap]:
    if goal.target is None:
        yield _measurable(
            "target", "no number to reach", "set Target (and Measure, Unit and Baseline)"
        )
        return
    if goal.baseline is None:
        words, mend = "no number to start from", "set Baseline to where you began"
        yield _measurable("baseline", words, mend)
    elif goal.baseline == goal.target:
        words, mend = "a target that is its baseline", "set Target to what shall be different"
        yield _measurable("target", words, mend)
    if goal.current is None:
        yield _measurable("current", "no current number", "set Current to where you are")
    if not goal.unit.strip():
        yield _measurable("unit", "no unit", "set Unit to what its numbers count")


def _words(title: str) -> int:
    """Return how many words a title has; two characters without spaces between count as
    one where a script writes none."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in title)
    return max(len(title.split()), wide // 2)


def _only_vague(title: str) -> bool:
    words = " ".join(word.strip(".,;:!?") for word in title.casefold().split())
    start = next((phrase for phrase in _VAGUE if f"{words} ".startswith(f"{phrase} ")), None)
    if start is None:
        return False
    left = [word for word in words[len(start) :].split() if f" {word} " not in _FILLERS]
    named = any(character.isdigit() for word in left for character in word)
    return not named and len(left) < _ENOUGH


def _specific(words: str, mend: str) -> Gap:
    return Gap(of=Smart.SPECIFIC, field="title", words=words, mend=mend)


def _measurable(field: str, words: str, mend: str) -> Gap:
    return Gap(of=Smart.MEASURABLE, field=field, words=words, mend=mend)


def _timing(words: str, mend: str) -> Gap:
    return Gap(of=Smart.TIME_BOUND, field="due", words=words, mend=mend)


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
