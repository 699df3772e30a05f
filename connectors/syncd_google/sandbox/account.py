"""What one account holds, its calendars and their events, and how its service behaves."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd_google.sandbox import model
from syncd_google.sandbox.model import EventHistory, EventTime, GoogleCalendar, GoogleEvent
from syncd_google.sandbox.refusals import not_found, too_young


@dataclass(slots=True)
class GoogleSwitches:
    """What can be chosen of how the sandbox behaves.

    revives: whether a cancelled event can be brought back by an update; for some that is
        refused with 403 (googleapis/google-api-ruby-client#1811). ``unrevivable`` are ids
        of events for which it is refused in any case.
    young: for how long a new calendar answers ``young_answer``: "requiredAccessLevel"
        (403) or "notFound" (404).
    tombstones: whether listings state of a deleted event its "id" alone, or all ("full"),
        as is promised on the organizer's calendar.
    keeps_private: whether a person's copy of an event, or one moved to another calendar,
        keeps the private extended properties (not documented).
    updated_min_reach: how far back ``updatedMin`` may lie (how far it is is assumed).
    per_minute: how many requests are answered in a minute; None is any number (600 a user
        are documented).
    stale: how old the state is that listings and busy times are answered from.
    omits: ids of events that full listings leave out.
    repeats_rows: whether each page begins with the last row of the one before.
    extra_keys: keys that are added to every event, unknown to all clients.
    skew: how far the service's clock is ahead.
    """

    revives: bool = True
    unrevivable: set[str] = field(default_factory=set)
    young: timedelta = timedelta(0)
    young_answer: str = "notFound"
    tombstones: str = "id"
    keeps_private: bool = True
    updated_min_reach: timedelta = timedelta(days=28)
    per_minute: int | None = None
    stale: timedelta = timedelta(0)
    omits: set[str] = field(default_factory=set)
    repeats_rows: bool = False
    extra_keys: dict[str, Any] = field(default_factory=dict)
    skew: timedelta = timedelta(0)


EMAIL = "planner@example.com"


class GoogleClock:
    """The service's clock, which may be wrong."""

    def __init__(self, clock: Clock, switches: GoogleSwitches) -> None:
        self._clock = clock
        self._switches = switches

    def now(self) -> datetime:
        """Return the time as the service states it."""
        return self._clock.now() + self._switches.skew


class GoogleAccount:
    """One user's calendars; every edit goes through ``record_edit``."""

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

    def record_edit(self, edited: GoogleEvent | GoogleCalendar) -> None:
        """Note that something was edited now; no two edits share a moment."""
        now = int(self.clock.now().timestamp() * 1_000_000)
        self._micros = max(now, self._micros + 1)
        self.changes += 1
        edited.micros, edited.change = self._micros, self.changes

    def add_calendar(
        self,
        *,
        summary: str,
        zone: str,
        id: str = "",  # noqa: A002  # the service's word
        **more: Any,
    ) -> GoogleCalendar:
        """Make a calendar; it is listed at once."""
        number = self.number()
        digest = hashlib.sha256(f"calendar {number}".encode()).hexdigest()
        name = id or f"c_{digest}@group.calendar.google.com"
        calendar = GoogleCalendar(id=name, number=number, summary=summary, zone=zone, **more)
        calendar.created = None if calendar.primary else self.clock.now()
        self.calendars[name] = calendar
        self.record_edit(calendar)
        return calendar

    def answers_yet(self, calendar: GoogleCalendar) -> None:
        """Refuse what is asked of a calendar that was made too short a time ago."""
        young = self.switches.young
        if young and calendar.created and self.clock.now() < calendar.created + young:
            raise too_young(self.switches.young_answer)

    def seen(self, calendar: GoogleCalendar) -> tuple[GoogleCalendar, int]:
        """Return a calendar as listings see it, and the number of the last edit by then."""
        if not self.switches.stale:
            return calendar, self.changes
        at = self.clock.now() - self.switches.stale
        return self.past.calendar(calendar, at), self.past.change(at)

    def calendar(self, name: str) -> GoogleCalendar:
        """Return a calendar by id, or the primary one."""
        calendar = self.calendars.get(EMAIL if name == "primary" else name)
        if calendar is None or calendar.gone:
            raise not_found()
        return calendar

    def add_event(
        self,
        calendar: GoogleCalendar,
        start: EventTime,
        end: EventTime,
        fields: dict[str, Any],
        **more: Any,
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

    def _put(
        self, calendar: GoogleCalendar, event: GoogleEvent, *, edited: bool = True
    ) -> None:
        calendar.events[event.id] = event
        if edited:
            self.record_edit(event)
        else:
            self.changes += 1
            event.change = self.changes
        self.past.note(self.clock.now(), calendar.id, event)

    def event(self, calendar: GoogleCalendar, name: str) -> GoogleEvent:
        """Return an event by id; an occurrence of a series too."""
        if name in calendar.events:
            return calendar.events[name]
        master = calendar.events.get(name.rpartition("_")[0])
        for event in self.instances(calendar, master) if master else ():
            if event.id == name:
                return event
        raise not_found()

    def instances(
        self, calendar: GoogleCalendar, master: GoogleEvent, before: datetime | None = None
    ) -> Iterator[GoogleEvent]:
        """Yield the occurrences of a series; those that were edited as they are now.

        ``before``: none of those that are planned for later and were never edited.
        """
        last = self._last_edited(calendar, master, before) if before else None
        rules = master.fields.get("recurrence", [])
        for start in model.occurrences(master.start, rules, calendar.zone):
            if last and start.instant(calendar.zone) > last:
                return
            name = f"{master.id}_{start.suffix()}"
            yield calendar.events.get(name) or _occurrence(calendar, master, name, start)

    def _last_edited(
        self, calendar: GoogleCalendar, master: GoogleEvent, least: datetime
    ) -> datetime:
        """Return for when the last edited occurrence was planned; ``least`` if before that."""
        edited = (event for event in calendar.events.values() if event.series == master.id)
        starts = (event.original.instant(calendar.zone) for event in edited if event.original)
        return max([least, *starts])

    def expanded(
        self, calendar: GoogleCalendar, before: datetime | None = None
    ) -> Iterator[GoogleEvent]:
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
        self._put(calendar, event, edited=not alike)

    def cancel(
        self, calendar: GoogleCalendar, event: GoogleEvent, *, moved: bool = False
    ) -> None:
        """Delete an event: it stays as cancelled; a series takes its exceptions along."""
        event.status, event.moved = "cancelled", moved
        event.sequence += 1
        self._put(calendar, event)
        for exception in list(calendar.events.values()):
            if exception.series == event.id and not exception.gone:
                self.cancel(calendar, exception, moved=moved)

    def move(
        self, calendar: GoogleCalendar, event: GoogleEvent, target: GoogleCalendar
    ) -> GoogleEvent:
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
            kept = {name: event for name, event in calendar.events.items() if not event.gone}
            calendar.events = kept
        self.epoch += 1


def without_private(fields: dict[str, Any]) -> dict[str, Any]:
    """Return an event's fields without the properties of this copy alone."""
    kept = dict(fields.get("extendedProperties", {}))
    kept.pop("private", None)
    rest = {name: value for name, value in fields.items() if name != "extendedProperties"}
    return rest | ({"extendedProperties": kept} if kept else {})


def _occurrence(
    calendar: GoogleCalendar, master: GoogleEvent, name: str, start: EventTime
) -> GoogleEvent:
    """Return an occurrence of a series that was never edited."""
    span = master.end.instant(calendar.zone) - master.start.instant(calendar.zone)
    later = EventTime(at=(start.at or model.NEVER) + span, zone=start.zone)
    return replace(
        master,
        id=name,
        start=start,
        end=start.moved(span) if start.day else later,
        fields={key: value for key, value in master.fields.items() if key != "recurrence"},
        series=master.id,
        original=start,
    )
