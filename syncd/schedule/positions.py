"""Why a block is where it is."""

from itertools import islice

from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Piece, Task
from syncd.schedule.ordering import NEVER
from syncd.schedule.places import Wish, candidates
from syncd.schedule.words import date_of, due_of

STARTS_SOON = "Starts so soon that it stays"
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LOOKED_AT = 400
"""Places that are looked at, at most, to say that a day is the only one."""


def position(arrangement: Arrangement, piece: Piece) -> str:
    """Return why a block of an arrangement is where it is."""
    arrangement.take(piece)
    clause = _clause(arrangement, piece)
    arrangement.put(piece)
    aim = _aim(arrangement, arrangement.board.tasks[piece.task])
    sentence = f"{aim}; {clause}" if aim else clause
    return sentence[0].upper() + sentence[1:]


def _aim(arrangement: Arrangement, task: Task) -> str | None:
    """Return what a task is due for, if anything."""
    board = arrangement.board
    if task.urgent == NEVER:
        return None
    when = due_of(board.problem, task.urgent)
    if task.urgent == task.due:
        return f"due {when}"
    later = next((one for one in task.after if board.tasks[one].urgent == task.urgent), None)
    title = "" if later is None else board.tasks[later].work.title
    return f"needed for '{title}', due {when}"


def _clause(arrangement: Arrangement, piece: Piece) -> str:
    """Return the strongest of what can be said of a place; its block is taken out."""
    task = arrangement.board.tasks[piece.task]
    length = piece.end - piece.start
    first = next(candidates(arrangement, Wish(piece.task, length)), None)
    soonest = first is None or first.day >= piece.day
    if task.urgent != NEVER and piece.end > task.urgent:
        return "no earlier day has room" if soonest else "later than that"
    if task.urgent != NEVER and _only_day(arrangement, piece):
        return "the only day with room before that"
    if soonest:
        return f"the first day with room{_since(arrangement, piece)}"
    return _beside(arrangement, piece)


def _only_day(arrangement: Arrangement, piece: Piece) -> bool:
    """Say whether no other day has room before the due date, whatever waits for it."""
    urgent = arrangement.board.tasks[piece.task].urgent
    if arrangement.within(piece.task)[1] < urgent:
        return False
    wish = Wish(piece.task, piece.end - piece.start, until=urgent)
    found = islice(candidates(arrangement, wish), _LOOKED_AT)
    return all(other.day == piece.day for other in found)


def _since(arrangement: Arrangement, piece: Piece) -> str:
    """Return from when on a task may have blocks, if not from now on."""
    board = arrangement.board
    task = board.tasks[piece.task]
    ends = {arrangement.end(other): board.tasks[other].work.title for other in task.before}
    last = max(ends, default=0)
    if last > task.earliest:
        return f" after '{ends[last]}'"
    if task.earliest > board.problem.now:
        return f" from {date_of(board.problem, task.earliest)} on"
    return ""


def _beside(arrangement: Arrangement, piece: Piece) -> str:
    """Return what a place has that an earlier one has not."""
    task = arrangement.board.tasks[piece.task]
    others = [*task.spent, *(other.day for other in arrangement.by_task[piece.task])]
    before = max((day for day in others if day < piece.day), default=None)
    if before is not None and piece.day - before <= len(_NUMBERS) + 1:
        apart = piece.day - before
        days = "a day" if apart == 1 else f"{_NUMBERS[apart - 2]} days"
        return f"{days} after the last block of the same task"
    liked = arrangement.board.days[piece.day].liked
    if any(start <= piece.start and piece.end <= end for start, end in liked):
        return "at a time of day that you like"
    return "there is room on that day"
