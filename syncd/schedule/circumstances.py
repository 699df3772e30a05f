"""Pure: what the checker of blocks is told, and what it works out for itself from that.

Nothing here is shared with what plans: slow and simple, by wall clocks, minute by minute.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from types import MappingProxyType
from zoneinfo import ZoneInfo

from syncd.model.ids import EntityId
from syncd.schedule.preferences import Preferences

Times = tuple[datetime, datetime]
"""Aware instants, (from, to)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A block. fixed: pinned, running or past; it is not judged, but counts for others.

    All of its minutes count on the day that it starts on.
    """

    id: EntityId
    task: EntityId | None
    start: datetime
    end: datetime
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What blocks must go by.

    busy: time that is not the person's own, from the Monday of this week to the Sunday of
    the last week that blocks may lie in. order: pairs (first, then): the blocks of the
    first task end before those of the other start; pairs that go round in a circle bind
    nobody. freed: time that no block may lie on.
    avoid: by task, spans on whose days none of its blocks may lie.
    """

    preferences: Preferences
    now: datetime
    busy: tuple[Times, ...] = ()
    order: frozenset[tuple[EntityId, EntityId]] = frozenset()
    freed: tuple[Times, ...] = ()
    avoid: Mapping[EntityId, tuple[Times, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )


class Table:
    """Blocks as they would be, and what is asked about them."""

    def __init__(self, given: Circumstances, slots: tuple[Slot, ...]) -> None:
        self.given = given
        self.slots = slots
        self._zone = ZoneInfo(given.preferences.zone)
        self._allowances: dict[date, int] = {}
        self._spent: Counter[date] = Counter()
        for slot in slots:
            self._spent[self.day(slot.start)] += (slot.end - slot.start) // _MINUTE

    def local(self, at: datetime) -> datetime:
        """Return what the person's wall clock shows."""
        return at.astimezone(self._zone)

    def day(self, at: datetime) -> date:
        """Return the date that the person's calendar shows."""
        return self.local(at).date()

    def days(self, span: Slot | Times) -> set[date]:
        """Return the dates that some time lies on."""
        start, end = span if isinstance(span, tuple) else (span.start, span.end)
        found = {self.day(minute) for minute in minutes(start, end)}
        return found or {self.day(start)}

    def windows(self, day: date) -> list[Times]:
        """Return the hours of a date, be it one of rest or not."""
        hours = self.given.preferences.hours.get(day.weekday(), ())
        return [(self._at(day, opens), self._at(day, closes)) for opens, closes in hours]

    def taken(self) -> list[Times]:
        """Return busy time with its buffers; an event without length takes no time."""
        margin = self.given.preferences.buffer * _MINUTE
        return [(start - margin, end + margin) for start, end in self.given.busy if start < end]

    def on_day(self, day: date) -> int:
        """Return the minutes of all blocks that start on a date."""
        return self._spent[day]

    def ordered(self, first: EntityId | None, then: EntityId | None) -> bool:
        """Say whether all blocks of one task are to end before another's start."""
        pairs = self.given.order
        if first is None or then is None or (first, then) not in pairs:
            return False
        seen, found = {then}, {then}
        while found:
            found = {two for one, two in pairs if one in found} - seen
            seen |= found
        return first not in seen

    def in_week(self, day: date) -> int:
        """Return the minutes of all blocks that start in a date's week, Monday to Sunday."""
        return sum(self._spent[one] for one in _week(day))

    def allowance(self, day: date) -> int:
        """Return how many minutes of a date's week its share of the free time is."""
        monday = _week(day)[0]
        if monday not in self._allowances:
            share = Fraction(str(self.given.preferences.share))
            self._allowances[monday] = int(share * len(self._free(_week(day))))
        return self._allowances[monday]

    def _at(self, day: date, clock: int) -> datetime:
        """Return when the person's clock shows a time; 1440 is the next midnight."""
        if clock == 24 * 60:
            day, clock = day + timedelta(days=1), 0
        shown = datetime.combine(day, time(clock // 60, clock % 60), self._zone)
        return shown.astimezone(UTC)

    def _free(self, days: Iterable[date]) -> set[datetime]:
        """Return the minutes of some dates that are inside the hours and not near busy time."""
        free = {
            minute
            for day in days
            if not self.given.preferences.rests(day)
            for opens, closes in self.windows(day)
            for minute in minutes(opens, closes)
            if self.day(minute) == day
        }
        first, last = min(free, default=_EPOCH), max(free, default=_EPOCH)
        for start, end in self.taken():
            free.difference_update(minutes(max(start, first), min(end, last + _MINUTE)))
        return free


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    """Give the minutes of some time, in UTC."""
    minute = start.astimezone(UTC)
    while minute < end:
        yield minute
        minute += _MINUTE


def _week(day: date) -> list[date]:
    """Return the dates from Monday to Sunday around a date."""
    return [day + timedelta(days=ahead - day.weekday()) for ahead in range(7)]
