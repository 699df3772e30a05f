"""The calendars and events of the sandbox: list, get, insert, patch, delete."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from syncd_google.sandbox import model, render
from syncd_google.sandbox.account import EMAIL
from syncd_google.sandbox.call import (
    NOTHING,
    OWN,
    GoogleCall,
    GoogleReply,
    changes_since,
    document,
    ok,
    sync_token,
)
from syncd_google.sandbox.model import EventTime, GoogleCalendar, GoogleEvent
from syncd_google.sandbox.refusals import (
    deleted,
    duplicate,
    forbidden,
    invalid,
    no_time,
    not_found,
)
from syncd_google.sandbox.render import COLOURS, INK

Json = dict[str, Any]

_OWN_ID = re.compile(r"[0-9a-v]{5,1024}")
_READ_ONLY = frozenset(
    [
        "kind",
        "etag",
        "id",
        "htmlLink",
        "created",
        "updated",
        "creator",
        "organizer",
        "recurringEventId",
        "iCalUID",
        "originalStartTime",
        "hangoutLink",
        "privateCopy",
        "locked",
        "sequence",
        "status",
        "start",
        "end",
        "eventType",
        "attendeesOmitted",
        "endTimeUnspecified",
        "birthdayProperties",
    ]
)
_WRITABLE = frozenset(document()["schemas"]["Event"]["properties"]) - _READ_ONLY
_DEFAULTS = {"transparency": "opaque", "visibility": "default"}
_STATUSES = ("confirmed", "tentative", "cancelled")
_RULE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)[:;]")
_ANY_DAY = EventTime(day=date(2026, 1, 5))
_MOST_REMINDERS, _LONGEST_REMINDER = 5, 40320


def get(call: GoogleCall) -> GoogleReply:
    """events.get: a cancelled event is answered too, with its details."""
    calendar = call.calendar(busy=True)
    event = call.account.event(calendar, call.params["eventId"])
    call.fresh(event.etag)
    stated = render.event_json(event, calendar, call.params.get("timeZone"))
    return ok(stated if call.sees_all(calendar) else render.busy_only(stated))


def insert(call: GoogleCall) -> GoogleReply:
    """events.insert; an id may be chosen, and stays taken for ever."""
    calendar, body = call.calendar(), call.body
    name = body.get("id")
    if name is not None:
        _check_id(name, body, calendar)
    kind = body.get("eventType") or "default"
    if kind != "default" and not calendar.primary:
        raise invalid("This event type is only on the primary calendar.")
    start, end = _span(body, calendar)
    event = call.account.add_event(
        calendar,
        start,
        end,
        _fields({}, body, all_day=start.day is not None),
        id=name,
        uid=body.get("iCalUID"),
        event_type=kind,
        status=_status(body, "confirmed"),
    )
    return ok(render.event_json(event, calendar))


def _check_id(name: str, body: Json, calendar: GoogleCalendar) -> None:
    if not _OWN_ID.fullmatch(name):
        raise invalid("Invalid resource id value.")
    if body.get("iCalUID"):
        raise invalid("Only one of id and iCalUID may be given.")
    if name in calendar.events:
        raise duplicate()


def patch(call: GoogleCall) -> GoogleReply:
    """events.patch: objects are merged, arrays replaced, null clears."""
    return _edited(call, keep=True)


def update(call: GoogleCall) -> GoogleReply:
    """events.update: what is not sent is cleared."""
    return _edited(call, keep=False)


def delete(call: GoogleCall) -> GoogleReply:
    """events.delete: the event stays, as cancelled."""
    calendar = call.calendar()
    event = call.account.event(calendar, call.params["eventId"])
    if event.gone:
        raise deleted()
    call.expects(event.etag)
    call.account.cancel(calendar, event)
    return NOTHING


def move(call: GoogleCall) -> GoogleReply:
    """events.move: answered with the cancelled event and its new organizer (recorded)."""
    calendar = call.calendar()
    target = call.account.calendar(call.params["destination"])
    event = call.account.event(calendar, call.params["eventId"])
    if event.gone:
        raise deleted()
    if event.event_type != "default" or event.series is not None:
        raise forbidden("This event cannot be moved.")
    left = call.account.move(calendar, event, target)
    organizer = {"email": target.id, "displayName": target.summary}
    return ok({**render.event_json(left, calendar), "organizer": organizer})


def _edited(call: GoogleCall, *, keep: bool) -> GoogleReply:
    calendar, body, switches = call.calendar(), call.body, call.account.switches
    event = replace(call.account.event(calendar, call.params["eventId"]))
    call.expects(event.etag)
    if event.gone and (event.id in switches.unrevivable or not switches.revives):
        raise forbidden()
    if body.get("eventType", event.event_type) not in (None, event.event_type):
        raise invalid("The event type cannot be changed.")
    old = event.content()
    if keep:
        shown = {"start": event.start, "end": event.end}
        stated = {name: drawn.stated(calendar.zone) for name, drawn in shown.items()}
        body = {**body, **merged(stated, {n: body[n] for n in shown if body.get(n)})}
    event.start, event.end = _span(body, calendar)
    all_day = event.start.day is not None
    event.fields = _fields(event.fields if keep else {}, body, all_day=all_day)
    event.status = _status(body, event.status)
    call.account.keep(calendar, event, old)
    return ok(render.event_json(call.account.event(calendar, event.id), calendar))


def _span(body: Json, calendar: GoogleCalendar) -> tuple[EventTime, EventTime]:
    start = model.read_time(body.get("start"), "start", calendar.zone)
    end = model.read_time(body.get("end"), "end", calendar.zone)
    model.check_span(start, end)
    if body.get("recurrence") and start.at is not None and "timeZone" not in body["start"]:
        raise invalid("Missing time zone definition for start time.")
    return start, end


def _status(body: Json, kept: str) -> str:
    status: str = body.get("status") or kept
    if status not in _STATUSES:
        raise invalid("Invalid status.")
    return status


def _fields(old: Json, body: Json, *, all_day: bool) -> Json:
    sent = {name: value for name, value in body.items() if name in _WRITABLE}
    fields = merged(old, sent)
    fields.setdefault("reminders", {"useDefault": not all_day})
    _check_reminders(fields["reminders"])
    _check_recurrence(fields.get("recurrence", []))
    return {
        name: value
        for name, value in fields.items()
        if value not in ("", [], {}) and value != _DEFAULTS.get(name)
    }


def merged(old: Json, sent: Json) -> Json:
    """Return ``old`` with what was sent; objects are merged, null takes away."""
    new = dict(old)
    for name, value in sent.items():
        if value is None:
            new.pop(name, None)
        elif isinstance(value, dict):
            kept = old.get(name)
            new[name] = merged(kept if isinstance(kept, dict) else {}, value)
        else:
            new[name] = value
    return new


def _check_reminders(reminders: Json) -> None:
    overrides = reminders.get("overrides", [])
    if reminders.get("useDefault") and overrides:
        raise invalid("Cannot specify both default reminders and overrides at the same time.")
    if len(overrides) > _MOST_REMINDERS:
        raise invalid("Too many reminders.")
    for reminder in overrides:
        if not 0 <= reminder.get("minutes", -1) <= _LONGEST_REMINDER:
            raise invalid("Invalid reminder minutes.")


def _check_recurrence(rules: list[str]) -> None:
    if not rules:
        return
    try:
        known = all(_RULE.match(rule) for rule in rules)
        next(model.occurrences(_ANY_DAY, rules, "UTC"), None)
    except ValueError:
        known = False
    if not known:
        raise invalid("Invalid recurrence rule.")


_MOST_CALENDARS = 50
_USUAL_SIZE = 100


def insert_calendar(call: GoogleCall) -> GoogleReply:
    """calendars.insert: a secondary calendar, listed at once, in UTC unless another zone is given."""
    body = call.body
    calendar = call.account.add_calendar(
        summary=body["summary"],
        zone=model.zone_of(body.get("timeZone") or "UTC"),
        description=body.get("description"),
        location=body.get("location"),
        ours=OWN in call.allowed,
    )
    return ok(render.calendar_json(calendar))


def get_calendar(call: GoogleCall) -> GoogleReply:
    """calendars.get."""
    return ok(render.calendar_json(call.calendar()))


def patch_calendar(call: GoogleCall) -> GoogleReply:
    """calendars.patch."""
    calendar, body = call.calendar(), call.body
    if body.get("timeZone"):
        calendar.zone = model.zone_of(body["timeZone"])
    for name in ("summary", "description", "location"):
        if name in body:
            setattr(calendar, name, body[name])
    call.account.record_edit(calendar)
    return ok(render.calendar_json(calendar))


def delete_calendar(call: GoogleCall) -> GoogleReply:
    """calendars.delete: for secondary calendars only."""
    calendar = call.calendar()
    if calendar.primary:
        raise forbidden("The primary calendar cannot be deleted.")
    calendar.gone = True
    call.account.record_edit(calendar)
    return NOTHING


def entries(call: GoogleCall) -> GoogleReply:
    """calendarList.list."""
    account, params = call.account, call.params
    size, token = params.get("maxResults", _USUAL_SIZE), None
    if "pageToken" in params:
        page = call.lists.next(params["pageToken"], size)
    else:
        listed = _changed(call) if "syncToken" in params else _listed(call)
        token = sync_token(account, "calendarList", {}, account.changes)
        page = call.lists.begin(
            [render.entry_json(calendar) for calendar in listed], token, size
        )
    etag = render.collection_etag(account.changes)
    return ok({"kind": "calendar#calendarList", "etag": etag} | page)


def entry(call: GoogleCall) -> GoogleReply:
    """calendarList.get."""
    stated = render.entry_json(call.account.calendar(call.params["calendarId"]))
    call.fresh(stated["etag"])
    return ok(stated)


def _listed(call: GoogleCall) -> list[GoogleCalendar]:
    deleted = call.params.get("showDeleted", False)
    hidden = call.params.get("showHidden", False)
    return [
        calendar
        for calendar in call.account.calendars.values()
        if (deleted or not calendar.gone) and (hidden or not calendar.entry.get("hidden"))
    ]


def _changed(call: GoogleCall) -> list[GoogleCalendar]:
    for name in ("showDeleted", "showHidden"):
        if call.params.get(name) is False:
            raise invalid(f"{name} cannot be false here.", f"parameter {name}")
    if "minAccessRole" in call.params:
        raise invalid("Not with a sync token.", "parameter minAccessRole")
    since = changes_since(call.account, call.params["syncToken"], "calendarList", {})
    return [calendar for calendar in call.account.calendars.values() if calendar.change > since]


def busy(call: GoogleCall) -> GoogleReply:
    """freebusy.query: what fails for one calendar is reported for that one, with 200."""
    body = call.body
    low = model.parse_instant(str(body.get("timeMin")), "timeMin")
    high = model.parse_instant(str(body.get("timeMax")), "timeMax")
    if high <= low:
        raise no_time()
    items = [item["id"] for item in body.get("items") or () if item.get("id")]
    if len(items) > _MOST_CALENDARS:
        raise invalid("Too many calendars requested.")
    zone = model.zone_of(body.get("timeZone") or "UTC")
    answers = {name: _busy(call, name, (low, high), zone) for name in items}
    ends = {"timeMin": low, "timeMax": high}
    shown = {name: f"{at:%Y-%m-%dT%H:%M:%S}.000Z" for name, at in ends.items()}
    return ok({"kind": "calendar#freeBusy", **shown, "calendars": answers})


def _busy(call: GoogleCall, name: str, span: tuple[datetime, datetime], zone: str) -> Json:
    calendar = call.account.calendars.get(EMAIL if name == "primary" else name)
    if calendar is None or calendar.gone:
        return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    calendar, _ = call.account.seen(calendar)
    low, high = span
    periods: list[list[datetime]] = []
    for start, end in sorted(_taken(call, calendar, high)):
        if end <= low or start >= high:
            continue
        if periods and start <= periods[-1][1]:
            periods[-1][1] = max(periods[-1][1], min(end, high))
        else:
            periods.append([max(start, low), min(end, high)])
    stated = [
        {"start": model.in_zone(start, zone), "end": model.in_zone(end, zone)}
        for start, end in periods
    ]
    return {"busy": stated}


def _taken(
    call: GoogleCall, calendar: GoogleCalendar, before: datetime
) -> list[tuple[datetime, datetime]]:
    return [
        (event.start.instant(calendar.zone), event.end.instant(calendar.zone))
        for event in call.account.expanded(calendar, before)
        if _takes_time(event)
    ]


def _takes_time(event: GoogleEvent) -> bool:
    free = event.fields.get("transparency") == "transparent"
    return not (event.gone or free or event.declined)


def setting(call: GoogleCall) -> GoogleReply:
    """settings.get."""
    values = {"timezone": call.account.zone, "locale": "en", "weekStart": "1"}
    name = call.params["setting"]
    if name not in values:
        raise not_found()
    etag = render.entry_json(call.account.calendars[EMAIL])["etag"]
    return ok({"kind": "calendar#setting", "etag": etag, "id": name, "value": values[name]})


def colours(_call: GoogleCall) -> GoogleReply:
    """colors.get: the palette."""
    shades = {key: {"background": shade, "foreground": INK} for key, shade in COLOURS.items()}
    updated = "2012-02-14T00:00:00.000Z"
    return ok(
        {"kind": "calendar#colors", "updated": updated, "calendar": shades, "event": shades}
    )
