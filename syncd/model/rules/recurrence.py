"""How a task repeats, in one normal form; one that is done yields its next occurrence."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from syncd.model.entities import Task
from syncd.model.ids import EntityId, derived_id
from syncd.model.values import Due, Moment, day_of

_FREQUENCIES: Mapping[str, str] = {
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
}
_DAYS: Mapping[str, str] = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
_SHORT_DAYS = {name[:length]: code for name, code in _DAYS.items() for length in (3, 4, 5)}
_SAYINGS: Mapping[str, str] = {
    "daily": "FREQ=DAILY",
    "weekly": "FREQ=WEEKLY",
    "biweekly": "FREQ=WEEKLY;INTERVAL=2",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
    "every fortnight": "FREQ=WEEKLY;INTERVAL=2",
    "monthly": "FREQ=MONTHLY",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
    "every quarter": "FREQ=MONTHLY;INTERVAL=3",
    "yearly": "FREQ=YEARLY",
    "annually": "FREQ=YEARLY",
    "every weekday": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "every workday": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "every weekend": "FREQ=WEEKLY;BYDAY=SA,SU",
}
_EVERY = re.compile(r"every (?:(\d{1,3}|other|second) )?(day|week|month|year)s?(?: on (.+))?")
_MONTH_DAY = re.compile(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?")

_NUMBERS = r"[+-]?\d{1,3}(,[+-]?\d{1,3})*"
_DAY = r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)"
_PARTS: Mapping[str, str] = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9]\d{0,3}",
    "COUNT": r"[1-9]\d{0,5}",
    "UNTIL": r"\d{8}(T\d{6}Z?)?",
    "WKST": "MO|TU|WE|TH|FR|SA|SU",
    "BYDAY": f"{_DAY}(,{_DAY})*",
    "BYMONTHDAY": _NUMBERS,
    "BYYEARDAY": _NUMBERS,
    "BYWEEKNO": _NUMBERS,
    "BYMONTH": r"\d{1,2}(,\d{1,2})*",
    "BYSETPOS": _NUMBERS,
    "BYHOUR": r"\d{1,2}(,\d{1,2})*",
    "BYMINUTE": r"\d{1,2}(,\d{1,2})*",
    "BYSECOND": r"\d{1,2}(,\d{1,2})*",
}
_LONGEST = 500


def repetition(text: str) -> str | None:
    """Return the tidy rule that words or a rule mean; "" for nothing, None if unreadable."""
    if len(text) > _LONGEST:
        return None
    words = " ".join(text.lower().split()).rstrip(".")
    if not words:
        return ""
    if words in _SAYINGS:
        return _SAYINGS[words]
    match = _EVERY.fullmatch(words)
    if match:
        return _counted(match)
    if words.startswith("every "):
        days = _days(words.removeprefix("every "))
        return f"FREQ=WEEKLY;{days}" if days else None
    return tidy(text)


def tidy(text: str) -> str | None:
    """Return a rule in its one normal form, or None for what is no rule.

    The form: no ``RRULE:``, capitals, FREQ first, no INTERVAL of 1. Rules that repeat
    more often than daily are none: a plan has days.
    """
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, _, value = part.partition("=")
        allowed = _PARTS.get(name)
        if allowed is None or name in parts or not re.fullmatch(allowed, value, re.ASCII):
            return None
        parts[name] = value
    if "FREQ" not in parts:
        return None
    if parts.get("INTERVAL") == "1":
        del parts["INTERVAL"]
    first = f"FREQ={parts.pop('FREQ')}"
    return ";".join([first, *(f"{name}={value}" for name, value in parts.items())])


def parts_of_rule(rule: str) -> dict[str, str]:
    """Return the parts of a tidy rule by name."""
    return dict(part.split("=", 1) for part in rule.split(";") if part)


def rule_of_parts(parts: Mapping[str, str]) -> str:
    """Return the rule that has these parts, in their order."""
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _counted(match: re.Match[str]) -> str | None:
    count, unit, where = match.groups()
    number = 2 if count in ("other", "second") else int(count or 1)
    if number == 0:
        return None
    rule = f"FREQ={_FREQUENCIES[unit]}" + (f";INTERVAL={number}" if number > 1 else "")
    if not where:
        return rule
    when = _days(where) if unit == "week" else _month_day(where) if unit == "month" else None
    return f"{rule};{when}" if when else None


def _days(words: str) -> str | None:
    codes = [_day(word) for word in re.split(r",? and |, ?| ", words) if word]
    known = [code for code in codes if code]
    return (
        f"BYDAY={','.join(dict.fromkeys(known))}"
        if known and len(known) == len(codes)
        else None
    )


def _day(word: str) -> str | None:
    return _DAYS.get(word) or _DAYS.get(word.removesuffix("s")) or _SHORT_DAYS.get(word)


def _month_day(words: str) -> str | None:
    match = _MONTH_DAY.fullmatch(words)
    return f"BYMONTHDAY={match[1]}" if match and 1 <= int(match[1]) <= 31 else None


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
    return "".join(
        character if character.isprintable() else " " for character in text[:_LONGEST_SHOWN]
    )


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
        following = _next(rule, _span(due, done, zone))
    except (ValueError, IndexError, OverflowError):
        return None
    if following is None:
        return None
    comes, rest = following
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
            moment.at.astimezone(ZoneInfo(own)).replace(tzinfo=None) for moment in (due, done)
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
    for occurrence in rrulestr(rule, dtstart=far).xafter(far):
        yield occurrence.replace(year=occurrence.year - shift)


def _until(text: str, zone: str) -> datetime:
    """Return the last wall-clock time that an UNTIL allows; a day counts whole."""
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time.max)
    wall = datetime.fromisoformat(text.removesuffix("Z"))
    if not text.endswith("Z"):
        return wall
    return wall.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
