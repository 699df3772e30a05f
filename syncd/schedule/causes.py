"""Why a block is not where it stood."""

from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Origin, Task
from syncd.schedule.objective import fixed_blocks
from syncd.schedule.ordering import NEVER
from syncd.schedule.problem import Span
from syncd.schedule.words import date_of, due_of

NOTHING_LEFT = "nothing is left to do for it"


def cause(arrangement: Arrangement, number: int, span: Span | None) -> str:
    """Return why a standing block lies elsewhere now, or nowhere (None)."""
    origin = arrangement.board.origins[number]
    task = arrangement.board.tasks[origin.task]
    if span is None and task.need <= 0:
        return NOTHING_LEFT
    found = (
        _not_free(arrangement, origin)
        or _forbidden(arrangement, origin, task)
        or _resized(arrangement, origin, span)
        or _made_room(arrangement, origin)
        or _full(arrangement, origin, span)
    )
    if found:
        return found
    if span is None:
        return "its time went into other blocks of its task"
    if span.end <= task.urgent < origin.block.span.end:
        return f"so that it is done by {due_of(arrangement.board.problem, task.urgent)}"
    return "it fits better there"


def _not_free(arrangement: Arrangement, origin: Origin) -> str | None:
    """Return what took the time, if anything did."""
    problem, span = arrangement.board.problem, origin.block.span
    if not 0 <= origin.day < len(problem.days):
        return "that day is not planned"
    for block in fixed_blocks(problem):
        if block.span.meets(span):
            works = (work.title for work in problem.works if work.id == block.task)
            title = next(works, None)
            return f"'{title}' is pinned there" if title else "another block is pinned there"
    free = problem.days[origin.day].free
    if any(one.start <= span.start and span.end <= one.end for one in free):
        return None
    return "the time is no longer free" if free else "nothing is free on that day any more"


def _forbidden(arrangement: Arrangement, origin: Origin, task: Task) -> str | None:
    """Return the rule of its task that the old place breaks, if it does."""
    board, span = arrangement.board, origin.block.span
    if any(one.meets(board.problem.days[origin.day].span) for one in task.work.avoid):
        return "that day was freed of it"
    if origin.day in task.spent:
        return "its task has a block on that day already"
    if span.start < task.earliest:
        return f"it does not begin before {date_of(board.problem, task.earliest)}"
    for other in task.before:
        if arrangement.end(other) > span.start:
            return f"'{board.tasks[other].work.title}' has to be done first"
    for other in task.after:
        if any(piece.start < span.end for piece in arrangement.by_task[other]):
            return f"it has to be done before '{board.tasks[other].work.title}'"
    return None


def _resized(arrangement: Arrangement, origin: Origin, span: Span | None) -> str | None:
    """Return why a block begins or ends where it did, but is longer or shorter."""
    old = origin.block.span
    if span is None or (span.start != old.start and span.end != old.end):
        return None
    origins = arrangement.board.origins
    stood = sum(one.block.span.minutes for one in origins if one.task == origin.task)
    needs = arrangement.board.tasks[origin.task].need
    if span.minutes > old.minutes:
        return (
            "its task needs more time" if needs > stood else "it takes over from another block"
        )
    return "its task needs less time" if needs < stood else "another block takes over from it"


def _made_room(arrangement: Arrangement, origin: Origin) -> str | None:
    """Return which block lies there now."""
    board, span = arrangement.board, origin.block.span
    for piece in arrangement.by_day[origin.day]:
        if piece.start >= span.end or piece.end <= span.start or piece.task == origin.task:
            continue
        other = board.tasks[piece.task]
        due = "" if other.urgent == NEVER else f", due {due_of(board.problem, other.urgent)}"
        return f"makes room for '{other.work.title}'{due}"
    return None


def _full(arrangement: Arrangement, origin: Origin, span: Span | None) -> str | None:
    """Return which limit the block would break where it stood."""
    board, day, minutes = arrangement.board, origin.day, origin.block.span.minutes
    ground = board.days[day]
    here = span is not None and ground.start <= span.start < board.problem.days[day].span.end
    if here and span is not None:
        minutes -= span.minutes
    if arrangement.day_minutes[day] + minutes > board.problem.daily:
        return "the day was full"
    there = span is not None and any(
        one.week == ground.week and board.problem.days[at].span.meets(span)
        for at, one in enumerate(board.days)
    )
    if not there and arrangement.week_minutes[ground.week] + minutes > board.rooms[ground.week]:
        return "the week was full"
    return None
