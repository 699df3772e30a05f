"""The calendar's user, acting on syncd's own calendar by the titles that they read."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entities import Kind
from syncd.model.values import BlockState, Moment, Value
from syncd.testing.sandbox import CalendarUser, UserDriver
from syncd_google.sandbox import acts
from syncd_google.sandbox.account import GoogleAccount
from syncd_google.sandbox.model import GoogleCalendar, GoogleEvent, zone_of

_TICK = re.compile(r"\A(?:[✓✔]\N{VARIATION SELECTOR-16}?\s*|done[\s:-]+)", re.IGNORECASE)
_UNSEEN = "\N{WORD JOINER}"


class GoogleUser(UserDriver, CalendarUser):
    """Sees the events of the application's calendar; a ✓ before a title means done.

    Where several share a title, an act takes an id of ``ids`` in its place.
    """

    def __init__(self, account: GoogleAccount) -> None:
        self._account = account

    def calendar(self) -> GoogleCalendar:
        """Return the calendar that an application made. ``KeyError`` before it did."""
        for calendar in self._account.calendars.values():
            if calendar.ours and not calendar.gone:
                return calendar
        message = "no application has made a calendar yet"
        raise KeyError(message)

    def titles(self, kind: Kind) -> list[str]:
        """Return the titles, without their ticks, by day."""
        try:
            events = self._live(kind)
        except KeyError:
            return []
        return [bare_title(event) for event in events]

    def shows(self, kind: Kind, title: str) -> dict[str, Value]:
        """Return title, day and whether it is ticked; of a block, when it is and its state."""
        event, calendar = self.event(kind, title), self.calendar()
        if kind is Kind.BLOCK:
            return _block(event)
        day = acts.first_day(event, calendar)
        return {"title": bare_title(event), "due": day, "done": ticked(event)}

    def add(self, kind: Kind, title: str, **fields: Value) -> None:
        """Add an all-day event by hand, without a day today; or, as a block, a timed one."""
        if kind is Kind.BLOCK:
            start, end = fields.get("start"), fields.get("end")
            if not isinstance(start, Moment) or not isinstance(end, Moment):
                raise KeyError(kind)
            length = int((end.at - start.at).total_seconds() // 60)
            acts.add_meeting(self._account, self.calendar(), title, start.at, length)
            return
        self._known(kind)
        due = fields.get("due")
        day = due if isinstance(due, date) else self._account.clock.now().date()
        text = f"✓ {title}" if fields.get("done") else title
        acts.add_day(self._account, self.calendar(), text, day)

    def edit(self, kind: Kind, title: str, field: str, value: Value) -> None:
        """Rename, drag to another day (or, with a moment, to a time), resize, or tick."""
        event, calendar = self.event(kind, title), self.calendar()
        if field in (("start", "end") if kind is Kind.BLOCK else ("due",)):
            self._drag(event, field, value)
            return
        if kind is Kind.BLOCK and field == "state":
            field, value = "done", value is BlockState.DONE
        shown = {"title": bare_title(event), "done": ticked(event)}
        if field not in shown:
            raise KeyError(field)
        shown[field] = value if isinstance(value, bool) else str(value)
        text = f"✓ {shown['title']}" if shown["done"] else str(shown["title"])
        acts.rename(self._account, calendar, event.id, text)

    def delete(self, kind: Kind, title: str) -> None:
        """Delete the event."""
        acts.delete(self._account, self.calendar(), self.event(kind, title).id)

    def event(self, kind: Kind, title: str) -> GoogleEvent:
        """Return the event of this title, as shown or without its tick, or of this id."""
        for event in self._live(kind):
            if title in (bare_title(event), event.fields.get("summary", ""), event.id):
                return event
        raise KeyError(title)

    def ids(self, kind: Kind, title: str) -> list[str]:
        """Return the ids of all events of this title."""
        return [event.id for event in self._live(kind) if bare_title(event) == title]

    def restore(self, title: str) -> None:
        """Bring a deleted event back from the bin; of several the one deleted last."""
        calendar = self.calendar()
        gone = [event for event in calendar.events.values() if event.gone and not event.moved]
        for event in sorted(gone, key=lambda deleted: -deleted.change):
            if title in (bare_title(event), event.id):
                acts.restore(self._account, calendar, event.id)
                return
        raise KeyError(title)

    def duplicate(self, kind: Kind, title: str) -> str:
        """Duplicate an event; return the copy's id."""
        event = self.event(kind, title)
        return acts.duplicate(self._account, self.calendar(), event.id).id

    def copy_and_delete(self, kind: Kind, title: str) -> str:
        """Duplicate an event and delete the original; return the copy's id."""
        event, calendar = self.event(kind, title), self.calendar()
        copy = acts.duplicate(self._account, calendar, event.id)
        acts.delete(self._account, calendar, event.id)
        return copy.id

    def move_out(self, kind: Kind, title: str) -> str:
        """Move an event to the person's own calendar; it keeps its id, which is returned."""
        event = self.event(kind, title)
        own = self._account.calendar("primary")
        self._account.move(self.calendar(), event, own)
        return event.id

    def copy_out(self, kind: Kind, title: str) -> str:
        """Copy an event to the person's own calendar; return the copy's id."""
        event, own = self.event(kind, title), self._account.calendar("primary")
        return acts.copy_to(self._account, self.calendar(), event.id, own).id

    def move_in(self, title: str) -> str:
        """Move an event of the person's own calendar to the application's."""
        own = self._account.calendar("primary")
        event = self._meeting(title)
        self._account.move(own, event, self.calendar())
        return event.id

    def repeat(self, kind: Kind, title: str, rule: str = "RRULE:FREQ=WEEKLY") -> None:
        """Make an event come again."""
        event = self.event(kind, title)
        acts.note(self._account, self.calendar(), event.id, recurrence=[rule])

    def change_zone(self, zone: str) -> None:
        """Give the calendar another zone: its events are stated in other offsets."""
        calendar = self.calendar()
        calendar.zone = zone_of(zone)
        self._account.record_edit(calendar)

    def rename_calendar(self, summary: str) -> None:
        """Rename the calendar."""
        calendar = self.calendar()
        calendar.summary = summary
        self._account.record_edit(calendar)

    def describe(self, kind: Kind, title: str, text: str) -> None:
        """Write an event's description."""
        event = self.event(kind, title)
        acts.note(self._account, self.calendar(), event.id, description=text)

    def _drag(self, event: GoogleEvent, field: str, value: Value) -> None:
        calendar = self.calendar()
        if isinstance(value, Moment) and field == "end":
            acts.resize(self._account, calendar, event.id, value.at)
        elif isinstance(value, Moment) and field == "start":
            acts.drag(self._account, calendar, event.id, value.at)
        elif isinstance(value, Moment):
            acts.retime(self._account, calendar, event.id, value.at)
        elif isinstance(value, date) and field == "start":
            acts.whole_day(self._account, calendar, event.id, value)
        elif isinstance(value, date):
            acts.move(self._account, calendar, event.id, value)
        else:
            message = "an event is always on some day"
            raise KeyError(message)

    def _live(self, kind: Kind) -> list[GoogleEvent]:
        self._known(kind)
        calendar = self.calendar()
        alive = (event for event in calendar.events.values() if not event.gone)
        events = [event for event in alive if kind in _kinds(event)]
        return sorted(
            events, key=lambda event: (event.start.instant(calendar.zone), event.number)
        )

    def _known(self, kind: Kind) -> None:
        if kind not in (Kind.MILESTONE, Kind.BLOCK):
            raise KeyError(kind)

    # In the person's own calendar.

    def meeting(
        self, title: str, start: datetime | date, end: datetime | date, **how: bool
    ) -> None:
        """Plan something else."""
        calendar = self._account.calendar("primary")
        acts.add_planned(self._account, calendar, title, (start, end), how)

    def meetings(self) -> list[str]:
        """Return the titles of what is planned, in order; of a series once."""
        calendar = self._account.calendar("primary")
        alive = (event for event in calendar.events.values() if not event.gone)
        ordered = sorted(
            alive, key=lambda event: (event.start.instant(calendar.zone), event.number)
        )
        return [str(event.fields.get("summary", "")) for event in ordered]

    def move_meeting(self, title: str, start: datetime) -> None:
        """Drag what is planned to another time."""
        calendar = self._account.calendar("primary")
        acts.drag(self._account, calendar, self._meeting(title).id, start)

    def cancel_meeting(self, title: str) -> None:
        """Delete what is planned."""
        calendar = self._account.calendar("primary")
        acts.delete(self._account, calendar, self._meeting(title).id)

    def _meeting(self, title: str) -> GoogleEvent:
        for event in self._account.calendar("primary").events.values():
            if title in (event.fields.get("summary"), event.id) and not event.gone:
                return event
        raise KeyError(title)


