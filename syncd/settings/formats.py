"""Texts with a form, as settings hold them: zones, hours, days, moments, addresses, tokens.

Each function that checks returns the text when it has the form; else it raises ValueError with
words that finish the sentence "`setting` is VALUE: ...".
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from syncd.text import nearest

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_WINDOW = re.compile(rf"({_CLOCK})-({_CLOCK}|24:00)")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+|[^<>]*<[^@\s<>]+@[^@\s<>]+>")


def is_zone(name: str) -> bool:
    """Say whether ``name`` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a bad form, a folder of zones, no such zone
        return False
    return True


def zone(name: str) -> str:
    """Check an IANA time zone."""
    if is_zone(name):
        return name
    by_lowered = {known.lower(): known for known in available_timezones()}
    near = nearest(name, by_lowered)
    hint = f"did you mean {by_lowered[near]}" if near else "use a name such as Europe/Berlin"
    raise ValueError(f"no time zone has that name; {hint}")


def window(text: str) -> str:
    """Check hours of a day, such as 18:00-21:00; 24:00 is the day's end."""
    match = _WINDOW.fullmatch(text)
    if not match:
        raise ValueError("write hours as 18:00-21:00")
    if match[1] >= match[2]:
        raise ValueError("the hours end before they begin; split them at 24:00")
    return text


def clock_span(text: str) -> tuple[int, int]:
    """Return checked hours as minutes after midnight."""
    first, last = (clock.split(":") for clock in text.split("-"))
    return int(first[0]) * 60 + int(first[1]), int(last[0]) * 60 + int(last[1])


def rest_day(text: str) -> str:
    """Check a weekday or a date."""
    if text in WEEKDAYS:
        return text
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a weekday (sun) or a date (2027-12-24)") from None
    return text


def weekly(text: str) -> str:
    """Check a moment of the week, such as mon 07:00, or off."""
    if text == "off" or re.fullmatch(rf"(?:{'|'.join(WEEKDAYS)}) {_CLOCK}", text):
        return text
    raise ValueError('write a weekday and a time, such as "mon 07:00", or "off"')


def quarterly(text: str) -> str:
    """Check a moment of the quarter, such as day 1 07:00, or off."""
    if text == "off" or re.fullmatch(rf"day (?:[1-9]|1\d|2[0-8]) {_CLOCK}", text):
        return text
    raise ValueError('write a day (1 to 28) and a time, such as "day 1 07:00", or "off"')


def annual(text: str) -> str:
    """Check a moment of the year, such as jan 2 07:00, or off."""
    days = r"(?:[1-9]|1\d|2[0-8])"
    if text == "off" or re.fullmatch(rf"(?:{'|'.join(MONTHS)}) {days} {_CLOCK}", text):
        return text
    raise ValueError(
        'write a month, a day (1 to 28) and a time, such as "jan 2 07:00", or "off"'
    )


def review_moment(text: str) -> tuple[int, int, int, int]:
    """Return a checked moment for reviews: month, day, hour and minute.

    The month is 0 where none is named; the day is a weekday (0: Monday) where one is.
    """
    *words, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    month = MONTHS.index(words[0]) + 1 if words[0] in MONTHS else 0
    day = WEEKDAYS.index(words[0]) if words[0] in WEEKDAYS else int(words[-1])
    return month, day, hour, minute


def address(text: str) -> str:
    """Check an e-mail address, with or without a name before it."""
    if _ADDRESS.fullmatch(text) and "\n" not in text and "\r" not in text:
        return text
    raise ValueError("write an e-mail address, such as ada@example.org")


def document(table: Mapping[str, Any]) -> str:
    """Return a table of texts, numbers, truths, lists and tables as TOML."""
    import tomlkit  # what only reads settings writes none, and it takes time to import

    return tomlkit.dumps(_known(table))


def _known(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table without what is not set, and with paths as texts."""
    return {name: _value(value) for name, value in table.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _known(value)
    return value if isinstance(value, bool | int | float | list | tuple) else str(value)
