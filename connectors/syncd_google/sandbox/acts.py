"""What the calendar's own window does with an event."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd_google.sandbox.account import GoogleAccount, without_private
from syncd_google.sandbox.model import EventTime, GoogleCalendar, GoogleEvent


def add_day(
    account: GoogleAccount, calendar: GoogleCalendar, title: str, day: date
) -> GoogleEvent:
    """Add an all-day event; such events are free time unless one says otherwise."""
    fields = {
        "summary": title,
        "transparency": "transparent",
        "reminders": {"useDefault": False},
    }
    start, end = EventTime(day=day), EventTime(day=day + timedelta(days=1))
    return account.add_event(calendar, start, end, fields)


def add_planned(
    account: GoogleAccount,
    calendar: GoogleCalendar,
    title: str,
    span: tuple[datetime | date, datetime | date],
    how: Mapping[str, bool],
) -> GoogleEvent:
    """Add what a person plans; ``how`` is that of ``CalendarUser.meeting``."""
    unknown = set(how) - _HOW
    if unknown:
        raise KeyError(*unknown)
    start, end = (_when(end, calendar) for end in span)
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


def _when(stated: datetime | date, calendar: GoogleCalendar) -> EventTime:
    if not isinstance(stated, datetime):
        return EventTime(day=stated)
    at = stated if stated.tzinfo else stated.replace(tzinfo=ZoneInfo(calendar.zone))
    return EventTime(at=at.astimezone(UTC), zone=calendar.zone)


def add_meeting(
    account: GoogleAccount, calendar: GoogleCalendar, title: str, start: datetime, minutes: int
) -> GoogleEvent:
    """Add an event with a time; a start without offset is in the calendar's zone."""
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(calendar.zone))
    at = start.astimezone(UTC)
    last = EventTime(at=at + timedelta(minutes=minutes), zone=calendar.zone)
    fields = {"summary": title, "reminders": {"useDefault": True}}
    return account.add_event(calendar, EventTime(at=at, zone=calendar.zone), last, fields)


def drag(account: GoogleAccount, calendar: GoogleCalendar, name: str, start: datetime) -> None:
    """Drag an event to another time; how long it takes stays.

    A start without offset is in the calendar's zone. What took whole days takes an hour.
    """
    event = account.event(calendar, name)
    whole = event.start.at is None or event.end.at is None
    length = timedelta(hours=1)
    if not whole:
        length = event.end.instant(calendar.zone) - event.start.instant(calendar.zone)
    retime(account, calendar, name, start, int(length.total_seconds() // 60))


def resize(account: GoogleAccount, calendar: GoogleCalendar, name: str, end: datetime) -> None:
    """Drag the end of an event; one without offset is in the calendar's zone."""
    event = replace(account.event(calendar, name))
    old = event.content()
    if end.tzinfo is None:
        end = end.replace(tzinfo=ZoneInfo(calendar.zone))
    at = end.astimezone(UTC)
    if event.start.at is None or at <= event.start.at:
        message = "an event with a time ends after it starts"
        raise ValueError(message)
    event.end = EventTime(at=at, zone=event.end.zone)
    account.keep(calendar, event, old)


def whole_day(account: GoogleAccount, calendar: GoogleCalendar, name: str, day: date) -> None:
    """Drag an event up to the whole days."""
    event = replace(account.event(calendar, name))
    old = event.content()
    event.start, event.end = EventTime(day=day), EventTime(day=day + timedelta(days=1))
    account.keep(calendar, event, old)


def rename(account: GoogleAccount, calendar: GoogleCalendar, name: str, title: str) -> None:
    """Change the title."""
    _change(account, calendar, name, summary=title)


def note(account: GoogleAccount, calendar: GoogleCalendar, name: str, **fields: object) -> None:
    """Change other things: a description, a colour, a place."""
    _change(account, calendar, name, **fields)


def move(account: GoogleAccount, calendar: GoogleCalendar, name: str, day: date) -> None:
    """Drag an event to another day; how long it takes and its time of day stay."""
    event = replace(account.event(calendar, name))
    old = event.content()
    by = day - first_day(event, calendar)
    event.start, event.end = event.start.moved(by), event.end.moved(by)
    account.keep(calendar, event, old)


def stretch(account: GoogleAccount, calendar: GoogleCalendar, name: str, days: int) -> None:
    """Drag the end of an all-day event, so that it takes so many days."""
    event = replace(account.event(calendar, name))
    old = event.content()
    event.end = EventTime(day=first_day(event, calendar) + timedelta(days=days))
    account.keep(calendar, event, old)


def retime(
    account: GoogleAccount,
    calendar: GoogleCalendar,
    name: str,
    start: datetime,
    minutes: int = 60,
) -> None:
    """Give an event a time of day; a start without offset is in the calendar's zone."""
    event = replace(account.event(calendar, name))
    old = event.content()
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(calendar.zone))
    at, zone = start.astimezone(UTC), event.start.zone or calendar.zone
    event.start = EventTime(at=at, zone=zone)
    event.end = EventTime(at=at + timedelta(minutes=minutes), zone=zone)
    account.keep(calendar, event, old)


def delete(account: GoogleAccount, calendar: GoogleCalendar, name: str) -> None:
    """Delete an event, or one occurrence of a series."""
    account.cancel(calendar, replace(account.event(calendar, name)))


def restore(account: GoogleAccount, calendar: GoogleCalendar, name: str) -> None:
    """Bring an event back from the bin."""
    event = replace(account.event(calendar, name))
    if event.moved:
        raise KeyError(name)
    old = event.content()
    event.status = "confirmed"
    account.keep(calendar, event, old)


def duplicate(account: GoogleAccount, calendar: GoogleCalendar, name: str) -> GoogleEvent:
    """Copy an event, with all that it carries."""
    return copy_to(account, calendar, name, calendar)


def copy_to(
    account: GoogleAccount, calendar: GoogleCalendar, name: str, target: GoogleCalendar
) -> GoogleEvent:
    """Copy an event into a calendar, as the button of the window does."""
    event = account.event(calendar, name)
    fields = dict(event.fields)
    if not account.switches.keeps_private:
        fields = without_private(fields)
    return account.add_event(target, event.start, event.end, fields)


def first_day(event: GoogleEvent, calendar: GoogleCalendar) -> date:
    """Return the day on which an event starts, in the calendar's zone."""
    if event.start.day is not None:
        return event.start.day
    return event.start.instant(calendar.zone).astimezone(ZoneInfo(calendar.zone)).date()


def _change(
    account: GoogleAccount, calendar: GoogleCalendar, name: str, **fields: object
) -> None:
    event = replace(account.event(calendar, name))
    old = event.content()
    event.fields = {**event.fields, **fields}
    account.keep(calendar, event, old)
