"""The same problem as one of whole numbers, for a solver to answer. Needs OR-Tools.

Every block that could be is a yes or no; costs are in twentieths. Lengths in quarter
hours, starts on quarter hours; without standing blocks, budgets or costs of lengths.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from syncd.schedule.problem import SLOT, Problem, Span, TaskDemand
from syncd.schedule.search.objective import DAY, TOPICS, not_liked

SCALE = 20


class Option(NamedTuple):
    """A block that could be."""

    task: int
    day: int
    span: Span
    yes: Any


def best(given: Problem, seconds: float) -> tuple[float, float]:
    """Return the least cost that was found in some time, and what no timetable goes below."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    oracle = _Oracle(given, model)
    model.minimize(sum(cost * one for one, cost in oracle.costs()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.solve(model)
    return solver.objective_value / SCALE, solver.best_objective_bound / SCALE


class _Oracle:
    def __init__(self, given: Problem, model: Any) -> None:
        self.given, self.model = given, model
        self.options = [
            Option(task, day, span, model.new_bool_var(""))
            for task, work in enumerate(given.works)
            for day, span in self._spans(work)
        ]
        self.missing = [model.new_int_var(0, work.minutes // SLOT, "") for work in given.works]
        self.used = {
            (task, day): model.new_bool_var("")
            for task in range(len(given.works))
            for day in range(len(given.days))
        }
        self._rules()
        for task, work in enumerate(given.works):
            for other, first in enumerate(given.works):
                if first.id in work.after:
                    self._order(other, task)

    def _spans(self, work: TaskDemand) -> Iterator[tuple[int, Span]]:
        least, most = self.given.shortest, min(self.given.longest, work.minutes)
        for number, day in enumerate(self.given.days):
            for free in day.free:
                for start in range(-(-free.start // SLOT) * SLOT, free.end, SLOT):
                    for length in range(least, most + 1, SLOT):
                        if start >= (work.release or 0) and start + length <= free.end:
                            yield number, Span(start, start + length)

    def _rules(self) -> None:
        model, given = self.model, self.given
        slots: defaultdict[int, list[Any]] = defaultdict(list)
        minutes: defaultdict[tuple[str | int, ...], list[Any]] = defaultdict(list)
        for one in self.options:
            minutes["day", one.day].append(one.span.minutes * one.yes)
            minutes["week", given.days[one.day].week].append(one.span.minutes * one.yes)
            minutes["task", one.task].append(one.span.minutes * one.yes)
            minutes["once", one.task, one.day].append(one.yes)
            for at in range(one.span.start, one.span.end, SLOT):
                slots[at].append(one.yes)
        for there in slots.values():
            model.add_at_most_one(there)
        for day in range(len(given.days)):
            model.add(sum(minutes["day", day]) <= given.daily)
        for number, week in enumerate(given.weeks):
            model.add(sum(minutes["week", number]) <= week.capacity)
        for (task, day), yes in self.used.items():
            model.add(sum(minutes["once", task, day]) == yes)
        for task, work in enumerate(given.works):
            there = sum(minutes["task", task])
            model.add(there + SLOT * self.missing[task] == work.minutes)

    def _order(self, first: int, then: int) -> None:
        """Let all of a task end before another begins, and that not begin without it."""
        model = self.model
        horizon = self.given.days[-1].span.end
        border = model.new_int_var(self.given.now, horizon, "")
        for one in self.options:
            if one.task == first:
                model.add(border >= one.span.end).only_enforce_if(one.yes)
            if one.task == then:
                model.add(border <= one.span.start).only_enforce_if(one.yes)
                model.add(self.missing[first] == 0).only_enforce_if(one.yes)

    def costs(self) -> Iterator[tuple[Any, int]]:
        """Yield every number that costs, and what one of it costs."""
        weights, works = self.given.weights, self.given.works
        for one in self.options:
            taste = weights.taste * not_liked(one.span, self.given.days[one.day].liked) / SLOT
            wait = weights.wait * works[one.task].weight * one.day
            yield one.yes, round(SCALE * (taste + wait))
        for task, work in enumerate(works):
            yield self.missing[task], round(SCALE * weights.unplaced * work.weight)
            yield from self._dates(task, work)
            yield from self._gaps(task)
        for day in range(len(self.given.days)):
            yield self._crowding(day), round(SCALE * weights.topic)
        for week in range(len(self.given.weeks)):
            yield self._busy(week), round(SCALE * weights.busy_week)

    def _dates(self, task: int, work: TaskDemand) -> Iterator[tuple[Any, int]]:
        weights = self.given.weights
        late = self.model.new_int_var(0, len(self.given.days), "")
        tight = self.model.new_bool_var("")
        for one in self.options:
            if one.task == task and work.due is not None:
                over = max(0, -(-(one.span.end - work.due) // DAY))
                self.model.add(late >= over * one.yes)
                if one.span.end > work.due - weights.margin * DAY:
                    self.model.add(tight >= one.yes)
        yield late, round(SCALE * weights.late * work.weight)
        yield tight, round(SCALE * weights.tight * work.weight)

    def _gaps(self, task: int) -> Iterator[tuple[Any, int]]:
        weights = self.given.weights
        for one, two in combinations(range(len(self.given.days)), 2):
            if two - one <= weights.longest_gap:
                continue
            apart = self.model.new_bool_var("")
            between = sum(self.used[task, day] for day in range(one + 1, two))
            ends = self.used[task, one] + self.used[task, two]
            self.model.add(apart >= ends - 1 - between)
            yield apart, round(SCALE * weights.gap * (two - one - weights.longest_gap))

    def _crowding(self, day: int) -> Any:
        topics = defaultdict(list)
        for task, work in enumerate(self.given.works):
            topics[work.topic].append(self.used[task, day])
        there = []
        for used in topics.values():
            yes = self.model.new_bool_var("")
            self.model.add_max_equality(yes, used)
            there.append(yes)
        over = self.model.new_int_var(0, len(there), "")
        self.model.add(over >= sum(there) - TOPICS)
        return over

    def _busy(self, week: int) -> Any:
        over = self.model.new_int_var(0, 7 * DAY // SLOT, "")
        minutes = sum(
            one.span.minutes * one.yes
            for one in self.options
            if self.given.days[one.day].week == week
        )
        self.model.add(SLOT * over >= minutes - self.given.weights.easy_week)
        return over
