"""Repair: what is still valid stays, what is broken goes to the cheapest slot, and what is not urgent makes room."""

from collections import defaultdict

from syncd.schedule.problem import SLOT
from syncd.schedule.search.instance import Instance, Placement
from syncd.schedule.search.objective import NEVER
from syncd.schedule.search.slots import (
    BEST_LENGTH,
    CandidateSlot,
    Wish,
    cheapest,
    extra,
    first_place,
    locked,
    shown,
    trim,
    usable,
    valid_blocks,
)
from syncd.schedule.search.solution import Solution

VICTIMS = 24
"""Blocks that are looked at, at most, when one has to make room."""
TRIALS = 6
"""Blocks for which another place is looked for, at most."""


def lengths(arrangement: Solution, task: int, origin: int) -> list[int]:
    """Return lengths to try; a block that moves keeps its own if it may."""
    found = usable(arrangement.board, arrangement.missing(task))
    if origin < 0:
        return found
    mine = arrangement.board.origins[origin].block.span.minutes
    return sorted(found, key=lambda length: length != mine)


def late(arrangement: Solution, place: CandidateSlot) -> bool:
    """Say whether a place is behind the due date of its task, or of one that waits for it."""
    return place.piece.end > arrangement.board.tasks[place.piece.task].urgent


def with_room_made(arrangement: Solution, task: int, origin: int) -> CandidateSlot | None:
    """Return a place in time for a block, after one with a later due date has moved.

    Nothing has changed if it is None: no block can move without its being late or dropped.
    """
    length = lengths(arrangement, task, origin)[0]
    best: tuple[float, Placement, CandidateSlot, CandidateSlot] | None = None
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


def _victims(arrangement: Solution, task: int) -> list[Placement]:
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
    arrangement: Solution, victim: Placement, wish: Wish
) -> tuple[float, CandidateSlot, CandidateSlot] | None:
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


ROUNDS = 4
"""How often it is tried, at most, to place what is missing."""
CRITICAL = 2.0
"""With fewer usable days a block than that until it is due, a task takes the first room."""


def repaired(board: Instance) -> Solution:
    """Return the standing blocks with only what is broken or missing placed anew."""
    arrangement = valid_blocks(board)
    fill(arrangement)
    return arrangement


def fill(arrangement: Solution) -> None:
    """Place what is missing and cut what is too much, again while that changes anything:
    one task may leave room for another."""
    for _ in range(ROUNDS):
        before = sorted(arrangement.pieces())
        for task in range(len(arrangement.board.tasks)):
            trim(arrangement, task)
        _fill_once(arrangement)
        if sorted(arrangement.pieces()) == before:
            return


def _fill_once(arrangement: Solution) -> None:
    """Place what is missing, first served first; tasks that others wait for make them go
    out of their way."""
    homeless = _homeless(arrangement)
    for task in range(len(arrangement.board.tasks)):
        if arrangement.missing(task) and arrangement.ready(task):
            serve(arrangement, task, homeless[task])
        if arrangement.missing(task) and arrangement.ready(task):
            _ahead_of_others(arrangement, task, homeless)


def _homeless(arrangement: Solution) -> dict[int, list[int]]:
    """Return for each task its standing blocks that have no place, in order of time."""
    there = {piece.origin for piece in arrangement.pieces()}
    found: dict[int, list[int]] = defaultdict(list)
    for number, origin in enumerate(arrangement.board.origins):
        if number not in there:
            found[origin.task].append(number)
    for numbers in found.values():
        numbers.sort(key=lambda number: arrangement.board.origins[number].block.span)
    return found


def serve(arrangement: Solution, task: int, homeless: list[int]) -> None:
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


def _place(arrangement: Solution, task: int, origin: int) -> CandidateSlot | None:
    """Return a place for the next block, of the best length that is not late."""
    best: CandidateSlot | None = None
    look = first_place if _critical(arrangement, task) else cheapest
    for length in lengths(arrangement, task, origin):
        place = look(arrangement, Wish(task, length, origin))
        if place is not None and not late(arrangement, place):
            return place
        best = best or place
    return best


def _critical(arrangement: Solution, task: int) -> bool:
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


def _ahead_of_others(arrangement: Solution, task: int, homeless: dict[int, list[int]]) -> None:
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
    arrangement: Solution, task: int, mine: list[Placement], loose: list[Placement]
) -> None:
    for piece in tuple(arrangement.by_task[task]):
        arrangement.take(piece)
    for piece in (*mine, *loose):
        arrangement.put(piece)


def _lengthened(arrangement: Solution, task: int, left: int) -> bool:
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
