"""Why blocks are where they are, why they moved, and why some effort has none."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from syncd.model.ids import EntityId
from syncd.schedule.problem import Firmness, Problem, Span, Timetable
from syncd.schedule.search.instance import CurrentBlock, Placement, SearchTask, encode
from syncd.schedule.search.objective import NEVER, day_number, edges, fixed_blocks
from syncd.schedule.search.slots import Wish, candidates
from syncd.schedule.search.solution import Solution
from syncd.text import duration


def date_of(problem: Problem, minute: int) -> str:
    """Return the date that a minute lies on, on the plan's wall clock: "12 Dec"."""
    date = problem.days[0].date + timedelta(days=day_number(edges(problem), minute))
    return f"{date.day} {date:%b}"


def due_of(problem: Problem, due: int) -> str:
    """Return a due date; one at midnight is that of the day that ends then."""
    return date_of(problem, due - 1)


def why_unplaced(solution: Solution, work: EntityId) -> str:
    """Return why a task has less time than it wants in a solution."""
    instance = solution.instance
    if not instance.days:
        return "no days are planned"
    nowhere = f"nothing is free in the next {len(instance.days)} days"
    if not any(ground.runs for ground in instance.days):
        return nowhere
    number = next((at for at, task in enumerate(instance.tasks) if task.work.id == work), None)
    if number is None:
        return _left_out(solution, work)
    return _waiting(solution, number) or _blocked(solution, number) or nowhere


def _left_out(solution: Solution, work: EntityId) -> str:
    """Return why a task did not even enter the search."""
    problem = solution.instance.problem
    release = next((demand.release for demand in problem.works if demand.id == work), None)
    if release is not None and release >= problem.days[-1].span.end:
        return f"it does not begin before {date_of(problem, release)}"
    return "tasks that come first take all the time there is"


def _waiting(solution: Solution, number: int) -> str | None:
    instance = solution.instance
    task = instance.tasks[number]
    if task.waits:
        return "it waits for a task that has no room itself"
    for other in task.before:
        if solution.missing(other):
            return (
                f"it waits for '{instance.tasks[other].work.title}', which has no room itself"
            )
    return None


def _blocked(solution: Solution, number: int) -> str | None:
    """Return what keeps most of the days with free time from being used."""
    instance = solution.instance
    counts: Counter[str] = Counter()
    for day in range(len(instance.days)):
        if words := _on_day(solution, number, day):
            counts[words] += 1
    if not counts:
        return None
    words, _ = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return words


def _on_day(solution: Solution, number: int, day: int) -> str | None:
    """Return why a day with enough free time is not used; None if it has none."""
    instance, ground = solution.instance, solution.instance.days[day]
    if not any(end - start >= instance.shortest for start, end in ground.runs):
        return None
    task = instance.tasks[number]
    if solution.spare(day) < instance.shortest:
        return _limit(solution, day)
    if solution.has(day, number) or day in task.spent:
        return "every day with room has a block of it already"
    if day not in task.open:
        return _not_open(solution, number, day)
    first, last = solution.within(number)
    if ground.start >= last or first >= instance.problem.days[day].span.end:
        return "the order of tasks leaves no room"
    return "other tasks take the time that is free"


def _limit(solution: Solution, day: int) -> str:
    """Return the limit that a day or its week has reached."""
    instance = solution.instance
    week = instance.days[day].week
    if solution.week_minutes[week] + instance.shortest <= instance.capacities[week]:
        return f"the daily limit of {duration(instance.problem.daily)} is used up"
    if len(set(instance.capacities)) > 1:
        return "the weekly limits are used up"
    return f"the weekly limit of {duration(instance.capacities[week])} is used up"


def _not_open(solution: Solution, number: int, day: int) -> str:
    task, problem = solution.instance.tasks[number], solution.instance.problem
    if any(span.meets(problem.days[day].span) for span in task.work.avoid):
        return "the days with room were freed of it"
    return f"it does not begin before {date_of(problem, task.earliest)}"


NOTHING_LEFT = "nothing is left to do for it"


