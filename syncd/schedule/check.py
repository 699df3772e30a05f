"""Pure: a second reading of the hard rules, before blocks are written to a calendar."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from zoneinfo import ZoneInfo

from syncd.model.ids import EntityId
from syncd.schedule.problem import Preferences

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
class CheckInput:
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


class CheckTables:
    """Blocks as they would be, and what is asked about them."""

    def __init__(self, given: CheckInput, slots: tuple[Slot, ...]) -> None:
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
        dates = {self.day(minute) for minute in minutes(start, end)}
        return dates or {self.day(start)}

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
        seen, frontier = {then}, {then}
        while frontier:
            frontier = {after for before, after in pairs if before in frontier} - seen
            seen |= frontier
        return first not in seen

    def in_week(self, day: date) -> int:
        """Return the minutes of all blocks that start in a date's week, Monday to Sunday."""
        return sum(self._spent[each_day] for each_day in _week(day))

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


class HardRule(StrEnum):
    """A hard rule of learning blocks."""

    BUSY = "busy"
    OVERLAP = "overlap"
    HOURS = "hours"
    REST = "rest"
    PAST = "past"
    HORIZON = "horizon"
    DAILY = "daily"
    WEEKLY = "weekly"
    SHARE = "share"
    SHORT = "short"
    LONG = "long"
    ONE_A_DAY = "one a day"
    ORDER = "order"
    FREED = "freed"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleViolation:
    """A rule that a block breaks, and when and how; its title is left to who tells it."""

    rule: HardRule
    block: EntityId
    sentence: str


def check(
    given: CheckInput, before: Iterable[Slot], after: Iterable[Slot]
) -> tuple[RuleViolation, ...]:
    """Return what is wrong with the blocks as they would be, ``after``.

    Only a block that is new, lies elsewhere than before or has another task is blamed; one
    that stays, or that is fixed, counts for the others: for overlaps, caps, one block of a
    task a day, and the order. A later task's fixed block holds up no earlier task. A block
    that was fixed and is moved or missing is a fault as well.
    """
    was = {slot.id: slot for slot in before}
    table = CheckTables(given, tuple(after))
    changed = [
        slot for slot in table.slots if not slot.fixed and _differs(was.get(slot.id), slot)
    ]
    return (
        *_moved_though_fixed(was, table.slots),
        *(
            RuleViolation(rule=rule, block=slot.id, sentence=f"{_when(table, slot)} {words}")
            for slot in changed
            for rule, judge in _JUDGES.items()
            if (words := judge(table, slot))
        ),
    )


def _differs(was: Slot | None, slot: Slot) -> bool:
    """Say whether a block is not as it was."""
    return was is None or (was.start, was.end, was.task) != (slot.start, slot.end, slot.task)


def _moved_though_fixed(
    was: Mapping[EntityId, Slot], slots: Iterable[Slot]
) -> Iterator[RuleViolation]:
    """Give the blocks that were fixed and are not where they were."""
    now = {slot.id: slot for slot in slots}
    for old in was.values():
        if old.fixed and old.id not in now:
            yield RuleViolation(
                rule=HardRule.FIXED, block=old.id, sentence="it was fixed and is missing"
            )
        elif old.fixed and _differs(old, now[old.id]):
            yield RuleViolation(
                rule=HardRule.FIXED, block=old.id, sentence="it was fixed and is changed"
            )


def _when(table: CheckTables, slot: Slot) -> str:
    """Return a block's time as the person's clock shows it."""
    return f"{table.local(slot.start):%Y-%m-%d %H:%M}-{table.local(slot.end):%H:%M}"


def _busy(table: CheckTables, slot: Slot) -> str | None:
    near = any(start < slot.end and slot.start < end for start, end in table.taken())
    return "is over or too close to busy time" if near else None


def _overlap(table: CheckTables, slot: Slot) -> str | None:
    # The block itself is one of them.
    at_once = sum(other.start < slot.end and slot.start < other.end for other in table.slots)
    return "overlaps another block" if at_once > 1 else None


