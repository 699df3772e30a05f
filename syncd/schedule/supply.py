"""Pure: how much time there is for blocks until some moment."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from syncd.schedule.problem import SLOT, Firmness, Problem, Span, TaskDemand

_DAY = 24 * 60


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
        free = sum(one // SLOT * SLOT for one in lengths if one >= self.shortest)
        return free + (self.more[number] if self.days[number].end <= at else 0)

    def _beyond(self, known: int, at: int) -> int:
        if at <= self.end or self.end <= self.now:
            return known
        return known + known * (at - self.end) // (self.end - self.now)


def supply(problem: Problem) -> Supply:
    """Return the time that there is for the blocks of a problem."""
    fixed = sorted(one.span for one in problem.standing if one.hold is Firmness.FIXED)
    used = [0] * len(problem.weeks)
    for week in range(len(problem.weeks)):
        used[week] = sum(span.minutes for span in fixed if _week(problem, span) == week)
    return Supply(
        now=problem.now,
        days=tuple(day.span for day in problem.days),
        runs=tuple(tuple(_less(day.free, fixed, problem.now)) for day in problem.days),
        caps=tuple(
            max(0, problem.daily - sum(_share(span, day.span) for span in fixed))
            for day in problem.days
        ),
        more=(0,) * len(problem.days),
        week=tuple(day.week for day in problem.days),
        left=tuple(
            max(0, week.room - taken) for week, taken in zip(problem.weeks, used, strict=True)
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
    if today.span.start - today.date.weekday() * _DAY <= span.start < today.span.start:
        return today.week
    sunday = last.span.end + (6 - last.date.weekday()) * _DAY
    return last.week if last.span.end <= span.start < sunday else None


def _less(free: Sequence[Span], fixed: Sequence[Span], now: int) -> list[Span]:
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
