"""The week that the demonstration plays, when its steps take place, and the clock that shows it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncd.clock import Clock
from syncd.testing.sandbox import CalendarUser

_BEGINS = time(20)
_EVENING = time(21, 15)
_AFTERNOON = time(16, 30)
_TEA = time(17)
_DUE = time(7)

Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWeek:
    """The last whole week before ``now``, by the wall clock of a zone.

    It begins on the evening before, so that there is something to compare with.
    """

    monday: date
    zone: str
    early: bool

    @property
    def begins(self) -> datetime:
        """Return when the plan is written and first synced: on Sunday evening."""
        return self._at(-1, _BEGINS)

    @property
    def monday_evening(self) -> datetime:
        """Return when Monday's blocks are over."""
        return self._at(0, _EVENING)

    @property
    def thursday_evening(self) -> datetime:
        """Return when Thursday's blocks are over."""
        return self._at(3, _EVENING)

    @property
    def saturday_afternoon(self) -> datetime:
        """Return when Saturday's blocks are over."""
        return self._at(5, _AFTERNOON)

    @property
    def sunday(self) -> datetime:
        """Return a time on Sunday, when no block is planned."""
        return self._at(6, _TEA)

    def day(self, weekday: int, at: time) -> datetime:
        """Return a time of the week; days from 7 on are of the one after."""
        return self._at(weekday, at)

    @property
    def due(self) -> datetime:
        """Return when the digest of the week is due."""
        return self._at(7, time(0) if self.early else _DUE)

    @property
    def setting(self) -> str:
        """Return the same as ``[review]`` has it."""
        return f"mon {time(0) if self.early else _DUE:%H:%M}"

    def _at(self, days: int, wall: time) -> datetime:
        return datetime.combine(self.monday + timedelta(days=days), wall, ZoneInfo(self.zone))


def sample_week(now: datetime, zone: str) -> SampleWeek:
    """Return the week whose digest is the last one.

    On a Monday morning before the usual hour the digest is due at midnight, for nothing
    may be played that is still to come.
    """
    local = now.astimezone(ZoneInfo(zone))
    monday = local.date() - timedelta(days=local.weekday() + 7)
    early = local.weekday() == 0 and local.time() < _DUE
    return SampleWeek(monday=monday, zone=zone, early=early)


class DemoClock:
    """Shows another clock's time, some days earlier, so that a week passes in seconds.

    It only ever goes forward. Seconds pass as they do there, and so do sleeps.
    """

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._behind = timedelta(0)

    def now(self) -> datetime:
        """Return the instant that is being played, in UTC."""
        return self._real.now() - self._behind

    def monotonic(self) -> float:
        """Return the other clock's seconds."""
        return self._real.monotonic()

    def sleep(self, seconds: float) -> bool:
        """Sleep as the other clock does."""
        return self._real.sleep(seconds)

    def start(self, at: datetime) -> None:
        """Begin at an instant, or at the present if that is earlier."""
        self._behind = max(timedelta(0), self._real.now() - at.astimezone(UTC))

    def go_to(self, at: datetime) -> None:
        """Let it become ``at``: never earlier than it is, nor later than the present."""
        self._behind = min(self._behind, max(timedelta(0), self._real.now() - at))

    def go_home(self) -> None:
        """Let it become the present."""
        self._behind = timedelta(0)


_PLANS: tuple[tuple[str, int, time, time], ...] = (
    ("Yoga", 0, time(18), time(18, 45)),
    ("Dinner with friends", 3, time(19, 30), time(21, 30)),
    ("Parents' evening", 7, time(18), time(19, 30)),
    ("Theatre", 10, time(19, 30), time(22)),
)
"""What the person has planned: title, how many days after Monday, from when to when."""


def add_plans(user: CalendarUser, week: SampleWeek) -> list[Times]:
    """Enter the person's plans for some evenings; return when they are."""
    spans = []
    for title, day, start, end in _PLANS:
        span = (week.day(day, start), week.day(day, end))
        user.meeting(title, *span)
        spans.append(span)
    return spans
