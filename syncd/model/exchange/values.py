"""Single values of a plan file, by the type of their field; days and moments as a person writes them."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from syncd.model.exchange.output import Unreadable, as_text, either, facts_text, shown
from syncd.model.rules.recurrence import recurrence_problem, repetition
from syncd.model.values import Due, FieldSpec, FieldType, Moment, Value
from syncd.text import nearest

_TEXT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d|[+-]\d{1,4} ?[dwmy]|today|tomorrow|yesterday)"
    r"(?:(?:T| +)(?P<time>\d\d?:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
    r" ?(?P<offset>Z|[+-]\d\d:?\d\d(?::\d\d(?:\.\d{1,6})?)?)?)?"
    r"(?: +(?P<zone>[A-Za-z][A-Za-z0-9_+/-]*))?",
    re.ASCII | re.IGNORECASE,
)
_UNITS: Mapping[str, str] = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_WORDS: Mapping[str, int] = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DAY_HOW = "write it as 2026-12-01, or from today as +30d, +6w, -3m"
_MOMENT_HOW = "write it as 2026-12-01 18:00, or from today as +3d 18:00"
_FIRST, _LAST = 1900, 9000
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when a plan file is read: the plan's IANA zone, an aware instant."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The calendar day in the plan's zone."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()


def read_day(raw: Any, here: Here) -> date:
    """Return the day that ``raw`` means. Raises ``Unreadable``."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return _sane(raw, raw)
    parts = _parts(raw, "day", _DAY_HOW)
    if parts["time"] or parts["zone"]:
        raise Unreadable(f"{shown(raw)} has a time where only a day can stand: {_DAY_HOW}")
    return _day(parts["day"], raw, here)


def read_due(raw: Any, zone: Any, here: Here) -> Due:
    """Return the day or the moment that ``raw`` means. Raises ``Unreadable``."""
    is_day = isinstance(raw, date) and not isinstance(raw, datetime)
    if is_day or (isinstance(raw, str) and not _parts(raw, "day", _DAY_HOW)["time"]):
        return read_day(raw, here)
    return read_moment(raw, zone, here)


def read_moment(raw: Any, zone: Any, here: Here, *, noon: bool = False) -> Moment:
    """Return the moment that ``raw`` means, in ``zone`` (None: the plan's).

    ``noon``: a day without a time is allowed, and means its noon. Raises ``Unreadable``.
    """
    if isinstance(raw, datetime):
        wall, zone_name = raw, zone
    elif noon and isinstance(raw, date):
        wall, zone_name = datetime.combine(raw, _NOON), zone
    else:
        parts = _parts(raw, "moment", _MOMENT_HOW)
        if not parts["time"] and not noon:
            raise Unreadable(f"{shown(raw)} has no time: {_MOMENT_HOW}")
        day = _day(parts["day"], raw, here)
        wall = _wall(day, parts["time"] or "12:00", parts["offset"] or "", raw)
        zone_name = parts["zone"] or zone
    own = read_zone(zone_name) if zone_name else None
    _sane(wall.date(), raw)
    return Moment(wall if wall.tzinfo else wall.replace(tzinfo=ZoneInfo(own or here.zone)), own)


def read_instant(raw: Any, here: Here) -> datetime:
    """Return the instant that ``raw`` means, in UTC. Raises ``Unreadable``."""
    return read_moment(raw, None, here, noon=True).at.astimezone(UTC)


def read_zone(raw: Any) -> str:
    """Return the name of an IANA zone. Raises ``Unreadable``."""
    try:
        return ZoneInfo(str(raw)).key
    except (ValueError, KeyError, OSError) as error:
        raise Unreadable(
            f"{shown(raw)} is no time zone: write one such as Europe/Berlin"
        ) from error


def _parts(raw: Any, what: str, how: str) -> dict[str, str | None]:
    match = _TEXT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if match is None:
        raise Unreadable(f"{shown(raw)} is no {what} that can be read: {how}")
    return match.groupdict()


def _day(text: str | None, raw: Any, here: Here) -> date:
    word = (text or "").lower()
    try:
        if word in _WORDS:
            return here.today + relativedelta(days=_WORDS[word])
        if word[:1] in ("+", "-"):
            count, unit = int(word[:-1]), _UNITS[word[-1]]
            return _sane(here.today + relativedelta(**{unit: count}), raw)  # type: ignore[arg-type]  # units are whole numbers
        return _sane(date.fromisoformat(word), raw)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"{shown(raw)} is a day that does not exist: {_DAY_HOW}") from error


def _wall(day: date, clock: str, offset: str, raw: Any) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T{clock:0>5}{offset.upper()}")
    except ValueError as error:
        raise Unreadable(f"{shown(raw)} has a time that is none: {_MOMENT_HOW}") from error


def _sane(day: date, raw: Any) -> date:
    if not _FIRST <= day.year <= _LAST:
        raise Unreadable(f"{shown(raw)} is too far away to plan for: {_DAY_HOW}")
    return day


_LONGEST = 1_000_000
_RANGES: Mapping[str, tuple[int, int]] = {
    "level": (0, 5),
    "target_level": (0, 5),
    "cadence_days": (1, 36_500),
}
_ANY = (0, 10_000_000)
_DURATION = re.compile(
    r"(?:(\d{1,4}) ?h(?:ours?|rs?)?)? ?(?:(\d{1,6}) ?(?:m(?:in(?:utes?|s)?)?)?)?"
)
_TRUE = frozenset({"true", "yes", "y", "on", "x", "1", "done"})
_FALSE = frozenset({"false", "no", "n", "off", "", "0", "open"})


