"""Pure: from the hours, the rest days and busy time to the time that blocks may take, and how much that is."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import floor
from zoneinfo import ZoneInfo

from syncd.schedule.problem import (
    SLOT,
    ClockSpan,
    Firmness,
    PlanDay,
    PlanWeek,
    Preferences,
    Problem,
    Span,
    TaskDemand,
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

    ``PlanWeek.capacity`` looks at the whole week from Monday to Sunday, with the days of it that
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
        PlanWeek(monday=monday, capacity=_capacity(preferences, away, monday))
        for monday in (first + number * 7 * _DAY for number in range(weeks))
    )


def reach(preferences: Preferences, now: int) -> Span:
    """Return the time for which ``calendar`` needs to know what is busy: whole weeks."""
    zone, today = ZoneInfo(preferences.zone), _today(preferences, now)
    last = today + max(preferences.horizon_days - 1, 0) * _DAY
    end = _midnight(zone, _monday(last) + 7 * _DAY)
    return Span(_midnight(zone, _monday(today)) - preferences.buffer, end + preferences.buffer)


def _capacity(preferences: Preferences, away: Sequence[Span], monday: date) -> int:
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
    return (Span(span.start - buffer, span.end + buffer) for span in busy if span.minutes > 0)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order and apart from each other, without empty ones."""
    merged: list[Span] = []
    for span in sorted(span for span in spans if span.minutes > 0):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _less(spans: Iterable[Span], off: Sequence[Span]) -> Iterator[Span]:
    """Give what is left of spans, where both are in order and apart from each other."""
    for span in spans:
        start = span.start
        place = bisect_right(off, start, key=lambda away: away.end)
        while place < len(off) and off[place].start < span.end:
            if off[place].start > start:
                yield Span(start, off[place].start)
            start, place = off[place].end, place + 1
        if start < span.end:
            yield Span(start, span.end)


_MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Time for blocks, less what fixed blocks take; by day, and by week where it says so.

    runs: free time that is long enough for a block. caps: minutes that the daily cap
    leaves. more: minutes of hours added. week: the place of a day's week. left: minutes
    that the room of each week leaves. now, shortest, longest: as in ``Problem``.
    """

    now: int
    days: tuple[Span, ...]
    runs: tuple[tuple[Span, ...], ...]
    caps: tuple[int, ...]
    more: tuple[int, ...]
    week: tuple[int, ...]
    left: tuple[int, ...]
    shortest: int
    longest: int

    @property
    def end(self) -> int:
        """Return where the days that are known end."""
        return self.days[-1].end if self.days else self.now

    def until(self, at: int) -> int:
        """Return the minutes that all blocks may take until then.

        Behind the last day it goes on as it has been on the average.
        """
        weeks: dict[int, int] = defaultdict(int)
        for number, day in enumerate(self.days):
            if day.start >= at:
                break
            if self.runs[number] or self.more[number]:
                weeks[self.week[number]] += self._on(number, at)
        known = sum(min(minutes, self.left[week]) for week, minutes in weeks.items())
        return self._beyond(known, at)

    def of_task(self, work: TaskDemand, at: int) -> int:
        """Return the minutes that one task's blocks may take until then: one block a day."""
        release = work.release or self.now
        known = sum(
            min(self._on(number, at), self.longest)
            for number, day in enumerate(self.days)
            if day.end > release and not any(day.meets(span) for span in work.avoid)
        )
        return self._beyond(known, at)

    def free_on(self, number: int) -> int:
        """Return the minutes of a day that blocks may lie on, be they over its cap."""
        return self._usable(number, self.days[number].end)

    def _on(self, number: int, at: int) -> int:
        """Return the minutes that blocks may take on a day until then."""
        return min(self._usable(number, at), self.caps[number]) // SLOT * SLOT

    def _usable(self, number: int, at: int) -> int:
        lengths = (min(run.end, at) - run.start for run in self.runs[number])
        free = sum(length // SLOT * SLOT for length in lengths if length >= self.shortest)
        return free + (self.more[number] if self.days[number].end <= at else 0)

    def _beyond(self, known: int, at: int) -> int:
        if at <= self.end or self.end <= self.now:
            return known
        return known + known * (at - self.end) // (self.end - self.now)


def supply(problem: Problem) -> Supply:
    """Return the time that there is for the blocks of a problem."""
    fixed = sorted(block.span for block in problem.standing if block.firmness is Firmness.FIXED)
    used = [0] * len(problem.weeks)
    for week in range(len(problem.weeks)):
        used[week] = sum(span.minutes for span in fixed if _week(problem, span) == week)
    return Supply(
        now=problem.now,
        days=tuple(day.span for day in problem.days),
        runs=tuple(tuple(_minutes_less(day.free, fixed, problem.now)) for day in problem.days),
        caps=tuple(
            max(0, problem.daily - sum(_share(span, day.span) for span in fixed))
            for day in problem.days
        ),
        more=(0,) * len(problem.days),
        week=tuple(day.week for day in problem.days),
        left=tuple(
            max(0, week.capacity - taken)
            for week, taken in zip(problem.weeks, used, strict=True)
        ),
        shortest=max(SLOT, problem.shortest),
        longest=problem.longest,
    )


def _share(span: Span, day: Span) -> int:
    """Return the minutes that a block counts on a day: all of them where it starts."""
    return span.minutes if day.start <= span.start < day.end else 0


def _week(problem: Problem, span: Span) -> int | None:
    """Return the place of the week that a block starts in, Monday to Sunday."""
    if not problem.days:
        return None
    for day in reversed(problem.days):
        if day.span.start <= span.start < day.span.end:
            return day.week
    # No clock is known for the days around: one that changes there may be an hour off.
    today, last = problem.days[0], problem.days[-1]
    if (
        today.span.start - today.date.weekday() * _MINUTES_OF_A_DAY
        <= span.start
        < today.span.start
    ):
        return today.week
    sunday = last.span.end + (6 - last.date.weekday()) * _MINUTES_OF_A_DAY
    return last.week if last.span.end <= span.start < sunday else None


def _minutes_less(free: Sequence[Span], fixed: Sequence[Span], now: int) -> list[Span]:
    """Return what fixed blocks leave of free time that is ahead."""
    left = [Span(max(span.start, now), span.end) for span in free]
    for block in fixed:
        left = [
            part
            for span in left
            for part in (
                Span(span.start, min(span.end, block.start)),
                Span(max(span.start, block.end), span.end),
            )
            if part.minutes > 0
        ]
    return left
