"""Pure: milestones as events.

A milestone is an all-day event that takes no time. Where its user drags it, there is
its day; of an event over several days or with a time, the day on which it starts, in
the calendar's zone.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from syncd.model.remote import Carried
from syncd.model.schema import Fields
from syncd_google import events, titles
from syncd_google.events import Json

FIELDS = frozenset({"title", "due", "done"})
CARRIED = Carried(fields=FIELDS, editable=FIELDS, adopts=False, archives=True)
UNTITLED = "Untitled milestone"
FORM = ("summary", "start", "end")
"""What of an event a later patch depends on."""

_LAST_DAY = date.max - timedelta(days=1)  # the day after it ends the event
_HOUR = timedelta(hours=1)
_A_YEAR = timedelta(days=366)
_END = datetime.max.replace(tzinfo=UTC)


def fit(fields: Fields) -> dict[str, Any]:
    """Return what an event can hold of ``fields``."""
    fitted: dict[str, Any] = {k: v for k, v in fields.items() if k in FIELDS}
    if "title" in fitted:
        fitted["title"] = titles.clean(str(fitted["title"])) or UNTITLED
    if "done" in fitted:
        fitted["done"] = bool(fitted["done"])
    if fitted.get("due") is not None:
        fitted["due"] = min(fitted["due"], _LAST_DAY)
    return fitted


def lacks(fields: Fields) -> str:
    """Return, in words, what there can be no event without; "" where nothing is missing."""
    has_no_day = "due" in fields and fields["due"] is None
    return "has no day for the calendar: give it a due date." if has_no_day else ""


def to_remote(fitted: Fields) -> dict[str, Any]:
    """Return the body of a new event, without its id and marks."""
    due: Any = fitted["due"]
    return {
        "summary": titles.join(
            str(fitted.get("title", UNTITLED)), done=bool(fitted.get("done", False))
        ),
        "start": {"date": due.isoformat()},
        "end": {"date": (due + timedelta(days=1)).isoformat()},
        "transparency": "transparent",
        "reminders": {"useDefault": False},
    }


def to_patch(fields: Fields, form: Json, zone: str) -> dict[str, Any]:
    """Return what brings an event of this form to ``fields``: only what differs.

    The form is kept: an event of three days stays one, a time of day too.
    """
    body: dict[str, Any] = {}
    there = titles.split(events.text(form, "summary"))
    wanted = (str(fields.get("title", there[0])), bool(fields.get("done", there[1])))
    if wanted != there:
        body["summary"] = titles.join(wanted[0], done=wanted[1])
    due = fields.get("due")
    if isinstance(due, date) and due != _day(events.part(form, "start"), zone):
        body |= _moved(form, due, zone)
    return body


def read(event: Json, zone: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an event's fields, and what is wrong with those that are missing."""
    summary = events.told(event, "summary")
    title, done = titles.split(summary or "")
    fields: dict[str, Any] = {}
    problems: dict[str, str] = {}
    if summary is None:
        problems |= dict.fromkeys(("title", "done"), titles.ILLEGIBLE)
    else:
        fields["done"] = done
    if title:
        fields["title"] = title
    elif summary is not None:
        problems["title"] = "An event of a milestone has no title: give it one."
    day = _day(events.part(event, "start"), zone)
    if day is not None:
        fields["due"] = day
    else:
        shown = titles.shown(title or str(event.get("id")))
        problems["due"] = f"The event {shown} has no day that syncd can read: move it to one."
    return fields, problems


def _day(time: Json, zone: str) -> date | None:
    if "dateTime" not in time:
        return events.day(time)
    local = events.local(time, zone)
    return local.date() if local else None


def _length(began: datetime, ended: datetime | None) -> timedelta:
    """Return how long it takes; in UTC, as a clock change may lie between."""
    length = ended.astimezone(UTC) - began.astimezone(UTC) if ended else _HOUR
    return length if timedelta() <= length <= _A_YEAR else _HOUR


def _moved(form: Json, due: date, zone: str) -> dict[str, Any]:
    start, end = events.part(form, "start"), events.part(form, "end")
    began = events.local(start, zone)
    if began is not None and due > date.min:  # that day begins before all time in places
        at = datetime.combine(due, began.time(), began.tzinfo)
        at_utc = at.astimezone(UTC)
        last = at_utc + min(_length(began, events.local(end, zone)), _END - at_utc)
        return {
            "start": {
                "dateTime": at.isoformat(),
                "timeZone": events.text(start, "timeZone") or zone,
            },
            "end": {
                "dateTime": last.isoformat(),
                "timeZone": events.text(end, "timeZone") or zone,
            },
        }
    first, after = events.day(start), events.day(end)
    days = (after - first).days if first and after else 1
    until = due + timedelta(days=min(max(days, 1), (date.max - due).days))
    unreadable = {"dateTime": None, "timeZone": None} if "dateTime" in start else {}
    return {
        "start": {"date": due.isoformat(), **unreadable},
        "end": {"date": until.isoformat(), **unreadable},
    }
