"""Week by week: minutes, and for how many weeks in a row some were done."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import dropwhile

from syncd.model.values import ReviewKind
from syncd.review.facts import TrendWeek
from syncd.review.goals import last_day
from syncd.review.inputs import Inputs
from syncd.review.periods import period_before, period_of
from syncd.review.tally import PastBlock, total

WEEKS = 8
_MOST = 520
_WEEK = timedelta(days=7)


def trend(inputs: Inputs, found: Sequence[PastBlock]) -> tuple[TrendWeek, ...]:
    """Return the eight weeks that end with the period, oldest first.

    Weeks before the first of which anything is known are left out.
    """
    last = period_of(ReviewKind.WEEKLY, last_day(inputs)).first
    mondays = [last - _WEEK * back for back in reversed(range(WEEKS))]
    weeks = tuple(_week(one, inputs, found) for one in mondays)
    known = min((one.at for one in inputs.edits), default=None)
    return tuple(
        dropwhile(
            lambda it: (
                not it.minutes.planned
                and known is not None
                and period_of(ReviewKind.WEEKLY, it.first).end(inputs.zone) <= known
            ),
            weeks,
        )
    )


def streak(inputs: Inputs, found: Sequence[PastBlock]) -> int:
    """Return for how many weeks in a row some minutes were done.

    Weeks of leave neither count nor break it; nor does a week that still runs.
    """
    today = last_day(inputs)
    done = {one.day - timedelta(days=one.day.weekday()) for one in found if one.minutes.done}
    week = period_of(ReviewKind.WEEKLY, today)
    weeks = 0
    for _ in range(_MOST):
        runs = week.last > today or (week.last == today and not inputs.ended)
        if week.first in done:
            weeks += 1
        elif not runs and not away(inputs, week.first):
            break
        week = period_before(week)
    return weeks


def away(inputs: Inputs, monday: date) -> bool:
    """Say whether any day of a week was leave."""
    sunday = monday + timedelta(days=6)
    return any(first <= sunday and monday <= last for first, last in inputs.pauses)


def away_days(inputs: Inputs) -> int:
    """Return how many days of the period, up to now, were leave."""
    period, last = inputs.period, last_day(inputs)
    days = (period.first + timedelta(days=n) for n in range((last - period.first).days + 1))
    return sum(_on_leave(inputs.pauses, one) for one in days)


def _on_leave(pauses: Iterable[tuple[date, date]], day: date) -> bool:
    return any(first <= day <= last for first, last in pauses)


def _week(monday: date, inputs: Inputs, found: Sequence[PastBlock]) -> TrendWeek:
    week = period_of(ReviewKind.WEEKLY, monday)
    return TrendWeek(
        name=f"W{monday.isocalendar().week:02}",
        first=monday,
        minutes=total(one for one in found if week.holds(one.day)),
        away=away(inputs, monday),
    )