def why_moved(solution: Solution, number: int, span: Span | None) -> str:
    """Return why a standing block lies elsewhere now, or nowhere (None)."""
    origin = solution.instance.origins[number]
    task = solution.instance.tasks[origin.task]
    if span is None and task.need <= 0:
        return NOTHING_LEFT
    reason = (
        _not_free(solution, origin)
        or _forbidden(solution, origin, task)
        or _resized(solution, origin, span)
        or _made_capacity(solution, origin)
        or _full(solution, origin, span)
    )
    if reason:
        return reason
    if span is None:
        return "its time went into other blocks of its task"
    if span.end <= task.urgent < origin.block.span.end:
        return f"so that it is done by {due_of(solution.instance.problem, task.urgent)}"
    return "it fits better there"


def _not_free(solution: Solution, origin: CurrentBlock) -> str | None:
    """Return what took the time, if anything did."""
    problem, span = solution.instance.problem, origin.block.span
    if not 0 <= origin.day < len(problem.days):
        return "that day is not planned"
    for block in fixed_blocks(problem):
        if block.span.meets(span):
            works = (work.title for work in problem.works if work.id == block.task)
            title = next(works, None)
            return f"'{title}' is pinned there" if title else "another block is pinned there"
    free = problem.days[origin.day].free
    if any(gap.start <= span.start and span.end <= gap.end for gap in free):
        return None
    return "the time is no longer free" if free else "nothing is free on that day any more"


def _forbidden(solution: Solution, origin: CurrentBlock, task: SearchTask) -> str | None:
    """Return the rule of its task that the old place breaks, if it does."""
    instance, span = solution.instance, origin.block.span
    if any(
        avoided.meets(instance.problem.days[origin.day].span) for avoided in task.work.avoid
    ):
        return "that day was freed of it"
    if origin.day in task.spent:
        return "its task has a block on that day already"
    if span.start < task.earliest:
        return f"it does not begin before {date_of(instance.problem, task.earliest)}"
    for other in task.before:
        if solution.end(other) > span.start:
            return f"'{instance.tasks[other].work.title}' has to be done first"
    for other in task.after:
        if any(placement.start < span.end for placement in solution.by_task[other]):
            return f"it has to be done before '{instance.tasks[other].work.title}'"
    return None


def _resized(solution: Solution, origin: CurrentBlock, span: Span | None) -> str | None:
    """Return why a block begins or ends where it did, but is longer or shorter."""
    old = origin.block.span
    if span is None or (span.start != old.start and span.end != old.end):
        return None
    origins = solution.instance.origins
    stood = sum(
        current.block.span.minutes for current in origins if current.task == origin.task
    )
    needs = solution.instance.tasks[origin.task].need
    if span.minutes > old.minutes:
        return (
            "its task needs more time" if needs > stood else "it takes over from another block"
        )
    return "its task needs less time" if needs < stood else "another block takes over from it"


def _made_capacity(solution: Solution, origin: CurrentBlock) -> str | None:
    """Return which block lies there now."""
    instance, span = solution.instance, origin.block.span
    for placement in solution.by_day[origin.day]:
        if (
            placement.start >= span.end
            or placement.end <= span.start
            or placement.task == origin.task
        ):
            continue
        other = instance.tasks[placement.task]
        due = "" if other.urgent == NEVER else f", due {due_of(instance.problem, other.urgent)}"
        return f"makes room for '{other.work.title}'{due}"
    return None


def _full(solution: Solution, origin: CurrentBlock, span: Span | None) -> str | None:
    """Return which limit the block would break where it stood."""
    instance, day, minutes = solution.instance, origin.day, origin.block.span.minutes
    ground = instance.days[day]
    here = span is not None and ground.start <= span.start < instance.problem.days[day].span.end
    if here and span is not None:
        minutes -= span.minutes
    if solution.day_minutes[day] + minutes > instance.problem.daily:
        return "the day was full"
    there = span is not None and any(
        other.week == ground.week and instance.problem.days[at].span.meets(span)
        for at, other in enumerate(instance.days)
    )
    if (
        not there
        and solution.week_minutes[ground.week] + minutes > instance.capacities[ground.week]
    ):
        return "the week was full"
    return None


STARTS_SOON = "Starts so soon that it stays"
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LOOKED_AT = 400
"""Places that are looked at, at most, to say that a day is the only one."""


def why_here(solution: Solution, placement: Placement) -> str:
    """Return why a block of a solution is where it is."""
    solution.take(placement)
    clause = _clause(solution, placement)
    solution.put(placement)
    aim = _aim(solution, solution.instance.tasks[placement.task])
    sentence = f"{aim}; {clause}" if aim else clause
    return sentence[0].upper() + sentence[1:]


