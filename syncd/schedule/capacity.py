"""Pure: which tasks cannot be met by their due dates, and which limit to ease."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from zoneinfo import ZoneInfo

from syncd.model.ids import EntityId
from syncd.schedule.free_time import Supply, supply
from syncd.schedule.problem import Firmness, PlanDay, Preferences, Problem, TaskDemand, instant
from syncd.text import duration

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MORE = 60
"""Minutes by which a limit is eased on trial."""
_ONE_CAP = "`schedule.daily_minutes`, one for all days"
"""Where a day's cap is set."""


def suggestion(problem: Problem, preferences: Preferences, time: Supply, by: int) -> str | None:
    """Return the limit that holds back most until a moment, in words; None: no limit does.

    Days of rest and leave are left alone.
    """
    has = time.until(by)
    trials = [
        (eased.until(by) - has, -place, words)
        for place, (words, eased) in enumerate(_trials(problem, preferences, time, by))
    ]
    gain, _, words = max(trials)
    if gain > 0:
        return words
    caps = tuple(cap + _MORE for cap in time.caps)
    left = tuple(minutes + _MORE for minutes in time.left)
    both = replace(time, caps=caps, left=left).until(by) > has
    return "raise the daily and the weekly limit" if both else None


def _trials(
    problem: Problem, preferences: Preferences, time: Supply, by: int
) -> Iterator[tuple[str, Supply]]:
    """Give each limit in words, with the time that there were without it."""
    free = _free(problem, time)
    for weekday in sorted(free, key=lambda day: (-free[day], day)):
        of_it = _weekday(problem, preferences, weekday)
        caps = tuple(
            cap + (_MORE if of_it(number) else 0) for number, cap in enumerate(time.caps)
        )
        yield f"raise {_DAYS[weekday]}'s cap ({_ONE_CAP})", replace(time, caps=caps)
    for weekday in sorted(free, key=lambda day: (free[day], day)):
        of_it = _weekday(problem, preferences, weekday)
        more = tuple(_MORE if of_it(number) else 0 for number in range(len(time.days)))
        left = tuple(_wider(problem, preferences, time, more))
        yield f"add hours on {_DAYS[weekday]}", replace(time, more=more, left=left)
    left = tuple(minutes + _MORE for minutes in time.left)
    yield _of_the_week(problem, preferences, by), replace(time, left=left)


def _wider(
    problem: Problem, preferences: Preferences, time: Supply, more: Sequence[int]
) -> Iterator[int]:
    """Give what the weeks leave where hours are added, of which a share may be filled."""
    for number, week in enumerate(problem.weeks):
        added = sum(
            minutes for minutes, at in zip(more, time.week, strict=True) if at == number
        )
        allowed = min(int(preferences.share * added), preferences.weekly - week.capacity)
        yield time.left[number] + max(0, allowed)


def _weekday(problem: Problem, preferences: Preferences, weekday: int) -> Callable[[int], bool]:
    """Return whether a day, by its number, is such a weekday and none of rest."""

    def of_it(number: int) -> bool:
        date = problem.days[number].date
        return date.weekday() == weekday and not preferences.rests(date)

    return of_it


def _free(problem: Problem, time: Supply) -> dict[int, int]:
    """Return the free minutes by weekday."""
    free = dict.fromkeys(range(7), 0)
    for number, day in enumerate(problem.days):
        free[day.date.weekday()] += time.free_on(number)
    return free


def _of_the_week(problem: Problem, preferences: Preferences, by: int) -> str:
    """Return what limits the weeks until then: the cap, or else the share."""
    weeks = {day.week for day in problem.days if day.span.start < by}
    if any(problem.weeks[week].capacity >= preferences.weekly for week in weeks):
        return f"raise the weekly limit of {duration(preferences.weekly)}"
    percent = f"{preferences.share:.0%}".replace("%", " %")
    return f"let blocks fill more than {percent} of your free time"


_CREDIT = 10
"""Blocks that count as kept before any has been seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A task whose effort does not fit.

    minutes: what is missing. due: what it is short before: its own date, or an earlier one
    of a task that waits for it; None: it has none, and does not fit in the next ``weeks``.
    overdue: that date has passed. helps: what would help, best first, in words.
    """

    task: EntityId
    title: str
    minutes: int
    due: int | None
    overdue: bool
    weeks: int
    helps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """What a task needs until a moment; own: what of it could fit if it were alone."""

    work: TaskDemand
    dated: bool
    by: int
    minutes: int
    own: int
    room: int


def miss_rate(done: int, missed: int) -> float:
    """Return how much of what is planned gets missed, 0 to 0.5; from few blocks, little."""
    seen = max(0, done) + max(0, missed)
    return min(0.5, max(0, missed) / (seen + _CREDIT))


def capacity(
    problem: Problem, preferences: Preferences, missed: float = 0.0
) -> tuple[Shortfall, ...]:
    """Return the tasks that do not fit, by date; ``missed``: how much is, see ``miss_rate``.

    Earlier dates are served first, minute by minute: what is short here is short whatever
    the plan. Every minute is short once: what does not fit before its date is not asked
    for again before a later one. A task that others wait for is due when the first of them
    is. Behind the problem's days time goes on as in them on the average. Tasks without a
    date are to fit into these days, after all that is due in them.
    """
    return _Reckoning(problem, preferences, missed).shortfalls()


