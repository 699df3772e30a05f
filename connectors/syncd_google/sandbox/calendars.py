"""The methods on calendars, the list of calendars, busy time, settings and colours."""

from datetime import datetime
from typing import Any

from syncd_google.sandbox import model, render
from syncd_google.sandbox.account import EMAIL
from syncd_google.sandbox.call import (
    NOTHING,
    OWN,
    GoogleCall,
    GoogleReply,
    changes_since,
    ok,
    sync_token,
)
from syncd_google.sandbox.model import GoogleCalendar, GoogleEvent
from syncd_google.sandbox.refusals import forbidden, invalid, no_time, not_found
from syncd_google.sandbox.render import COLOURS, INK

Json = dict[str, Any]
_MOST_CALENDARS = 50
_USUAL_SIZE = 100


def insert(call: GoogleCall) -> GoogleReply:
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


def get(call: GoogleCall) -> GoogleReply:
    """calendars.get."""
    return ok(render.calendar_json(call.calendar()))


def patch(call: GoogleCall) -> GoogleReply:
    """calendars.patch."""
    calendar, body = call.calendar(), call.body
    if body.get("timeZone"):
        calendar.zone = model.zone_of(body["timeZone"])
    for name in ("summary", "description", "location"):
        if name in body:
            setattr(calendar, name, body[name])
    call.account.record_edit(calendar)
    return ok(render.calendar_json(calendar))


def delete(call: GoogleCall) -> GoogleReply:
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
