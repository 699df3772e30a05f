"""What the calendar's own window does with an event."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd_google.sandbox.state import Account, Calendar, Event, without_private
from syncd_google.sandbox.times import When


def add_day(account: Account, calendar: Calendar, title: str, day: date) -> Event:
    """Add an all-day event; such events are free time unless one says otherwise."""
    fields = {
        "summary": title,
        "transparency": "transparent",
        "reminders": {"useDefault": False},
    }
    start, end = When(day=day), When(day=day + timedelta(days=1))
    return account.add_event(calendar, start, end, fields)


def add_planned(
    account: Account,
    calendar: Calendar,
    title: str,
    span: tuple[datetime | date, datetime | date],
    how: Mapping[str, bool],
) -> Event:
    """Add what a person plans; ``how`` is that of ``CalendarUser.meeting``."""
    unknown = set(how) - _HOW
    if unknown:
        raise KeyError(*unknown)
    start, end = (_when(it, calendar) for it in span)
    fields: dict[str, Any] = {"summary": title, "reminders": {"useDefault": True}}
    if how.get("free"):
        fields["transparency"] = "transparent"
    if how.get("declined"):
        me = {"email": calendar.id, "self": True, "responseStatus": "declined"}
        fields["attendees"] = [me]
    if how.get("weekly"):
        fields["recurrence"] = ["RRULE:FREQ=WEEKLY"]
    status = "tentative" if how.get("tentative") else "confirmed"
    kind = "outOfOffice" if how.get("out_of_office") else "default"
    return account.add_event(calendar, start, end, fields, status=status, event_type=kind)


_HOW = frozenset({"tentative", "declined", "free", "weekly", "out_of_office"})


def _when(it: datetime | date, calendar: Calendar) -> When:
    if not isinstance(it, datetime):
        return When(day=it)
    at = it if it.tzinfo else it.replace(tzinfo=ZoneInfo(calendar.zone))
    return When(at=at.astimezone(UTC), zone=calendar.zone)


def add_meeting(
    account: Account, calendar: Calendar, title: str, start: datetime, minutes: int
) -> Event:
    """Add an event with a time; a start without offset is in the calendar's zone."""
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(calendar.zone))
    at = start.astimezone(UTC)
    last = When(at=at + timedelta(minutes=minutes), zone=calendar.zone)
    fields = {"summary": title, "reminders": {"useDefault": True}}
    return account.add_event(calendar, When(at=at, zone=calendar.zone), last, fields)


def drag(account: Account, calendar: Calendar, name: str, start: datetime) -> None:
    """Drag an event to another time; how long it takes stays.

    A start without offset is in the calendar's zone. What took whole days takes an hour.
    """
    event = account.event(calendar, name)
    whole = event.start.at is None or event.end.at is None
    length = timedelta(hours=1)
    if not whole:
        length = event.end.instant(calendar.zone) - event.start.instant(calendar.zone)
    retime(account, calendar, name, start, int(length.total_seconds() // 60))


def resize(account: Account, calendar: Calendar, name: str, end: datetime) -> None:
    """Drag the end of an event; one without offset is in the calendar's zone."""
    event = replace(account.event(calendar, name))
    old = event.content()
    if end.tzinfo is None:
        end = end.replace(tzinfo=ZoneInfo(calendar.zone))
    at = end.astimezone(UTC)
    if event.start.at is None or at <= event.start.at:
        message = "an event with a time ends after it starts"
        raise ValueError(message)
    event.end = When(at=at, zone=event.end.zone)
    account.keep(calendar, event, old)


def whole_day(account: Account, calendar: Calendar, name: str, day: date) -> None:
    """Drag an event up to the whole days."""
    event = replace(account.event(calendar, name))
    old = event.content()
    event.start, event.end = When(day=day), When(day=day + timedelta(days=1))
    account.keep(calendar, event, old)


def rename(account: Account, calendar: Calendar, name: str, title: str) -> None:
    """Change the title."""
    _change(account, calendar, name, summary=title)


def note(account: Account, calendar: Calendar, name: str, **fields: object) -> None:
    """Change other things: a description, a colour, a place."""
    _change(account, calendar, name, **fields)


def move(account: Account, calendar: Calendar, name: str, day: date) -> None:
    """Drag an event to another day; how long it takes and its time of day stay."""
    event = replace(account.event(calendar, name))
    old = event.content()
    by = day - first_day(event, calendar)
    event.start, event.end = event.start.moved(by), event.end.moved(by)
    account.keep(calendar, event, old)


def stretch(account: Account, calendar: Calendar, name: str, days: int) -> None:
    """Drag the end of an all-day event, so that it takes so many days."""
    event = replace(account.event(calendar, name))
    old = event.content()
    event.end = When(day=first_day(event, calendar) + timedelta(days=days))
    account.keep(calendar, event, old)


def retime(
    account: Account, calendar: Calendar, name: str, start: datetime, minutes: int = 60
) -> None:
    """Give an event a time of day; a start without offset is in the calendar's zone."""
    event = replace(account.event(calendar, name))
    old = event.content()
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(calendar.zone))
    at, zone = start.astimezone(UTC), event.start.zone or calendar.zone
    event.start = When(at=at, zone=zone)
    event.end = When(at=at + timedelta(minutes=minutes), zone=zone)
    account.keep(calendar, event, old)


def delete(account: Account, calendar: Calendar, name: str) -> None:
    """Delete an event, or one occurrence of a series."""
    account.cancel(calendar, replace(account.event(calendar, name)))


def restore(account: Account, calendar: Calendar, name: str) -> None:
    """Bring an event back from the bin."""
    event = replace(account.event(calendar, name))
    if event.moved:
        raise KeyError(name)
    old = event.content()
    event.status = "confirmed"
    account.keep(calendar, event, old)


def duplicate(account: Account, calendar: Calendar, name: str) -> Event:
    """Copy an event, with all that it carries."""
    return copy_to(account, calendar, name, calendar)


def copy_to(account: Account, calendar: Calendar, name: str, target: Calendar) -> Event:
    """Copy an event into a calendar, as the button of the window does."""
    event = account.event(calendar, name)
    fields = dict(event.fields)
    if not account.switches.keeps_private:
        fields = without_private(fields)
    return account.add_event(target, event.start, event.end, fields)


def first_day(event: Event, calendar: Calendar) -> date:
    """Return the day on which an event starts, in the calendar's zone."""
    if event.start.day is not None:
        return event.start.day
    return event.start.instant(calendar.zone).astimezone(ZoneInfo(calendar.zone)).date()


def _change(account: Account, calendar: Calendar, name: str, **fields: object) -> None:
    event = replace(account.event(calendar, name))
    old = event.content()
    event.fields = {**event.fields, **fields}
    account.keep(calendar, event, old)
