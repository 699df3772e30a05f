"""The planner to compare with: earliest due first, each block as soon as there is room."""

from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Piece
from syncd.schedule.numbering import board
from syncd.schedule.places import Wish, candidates, usable
from syncd.schedule.problem import Problem
from syncd.schedule.result import recognised, timetable
from syncd.schedule.standing import firm
from syncd.schedule.timetable import Dice, Effort, Timetable


class EarliestDueFirst:
    """Serves tasks by due date and weight; blocks as long as they may be, on the first days.

    Only frozen blocks stand; nothing else is kept, and nothing is weighed.
    """

    def plan(self, problem: Problem, effort: Effort, dice: Dice) -> Timetable:
        """Return the timetable; the effort and the dice do not matter."""
        del effort, dice
        arrangement = firm(board(problem))
        serve(arrangement)
        return timetable(recognised(arrangement))


def serve(arrangement: Arrangement) -> None:
    """Put what is missing of all tasks, each into the first free room."""
    for task in range(len(arrangement.board.tasks)):
        while arrangement.missing(task) and arrangement.ready(task):
            piece = _next(arrangement, task)
            if piece is None:
                break
            arrangement.put(piece)


def _next(arrangement: Arrangement, task: int) -> Piece | None:
    """Return the first block that fits on the first day that has room; the longest there."""
    lengths = usable(arrangement.board, arrangement.missing(task))
    wishes = [Wish(task, length) for length in lengths]
    found = [next(candidates(arrangement, wish), None) for wish in wishes]
    pieces = [piece for piece in found if piece is not None]
    return min(pieces, key=lambda one: (one.day, one.start - one.end, one.start), default=None)
