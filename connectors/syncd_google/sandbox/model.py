"""Events and calendars as they are kept: when they are, what they were at any time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from syncd_google.sandbox.refusals import invalid, no_time, required

NEVER = datetime.min.replace(tzinfo=UTC)
_MOST = 1000  # occurrences of one series in one answer


@dataclass(frozen=True, slots=True)
class EventTime:
    """A day, or an instant with the zone that was sent with it."""

    day: date | None = None
    at: datetime | None = None
    zone: str = ""

    def instant(self, calendar_zone: str) -> datetime:
        """Return the instant, for a day its first in the calendar's zone."""
        if self.at is not None:
            return self.at
        day = self.day or date.min
        return datetime.combine(day, time(), ZoneInfo(calendar_zone)).astimezone(UTC)

    def stated(self, shown_zone: str) -> dict[str, str]:
        """Return the JSON: instants are stated in the offset of ``shown_zone``."""
        if self.at is None:
            return {"date": (self.day or date.min).isoformat()}
        return {"dateTime": in_zone(self.at, shown_zone), "timeZone": self.zone}

    def moved(self, by: timedelta) -> "EventTime":
        """Return the same, later; of an instant the wall-clock time moves."""
        if self.day is not None:
            return EventTime(day=self.day + by)
        at = (self.at or NEVER).astimezone(ZoneInfo(self.zone or "UTC"))
        return EventTime(at=(at + by).astimezone(UTC), zone=self.zone)

    def suffix(self) -> str:
        """Return what the id of an occurrence that starts then ends with."""
        if self.at is None:
            return (self.day or date.min).strftime("%Y%m%d")
        return self.at.strftime("%Y%m%dT%H%M%SZ")


def in_zone(at: datetime, zone: str) -> str:
    """Return an instant in a zone's offset, ``Z`` for UTC."""
    text = at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z") if zone in ("UTC", "Etc/UTC") else text


def milliseconds(micros: int) -> str:
    """Return an instant in the form of ``updated``."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str, where: str) -> datetime:
    """Return an instant sent as a parameter; it must have an offset."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("Bad Request", f"parameter {where}") from None
    if at.tzinfo is None:
        raise invalid("Bad Request", f"parameter {where}")
    return at.astimezone(UTC).replace(microsecond=0)


def zone_of(name: str) -> str:
    """Return a zone's name. Raises the service's refusal for one that is not known."""
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise invalid(f"Invalid time zone definition: {name}") from None
    return name


def read_time(sent: Any, which: str, calendar_zone: str) -> EventTime:
    """Return a ``start`` or ``end`` as it is kept."""
    if not isinstance(sent, dict):
        raise required(f"Missing {which} time.")
    day, at = sent.get("date"), sent.get("dateTime")
    if (day is None) == (at is None):
        raise invalid(f"Invalid {which} time.")
    zone = zone_of(sent.get("timeZone") or calendar_zone)
    try:
        if day is not None:
            return EventTime(day=datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).date())
        instant = datetime.fromisoformat(str(at))
    except ValueError:
        raise invalid(f"Invalid {which} time.") from None
    if instant.tzinfo is None:
        if not sent.get("timeZone"):
            raise required(f"Missing time zone definition for {which} time.")
        instant = instant.replace(tzinfo=ZoneInfo(zone))
    return EventTime(at=instant.astimezone(UTC), zone=zone)


def check_span(start: EventTime, end: EventTime) -> None:
    """Refuse a span whose ends are of two kinds, or that is empty."""
    if (start.day is None) != (end.day is None):
        raise invalid("Invalid start time.")
    if end.instant("UTC") < start.instant("UTC") or start.day == end.day is not None:
        raise no_time()


def occurrences(start: EventTime, rules: list[str], zone: str) -> Iterator[EventTime]:
    """Yield when a series happens, in order; at most a thousand times."""
    own = start.zone or zone
    local = start.instant(zone).astimezone(ZoneInfo(own)).replace(tzinfo=None)
    if start.day is not None:
        local = datetime.combine(start.day, time())
    text = "\n".join(_local_rule(rule, own) for rule in rules)
    for count, naive in enumerate(rrulestr(text, dtstart=local, forceset=True)):
        if count >= _MOST:
            return
        if start.day is not None:
            yield EventTime(day=naive.date())
        else:
            at = naive.replace(tzinfo=ZoneInfo(own)).astimezone(UTC)
            yield EventTime(at=at, zone=start.zone)


def _local_rule(rule: str, zone: str) -> str:
    """Return a rule in wall-clock time, as the expansion wants it."""
    rule = re.sub(r";(TZID|VALUE)=[^:;]+", "", rule)

    def local(match: re.Match[str]) -> str:
        at = datetime.strptime(match.group(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return at.astimezone(ZoneInfo(zone)).strftime("%Y%m%dT%H%M%S")

    return re.sub(r"\d{8}T\d{6}Z", local, rule)


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
        return any(
            person.get("self") and person.get("responseStatus") == "declined"
            for person in people
        )

    def content(self) -> tuple[Any, ...]:
        """Return everything that an edit can change."""
        return (self.start, self.end, self.fields, self.status, self.event_type)


@dataclass(slots=True, kw_only=True)
class GoogleCalendar:
    """One calendar, and how it stands in the user's list.

    ours: made by an application with the scope for the calendars that it made.
    created: when, of a secondary one.
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
    created: datetime | None = None
    micros: int = 0
    change: int = 0
    entry: dict[str, Any] = field(default_factory=dict)
    events: dict[str, GoogleEvent] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventVersion:
    """One event after an edit; ``change`` is the number of that edit."""

    at: datetime
    change: int
    calendar: str
    event: GoogleEvent


class EventHistory:
    """All edits of all events, in order."""

    def __init__(self) -> None:
        self._entries: list[EventVersion] = []

    def note(self, at: datetime, calendar: str, event: GoogleEvent) -> None:
        """Note an event as it is now."""
        kept = replace(event, fields=dict(event.fields))
        self._entries.append(EventVersion(at, event.change, calendar, kept))

    def calendar(self, now: GoogleCalendar, at: datetime) -> GoogleCalendar:
        """Return a calendar with its events as they were at a time."""
        then = [
            version
            for version in self._entries
            if version.at <= at and version.calendar == now.id
        ]
        return replace(now, events={version.event.id: version.event for version in then})

    def change(self, at: datetime) -> int:
        """Return the number of the last edit by then."""
        return max((version.change for version in self._entries if version.at <= at), default=0)
