"""A word on well-being: planned too much, too late, without rest."""

from collections.abc import Sequence
from datetime import time

from syncd.review.facts import Sign, TrendWeek
from syncd.review.inputs import Inputs
from syncd.review.tally import PastBlock
from syncd.review.words import count, percent

LITTLE = 0.6
"""Less of the planned minutes than this is far less than planned."""
IN_A_ROW = 3
LATE = time(22)
LATE_EVENINGS = 2
FULL_WEEK = 7


def signs(
    inputs: Inputs, weeks: Sequence[TrendWeek], found: Sequence[PastBlock]
) -> tuple[Sign, ...]:
    """Return what is worth a kind word, a sentence each."""
    within = [one for one in found if inputs.period.holds(one.day)]
    return (*_too_much(weeks), *_late(within), *_without_rest(within))


def _too_much(weeks: Sequence[TrendWeek]) -> tuple[Sign, ...]:
    last = [one.minutes for one in weeks[-IN_A_ROW:] if not one.away]
    if len(last) < IN_A_ROW or any(one.done >= LITTLE * one.planned for one in last):
        return ()
    share = percent(sum(one.done for one in last) / sum(one.planned for one in last))
    said = (
        f"For {IN_A_ROW} weeks much more was planned than there was room for ({share} got"
        " done): a smaller plan may feel better, and get as far."
    )
    return (Sign(what="too much planned", sentence=said),)


def _late(found: Sequence[PastBlock]) -> tuple[Sign, ...]:
    late = {one.day for one in found if one.minutes.done and _ends_late(one)}
    if len(late) < LATE_EVENINGS:
        return ()
    said = (
        f"{count(len(late), 'evening')} ended after {LATE:%H:%M}: earlier hours are kinder"
        " to your sleep."
    )
    return (Sign(what="late evenings", sentence=said),)


def _ends_late(one: PastBlock) -> bool:
    return one.ends.time() > LATE or one.ends.date() > one.day


def _without_rest(found: Sequence[PastBlock]) -> tuple[Sign, ...]:
    days = {one.day for one in found if one.minutes.done}
    weeks: dict[tuple[int, int], int] = {}
    for one in days:
        year, week, _ = one.isocalendar()
        weeks[year, week] = weeks.get((year, week), 0) + 1
    if FULL_WEEK not in weeks.values():
        return ()
    said = "You learned on all seven days of a week: keep a day for rest."
    return (Sign(what="no day of rest", sentence=said),)