def _kinds(event: GoogleEvent) -> set[Kind]:
    """Return what an event may be; one added by hand and with a time may be either."""
    kept = event.fields.get("extendedProperties", {}).get("private", {})
    if kept:
        return {Kind.BLOCK if "block" in kept.values() else Kind.MILESTONE}
    return {Kind.MILESTONE} | ({Kind.BLOCK} if event.start.at else set())


def _block(event: GoogleEvent) -> dict[str, Value]:
    start, end = (
        Moment(time.at, time.zone) if time.at else time.day for time in (event.start, event.end)
    )
    state = BlockState.DONE if ticked(event) else BlockState.PUBLISHED
    return {"title": bare_title(event), "start": start, "end": end, "state": state}


def bare_title(event: GoogleEvent) -> str:
    """Return an event's title without its tick."""
    return _TICK.sub("", str(event.fields.get("summary", "")), count=1).replace(_UNSEEN, "")


def ticked(event: GoogleEvent) -> bool:
    """Say whether a tick stands before an event's title."""
    return _TICK.match(str(event.fields.get("summary", ""))) is not None


def furnish(account: GoogleAccount) -> None:
    """Put a usual week into the primary calendar."""
    calendar = account.calendar("primary")
    zone = ZoneInfo(calendar.zone)
    today = account.clock.now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())

    def at(days: int, hour: int, minute: int = 0) -> datetime:
        day = monday + timedelta(days=days)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)

    weekly = acts.add_meeting(account, calendar, "Team meeting", at(0, 9, 30), 30)
    weekly.fields["recurrence"] = ["RRULE:FREQ=WEEKLY;BYDAY=MO"]
    acts.add_meeting(account, calendar, "Dentist", at(1, 18, 30), 45)
    review = acts.add_meeting(account, calendar, "Project review", at(2, 14), 90)
    review.status = "tentative"
    drinks = acts.add_meeting(account, calendar, "After-work drinks", at(3, 18), 120)
    drinks.fields["attendees"] = [
        {"email": calendar.id, "self": True, "responseStatus": "declined"}
    ]
    acts.add_meeting(account, calendar, "Choir", at(3, 19, 30), 90)
    acts.add_day(account, calendar, "Sister's birthday", monday + timedelta(days=5))
    trip = acts.add_day(account, calendar, "Conference", monday + timedelta(days=8))
    trip.fields.pop("transparency")
    acts.stretch(account, calendar, trip.id, 2)
    for event in calendar.events.values():
        account.past.note(account.clock.now(), calendar.id, event)
