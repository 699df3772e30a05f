"""Periods of reviews, which review is due, and what the facts of one are made from."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entities import Entity, Kind, kind_of, replace
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.schema import FIELDS
from syncd.model.values import ReviewKind, Value, start_of

_DAY = timedelta(days=1)
_FORM = re.compile(r"(\d{4})(?:-(?:W(\d\d?)|Q([1-4])))?", re.ASCII | re.IGNORECASE)
_YEARS = range(1970, 9000)
_HOW: Mapping[ReviewKind, str] = {
    ReviewKind.WEEKLY: "write a week as 2026-W47",
    ReviewKind.QUARTERLY: "write a quarter as 2026-Q4",
    ReviewKind.ANNUAL: "write a year as 2026",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a review looks back on; ``first`` and ``last`` are both part of it."""

    kind: ReviewKind
    first: date
    last: date

    @property
    def code(self) -> str:
        """Return it as 2026-W47, 2026-Q4 or 2026."""
        if self.kind is ReviewKind.WEEKLY:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        quarter = f"-Q{_quarter(self.first)}" if self.kind is ReviewKind.QUARTERLY else ""
        return f"{self.first.year}{quarter}"

    @property
    def name(self) -> str:
        """Return it in words, without its year where it has a number: "Week 47"."""
        if self.kind is ReviewKind.WEEKLY:
            return f"Week {self.first.isocalendar().week}"
        if self.kind is ReviewKind.QUARTERLY:
            return f"Quarter {_quarter(self.first)}"
        return str(self.first.year)

    @property
    def title(self) -> str:
        """Return it in words: "Week 47, 2026"."""
        if self.kind is ReviewKind.ANNUAL:
            return f"The year {self.first.year}"
        return f"{self.name}, {self.code[:4]}"

    def start(self, zone: str) -> datetime:
        """Return its first instant."""
        return start_of(self.first, zone)

    def end(self, zone: str) -> datetime:
        """Return the first instant after it."""
        return start_of(self.last + _DAY, zone)

    def contains(self, day: date) -> bool:
        """Say whether a day is part of it."""
        return self.first <= day <= self.last


def period_of(kind: ReviewKind, day: date) -> Period:
    """Return the period of this kind that a day is part of."""
    return Period(kind=kind, first=_first(kind, day), last=_last(kind, day))


def period_before(period: Period) -> Period:
    """Return the period before this one."""
    return period_of(period.kind, period.first - _DAY)


def last_ended(kind: ReviewKind, today: date) -> Period:
    """Return the last period of this kind that was over when ``today`` began."""
    return period_before(period_of(kind, today))


