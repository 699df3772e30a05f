"""Due dates as Todoist keeps them, and the few repetitions that the sandbox knows."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from syncd_todoist.sandbox.wire import Json, invalid_argument, zone_of

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY = re.compile(
    r"every(?P<after>!)? ?(?P<other>other|\d+)? ?"
    r"(?P<what>days?|weeks?|months?|years?|weekday|workday|" + "|".join(_DAYS) + ")"
    r"(?: at (?P<at>\d{1,2}:\d\d))?"
)
_WORKING = ("weekday", "workday")
_LONGEST = 150
_KEYS = {"date", "string", "timezone", "lang", "is_recurring"}


def parse(value: Any, zone: str, now: datetime) -> Json | None:
    """Return the due that a request's due object makes; ``zone`` is the user's."""
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) - _KEYS:
        raise invalid_argument("due")
    text = str(value.get("string") or "").strip()
    if value.get("date") is None:
        return from_string(text, zone, now)
    if len(text) > _LONGEST:
        raise invalid_argument("due")
    moment, own_zone = _dated(str(value["date"]), value.get("timezone"), zone)
    repeats = bool(_EVERY.fullmatch(text.lower()))
    return {
        "date": moment,
        "timezone": own_zone,
        "string": text or _words(moment, own_zone),
        "lang": value.get("lang") or "en",
        "is_recurring": repeats,
    }


def from_string(text: str, zone: str, now: datetime) -> Json | None:
    """Return the due that a person's words make; 400 for words not understood."""
    words = text.lower()
    if len(text) > _LONGEST:
        raise invalid_argument("due")
    today = now.astimezone(zone_of(zone)).date()
    if words in ("", "no date", "no due date"):
        return None
    every = _EVERY.fullmatch(words)
    if every:
        day = _first(words, today)
    elif words in ("today", "tomorrow"):
        day = today + timedelta(days=words == "tomorrow")
    else:
        moment, own_zone = _dated(text, None, zone)
        return _due(moment, own_zone, text)
    hour = f"T{every['at']:0>5}:00" if every and every["at"] else ""
    return {**_due(f"{day.isoformat()}{hour}", None, text), "is_recurring": bool(every)}


def advanced(due: Json, zone: str, now: datetime) -> Json:
    """Return a repeating due at its next occurrence: after today, counted from itself.

    "every!" counts from the day on which it is done.
    """
    today = now.astimezone(zone_of(zone)).date()
    text, words = due["date"], due["string"].lower()
    every = _EVERY.fullmatch(words)
    day = date.fromisoformat(text[:10])
    if every and every["after"]:
        day = today
    while True:
        day = _next(every, day)
        if day > today:
            return {**due, "date": day.isoformat() + text[10:]}


def _first(words: str, today: date) -> date:
    every = _EVERY.fullmatch(words)
    if every and every["what"] in _DAYS:
        return today + timedelta(days=(_DAYS.index(every["what"]) - today.weekday()) % 7)
    if every and every["what"] in _WORKING:
        return _working(today)
    return today


def _next(every: re.Match[str] | None, day: date) -> date:
    if every is None or every["what"] in _WORKING:
        return _working(day + timedelta(days=1)) if every else day + timedelta(days=1)
    other = every["other"]
    count = 2 if other == "other" else int(other or 1)
    unit = every["what"].rstrip("s") if every["what"] not in _DAYS else "week"
    steps = {
        "day": relativedelta(days=count),
        "week": relativedelta(weeks=count),
        "month": relativedelta(months=count),
        "year": relativedelta(years=count),
    }
    return day + steps[unit]


def _working(day: date) -> date:
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


def _due(moment: str, zone: str | None, text: str) -> Json:
    return {
        "date": moment,
        "timezone": zone,
        "string": text,
        "lang": "en",
        "is_recurring": False,
    }


def _dated(text: str, own_zone: Any, zone: str) -> tuple[str, str | None]:
    """Return ``date`` and ``timezone``: a day, a floating time, or a fixed one."""
    try:
        if "T" not in text:
            return date.fromisoformat(text).isoformat(), None
        at = datetime.fromisoformat(text).replace(microsecond=0)
        if at.tzinfo is None and own_zone is None:
            return at.isoformat(), None
        named = str(own_zone or zone)  # a Z without a zone: the user's
        at = at if at.tzinfo else at.replace(tzinfo=zone_of(named))
        zone_of(named)
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), named
    except (ValueError, OSError, KeyError, OverflowError):
        raise invalid_argument("due") from None


def _words(moment: str, zone: str | None) -> str:
    if "T" not in moment:
        day = date.fromisoformat(moment)
        return f"{day.day} {day:%b %Y}"
    at = datetime.fromisoformat(moment)
    local = at.astimezone(zone_of(zone)) if zone else at
    return f"{local.day} {local:%b %Y %H:%M}"
