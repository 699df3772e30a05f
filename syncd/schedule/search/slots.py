"""Where a block may go: the first slot, the cheapest one; and which current blocks stay where they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.schedule.problem import SLOT, Firmness
from syncd.schedule.search.instance import CurrentBlock, DaySlots, Instance, Interval, Placement
from syncd.schedule.search.objective import NEVER
from syncd.schedule.search.solution import Solution

FINE = 5
"""Minutes: a block at the start of a free run may start on such a step."""
BEST_LENGTH = 90


@dataclass(frozen=True, slots=True)
class CandidateSlot:
    """A block that could be put, and what that adds to the cost."""

    piece: Placement
    cost: float


def starts(ground: DaySlots, gap: Interval, length: int) -> range:
    """Return the quarter hours of a gap at which a block could start."""
    first = ground.start + -(-(gap[0] - ground.start) // SLOT) * SLOT
    return range(first, gap[1] - length + 1, SLOT)


def openings(ground: DaySlots, gap: Interval, length: int) -> list[int]:
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


def split(board: Instance, left: int) -> int:
    """Return how long the next block of some effort is best: even parts of up to 90 minutes."""
    best = max(board.shortest, min(board.longest, BEST_LENGTH))
    parts = max(1, -(-left // best))
    even = -(-left // (parts * SLOT)) * SLOT
    return max(board.shortest, min(board.longest, even))


def usable(board: Instance, left: int) -> list[int]:
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


def candidates(arrangement: Solution, wish: Wish) -> Iterator[Placement]:
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


def first_place(arrangement: Solution, wish: Wish) -> CandidateSlot | None:
    """Return the first place for a block."""
    piece = next(candidates(arrangement, wish), None)
    return None if piece is None else CandidateSlot(piece, extra(arrangement, piece))


def cheapest(arrangement: Solution, wish: Wish) -> CandidateSlot | None:
    """Return the cheapest place for a block, the first of equals."""
    best: CandidateSlot | None = None
    last: Placement | None = None
    for piece in candidates(arrangement, wish):
        # On one day only the price of a block itself tells places apart.
        if last is not None and piece.day == last.day and piece.price >= last.price:
            continue
        last = piece
        cost = extra(arrangement, piece)
        if best is None or cost < best.cost - 1e-9:
            best = CandidateSlot(piece, cost)
    return best


def extra(arrangement: Solution, piece: Placement) -> float:
    """Return what one more block adds to the cost."""
    week = arrangement.board.days[piece.day].week
    before = _near(arrangement, piece, week)
    arrangement.put(piece)
    after = _near(arrangement, piece, week)
    arrangement.take(piece)
    return after - before


def _near(arrangement: Solution, piece: Placement, week: int) -> float:
    return (
        arrangement.task_cost(piece.task)
        + arrangement.day_cost(piece.day)
        + arrangement.week_cost(week)
        + arrangement.topic_cost(arrangement.board.tasks[piece.task].topic)
    )


def valid_blocks(board: Instance) -> Solution:
    """Return the standing blocks that are still valid, the firmest served first.

    A week that got too full displaces nothing. A day that got too full lets blocks go
    that are not frozen. Too much time for a task is left to ``trim``.
    """
    arrangement = Solution(board)
    order = sorted(range(len(board.origins)), key=lambda number: _rank(board.origins[number]))
    for number in order:
        origin = board.origins[number]
        piece = _as_it_stands(arrangement, number)
        if piece is not None and _may_stay(arrangement, origin, piece):
            arrangement.put(piece)
    return arrangement


def firm(board: Instance, least: Firmness = Firmness.FROZEN) -> Solution:
    """Return only the blocks that stand so firmly, and are still valid."""
    arrangement = valid_blocks(board)
    for piece in arrangement.pieces():
        if board.origins[piece.origin].block.hold < least:
            arrangement.take(piece)
    for task in range(len(board.tasks)):
        trim(arrangement, task)
    return arrangement


def _rank(origin: CurrentBlock) -> tuple[int, int, int]:
    return (-origin.block.hold, origin.task, origin.block.span.start)


def _as_it_stands(arrangement: Solution, number: int) -> Placement | None:
    origin = arrangement.board.origins[number]
    if not 0 <= origin.day < len(arrangement.board.days):
        return None
    span = origin.block.span
    return arrangement.piece(origin.task, origin.day, (span.start, span.end), number)


def _may_stay(arrangement: Solution, origin: CurrentBlock, piece: Placement) -> bool:
    board = arrangement.board
    minutes = piece.end - piece.start
    if not board.problem.shortest <= minutes <= max(board.longest, board.problem.longest):
        return False
    full = arrangement.day_minutes[piece.day] + minutes > board.problem.daily
    return (origin.locked or not full) and arrangement.lies_free(piece)


def locked(board: Instance, piece: Placement) -> bool:
    """Say whether a block is frozen: it stays where it is while it is valid."""
    return piece.origin >= 0 and board.origins[piece.origin].locked


def stays(board: Instance, piece: Placement) -> bool:
    """Say whether a block is a standing one that has not moved."""
    if piece.origin < 0:
        return False
    span = board.origins[piece.origin].block.span
    return (piece.start, piece.end) == (span.start, span.end)


def trim(arrangement: Solution, task: int) -> None:
    """Shorten or drop blocks of a task until nothing could go without its being missed.

    The loosest and last ones first. What stands in the calendar is dropped whole, or left
    as it is where some of it is needed.
    """
    while (over := arrangement.placed[task] - arrangement.board.tasks[task].need) > 0:
        if not (_drop(arrangement, task, over) or _shorten(arrangement, task, over)):
            return


def _weakest(arrangement: Solution, task: int) -> list[Placement]:
    """Return a task's blocks, those that matter least first: loose ones, late ones."""
    board = arrangement.board
    return sorted(
        arrangement.by_task[task],
        key=lambda piece: (
            board.origins[piece.origin].block.hold if piece.origin >= 0 else Firmness.DRAFT,
            -piece.start,
        ),
    )


def shown(board: Instance, piece: Placement) -> bool:
    """Say whether a block stands in the calendar just so."""
    return stays(board, piece) and board.origins[piece.origin].block.hold >= Firmness.PUBLISHED


def _drop(arrangement: Solution, task: int, over: int) -> bool:
    for piece in _weakest(arrangement, task):
        if piece.end - piece.start <= over:
            arrangement.take(piece)
            return True
    return False


def _shorten(arrangement: Solution, task: int, over: int) -> bool:
    """Shorten one block that may be changed; on an over-full day or week none may."""
    board = arrangement.board
    for piece in _weakest(arrangement, task):
        room = piece.end - piece.start - board.shortest
        less = min(over, room) // SLOT * SLOT
        if less <= 0 or locked(board, piece) or shown(board, piece):
            continue
        arrangement.take(piece)
        shorter = arrangement.piece(
            task, piece.day, (piece.start, piece.end - less), piece.origin
        )
        if arrangement.fits(shorter):
            arrangement.put(shorter)
            return True
        arrangement.put(piece)
    return False
