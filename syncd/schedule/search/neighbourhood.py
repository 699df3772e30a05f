"""Changes that the search tries, made up at random."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from syncd.schedule.problem import SLOT, RandomSource
from syncd.schedule.search.instance import Interval, Placement
from syncd.schedule.search.slots import FINE, locked, starts
from syncd.schedule.search.solution import Solution

T = TypeVar("T")
NEARBY = 6
"""Most moves go no further than that many of a task's days."""


@dataclass(frozen=True, slots=True)
class Move:
    """Blocks to take away, and blocks to put instead; those may turn out not to fit."""

    gone: tuple[Placement, ...]
    new: tuple[Placement, ...]


class Neighbourhood:
    """Makes up changes of an arrangement. None: the idea did not work out."""

    __slots__ = ("arrangement", "dice", "kinds", "tasks")

    def __init__(self, arrangement: Solution, dice: RandomSource) -> None:
        self.arrangement = arrangement
        self.dice = dice
        board = arrangement.board
        self.tasks = [number for number, task in enumerate(board.tasks) if task.days]
        self.kinds: tuple[Callable[[Placement], Move | None], ...] = (
            *(self.elsewhere, self.exchanged, self.passed_on) * 3,
            *(self.swapped,) * 2,
            self.in_two,
            *((self.home,) if board.origins else ()),
        )

    def draw(self) -> Move | None:
        """Return a change at random, more often of a task that costs more."""
        arrangement = self.arrangement
        task, other = self.one_of(self.tasks), self.one_of(self.tasks)
        if self.dice.random() < 0.5 and costs_more(arrangement, other, task):
            task = other
        pieces = arrangement.by_task[task]
        if arrangement.missing(task) and arrangement.ready(task):
            return self.begun(task) if self.dice.random() < 0.5 else self.instead(task)
        if not pieces:
            return None
        piece = self.one_of(pieces)
        if locked(arrangement.board, piece):
            return None
        return self.one_of(self.kinds)(piece)

    def one_of(self, things: Sequence[T]) -> T:
        """Return one of some things."""
        return things[int(self.dice.random() * len(things))]

    def day_near(self, task: int, day: int) -> int:
        """Return a day of a task, most often one close by."""
        days = self.arrangement.board.tasks[task].days
        if self.dice.random() < 0.2:
            return self.one_of(days)
        at = min(len(days) - 1, bisect_left(days, day))
        shift = int(self.dice.random() * (2 * NEARBY + 1)) - NEARBY
        return days[max(0, min(len(days) - 1, at + shift))]

    def somewhere(self, task: int, day: int, length: int, origin: int) -> Placement | None:
        """Return a block at a free time of a day."""
        arrangement = self.arrangement
        first, last = arrangement.within(task)
        gaps = [
            (max(start, first), min(end, last))
            for start, end in arrangement.gaps(day)
            if min(end, last) - max(start, first) >= length
        ]
        if not gaps:
            return None
        start = self._start(day, self.one_of(gaps), length)
        if start is None:
            return None
        return arrangement.piece(task, day, (start, start + length), origin)

    def _start(self, day: int, gap: Interval, length: int) -> int | None:
        grid = starts(self.arrangement.board.days[day], gap, length)
        edge = -(-gap[0] // FINE) * FINE
        if not grid or self.dice.random() < 0.3:
            return edge if edge + length <= gap[1] else None
        return self.one_of(grid)

    def elsewhere(self, piece: Placement) -> Move | None:
        """Move a block to another time."""
        arrangement, length = self.arrangement, piece.end - piece.start
        day = self.day_near(piece.task, piece.day)
        if day == piece.day:
            return self._same_day(piece)
        if arrangement.spare(day) < length and not self._same_week(day, piece):
            return None
        if arrangement.has(day, piece.task):
            return None
        made = self.somewhere(piece.task, day, length, piece.origin)
        return Move((piece,), (made,)) if made else None

    def _same_week(self, day: int, piece: Placement) -> bool:
        days = self.arrangement.board.days
        return days[day].week == days[piece.day].week

    def _same_day(self, piece: Placement) -> Move | None:
        """Move a block within its day."""
        self.arrangement.take(piece)
        made = self.somewhere(piece.task, piece.day, piece.end - piece.start, piece.origin)
        self.arrangement.put(piece)
        return Move((piece,), (made,)) if made and made != piece else None

    def home(self, piece: Placement) -> Move | None:
        """Put a block back where it stood."""
        if piece.origin < 0:
            return self.elsewhere(piece)
        board = self.arrangement.board
        origin = board.origins[piece.origin]
        span = origin.block.span
        if (span.start, span.end) == (piece.start, piece.end):
            return None
        if span.minutes != piece.end - piece.start or not 0 <= origin.day < len(board.days):
            return None
        made = self.arrangement.piece(
            piece.task, origin.day, (span.start, span.end), piece.origin
        )
        return Move((piece,), (made,))

    def swapped(self, piece: Placement) -> Move | None:
        """Let two blocks change places; each keeps its length and the start of the other."""
        arrangement = self.arrangement
        others = arrangement.by_task[self.one_of(self.tasks)]
        if not others:
            return None
        other = self.one_of(others)
        if other.task == piece.task or locked(arrangement.board, other):
            return None
        return Move((piece, other), (self._at(piece, other), self._at(other, piece)))

    def exchanged(self, piece: Placement) -> Move | None:
        """Move a block to a day from which another one goes elsewhere."""
        arrangement = self.arrangement
        day = self.day_near(piece.task, piece.day)
        there = arrangement.by_day[day]
        if day == piece.day or not there:
            return None
        other = self.one_of(there)
        if other.task == piece.task or locked(arrangement.board, other):
            return None
        away = piece.day if self.dice.random() < 0.5 else self.day_near(other.task, day)
        arrangement.take(piece)
        arrangement.take(other)
        made = self._both(piece, other, day, away)
        arrangement.put(piece)
        arrangement.put(other)
        return made

    def _both(self, piece: Placement, other: Placement, day: int, away: int) -> Move | None:
        first = self.somewhere(piece.task, day, piece.end - piece.start, piece.origin)
        if first is None:
            return None
        second = self.somewhere(other.task, away, other.end - other.start, other.origin)
        return Move((piece, other), (first, second)) if second else None

    def _at(self, piece: Placement, other: Placement) -> Placement:
        run = (other.start, other.start + piece.end - piece.start)
        return self.arrangement.piece(piece.task, other.day, run, piece.origin)

    def passed_on(self, piece: Placement) -> Move | None:
        """Give time of one block, or all of it, to another one of its task."""
        other = self.one_of(self.arrangement.by_task[piece.task])
        board = self.arrangement.board
        if other is piece or locked(board, other):
            return None
        length = piece.end - piece.start
        room = board.longest - (other.end - other.start)
        give = length if length <= room else self._part(min(room, length - board.shortest))
        longer = self._longer(other, give) if give > 0 else None
        if longer is None:
            return None
        if give == length:
            return Move((piece, other), (longer,))
        return Move((piece, other), (longer, self._shorter(piece, give)))

    def _part(self, most: int) -> int:
        """Return some whole slots, at least one; none if there is no room for one."""
        return 0 if most < SLOT else SLOT + int(self.dice.random() * (most // SLOT)) * SLOT

    def _longer(self, piece: Placement, more: int) -> Placement | None:
        """Return a longer block on the same day."""
        length = piece.end - piece.start + more
        self.arrangement.take(piece)
        made = self.somewhere(piece.task, piece.day, length, piece.origin)
        self.arrangement.put(piece)
        return made

    def _shorter(self, piece: Placement, less: int) -> Placement:
        early = self.dice.random() < 0.5
        run = (piece.start + less, piece.end) if early else (piece.start, piece.end - less)
        return self.arrangement.piece(piece.task, piece.day, run, piece.origin)

    def in_two(self, piece: Placement) -> Move | None:
        """Make two blocks of one, the second on another day."""
        board = self.arrangement.board
        length = piece.end - piece.start
        part = board.shortest + self._part(length - 2 * board.shortest + SLOT) - SLOT
        if length < 2 * board.shortest or part < board.shortest:
            return None
        day = self.day_near(piece.task, piece.day)
        if day == piece.day or self.arrangement.has(day, piece.task):
            return None
        made = self.somewhere(piece.task, day, part, -1)
        return Move((piece,), (self._shorter(piece, part), made)) if made else None

    def begun(self, task: int) -> Move | None:
        """Place some of what a task lacks, in a new block or a longer one."""
        days = self.arrangement.board.tasks[task].days
        day = self.one_of(days)
        mine = [piece for piece in self.arrangement.by_task[task] if piece.day == day]
        if mine:
            return self._grown(mine[0])
        made = self.somewhere(task, day, self._lacking(task), -1)
        return Move((), (made,)) if made else None

    def _lacking(self, task: int) -> int:
        """Return the length of one more block for what a task lacks."""
        board = self.arrangement.board
        missing = -(-self.arrangement.missing(task) // SLOT) * SLOT
        return min(board.longest, max(board.shortest, missing))

    def _grown(self, piece: Placement) -> Move | None:
        board = self.arrangement.board
        room = board.longest - (piece.end - piece.start)
        more = min(room // SLOT, -(-self.arrangement.missing(piece.task) // SLOT)) * SLOT
        if more <= 0 or locked(board, piece):
            return None
        made = self._longer(piece, more)
        return Move((piece,), (made,)) if made else None

    def instead(self, task: int) -> Move | None:
        """Place a block of a task that lacks time on a day that a block of another leaves."""
        arrangement = self.arrangement
        others = arrangement.by_task[self.one_of(self.tasks)]
        if not others:
            return None
        other = self.one_of(others)
        after = arrangement.board.tasks[other.task].after
        if other.task == task or locked(arrangement.board, other):
            return None
        if any(arrangement.by_task[one] for one in after):
            return None
        length = min(self._lacking(task), other.end - other.start)
        arrangement.take(other)
        made = self.somewhere(task, other.day, length, -1)
        arrangement.put(other)
        return Move((other,), (made,)) if made else None


def costs_more(arrangement: Solution, task: int, other: int) -> bool:
    """Say whether one task costs more than another."""
    return arrangement.task_cost(task) > arrangement.task_cost(other)
