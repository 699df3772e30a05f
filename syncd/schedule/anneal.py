"""Simulated annealing, bounded by a number of steps: the same dice, the same result."""

from dataclasses import dataclass
from math import log

from syncd.schedule.arrangement import Arrangement, arranged
from syncd.schedule.board import Piece
from syncd.schedule.moves import Change, Moves
from syncd.schedule.places import Wish, cheapest
from syncd.schedule.standing import stays
from syncd.schedule.timetable import Dice

LEAST = 1e-9
"""Costs closer than that are the same."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """steps: changes that are tried. hot, cold: the rise in cost that is taken as often
    as not, roughly, at first and in the end."""

    steps: int
    hot: float
    cold: float


def annealed(start: Arrangement, schedule: Schedule, dice: Dice) -> Arrangement:
    """Return the best arrangement found; at worst the one that was given."""
    search = _Search(start.copy())
    moves = Moves(search.arrangement, dice)
    if not moves.tasks or schedule.steps <= 0:
        return start
    cool = (schedule.cold / schedule.hot) ** (1 / schedule.steps)
    heat = schedule.hot
    for _ in range(schedule.steps):
        heat *= cool
        change = moves.draw()
        if change is not None:
            search.attempt(change, -heat * log(1.0 - dice.random()))
    return _tidy(arranged(start.board, search.best), dice)


def _tidy(arrangement: Arrangement, dice: Dice) -> Arrangement:
    """Return an arrangement whose moved blocks are back where that costs nothing, and
    whose others start as soon in their day as is as good."""
    search = _Search(arrangement)
    moves = Moves(arrangement, dice)
    for piece in sorted(arrangement.pieces()):
        if stays(arrangement.board, piece):
            continue
        change = moves.home(piece) if piece.origin >= 0 else None
        if change is None or not search.attempt(change, 0.0):
            search.attempt(_sooner(arrangement, piece), 0.0)
    return arrangement


def _sooner(arrangement: Arrangement, piece: Piece) -> Change:
    """Return the change to the cheapest start on the same day, the first of equals."""
    arrangement.take(piece)
    wish = Wish(piece.task, piece.end - piece.start, piece.origin, days=(piece.day,))
    place = cheapest(arrangement, wish)
    arrangement.put(piece)
    return Change((piece,), (place.piece if place else piece,))


class _Search:
    """An arrangement, its costs by part, and the best that was seen."""

    def __init__(self, arrangement: Arrangement) -> None:
        board = arrangement.board
        self.arrangement = arrangement
        self.tasks = list(map(arrangement.task_cost, range(len(board.tasks))))
        self.days = list(map(arrangement.day_cost, range(len(board.days))))
        self.weeks = list(map(arrangement.week_cost, range(len(board.rooms))))
        self.topics = list(map(arrangement.topic_cost, range(len(board.budgets))))
        self.budgeted = board.weights.budget > 0 and any(board.budgets)
        self.balance = 0.0
        self.lowest = 0.0
        self.best: list[Piece] = arrangement.pieces()

    def attempt(self, change: Change, bearable: float) -> bool:
        """Make a change if it fits and costs no more than what is bearable; say so."""
        arrangement = self.arrangement
        for piece in change.gone:
            arrangement.take(piece)
        put = 0
        for piece in change.new:
            if not arrangement.fits(piece):
                break
            arrangement.put(piece)
            put += 1
        if put == len(change.new) and self._settle(change, bearable):
            return True
        for piece in change.new[:put]:
            arrangement.take(piece)
        for piece in change.gone:
            arrangement.put(piece)
        return False

    def _settle(self, change: Change, bearable: float) -> bool:
        """Take the new costs on if they are bearable; say whether they are."""
        pieces = change.gone + change.new
        arrangement, board = self.arrangement, self.arrangement.board
        days = {piece.day for piece in pieces}
        tasks = {piece.task for piece in pieces}
        weeks = {board.days[day].week for day in days}
        ledger = [
            (self.tasks, [(one, arrangement.task_cost(one)) for one in tasks]),
            (self.days, [(one, arrangement.day_cost(one)) for one in days]),
            (self.weeks, [(one, arrangement.week_cost(one)) for one in weeks]),
        ]
        if self.budgeted:
            topics = {board.tasks[task].topic for task in tasks}
            ledger.append((self.topics, [(one, arrangement.topic_cost(one)) for one in topics]))
        rise = sum(cost - old[one] for old, new in ledger for one, cost in new)
        if rise > bearable:
            return False
        for old, new in ledger:
            for one, cost in new:
                old[one] = cost
        self._count(rise)
        return True

    def _count(self, rise: float) -> None:
        self.balance += rise
        if self.balance < self.lowest - LEAST:
            self.lowest = self.balance
            self.best = self.arrangement.pieces()
