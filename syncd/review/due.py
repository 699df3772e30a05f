"""Which review is due: pure decisions over the words of the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.forms import MONTHS, WEEKDAYS
from syncd.model.values import ReviewKind
from syncd.review.periods import Period, before, last_ended, period_of

OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A review whose time has come, and since when (UTC)."""

    period: Period
    since: datetime


def due(kind: ReviewKind, rule: str, now: datetime, zone: str) -> Due | None:
    """Return the review that was due last; None where the rule is "off".

    rule: as the settings write it: "mon 07:00", "day 1 07:00", "jan 2 07:00", by the wall
    clock of ``zone``. It tells of the last period that was over on that day.
    """
    if rule == OFF:
        return None
    this = period_of(kind, now.astimezone(ZoneInfo(zone)).date())
    for period in (this, before(this)):
        since = _moment(period, rule, zone)
        if since <= now:
            return Due(period=last_ended(kind, period.first), since=since)
    raise AssertionError("the moment of the period before is past")


def _moment(period: Period, rule: str, zone: str) -> datetime:
    """Return the moment of a rule within a period."""
    day, _, clock = rule.rpartition(" ")
    hour, minute = clock.split(":")
    chosen = _DAY[period.kind](period, day)
    wall = datetime(
        chosen.year, chosen.month, chosen.day, int(hour), int(minute), tzinfo=ZoneInfo(zone)
    )
    return wall.astimezone(UTC)


def _of_week(period: Period, day: str) -> date:
    return period.first + timedelta(days=WEEKDAYS.index(day))


def _of_quarter(period: Period, day: str) -> date:
    return period.first.replace(day=int(day.removeprefix("day ")))


def _of_year(period: Period, day: str) -> date:
    month, _, number = day.partition(" ")
    return date(period.first.year, MONTHS.index(month) + 1, int(number))


_DAY: Mapping[ReviewKind, Callable[[Period, str], date]] = {
    ReviewKind.WEEKLY: _of_week,
    ReviewKind.QUARTERLY: _of_quarter,
    ReviewKind.ANNUAL: _of_year,
}
