"""What one account holds: its calendars and their events."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from syncd.clock import Clock
from syncd_google.sandbox import times
from syncd_google.sandbox.past import EventHistory
from syncd_google.sandbox.refusal import not_found, too_young
from syncd_google.sandbox.switches import GoogleSwitches
from syncd_google.sandbox.times import EventTime

EMAIL = "planner@example.com"


@dataclass(slots=True, kw_only=True)
class GoogleEvent:
    """One event; ``fields`` are what its owner writes beside the times.

    number: the order of creation · micros: when it was last edited, in microseconds ·
    change: where that stands among all edits · series, original: of an exception ·
    moved: it went to another calendar; in the bin it can't be found.
    """

    id: str
    number: int
    created: datetime
    start: EventTime
    end: EventTime
    fields: dict[str, Any]
    uid: str
    micros: int = 0
    change: int = 0
    status: str = "confirmed"
    sequence: int = 0
    event_type: str = "default"
    series: str | None = None
    original: EventTime | None = None
    moved: bool = False

    @property
    def etag(self) -> str:
        """Return twice the microseconds of the last edit, as the service does."""
        return f'"{2 * self.micros}"'

    @property
    def gone(self) -> bool:
        """Say whether it was deleted."""
        return self.status == "cancelled"

    @property
    def declined(self) -> bool:
        """Say whether the calendar's own user declined it."""
        people = self.fields.get("attendees", ())
        return any(it.get("self") and it.get("responseStatus") == "declined" for it in people)

    def content(self) -> tuple[Any, ...]:
        """Return everything that an edit can change."""
        return (self.start, self.end, self.fields, self.status, self.event_type)


@dataclass(slots=True, kw_only=True)
class GoogleCalendar:
    """One calendar, and how it stands in the user's list.

    ours: made by an application with the scope for the calendars that it made.
    made: when, of a secondary one.
    """

    id: str
    number: int
    summary: str
    zone: str
    description: str | None = None
    location: str | None = None
    primary: bool = False
    ours: bool = False
    gone: bool = False
    made: datetime | None = None
    micros: int = 0
    change: int = 0
    entry: dict[str, Any] = field(default_factory=dict)
    events: dict[str, GoogleEvent] = field(default_factory=dict)


class GoogleClock:
    """The service's clock, which may be wrong."""

    def __init__(self, clock: Clock, switches: GoogleSwitches) -> None:
        self._clock = clock
        self._switches = switches

    def now(self) -> datetime:
        """Return the time as the service tells it."""
        return self._clock.now() + self._switches.skew


