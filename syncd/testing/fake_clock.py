"""A clock for tests: sleeping passes no time but its own."""

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 5, 4, 8, 16, 25, 324095, tzinfo=UTC)
"""Where a ``FakeClock`` begins unless told otherwise: a Monday morning."""


class FakeClock:
    """Stands still but for ``sleep`` and ``advance``; safe to share between threads.

    slept: the seconds of each sleep, in order.
    stopped: set it, and every sleep from then on returns True at once.
    """

    def __init__(self, start: datetime = START) -> None:
        self.slept: list[float] = []
        self.stopped = threading.Event()
        self._start = start.astimezone(UTC)
        self._passed = timedelta(0)
        self._shift = timedelta(0)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return this clock's instant."""
        with self._lock:
            return self._start + self._passed + self._shift

    def monotonic(self) -> float:
        """Return the seconds that have passed here since the start."""
        with self._lock:
            return self._passed.total_seconds()

    def sleep(self, seconds: float) -> bool:
        """Let ``seconds`` pass at once; True when asked to stop."""
        if self.stopped.is_set():
            return True
        with self._lock:
            self.slept.append(seconds)
        self.advance(seconds=max(0.0, seconds))
        return False

    def advance(self, *, days: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        with self._lock:
            self._passed += timedelta(days=days, minutes=minutes, seconds=seconds)

    def set_to(self, moment: datetime) -> None:
        """Put the wall clock to ``moment``, as a person does; no time passes."""
        with self._lock:
            self._shift = moment.astimezone(UTC) - self._start - self._passed
