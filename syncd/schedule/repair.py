"""Repair: what is still valid stays, what is broken goes to the cheapest place."""

from collections import defaultdict

from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Board, Piece
from syncd.schedule.ordering import NEVER
from syncd.schedule.places import BEST_LENGTH, Place, Wish, cheapest, first_place
from syncd.schedule.problem import SLOT
from syncd.schedule.room import late, lengths, with_room_made
from syncd.schedule.standing import kept, locked, trim

ROUNDS = 4
"""How often it is tried, at most, to place what is missing."""
CRITICAL = 2.0
"""With fewer usable days a block than that until it is due, a task takes the first room."""


def repaired(board: Board) -> Arrangement:
    """Return the standing blocks with only what is broken or missing placed anew."""
    arrangement = kept(board)
    fill(arrangement)
    return arrangement


def fill(arrangement: Arrangement) -> None:
    """Place what is missing and cut what is too much, again while that changes anything:
    one task may leave room for another."""
    for _ in range(ROUNDS):
        before = sorted(arrangement.pieces())
        for task in range(len(arrangement.board.tasks)):
            trim(arrangement, task)
        _fill_once(arrangement)
        if sorted(arrangement.pieces()) == before:
            return


def _fill_once(arrangement: Arrangement) -> None:
    """Place what is missing, first served first; tasks that others wait for make them go
    out of their way."""
    homeless = _homeless(arrangement)
    for task in range(len(arrangement.board.tasks)):
        if arrangement.missing(task) and arrangement.ready(task):
            serve(arrangement, task, homeless[task])
        if arrangement.missing(task) and arrangement.ready(task):
            _ahead_of_others(arrangement, task, homeless)


def _homeless(arrangement: Arrangement) -> dict[int, list[int]]:
    """Return for each task its standing blocks that have no place, in order of time."""
    there = {piece.origin for piece in arrangement.pieces()}
    found: dict[int, list[int]] = defaultdict(list)
    for number, origin in enumerate(arrangement.board.origins):
        if number not in there:
            found[origin.task].append(number)
    for numbers in found.values():
        numbers.sort(key=lambda number: arrangement.board.origins[number].block.span)
    return found


def serve(arrangement: Arrangement, task: int, homeless: list[int]) -> None:
    """Place what a task lacks: by a longer block where little is left, else by new ones."""
    while left := arrangement.missing(task):
        if left < arrangement.board.shortest and _lengthened(arrangement, task, left):
            continue
        origin = homeless[0] if homeless else -1
        place = _place(arrangement, task, origin)
        if place is None or late(arrangement, place):
            place = with_room_made(arrangement, task, origin) or place
        if place is None:
            return
        arrangement.put(place.piece)
        del homeless[:1]


def _place(arrangement: Arrangement, task: int, origin: int) -> Place | None:
    """Return a place for the next block, of the best length that is not late."""
    best: Place | None = None
    look = first_place if _critical(arrangement, task) else cheapest
    for length in lengths(arrangement, task, origin):
        place = look(arrangement, Wish(task, length, origin))
        if place is not None and not late(arrangement, place):
            return place
        best = best or place
    return best


def _critical(arrangement: Arrangement, task: int) -> bool:
    """Say whether hardly more days are left before a due date than blocks are needed."""
    board = arrangement.board
    urgent = board.tasks[task].urgent
    if urgent == NEVER:
        return False
    needed = -(-arrangement.missing(task) // min(BEST_LENGTH, board.longest))
    days = [
        day
        for day in board.tasks[task].days
        if board.days[day].start < urgent and arrangement.spare(day) >= board.shortest
    ]
    return len(days) < CRITICAL * needed


def _ahead_of_others(
    arrangement: Arrangement, task: int, homeless: dict[int, list[int]]
) -> None:
    """Let blocks of tasks that wait for this one go, if that finds all of it room."""
    board = arrangement.board
    mine = list(arrangement.by_task[task])
    loose = [
        piece
        for other in board.tasks[task].after
        for piece in arrangement.by_task[other]
        if not locked(board, piece)
    ]
    for piece in loose:
        arrangement.take(piece)
    left = list(homeless[task])
    serve(arrangement, task, left)
    if arrangement.missing(task):
        _restore(arrangement, task, mine, loose)
        return
    homeless[task] = left
    for piece in loose:
        if piece.origin >= 0:
            homeless[piece.task].append(piece.origin)


def _restore(
    arrangement: Arrangement, task: int, mine: list[Piece], loose: list[Piece]
) -> None:
    for piece in tuple(arrangement.by_task[task]):
        arrangement.take(piece)
    for piece in (*mine, *loose):
        arrangement.put(piece)


def _lengthened(arrangement: Arrangement, task: int, left: int) -> bool:
    """Make one block of a task longer by what is left, the loosest and latest first."""
    board = arrangement.board
    more = -(-left // SLOT) * SLOT
    for piece in sorted(
        arrangement.by_task[task], key=lambda one: (one.origin >= 0, -one.start)
    ):
        if locked(board, piece) or piece.end - piece.start + more > board.longest:
            continue
        arrangement.take(piece)
        for run in ((piece.start, piece.end + more), (piece.start - more, piece.end)):
            longer = arrangement.piece(task, piece.day, run, piece.origin)
            if arrangement.fits(longer):
                arrangement.put(longer)
                return True
        arrangement.put(piece)
    return False
