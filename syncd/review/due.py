"""Which review is due: pure decisions over the moments that the settings name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.values import ReviewKind
from syncd.review.periods import Period, last_ended, period_before, period_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRule:
    """When a review is due, by the wall clock of the plan's zone.

    day: of the week (0: Monday) for weekly reviews; of the first month of the quarter for
    quarterly ones; of ``month`` for annual ones.
    """

    day: int
    hour: int
    minute: int
    month: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReview:
    """A review whose time has come, and since when (UTC)."""

    period: Period
    since: datetime


def last_due(kind: ReviewKind, rule: ReviewRule, now: datetime, zone: str) -> DueReview:
    """Return the review that was due last: of the last period that was over on that day."""
    this = period_of(kind, now.astimezone(ZoneInfo(zone)).date())
    since, period = next(
        (since, one)
        for one in (this, period_before(this))
        if (since := _moment(one, rule, zone)) <= now
    )
    return DueReview(period=last_ended(kind, period.first), since=since)


def _moment(period: Period, rule: ReviewRule, zone: str) -> datetime:
    """Return the moment of a rule within a period."""
    day = _DAY[period.kind](period, rule)
    wall = datetime(day.year, day.month, day.day, rule.hour, rule.minute, tzinfo=ZoneInfo(zone))
    return wall.astimezone(UTC)


_DAY: Mapping[ReviewKind, Callable[[Period, ReviewRule], date]] = {
    ReviewKind.WEEKLY: lambda period, rule: period.first + timedelta(days=rule.day),
    ReviewKind.QUARTERLY: lambda period, rule: period.first.replace(day=rule.day),
    ReviewKind.ANNUAL: lambda period, rule: date(period.first.year, rule.month, rule.day),
}
