"""A block that is not urgent makes room for one that is."""

from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Piece
from syncd.schedule.places import Place, Wish, cheapest, extra, usable
from syncd.schedule.standing import locked, shown

VICTIMS = 24
"""Blocks that are looked at, at most, when one has to make room."""
TRIALS = 6
"""Blocks for which another place is looked for, at most."""


def lengths(arrangement: Arrangement, task: int, origin: int) -> list[int]:
    """Return lengths to try; a block that moves keeps its own if it may."""
    found = usable(arrangement.board, arrangement.missing(task))
    if origin < 0:
        return found
    mine = arrangement.board.origins[origin].block.span.minutes
    return sorted(found, key=lambda length: length != mine)


def late(arrangement: Arrangement, place: Place) -> bool:
    """Say whether a place is behind the due date of its task, or of one that waits for it."""
    return place.piece.end > arrangement.board.tasks[place.piece.task].urgent


def with_room_made(arrangement: Arrangement, task: int, origin: int) -> Place | None:
    """Return a place in time for a block, after one with a later due date has moved.

    Nothing has changed if it is None: no block can move without its being late or dropped.
    """
    length = lengths(arrangement, task, origin)[0]
    best: tuple[float, Piece, Place, Place] | None = None
    trials = 0
    for victim in _victims(arrangement, task):
        arrangement.take(victim)
        found = _swap(arrangement, victim, Wish(task, length, origin, days=(victim.day,)))
        arrangement.put(victim)
        if found is None:
            continue
        trials += 1
        if best is None or found[0] < best[0]:
            best = (found[0], victim, *found[1:])
        if trials == TRIALS:
            break
    if best is None:
        return None
    _, victim, place, other = best
    arrangement.take(victim)
    arrangement.put(other.piece)
    return place


def _victims(arrangement: Arrangement, task: int) -> list[Piece]:
    """Return blocks that could make room: not frozen, in time, of tasks due later.

    Those that nobody has seen where they are come first.
    """
    board = arrangement.board
    mine = board.tasks[task]
    found = [
        piece
        for piece in arrangement.pieces()
        if board.tasks[piece.task].urgent > mine.urgent
        and mine.earliest <= piece.end
        and piece.start < mine.urgent
        and piece.day in mine.open
        and not locked(board, piece)
        and not arrangement.has(piece.day, task)
    ]
    found.sort(
        key=lambda piece: (shown(board, piece), -board.tasks[piece.task].urgent, piece.start)
    )
    return found[:VICTIMS]


def _swap(
    arrangement: Arrangement, victim: Piece, wish: Wish
) -> tuple[float, Place, Place] | None:
    """Return what it costs to place a block on a day that another one left, and where
    that one goes instead."""
    back = extra(arrangement, victim)
    place = cheapest(arrangement, wish)
    if place is None or late(arrangement, place):
        return None
    arrangement.put(place.piece)
    length = victim.end - victim.start
    other = cheapest(arrangement, Wish(victim.task, length, victim.origin))
    arrangement.take(place.piece)
    if other is None or late(arrangement, other):
        return None
    return place.cost + other.cost - back, place, other