def _hours(table: CheckTables, slot: Slot) -> str | None:
    windows = {day: table.windows(day) for day in table.days(slot)}
    inside = all(
        any(opens <= minute < closes for opens, closes in windows[table.day(minute)])
        for minute in minutes(slot.start, slot.end)
    )
    return None if inside else "is outside the hours"


def _rest(table: CheckTables, slot: Slot) -> str | None:
    rests = any(table.given.preferences.rests(day) for day in table.days(slot))
    return "is on a day of rest or leave" if rests else None


def _past(table: CheckTables, slot: Slot) -> str | None:
    this_minute = table.given.now.replace(second=0, microsecond=0)
    return "is in the past" if slot.start < this_minute else None


def _horizon(table: CheckTables, slot: Slot) -> str | None:
    ahead = timedelta(days=table.given.preferences.horizon_days)
    end = table.day(table.given.now) + ahead
    return "is beyond the horizon" if max(table.days(slot)) >= end else None


def _daily(table: CheckTables, slot: Slot) -> str | None:
    cap = table.given.preferences.daily
    over = table.on_day(table.day(slot.start)) > cap
    return f"is on a day with more than {cap} minutes of blocks" if over else None


def _weekly(table: CheckTables, slot: Slot) -> str | None:
    cap = table.given.preferences.weekly
    over = table.in_week(table.day(slot.start)) > cap
    return f"is in a week with more than {cap} minutes of blocks" if over else None


def _share(table: CheckTables, slot: Slot) -> str | None:
    day = table.day(slot.start)
    percent = f"{table.given.preferences.share:.0%}"
    over = table.in_week(day) > table.allowance(day)
    return f"is in a week with more than {percent} of its free time filled" if over else None


def _short(table: CheckTables, slot: Slot) -> str | None:
    least = table.given.preferences.shortest
    short = slot.end - slot.start < timedelta(minutes=least)
    return f"is shorter than {least} minutes" if short else None


def _long(table: CheckTables, slot: Slot) -> str | None:
    most = table.given.preferences.longest
    long = slot.end - slot.start > timedelta(minutes=most)
    return f"is longer than {most} minutes" if long else None


def _one_a_day(table: CheckTables, slot: Slot) -> str | None:
    day = table.day(slot.start)
    on_day = sum(
        other.task == slot.task and table.day(other.start) == day for other in table.slots
    )
    again = slot.task is not None and on_day > 1
    return "is a second block of its task on one day" if again else None


def _order(table: CheckTables, slot: Slot) -> str | None:
    early = any(
        slot.start < other.end and table.ordered(other.task, slot.task) for other in table.slots
    )
    late = any(
        other.start < slot.end and table.ordered(slot.task, other.task)
        for other in table.slots
        if not other.fixed
    )
    if early:
        return "starts before a block of a task that comes first"
    return "ends after a block of a task that comes later has begun" if late else None


def _freed(table: CheckTables, slot: Slot) -> str | None:
    if any(start < slot.end and slot.start < end for start, end in table.given.freed):
        return "is in time that was freed"
    avoided = table.given.avoid.get(slot.task, ()) if slot.task else ()
    if any(table.days(span) & table.days(slot) for span in avoided):
        return "is on a day that was freed of its task"
    return None


_JUDGES: Mapping[HardRule, Callable[[CheckTables, Slot], str | None]] = {
    HardRule.BUSY: _busy,
    HardRule.OVERLAP: _overlap,
    HardRule.HOURS: _hours,
    HardRule.REST: _rest,
    HardRule.PAST: _past,
    HardRule.HORIZON: _horizon,
    HardRule.DAILY: _daily,
    HardRule.WEEKLY: _weekly,
    HardRule.SHARE: _share,
    HardRule.SHORT: _short,
    HardRule.LONG: _long,
    HardRule.ONE_A_DAY: _one_a_day,
    HardRule.ORDER: _order,
    HardRule.FREED: _freed,
}