def read_value(spec: FieldSpec, raw: Any, zone: Any, here: Here) -> Value:
    """Return what ``raw`` means for a field that refers to nothing.

    zone: what stands beside a moment as its zone. Raises ``Unreadable``.
    """
    if raw is None:
        return spec.default  # type: ignore[no-any-return]  # a Value, by its field
    if spec.type is FieldType.DATE:
        return read_day(raw, here)
    if spec.type is FieldType.DUE:
        return read_due(raw, zone, here)
    if spec.type is FieldType.MOMENT:
        return read_moment(raw, zone, here, noon=spec.derived)
    return _READERS[spec.type](spec, raw)


def _text_of(spec: FieldSpec, raw: Any) -> str:
    if spec.name == "facts" and isinstance(raw, dict):
        return _facts(raw)
    if not isinstance(raw, str | int | float):
        raise Unreadable("a list or a map stands where a text belongs: write one text")
    text = _plain(raw)
    if len(text) > _LONGEST:
        raise Unreadable(
            f"the text is too long ({len(text):,} characters): keep it under {_LONGEST:,}"
        )
    if spec.name == "recurrence":
        return _repetition(text)
    if spec.name == "zone" and text:
        return read_zone(text)
    return text


def _plain(raw: Any) -> str:
    text = str(raw).lower() if isinstance(raw, bool) else as_text(raw)
    if text is None:
        raise Unreadable(f"{shown(raw)} is no text: write words")
    return text


def _facts(raw: Any) -> str:
    try:
        return facts_text(raw)
    except (TypeError, ValueError, RecursionError) as error:
        raise Unreadable("these are no facts that can be kept: leave them out") from error


def _repetition(text: str) -> str:
    problem = recurrence_problem(text)
    if problem:
        raise Unreadable(problem.rstrip("."))
    return repetition(text) or ""


def _word(spec: FieldSpec, raw: Any) -> StrEnum:
    words = list(spec.words or ())
    known = {_loose(word): word for word in words}
    member = known.get(_loose(raw)) if isinstance(raw, str) else None
    if member is None:
        near = nearest(raw, words) if isinstance(raw, str) else None
        hint = f"did you mean '{near}'?" if near else f"write {either(words)}"
        raise Unreadable(f"{shown(raw)} is not known here: {hint}")
    return member


def _loose(word: str) -> str:
    return re.sub(r"[\s_\N{EN DASH}-]+", " ", word.strip()).casefold()


def _whole(spec: FieldSpec, raw: Any) -> int:
    least, most = _RANGES.get(spec.name, _ANY)
    span = _minutes(raw) if spec.name.endswith("minutes") else None
    number = _number_or_none(raw) if span is None else span
    if number is None or number != int(number):
        how = "write minutes such as 90, or 1h 30" if spec.name.endswith("minutes") else None
        raise Unreadable(
            f"{shown(raw)} is no whole number: {how or f'write one from {least} to {most}'}"
        )
    if not least <= number <= most:
        raise Unreadable(f"{shown(raw)} is out of range: write {least} to {most}")
    return int(number)


def _minutes(raw: Any) -> int | None:
    match = _DURATION.fullmatch(raw.strip().lower()) if isinstance(raw, str) else None
    if match is None or not any(match.groups()):
        return None
    return int(match[1] or 0) * 60 + int(match[2] or 0)


def _number(spec: FieldSpec, raw: Any) -> float:  # noqa: ARG001  # as every reader
    number = _number_or_none(raw)
    if number is None:
        raise Unreadable(f"{shown(raw)} is no number: write one such as 12 or 2.5")
    return number


def _number_or_none(raw: Any) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _priority(spec: FieldSpec, raw: Any) -> int:  # noqa: ARG001  # as every reader
    number = _number_or_none(
        raw.strip().lower().removeprefix("p") if isinstance(raw, str) else raw
    )
    if number not in (1, 2, 3, 4):
        raise Unreadable(f"{shown(raw)} is no priority: write 1 (highest) to 4, or P1 to P4")
    return int(number)


def _truth(spec: FieldSpec, raw: Any) -> bool:  # noqa: ARG001  # as every reader
    word = _plain(raw).strip().lower() if isinstance(raw, str | int | float) else "?"
    if word not in _TRUE | _FALSE:
        raise Unreadable(f"{shown(raw)} is neither yes nor no: write true or false")
    return word in _TRUE


def _labels(spec: FieldSpec, raw: Any) -> frozenset[str]:  # noqa: ARG001  # as every reader
    if isinstance(raw, str):
        return frozenset(label.strip() for label in raw.split(",") if label.strip())
    if not isinstance(raw, list) or not all(
        isinstance(label, str | int | float) for label in raw
    ):
        raise Unreadable("these are no labels: write a list such as [deep work, home]")
    return frozenset(text for text in map(_plain, raw) if text.strip())


def _pairs(spec: FieldSpec, raw: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(raw, dict):
        raw = [{"prompt": prompt, "text": text} for prompt, text in raw.items()]
    if not isinstance(raw, list) or not all(isinstance(pair, dict) for pair in raw):
        raise Unreadable("these are no answers: write each prompt, a colon, and the answer")
    return tuple(
        (
            _text_of(spec, _or_empty(pair.get("prompt"))),
            _text_of(spec, _or_empty(pair.get("text"))),
        )
        for pair in raw
    )


def _or_empty(raw: Any) -> Any:
    return "" if raw is None else raw


_READERS: Mapping[FieldType, Callable[[FieldSpec, Any], Value]] = {
    FieldType.TEXT: _text_of,
    FieldType.WORD: _word,
    FieldType.INT: _whole,
    FieldType.NUMBER: _number,
    FieldType.PRIORITY: _priority,
    FieldType.BOOL: _truth,
    FieldType.LABELS: _labels,
    FieldType.PAIRS: _pairs,
}
