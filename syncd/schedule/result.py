"""From an arrangement to the timetable that is given back."""

from collections import defaultdict
from collections.abc import Sequence

from syncd.model.ids import EntityId
from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Board, Piece
from syncd.schedule.objective import score, unplaced
from syncd.schedule.problem import Span
from syncd.schedule.timetable import Placed, Timetable


def timetable(arrangement: Arrangement) -> Timetable:
    """Return an arrangement with the ids of standing blocks."""
    problem = arrangement.board.problem
    blocks = tuple(sorted(placed(arrangement), key=lambda one: (one.span, one.task)))
    return Timetable(
        blocks=blocks, unplaced=unplaced(problem, blocks), score=score(problem, blocks)
    )


def placed(arrangement: Arrangement) -> list[Placed]:
    """Return the blocks by their ids."""
    return [_placed(arrangement.board, piece) for piece in arrangement.pieces()]


def _placed(board: Board, piece: Piece) -> Placed:
    block: EntityId | None = None
    if piece.origin >= 0:
        block = board.origins[piece.origin].block.id
    task = board.tasks[piece.task].work.id
    return Placed(id=block, task=task, span=Span(piece.start, piece.end))


def recognised(arrangement: Arrangement) -> Arrangement:
    """Return the same blocks, each as the standing block of its task that it can be.

    First those that did not move, then those on the same day, then in order of time.
    """
    board = arrangement.board
    made = Arrangement(board)
    free: dict[int, list[int]] = defaultdict(list)
    for number, origin in enumerate(board.origins):
        free[origin.task].append(number)
    for task, pieces in enumerate(arrangement.by_task):
        for piece, number in _matched(board, sorted(pieces, key=_start), free[task]):
            made.put(arrangement.piece(task, piece.day, (piece.start, piece.end), number))
    return made


def _matched(board: Board, pieces: Sequence[Piece], free: list[int]) -> list[tuple[Piece, int]]:
    free.sort(key=lambda number: board.origins[number].block.span)
    left, found = list(pieces), []
    for rule in (_same, _same_day):
        for piece in tuple(left):
            number = next((one for one in free if rule(board, piece, one)), None)
            if number is not None:
                free.remove(number)
                left.remove(piece)
                found.append((piece, number))
    rest = [*free, *(-1 for _ in left)]
    return found + list(zip(left, rest, strict=False))


def _start(piece: Piece) -> int:
    return piece.start


def _same(board: Board, piece: Piece, number: int) -> bool:
    span = board.origins[number].block.span
    return (piece.start, piece.end) == (span.start, span.end)


def _same_day(board: Board, piece: Piece, number: int) -> bool:
    return piece.day == board.origins[number].day