def _aim(solution: Solution, task: SearchTask) -> str | None:
    """Return what a task is due for, if anything."""
    instance = solution.instance
    if task.urgent == NEVER:
        return None
    when = due_of(instance.problem, task.urgent)
    if task.urgent == task.due:
        return f"due {when}"
    later = next(
        (other for other in task.after if instance.tasks[other].urgent == task.urgent), None
    )
    title = "" if later is None else instance.tasks[later].work.title
    return f"needed for '{title}', due {when}"


def _clause(solution: Solution, placement: Placement) -> str:
    """Return the strongest of what can be said of a place; its block is taken out."""
    task = solution.instance.tasks[placement.task]
    length = placement.end - placement.start
    first = next(candidates(solution, Wish(placement.task, length)), None)
    soonest = first is None or first.day >= placement.day
    if task.urgent != NEVER and placement.end > task.urgent:
        return "no earlier day has room" if soonest else "later than that"
    if task.urgent != NEVER and _only_day(solution, placement):
        return "the only day with room before that"
    if soonest:
        return f"the first day with room{_since(solution, placement)}"
    return _beside(solution, placement)


def _only_day(solution: Solution, placement: Placement) -> bool:
    """Say whether no other day has room before the due date, whatever waits for it."""
    urgent = solution.instance.tasks[placement.task].urgent
    if solution.within(placement.task)[1] < urgent:
        return False
    wish = Wish(placement.task, placement.end - placement.start, until=urgent)
    places = islice(candidates(solution, wish), _LOOKED_AT)
    return all(other.day == placement.day for other in places)


def _since(solution: Solution, placement: Placement) -> str:
    """Return from when on a task may have blocks, if not from now on."""
    instance = solution.instance
    task = instance.tasks[placement.task]
    ends = {solution.end(other): instance.tasks[other].work.title for other in task.before}
    last = max(ends, default=0)
    if last > task.earliest:
        return f" after '{ends[last]}'"
    if task.earliest > instance.problem.now:
        return f" from {date_of(instance.problem, task.earliest)} on"
    return ""


def _beside(solution: Solution, placement: Placement) -> str:
    """Return what a place has that an earlier one has not."""
    task = solution.instance.tasks[placement.task]
    others = [*task.spent, *(other.day for other in solution.by_task[placement.task])]
    before = max((day for day in others if day < placement.day), default=None)
    if before is not None and placement.day - before <= len(_NUMBERS) + 1:
        apart = placement.day - before
        days = "a day" if apart == 1 else f"{_NUMBERS[apart - 2]} days"
        return f"{days} after the last block of the same task"
    liked = solution.instance.days[placement.day].liked
    if any(start <= placement.start and placement.end <= end for start, end in liked):
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
    solution = Solution(encode(problem))
    placements = _placements(solution, timetable)
    for placement in placements:
        solution.put(placement)
    now_at = {block.id: block.span for block in timetable.blocks}
    clauses = {
        number: why_moved(solution, number, now_at.get(origin.block.id))
        for number, origin in enumerate(solution.instance.origins)
        if now_at.get(origin.block.id) != origin.block.span
    }
    known = {
        solution.instance.origins[number].block.id: words for number, words in clauses.items()
    }
    gone = {
        block.id: known.get(block.id, NOTHING_LEFT)
        for block in problem.standing
        if block.firmness is not Firmness.FIXED and block.id not in now_at
    }
    frozen = {
        block.id: block.span for block in problem.standing if block.firmness is Firmness.FROZEN
    }
    return Reasons(
        placed=tuple(
            STARTS_SOON
            if block.id is not None and frozen.get(block.id) == block.span
            else why_here(solution, placement)
            for block, placement in zip(timetable.blocks, placements, strict=True)
        ),
        moved={block: words for block, words in known.items() if block not in gone},
        dropped=gone,
        unplaced={task: why_unplaced(solution, task) for task in timetable.unplaced},
    )


def _placements(solution: Solution, timetable: Timetable) -> list[Placement]:
    bounds = edges(solution.instance.problem)
    number = {task.work.id: at for at, task in enumerate(solution.instance.tasks)}
    return [
        solution.placement(
            number[block.task],
            day_number(bounds, block.span.start),
            (block.span.start, block.span.end),
        )
        for block in timetable.blocks
    ]