def sentence(shortfall: Shortfall, zone: str) -> str:
    """Return a shortfall and what would help, in words."""
    missing = duration(shortfall.minutes)
    if shortfall.due is None:
        fact = (
            f"{missing} of '{shortfall.title}' do not fit in the next {shortfall.weeks} weeks"
        )
    else:
        # A date ends with the midnight that begins the next one.
        day = instant(shortfall.due - 1).astimezone(ZoneInfo(zone))
        when = f"{day.day} {day:%b}"
        fact = f"'{shortfall.title}' is short by {missing} before {when}"
        if shortfall.overdue:
            fact = f"'{shortfall.title}' was due on {when} and still needs {missing}"
    *some, last = shortfall.helps
    return f"{fact}: {', '.join(some)}{',' * (len(some) > 1)}{' or ' if some else ''}{last}"


def _dues(works: Sequence[TaskDemand]) -> dict[EntityId, int]:
    """Return when tasks are due: for others, too, that wait for them."""
    dues = {work.id: work.due for work in works if work.due is not None}
    waiting = [work for work in works if work.id in dues]
    by_id = {work.id: work for work in works}
    while waiting:
        work = waiting.pop()
        for first in work.after:
            # Dates only get earlier, so that a circle comes to rest.
            if first in by_id and dues.get(first, dues[work.id] + 1) > dues[work.id]:
                dues[first] = dues[work.id]
                waiting.append(by_id[first])
    return dues


def _in_order(demands: Sequence[_Demand]) -> list[_Demand]:
    """Return what is due earliest first; of the same date, what matters most."""
    return sorted(demands, key=lambda demand: (demand.by, -demand.work.weight, demand.work.id))


def _short(demands: Sequence[_Demand], taken: int) -> list[int]:
    """Return what each is short by, in order; ``taken``: minutes that others need first."""
    short = []
    for demand in demands:
        fits = max(0, min(demand.minutes, demand.own, demand.room - taken))
        short.append(demand.minutes - fits)
        taken += fits
    return short


class _Reckoning:
    """What each task needs against the time that there is."""

    def __init__(self, problem: Problem, preferences: Preferences, missed: float) -> None:
        self._problem = problem
        self._preferences = preferences
        self._missed = min(0.5, max(0.0, missed))
        self._time = supply(problem)

    def shortfalls(self) -> tuple[Shortfall, ...]:
        """Return what does not fit: tasks with a date, then those without one."""
        dues = _dues(self._problem.works)
        every = [self._demand(work, dues.get(work.id)) for work in self._problem.works]
        dated = _in_order([demand for demand in every if demand.dated])
        undated = _in_order([demand for demand in every if not demand.dated])
        ahead = sum(demand.minutes for demand in dated if demand.by <= self._time.end)
        late = zip(dated, _short(dated, 0), strict=True)
        never = zip(undated, _short(undated, ahead), strict=True)
        return tuple(
            self._shortfall(demand, short, dated) for demand, short in (*late, *never) if short
        )

    def _demand(self, work: TaskDemand, due: int | None) -> _Demand:
        """Return what a task needs beside its fixed blocks, with what will be missed of it."""
        now, by = self._problem.now, self._time.end if due is None else due
        stands = sum(
            block.span.minutes
            for block in self._problem.standing
            if block.task == work.id
            and block.firmness is Firmness.FIXED
            and now < block.span.end <= by
        )
        # Rounded first, so that a millionth is not a minute.
        minutes = ceil(round(max(0, work.minutes - stands) / (1 - self._missed), 6))
        own, room = self._time.of_task(work, by), self._time.until(by)
        return _Demand(
            work=work, dated=due is not None, by=by, minutes=minutes, own=own, room=room
        )

    def _shortfall(self, demand: _Demand, short: int, dated: list[_Demand]) -> Shortfall:
        overdue = demand.by <= self._problem.now
        others = any(other.by <= demand.by and other is not demand for other in dated)
        helps = (
            self._easing(demand, short),
            self._later(demand, dated) if demand.dated else None,
            "drop it" if overdue else "drop a task" if others else "shorten it",
        )
        return Shortfall(
            task=demand.work.id,
            title=demand.work.title,
            minutes=short,
            due=demand.by if demand.dated else None,
            overdue=overdue,
            weeks=-(-len(self._problem.days) // 7),
            helps=tuple(words for words in helps if words),
        )

    def _easing(self, demand: _Demand, short: int) -> str | None:
        """Return which limit to ease."""
        longer = replace(self._time, longest=self._time.longest + 60)
        alone = demand.own < demand.room and short == demand.minutes - demand.own
        if alone and longer.of_task(demand.work, demand.by) > demand.own:
            return f"allow blocks longer than {duration(self._time.longest)}"
        return suggestion(self._problem, self._preferences, self._time, demand.by)

    def _later(self, demand: _Demand, dated: list[_Demand]) -> str:
        """Return the first date at which a task fits and makes no other short."""
        if demand.work.due != demand.by:
            return "move the date of what waits for it"
        most = sum(_short(dated, 0)) - _short(dated, 0)[dated.index(demand)]

        def fits(day: PlanDay) -> bool:
            by = day.span.end
            own, room = self._time.of_task(demand.work, by), self._time.until(by)
            moved = replace(demand, by=by, own=own, room=room)
            order = _in_order([moved if other is demand else other for other in dated])
            short = _short(order, 0)
            return by > demand.by and short[order.index(moved)] == 0 and sum(short) <= most

        place = bisect_left(self._problem.days, 1, key=fits)
        if place == len(self._problem.days):
            return "move the date"
        date = self._problem.days[place].date
        return f"move the date to {date.day} {date:%b}"
