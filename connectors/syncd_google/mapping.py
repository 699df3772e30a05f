"""Pure: the plan's milestones as events of Google Calendar, and back.

A milestone is an all-day event that takes no time. Where its user drags it, there is
its day; of an event over several days or with a time, the day on which it starts, in
the calendar's zone.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Carried, Remote
from syncd.model.schema import Fields
from syncd_google import titles

Json = Mapping[str, Any]

MARK = "syncd"
"""The one private extended property that syncd writes; it holds the entity's id."""

MILESTONE_FIELDS = frozenset({"title", "due", "done"})
CARRIES: Mapping[Kind, Carried] = {
    Kind.MILESTONE: Carried(
        fields=MILESTONE_FIELDS, editable=MILESTONE_FIELDS, adopts=False, archives=True
    )
}

_LAST_DAY = date.max - timedelta(days=1)  # the day after it ends the event
_HOUR = timedelta(hours=1)
_FORM = ("summary", "start", "end")


def event_id(entity: EntityId, generation: int = 0) -> RemoteId:
    """Return the id of an entity's event, in the characters that Google allows.

    The next generation is for an id that something else has taken.
    """
    digest = hashlib.sha256(f"syncd{entity}{generation}".encode()).digest()
    return RemoteId(base64.b32hexencode(digest).decode().rstrip("=").lower())


def holds(kind: Kind, fields: Fields) -> bool:
    """Say whether there can be an event: it needs a day."""
    return kind in CARRIES and fields.get("due") is not None


def fit(kind: Kind, fields: Fields) -> dict[str, Any]:
    """Return what an event can hold of ``fields``."""
    if kind not in CARRIES:
        return {}
    fitted: dict[str, Any] = {k: v for k, v in fields.items() if k in MILESTONE_FIELDS}
    if "title" in fitted:
        fitted["title"] = titles.clean(str(fitted["title"])) or titles.UNTITLED
    if "done" in fitted:
        fitted["done"] = bool(fitted["done"])
    if fitted.get("due") is not None:
        fitted["due"] = min(fitted["due"], _LAST_DAY)
    return fitted


def to_remote(kind: Kind, entity: EntityId, fields: Fields) -> dict[str, Any]:
    """Return the body of a new event, without its id."""
    fitted = fit(kind, fields)
    due: date = fitted["due"]
    return {
        "summary": titles.join(
            fitted.get("title", titles.UNTITLED), done=fitted.get("done", False)
        ),
        "start": {"date": due.isoformat()},
        "end": {"date": (due + timedelta(days=1)).isoformat()},
        "transparency": "transparent",
        "reminders": {"useDefault": False},
        **marked(entity),
    }


def marked(entity: EntityId) -> dict[str, Any]:
    """Return the part of an event that says whose it is."""
    return {"extendedProperties": {"private": {MARK: entity}}}


def to_revive(body: Json, old: Json) -> dict[str, Any]:
    """Return the patch that makes a cancelled event this one."""
    timed = "dateTime" in _part(old, "start")
    cleared = {"dateTime": None, "timeZone": None} if timed else {}
    times = {name: {**body[name], **cleared} for name in ("start", "end")}
    return {**body, **times, "status": "confirmed"}


def to_patch(fields: Fields, form: Json, zone: str) -> dict[str, Any]:
    """Return what brings an event of this form to ``fields``: only what differs.

    The form is kept: an event of three days stays one, a time of day too.
    """
    body: dict[str, Any] = {}
    there = titles.split(_summary(form))
    wanted = (str(fields.get("title", there[0])), bool(fields.get("done", there[1])))
    if wanted != there:
        body["summary"] = titles.join(wanted[0], done=wanted[1])
    due = fields.get("due")
    if isinstance(due, date) and due != _day(_part(form, "start"), zone):
        body |= _moved(form, due, zone)
    return body


def from_remote(event: Json, zone: str) -> Remote:
    """Return an event as an item; ``zone`` is the calendar's."""
    title, done = titles.split(_summary(event))
    fields: dict[str, Any] = {"done": done}
    problems: dict[str, str] = {}
    if title:
        fields["title"] = title
    else:
        problems["title"] = "An event of a milestone has no title: give it one."
    day = _day(_part(event, "start"), zone)
    if day is not None:
        fields["due"] = day
    else:
        shown = title or event.get("id")
        problems["due"] = f"The event '{shown}' has no day that syncd can read: move it to one."
    return Remote(
        id=RemoteId(str(event.get("id"))),
        kind=Kind.MILESTONE,
        fields=fields,
        version=str(event.get("etag") or ""),
        created_at=_instant(event.get("created")),
        edited_at=_instant(event.get("updated")),
        mark=mark_of(event),
        url=str(event.get("htmlLink") or ""),
        problems=problems,
        extra={name: event[name] for name in _FORM if name in event},
    )


def mark_of(event: Json) -> EntityId | None:
    """Return whose event this is, if it is syncd's."""
    mark = _part(_part(event, "extendedProperties"), "private").get(MARK)
    return EntityId(mark) if isinstance(mark, str) and mark else None


def is_instance(event: Json) -> bool:
    """Say whether this is one occurrence of a series, not an event of its own."""
    return bool(event.get("recurringEventId"))


def is_gone(event: Json) -> bool:
    """Say whether this is what is left of a deleted event."""
    return event.get("status") == "cancelled"


def _part(event: Json, name: str) -> Json:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}


def _summary(event: Json) -> str:
    summary = event.get("summary")
    return summary if isinstance(summary, str) else ""


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _local(time: Json, zone: str) -> datetime | None:
    """Return a ``dateTime`` as wall-clock time in ``zone``."""
    try:
        at = datetime.fromisoformat(str(time.get("dateTime")))
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(str(time.get("timeZone") or zone)))
        return at.astimezone(ZoneInfo(zone))
    except (ValueError, KeyError, OverflowError):
        return None


def _date(time: Json) -> date | None:
    try:
        return date.fromisoformat(str(time.get("date")))
    except ValueError:
        return None


def _day(time: Json, zone: str) -> date | None:
    if "dateTime" not in time:
        return _date(time)
    local = _local(time, zone)
    return local.date() if local else None


def _length(began: datetime, ended: datetime | None) -> timedelta:
    """Return how long it takes; in UTC, as a clock change may lie between."""
    return ended.astimezone(UTC) - began.astimezone(UTC) if ended else _HOUR


def _moved(form: Json, due: date, zone: str) -> dict[str, Any]:
    start, end = _part(form, "start"), _part(form, "end")
    began = _local(start, zone)
    if began is not None:
        at = datetime.combine(due, began.time(), ZoneInfo(zone))
        last = at.astimezone(UTC) + _length(began, _local(end, zone))
        return {
            "start": {"dateTime": at.isoformat(), "timeZone": start.get("timeZone") or zone},
            "end": {"dateTime": last.isoformat(), "timeZone": end.get("timeZone") or zone},
        }
    first, after = _date(start), _date(end)
    days = (after - first).days if first and after else 1
    until = due + timedelta(days=min(max(days, 1), (date.max - due).days))
    unreadable = {"dateTime": None, "timeZone": None} if "dateTime" in start else {}
    return {
        "start": {"date": due.isoformat(), **unreadable},
        "end": {"date": until.isoformat(), **unreadable},
    }
