"""events.list and events.instances: choosing among events, a page at a time."""

from collections.abc import Callable, Iterable
from typing import Any

from syncd_google.sandbox import model, render
from syncd_google.sandbox.call import GoogleCall, GoogleReply, changes_since, ok, sync_token
from syncd_google.sandbox.model import GoogleCalendar, GoogleEvent
from syncd_google.sandbox.refusals import invalid, no_time, too_old

Json = dict[str, Any]

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
        return render.tombstone_json(event, calendar)
    stated = render.event_json(event, calendar, call.params.get("timeZone"))
    stated |= call.account.switches.extra_keys
    return stated if call.sees_all(calendar) else render.busy_only(stated)


def _head(call: GoogleCall, calendar: GoogleCalendar) -> Json:
    full = call.sees_all(calendar)
    latest = max([calendar.micros, *(event.micros for event in calendar.events.values())])
    return {
        "kind": "calendar#events",
        "etag": render.collection_etag(call.account.changes),
        "summary": calendar.summary,
        "description": calendar.description or "",
        "updated": model.milliseconds(latest),
        "timeZone": call.params.get("timeZone", calendar.zone),
        "accessRole": "owner" if full else "freeBusyReader",
        "defaultReminders": render.entry_json(calendar)["defaultReminders"],
    }
