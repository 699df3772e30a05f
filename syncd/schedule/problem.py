"""What a planner is given and what it gives back. Instants are whole minutes since 1970-01-01T00:00Z."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Protocol

from syncd.model.ids import EntityId

SLOT = 15
"""Minutes: blocks start and last in such steps."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minute_of(at: datetime) -> int:
    """Return the minute that an aware instant lies in."""
    return int((at - _EPOCH) // timedelta(minutes=1))


def instant(minute: int) -> datetime:
    """Return the instant at which a minute begins, in UTC."""
    return _EPOCH + timedelta(minutes=minute)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Some time: ``end`` is no part of it."""

    start: int
    end: int

    @property
    def minutes(self) -> int:
        """Return how long it is."""
        return self.end - self.start

    def meets(self, other: "Span") -> bool:
        """Say whether the two have time in common."""
        return self.start < other.end and other.start < self.end


class Firmness(IntEnum):
    """How firmly a block stands, weakest first.

    draft: not in the calendar yet. published: in the calendar. frozen: starts so soon
    that it stays put while it is valid. fixed: pinned, running or past; never touched.
    """

    DRAFT = 0
    PUBLISHED = 1
    FROZEN = 2
    FIXED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledBlock:
    """A block as it stands."""

    id: EntityId
    task: EntityId | None
    span: Span
    firmness: Firmness


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDemand:
    """A task that wants time.

    topic: what counts as one topic of a day and has a budget: its goal's id, else its own.
    minutes: the effort that is left; what fixed blocks ahead cover counts towards it.
    weight: how much it matters, from its priority (1.0 is usual).
    release: no block starts earlier. due: a block that ends later is late.
    after: tasks whose blocks all end before the first block of this one starts.
    avoid: spans whose days the person freed of this task: none of its blocks on them.
    """

    id: EntityId
    title: str
    topic: str
    minutes: int
    weight: float = 1.0
    release: int | None = None
    due: int | None = None
    after: tuple[EntityId, ...] = ()
    avoid: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDay:
    """A day of the plan's zone that blocks may lie on, whole even if it has begun.

    span: 23, 24 or 25 hours. free: where blocks may lie, in order, apart from each
    other: inside the hours, off busy time and its buffers, not in the past; empty on
    days of rest. liked: the spans liked best. week: its place in ``Problem.weeks``.
    """

    date: date
    span: Span
    week: int
    free: tuple[Span, ...] = ()
    liked: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWeek:
    """A week, Monday to Sunday. capacity: most minutes that all its blocks may take, fixed
    and past ones included: the weekly cap, and the share of its free time."""

    monday: date
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each fault of a timetable costs. The figures are those of the objective that
    the planner is measured by; ``budget`` and ``length`` are 0 in it.

    unplaced: a slot of effort without a block. late: a day late. tight: a task that ends
    less than ``margin`` days before its due date. taste: a slot at a time that is not
    liked. wait: a day that a block lies ahead (prefers early). same_day: a second block of
    a task on one day. gap: a day between two blocks of a task beyond ``longest_gap``.
    topic: a topic on a day beyond the second. busy_week: a slot in a week beyond
    ``easy_week`` minutes. move, near_move: a standing block moved; one within seven days
    more; a day of distance costs 1. draft_move: what moves of drafts count for, 0 to 1.
    budget: a slot that a goal lacks of its week's minutes. length: a block shorter or
    longer than 60 to 90 minutes.
    """

    unplaced: float = 40.0
    late: float = 10.0
    tight: float = 4.0
    margin: int = 3
    taste: float = 0.2
    wait: float = 0.1
    same_day: float = 12.0
    gap: float = 1.0
    longest_gap: int = 10
    topic: float = 3.0
    busy_week: float = 2.0
    easy_week: int = 540
    move: float = 10.0
    near_move: float = 10.0
    draft_move: float = 1.0
    budget: float = 0.0
    length: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """All that a timetable is made from.

    days: without gaps, the first one is today. standing: blocks as they stand, past ones
    of the current week too (they count for caps); those not FIXED may be moved or dropped.
    daily: most minutes of blocks on a day. budgets: minutes a week that a topic should get.
    """

    now: int
    days: tuple[PlanDay, ...]
    weeks: tuple[PlanWeek, ...]
    works: tuple[TaskDemand, ...]
    standing: tuple[ScheduledBlock, ...] = ()
    daily: int = 120
    shortest: int = 30
    longest: int = 120
    budgets: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    weights: Weights = field(default_factory=Weights)


ClockSpan = tuple[int, int]
"""Wall-clock minutes after midnight: (from, to); 1440 is the day's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The settings of ``[schedule]``, and the leaves that the person took.

    zone: the plan's IANA zone; all days and hours are its wall clock.
    hours: by weekday (0 is Monday) the spans in which blocks may lie.
    liked: by weekday the spans that are liked best; none given: all hours alike.
    rest_weekdays, rest_dates: days without blocks.
    pauses: leaves, as (first day, last day), both included.
    daily, weekly: most minutes of blocks in a day and in a week (Monday to Sunday).
    shortest, longest: minutes of one block. buffer: minutes kept free around busy time.
    share: how much of a week's free time blocks may fill, 0 to 1.
    publish_days: how far ahead blocks stand in the calendar. freeze_hours: a block that
    starts within these stays put. default_minutes: the effort of a task without one.
    horizon_days: how far ahead blocks are planned at all. assume_done: whether a block
    that nobody confirmed counts as done after a day.
    """

    zone: str = "UTC"
    hours: Mapping[int, tuple[ClockSpan, ...]] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(range(7), ((1080, 1260),)))
    )
    liked: Mapping[int, tuple[ClockSpan, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    rest_weekdays: frozenset[int] = frozenset()
    rest_dates: frozenset[date] = frozenset()
    pauses: tuple[tuple[date, date], ...] = ()
    daily: int = 120
    weekly: int = 480
    shortest: int = 30
    longest: int = 120
    buffer: int = 10
    share: float = 0.6
    publish_days: int = 21
    freeze_hours: int = 48
    default_minutes: int = 60
    horizon_days: int = 84
    assume_done: bool = True

    def rests(self, day: date) -> bool:
        """Say whether no block may lie on a day."""
        if day.weekday() in self.rest_weekdays or day in self.rest_dates:
            return True
        return any(first <= day <= last for first, last in self.pauses)


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
        return sum(float(getattr(self, cause.name)) for cause in fields(self))


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

    def plan(self, problem: Problem, effort: Effort, rng: RandomSource) -> Timetable:
        """Return a timetable that keeps every hard rule, whatever the problem holds."""
        ...
