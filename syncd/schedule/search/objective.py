"""What a timetable costs, counted from scratch, and in which order tasks are served."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise

from syncd.model.ids import EntityId
from syncd.schedule.problem import (
    SLOT,
    Firmness,
    Placed,
    Problem,
    ScheduledBlock,
    Score,
    Span,
    TaskDemand,
)

DAY = 24 * 60
NEAR_DAYS = 7
DROPPED_DAYS = 7
"""How far a block that is dropped counts as moved."""
TOPICS = 2
"""Topics that a day may have without being called scattered."""
GOOD_LENGTH = (60, 90)


def slots(minutes: int) -> int:
    """Return how many slots some minutes begin; none for less than nothing."""
    return max(0, -(-minutes // SLOT))


def whole_days(minutes: int) -> int:
    """Return how many days some minutes begin."""
    return max(0, -(-minutes // DAY))


def edges(problem: Problem) -> tuple[int, ...]:
    """Return the minutes at which the days begin, and the one at which the last one ends."""
    starts = tuple(day.span.start for day in problem.days)
    return (*starts, problem.days[-1].span.end) if starts else ()


def day_number(edges: Sequence[int], minute: int) -> int:
    """Return the number of the day that a minute lies in; the first one is 0.

    Past days are negative; behind the last day they go on.
    """
    if not edges:
        return minute // DAY
    if minute < edges[0]:
        return (minute - edges[0]) // DAY
    if minute >= edges[-1]:
        return len(edges) - 1 + (minute - edges[-1]) // DAY
    return bisect_right(edges, minute) - 1


def covered(problem: Problem) -> dict[EntityId, int]:
    """Return the minutes of each task that fixed blocks ahead cover."""
    minutes: dict[EntityId, int] = defaultdict(int)
    for block in fixed_blocks(problem):
        if block.task is not None and block.span.end > problem.now:
            minutes[block.task] += block.span.minutes
    return minutes


def fixed_blocks(problem: Problem) -> list[ScheduledBlock]:
    """Return the blocks that nobody but the person may touch."""
    return [block for block in problem.standing if block.firmness is Firmness.FIXED]


def unplaced(problem: Problem, blocks: Iterable[Placed]) -> dict[EntityId, int]:
    """Return the minutes of each task that have no block; tasks that lack none are left out."""
    left = {work.id: work.minutes for work in problem.works}
    for task, minutes in covered(problem).items():
        if task in left:
            left[task] -= minutes
    for block in blocks:
        if block.task in left:
            left[block.task] -= block.span.minutes
    return {task: minutes for task, minutes in left.items() if minutes > 0}


def not_liked(span: Span, liked: Sequence[Span]) -> int:
    """Return the minutes of a span at times that are not liked; none if all are alike."""
    if not liked:
        return 0
    inside = sum(
        max(0, min(span.end, window.end) - max(span.start, window.start)) for window in liked
    )
    return span.minutes - inside


def odd_length(minutes: int) -> bool:
    """Say whether a block is shorter or longer than one works best."""
    return not GOOD_LENGTH[0] <= minutes <= GOOD_LENGTH[1]


def score(problem: Problem, blocks: Sequence[Placed]) -> Score:
    """Return what a timetable costs; ``blocks`` are those that are not fixed."""
    timetable = _timetable_of(problem, blocks)
    left = unplaced(problem, blocks)
    weights = problem.weights
    topics = timetable.topics()
    return Score(
        unplaced=weights.unplaced
        * sum(work.weight * slots(left.get(work.id, 0)) for work in problem.works),
        late=weights.late * sum(timetable.late(work) for work in problem.works),
        tight=weights.tight * sum(timetable.tight(work) for work in problem.works),
        taste=weights.taste * sum(timetable.not_liked(block) for block in blocks) / SLOT,
        wait=weights.wait * timetable.wait(),
        same_day=weights.same_day * sum(timetable.doubled(work) for work in problem.works),
        gap=weights.gap * sum(timetable.gaps(work) for work in problem.works),
        topic=weights.topic * sum(max(0, len(those) - TOPICS) for those in topics.values()),
        busy_week=weights.busy_week
        * sum(
            slots(sum(those.values()) - weights.easy_week)
            for those in timetable.weeks().values()
        ),
        move=_moves(problem, blocks, timetable.edges),
        budget=weights.budget * _lacking(problem, timetable, left),
        length=weights.length * sum(odd_length(block.span.minutes) for block in blocks),
    )


@dataclass(frozen=True, slots=True)
class _Timetable:
    """A timetable by task, day and week. ``spans`` has every block, fixed ones too, under
    its task, else under its own id."""

    problem: Problem
    blocks: tuple[Placed, ...]
    edges: tuple[int, ...]
    spans: Mapping[EntityId, list[Span]]

    def end(self, work: TaskDemand) -> int:
        """Return when the last block of a task that lies ahead ends; 0 if there is none."""
        ends = [span.end for span in self.spans.get(work.id, ()) if span.end > self.problem.now]
        return max(ends, default=0)

    def late(self, work: TaskDemand) -> float:
        """Return by how many days a task is late, by its weight."""
        over = 0 if work.due is None else whole_days(self.end(work) - work.due)
        return work.weight * over

    def tight(self, work: TaskDemand) -> float:
        """Return the weight of a task that ends too close to its due date."""
        margin = self.problem.weights.margin * DAY
        close = work.due is not None and self.end(work) > work.due - margin
        return work.weight if close else 0.0

    def wait(self) -> float:
        """Return the days that blocks lie ahead, by the weight of their tasks."""
        weight = {work.id: work.weight for work in self.problem.works}
        return sum(
            weight.get(block.task, 1.0) * day_number(self.edges, block.span.start)
            for block in self.blocks
        )

    def days(self, work: TaskDemand) -> list[int]:
        """Return the numbers of the days on which a task has a block, doubles kept."""
        return [day_number(self.edges, span.start) for span in self.spans.get(work.id, ())]

    def doubled(self, work: TaskDemand) -> int:
        """Return how many blocks of a task share a day with one before."""
        days = self.days(work)
        return len(days) - len(set(days))

    def gaps(self, work: TaskDemand) -> int:
        """Return the days by which blocks of a task lie too far apart."""
        days = self.days(work)
        longest = self.problem.weights.longest_gap
        return sum(max(0, after - before - longest) for before, after in pairwise(days))

    def not_liked(self, block: Placed) -> int:
        """Return the minutes of a block at times that are not liked."""
        number = day_number(self.edges, block.span.start)
        if not 0 <= number < len(self.problem.days):
            return 0
        return not_liked(block.span, self.problem.days[number].liked)

    def topics(self) -> dict[int, set[str]]:
        """Return the topics of each day."""
        name = {work.id: work.topic for work in self.problem.works}
        topics: dict[int, set[str]] = defaultdict(set)
        for task, spans in self.spans.items():
            for number in (day_number(self.edges, span.start) for span in spans):
                if 0 <= number < len(self.problem.days):
                    topics[number].add(name.get(task, task))
        return topics

    def weeks(self) -> dict[int, dict[str, int]]:
        """Return the minutes of each topic in each week."""
        name = {work.id: work.topic for work in self.problem.works}
        minutes: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for task, spans in self.spans.items():
            for span in spans:
                week = week_of(self.problem, day_number(self.edges, span.start))
                if week is not None:
                    minutes[week][name.get(task, task)] += span.minutes
        return minutes


def _timetable_of(problem: Problem, blocks: Sequence[Placed]) -> _Timetable:
    spans: dict[EntityId, list[Span]] = defaultdict(list)
    for fixed in fixed_blocks(problem):
        spans[fixed.task or fixed.id].append(fixed.span)
    for block in blocks:
        spans[block.task].append(block.span)
    for those in spans.values():
        those.sort()
    return _Timetable(problem, tuple(blocks), edges(problem), spans)


def week_of(problem: Problem, number: int) -> int | None:
    """Return the week of a day by its number.

    Days of the first week that are over, and those of the last one beyond the plan, have one.
    """
    if not problem.days:
        return None
    edge = problem.days[max(0, min(number, len(problem.days) - 1))]
    beyond = number - max(0, min(number, len(problem.days) - 1))
    return edge.week if 0 <= edge.date.weekday() + beyond <= 6 else None


def move_price(problem: Problem, block: ScheduledBlock, distance: int) -> float:
    """Return what moving a standing block by some days costs."""
    weights = problem.weights
    near = block.span.start < problem.now + NEAR_DAYS * DAY
    price = weights.move + (weights.near_move if near else 0.0) + distance
    return price * (weights.draft_move if block.firmness is Firmness.DRAFT else 1.0)


def _moves(problem: Problem, blocks: Sequence[Placed], edges: Sequence[int]) -> float:
    now_at = {block.id: block.span for block in blocks if block.id is not None}
    wanted = {work.id for work in problem.works}
    total = 0.0
    for block in problem.standing:
        span = now_at.get(block.id)
        if block.firmness is Firmness.FIXED or block.task not in wanted or span == block.span:
            continue
        distance = DROPPED_DAYS
        if span is not None:
            distance = abs(day_number(edges, span.start) - day_number(edges, block.span.start))
        total += move_price(problem, block, distance)
    return total


def _lacking(problem: Problem, timetable: _Timetable, left: dict[EntityId, int]) -> int:
    """Return the slots that topics lack of their weeks, as far as later work could give them."""
    weeks = timetable.weeks()
    later = {
        topic: sum(left.get(work.id, 0) for work in problem.works if work.topic == topic)
        for topic in problem.budgets
    }
    lacking = 0
    for week in reversed(range(len(problem.weeks))):
        for topic, budget in problem.budgets.items():
            minutes = weeks[week][topic] if week in weeks else 0
            lacking += slots(min(budget - minutes, later[topic]))
            later[topic] += minutes
    return lacking


NEVER = 1 << 60
"""A minute that does not come: the due date of what has none."""

Links = list[tuple[int, ...]]
"""For each task by its number, the numbers of others."""


@dataclass(frozen=True, slots=True)
class Order:
    """ranked: the numbers of tasks, first served first. before: whom each one waits for,
    less what goes round in a circle. urgent: its due date, or an earlier one of a task
    that waits for it."""

    ranked: tuple[int, ...]
    before: Links
    urgent: tuple[int, ...]


def in_order(works: Sequence[TaskDemand]) -> Order:
    """Return the order of some tasks; whatever goes round in a circle is cut once."""
    number = {work.id: index for index, work in enumerate(works)}
    wished: Links = [
        tuple(sorted({number[task] for task in work.after if task in number} - {index}))
        for index, work in enumerate(works)
    ]
    ranked = _ranked(wished, [(index,) for index in range(len(works))])
    place = {index: at for at, index in enumerate(ranked)}
    before: Links = [
        tuple(other for other in those if place[other] < place[index])
        for index, those in enumerate(wished)
    ]
    urgent = [NEVER if work.due is None else work.due for work in works]
    for index in reversed(ranked):
        for other in before[index]:
            urgent[other] = min(urgent[other], urgent[index])
    keys = [(urgent[i], -work.weight, i) for i, work in enumerate(works)]
    return Order(tuple(_ranked(before, keys)), before, tuple(urgent))


def turned(links: Links) -> Links:
    """Return the links the other way round."""
    backward: list[list[int]] = [[] for _ in links]
    for index, those in enumerate(links):
        for other in those:
            backward[other].append(index)
    return [tuple(those) for those in backward]


def _ranked(before: Links, keys: Sequence[tuple[float, ...]]) -> list[int]:
    """Return all numbers, each behind those before it, else by key."""
    after = turned(before)
    open_ = [len(those) for those in before]
    ready = [(keys[index], index) for index, count in enumerate(open_) if count == 0]
    heapify(ready)
    ranked: list[int] = []
    done: set[int] = set()
    while len(ranked) < len(before):
        if not ready:
            cut = _in_circle(before, done)
            ready.append((keys[cut], cut))
        index = heappop(ready)[1]
        if index in done:
            continue
        done.add(index)
        ranked.append(index)
        for later in after[index]:
            open_[later] -= 1
            if open_[later] == 0:
                heappush(ready, (keys[later], later))
    return ranked


def _in_circle(before: Links, done: set[int]) -> int:
    """Return a number that waits for itself by way of others."""
    index = next(i for i in range(len(before)) if i not in done)
    seen: set[int] = set()
    while index not in seen:
        seen.add(index)
        index = next(other for other in before[index] if other not in done)
    return index
