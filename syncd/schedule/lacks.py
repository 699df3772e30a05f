"""Why some effort has no block."""

from collections import Counter

from syncd.model.exchange.markdown import duration
from syncd.model.ids import EntityId
from syncd.schedule.arrangement import Arrangement
from syncd.schedule.words import date_of


def lack(arrangement: Arrangement, work: EntityId) -> str:
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


def _left_out(arrangement: Arrangement, work: EntityId) -> str:
    """Return why a task did not even enter the search."""
    problem = arrangement.board.problem
    release = next((one.release for one in problem.works if one.id == work), None)
    if release is not None and release >= problem.days[-1].span.end:
        return f"it does not begin before {date_of(problem, release)}"
    return "tasks that come first take all the time there is"


def _waiting(arrangement: Arrangement, number: int) -> str | None:
    board = arrangement.board
    task = board.tasks[number]
    if task.waits:
        return "it waits for a task that has no room itself"
    for other in task.before:
        if arrangement.missing(other):
            return f"it waits for '{board.tasks[other].work.title}', which has no room itself"
    return None


def _blocked(arrangement: Arrangement, number: int) -> str | None:
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


def _on_day(arrangement: Arrangement, number: int, day: int) -> str | None:
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


def _limit(arrangement: Arrangement, day: int) -> str:
    """Return the limit that a day or its week has reached."""
    board = arrangement.board
    week = board.days[day].week
    if arrangement.week_minutes[week] + board.shortest <= board.rooms[week]:
        return f"the daily limit of {duration(board.problem.daily)} is used up"
    if len(set(board.rooms)) > 1:
        return "the weekly limits are used up"
    return f"the weekly limit of {duration(board.rooms[week])} is used up"


def _not_open(arrangement: Arrangement, number: int, day: int) -> str:
    task, problem = arrangement.board.tasks[number], arrangement.board.problem
    if any(span.meets(problem.days[day].span) for span in task.work.avoid):
        return "the days with room were freed of it"
    return f"it does not begin before {date_of(problem, task.earliest)}"
