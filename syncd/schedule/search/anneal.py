"""Simulated annealing, bounded by a number of steps, from the best of several starts: the same dice, the same result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from syncd.schedule.problem import Effort, Firmness, Problem, RandomSource, Timetable
from syncd.schedule.search.instance import Instance, Placement, encode
from syncd.schedule.search.neighbourhood import Move, Neighbourhood
from syncd.schedule.search.repair import fill
from syncd.schedule.search.slots import (
    Wish,
    candidates,
    cheapest,
    firm,
    stays,
    trim,
    usable,
    valid_blocks,
)
from syncd.schedule.search.solution import Solution, arranged, recognised, timetable

LEAST = 1e-9
"""Costs closer than that are the same."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """steps: changes that are tried. hot, cold: the rise in cost that is taken as often
    as not, roughly, at first and in the end."""

    steps: int
    hot: float
    cold: float


def annealed(start: Solution, schedule: Schedule, rng: RandomSource) -> Solution:
    """Return the best solution found; at worst the one that was given."""
    search = _Search(start.copy())
    moves = Neighbourhood(search.solution, rng)
    if not moves.tasks or schedule.steps <= 0:
        return start
    cool = (schedule.cold / schedule.hot) ** (1 / schedule.steps)
    heat = schedule.hot
    for _ in range(schedule.steps):
        heat *= cool
        change = moves.draw()
        if change is not None:
            search.attempt(change, -heat * log(1.0 - rng.random()))
    return _tidy(arranged(start.instance, search.best), rng)


def _tidy(solution: Solution, rng: RandomSource) -> Solution:
    """Return a solution whose moved blocks are back where that costs nothing, and
    whose others start as soon in their day as is as good."""
    search = _Search(solution)
    moves = Neighbourhood(solution, rng)
    for placement in sorted(solution.placements()):
        if stays(solution.instance, placement):
            continue
        change = moves.home(placement) if placement.origin >= 0 else None
        if change is None or not search.attempt(change, 0.0):
            search.attempt(_sooner(solution, placement), 0.0)
    return solution


def _sooner(solution: Solution, placement: Placement) -> Move:
    """Return the change to the cheapest start on the same day, the first of equals."""
    solution.take(placement)
    wish = Wish(
        placement.task, placement.end - placement.start, placement.origin, days=(placement.day,)
    )
    place = cheapest(solution, wish)
    solution.put(placement)
    return Move((placement,), (place.placement if place else placement,))


class _Search:
    """A solution, its costs by part, and the best that was seen."""

    def __init__(self, solution: Solution) -> None:
        instance = solution.instance
        self.solution = solution
        self.tasks = list(map(solution.task_cost, range(len(instance.tasks))))
        self.days = list(map(solution.day_cost, range(len(instance.days))))
        self.weeks = list(map(solution.week_cost, range(len(instance.capacities))))
        self.topics = list(map(solution.topic_cost, range(len(instance.budgets))))
        self.budgeted = instance.weights.budget > 0 and any(instance.budgets)
        self.balance = 0.0
        self.lowest = 0.0
        self.best: list[Placement] = solution.placements()

    def attempt(self, change: Move, bearable: float) -> bool:
        """Make a change if it fits and costs no more than what is bearable; say so."""
        solution = self.solution
        for placement in change.gone:
            solution.take(placement)
        put = 0
        for placement in change.new:
            if not solution.fits(placement):
                break
            solution.put(placement)
            put += 1
        if put == len(change.new) and self._keeps(change, bearable):
            return True
        for placement in change.new[:put]:
            solution.take(placement)
        for placement in change.gone:
            solution.put(placement)
        return False

    def _keeps(self, change: Move, bearable: float) -> bool:
        """Take the new costs on if they are bearable; say whether they are."""
        placements = change.gone + change.new
        solution, instance = self.solution, self.solution.instance
        days = {placement.day for placement in placements}
        tasks = {placement.task for placement in placements}
        weeks = {instance.days[day].week for day in days}
        ledger = [
            (self.tasks, [(task, solution.task_cost(task)) for task in tasks]),
            (self.days, [(day, solution.day_cost(day)) for day in days]),
            (self.weeks, [(week, solution.week_cost(week)) for week in weeks]),
        ]
        if self.budgeted:
            topics = {instance.tasks[task].topic for task in tasks}
            ledger.append(
                (self.topics, [(topic, solution.topic_cost(topic)) for topic in topics])
            )
        rise = sum(cost - old[number] for old, new in ledger for number, cost in new)
        if rise > bearable:
            return False
        for old, new in ledger:
            for number, cost in new:
                old[number] = cost
        self._count(rise)
        return True

    def _count(self, rise: float) -> None:
        self.balance += rise
        if self.balance < self.lowest - LEAST:
            self.lowest = self.balance
            self.best = self.solution.placements()


class EarliestDueFirst:
    """Serves tasks by due date and weight; blocks as long as they may be, on the first days.

    Only frozen blocks stand; nothing else is kept, and nothing is weighed.
    """

    def plan(self, problem: Problem, effort: Effort, rng: RandomSource) -> Timetable:
        """Return the timetable; the effort and the dice do not matter."""
        del effort, rng
        solution = firm(encode(problem))
        serve(solution)
        return timetable(recognised(solution))


def serve(solution: Solution) -> None:
    """Put what is missing of all tasks, each into the first free room."""
    for task in range(len(solution.instance.tasks)):
        while solution.missing(task) and solution.ready(task):
            placement = _next(solution, task)
            if placement is None:
                break
            solution.put(placement)


def _next(solution: Solution, task: int) -> Placement | None:
    """Return the first block that fits on the first day that has room; the longest there."""
    lengths = usable(solution.instance, solution.missing(task))
    wishes = [Wish(task, length) for length in lengths]
    soonest = [next(candidates(solution, wish), None) for wish in wishes]
    placements = [placement for placement in soonest if placement is not None]
    return min(
        placements,
        key=lambda placement: (placement.day, placement.start - placement.end, placement.start),
        default=None,
    )


class Floor:
    """What earliest due first makes of a problem, while all stays that may stay.

    Nothing is given back that leaves more minutes without a place than that, but where it
    places more effort, weighed by what its tasks matter.
    """

    def __init__(self, instance: Instance) -> None:
        soonest = valid_blocks(instance)
        for task in range(len(instance.tasks)):
            trim(soonest, task)
        serve(soonest)
        self.soonest = soonest
        self._weights = {work.id: work.weight for work in instance.problem.works}
        self._minutes, self._weighed = self._lacking(timetable(soonest))

    def filled(self) -> Solution:
        """Return it with what can be placed besides."""
        solution = self.soonest.copy()
        fill(solution)
        return solution

    def first(self, timetables: Iterable[Timetable]) -> Timetable:
        """Return the first timetable that is good enough."""
        return next(filter(self.holds, timetables), timetable(self.soonest))

    def best(self, timetables: Iterable[Timetable]) -> Timetable:
        """Return the cheapest timetable that is good enough, the first of equals."""
        good = [candidate for candidate in timetables if self.holds(candidate)]
        return min(
            good or [timetable(self.soonest)], key=lambda candidate: candidate.score.total
        )

    def holds(self, candidate: Timetable) -> bool:
        """Say whether a timetable is good enough."""
        minutes, weighed = self._lacking(candidate)
        return minutes <= self._minutes or weighed < self._weighed

    def _lacking(self, candidate: Timetable) -> tuple[int, float]:
        left = candidate.unplaced
        return sum(left.values()), sum(self._weights[task] * left[task] for task in left)


def afresh(instance: Instance, least: Firmness) -> list[Solution]:
    """Return what can be had while only what stands so firmly stays: by due dates, and by
    weight. Nothing where all stands so firmly: that is what can be had anyway."""
    if all(origin.block.firmness >= least for origin in instance.origins):
        return []
    soonest, weighed = firm(instance, least), firm(instance, least)
    serve(soonest)
    fill(soonest)
    fill(weighed)
    return [recognised(soonest), recognised(weighed)]


def best_of(starts: Sequence[Solution], floor: Floor) -> Solution:
    """Return the cheapest of some starts that is good enough, the first of equals."""
    good = [start for start in starts if floor.holds(timetable(start))]
    return min(good or [floor.soonest], key=Solution.cost)
