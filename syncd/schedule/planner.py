"""The planner that syncd uses: repair, then bounded annealing."""

from dataclasses import replace

from syncd.schedule.anneal import Schedule, annealed
from syncd.schedule.arrangement import Arrangement
from syncd.schedule.earliest_due import serve
from syncd.schedule.numbering import board
from syncd.schedule.problem import Problem
from syncd.schedule.repair import fill, repaired
from syncd.schedule.result import recognised, timetable
from syncd.schedule.standing import firm
from syncd.schedule.timetable import Dice, Effort, Timetable

LIGHT = Schedule(steps=10_000, hot=1.0, cold=0.05)
FULL = Schedule(steps=150_000, hot=10.0, cold=0.1)
STEPS_A_BLOCK = 2_000
"""More steps than that for each block are a waste."""


class Annealer:
    """Repairs; with more effort, improves what is not fixed or frozen."""

    def __init__(self, light: Schedule = LIGHT, full: Schedule = FULL) -> None:
        self._light = light
        self._full = full

    def plan(self, problem: Problem, effort: Effort, dice: Dice) -> Timetable:
        """Return a timetable that keeps every hard rule, whatever the problem holds.

        With more effort it never costs more than with less.
        """
        start = repaired(board(problem))
        if effort is Effort.REPAIR:
            return timetable(start)
        if effort is Effort.LIGHT:
            found = annealed(start, _sized(self._light, start), dice)
        else:
            found = annealed(_best(start), _sized(self._full, start), dice)
        fill(found)
        ways = timetable(start), timetable(recognised(found))
        return min(ways, key=lambda one: one.score.total)


def _sized(schedule: Schedule, start: Arrangement) -> Schedule:
    """Return a schedule with no more steps than the number of blocks asks for."""
    blocks = len(start.pieces()) + 1
    return replace(schedule, steps=min(schedule.steps, STEPS_A_BLOCK * blocks))


def _best(start: Arrangement) -> Arrangement:
    """Return the cheapest of some ways to begin."""
    soonest = firm(start.board)
    serve(soonest)
    weighed = firm(start.board)
    fill(weighed)
    ways = (start, recognised(soonest), recognised(weighed))
    return min(ways, key=Arrangement.cost)
