"""The problem as the search sees it: tasks, days and weeks by number, time in minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from syncd.schedule.problem import Problem, Standing, Weights, Work

Run = tuple[int, int]
"""Free time: (from, to)."""


class Piece(NamedTuple):
    """A block in the search. origin: the number of the standing block that it is, or -1.
    price: what it costs by itself: taste, wait, length, and having been moved."""

    task: int
    day: int
    start: int
    end: int
    origin: int
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task. need: minutes that its movable blocks are to cover. urgent: see ``Order``.
    waits: one before it is not even in the search. days: those that it may use. spent:
    days with a fixed block of it, past ones are negative."""

    work: Work
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
class Ground:
    """A day. runs: free time less fixed blocks. used: minutes of fixed blocks."""

    start: int
    week: int
    runs: tuple[Run, ...]
    liked: tuple[Run, ...]
    used: int
    topics: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A standing block that is not fixed and whose task is in the search."""

    block: Standing
    task: int
    day: int
    locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that does not change during a search.

    tasks: first served first. rooms, used: minutes of each week, and those of its fixed
    blocks. budgets: for each topic the minutes a week that it should get; given: what fixed
    blocks give it, by week; outside: its minutes that did not even enter the search.
    """

    problem: Problem
    tasks: tuple[Task, ...]
    days: tuple[Ground, ...]
    rooms: tuple[int, ...]
    used: tuple[int, ...]
    origins: tuple[Origin, ...]
    shortest: int
    longest: int
    budgets: tuple[int, ...]
    given: tuple[tuple[int, ...], ...]
    outside: tuple[int, ...]

    @property
    def weights(self) -> Weights:
        """Return what faults cost."""
        return self.problem.weights


def without(run: Run, taken: Sequence[Run]) -> list[Run]:
    """Return what is left of free time when some is taken; ``taken`` is in order."""
    start, end = run
    left: list[Run] = []
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
