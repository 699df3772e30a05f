"""A repeated task that is done yields its next occurrence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from syncd.model.entities import Task
from syncd.model.ids import EntityId, derived_id
from syncd.model.rules.repetition import parts_of_rule, repetition, rule_of_parts
from syncd.model.values import Due, Moment, day_of

_HOW = "write such as 'every week', 'every 2 days', 'every monday', or an RRULE"
_LONGEST_SHOWN = 60
_LEAP_CYCLE = 400
"""After so many years the calendar repeats, week days and all."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Wall-clock times: from where a rule counts, and what it has to get past."""

    start: datetime
    floor: datetime
    zone: str


def recurrence_problem(text: str) -> str | None:
    """Return a sentence on why ``text`` can't be used as a repetition, or None."""
    rule = repetition(text)
    if rule is None:
        return f"'{_shown(text)}' is no repetition that syncd can read: {_HOW}."
    probe = datetime(2024, 1, 1)  # noqa: DTZ001  # a wall-clock time
    parts = parts_of_rule(rule)
    until = parts.pop("UNTIL", None)
    try:
        if until is not None:
            _until(until, "UTC")
        comes = not rule or any(True for _ in _occurrences(rule_of_parts(parts), probe))
    except (ValueError, IndexError, OverflowError):
        comes = False
    return None if comes else f"'{_shown(text)}' is a repetition that never comes: {_HOW}."


def _shown(text: str) -> str:
    """Return a text as it can stand in a sentence."""
    return "".join(one if one.isprintable() else " " for one in text[:_LONGEST_SHOWN])


def next_id(task: EntityId) -> EntityId:
    """Return the id of the occurrence that follows ``task``."""
    return derived_id("next", task)


def next_occurrence(task: Task, zone: str, now: datetime) -> Task | None:
    """Return the task that follows ``task``, or None where its rule ends or is unreadable.

    A day stays a day; a wall-clock time stays that time across daylight-saving changes.
    What was missed is skipped: the next one lies after both the due date and the moment
    of being done (``done_at``, else ``now``). Without a due date, the repetition counts
    from the day of being done. A COUNT runs down with each occurrence.
    """
    rule = repetition(task.recurrence)
    if not rule:
        return None
    done = task.done_at.without_zone() if task.done_at else Moment(now)
    due = task.due or day_of(done, zone)
    try:
        found = _next(rule, _span(due, done, zone))
    except (ValueError, IndexError, OverflowError):
        return None
    if found is None:
        return None
    comes, rest = found
    return replace(
        task,
        id=next_id(task.id),
        created_at=now,
        due=_like(due, comes, zone),
        recurrence=rest,
        done=False,
        done_at=None,
        minutes_done=None,
        minutes_planned=None,
        next_block=None,
    )


def _span(due: Due, done: Moment, zone: str) -> _Span:
    if isinstance(due, Moment):
        own = due.zone or zone
        start, ticked = (
            one.at.astimezone(ZoneInfo(own)).replace(tzinfo=None) for one in (due, done)
        )
        return _Span(start, max(start, ticked), own)
    last = max(due, day_of(done, zone))
    return _Span(datetime.combine(due, time.min), datetime.combine(last, time.max), zone)


def _like(due: Due, wall: datetime, zone: str) -> Due:
    if isinstance(due, Moment):
        return Moment(wall.replace(tzinfo=ZoneInfo(due.zone or zone)), due.zone)
    return wall.date()


def _next(rule: str, span: _Span) -> tuple[datetime, str] | None:
    """Return when it comes next, and the rule from then on."""
    parts = parts_of_rule(rule)
    until, count = parts.pop("UNTIL", None), int(parts.pop("COUNT", 0))
    coming = _occurrences(rule_of_parts(parts), span.start)
    for passed, comes in enumerate(islice(coming, count - 1 if count else None), 1):
        if comes <= span.floor:
            continue
        if until is not None and comes > _until(until, span.zone):
            return None
        rest = {**parts_of_rule(rule), "COUNT": str(count - passed)} if count else None
        return comes, rule_of_parts(rest) if rest else rule
    return None


def _occurrences(rule: str, start: datetime) -> Iterator[datetime]:
    """Yield what follows ``start``.

    Reckoned at the end of time, a multiple of the calendar's cycle later, so that
    a rule that never comes is found out after at most one cycle.
    """
    shift = (MAXYEAR - start.year) // _LEAP_CYCLE * _LEAP_CYCLE
    far = start.replace(year=start.year + shift)
    for found in rrulestr(rule, dtstart=far).xafter(far):
        yield found.replace(year=found.year - shift)


def _until(text: str, zone: str) -> datetime:
    """Return the last wall-clock time that an UNTIL allows; a day counts whole."""
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time.max)
    wall = datetime.fromisoformat(text.removesuffix("Z"))
    if not text.endswith("Z"):
        return wall
    return wall.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
