"""A problem as the search sees it: tasks, days and weeks by number, time in minutes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from syncd.model.ids import EntityId
from syncd.schedule.problem import (
    SLOT,
    Firmness,
    PlanDay,
    Problem,
    ScheduledBlock,
    TaskDemand,
    Weights,
)
from syncd.schedule.search.objective import (
    NEVER,
    Links,
    covered,
    day_number,
    edges,
    fixed_blocks,
    in_order,
    turned,
    week_of,
)

Interval = tuple[int, int]
"""Free time: (from, to)."""


class Placement(NamedTuple):
    """A block in the search. origin: the number of the standing block that it is, or -1.
    price: what it costs by itself: taste, wait, length, and having been moved."""

    task: int
    day: int
    start: int
    end: int
    origin: int
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTask:
    """A task. need: minutes that its movable blocks are to cover. urgent: see ``Order``.
    waits: one before it is not even in the search. days: those that it may use. spent:
    days with a fixed block of it, past ones are negative."""

    work: TaskDemand
    topic: int
    need: int
    earliest: int
    due: int
    urgent: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    waits: bool
    days: tuple[int, ...]
    open: frozenset[int]
    spent: tuple[int, ...]
    fixed_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySlots:
    """A day. runs: free time less fixed blocks. used: minutes of fixed blocks."""

    start: int
    week: int
    runs: tuple[Interval, ...]
    liked: tuple[Interval, ...]
    used: int
    topics: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentBlock:
    """A standing block that is not fixed and whose task is in the search."""

    block: ScheduledBlock
    task: int
    day: int
    locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """All that does not change during a search.

    tasks: first served first. rooms, used: minutes of each week, and those of its fixed
    blocks. budgets: for each topic the minutes a week that it should get; given: what fixed
    blocks give it, by week; outside: its minutes that did not even enter the search.
    """

    problem: Problem
    tasks: tuple[SearchTask, ...]
    days: tuple[DaySlots, ...]
    capacities: tuple[int, ...]
    used: tuple[int, ...]
    origins: tuple[CurrentBlock, ...]
    shortest: int
    longest: int
    budgets: tuple[int, ...]
    given: tuple[tuple[int, ...], ...]
    outside: tuple[int, ...]

    @property
    def weights(self) -> Weights:
        """Return what faults cost."""
        return self.problem.weights


def without(run: Interval, taken: Sequence[Interval]) -> list[Interval]:
    """Return what is left of free time when some is taken; ``taken`` is in order."""
    start, end = run
    left: list[Interval] = []
    for first, last in taken:
        if first >= end:
            break
        if last <= start:
            continue
        if first > start:
            left.append((start, first))
        start = max(start, last)
    if start < end:
        left.append((start, end))
    return left


FEW = 100
"""So many tasks enter the search in any case."""
SPARE = 1.25
"""How much more effort enters the search than there is time for."""


def block_lengths(problem: Problem) -> tuple[int, int]:
    """Return the least and the most minutes of a block, on the grid where one lies between."""
    least = max(SLOT, -(-problem.shortest // SLOT) * SLOT)
    most = problem.longest // SLOT * SLOT
    if most < least:
        least = most = max(1, problem.shortest)
    return least, most


def encode(problem: Problem) -> Instance:
    """Return the problem by numbers, with only as many tasks as could find room."""
    maker = _Encoder(problem)
    tasks = maker.tasks()
    origins = maker.origins(tasks)
    least, most = block_lengths(problem)
    return Instance(
        problem=problem,
        tasks=tasks,
        days=maker.grounds,
        capacities=maker.capacities,
        used=maker.week_use(),
        origins=origins,
        shortest=least,
        longest=most,
        budgets=tuple(problem.budgets.get(name, 0) for name in maker.topics),
        given=maker.given(),
        outside=maker.outside(tasks),
    )


class _Encoder:
    """Makes the parts of a board."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.edges = edges(problem)
        # A day's week that is not told of has no room.
        capacities = [week.capacity for week in problem.weeks]
        missing = max((day.week + 1 for day in problem.days), default=0) - len(capacities)
        self.capacities = (*capacities, *([0] * missing))
        self.topics: dict[str, int] = {}
        self.topic_of = {work.id: work.topic for work in problem.works}
        self.fixed = fixed_blocks(problem)
        self.grounds = self._grounds()

    def topic(self, name: str) -> int:
        return self.topics.setdefault(name, len(self.topics))

    def _name(self, block: ScheduledBlock) -> str:
        """Return the topic of a block; one whose task is unknown is a topic of its own."""
        own = block.task or block.id
        return self.topic_of.get(own, own)

    def _grounds(self) -> tuple[DaySlots, ...]:
        by_day: dict[int, list[ScheduledBlock]] = defaultdict(list)
        for block in self.fixed:
            by_day[day_number(self.edges, block.span.start)].append(block)
        taken = sorted((block.span.start, block.span.end) for block in self.fixed)
        return tuple(
            self._ground(day, by_day[number], taken)
            for number, day in enumerate(self.problem.days)
        )

    def _ground(
        self, day: PlanDay, fixed: Sequence[ScheduledBlock], taken: Sequence[Interval]
    ) -> DaySlots:
        near = [run for run in taken if run[0] < day.span.end and run[1] > day.span.start]
        runs = ((max(span.start, self.problem.now), span.end) for span in day.free)
        return DaySlots(
            start=day.span.start,
            week=day.week,
            runs=tuple(part for run in runs for part in without(run, near)),
            liked=tuple((span.start, span.end) for span in day.liked),
            used=sum(block.span.minutes for block in fixed),
            topics=frozenset(self.topic(self._name(block)) for block in fixed),
        )

    def week_use(self) -> tuple[int, ...]:
        used = [0] * len(self.capacities)
        for block in self.fixed:
            week = week_of(self.problem, day_number(self.edges, block.span.start))
            if week is not None:
                used[week] += block.span.minutes
        return tuple(used)

    def capacity(self) -> int:
        """Return the minutes that blocks may fill at most."""
        least = block_lengths(self.problem)[0]
        weeks = [0] * len(self.capacities)
        for ground in self.grounds:
            free = sum(end - start for start, end in ground.runs if end - start >= least)
            weeks[ground.week] += max(0, min(free, self.problem.daily - ground.used))
        each = zip(self.capacities, self.week_use(), weeks, strict=True)
        return sum(max(0, min(capacity - used, free)) for capacity, used, free in each)

    def tasks(self) -> tuple[SearchTask, ...]:
        """Return the tasks that enter the search, first served first."""
        order = in_order(self.problem.works)
        chosen = self._chosen(order.ranked)
        number = {index: at for at, index in enumerate(chosen)}
        before: Links = [
            tuple(number[other] for other in order.before[index] if other in number)
            for index in chosen
        ]
        waits = [any(other not in number for other in order.before[index]) for index in chosen]
        after = turned(before)
        return tuple(
            self._task(
                self.problem.works[index],
                order.urgent[index],
                (before[at], after[at], waits[at]),
            )
            for at, index in enumerate(chosen)
        )

    def _chosen(self, ranked: Sequence[int]) -> list[int]:
        """Return the tasks that could find room or stand already, first served first."""
        capacity = self.capacity() * SPARE + 1
        stands = {block.task for block in self.problem.standing}
        done = covered(self.problem)
        chosen: list[int] = []
        for index in ranked:
            work = self.problem.works[index]
            need = max(0, work.minutes - done.get(work.id, 0))
            enters = (capacity > 0 or len(chosen) < FEW) and self._ever(work)
            if work.id in stands or enters:
                chosen.append(index)
                capacity -= need
        return chosen

    def _ever(self, work: TaskDemand) -> bool:
        return bool(self.problem.days) and (
            work.release is None or work.release < self.problem.days[-1].span.end
        )

    def _task(
        self,
        work: TaskDemand,
        urgent: int,
        links: tuple[tuple[int, ...], tuple[int, ...], bool],
    ) -> SearchTask:
        mine = [block.span for block in self.fixed if block.task == work.id]
        spent = tuple(sorted(day_number(self.edges, span.start) for span in mine))
        ahead = [span for span in mine if span.end > self.problem.now]
        earliest = max(self.problem.now, work.release or self.problem.now)
        days = tuple(self._days(work, spent, earliest))
        return SearchTask(
            work=work,
            topic=self.topic(work.topic),
            need=max(0, work.minutes - sum(span.minutes for span in ahead)),
            earliest=earliest,
            due=NEVER if work.due is None else work.due,
            urgent=urgent,
            before=links[0],
            after=links[1],
            waits=links[2],
            days=days,
            open=frozenset(days),
            spent=spent,
            fixed_end=max((span.end for span in ahead), default=0),
        )

    def _days(self, work: TaskDemand, spent: Sequence[int], earliest: int) -> list[int]:
        avoided = {
            number
            for number, day in enumerate(self.problem.days)
            if any(span.meets(day.span) for span in work.avoid)
        }
        return [
            number
            for number, ground in enumerate(self.grounds)
            if number not in avoided
            and number not in spent
            and any(end > earliest for _, end in ground.runs)
        ]

    def given(self) -> tuple[tuple[int, ...], ...]:
        """Return for each topic the minutes of its fixed blocks, by week."""
        minutes = [[0] * len(self.capacities) for _ in self.topics]
        for block in self.fixed:
            week = week_of(self.problem, day_number(self.edges, block.span.start))
            topic = self.topics.get(self._name(block))
            if week is not None and topic is not None:
                minutes[topic][week] += block.span.minutes
        return tuple(map(tuple, minutes))

    def outside(self, tasks: Sequence[SearchTask]) -> tuple[int, ...]:
        """Return for each topic the minutes of its tasks that are not in the search."""
        inside = {task.work.id for task in tasks}
        minutes = [0] * len(self.topics)
        for work in self.problem.works:
            if work.id not in inside and work.topic in self.topics:
                minutes[self.topics[work.topic]] += max(0, work.minutes)
        return tuple(minutes)

    def origins(self, tasks: Sequence[SearchTask]) -> tuple[CurrentBlock, ...]:
        """Return the standing blocks that may stay, move or go."""
        number: dict[EntityId, int] = {task.work.id: at for at, task in enumerate(tasks)}
        return tuple(
            CurrentBlock(
                block=block,
                task=number[block.task],
                day=day_number(self.edges, block.span.start),
                locked=block.firmness is Firmness.FROZEN,
            )
            for block in self.problem.standing
            if block.firmness is not Firmness.FIXED and block.task in number
        )
