"""A clock for the demonstration, which lets a week pass in seconds."""

from datetime import UTC, datetime, timedelta

from syncd.clock import Clock


class DemoClock:
    """Tells another clock's time, some days earlier; it only ever goes forward.

    Seconds pass as they do there, and so do sleeps.
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
