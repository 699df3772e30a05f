"""Pure: when the events of a calendar take their person's time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

from syncd.connect.busy import BusySpan
from syncd_google import events, titles
from syncd_google.events import Json
from syncd_google.refusals import Unreadable
from syncd_google.settings import GoogleSettings

_NEVER = frozenset({"workingLocation", "birthday"})
_UNSURE = frozenset({"tentative", "needsAction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What counts as busy, beside what is sure."""

    tentative: bool = True
    out_of_office: bool = True
    declined: bool = False

    @classmethod
    def of(cls, settings: GoogleSettings) -> "Counting":
        """Return what the settings say."""
        return cls(
            tentative=settings.busy_tentative,
            out_of_office=settings.busy_out_of_office,
            declined=settings.busy_declined,
        )

    def takes_time(self, event: Json) -> bool:
        """Say whether an event makes its person busy.

        As in the Calendar API's reference: cancelled and transparent events never do, nor
        does where someone works.
        """
        kind = event.get("eventType")
        answer = _answer(event)
        if events.is_gone(event) or event.get("transparency") == "transparent":
            return False
        if kind in _NEVER or (kind == "outOfOffice" and not self.out_of_office):
            return False
        if answer == "declined":
            return self.declined
        unsure = event.get("status") == "tentative" or answer in _UNSURE
        return self.tentative or not unsure


def of_events(found: Iterable[Json], zone: str, counting: Counting) -> Iterator[BusySpan]:
    """Yield when these events take time; days are those of ``zone``, the calendar's.

    Raises ``Unreadable`` for one that takes time of which nobody can tell when.
    """
    for event in found:
        if counting.takes_time(event):
            start, end = (_instant(events.part(event, it), zone) for it in ("start", "end"))
            yield from _span(start, end, events.text(event, "summary"))


def of_answer(busy: Iterable[Json]) -> Iterator[BusySpan]:
    """Yield the spans of an answer about free and busy time. Raises ``Unreadable``."""
    for one in busy:
        yield from _span(events.instant(one.get("start")), events.instant(one.get("end")), "")


def _span(start: datetime | None, end: datetime | None, title: str) -> Iterator[BusySpan]:
    if start is None or end is None or end < start:
        what = titles.shown(title) if title else "something there"
        raise Unreadable(f"nobody can tell when {what} takes place")
    if start < end:
        yield BusySpan(start, end)


def _answer(event: Json) -> object:
    """Return what the calendar's own person answered to an invitation."""
    people = event.get("attendees")
    for one in people if isinstance(people, list) else ():
        if isinstance(one, dict) and one.get("self"):
            return one.get("responseStatus")
    return None


def _instant(stated: Json, zone: str) -> datetime | None:
    day, here = events.day(stated), events.zone_named(zone)
    try:
        if day is not None and here is not None:
            return datetime.combine(day, time(), here).astimezone(UTC)
        at = events.local(stated, zone)
        return at.astimezone(UTC) if at else None
    except OverflowError:  # at the ends of all time
        return None
