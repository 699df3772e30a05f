"""Dates and repetitions as Notion's properties hold them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncd.model.values import Due, FieldSpec, FieldType, Moment, Value
from syncd_notion.codecs import (
    TEXT,
    Codec,
    Property,
    Sending,
    UnreadableProperty,
    garbled,
    keep_nothing,
    read_text,
    sent_text,
)
from syncd_notion.page_content import quoted

_DAY_LENGTH = len("2026-12-01")
_FIRST_YEAR, _LAST_YEAR = 2, 9998


def parse(text: str) -> Due:
    """Read a day or a moment. Raises ValueError for what is neither."""
    if len(text) == _DAY_LENGTH:
        return date.fromisoformat(text)
    stamp = instant(text)
    if stamp is None:
        message = "no date, or a time that no clock shows"
        raise ValueError(message)
    return Moment(stamp).to_the_minute()


def is_date(text: object) -> bool:
    """Say whether ``parse`` can read it."""
    if not isinstance(text, str):
        return False
    try:
        parse(text)
    except ValueError:
        return False
    return True


def is_moment(text: object) -> bool:
    """Say whether it is a time of day, not a day alone, that ``parse`` can read."""
    return isinstance(text, str) and len(text) > _DAY_LENGTH and is_date(text)


def parse_day(text: str) -> date:
    """Read a day; of a moment, the day that it shows. Raises ValueError."""
    parse(text)
    return date.fromisoformat(text[:_DAY_LENGTH])


def fit_moment(moment: Moment) -> Moment | None:
    """Return the moment as Notion gives it back: to the minute, without its zone."""
    if not _is_lived_in(moment.at.year):
        return None
    return moment.to_the_minute().without_zone()


def date_value(
    value: Due | None, end: str | None, zone: str, before: str = ""
) -> dict[str, Any] | None:
    """Return the value to send; ``end`` is the user's own end of the range, if any.

    The end is kept while it still lies after the start and is of the same sort. ``before``
    is the moment that the user gave where the plan has a day alone: its time is kept.
    """
    if value is None:
        return None
    if before and not isinstance(value, Moment) and _is_lived_in(value.year):
        value = _at_the_time_of(before, value, zone)
    if isinstance(value, date):
        kept = end is not None and len(end) == _DAY_LENGTH and end > value.isoformat()
        return {"start": value.isoformat()} | ({"end": end} if kept else {})
    if end is not None and _is_after(end, value):
        return {"start": _with_offset(value, zone), "end": end}
    return dict(_zoned(value, zone)) or {"start": _with_offset(value, zone)}


def _at_the_time_of(before: str, day: date, zone: str) -> Moment:
    """Return a day with the wall-clock time of a moment that Notion gave."""
    given = datetime.fromisoformat(before)
    wall = datetime.combine(day, given.timetz())
    here = given.astimezone(ZoneInfo(zone))
    if given.utcoffset() == here.utcoffset():  # as the user's own clock showed it
        wall = wall.replace(tzinfo=ZoneInfo(zone))
    return Moment(wall.astimezone(UTC))


def _is_after(end: str, start: Moment) -> bool:
    last = parse(end)
    return isinstance(last, Moment) and last.at > start.at


def _with_offset(moment: Moment, zone: str) -> str:
    return moment.to_the_minute().local(zone).isoformat(timespec="seconds")


def _zoned(moment: Moment, plan_zone: str) -> Mapping[str, str]:
    """Return time and zone, where these two name this instant and no other.

    Of all ways to send a moment this is the one that recorded writes used.
    """
    name = moment.zone or plan_zone
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return {}
    wall = moment.to_the_minute().at.astimezone(zone).replace(tzinfo=None)
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC) != second.astimezone(UTC):
        return {}  # this hour comes twice when the clocks go back
    return {"start": wall.isoformat(timespec="seconds"), "time_zone": name}


def instant(text: Any) -> datetime | None:
    """Return a time of a reply, or None; one without an offset is in UTC.

    A time at the very end of the calendar is none: in another zone it does not exist.
    """
    try:
        stamp = datetime.fromisoformat(text)
        known = (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return known if _is_lived_in(known.year) else None


def _is_lived_in(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _fit_date(_spec: FieldSpec, _notion_type: str, value: Any) -> Any:
    return fit_moment(value) if isinstance(value, Moment) else value


def _send_date(_spec: FieldSpec, _prop: Property, sending: Sending) -> Any:
    # the zone is sent, not kept
    zoned = sending.wanted if isinstance(sending.value, Moment) else sending.value
    end, before = sending.kept.get("ends"), sending.kept.get("moments")
    return date_value(zoned, end, sending.zone, before or "")


def _read_date(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    return _read_part(spec, prop, raw, "start")


def _read_end(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    return _read_part(spec, prop, raw, "end")


def _read_part(spec: FieldSpec, prop: Property, raw: Any, part: str) -> Value:
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or not isinstance(raw.get("start"), str):
        raise garbled(prop)
    text = raw.get(part)
    if text is None:
        return None
    value = _day_or_moment(spec, text)
    if value is None:
        raise UnreadableProperty(
            f"'{quoted(text)}' is no date that syncd can read: give a day such as 2026-12-01."
        )
    return value


def _day_or_moment(spec: FieldSpec, text: Any) -> Value:
    try:
        value = parse_day(text) if spec.type is FieldType.DATE else parse(text)
    except (TypeError, ValueError):
        return None
    return value if spec.type is not FieldType.MOMENT or isinstance(value, Moment) else None


def _keep_date(spec: FieldSpec, raw: Any) -> dict[str, Any]:
    """Keep the end of a range, and the time of day where the plan has a day alone."""
    if not isinstance(raw, Mapping):
        return {}
    kept = {"ends": raw["end"]} if is_date(raw.get("end")) else {}
    if spec.type is FieldType.DATE and is_moment(raw.get("start")):
        kept["moments"] = str(raw["start"])
    return kept


def _send_period(_spec: FieldSpec, _prop: Property, sending: Sending) -> Any:
    """Return both ends, which share one property: the one that did not change too."""
    both = {name: sending.fields.get(name) for name in ("period_start", "period_end")}
    fit_period(both)
    start, end = both["period_start"], both["period_end"]
    if not isinstance(start, date):
        return None
    return {"start": start.isoformat()} | (
        {"end": end.isoformat()} if isinstance(end, date) else {}
    )


def fit_period(fields: dict[str, Any]) -> None:
    """Mend a period that no date range can hold, in place."""
    if "period_start" not in fields or fields.get("period_end") is None:
        return
    start: date | None = fields["period_start"]
    if start is None or fields["period_end"] < start:
        fields["period_end"] = None


DATE = Codec(types=("date",), fit=_fit_date, send=_send_date, read=_read_date, keep=_keep_date)
PERIOD_START = replace(DATE, send=_send_period, keep=keep_nothing)
PERIOD_END = replace(PERIOD_START, read=_read_end, shares="period_start")


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
