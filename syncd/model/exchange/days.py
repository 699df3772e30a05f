"""Days and moments as a person writes them in a plan file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from syncd.model.exchange.problems import Unreadable
from syncd.model.exchange.words import shown
from syncd.model.values import Due, Moment

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
        wall, said = raw, zone
    elif noon and isinstance(raw, date):
        wall, said = datetime.combine(raw, _NOON), zone
    else:
        parts = _parts(raw, "moment", _MOMENT_HOW)
        if not parts["time"] and not noon:
            raise Unreadable(f"{shown(raw)} has no time: {_MOMENT_HOW}")
        day = _day(parts["day"], raw, here)
        wall = _wall(day, parts["time"] or "12:00", parts["offset"] or "", raw)
        said = parts["zone"] or zone
    own = read_zone(said) if said else None
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
    said = (text or "").lower()
    try:
        if said in _WORDS:
            return here.today + relativedelta(days=_WORDS[said])
        if said[:1] in ("+", "-"):
            count, unit = int(said[:-1]), _UNITS[said[-1]]
            return _sane(here.today + relativedelta(**{unit: count}), raw)  # type: ignore[arg-type]  # units are whole numbers
        return _sane(date.fromisoformat(said), raw)
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
