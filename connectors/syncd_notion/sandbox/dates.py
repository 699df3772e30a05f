"""Dates as the service takes and keeps them: to the minute, with a fixed offset."""

import functools
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from syncd_notion.sandbox.refusals import in_body, invalid, missing, only

_KEYS = frozenset({"start", "end", "time_zone"})
_DAY = len("2026-06-01")


def parse_date(raw: Any, place: str) -> dict[str, Any] | None:
    """Check a date of a request and return it as it is kept; its zone is lost."""
    if raw is None:
        return None
    found = only(raw, place, _KEYS)
    if found.get("start") is None:
        raise missing(f"{place}.start")
    zone = _zone(found.get("time_zone"), f"{place}.time_zone")
    start = _kept(found["start"], zone, f"{place}.start")
    end = found.get("end")
    last = _kept(end, zone, f"{place}.end") if end is not None else None
    if last is not None:
        _check_range(start, last)
    return {"start": start, "end": last}


def _zone(raw: Any, place: str) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str) or raw not in _zones():
        raise in_body(place, "a valid time zone", raw)
    return raw


@functools.cache
def _zones() -> frozenset[str]:
    """Return the names of all zones: to gather them takes longer than a whole request."""
    return frozenset(available_timezones())


def _kept(raw: Any, zone: str | None, place: str) -> str:
    if not isinstance(raw, str):
        raise in_body(place, "a valid ISO 8601 date string", raw)
    try:
        if len(raw) == _DAY:
            return _day(raw, zone, place)
        stamp = datetime.fromisoformat(raw)
    except ValueError as error:
        raise in_body(place, "a valid ISO 8601 date string", raw) from error
    return shown(_placed(stamp, zone, raw, place))


def _day(raw: str, zone: str | None, place: str) -> str:
    if zone is not None:
        raise in_body(place, "a date with time beside a time_zone", raw)
    return date.fromisoformat(raw).isoformat()


def _placed(stamp: datetime, zone: str | None, raw: str, place: str) -> datetime:
    """Give a time its offset. One without offset or zone is read as UTC."""
    if zone is None:
        return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
    if stamp.tzinfo is None:
        return stamp.replace(tzinfo=ZoneInfo(zone))
    if zone == "UTC" and raw.endswith("Z"):
        return stamp
    raise in_body(place, "without offset when time_zone is given", raw)


def shown(stamp: datetime) -> str:
    """Return a moment as replies show it."""
    cut = stamp.replace(second=0, microsecond=0)
    return cut.isoformat(timespec="milliseconds")


def _check_range(start: str, end: str) -> None:
    if (len(start) == _DAY) != (len(end) == _DAY):
        raise invalid("Date range must have both a start and an end of one kind.")
    if instant_of(end) < instant_of(start):
        raise invalid("Date range end must not be before its start.")


def instant_of(text: str) -> datetime:
    """Return a kept date as an instant, to compare with; days begin at midnight UTC."""
    stamp = datetime.fromisoformat(text)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
