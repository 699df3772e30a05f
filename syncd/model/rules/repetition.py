"""How a task repeats: a person's words or an RFC 5545 rule, to one normal form."""

import re
from collections.abc import Mapping

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
    said = " ".join(text.lower().split()).rstrip(".")
    if not said:
        return ""
    if said in _SAYINGS:
        return _SAYINGS[said]
    match = _EVERY.fullmatch(said)
    if match:
        return _counted(match)
    if said.startswith("every "):
        days = _days(said.removeprefix("every "))
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


def _days(said: str) -> str | None:
    codes = [_day(word) for word in re.split(r",? and |, ?| ", said) if word]
    known = [code for code in codes if code]
    return (
        f"BYDAY={','.join(dict.fromkeys(known))}"
        if known and len(known) == len(codes)
        else None
    )


def _day(word: str) -> str | None:
    return _DAYS.get(word) or _DAYS.get(word.removesuffix("s")) or _SHORT_DAYS.get(word)


def _month_day(said: str) -> str | None:
    match = _MONTH_DAY.fullmatch(said)
    return f"BYMONTHDAY={match[1]}" if match and 1 <= int(match[1]) <= 31 else None
