"""Changes that the search tries, made up at random."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from syncd.schedule.problem import SLOT, RandomSource
from syncd.schedule.search.instance import Interval, Placement
from syncd.schedule.search.slots import FINE, locked, starts
from syncd.schedule.search.solution import Solution

T = TypeVar("T")
NEARBY = 6
"""Most moves go no further than that many of a task's days."""


@dataclass(frozen=True, slots=True)
class Move:
    """Blocks to take away, and blocks to put instead; those may turn out not to fit."""

    gone: tuple[Placement, ...]
    new: tuple[Placement, ...]


class Neighbourhood:
    """Makes up changes of a solution. None: the idea did not work out."""

    __slots__ = ("kinds", "rng", "solution", "tasks")

    def __init__(self, solution: Solution, rng: RandomSource) -> None:
        self.solution = solution
        self.rng = rng
        instance = solution.instance
        self.tasks = [number for number, task in enumerate(instance.tasks) if task.days]
        self.kinds: tuple[Callable[[Placement], Move | None], ...] = (
            *(self.elsewhere, self.exchanged, self.passed_on) * 3,
            *(self.swapped,) * 2,
            self.in_two,
            *((self.home,) if instance.origins else ()),
        )

    def draw(self) -> Move | None:
        """Return a change at random, more often of a task that costs more."""
        solution = self.solution
        task, other = self.one_of(self.tasks), self.one_of(self.tasks)
        if self.rng.random() < 0.5 and costs_more(solution, other, task):
            task = other
        placements = solution.by_task[task]
        if solution.missing(task) and solution.ready(task):
            return self.begun(task) if self.rng.random() < 0.5 else self.instead(task)
        if not placements:
            return None
        placement = self.one_of(placements)
        if locked(solution.instance, placement):
            return None
        return self.one_of(self.kinds)(placement)

    def one_of(self, things: Sequence[T]) -> T:
        """Return one of some things."""
        return things[int(self.rng.random() * len(things))]

    def day_near(self, task: int, day: int) -> int:
        """Return a day of a task, most often one close by."""
        days = self.solution.instance.tasks[task].days
        if self.rng.random() < 0.2:
            return self.one_of(days)
        at = min(len(days) - 1, bisect_left(days, day))
        shift = int(self.rng.random() * (2 * NEARBY + 1)) - NEARBY
        return days[max(0, min(len(days) - 1, at + shift))]

    def somewhere(self, task: int, day: int, length: int, origin: int) -> Placement | None:
        """Return a block at a free time of a day."""
        solution = self.solution
        first, last = solution.within(task)
        gaps = [
            (max(start, first), min(end, last))
            for start, end in solution.gaps(day)
            if min(end, last) - max(start, first) >= length
        ]
        if not gaps:
            return None
        start = self._start(day, self.one_of(gaps), length)
        if start is None:
            return None
        return solution.placement(task, day, (start, start + length), origin)

    def _start(self, day: int, gap: Interval, length: int) -> int | None:
        grid = starts(self.solution.instance.days[day], gap, length)
        edge = -(-gap[0] // FINE) * FINE
        if not grid or self.rng.random() < 0.3:
            return edge if edge + length <= gap[1] else None
        return self.one_of(grid)

    def elsewhere(self, placement: Placement) -> Move | None:
        """Move a block to another time."""
        solution, length = self.solution, placement.end - placement.start
        day = self.day_near(placement.task, placement.day)
        if day == placement.day:
            return self._same_day(placement)
        if solution.spare(day) < length and not self._same_week(day, placement):
            return None
        if solution.has(day, placement.task):
            return None
        moved = self.somewhere(placement.task, day, length, placement.origin)
        return Move((placement,), (moved,)) if moved else None

    def _same_week(self, day: int, placement: Placement) -> bool:
        days = self.solution.instance.days
        return days[day].week == days[placement.day].week

    def _same_day(self, placement: Placement) -> Move | None:
        """Move a block within its day."""
        self.solution.take(placement)
        moved = self.somewhere(
            placement.task, placement.day, placement.end - placement.start, placement.origin
        )
        self.solution.put(placement)
        return Move((placement,), (moved,)) if moved and moved != placement else None

    def home(self, placement: Placement) -> Move | None:
        """Put a block back where it stood."""
        if placement.origin < 0:
            return self.elsewhere(placement)
        instance = self.solution.instance
        origin = instance.origins[placement.origin]
        span = origin.block.span
        if (span.start, span.end) == (placement.start, placement.end):
            return None
        if span.minutes != placement.end - placement.start or not 0 <= origin.day < len(
            instance.days
        ):
            return None
        moved = self.solution.placement(
            placement.task, origin.day, (span.start, span.end), placement.origin
        )
        return Move((placement,), (moved,))

    def swapped(self, placement: Placement) -> Move | None:
        """Let two blocks change places; each keeps its length and the start of the other."""
        solution = self.solution
        others = solution.by_task[self.one_of(self.tasks)]
        if not others:
            return None
        other = self.one_of(others)
        if other.task == placement.task or locked(solution.instance, other):
            return None
        return Move(
            (placement, other), (self._at(placement, other), self._at(other, placement))
        )

    def exchanged(self, placement: Placement) -> Move | None:
        """Move a block to a day from which another one goes elsewhere."""
        solution = self.solution
        day = self.day_near(placement.task, placement.day)
        there = solution.by_day[day]
        if day == placement.day or not there:
            return None
        other = self.one_of(there)
        if other.task == placement.task or locked(solution.instance, other):
            return None
        away = placement.day if self.rng.random() < 0.5 else self.day_near(other.task, day)
        solution.take(placement)
        solution.take(other)
        move = self._both(placement, other, day, away)
        solution.put(placement)
        solution.put(other)
        return move

    def _both(self, placement: Placement, other: Placement, day: int, away: int) -> Move | None:
        first = self.somewhere(
            placement.task, day, placement.end - placement.start, placement.origin
        )
        if first is None:
            return None
        second = self.somewhere(other.task, away, other.end - other.start, other.origin)
        return Move((placement, other), (first, second)) if second else None

    def _at(self, placement: Placement, other: Placement) -> Placement:
        run = (other.start, other.start + placement.end - placement.start)
        return self.solution.placement(placement.task, other.day, run, placement.origin)

    def passed_on(self, placement: Placement) -> Move | None:
        """Give time of one block, or all of it, to another one of its task."""
        other = self.one_of(self.solution.by_task[placement.task])
        instance = self.solution.instance
        if other is placement or locked(instance, other):
            return None
        length = placement.end - placement.start
        capacity = instance.longest - (other.end - other.start)
        give = (
            length
            if length <= capacity
            else self._part(min(capacity, length - instance.shortest))
        )
        longer = self._longer(other, give) if give > 0 else None
        if longer is None:
            return None
        if give == length:
            return Move((placement, other), (longer,))
        return Move((placement, other), (longer, self._shorter(placement, give)))

    def _part(self, most: int) -> int:
        """Return some whole slots, at least one; none if there is no room for one."""
        return 0 if most < SLOT else SLOT + int(self.rng.random() * (most // SLOT)) * SLOT

    def _longer(self, placement: Placement, more: int) -> Placement | None:
        """Return a longer block on the same day."""
        length = placement.end - placement.start + more
        self.solution.take(placement)
        longer = self.somewhere(placement.task, placement.day, length, placement.origin)
        self.solution.put(placement)
        return longer

    def _shorter(self, placement: Placement, less: int) -> Placement:
        early = self.rng.random() < 0.5
        run = (
            (placement.start + less, placement.end)
            if early
            else (placement.start, placement.end - less)
        )
        return self.solution.placement(placement.task, placement.day, run, placement.origin)

    def in_two(self, placement: Placement) -> Move | None:
        """Make two blocks of one, the second on another day."""
        instance = self.solution.instance
        length = placement.end - placement.start
        part = instance.shortest + self._part(length - 2 * instance.shortest + SLOT) - SLOT
        if length < 2 * instance.shortest or part < instance.shortest:
            return None
        day = self.day_near(placement.task, placement.day)
        if day == placement.day or self.solution.has(day, placement.task):
            return None
        second = self.somewhere(placement.task, day, part, -1)
        return Move((placement,), (self._shorter(placement, part), second)) if second else None

    def begun(self, task: int) -> Move | None:
        """Place some of what a task lacks, in a new block or a longer one."""
        days = self.solution.instance.tasks[task].days
        day = self.one_of(days)
        mine = [placement for placement in self.solution.by_task[task] if placement.day == day]
        if mine:
            return self._grown(mine[0])
        placement = self.somewhere(task, day, self._lacking(task), -1)
        return Move((), (placement,)) if placement else None

    def _lacking(self, task: int) -> int:
        """Return the length of one more block for what a task lacks."""
        instance = self.solution.instance
        missing = -(-self.solution.missing(task) // SLOT) * SLOT
        return min(instance.longest, max(instance.shortest, missing))

    def _grown(self, placement: Placement) -> Move | None:
        instance = self.solution.instance
        capacity = instance.longest - (placement.end - placement.start)
        more = min(capacity // SLOT, -(-self.solution.missing(placement.task) // SLOT)) * SLOT
        if more <= 0 or locked(instance, placement):
            return None
        longer = self._longer(placement, more)
        return Move((placement,), (longer,)) if longer else None

    def instead(self, task: int) -> Move | None:
        """Place a block of a task that lacks time on a day that a block of another leaves."""
        solution = self.solution
        others = solution.by_task[self.one_of(self.tasks)]
        if not others:
            return None
        other = self.one_of(others)
        after = solution.instance.tasks[other.task].after
        if other.task == task or locked(solution.instance, other):
            return None
        if any(solution.by_task[later] for later in after):
            return None
        length = min(self._lacking(task), other.end - other.start)
        solution.take(other)
        placement = self.somewhere(task, other.day, length, -1)
        solution.put(other)
        return Move((other,), (placement,)) if placement else None


def costs_more(solution: Solution, task: int, other: int) -> bool:
    """Say whether one task costs more than another."""
    return solution.task_cost(task) > solution.task_cost(other)
