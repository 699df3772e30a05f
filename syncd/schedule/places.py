"""Where a block may go: the first place, and the cheapest one."""

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Board, Ground, Piece, Run
from syncd.schedule.ordering import NEVER
from syncd.schedule.problem import SLOT

FINE = 5
"""Minutes: a block at the start of a free run may start on such a step."""
BEST_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Place:
    """A block that could be put, and what that adds to the cost."""

    piece: Piece
    cost: float


def starts(ground: Ground, gap: Run, length: int) -> range:
    """Return the quarter hours of a gap at which a block could start."""
    first = ground.start + -(-(gap[0] - ground.start) // SLOT) * SLOT
    return range(first, gap[1] - length + 1, SLOT)


def openings(ground: Ground, gap: Run, length: int) -> list[int]:
    """Return the starts in a gap worth a look: the first quarter hour, and those by liked
    times. Only a gap that a block fits into at no quarter hour is used from its edge on."""
    grid = starts(ground, gap, length)
    if not grid:
        edge = -(-gap[0] // FINE) * FINE
        return [edge] if edge + length <= gap[1] else []
    found = {grid[0]}
    if ground.liked:
        found.add(grid[-1])
        for first, last in ground.liked:
            for wish in (first, last - length):
                found.add(max(grid[0], min(grid[-1], _on(grid, wish))))
    return sorted(found)


def _on(grid: range, wish: int) -> int:
    """Return the place of a grid at or before a wish."""
    return grid[0] + (wish - grid[0]) // SLOT * SLOT


def split(board: Board, left: int) -> int:
    """Return how long the next block of some effort is best: even parts of up to 90 minutes."""
    best = max(board.shortest, min(board.longest, BEST_LENGTH))
    parts = max(1, -(-left // best))
    even = -(-left // (parts * SLOT)) * SLOT
    return max(board.shortest, min(board.longest, even))


def usable(board: Board, left: int) -> list[int]:
    """Return the lengths that a block of some effort may have, the best one first.

    None leaves less than the shortest block; effort below that gets a shortest block.
    """
    if left <= board.shortest:
        return [board.shortest]
    best = split(board, left)
    top = min(board.longest, -(-left // SLOT) * SLOT)
    found = [
        length
        for length in range(board.shortest, top + 1, SLOT)
        if left - length <= 0 or left - length >= board.shortest
    ]
    return sorted(found or [best], key=lambda length: (abs(length - best), -length))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: a block of a task. origin: the standing block that it is.
    until: no later than that. days: only there; else all that the task may use."""

    task: int
    length: int
    origin: int = -1
    until: int = NEVER
    days: tuple[int, ...] | None = None


def candidates(arrangement: Arrangement, wish: Wish) -> Iterator[Piece]:
    """Yield for each day with room what could be put there, in order of time."""
    first, last = arrangement.within(wish.task)
    last = min(last, wish.until)
    mine = arrangement.board.tasks[wish.task]
    for day in mine.days if wish.days is None else wish.days:
        ground = arrangement.board.days[day]
        if ground.start >= last:
            return
        if day not in mine.open or arrangement.spare(day) < wish.length:
            continue
        if arrangement.has(day, wish.task):
            continue
        for start, end in arrangement.gaps(day):
            gap = (max(start, first), min(end, last))
            for at in openings(ground, gap, wish.length):
                run = (at, at + wish.length)
                yield arrangement.piece(wish.task, day, run, wish.origin)


def first_place(arrangement: Arrangement, wish: Wish) -> Place | None:
    """Return the first place for a block."""
    piece = next(candidates(arrangement, wish), None)
    return None if piece is None else Place(piece, extra(arrangement, piece))


def cheapest(arrangement: Arrangement, wish: Wish) -> Place | None:
    """Return the cheapest place for a block, the first of equals."""
    best: Place | None = None
    last: Piece | None = None
    for piece in candidates(arrangement, wish):
        # On one day only the price of a block itself tells places apart.
        if last is not None and piece.day == last.day and piece.price >= last.price:
            continue
        last = piece
        cost = extra(arrangement, piece)
        if best is None or cost < best.cost - 1e-9:
            best = Place(piece, cost)
    return best


def extra(arrangement: Arrangement, piece: Piece) -> float:
    """Return what one more block adds to the cost."""
    week = arrangement.board.days[piece.day].week
    before = _near(arrangement, piece, week)
    arrangement.put(piece)
    after = _near(arrangement, piece, week)
    arrangement.take(piece)
    return after - before


def _near(arrangement: Arrangement, piece: Piece, week: int) -> float:
    return (
        arrangement.task_cost(piece.task)
        + arrangement.day_cost(piece.day)
        + arrangement.week_cost(week)
        + arrangement.topic_cost(arrangement.board.tasks[piece.task].topic)
    )
