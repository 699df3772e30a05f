"""Why blocks are where they are, why they moved, and why some effort has none."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from syncd.model.exchange.markdown import duration
from syncd.model.ids import EntityId
from syncd.schedule.problem import Firmness, Problem, Span, Timetable
from syncd.schedule.search.instance import CurrentBlock, Placement, SearchTask, encode
from syncd.schedule.search.objective import NEVER, day_number, edges, fixed_blocks
from syncd.schedule.search.slots import Wish, candidates
from syncd.schedule.search.solution import Solution


def date_of(problem: Problem, minute: int) -> str:
    """Return the date that a minute lies on, on the plan's wall clock: "12 Dec"."""
    date = problem.days[0].date + timedelta(days=day_number(edges(problem), minute))
    return f"{date.day} {date:%b}"


def due_of(problem: Problem, due: int) -> str:
    """Return a due date; one at midnight is that of the day that ends then."""
    return date_of(problem, due - 1)


def why_unplaced(arrangement: Solution, work: EntityId) -> str:
    """Return why a task has less time than it wants in an arrangement."""
    board = arrangement.board
    if not board.days:
        return "no days are planned"
    nowhere = f"nothing is free in the next {len(board.days)} days"
    if not any(ground.runs for ground in board.days):
        return nowhere
    number = next((at for at, one in enumerate(board.tasks) if one.work.id == work), None)
    if number is None:
        return _left_out(arrangement, work)
    return _waiting(arrangement, number) or _blocked(arrangement, number) or nowhere


def _left_out(arrangement: Solution, work: EntityId) -> str:
    """Return why a task did not even enter the search."""
    problem = arrangement.board.problem
    release = next((one.release for one in problem.works if one.id == work), None)
    if release is not None and release >= problem.days[-1].span.end:
        return f"it does not begin before {date_of(problem, release)}"
    return "tasks that come first take all the time there is"


def _waiting(arrangement: Solution, number: int) -> str | None:
    board = arrangement.board
    task = board.tasks[number]
    if task.waits:
        return "it waits for a task that has no room itself"
    for other in task.before:
        if arrangement.missing(other):
            return f"it waits for '{board.tasks[other].work.title}', which has no room itself"
    return None


def _blocked(arrangement: Solution, number: int) -> str | None:
    """Return what keeps most of the days with free time from being used."""
    board = arrangement.board
    found: Counter[str] = Counter()
    for day in range(len(board.days)):
        if words := _on_day(arrangement, number, day):
            found[words] += 1
    if not found:
        return None
    words, _ = min(found.items(), key=lambda one: (-one[1], one[0]))
    return words


def _on_day(arrangement: Solution, number: int, day: int) -> str | None:
    """Return why a day with enough free time is not used; None if it has none."""
    board, ground = arrangement.board, arrangement.board.days[day]
    if not any(end - start >= board.shortest for start, end in ground.runs):
        return None
    task = board.tasks[number]
    if arrangement.spare(day) < board.shortest:
        return _limit(arrangement, day)
    if arrangement.has(day, number) or day in task.spent:
        return "every day with room has a block of it already"
    if day not in task.open:
        return _not_open(arrangement, number, day)
    first, last = arrangement.within(number)
    if ground.start >= last or first >= board.problem.days[day].span.end:
        return "the order of tasks leaves no room"
    return "other tasks take the time that is free"


def _limit(arrangement: Solution, day: int) -> str:
    """Return the limit that a day or its week has reached."""
    board = arrangement.board
    week = board.days[day].week
    if arrangement.week_minutes[week] + board.shortest <= board.rooms[week]:
        return f"the daily limit of {duration(board.problem.daily)} is used up"
    if len(set(board.rooms)) > 1:
        return "the weekly limits are used up"
    return f"the weekly limit of {duration(board.rooms[week])} is used up"


def _not_open(arrangement: Solution, number: int, day: int) -> str:
    task, problem = arrangement.board.tasks[number], arrangement.board.problem
    if any(span.meets(problem.days[day].span) for span in task.work.avoid):
        return "the days with room were freed of it"
    return f"it does not begin before {date_of(problem, task.earliest)}"


NOTHING_LEFT = "nothing is left to do for it"


def why_moved(arrangement: Solution, number: int, span: Span | None) -> str:
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


