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
        "board",
        "by_day",
        "by_task",
        "day_minutes",
        "placed",
        "topic_minutes",
        "week_minutes",
    )

    def __init__(self, board: Instance) -> None:
        self.board = board
        self.by_task: list[list[Placement]] = [[] for _ in board.tasks]
        self.by_day: list[list[Placement]] = [[] for _ in board.days]
        self.placed = [0] * len(board.tasks)
        self.day_minutes = [ground.used for ground in board.days]
        self.week_minutes = list(board.used)
        self.topic_minutes = [list(weeks) for weeks in board.given]

    def copy(self) -> "Solution":
        """Return another one with the same blocks."""
        made = Solution(self.board)
        for piece in self.pieces():
            made.put(piece)
        return made

    def pieces(self) -> list[Placement]:
        """Return all blocks."""
        return [piece for those in self.by_task for piece in those]

    def piece(self, task: int, day: int, run: Interval, origin: int = -1) -> Placement:
        """Return a block with its price; it is not put."""
        start, end = run
        return Placement(task, day, start, end, origin, self._price(task, day, run, origin))

    def _price(self, task: int, day: int, run: Interval, origin: int) -> float:
        board, weights = self.board, self.board.weights
        price = weights.wait * board.tasks[task].work.weight * day
        liked = board.days[day].liked
        if liked:
            price += weights.taste * _not_liked(run, liked) / SLOT
        if weights.length and odd_length(run[1] - run[0]):
            price += weights.length
        return price + self._moved(day, run, origin) if origin >= 0 else price

    def _moved(self, day: int, run: Interval, origin: int) -> float:
        """Return what a move costs, less what it would cost to drop the block."""
        stood = self.board.origins[origin]
        dropped = move_price(self.board.problem, stood.block, DROPPED_DAYS)
        if run == (stood.block.span.start, stood.block.span.end):
            return -dropped
        return move_price(self.board.problem, stood.block, abs(day - stood.day)) - dropped

    def put(self, piece: Placement) -> None:
        """Add a block; whether it may lie there is the caller's care."""
        task, day, start, end, _, _ = piece
        self.by_task[task].append(piece)
        self.by_day[day].append(piece)
        self.placed[task] += end - start
        self.day_minutes[day] += end - start
        week = self.board.days[day].week
        self.week_minutes[week] += end - start
        self.topic_minutes[self.board.tasks[task].topic][week] += end - start

    def take(self, piece: Placement) -> None:
        """Remove a block."""
        task, day, start, end, _, _ = piece
        self.by_task[task].remove(piece)
        self.by_day[day].remove(piece)
        self.placed[task] -= end - start
        self.day_minutes[day] -= end - start
        week = self.board.days[day].week
        self.week_minutes[week] -= end - start
        self.topic_minutes[self.board.tasks[task].topic][week] -= end - start

    def missing(self, task: int) -> int:
        """Return the minutes of a task without a block."""
        return max(0, self.board.tasks[task].need - self.placed[task])

    def gaps(self, day: int) -> list[Interval]:
        """Return the free time of a day less its blocks."""
        there = self.by_day[day]
        runs = self.board.days[day].runs
        if not there:
            return list(runs)
        taken = sorted((piece.start, piece.end) for piece in there)
        return [gap for run in runs for gap in without(run, taken)]

    def within(self, task: int) -> Interval:
        """Return between which minutes the order of tasks lets a task's blocks lie."""
        mine = self.board.tasks[task]
        first, last = mine.earliest, NEVER
        for other in mine.before:
            first = max(first, self.end(other))
        for other in mine.after:
            last = min(last, min((piece.start for piece in self.by_task[other]), default=NEVER))
        return first, last

    def end(self, task: int) -> int:
        """Return when the last block of a task ends."""
        last = self.board.tasks[task].fixed_end
        return max([last, *(piece.end for piece in self.by_task[task])])

    def ready(self, task: int) -> bool:
        """Say whether all effort before a task has its place."""
        mine = self.board.tasks[task]
        return not mine.waits and not any(self.missing(other) for other in mine.before)

    def spare(self, day: int) -> int:
        """Return the minutes that may still be put on a day."""
        week = self.board.days[day].week
        return min(
            self.board.problem.daily - self.day_minutes[day],
            self.board.rooms[week] - self.week_minutes[week],
        )

    def has(self, day: int, task: int) -> bool:
        """Say whether a task has a movable block on a day."""
        return any(piece.task == task for piece in self.by_day[day])

    def lies_free(self, piece: Placement) -> bool:
        """Say whether a block lies in the free time of a day that its task may use,
        off others, the only one of its task on that day, and in order."""
        task, day, start, end, _, _ = piece
        if day not in self.board.tasks[task].open:
            return False
        if not any(first <= start and end <= last for first, last in self.board.days[day].runs):
            return False
        for other in self.by_day[day]:
            if other.task == task or (other.start < end and start < other.end):
                return False
        first, last = self.within(task)
        return first <= start and end <= last

    def fits(self, piece: Placement) -> bool:
        """Say whether a block may be put where it would lie."""
        return piece.end - piece.start <= self.spare(piece.day) and self.lies_free(piece)

    def task_cost(self, task: int) -> float:
        """Return what a task's blocks and what is missing cost."""
        mine, weights = self.board.tasks[task], self.board.weights
        cost, last, days = 0.0, mine.fixed_end, list(mine.spent)
        for piece in self.by_task[task]:
            cost += piece.price
            last = max(last, piece.end)
            days.append(piece.day)
        left = mine.need - self.placed[task]
        if left > 0:
            cost += weights.unplaced * mine.work.weight * -(-left // SLOT)
        if last > mine.due - weights.margin * DAY:
            cost += mine.work.weight * (weights.tight + weights.late * _late(last - mine.due))
        return cost + (weights.gap * self._far(days) if len(days) > 1 else 0.0)

    def _far(self, days: list[int]) -> int:
        """Return the days by which blocks lie too far apart."""
        days.sort()
        longest = self.board.weights.longest_gap
        before, far = days[0], 0
        for day in days:
            if day - before > longest:
                far += day - before - longest
            before = day
        return far

    def day_cost(self, day: int) -> float:
        """Return what too many topics on a day cost."""
        there = self.by_day[day]
        fixed = self.board.days[day].topics
        if len(there) + len(fixed) <= TOPICS:
            return 0.0
        tasks = self.board.tasks
        topics = {tasks[piece.task].topic for piece in there} | fixed
        return self.board.weights.topic * max(0, len(topics) - TOPICS)

    def week_cost(self, week: int) -> float:
        """Return what a busy week costs."""
        over = self.week_minutes[week] - self.board.weights.easy_week
        return self.board.weights.busy_week * -(-over // SLOT) if over > 0 else 0.0

    def topic_cost(self, topic: int) -> float:
        """Return what weeks cost in which a topic lacks minutes that later work could give."""
        board = self.board
        budget = board.budgets[topic]
        if not budget or not board.weights.budget:
            return 0.0
        later, lacking = board.outside[topic] + self._missing_of(topic), 0
        for minutes in reversed(self.topic_minutes[topic]):
            lacking += -(-max(0, min(budget - minutes, later)) // SLOT)
            later += minutes
        return board.weights.budget * lacking

    def _missing_of(self, topic: int) -> int:
        tasks = enumerate(self.board.tasks)
        return sum(self.missing(number) for number, task in tasks if task.topic == topic)

    def cost(self) -> float:
        """Return what all of it costs, but for what nothing can change."""
        return (
            sum(map(self.task_cost, range(len(self.by_task))))
            + sum(map(self.day_cost, range(len(self.by_day))))
            + sum(map(self.week_cost, range(len(self.week_minutes))))
            + sum(map(self.topic_cost, range(len(self.topic_minutes))))
        )


def arranged(board: Instance, pieces: Iterable[Placement]) -> Solution:
    """Return an arrangement of some blocks."""
    made = Solution(board)
    for piece in pieces:
        made.put(piece)
    return made


def _not_liked(run: Interval, liked: tuple[Interval, ...]) -> int:
    start, end = run
    inside = sum(max(0, min(end, last) - max(start, first)) for first, last in liked)
    return end - start - inside


def _late(minutes: int) -> int:
    return -(-minutes // DAY) if minutes > 0 else 0


def timetable(arrangement: Solution) -> Timetable:
    """Return an arrangement with the ids of standing blocks."""
    problem = arrangement.board.problem
    blocks = tuple(sorted(placed(arrangement), key=lambda one: (one.span, one.task)))
    return Timetable(
        blocks=blocks, unplaced=unplaced(problem, blocks), score=score(problem, blocks)
    )


def placed(arrangement: Solution) -> list[Placed]:
    """Return the blocks by their ids."""
    return [_placed(arrangement.board, piece) for piece in arrangement.pieces()]


def _placed(board: Instance, piece: Placement) -> Placed:
    block: EntityId | None = None
    if piece.origin >= 0:
        block = board.origins[piece.origin].block.id
    task = board.tasks[piece.task].work.id
    return Placed(id=block, task=task, span=Span(piece.start, piece.end))


def recognised(arrangement: Solution) -> Solution:
    """Return the same blocks, each as the standing block of its task that it can be.

    First those that did not move, then those on the same day, then in order of time.
    """
    board = arrangement.board
    made = Solution(board)
    free: dict[int, list[int]] = defaultdict(list)
    for number, origin in enumerate(board.origins):
        free[origin.task].append(number)
    for task, pieces in enumerate(arrangement.by_task):
        for piece, number in _matched(board, sorted(pieces, key=_start), free[task]):
            made.put(arrangement.piece(task, piece.day, (piece.start, piece.end), number))
    return made


def _matched(
    board: Instance, pieces: Sequence[Placement], free: list[int]
) -> list[tuple[Placement, int]]:
    free.sort(key=lambda number: board.origins[number].block.span)
    left, found = list(pieces), []
    for rule in (_same, _same_day):
        for piece in tuple(left):
            number = next((one for one in free if rule(board, piece, one)), None)
            if number is not None:
                free.remove(number)
                left.remove(piece)
                found.append((piece, number))
    rest = [*free, *(-1 for _ in left)]
    return found + list(zip(left, rest, strict=False))


def _start(piece: Placement) -> int:
    return piece.start


def _same(board: Instance, piece: Placement, number: int) -> bool:
    span = board.origins[number].block.span
    return (piece.start, piece.end) == (span.start, span.end)


def _same_day(board: Instance, piece: Placement, number: int) -> bool:
    return piece.day == board.origins[number].day
