"""Events and calendars as the service states them."""

import base64
import hashlib
from typing import Any

from syncd_google.sandbox.account import EMAIL
from syncd_google.sandbox.model import GoogleCalendar, GoogleEvent, milliseconds

Json = dict[str, Any]
_FIRST = ("summary", "description", "location", "colorId")
"""What stands before the times."""
_MEETS = {"allowedConferenceSolutionTypes": ["hangoutsMeet"]}
_BUSY_ONLY = ("kind", "etag", "id", "status", "start", "end", "transparency", "eventType")


def event_json(event: GoogleEvent, calendar: GoogleCalendar, zone: str | None = None) -> Json:
    """Return an event; its times are in the offset of ``zone``, or of its calendar."""
    shown = zone or calendar.zone
    link = base64.urlsafe_b64encode(f"{event.id} {calendar.id}".encode()).decode().rstrip("=")
    stated: Json = {
        "kind": "calendar#event",
        "etag": event.etag,
        "id": event.id,
        "status": event.status,
        "htmlLink": f"https://www.google.com/calendar/event?eid={link}",
        "created": event.created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "updated": milliseconds(event.micros),
        **{name: event.fields[name] for name in _FIRST if name in event.fields},
        **_people(calendar),
        "start": event.start.stated(shown),
        "end": event.end.stated(shown),
    }
    if event.series is not None and event.original is not None:
        stated["recurringEventId"] = event.series
        stated["originalStartTime"] = event.original.stated(shown)
    stated |= {"iCalUID": event.uid, "sequence": event.sequence}
    stated |= {name: value for name, value in event.fields.items() if name not in _FIRST}
    stated["eventType"] = event.event_type
    return stated


def tombstone_json(event: GoogleEvent, calendar: GoogleCalendar) -> Json:
    """Return what a listing says of a deleted event: only the id is sure to be there."""
    kept: Json = {
        "kind": "calendar#event",
        "etag": event.etag,
        "id": event.id,
        "status": "cancelled",
    }
    if event.series is not None and event.original is not None:
        kept["recurringEventId"] = event.series
        kept["originalStartTime"] = event.original.stated(calendar.zone)
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


def calendar_etag(calendar: GoogleCalendar) -> str:
    """Return a calendar's etag: 27 characters."""
    digest = hashlib.sha256(f"{calendar.id} {calendar.micros}".encode()).digest()
    return f'"{base64.urlsafe_b64encode(digest).decode()[:27]}"'


def calendar_json(calendar: GoogleCalendar) -> Json:
    """Return a calendar."""
    return {
        "kind": "calendar#calendar",
        "etag": calendar_etag(calendar),
        "id": calendar.id,
        "summary": calendar.summary,
        **_about(calendar),
        "timeZone": calendar.zone,
        **({} if calendar.primary else {"dataOwner": EMAIL}),
        "conferenceProperties": _MEETS,
    }


def entry_json(calendar: GoogleCalendar) -> Json:
    """Return a calendar as it stands in the user's list."""
    head = {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{calendar.micros}"',
        "id": calendar.id,
    }
    if calendar.gone:
        return {**head, "defaultReminders": [], "deleted": True}
    return {
        **head,
        "summary": calendar.summary,
        **_about(calendar),
        "timeZone": calendar.zone,
        **({} if calendar.primary else {"dataOwner": EMAIL}),
        "colorId": "16",
        "backgroundColor": "#4986e7",
        "foregroundColor": "#000000",
        "selected": True,
        "accessRole": "owner",
        "defaultReminders": [{"method": "popup", "minutes": 10}] if calendar.primary else [],
        **({"primary": True} if calendar.primary else {}),
        "conferenceProperties": _MEETS,
        **calendar.entry,
    }


def collection_etag(change: int) -> str:
    """Return a collection's etag."""
    digest = hashlib.sha256(f"collection {change}".encode()).hexdigest()
    return f'"p32{digest[:12]}o"'


def _about(calendar: GoogleCalendar) -> Json:
    texts = {"description": calendar.description, "location": calendar.location}
    return {name: text for name, text in texts.items() if text}


COLOURS = {
    "1": "#a4bdfc",
    "2": "#7ae7bf",
    "3": "#dbadff",
    "4": "#ff887c",
    "5": "#fbd75b",
    "6": "#ffb878",
    "7": "#46d6db",
    "8": "#e1e1e1",
    "9": "#5484ed",
    "10": "#51b749",
    "11": "#dc2127",
}
INK = "#1d1d1d"
"""What is written on them."""
