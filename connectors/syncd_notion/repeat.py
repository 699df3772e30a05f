"""How a task repeats: RFC 5545 rules to words and back."""

import re
from collections.abc import Mapping

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
    said = " ".join(text.lower().split()).rstrip(".")
    if not said:
        return ""
    if said in _ADVERBS:
        return f"FREQ={_FREQUENCIES[_ADVERBS[said]]}"
    match = _EVERY.fullmatch(said)
    if match:
        return _counted(match[1], match[2])
    if said == "every weekday":
        return f"FREQ=WEEKLY;BYDAY={_WORKDAYS}"
    if said.startswith("every "):
        return _days_from_words(said.removeprefix("every "))
    return tidy(text)


def _counted(count: str | None, unit: str) -> str | None:
    number = 2 if count in ("other", "second") else int(count or 1)
    if number == 0:
        return None
    interval = f";INTERVAL={number}" if number > 1 else ""
    return f"FREQ={_FREQUENCIES[unit]}{interval}"


def _days_from_words(said: str) -> str | None:
    codes = []
    for word in re.split(r"(?:, and |, | and |,)", said):
        code = next((code for code, day in _DAYS.items() if _means(word, day)), None)
        if code is None:
            return None
        codes.append(code)
    return f"FREQ=WEEKLY;BYDAY={','.join(dict.fromkeys(codes))}"


def _means(word: str, day: str) -> bool:
    return word in (day, day + "s", day[:3])
