"""Pure: from the hours, the rest days and busy time to the time that blocks may take."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import floor
from zoneinfo import ZoneInfo

from syncd.schedule.problem import (
    ClockSpan,
    PlanDay,
    PlanWeek,
    Preferences,
    Span,
    instant,
    minute_of,
)

_DAY = timedelta(days=1)


def calendar(
    preferences: Preferences, busy: Iterable[Span], now: int, taken: Iterable[Span] = ()
) -> tuple[tuple[PlanDay, ...], tuple[PlanWeek, ...]]:
    """Return the days from today to the horizon and the weeks that they lie in.

    busy: time that is not the person's own, as far as ``reach`` says; the buffer is kept
    free on both sides of it. taken: time that no block may lie on, without a buffer.

    ``PlanWeek.room`` looks at the whole week from Monday to Sunday, with the days of it that
    are over or lie beyond the horizon: the weekly cap, or if that is less, the share of
    the time inside the hours, on days without rest, off busy time and its buffers. So the
    room does not shrink as the week passes, nor as blocks or ``taken`` fill it.
    """
    zone, today = ZoneInfo(preferences.zone), _today(preferences, now)
    away = _merged(_padded(busy, preferences.buffer))
    off = _merged([*away, *taken, Span(_midnight(zone, today - _DAY), now)])
    first = _monday(today)
    days = tuple(
        PlanDay(
            date=day,
            span=Span(_midnight(zone, day), _midnight(zone, day + _DAY)),
            week=(day - first).days // 7,
            free=tuple(_less(_windows(preferences, preferences.hours, day), off)),
            liked=_windows(preferences, preferences.liked, day),
        )
        for day in _dates(today, preferences.horizon_days)
    )
    weeks = days[-1].week + 1 if days else 0
    return days, tuple(
        PlanWeek(monday=monday, room=_room(preferences, away, monday))
        for monday in (first + number * 7 * _DAY for number in range(weeks))
    )


def reach(preferences: Preferences, now: int) -> Span:
    """Return the time for which ``calendar`` needs to know what is busy: whole weeks."""
    zone, today = ZoneInfo(preferences.zone), _today(preferences, now)
    last = today + max(preferences.horizon_days - 1, 0) * _DAY
    end = _midnight(zone, _monday(last) + 7 * _DAY)
    return Span(_midnight(zone, _monday(today)) - preferences.buffer, end + preferences.buffer)


def _room(preferences: Preferences, away: Sequence[Span], monday: date) -> int:
    """Return the most minutes that blocks may take in a week."""
    free = sum(
        span.minutes
        for day in _dates(monday, 7)
        for span in _less(_windows(preferences, preferences.hours, day), away)
    )
    # Rounded first: 0.29 of 100 minutes are 29, though 0.29 * 100 is a little less.
    return max(0, min(preferences.weekly, floor(round(preferences.share * free, 6))))


def _today(preferences: Preferences, now: int) -> date:
    """Return the date that the person's calendar shows."""
    return instant(now).astimezone(ZoneInfo(preferences.zone)).date()


def _monday(day: date) -> date:
    """Return the first day of a day's week."""
    return day - day.weekday() * _DAY


def _dates(first: date, count: int) -> Iterator[date]:
    """Give some days from the first one on."""
    return (first + number * _DAY for number in range(count))


def _midnight(zone: ZoneInfo, day: date) -> int:
    """Return the minute at which a day begins."""
    return _minute(zone, day, 0)


def _minute(zone: ZoneInfo, day: date, clock: int) -> int:
    """Return when a wall clock shows a time, in minutes after midnight, 1440 the next one.

    A time that a change to summer time leaves out is as much later as the clock was put
    forward; of a time that comes twice it is the first.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=clock)
    return minute_of(wall.replace(tzinfo=zone))


def _windows(
    preferences: Preferences, hours: Mapping[int, tuple[ClockSpan, ...]], day: date
) -> tuple[Span, ...]:
    """Return the spans of a day that are inside the hours, none on a day of rest."""
    if preferences.rests(day):
        return ()
    zone = ZoneInfo(preferences.zone)
    end = _midnight(zone, day + _DAY)
    spans = (
        Span(_minute(zone, day, opens), min(_minute(zone, day, closes), end))
        for opens, closes in hours.get(day.weekday(), ())
    )
    return _merged(spans)


def _padded(busy: Iterable[Span], buffer: int) -> Iterator[Span]:
    """Give busy time with its buffers; an event without length takes no time."""
    return (Span(one.start - buffer, one.end + buffer) for one in busy if one.minutes > 0)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order and apart from each other, without empty ones."""
    merged: list[Span] = []
    for span in sorted(one for one in spans if one.minutes > 0):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _less(spans: Iterable[Span], off: Sequence[Span]) -> Iterator[Span]:
    """Give what is left of spans, where both are in order and apart from each other."""
    for span in spans:
        start = span.start
        place = bisect_right(off, start, key=lambda one: one.end)
        while place < len(off) and off[place].start < span.end:
            if off[place].start > start:
                yield Span(start, off[place].start)
            start, place = off[place].end, place + 1
        if start < span.end:
            yield Span(start, span.end)
