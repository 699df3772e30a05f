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


def annealed(start: Solution, schedule: Schedule, dice: RandomSource) -> Solution:
    """Return the best arrangement found; at worst the one that was given."""
    search = _Search(start.copy())
    moves = Neighbourhood(search.arrangement, dice)
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


def _tidy(arrangement: Solution, dice: RandomSource) -> Solution:
    """Return an arrangement whose moved blocks are back where that costs nothing, and
    whose others start as soon in their day as is as good."""
    search = _Search(arrangement)
    moves = Neighbourhood(arrangement, dice)
    for piece in sorted(arrangement.pieces()):
        if stays(arrangement.board, piece):
            continue
        change = moves.home(piece) if piece.origin >= 0 else None
        if change is None or not search.attempt(change, 0.0):
            search.attempt(_sooner(arrangement, piece), 0.0)
    return arrangement


def _sooner(arrangement: Solution, piece: Placement) -> Move:
    """Return the change to the cheapest start on the same day, the first of equals."""
    arrangement.take(piece)
    wish = Wish(piece.task, piece.end - piece.start, piece.origin, days=(piece.day,))
    place = cheapest(arrangement, wish)
    arrangement.put(piece)
    return Move((piece,), (place.piece if place else piece,))


class _Search:
    """An arrangement, its costs by part, and the best that was seen."""

    def __init__(self, arrangement: Solution) -> None:
        board = arrangement.board
        self.arrangement = arrangement
        self.tasks = list(map(arrangement.task_cost, range(len(board.tasks))))
        self.days = list(map(arrangement.day_cost, range(len(board.days))))
        self.weeks = list(map(arrangement.week_cost, range(len(board.rooms))))
        self.topics = list(map(arrangement.topic_cost, range(len(board.budgets))))
        self.budgeted = board.weights.budget > 0 and any(board.budgets)
        self.balance = 0.0
        self.lowest = 0.0
        self.best: list[Placement] = arrangement.pieces()

    def attempt(self, change: Move, bearable: float) -> bool:
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

    def _settle(self, change: Move, bearable: float) -> bool:
        """Take the new costs on if they are bearable; say whether they are."""
        pieces = change.gone + change.new
        arrangement, board = self.arrangement, self.arrangement.board
        days = {piece.day for piece in pieces}
        tasks = {piece.task for piece in pieces}
        weeks = {board.days[day].week for day in days}
        ledger = [
            (self.tasks, [(task, arrangement.task_cost(task)) for task in tasks]),
            (self.days, [(day, arrangement.day_cost(day)) for day in days]),
            (self.weeks, [(week, arrangement.week_cost(week)) for week in weeks]),
        ]
        if self.budgeted:
            topics = {board.tasks[task].topic for task in tasks}
            ledger.append(
                (self.topics, [(topic, arrangement.topic_cost(topic)) for topic in topics])
            )
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


class EarliestDueFirst:
    """Serves tasks by due date and weight; blocks as long as they may be, on the first days.

    Only frozen blocks stand; nothing else is kept, and nothing is weighed.
    """

    def plan(self, problem: Problem, effort: Effort, dice: RandomSource) -> Timetable:
        """Return the timetable; the effort and the dice do not matter."""
        del effort, dice
        arrangement = firm(encode(problem))
        serve(arrangement)
        return timetable(recognised(arrangement))


def serve(arrangement: Solution) -> None:
    """Put what is missing of all tasks, each into the first free room."""
    for task in range(len(arrangement.board.tasks)):
        while arrangement.missing(task) and arrangement.ready(task):
            piece = _next(arrangement, task)
            if piece is None:
                break
            arrangement.put(piece)


def _next(arrangement: Solution, task: int) -> Placement | None:
    """Return the first block that fits on the first day that has room; the longest there."""
    lengths = usable(arrangement.board, arrangement.missing(task))
    wishes = [Wish(task, length) for length in lengths]
    found = [next(candidates(arrangement, wish), None) for wish in wishes]
    pieces = [piece for piece in found if piece is not None]
    return min(pieces, key=lambda one: (one.day, one.start - one.end, one.start), default=None)


class Floor:
    """What earliest due first makes of a problem, while all stays that may stay.

    Nothing is given back that leaves more minutes without a place than that, but where it
    places more effort, weighed by what its tasks matter.
    """

    def __init__(self, board: Instance) -> None:
        soonest = valid_blocks(board)
        for task in range(len(board.tasks)):
            trim(soonest, task)
        serve(soonest)
        self.soonest = soonest
        self._weights = {work.id: work.weight for work in board.problem.works}
        self._minutes, self._weighed = self._lacking(timetable(soonest))

    def filled(self) -> Solution:
        """Return it with what can be placed besides."""
        made = self.soonest.copy()
        fill(made)
        return made

    def first(self, found: Iterable[Timetable]) -> Timetable:
        """Return the first timetable that is good enough."""
        return next(filter(self.holds, found), timetable(self.soonest))

    def best(self, found: Iterable[Timetable]) -> Timetable:
        """Return the cheapest timetable that is good enough, the first of equals."""
        good = [one for one in found if self.holds(one)]
        return min(good or [timetable(self.soonest)], key=lambda one: one.score.total)

    def holds(self, found: Timetable) -> bool:
        """Say whether a timetable is good enough."""
        minutes, weighed = self._lacking(found)
        return minutes <= self._minutes or weighed < self._weighed

    def _lacking(self, found: Timetable) -> tuple[int, float]:
        left = found.unplaced
        return sum(left.values()), sum(self._weights[one] * left[one] for one in left)


def afresh(board: Instance, least: Firmness) -> list[Solution]:
    """Return what can be had while only what stands so firmly stays: by due dates, and by
    weight. Nothing where all stands so firmly: that is what can be had anyway."""
    if all(origin.block.hold >= least for origin in board.origins):
        return []
    soonest, weighed = firm(board, least), firm(board, least)
    serve(soonest)
    fill(soonest)
    fill(weighed)
    return [recognised(soonest), recognised(weighed)]


def best_of(starts: Sequence[Solution], floor: Floor) -> Solution:
    """Return the cheapest of some starts that is good enough, the first of equals."""
    good = [start for start in starts if floor.holds(timetable(start))]
    return min(good or [floor.soonest], key=Solution.cost)
