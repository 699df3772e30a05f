"""Pure: what any event of Google Calendar says, whichever kind of the plan it is."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from syncd.errors import whole
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId

Json = Mapping[str, Any]

MARK = "syncd"
"""The private extended property that says whose an event is; it holds the entity's id."""
KIND = "syncd-kind"
"""The one that says that it is a learning block; a milestone has none."""
BLOCK = "block"
GENERATIONS = 8
"""Ids to try for one entity; the first is nearly always free."""

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_A_DAY = len("2026-06-15")
_EDGES = (1, 9999)
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)


def event_id(entity: EntityId, generation: int = 0) -> RemoteId:
    """Return the id of an entity's event, in the characters that Google allows.

    The next generation is for an id that something else has taken.
    """
    digest = hashlib.sha256(f"syncd{entity}{generation}".encode()).digest()
    return RemoteId(base64.b32hexencode(digest).decode().rstrip("=").lower())


def is_own(event: Json) -> bool:
    """Say whether syncd made this event: a copy carries the mark, under another id."""
    mark = mark_of(event)
    name = event.get("recurringEventId") or event.get("id")
    return mark is not None and name in {event_id(mark, it) for it in range(GENERATIONS)}


def private(event: Json) -> Json:
    """Return the private extended properties."""
    return part(part(event, "extendedProperties"), "private")


def mark_of(event: Json) -> EntityId | None:
    """Return whose event this is, if it is syncd's."""
    mark = private(event).get(MARK)
    return EntityId(mark) if isinstance(mark, str) and mark else None


def marks(entity: EntityId, kind: Kind) -> dict[str, Any]:
    """Return the private extended properties that say whose event it is, and of which kind."""
    return {MARK: entity, **({KIND: BLOCK} if kind is Kind.BLOCK else {})}


def kind_of(event: Json) -> Kind:
    """Return which kind of the plan an event of syncd's is."""
    return Kind.BLOCK if private(event).get(KIND) == BLOCK else Kind.MILESTONE


def is_instance(event: Json) -> bool:
    """Say whether this is one occurrence of a series, not an event of its own."""
    return bool(event.get("recurringEventId"))


def is_gone(event: Json) -> bool:
    """Say whether this is what is left of a deleted event."""
    return event.get("status") == "cancelled"


def part(event: Json, name: str) -> Json:
    """Return an object within, empty where there is none."""
    found = event.get(name)
    return found if isinstance(found, Mapping) else {}


def told(event: Json, name: str) -> str | None:
    """Return a text within, empty where there is none; None for what is no text."""
    found = event.get(name, "")
    if not isinstance(found, str):
        return None
    return found if found.isascii() or whole(found) == found else None


def text(event: Json, name: str) -> str:
    """Return a text within, empty where there is none that can be read."""
    return told(event, name) or ""


def kept(event: Json, names: Iterable[str]) -> dict[str, Any]:
    """Return parts of an event to be kept as they are; None for one that can't be kept."""
    parts = {name: event[name] for name in names if name in event}
    if _lasts(parts):
        return parts
    return {name: part if _lasts(part) else None for name, part in parts.items()}


def zone_named(name: object) -> ZoneInfo | None:
    """Return the time zone of a name, if it is one that is known."""
    return _zone(name) if isinstance(name, str) and name else None


def instant(stated: object) -> datetime | None:
    """Return an instant that has an offset, in UTC."""
    if not isinstance(stated, str):
        return None
    try:
        at = datetime.fromisoformat(stated)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def local(time: Json, zone: str) -> datetime | None:
    """Return a ``dateTime`` as wall-clock time in ``zone``, the calendar's.

    One so near the ends of time that it has no date in some zone can't be read.
    """
    stated, here = time.get("dateTime"), zone_named(zone)
    if not isinstance(stated, str) or len(stated) <= _A_DAY or here is None:
        return None
    try:
        at = datetime.fromisoformat(stated)
        if at.tzinfo is None:
            at = at.replace(tzinfo=zone_named(time.get("timeZone", zone)))
        if at.tzinfo is None or (at.year in _EDGES and not _FIRST <= at < _LAST):
            return None
        return at.astimezone(here)
    except (ValueError, OverflowError):
        return None


def day(time: Json) -> date | None:
    """Return the day of an all-day event's ``start`` or ``end``."""
    stated = time.get("date")
    try:
        return date.fromisoformat(stated) if isinstance(stated, str) else None
    except ValueError:
        return None


def is_time(time: object, zone: str) -> bool:
    """Say whether this is a ``start`` or an ``end`` that can be read."""
    return isinstance(time, Mapping) and bool(day(time) or local(time, zone))


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


def _lasts(value: object) -> bool:
    """Say whether a value can be written down: no infinite number, no half a character."""
    try:
        _JSON.encode(value).encode()
    except ValueError:
        return False
    return True
