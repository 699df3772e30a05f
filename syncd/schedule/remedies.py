"""Pure: which one of the person's limits to ease, so that more fits before a date."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from syncd.model.exchange.markdown import duration
from syncd.schedule.preferences import Preferences
from syncd.schedule.problem import Problem
from syncd.schedule.supply import Supply

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MORE = 60
"""Minutes by which a limit is eased on trial."""
_ONE_CAP = "`schedule.daily_minutes`, one for all days"
"""Where a day's cap is set."""


def lever(problem: Problem, preferences: Preferences, time: Supply, by: int) -> str | None:
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
    for weekday in sorted(free, key=lambda one: (-free[one], one)):
        of_it = _weekday(problem, preferences, weekday)
        caps = tuple(
            cap + (_MORE if of_it(number) else 0) for number, cap in enumerate(time.caps)
        )
        yield f"raise {_DAYS[weekday]}'s cap ({_ONE_CAP})", replace(time, caps=caps)
    for weekday in sorted(free, key=lambda one: (free[one], one)):
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
        added = sum(one for one, at in zip(more, time.week, strict=True) if at == number)
        allowed = min(int(preferences.share * added), preferences.weekly - week.room)
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
    if any(problem.weeks[week].room >= preferences.weekly for week in weeks):
        return f"raise the weekly limit of {duration(preferences.weekly)}"
    percent = f"{preferences.share:.0%}".replace("%", " %")
    return f"let blocks fill more than {percent} of your free time"