def _not_free(arrangement: Solution, origin: CurrentBlock) -> str | None:
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


def _forbidden(arrangement: Solution, origin: CurrentBlock, task: SearchTask) -> str | None:
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


def _resized(arrangement: Solution, origin: CurrentBlock, span: Span | None) -> str | None:
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


def _made_room(arrangement: Solution, origin: CurrentBlock) -> str | None:
    """Return which block lies there now."""
    board, span = arrangement.board, origin.block.span
    for piece in arrangement.by_day[origin.day]:
        if piece.start >= span.end or piece.end <= span.start or piece.task == origin.task:
            continue
        other = board.tasks[piece.task]
        due = "" if other.urgent == NEVER else f", due {due_of(board.problem, other.urgent)}"
        return f"makes room for '{other.work.title}'{due}"
    return None


def _full(arrangement: Solution, origin: CurrentBlock, span: Span | None) -> str | None:
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


STARTS_SOON = "Starts so soon that it stays"
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LOOKED_AT = 400
"""Places that are looked at, at most, to say that a day is the only one."""


def why_here(arrangement: Solution, piece: Placement) -> str:
    """Return why a block of an arrangement is where it is."""
    arrangement.take(piece)
    clause = _clause(arrangement, piece)
    arrangement.put(piece)
    aim = _aim(arrangement, arrangement.board.tasks[piece.task])
    sentence = f"{aim}; {clause}" if aim else clause
    return sentence[0].upper() + sentence[1:]


def _aim(arrangement: Solution, task: SearchTask) -> str | None:
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


def _clause(arrangement: Solution, piece: Placement) -> str:
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


def _only_day(arrangement: Solution, piece: Placement) -> bool:
    """Say whether no other day has room before the due date, whatever waits for it."""
    urgent = arrangement.board.tasks[piece.task].urgent
    if arrangement.within(piece.task)[1] < urgent:
        return False
    wish = Wish(piece.task, piece.end - piece.start, until=urgent)
    found = islice(candidates(arrangement, wish), _LOOKED_AT)
    return all(other.day == piece.day for other in found)


def _since(arrangement: Solution, piece: Placement) -> str:
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


def _beside(arrangement: Solution, piece: Placement) -> str:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """placed: a short sentence for every block of the timetable, in its order. moved,
    dropped: by the id of the standing block, a clause that goes after a colon; unplaced:
    by task, such a clause too."""

    placed: tuple[str, ...]
    moved: Mapping[EntityId, str]
    dropped: Mapping[EntityId, str]
    unplaced: Mapping[EntityId, str]


def reasons(problem: Problem, timetable: Timetable) -> Reasons:
    """Return why a timetable is as it is; it is one of this problem, as a planner made it."""
    arrangement = Solution(encode(problem))
    pieces = _pieces(arrangement, timetable)
    for piece in pieces:
        arrangement.put(piece)
    now_at = {block.id: block.span for block in timetable.blocks}
    told = {
        number: why_moved(arrangement, number, now_at.get(origin.block.id))
        for number, origin in enumerate(arrangement.board.origins)
        if now_at.get(origin.block.id) != origin.block.span
    }
    known = {
        arrangement.board.origins[number].block.id: words for number, words in told.items()
    }
    gone = {
        block.id: known.get(block.id, NOTHING_LEFT)
        for block in problem.standing
        if block.hold is not Firmness.FIXED and block.id not in now_at
    }
    frozen = {block.id for block in problem.standing if block.hold is Firmness.FROZEN}
    return Reasons(
        placed=tuple(
            STARTS_SOON if block.id in frozen else why_here(arrangement, piece)
            for block, piece in zip(timetable.blocks, pieces, strict=True)
        ),
        moved={block: words for block, words in known.items() if block not in gone},
        dropped=gone,
        unplaced={task: why_unplaced(arrangement, task) for task in timetable.unplaced},
    )


def _pieces(arrangement: Solution, timetable: Timetable) -> list[Placement]:
    bounds = edges(arrangement.board.problem)
    number = {task.work.id: at for at, task in enumerate(arrangement.board.tasks)}
    return [
        arrangement.piece(
            number[block.task],
            day_number(bounds, block.span.start),
            (block.span.start, block.span.end),
        )
        for block in timetable.blocks
    ]
