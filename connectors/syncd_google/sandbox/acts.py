"""What the calendar's own window does with an event."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd_google.sandbox.state import Account, Calendar, Event
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
    at = start.astimezone(UTC)
    event.start = When(at=at, zone=calendar.zone)
    event.end = When(at=at + timedelta(minutes=minutes), zone=calendar.zone)
    account.keep(calendar, event, old)


def delete(account: Account, calendar: Calendar, name: str) -> None:
    """Delete an event, or one occurrence of a series."""
    account.cancel(calendar, replace(account.event(calendar, name)))


def restore(account: Account, calendar: Calendar, name: str) -> None:
    """Bring an event back from the bin."""
    event = replace(account.event(calendar, name))
    old = event.content()
    event.status = "confirmed"
    account.keep(calendar, event, old)


def duplicate(account: Account, calendar: Calendar, name: str) -> Event:
    """Copy an event, with all that it carries."""
    event = account.event(calendar, name)
    return account.add_event(calendar, event.start, event.end, dict(event.fields))


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
