"""Events and calendars as the service states them."""

import base64
import hashlib
from typing import Any

from syncd_google.sandbox.state import EMAIL, GoogleCalendar, GoogleEvent
from syncd_google.sandbox.times import milliseconds

Json = dict[str, Any]
_MEETS = {"allowedConferenceSolutionTypes": ["hangoutsMeet"]}
_BUSY_ONLY = ("kind", "etag", "id", "status", "start", "end", "transparency", "eventType")


def event(it: GoogleEvent, calendar: GoogleCalendar, zone: str | None = None) -> Json:
    """Return an event; its times are in the offset of ``zone``, or of its calendar."""
    shown = zone or calendar.zone
    link = base64.urlsafe_b64encode(f"{it.id} {calendar.id}".encode()).decode().rstrip("=")
    stated: Json = {
        "kind": "calendar#event",
        "etag": it.etag,
        "id": it.id,
        "status": it.status,
        "htmlLink": f"https://www.google.com/calendar/event?eid={link}",
        "created": it.created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "updated": milliseconds(it.micros),
        **{name: it.fields[name] for name in _FIRST if name in it.fields},
        **_people(calendar),
        "start": it.start.stated(shown),
        "end": it.end.stated(shown),
    }
    if it.series is not None and it.original is not None:
        stated["recurringEventId"] = it.series
        stated["originalStartTime"] = it.original.stated(shown)
    stated |= {"iCalUID": it.uid, "sequence": it.sequence}
    stated |= {name: value for name, value in it.fields.items() if name not in _FIRST}
    stated["eventType"] = it.event_type
    return stated


_FIRST = ("summary", "description", "location", "colorId")


def tombstone(it: GoogleEvent, calendar: GoogleCalendar) -> Json:
    """Return what a listing says of a deleted event: only the id is sure to be there."""
    kept: Json = {
        "kind": "calendar#event",
        "etag": it.etag,
        "id": it.id,
        "status": "cancelled",
    }
    if it.series is not None and it.original is not None:
        kept["recurringEventId"] = it.series
        kept["originalStartTime"] = it.original.stated(calendar.zone)
    return kept


def busy_only(stated: Json) -> Json:
    """Return what someone sees who may only see when a calendar is busy."""
    return {name: stated[name] for name in _BUSY_ONLY if name in stated}


def _people(calendar: GoogleCalendar) -> Json:
    if calendar.primary:
        me = {"email": EMAIL, "self": True}
        return {"creator": me, "organizer": me}
    organizer = {"email": calendar.id, "displayName": calendar.summary, "self": True}
    return {"creator": {"email": EMAIL}, "organizer": organizer}


def calendar_etag(it: GoogleCalendar) -> str:
    """Return a calendar's etag: 27 characters."""
    digest = hashlib.sha256(f"{it.id} {it.micros}".encode()).digest()
    return f'"{base64.urlsafe_b64encode(digest).decode()[:27]}"'


def calendar(it: GoogleCalendar) -> Json:
    """Return a calendar."""
    return {
        "kind": "calendar#calendar",
        "etag": calendar_etag(it),
        "id": it.id,
        "summary": it.summary,
        **_about(it),
        "timeZone": it.zone,
        **({} if it.primary else {"dataOwner": EMAIL}),
        "conferenceProperties": _MEETS,
    }


def entry(it: GoogleCalendar) -> Json:
    """Return a calendar as it stands in the user's list."""
    head = {"kind": "calendar#calendarListEntry", "etag": f'"{it.micros}"', "id": it.id}
    if it.gone:
        return {**head, "defaultReminders": [], "deleted": True}
    return {
        **head,
        "summary": it.summary,
        **_about(it),
        "timeZone": it.zone,
        **({} if it.primary else {"dataOwner": EMAIL}),
        "colorId": "16",
        "backgroundColor": "#4986e7",
        "foregroundColor": "#000000",
        "selected": True,
        "accessRole": "owner",
        "defaultReminders": [{"method": "popup", "minutes": 10}] if it.primary else [],
        **({"primary": True} if it.primary else {}),
        "conferenceProperties": _MEETS,
        **it.entry,
    }


def collection_etag(change: int) -> str:
    """Return a collection's etag."""
    digest = hashlib.sha256(f"collection {change}".encode()).hexdigest()
    return f'"p32{digest[:12]}o"'


def _about(it: GoogleCalendar) -> Json:
    told = {"description": it.description, "location": it.location}
    return {name: text for name, text in told.items() if text}
