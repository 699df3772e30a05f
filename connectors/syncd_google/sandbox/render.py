"""Events and calendars as the service states them, one by one and in lists (events.list and events.instances)."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from syncd_google.sandbox import model
from syncd_google.sandbox.account import EMAIL
from syncd_google.sandbox.call import GoogleCall, GoogleReply, changes_since, ok, sync_token
from syncd_google.sandbox.model import GoogleCalendar, GoogleEvent, milliseconds
from syncd_google.sandbox.refusals import invalid, no_time, too_old

Json = dict[str, Any]
_FIRST = ("summary", "description", "location", "colorId")
"""What stands before the times."""
_MEETS = {"allowedConferenceSolutionTypes": ["hangoutsMeet"]}
_BUSY_ONLY = ("kind", "etag", "id", "status", "start", "end", "transparency", "eventType")
_NOT_WITH_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
_NO_TOKEN_AFTER = tuple(n for n in _NOT_WITH_TOKEN if n not in ("timeMin", "timeMax"))
_SAME_AS_FIRST = (
    "alwaysIncludeEmail",
    "eventTypes",
    "maxAttendees",
    "showHiddenInvitations",
    "singleEvents",
    "timeZone",
)
_USUAL_SIZE = 250


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


def listing(call: GoogleCall) -> GoogleReply:
    """events.list: everything, a selection, or what changed since a sync token."""
    calendar, reached = call.account.seen(call.calendar(busy=True))
    query = {name: call.params[name] for name in _SAME_AS_FIRST if name in call.params}
    size = call.params.get("maxResults", _USUAL_SIZE)
    if "pageToken" in call.params:
        page = call.lists.next(call.params["pageToken"], size)
    elif "syncToken" in call.params:
        page = _changed(call, (calendar, reached), query, size)
    else:
        chosen = [
            event
            for event in _chosen(call, calendar)
            if event.id not in call.account.switches.omits
        ]
        rows = [_stated(call, calendar, event) for event in chosen]
        given = not any(name in call.params for name in _NO_TOKEN_AFTER)
        token = sync_token(call.account, calendar.id, query, reached) if given else None
        page = call.lists.begin(rows, token, size)
    return ok(_head(call, calendar) | page)


def instances(call: GoogleCall) -> GoogleReply:
    """events.instances: the occurrences of one series."""
    calendar, reached = call.account.seen(call.calendar(busy=True))
    size = call.params.get("maxResults", _USUAL_SIZE)
    if "pageToken" in call.params:
        return ok(_head(call, calendar) | call.lists.next(call.params["pageToken"], size))
    master = call.account.event(calendar, call.params["eventId"])
    every = call.account.instances(calendar, master) if _recurs(master) else ()
    chosen = [event for event in every if all(test(event) for test in _tests(call, calendar))]
    token = sync_token(call.account, f"{calendar.id} {master.id}", {}, reached)
    shown = [_stated(call, calendar, event) for event in chosen]
    return ok(_head(call, calendar) | call.lists.begin(shown, token, size))


def _changed(
    call: GoogleCall, seen: tuple[GoogleCalendar, int], query: Json, size: int
) -> Json:
    """Return what changed since the token: deleted events always among it."""
    calendar, reached = seen
    for name in _NOT_WITH_TOKEN:
        if name in call.params:
            raise invalid(f"{name} cannot be used with a sync token.", f"parameter {name}")
    if call.params.get("showDeleted") is False:
        raise invalid("showDeleted cannot be false here.", "parameter showDeleted")
    since = changes_since(call.account, call.params["syncToken"], calendar.id, query)
    single = call.params.get("singleEvents", False)
    events = call.account.expanded(calendar) if single else calendar.events.values()
    changed = sorted((event for event in events if event.change > since), key=_by_number)
    token = sync_token(call.account, calendar.id, query, max(reached, since))
    return call.lists.begin([_stated(call, calendar, event) for event in changed], token, size)


def _chosen(call: GoogleCall, calendar: GoogleCalendar) -> list[GoogleEvent]:
    single, order = call.params.get("singleEvents", False), call.params.get("orderBy")
    if order == "startTime" and not single:
        message = "The requested ordering is not available for the particular query."
        raise invalid(message, "parameter orderBy")
    events: Iterable[GoogleEvent]
    events = call.account.expanded(calendar) if single else calendar.events.values()
    tests = [*_tests(call, calendar), *_more_tests(call)]
    selected = [event for event in events if all(test(event) for test in tests)]
    if order == "startTime":
        return sorted(selected, key=lambda event: event.start.instant(calendar.zone))
    if order == "updated":
        return sorted(selected, key=lambda event: event.micros)
    return sorted(selected, key=_by_number)


def _tests(call: GoogleCall, calendar: GoogleCalendar) -> list[Callable[[GoogleEvent], bool]]:
    params, tests = call.params, []
    if not params.get("showDeleted", False):
        # A cancelled occurrence is always listed beside the series that it is missing from.
        single = params.get("singleEvents", False)
        tests.append(lambda event: not event.gone or (event.series is not None and not single))
    if "timeMin" in params:
        lowest = model.parse_instant(params["timeMin"], "timeMin")
        tests.append(lambda event: _recurs(event) or event.end.instant(calendar.zone) > lowest)
    if "timeMax" in params:
        highest = model.parse_instant(params["timeMax"], "timeMax")
        tests.append(lambda event: event.start.instant(calendar.zone) < highest)
    if "timeMin" in params and "timeMax" in params and lowest >= highest:
        raise no_time()
    if "originalStart" in params:
        tests.append(lambda event: event.start.suffix() in params["originalStart"])
    return tests


def _more_tests(call: GoogleCall) -> list[Callable[[GoogleEvent], bool]]:
    params, tests = call.params, []
    if "q" in params:
        words = params["q"].casefold().split()
        tests.append(lambda event: all(word in _text(event) for word in words))
    if "iCalUID" in params:
        tests.append(lambda event: event.uid == params["iCalUID"])
    if "eventTypes" in params:
        tests.append(lambda event: event.event_type in params["eventTypes"])
    if "updatedMin" in params:
        since = model.parse_instant(params["updatedMin"], "updatedMin")
        if since < call.account.clock.now() - call.account.switches.updated_min_reach:
            raise too_old()
        least = since.timestamp() * 1_000_000
        tests.append(lambda event: event.micros >= least)
    pairs = [
        (place, pair) for name, place in _PROPERTIES.items() for pair in params.get(name, ())
    ]
    if pairs:
        tests.append(lambda event: all(_has(event, place, pair) for place, pair in pairs))
    return tests


_PROPERTIES = {"privateExtendedProperty": "private", "sharedExtendedProperty": "shared"}


def _has(event: GoogleEvent, place: str, pair: str) -> bool:
    name, _, value = pair.partition("=")
    kept: Json = event.fields.get("extendedProperties", {}).get(place, {})
    return bool(kept.get(name) == value)


def _text(event: GoogleEvent) -> str:
    texts = (event.fields.get(name, "") for name in ("summary", "description", "location"))
    return " ".join(texts).casefold()


def _recurs(event: GoogleEvent) -> bool:
    return bool(event.fields.get("recurrence"))


def _by_number(event: GoogleEvent) -> tuple[int, str]:
    return (event.number, event.id)


def _stated(call: GoogleCall, calendar: GoogleCalendar, event: GoogleEvent) -> Json:
    if event.gone and call.account.switches.tombstones == "id":
        return tombstone_json(event, calendar)
    stated = event_json(event, calendar, call.params.get("timeZone"))
    stated |= call.account.switches.extra_keys
    return stated if call.sees_all(calendar) else busy_only(stated)


def _head(call: GoogleCall, calendar: GoogleCalendar) -> Json:
    full = call.sees_all(calendar)
    latest = max([calendar.micros, *(event.micros for event in calendar.events.values())])
    return {
        "kind": "calendar#events",
        "etag": collection_etag(call.account.changes),
        "summary": calendar.summary,
        "description": calendar.description or "",
        "updated": model.milliseconds(latest),
        "timeZone": call.params.get("timeZone", calendar.zone),
        "accessRole": "owner" if full else "freeBusyReader",
        "defaultReminders": entry_json(calendar)["defaultReminders"],
    }