def read_period(kind: ReviewKind, text: str) -> Period:
    """Return the period that a person wrote.

    Raises ValueError with words that finish the sentence "`--period` is TEXT: ...".
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or int(match[1]) not in _YEARS:
        raise ValueError(_HOW[kind])
    return _BY_KIND[kind](int(match[1]), match[2], match[3])


def _week(year: int, week: str | None, _: str | None) -> Period:
    if week is None:
        raise ValueError(_HOW[ReviewKind.WEEKLY])
    try:
        monday = date.fromisocalendar(year, int(week), 1)
    except ValueError:
        raise ValueError(f"{year} has no week {int(week)}") from None
    return period_of(ReviewKind.WEEKLY, monday)


def _quarter_given(year: int, _: str | None, quarter: str | None) -> Period:
    if quarter is None:
        raise ValueError(_HOW[ReviewKind.QUARTERLY])
    return period_of(ReviewKind.QUARTERLY, date(year, int(quarter) * 3, 1))


def _year(year: int, week: str | None, quarter: str | None) -> Period:
    if week is not None or quarter is not None:
        raise ValueError(_HOW[ReviewKind.ANNUAL])
    return period_of(ReviewKind.ANNUAL, date(year, 1, 1))


_BY_KIND: Mapping[ReviewKind, Callable[[int, str | None, str | None], Period]] = {
    ReviewKind.WEEKLY: _week,
    ReviewKind.QUARTERLY: _quarter_given,
    ReviewKind.ANNUAL: _year,
}


def _quarter(day: date) -> int:
    return (day.month + 2) // 3


def _first(kind: ReviewKind, day: date) -> date:
    if kind is ReviewKind.WEEKLY:
        return day - timedelta(days=day.weekday())
    return date(day.year, 1 if kind is ReviewKind.ANNUAL else _quarter(day) * 3 - 2, 1)


def _last(kind: ReviewKind, day: date) -> date:
    if kind is ReviewKind.WEEKLY:
        return _first(kind, day) + timedelta(days=6)
    month = 12 if kind is ReviewKind.ANNUAL else _quarter(day) * 3
    return (date(day.year, month, 28) + timedelta(days=4)).replace(day=1) - _DAY


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
        (since, period)
        for period in (this, period_before(this))
        if (since := _moment_of(period, rule, zone)) <= now
    )
    return DueReview(period=last_ended(kind, period.first), since=since)


def _moment_of(period: Period, rule: ReviewRule, zone: str) -> datetime:
    """Return the moment of a rule within a period."""
    day = _DUE_DAY[period.kind](period, rule)
    wall = datetime(day.year, day.month, day.day, rule.hour, rule.minute, tzinfo=ZoneInfo(zone))
    return wall.astimezone(UTC)


_DUE_DAY: Mapping[ReviewKind, Callable[[Period, ReviewRule], date]] = {
    ReviewKind.WEEKLY: lambda period, rule: period.first + timedelta(days=rule.day),
    ReviewKind.QUARTERLY: lambda period, rule: period.first.replace(day=rule.day),
    ReviewKind.ANNUAL: lambda period, rule: date(period.first.year, rule.month, rule.day),
}


LOOK_BACK = timedelta(weeks=8)
"""The expected date of a goal follows from the progress of this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of the plan. field: "" where the entity was made.

    at: when it happened, as far as that is known.
    """

    at: datetime
    by: str
    entity: EntityId
    kind: Kind
    title: str
    field: str
    before: Value = None
    after: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionWanted:
    """Something that the person is to decide; what: conflict, held, short, unconfirmed."""

    what: str
    sentence: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemAction:
    """What syncd did by itself, and why; what: moved, merged, held, ..."""

    what: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that is known when a review is made.

    entities: the whole plan as it is now, archived ones too. edits: its whole history,
    oldest first. assumed: the done blocks of which nobody said that they took place.
    pauses: leaves, first and last day. weekly_cap: the most minutes planned in a week.
    words: what the person answered in the review before. skipped: the periods since that
    review, oldest first; reviewed: there was one. plan_gaps: what the plan's checks found,
    a sentence each.
    """

    period: Period
    now: datetime
    zone: str
    entities: tuple[Entity, ...] = ()
    edits: tuple[Edit, ...] = ()
    assumed: frozenset[EntityId] = frozenset()
    pauses: tuple[tuple[date, date], ...] = ()
    weekly_cap: int = 0
    decisions: tuple[DecisionWanted, ...] = ()
    system_actions: tuple[SystemAction, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    skipped: tuple[Period, ...] = ()
    reviewed: bool = False
    plan_gaps: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Say whether the period is over."""
        return self.now >= self.period.end(self.zone)

    @property
    def until(self) -> datetime:
        """Return the instant up to which the period is looked at."""
        return min(self.now, self.period.end(self.zone))

    @property
    def last_day(self) -> date:
        """Return the last day that the review looks at."""
        until = self.until - timedelta(microseconds=1)
        return until.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersions:
    """The plan at the end of what is looked at, when the period began, and well before."""

    now: Plan
    begin: Plan
    earlier: Plan


def plan_versions(inputs: Inputs) -> PlanVersions:
    """Return the plan as it was at three instants."""
    until, start = inputs.until, inputs.period.start(inputs.zone)
    return PlanVersions(
        now=plan_as_of(inputs.entities, inputs.edits, until),
        begin=plan_as_of(inputs.entities, inputs.edits, start, unborn=True),
        earlier=plan_as_of(inputs.entities, inputs.edits, until - LOOK_BACK),
    )


def plan_as_of(
    entities: Iterable[Entity], edits: Iterable[Edit], moment: datetime, *, unborn: bool = False
) -> Plan:
    """Return the plan as it was at ``moment``: what happened later is taken back (0015).

    edits: oldest first. Derived fields are in no history: they stay as they are. unborn:
    what came into the plan later is there too, as it was when it came.
    """
    entity_at = {entity.id: entity for entity in entities}
    final: set[tuple[EntityId, str]] = set()
    for edit in reversed(tuple(edits)):
        field = (edit.entity, edit.field)
        if edit.entity not in entity_at or field in final:
            continue
        if edit.at <= moment:
            final.add(field)
            continue
        if edit.field == "" and not unborn:
            del entity_at[edit.entity]
        elif edit.field in FIELDS[kind_of(entity_at[edit.entity])]:
            before = {edit.field: edit.before}
            entity_at[edit.entity] = replace(entity_at[edit.entity], **before)
    return Plan.of(entity_at.values())
