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


def lengths(solution: Solution, task: int, origin: int) -> list[int]:
    """Return lengths to try; a block that moves keeps its own if it may."""
    options = usable(solution.instance, solution.missing(task))
    if origin < 0:
        return options
    mine = solution.instance.origins[origin].block.span.minutes
    return sorted(options, key=lambda length: length != mine)


def late(solution: Solution, place: CandidateSlot) -> bool:
    """Say whether a place is behind the due date of its task, or of one that waits for it."""
    return place.placement.end > solution.instance.tasks[place.placement.task].urgent


def with_capacity_made(solution: Solution, task: int, origin: int) -> CandidateSlot | None:
    """Return a place in time for a block, after one with a later due date has moved.

    Nothing has changed if it is None: no block can move without its being late or dropped.
    """
    length = lengths(solution, task, origin)[0]
    best: tuple[float, Placement, CandidateSlot, CandidateSlot] | None = None
    trials = 0
    for victim in _victims(solution, task):
        solution.take(victim)
        swap = _swap(solution, victim, Wish(task, length, origin, days=(victim.day,)))
        solution.put(victim)
        if swap is None:
            continue
        trials += 1
        if best is None or swap[0] < best[0]:
            best = (swap[0], victim, *swap[1:])
        if trials == TRIALS:
            break
    if best is None:
        return None
    _, victim, place, other = best
    solution.take(victim)
    solution.put(other.placement)
    return place


def _victims(solution: Solution, task: int) -> list[Placement]:
    """Return blocks that could make room: not frozen, in time, of tasks due later.

    Those that nobody has seen where they are come first.
    """
    instance = solution.instance
    mine = instance.tasks[task]
    victims = [
        placement
        for placement in solution.placements()
        if instance.tasks[placement.task].urgent > mine.urgent
        and mine.earliest <= placement.end
        and placement.start < mine.urgent
        and placement.day in mine.open
        and not locked(instance, placement)
        and not solution.has(placement.day, task)
    ]
    victims.sort(
        key=lambda placement: (
            shown(instance, placement),
            -instance.tasks[placement.task].urgent,
            placement.start,
        )
    )
    return victims[:VICTIMS]


def _swap(
    solution: Solution, victim: Placement, wish: Wish
) -> tuple[float, CandidateSlot, CandidateSlot] | None:
    """Return what it costs to place a block on a day that another one left, and where
    that one goes instead."""
    back = extra(solution, victim)
    place = cheapest(solution, wish)
    if place is None or late(solution, place):
        return None
    solution.put(place.placement)
    length = victim.end - victim.start
    other = cheapest(solution, Wish(victim.task, length, victim.origin))
    solution.take(place.placement)
    if other is None or late(solution, other):
        return None
    return place.cost + other.cost - back, place, other


ROUNDS = 4
"""How often it is tried, at most, to place what is missing."""
CRITICAL = 2.0
"""With fewer usable days a block than that until it is due, a task takes the first room."""


def repaired(instance: Instance) -> Solution:
    """Return the standing blocks with only what is broken or missing placed anew."""
    solution = valid_blocks(instance)
    fill(solution)
    return solution


def fill(solution: Solution) -> None:
    """Place what is missing and cut what is too much, again while that changes anything:
    one task may leave room for another."""
    for _ in range(ROUNDS):
        before = sorted(solution.placements())
        for task in range(len(solution.instance.tasks)):
            trim(solution, task)
        _fill_once(solution)
        if sorted(solution.placements()) == before:
            return


def _fill_once(solution: Solution) -> None:
    """Place what is missing, first served first; tasks that others wait for make them go
    out of their way."""
    homeless = _homeless(solution)
    for task in range(len(solution.instance.tasks)):
        if solution.missing(task) and solution.ready(task):
            serve(solution, task, homeless[task])
        if solution.missing(task) and solution.ready(task):
            _ahead_of_others(solution, task, homeless)


def _homeless(solution: Solution) -> dict[int, list[int]]:
    """Return for each task its standing blocks that have no place, in order of time."""
    there = {placement.origin for placement in solution.placements()}
    homeless: dict[int, list[int]] = defaultdict(list)
    for number, origin in enumerate(solution.instance.origins):
        if number not in there:
            homeless[origin.task].append(number)
    for numbers in homeless.values():
        numbers.sort(key=lambda number: solution.instance.origins[number].block.span)
    return homeless


def serve(solution: Solution, task: int, homeless: list[int]) -> None:
    """Place what a task lacks: by a longer block where little is left, else by new ones."""
    while left := solution.missing(task):
        if left < solution.instance.shortest and _lengthened(solution, task, left):
            continue
        origin = homeless[0] if homeless else -1
        place = _place(solution, task, origin)
        if place is None or late(solution, place):
            place = with_capacity_made(solution, task, origin) or place
        if place is None:
            return
        solution.put(place.placement)
        del homeless[:1]


def _place(solution: Solution, task: int, origin: int) -> CandidateSlot | None:
    """Return a place for the next block, of the best length that is not late."""
    best: CandidateSlot | None = None
    look = first_place if _critical(solution, task) else cheapest
    for length in lengths(solution, task, origin):
        place = look(solution, Wish(task, length, origin))
        if place is not None and not late(solution, place):
            return place
        best = best or place
    return best


def _critical(solution: Solution, task: int) -> bool:
    """Say whether hardly more days are left before a due date than blocks are needed."""
    instance = solution.instance
    urgent = instance.tasks[task].urgent
    if urgent == NEVER:
        return False
    needed = -(-solution.missing(task) // min(BEST_LENGTH, instance.longest))
    days = [
        day
        for day in instance.tasks[task].days
        if instance.days[day].start < urgent and solution.spare(day) >= instance.shortest
    ]
    return len(days) < CRITICAL * needed


def _ahead_of_others(solution: Solution, task: int, homeless: dict[int, list[int]]) -> None:
    """Let blocks of tasks that wait for this one go, if that finds all of it room."""
    instance = solution.instance
    mine = list(solution.by_task[task])
    loose = [
        placement
        for other in instance.tasks[task].after
        for placement in solution.by_task[other]
        if not locked(instance, placement)
    ]
    for placement in loose:
        solution.take(placement)
    left = list(homeless[task])
    serve(solution, task, left)
    if solution.missing(task):
        _restore(solution, task, mine, loose)
        return
    homeless[task] = left
    for placement in loose:
        if placement.origin >= 0:
            homeless[placement.task].append(placement.origin)


def _restore(
    solution: Solution, task: int, mine: list[Placement], loose: list[Placement]
) -> None:
    for placement in tuple(solution.by_task[task]):
        solution.take(placement)
    for placement in (*mine, *loose):
        solution.put(placement)


def _lengthened(solution: Solution, task: int, left: int) -> bool:
    """Make one block of a task longer by what is left, the loosest and latest first."""
    instance = solution.instance
    more = -(-left // SLOT) * SLOT
    for placement in sorted(
        solution.by_task[task], key=lambda block: (block.origin >= 0, -block.start)
    ):
        if (
            locked(instance, placement)
            or placement.end - placement.start + more > instance.longest
        ):
            continue
        solution.take(placement)
        for run in (
            (placement.start, placement.end + more),
            (placement.start - more, placement.end),
        ):
            longer = solution.placement(task, placement.day, run, placement.origin)
            if solution.fits(longer):
                solution.put(longer)
                return True
        solution.put(placement)
    return False
