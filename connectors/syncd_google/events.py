"""Pure: what any event of Google Calendar says, whichever kind of the plan it is."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

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


def text(event: Json, name: str) -> str:
    """Return a text within, empty where there is none."""
    found = event.get(name)
    return found if isinstance(found, str) else ""


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
    """Return a ``dateTime`` as wall-clock time in ``zone``, the calendar's."""
    try:
        at = datetime.fromisoformat(str(time.get("dateTime")))
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(str(time.get("timeZone") or zone)))
        return at.astimezone(ZoneInfo(zone))
    except (ValueError, KeyError, OSError, OverflowError):
        return None


def day(time: Json) -> date | None:
    """Return the day of an all-day event's ``start`` or ``end``."""
    try:
        return date.fromisoformat(str(time.get("date")))
    except ValueError:
        return None
