"""Where a block may go: the first slot, the cheapest one; and which current blocks stay where they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.schedule.problem import SLOT, Firmness
from syncd.schedule.search.instance import CurrentBlock, DaySlots, Instance, Interval, Placement
from syncd.schedule.search.objective import NEVER
from syncd.schedule.search.solution import Solution

FINE = 5
"""Minutes: a block at the start of a free run may start on such a step."""
BEST_LENGTH = 90


@dataclass(frozen=True, slots=True)
class CandidateSlot:
    """A block that could be put, and what that adds to the cost."""

    placement: Placement
    cost: float


def starts(ground: DaySlots, gap: Interval, length: int) -> range:
    """Return the quarter hours of a gap at which a block could start."""
    first = ground.start + -(-(gap[0] - ground.start) // SLOT) * SLOT
    return range(first, gap[1] - length + 1, SLOT)


def openings(ground: DaySlots, gap: Interval, length: int) -> list[int]:
    """Return the starts in a gap worth a look: the first quarter hour, and those by liked
    times. Only a gap that a block fits into at no quarter hour is used from its edge on."""
    grid = starts(ground, gap, length)
    if not grid:
        edge = -(-gap[0] // FINE) * FINE
        return [edge] if edge + length <= gap[1] else []
    places = {grid[0]}
    if ground.liked:
        places.add(grid[-1])
        for first, last in ground.liked:
            for wish in (first, last - length):
                places.add(max(grid[0], min(grid[-1], _on(grid, wish))))
    return sorted(places)


def _on(grid: range, wish: int) -> int:
    """Return the place of a grid at or before a wish."""
    return grid[0] + (wish - grid[0]) // SLOT * SLOT


def split(instance: Instance, left: int) -> int:
    """Return how long the next block of some effort is best: even parts of up to 90 minutes."""
    best = max(instance.shortest, min(instance.longest, BEST_LENGTH))
    parts = max(1, -(-left // best))
    even = -(-left // (parts * SLOT)) * SLOT
    return max(instance.shortest, min(instance.longest, even))


def usable(instance: Instance, left: int) -> list[int]:
    """Return the lengths that a block of some effort may have, the best one first.

    None leaves less than the shortest block; effort below that gets a shortest block.
    """
    if left <= instance.shortest:
        return [instance.shortest]
    best = split(instance, left)
    top = min(instance.longest, -(-left // SLOT) * SLOT)
    lengths = [
        length
        for length in range(instance.shortest, top + 1, SLOT)
        if left - length <= 0 or left - length >= instance.shortest
    ]
    return sorted(lengths or [best], key=lambda length: (abs(length - best), -length))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: a block of a task. origin: the standing block that it is.
    until: no later than that. days: only there; else all that the task may use."""

    task: int
    length: int
    origin: int = -1
    until: int = NEVER
    days: tuple[int, ...] | None = None


def candidates(solution: Solution, wish: Wish) -> Iterator[Placement]:
    """Yield for each day with room what could be put there, in order of time."""
    first, last = solution.within(wish.task)
    last = min(last, wish.until)
    mine = solution.instance.tasks[wish.task]
    for day in mine.days if wish.days is None else wish.days:
        ground = solution.instance.days[day]
        if ground.start >= last:
            return
        if day not in mine.open or solution.spare(day) < wish.length:
            continue
        if solution.has(day, wish.task):
            continue
        for start, end in solution.gaps(day):
            gap = (max(start, first), min(end, last))
            for at in openings(ground, gap, wish.length):
                run = (at, at + wish.length)
                yield solution.placement(wish.task, day, run, wish.origin)


def first_place(solution: Solution, wish: Wish) -> CandidateSlot | None:
    """Return the first place for a block."""
    placement = next(candidates(solution, wish), None)
    return None if placement is None else CandidateSlot(placement, extra(solution, placement))


def cheapest(solution: Solution, wish: Wish) -> CandidateSlot | None:
    """Return the cheapest place for a block, the first of equals."""
    best: CandidateSlot | None = None
    last: Placement | None = None
    for placement in candidates(solution, wish):
        # On one day only the price of a block itself tells places apart.
        if last is not None and placement.day == last.day and placement.price >= last.price:
            continue
        last = placement
        cost = extra(solution, placement)
        if best is None or cost < best.cost - 1e-9:
            best = CandidateSlot(placement, cost)
    return best


def extra(solution: Solution, placement: Placement) -> float:
    """Return what one more block adds to the cost."""
    week = solution.instance.days[placement.day].week
    before = _near(solution, placement, week)
    solution.put(placement)
    after = _near(solution, placement, week)
    solution.take(placement)
    return after - before


