"""The planner that syncd uses: repair, then bounded annealing."""

from dataclasses import replace

from syncd.schedule.problem import Effort, Firmness, Problem, RandomSource, Timetable
from syncd.schedule.search.anneal import Floor, Schedule, afresh, annealed, best_of
from syncd.schedule.search.instance import encode
from syncd.schedule.search.repair import fill, repaired
from syncd.schedule.search.solution import Solution, recognised, timetable

LIGHT = Schedule(steps=10_000, hot=1.0, cold=0.05)
FULL = Schedule(steps=150_000, hot=10.0, cold=0.1)
STEPS_A_BLOCK = 2_000
"""More steps than that for each block are a waste."""


class Annealer:
    """Repairs; with more effort, improves what is not fixed or frozen."""

    def __init__(self, light: Schedule = LIGHT, full: Schedule = FULL) -> None:
        self._schedules = {Effort.LIGHT: light, Effort.FULL: full}

    def plan(self, problem: Problem, effort: Effort, rng: RandomSource) -> Timetable:
        """Return a timetable that keeps every hard rule, whatever the problem holds.

        With more effort it never costs more than with less, and never more than one of
        those that the search could begin from.
        """
        whole = encode(problem)
        floor = Floor(whole)
        mended = repaired(whole)
        if effort is Effort.REPAIR:
            return floor.first(timetable(start) for start in (mended, floor.filled()))
        starts = [mended, floor.filled(), *afresh(whole, Firmness.PUBLISHED)]
        if effort is Effort.FULL:
            starts += afresh(whole, Firmness.FROZEN)
        solution = _searched(best_of(starts, floor), self._schedules[effort], rng)
        return floor.best(map(timetable, (*starts, solution)))


def _searched(start: Solution, schedule: Schedule, rng: RandomSource) -> Solution:
    solution = annealed(start, _sized(schedule, start), rng)
    fill(solution)
    return recognised(solution)


def _sized(schedule: Schedule, start: Solution) -> Schedule:
    """Return a schedule with no more steps than the number of blocks asks for."""
    blocks = len(start.placements()) + 1
    return replace(schedule, steps=min(schedule.steps, STEPS_A_BLOCK * blocks))
