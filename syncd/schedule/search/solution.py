"""Blocks on an instance: what may lie where, what that costs, and the timetable that is given back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from syncd.model.ids import EntityId
from syncd.schedule.problem import SLOT, Placed, Span, Timetable
from syncd.schedule.search.instance import Instance, Interval, Placement, without
from syncd.schedule.search.objective import (
    DAY,
    DROPPED_DAYS,
    NEVER,
    TOPICS,
    move_price,
    odd_length,
    score,
    unplaced,
)


class Solution:
    """The movable blocks of a timetable in the making. It changes by ``put`` and ``take``."""

    __slots__ = (
        "by_day",
        "by_task",
        "day_minutes",
        "instance",
        "placed",
        "topic_minutes",
        "week_minutes",
    )

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.by_task: list[list[Placement]] = [[] for _ in instance.tasks]
        self.by_day: list[list[Placement]] = [[] for _ in instance.days]
        self.placed = [0] * len(instance.tasks)
        self.day_minutes = [ground.used for ground in instance.days]
        self.week_minutes = list(instance.used)
        self.topic_minutes = [list(weeks) for weeks in instance.given]

    def copy(self) -> "Solution":
        """Return another one with the same blocks."""
        solution = Solution(self.instance)
        for placement in self.placements():
            solution.put(placement)
        return solution

    def placements(self) -> list[Placement]:
        """Return all blocks."""
        return [placement for those in self.by_task for placement in those]

    def placement(self, task: int, day: int, run: Interval, origin: int = -1) -> Placement:
        """Return a block with its price; it is not put."""
        start, end = run
        return Placement(task, day, start, end, origin, self._price(task, day, run, origin))

    def _price(self, task: int, day: int, run: Interval, origin: int) -> float:
        instance, weights = self.instance, self.instance.weights
        price = weights.wait * instance.tasks[task].work.weight * day
        liked = instance.days[day].liked
        if liked:
            price += weights.taste * _not_liked(run, liked) / SLOT
        if weights.length and odd_length(run[1] - run[0]):
            price += weights.length
        return price + self._moved(day, run, origin) if origin >= 0 else price

    def _moved(self, day: int, run: Interval, origin: int) -> float:
        """Return what a move costs, less what it would cost to drop the block."""
        stood = self.instance.origins[origin]
        dropped = move_price(self.instance.problem, stood.block, DROPPED_DAYS)
        if run == (stood.block.span.start, stood.block.span.end):
            return -dropped
        return move_price(self.instance.problem, stood.block, abs(day - stood.day)) - dropped

    def put(self, placement: Placement) -> None:
        """Add a block; whether it may lie there is the caller's care."""
        task, day, start, end, _, _ = placement
        self.by_task[task].append(placement)
        self.by_day[day].append(placement)
        self.placed[task] += end - start
        self.day_minutes[day] += end - start
        week = self.instance.days[day].week
        self.week_minutes[week] += end - start
        self.topic_minutes[self.instance.tasks[task].topic][week] += end - start

    def take(self, placement: Placement) -> None:
        """Remove a block."""
        task, day, start, end, _, _ = placement
        self.by_task[task].remove(placement)
        self.by_day[day].remove(placement)
        self.placed[task] -= end - start
        self.day_minutes[day] -= end - start
        week = self.instance.days[day].week
        self.week_minutes[week] -= end - start
        self.topic_minutes[self.instance.tasks[task].topic][week] -= end - start

    def missing(self, task: int) -> int:
        """Return the minutes of a task without a block."""
        return max(0, self.instance.tasks[task].need - self.placed[task])

    def gaps(self, day: int) -> list[Interval]:
        """Return the free time of a day less its blocks."""
        there = self.by_day[day]
        runs = self.instance.days[day].runs
        if not there:
            return list(runs)
        taken = sorted((placement.start, placement.end) for placement in there)
        return [gap for run in runs for gap in without(run, taken)]

    def within(self, task: int) -> Interval:
        """Return between which minutes the order of tasks lets a task's blocks lie."""
        mine = self.instance.tasks[task]
        first, last = mine.earliest, NEVER
        for other in mine.before:
            first = max(first, self.end(other))
        for other in mine.after:
            last = min(
                last, min((placement.start for placement in self.by_task[other]), default=NEVER)
            )
        return first, last

    def end(self, task: int) -> int:
        """Return when the last block of a task ends."""
        last = self.instance.tasks[task].fixed_end
        return max([last, *(placement.end for placement in self.by_task[task])])

    def ready(self, task: int) -> bool:
        """Say whether all effort before a task has its place."""
        mine = self.instance.tasks[task]
        return not mine.waits and not any(self.missing(other) for other in mine.before)

    def spare(self, day: int) -> int:
        """Return the minutes that may still be put on a day."""
        week = self.instance.days[day].week
        return min(
            self.instance.problem.daily - self.day_minutes[day],
            self.instance.capacities[week] - self.week_minutes[week],
        )

    def has(self, day: int, task: int) -> bool:
        """Say whether a task has a movable block on a day."""
        return any(placement.task == task for placement in self.by_day[day])

    def lies_free(self, placement: Placement) -> bool:
        """Say whether a block lies in the free time of a day that its task may use,
        off others, the only one of its task on that day, and in order."""
        task, day, start, end, _, _ = placement
        if day not in self.instance.tasks[task].open:
            return False
        if not any(
            first <= start and end <= last for first, last in self.instance.days[day].runs
        ):
            return False
        for other in self.by_day[day]:
            if other.task == task or (other.start < end and start < other.end):
                return False
        first, last = self.within(task)
        return first <= start and end <= last

    def fits(self, placement: Placement) -> bool:
        """Say whether a block may be put where it would lie."""
        return placement.end - placement.start <= self.spare(placement.day) and self.lies_free(
            placement
        )

    def task_cost(self, task: int) -> float:
        """Return what a task's blocks and what is missing cost."""
        mine, weights = self.instance.tasks[task], self.instance.weights
        cost, last, days = 0.0, mine.fixed_end, list(mine.spent)
        for placement in self.by_task[task]:
            cost += placement.price
            last = max(last, placement.end)
            days.append(placement.day)
        left = mine.need - self.placed[task]
        if left > 0:
            cost += weights.unplaced * mine.work.weight * -(-left // SLOT)
        if last > mine.due - weights.margin * DAY:
            cost += mine.work.weight * (weights.tight + weights.late * _late(last - mine.due))
        return cost + (weights.gap * self._far(days) if len(days) > 1 else 0.0)

    def _far(self, days: list[int]) -> int:
        """Return the days by which blocks lie too far apart."""
        days.sort()
        longest = self.instance.weights.longest_gap
        before, far = days[0], 0
        for day in days:
            if day - before > longest:
                far += day - before - longest
            before = day
        return far

    def day_cost(self, day: int) -> float:
        """Return what too many topics on a day cost."""
        there = self.by_day[day]
        fixed = self.instance.days[day].topics
        if len(there) + len(fixed) <= TOPICS:
            return 0.0
        tasks = self.instance.tasks
        topics = {tasks[placement.task].topic for placement in there} | fixed
        return self.instance.weights.topic * max(0, len(topics) - TOPICS)

    def week_cost(self, week: int) -> float:
        """Return what a busy week costs."""
        over = self.week_minutes[week] - self.instance.weights.easy_week
        return self.instance.weights.busy_week * -(-over // SLOT) if over > 0 else 0.0

    def topic_cost(self, topic: int) -> float:
        """Return what weeks cost in which a topic lacks minutes that later work could give."""
        instance = self.instance
        budget = instance.budgets[topic]
        if not budget or not instance.weights.budget:
            return 0.0
        later, lacking = instance.outside[topic] + self._missing_of(topic), 0
        for minutes in reversed(self.topic_minutes[topic]):
            lacking += -(-max(0, min(budget - minutes, later)) // SLOT)
            later += minutes
        return instance.weights.budget * lacking

    def _missing_of(self, topic: int) -> int:
        tasks = enumerate(self.instance.tasks)
        return sum(self.missing(number) for number, task in tasks if task.topic == topic)

    def cost(self) -> float:
        """Return what all of it costs, but for what nothing can change."""
        return (
            sum(map(self.task_cost, range(len(self.by_task))))
            + sum(map(self.day_cost, range(len(self.by_day))))
            + sum(map(self.week_cost, range(len(self.week_minutes))))
            + sum(map(self.topic_cost, range(len(self.topic_minutes))))
        )


def arranged(instance: Instance, placements: Iterable[Placement]) -> Solution:
    """Return a solution of some blocks."""
    solution = Solution(instance)
    for placement in placements:
        solution.put(placement)
    return solution


def _not_liked(run: Interval, liked: tuple[Interval, ...]) -> int:
    start, end = run
    inside = sum(max(0, min(end, last) - max(start, first)) for first, last in liked)
    return end - start - inside


def _late(minutes: int) -> int:
    return -(-minutes // DAY) if minutes > 0 else 0


def timetable(solution: Solution) -> Timetable:
    """Return a solution with the ids of standing blocks."""
    problem = solution.instance.problem
    blocks = tuple(sorted(placed(solution), key=lambda block: (block.span, block.task)))
    return Timetable(
        blocks=blocks, unplaced=unplaced(problem, blocks), score=score(problem, blocks)
    )


def placed(solution: Solution) -> list[Placed]:
    """Return the blocks by their ids."""
    return [_placed(solution.instance, placement) for placement in solution.placements()]


def _placed(instance: Instance, placement: Placement) -> Placed:
    block: EntityId | None = None
    if placement.origin >= 0:
        block = instance.origins[placement.origin].block.id
    task = instance.tasks[placement.task].work.id
    return Placed(id=block, task=task, span=Span(placement.start, placement.end))


def recognised(solution: Solution) -> Solution:
    """Return the same blocks, each as the standing block of its task that it can be.

    First those that did not move, then those on the same day, then in order of time.
    """
    instance = solution.instance
    result = Solution(instance)
    free: dict[int, list[int]] = defaultdict(list)
    for number, origin in enumerate(instance.origins):
        free[origin.task].append(number)
    for task, placements in enumerate(solution.by_task):
        for placement, number in _matched(instance, sorted(placements, key=_start), free[task]):
            result.put(
                solution.placement(
                    task, placement.day, (placement.start, placement.end), number
                )
            )
    return result


def _matched(
    instance: Instance, placements: Sequence[Placement], free: list[int]
) -> list[tuple[Placement, int]]:
    free.sort(key=lambda number: instance.origins[number].block.span)
    left, pairs = list(placements), []
    for rule in (_same, _same_day):
        for placement in tuple(left):
            number = next(
                (candidate for candidate in free if rule(instance, placement, candidate)), None
            )
            if number is not None:
                free.remove(number)
                left.remove(placement)
                pairs.append((placement, number))
    rest = [*free, *(-1 for _ in left)]
    return pairs + list(zip(left, rest, strict=False))


def _start(placement: Placement) -> int:
    return placement.start


def _same(instance: Instance, placement: Placement, number: int) -> bool:
    span = instance.origins[number].block.span
    return (placement.start, placement.end) == (span.start, span.end)


def _same_day(instance: Instance, placement: Placement, number: int) -> bool:
    return placement.day == instance.origins[number].day
