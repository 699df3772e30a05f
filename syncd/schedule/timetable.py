"""What a planner gives back."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Protocol

from syncd.model.ids import EntityId
from syncd.schedule.problem import Problem, Span


class Effort(StrEnum):
    """How much may be changed.

    repair: only blocks that are not valid any more, and effort without a block.
    light: moves besides, outside the freeze, where the gain outweighs the disturbance.
    full: everything that is not fixed or frozen is weighed anew.
    """

    REPAIR = "repair"
    LIGHT = "light"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A block of a timetable; ``id`` is that of the standing block, None for a new one."""

    id: EntityId | None
    task: EntityId
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a timetable costs, by cause; less is better. See ``Weights`` for each."""

    unplaced: float = 0.0
    late: float = 0.0
    tight: float = 0.0
    taste: float = 0.0
    wait: float = 0.0
    same_day: float = 0.0
    gap: float = 0.0
    topic: float = 0.0
    busy_week: float = 0.0
    move: float = 0.0
    budget: float = 0.0
    length: float = 0.0

    @property
    def total(self) -> float:
        """Return the sum."""
        return sum(float(getattr(self, one.name)) for one in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """blocks: all blocks that are not fixed, in order of time; standing blocks that are
    missing here are dropped. unplaced: minutes of each task that have no block."""

    blocks: tuple[Placed, ...]
    unplaced: dict[EntityId, int]
    score: Score


class RandomSource(Protocol):
    """Where randomness comes from; ``random.Random`` is one."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        ...


class Planner(Protocol):
    """From a problem to a timetable; the same problem and dice, the same timetable."""

    def plan(self, problem: Problem, effort: Effort, dice: RandomSource) -> Timetable:
        """Return a timetable that keeps every hard rule, whatever the problem holds."""
        ...
