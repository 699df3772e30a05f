"""When a person has no time, as a tool tells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, order=True)
class BusySpan:
    """From ``start`` until before ``end``, both in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """What a tool told of a person's busy time.

    spans: in order, neither overlapping nor touching, within what was asked for.
    calendars: the names of those that were read.
    unreadable: a sentence, ending with what to do, for each calendar that could not be
        read: nobody knows when that one is busy, so it is never taken for free.
    problems: sentences on what was read, though not as the settings ask for.
    """

    spans: tuple[BusySpan, ...] = ()
    calendars: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def merged(spans: Iterable[BusySpan], start: datetime, end: datetime) -> tuple[BusySpan, ...]:
    """Return spans as ``Busy`` promises them: clipped to start and end, in order, in UTC."""
    found: list[BusySpan] = []
    for one in sorted(_within(span, start, end) for span in spans):
        if one.end <= one.start:
            continue
        if found and one.start <= found[-1].end:
            found[-1] = BusySpan(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return tuple(found)


def _within(span: BusySpan, start: datetime, end: datetime) -> BusySpan:
    first, last = max(span.start, start), min(span.end, end)
    return BusySpan(first.astimezone(UTC), last.astimezone(UTC))