class GoogleAccount:
    """One user's calendars; every edit goes through ``touch``."""

    def __init__(self, clock: Clock, zone: str) -> None:
        self.switches = GoogleSwitches()
        self.clock = GoogleClock(clock, self.switches)
        self.past = EventHistory()
        self.zone = zone
        self.calendars: dict[str, GoogleCalendar] = {}
        self.changes = 0
        self.epoch = 0
        self._micros = 0
        self._made = 0
        self.add_calendar(id=EMAIL, summary=EMAIL, zone=zone, primary=True)

    def number(self) -> int:
        """Return the next number in the order of creation."""
        self._made += 1
        return self._made

    def fresh_id(self) -> str:
        """Return an id of the shape that the service gives to events."""
        digest = hashlib.sha256(f"event {self.number()}".encode()).digest()
        return base64.b32hexencode(digest).decode().lower()[:26]

    def touch(self, edited: GoogleEvent | GoogleCalendar) -> None:
        """Note that something was edited now; no two edits share a moment."""
        now = int(self.clock.now().timestamp() * 1_000_000)
        self._micros = max(now, self._micros + 1)
        self.changes += 1
        edited.micros, edited.change = self._micros, self.changes

    def add_calendar(self, *, summary: str, zone: str, id: str = "", **more: Any) -> GoogleCalendar:  # noqa: A002  # the service's word
        """Make a calendar; it is listed at once."""
        number = self.number()
        made = hashlib.sha256(f"calendar {number}".encode()).hexdigest()
        name = id or f"c_{made}@group.calendar.google.com"
        calendar = GoogleCalendar(id=name, number=number, summary=summary, zone=zone, **more)
        calendar.made = None if calendar.primary else self.clock.now()
        self.calendars[name] = calendar
        self.touch(calendar)
        return calendar

    def answers_yet(self, calendar: GoogleCalendar) -> None:
        """Refuse what is asked of a calendar that was made too short a time ago."""
        young = self.switches.young
        if young and calendar.made and self.clock.now() < calendar.made + young:
            raise too_young(self.switches.young_answer)

    def seen(self, calendar: GoogleCalendar) -> tuple[GoogleCalendar, int]:
        """Return a calendar as listings see it, and the number of the last edit by then."""
        if not self.switches.stale:
            return calendar, self.changes
        at = self.clock.now() - self.switches.stale
        return self.past.calendar(calendar, at), self.past.change(at)

    def calendar(self, name: str) -> GoogleCalendar:
        """Return a calendar by id, or the primary one."""
        found = self.calendars.get(EMAIL if name == "primary" else name)
        if found is None or found.gone:
            raise not_found()
        return found

    def add_event(
        self, calendar: GoogleCalendar, start: EventTime, end: EventTime, fields: dict[str, Any], **more: Any
    ) -> GoogleEvent:
        """Make an event."""
        name = more.pop("id", None) or self.fresh_id()
        uid = more.pop("uid", None) or f"{name}@google.com"
        now = self.clock.now().replace(microsecond=0)
        event = GoogleEvent(
            id=name,
            number=self.number(),
            created=now,
            start=start,
            end=end,
            fields=fields,
            uid=uid,
            **more,
        )
        self._put(calendar, event)
        return event

    def _put(self, calendar: GoogleCalendar, event: GoogleEvent, *, touch: bool = True) -> None:
        calendar.events[event.id] = event
        if touch:
            self.touch(event)
        else:
            self.changes += 1
            event.change = self.changes
        self.past.note(self.clock.now(), calendar.id, event)

    def event(self, calendar: GoogleCalendar, name: str) -> GoogleEvent:
        """Return an event by id; an occurrence of a series too."""
        if name in calendar.events:
            return calendar.events[name]
        master = calendar.events.get(name.rpartition("_")[0])
        for one in self.instances(calendar, master) if master else ():
            if one.id == name:
                return one
        raise not_found()

    def instances(
        self, calendar: GoogleCalendar, master: GoogleEvent, before: datetime | None = None
    ) -> Iterator[GoogleEvent]:
        """Yield the occurrences of a series; those that were edited as they are now.

        ``before``: none of those that are planned for later and were never edited.
        """
        last = self._last_edited(calendar, master, before) if before else None
        rules = master.fields.get("recurrence", [])
        span = master.end.instant(calendar.zone) - master.start.instant(calendar.zone)
        for start in times.occurrences(master.start, rules, calendar.zone):
            if last and start.instant(calendar.zone) > last:
                return
            name = f"{master.id}_{start.suffix()}"
            if name in calendar.events:
                yield calendar.events[name]
                continue
            fields = {key: it for key, it in master.fields.items() if key != "recurrence"}
            end = (
                start.moved(span)
                if start.day
                else EventTime(at=_later(start, span), zone=start.zone)
            )
            yield replace(
                master,
                id=name,
                start=start,
                end=end,
                fields=fields,
                series=master.id,
                original=start,
            )

    def _last_edited(self, calendar: GoogleCalendar, master: GoogleEvent, least: datetime) -> datetime:
        """Return for when the last edited occurrence was planned; ``least`` if before that."""
        edited = (it for it in calendar.events.values() if it.series == master.id)
        starts = (it.original.instant(calendar.zone) for it in edited if it.original)
        return max([least, *starts])

    def expanded(self, calendar: GoogleCalendar, before: datetime | None = None) -> Iterator[GoogleEvent]:
        """Yield every event, a series as its occurrences (``before``: see ``instances``)."""
        for event in list(calendar.events.values()):
            if event.series is not None:
                continue
            if event.fields.get("recurrence") and not event.gone:
                yield from self.instances(calendar, event, before)
            else:
                yield event

    def keep(self, calendar: GoogleCalendar, event: GoogleEvent, old: tuple[Any, ...]) -> None:
        """Keep an edited event, if anything was edited: else its etag stays too.

        Other reminders alone do not move ``updated`` (discovery document).
        """
        if event.content() == old:
            return
        quiet = {"reminders": event.fields.get("reminders")}
        start, end, fields, *rest = old
        alike = (start, end, {**fields, **quiet}, *rest) == (
            *event.content()[:2],
            {**event.fields, **quiet},
            *event.content()[3:],
        )
        self._put(calendar, event, touch=not alike)

    def cancel(self, calendar: GoogleCalendar, event: GoogleEvent, *, moved: bool = False) -> None:
        """Delete an event: it stays as cancelled; a series takes its exceptions along."""
        event.status, event.moved = "cancelled", moved
        event.sequence += 1
        self._put(calendar, event)
        for one in list(calendar.events.values()):
            if one.series == event.id and not one.gone:
                self.cancel(calendar, one, moved=moved)

    def move(self, calendar: GoogleCalendar, event: GoogleEvent, target: GoogleCalendar) -> GoogleEvent:
        """Move an event: a tombstone stays behind, and the same id is found there."""
        fields = dict(event.fields)
        if not self.switches.keeps_private:
            fields = without_private(fields)
        self._put(target, replace(event, fields=fields, number=self.number()))
        left = replace(event)
        self.cancel(calendar, left, moved=True)
        return left

    def purge(self) -> None:
        """Forget deleted events for good; older sync tokens end with them."""
        for calendar in self.calendars.values():
            kept = {name: one for name, one in calendar.events.items() if not one.gone}
            calendar.events = kept
        self.epoch += 1


def without_private(fields: dict[str, Any]) -> dict[str, Any]:
    """Return an event's fields without the properties of this copy alone."""
    kept = dict(fields.get("extendedProperties", {}))
    kept.pop("private", None)
    rest = {name: it for name, it in fields.items() if name != "extendedProperties"}
    return rest | ({"extendedProperties": kept} if kept else {})


def _later(start: EventTime, span: Any) -> datetime:
    at: datetime = (start.at or times.NEVER) + span
    return at
