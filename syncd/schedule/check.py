"""Pure: a second reading of the hard rules, before blocks are written to a calendar."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from syncd.model.ids import EntityId
from syncd.schedule.circumstances import Circumstances, Slot, Table, minutes


class Rule(StrEnum):
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
class Fault:
    """A rule that a block breaks, and when and how; its title is left to who tells it."""

    rule: Rule
    block: EntityId
    sentence: str


def check(
    given: Circumstances, before: Iterable[Slot], after: Iterable[Slot]
) -> tuple[Fault, ...]:
    """Return what is wrong with the blocks as they would be, ``after``.

    Only a block that is new, lies elsewhere than before or has another task is blamed; one
    that stays, or that is fixed, counts for the others: for overlaps, caps, one block of a
    task a day, and the order. A later task's fixed block holds up no earlier task. A block
    that was fixed and is moved or missing is a fault as well.
    """
    was = {slot.id: slot for slot in before}
    table = Table(given, tuple(after))
    changed = [one for one in table.slots if not one.fixed and _differs(was.get(one.id), one)]
    return (
        *_moved_though_fixed(was, table.slots),
        *(
            Fault(rule=rule, block=slot.id, sentence=f"{_when(table, slot)} {words}")
            for slot in changed
            for rule, judge in _JUDGES.items()
            if (words := judge(table, slot))
        ),
    )


def _differs(was: Slot | None, slot: Slot) -> bool:
    """Say whether a block is not as it was."""
    return was is None or (was.start, was.end, was.task) != (slot.start, slot.end, slot.task)


def _moved_though_fixed(was: Mapping[EntityId, Slot], slots: Iterable[Slot]) -> Iterator[Fault]:
    """Give the blocks that were fixed and are not where they were."""
    now = {slot.id: slot for slot in slots}
    for old in was.values():
        if old.fixed and old.id not in now:
            yield Fault(rule=Rule.FIXED, block=old.id, sentence="it was fixed and is missing")
        elif old.fixed and _differs(old, now[old.id]):
            yield Fault(rule=Rule.FIXED, block=old.id, sentence="it was fixed and is changed")


def _when(table: Table, slot: Slot) -> str:
    """Return a block's time as the person's clock shows it."""
    return f"{table.local(slot.start):%Y-%m-%d %H:%M}-{table.local(slot.end):%H:%M}"


def _busy(table: Table, slot: Slot) -> str | None:
    near = any(start < slot.end and slot.start < end for start, end in table.taken())
    return "is over or too close to busy time" if near else None


def _overlap(table: Table, slot: Slot) -> str | None:
    # The block itself is one of them.
    at_once = sum(one.start < slot.end and slot.start < one.end for one in table.slots)
    return "overlaps another block" if at_once > 1 else None


def _hours(table: Table, slot: Slot) -> str | None:
    windows = {day: table.windows(day) for day in table.days(slot)}
    inside = all(
        any(opens <= minute < closes for opens, closes in windows[table.day(minute)])
        for minute in minutes(slot.start, slot.end)
    )
    return None if inside else "is outside the hours"


def _rest(table: Table, slot: Slot) -> str | None:
    rests = any(table.given.preferences.rests(day) for day in table.days(slot))
    return "is on a day of rest or leave" if rests else None


def _past(table: Table, slot: Slot) -> str | None:
    this_minute = table.given.now.replace(second=0, microsecond=0)
    return "is in the past" if slot.start < this_minute else None


def _horizon(table: Table, slot: Slot) -> str | None:
    ahead = timedelta(days=table.given.preferences.horizon_days)
    end = table.day(table.given.now) + ahead
    return "is beyond the horizon" if max(table.days(slot)) >= end else None


def _daily(table: Table, slot: Slot) -> str | None:
    cap = table.given.preferences.daily
    over = table.on_day(table.day(slot.start)) > cap
    return f"is on a day with more than {cap} minutes of blocks" if over else None


def _weekly(table: Table, slot: Slot) -> str | None:
    cap = table.given.preferences.weekly
    over = table.in_week(table.day(slot.start)) > cap
    return f"is in a week with more than {cap} minutes of blocks" if over else None


def _share(table: Table, slot: Slot) -> str | None:
    day = table.day(slot.start)
    percent = f"{table.given.preferences.share:.0%}"
    over = table.in_week(day) > table.allowance(day)
    return f"is in a week with more than {percent} of its free time filled" if over else None


def _short(table: Table, slot: Slot) -> str | None:
    least = table.given.preferences.shortest
    short = slot.end - slot.start < timedelta(minutes=least)
    return f"is shorter than {least} minutes" if short else None


def _long(table: Table, slot: Slot) -> str | None:
    most = table.given.preferences.longest
    long = slot.end - slot.start > timedelta(minutes=most)
    return f"is longer than {most} minutes" if long else None


def _one_a_day(table: Table, slot: Slot) -> str | None:
    day = table.day(slot.start)
    on_day = sum(one.task == slot.task and table.day(one.start) == day for one in table.slots)
    again = slot.task is not None and on_day > 1
    return "is a second block of its task on one day" if again else None


def _order(table: Table, slot: Slot) -> str | None:
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


def _freed(table: Table, slot: Slot) -> str | None:
    if any(start < slot.end and slot.start < end for start, end in table.given.freed):
        return "is in time that was freed"
    avoided = table.given.avoid.get(slot.task, ()) if slot.task else ()
    if any(table.days(span) & table.days(slot) for span in avoided):
        return "is on a day that was freed of its task"
    return None


_JUDGES: Mapping[Rule, Callable[[Table, Slot], str | None]] = {
    Rule.BUSY: _busy,
    Rule.OVERLAP: _overlap,
    Rule.HOURS: _hours,
    Rule.REST: _rest,
    Rule.PAST: _past,
    Rule.HORIZON: _horizon,
    Rule.DAILY: _daily,
    Rule.WEEKLY: _weekly,
    Rule.SHARE: _share,
    Rule.SHORT: _short,
    Rule.LONG: _long,
    Rule.ONE_A_DAY: _one_a_day,
    Rule.ORDER: _order,
    Rule.FREED: _freed,
}