def _near(solution: Solution, placement: Placement, week: int) -> float:
    return (
        solution.task_cost(placement.task)
        + solution.day_cost(placement.day)
        + solution.week_cost(week)
        + solution.topic_cost(solution.instance.tasks[placement.task].topic)
    )


def valid_blocks(instance: Instance) -> Solution:
    """Return the standing blocks that are still valid, the firmest served first.

    A week that got too full displaces nothing. A day that got too full lets blocks go
    that are not frozen. Too much time for a task is left to ``trim``.
    """
    solution = Solution(instance)
    order = sorted(
        range(len(instance.origins)), key=lambda number: _rank(instance.origins[number])
    )
    for number in order:
        origin = instance.origins[number]
        placement = _as_it_stands(solution, number)
        if placement is not None and _may_stay(solution, origin, placement):
            solution.put(placement)
    return solution


def firm(instance: Instance, least: Firmness = Firmness.FROZEN) -> Solution:
    """Return only the blocks that stand so firmly, and are still valid."""
    solution = valid_blocks(instance)
    for placement in solution.placements():
        if instance.origins[placement.origin].block.firmness < least:
            solution.take(placement)
    for task in range(len(instance.tasks)):
        trim(solution, task)
    return solution


def _rank(origin: CurrentBlock) -> tuple[int, int, int]:
    return (-origin.block.firmness, origin.task, origin.block.span.start)


def _as_it_stands(solution: Solution, number: int) -> Placement | None:
    origin = solution.instance.origins[number]
    if not 0 <= origin.day < len(solution.instance.days):
        return None
    span = origin.block.span
    return solution.placement(origin.task, origin.day, (span.start, span.end), number)


def _may_stay(solution: Solution, origin: CurrentBlock, placement: Placement) -> bool:
    instance = solution.instance
    minutes = placement.end - placement.start
    if (
        not instance.problem.shortest
        <= minutes
        <= max(instance.longest, instance.problem.longest)
    ):
        return False
    full = solution.day_minutes[placement.day] + minutes > instance.problem.daily
    return (origin.locked or not full) and solution.lies_free(placement)


def locked(instance: Instance, placement: Placement) -> bool:
    """Say whether a block is frozen: it stays where it is while it is valid."""
    return placement.origin >= 0 and instance.origins[placement.origin].locked


def stays(instance: Instance, placement: Placement) -> bool:
    """Say whether a block is a standing one that has not moved."""
    if placement.origin < 0:
        return False
    span = instance.origins[placement.origin].block.span
    return (placement.start, placement.end) == (span.start, span.end)


def trim(solution: Solution, task: int) -> None:
    """Shorten or drop blocks of a task until nothing could go without its being missed.

    The loosest and last ones first. What stands in the calendar is dropped whole, or left
    as it is where some of it is needed.
    """
    while (over := solution.placed[task] - solution.instance.tasks[task].need) > 0:
        if not (_drop(solution, task, over) or _shorten(solution, task, over)):
            return


def _weakest(solution: Solution, task: int) -> list[Placement]:
    """Return a task's blocks, those that matter least first: loose ones, late ones."""
    instance = solution.instance
    return sorted(
        solution.by_task[task],
        key=lambda placement: (
            instance.origins[placement.origin].block.firmness
            if placement.origin >= 0
            else Firmness.DRAFT,
            -placement.start,
        ),
    )


def shown(instance: Instance, placement: Placement) -> bool:
    """Say whether a block stands in the calendar just so."""
    return (
        stays(instance, placement)
        and instance.origins[placement.origin].block.firmness >= Firmness.PUBLISHED
    )


def _drop(solution: Solution, task: int, over: int) -> bool:
    for placement in _weakest(solution, task):
        if placement.end - placement.start <= over:
            solution.take(placement)
            return True
    return False


def _shorten(solution: Solution, task: int, over: int) -> bool:
    """Shorten one block that may be changed; on an over-full day or week none may."""
    instance = solution.instance
    for placement in _weakest(solution, task):
        capacity = placement.end - placement.start - instance.shortest
        less = min(over, capacity) // SLOT * SLOT
        if less <= 0 or locked(instance, placement) or shown(instance, placement):
            continue
        solution.take(placement)
        shorter = solution.placement(
            task, placement.day, (placement.start, placement.end - less), placement.origin
        )
        if solution.fits(shorter):
            solution.put(shorter)
            return True
        solution.put(placement)
    return False
