"""Which standing blocks stay: those that still keep every rule."""

from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Board, Origin, Piece
from syncd.schedule.problem import SLOT, Hold


def kept(board: Board) -> Arrangement:
    """Return the standing blocks that are still valid, the firmest served first.

    A week that got too full displaces nothing. A day that got too full lets blocks go
    that are not frozen. Too much time for a task is left to ``trim``.
    """
    arrangement = Arrangement(board)
    order = sorted(range(len(board.origins)), key=lambda number: _rank(board.origins[number]))
    for number in order:
        origin = board.origins[number]
        piece = _as_it_stands(arrangement, number)
        if piece is not None and _may_stay(arrangement, origin, piece):
            arrangement.put(piece)
    return arrangement


def firm(board: Board, least: Hold = Hold.FROZEN) -> Arrangement:
    """Return only the blocks that stand so firmly, and are still valid."""
    arrangement = kept(board)
    for piece in arrangement.pieces():
        if board.origins[piece.origin].block.hold < least:
            arrangement.take(piece)
    for task in range(len(board.tasks)):
        trim(arrangement, task)
    return arrangement


def _rank(origin: Origin) -> tuple[int, int, int]:
    return (-origin.block.hold, origin.task, origin.block.span.start)


def _as_it_stands(arrangement: Arrangement, number: int) -> Piece | None:
    origin = arrangement.board.origins[number]
    if not 0 <= origin.day < len(arrangement.board.days):
        return None
    span = origin.block.span
    return arrangement.piece(origin.task, origin.day, (span.start, span.end), number)


def _may_stay(arrangement: Arrangement, origin: Origin, piece: Piece) -> bool:
    board = arrangement.board
    minutes = piece.end - piece.start
    if not board.problem.shortest <= minutes <= max(board.longest, board.problem.longest):
        return False
    full = arrangement.day_minutes[piece.day] + minutes > board.problem.daily
    return (origin.locked or not full) and arrangement.lies_free(piece)


def locked(board: Board, piece: Piece) -> bool:
    """Say whether a block is frozen: it stays where it is while it is valid."""
    return piece.origin >= 0 and board.origins[piece.origin].locked


def stays(board: Board, piece: Piece) -> bool:
    """Say whether a block is a standing one that has not moved."""
    if piece.origin < 0:
        return False
    span = board.origins[piece.origin].block.span
    return (piece.start, piece.end) == (span.start, span.end)


def trim(arrangement: Arrangement, task: int) -> None:
    """Shorten or drop blocks of a task until nothing could go without its being missed.

    The loosest and last ones first. What stands in the calendar is dropped whole, or left
    as it is where some of it is needed.
    """
    while (over := arrangement.placed[task] - arrangement.board.tasks[task].need) > 0:
        if not (_drop(arrangement, task, over) or _shorten(arrangement, task, over)):
            return


def _weakest(arrangement: Arrangement, task: int) -> list[Piece]:
    """Return a task's blocks, those that matter least first: loose ones, late ones."""
    board = arrangement.board
    return sorted(
        arrangement.by_task[task],
        key=lambda piece: (
            board.origins[piece.origin].block.hold if piece.origin >= 0 else Hold.DRAFT,
            -piece.start,
        ),
    )


def shown(board: Board, piece: Piece) -> bool:
    """Say whether a block stands in the calendar just so."""
    return stays(board, piece) and board.origins[piece.origin].block.hold >= Hold.PUBLISHED


def _drop(arrangement: Arrangement, task: int, over: int) -> bool:
    for piece in _weakest(arrangement, task):
        if piece.end - piece.start <= over:
            arrangement.take(piece)
            return True
    return False


def _shorten(arrangement: Arrangement, task: int, over: int) -> bool:
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
