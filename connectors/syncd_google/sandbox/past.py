"""What every event was at any time, to look at a calendar as it was."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd_google.sandbox.state import GoogleCalendar, GoogleEvent


@dataclass(frozen=True, slots=True)
class EventVersion:
    """One event after an edit; ``change`` is the number of that edit."""

    at: datetime
    change: int
    calendar: str
    event: "GoogleEvent"


class EventHistory:
    """All edits of all events, in order."""

    def __init__(self) -> None:
        self._entries: list[EventVersion] = []

    def note(self, at: datetime, calendar: str, event: "GoogleEvent") -> None:
        """Note an event as it is now."""
        kept = replace(event, fields=dict(event.fields))
        self._entries.append(EventVersion(at, event.change, calendar, kept))

    def calendar(self, now: "GoogleCalendar", at: datetime) -> "GoogleCalendar":
        """Return a calendar with its events as they were at a time."""
        found = [one for one in self._entries if one.at <= at and one.calendar == now.id]
        return replace(now, events={one.event.id: one.event for one in found})

    def change(self, at: datetime) -> int:
        """Return the number of the last edit by then."""
        return max((one.change for one in self._entries if one.at <= at), default=0)
