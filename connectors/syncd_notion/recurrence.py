"""How a task repeats: RFC 5545 rules to words and back, and the codec of a rule; pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.model.fields import FieldSpec
from syncd_notion.codecs import (
    TEXT,
    Property,
    Sending,
    UnreadableProperty,
    read_text,
    sent_text,
)
from syncd_notion.rich_text import quoted

_UNITS: Mapping[str, str] = {
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_FREQUENCIES = {unit: frequency for frequency, unit in _UNITS.items()}
_DAYS: Mapping[str, str] = {
    "MO": "monday",
    "TU": "tuesday",
    "WE": "wednesday",
    "TH": "thursday",
    "FR": "friday",
    "SA": "saturday",
    "SU": "sunday",
}
_WORKDAYS = "MO,TU,WE,TH,FR"
_ADVERBS: Mapping[str, str] = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annually": "year",
}
_EVERY = re.compile(r"every (?:(\d{1,3}|other|second) )?(day|week|month|year)s?")

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


def tidy(text: str) -> str | None:
    """Return a rule in its one normal form, or None for what is no rule."""
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


def to_words(rule: str) -> str:
    """Return a tidy rule as a person says it, or as it is where there are no words."""
    if not rule:
        return ""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    unit = _UNITS[parts["FREQ"]]
    if set(parts) == {"FREQ"}:
        return f"every {unit}"
    if set(parts) == {"FREQ", "INTERVAL"}:
        return f"every {parts['INTERVAL']} {unit}s"
    if set(parts) == {"FREQ", "BYDAY"} and unit == "week":
        return _days_to_words(parts["BYDAY"]) or rule
    return rule


def _days_to_words(days: str) -> str | None:
    if days == _WORKDAYS:
        return "every weekday"
    codes = days.split(",")
    if len(set(codes)) < len(codes) or not set(codes) <= set(_DAYS):
        return None
    return "every " + ", ".join(_DAYS[code] for code in codes)


def from_words(text: str) -> str | None:
    """Return the tidy rule that a person's words mean, or None if nothing known."""
    words = " ".join(text.lower().split()).rstrip(".")
    if not words:
        return ""
    if words in _ADVERBS:
        return f"FREQ={_FREQUENCIES[_ADVERBS[words]]}"
    match = _EVERY.fullmatch(words)
    if match:
        return _counted(match[1], match[2])
    if words == "every weekday":
        return f"FREQ=WEEKLY;BYDAY={_WORKDAYS}"
    if words.startswith("every "):
        return _days_from_words(words.removeprefix("every "))
    return tidy(text)


def _counted(count: str | None, unit: str) -> str | None:
    number = 2 if count in ("other", "second") else int(count or 1)
    if number == 0:
        return None
    interval = f";INTERVAL={number}" if number > 1 else ""
    return f"FREQ={_FREQUENCIES[unit]}{interval}"


def _days_from_words(words: str) -> str | None:
    codes = []
    for word in re.split(r"(?:, and |, | and |,)", words):
        code = next((code for code, day in _DAYS.items() if _means(word, day)), None)
        if code is None:
            return None
        codes.append(code)
    return f"FREQ=WEEKLY;BYDAY={','.join(dict.fromkeys(codes))}"


def _means(word: str, day: str) -> bool:
    return word in (day, day + "s", day[:3])


def _fit_recurrence(_spec: FieldSpec, _notion_type: str, value: Any) -> str:
    return tidy(value or "") or ""


def _send_recurrence(_spec: FieldSpec, prop: Property, sending: Sending) -> Any:
    return sent_text(prop, to_words(sending.value))


def _read_recurrence(spec: FieldSpec, prop: Property, raw: Any) -> str:
    shown = read_text(spec, prop, raw)
    rule = from_words(shown)
    if rule is None:
        raise UnreadableProperty(
            f"'{quoted(shown)}' is no repetition that syncd can read: write such as 'every week',"
            " 'every 2 days' or 'every monday'."
        )
    return rule


RECURRENCE = replace(TEXT, fit=_fit_recurrence, send=_send_recurrence, read=_read_recurrence)
