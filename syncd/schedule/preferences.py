"""What the person wants of their time, as the schedule works with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

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
