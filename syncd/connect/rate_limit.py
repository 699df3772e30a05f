"""How fast a service may be asked, and whether syncd is to stop: one look a request."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from syncd.clock import Clock
from syncd.connect.waiting import http_date
from syncd.errors import Stopped

_FARTHEST = timedelta(days=36525)
"""A clock is believed to be wrong by a century at the most; more is no date at all."""
_LOOK = 0.25
"""Seconds of a pause between two looks at whether syncd is to stop."""
_MARGIN = 1.0
"""Seconds that a window is believed to be longer: requests arrive unevenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """How many requests a service allows in a window of so many seconds.

    writes: how many items one request writes, as far as that is known. items: what a person
    calls these.
    """

    requests: int
    seconds: float
    writes: int = 1
    items: str = "items"

    @property
    def per_minute(self) -> int:
        """Return how many items can be written in a minute."""
        return max(1, round(self.requests * self.writes * 60 / self.seconds))


class RateLimiter:
    """Counts a tool's requests and lets no more go out than its service's limit.

    One instance a tool; its lane is one thread. ``offset`` is the service's clock less
    ours, once a reply told; ``received`` counts the bytes of its replies.
    """

    def __init__(self, clock: Clock, rate_limit: RateLimit | None = None) -> None:
        self.clock = clock
        self.rate_limit = rate_limit
        self._sent: deque[float] = deque(maxlen=rate_limit.requests if rate_limit else 0)
        self._stopping: Callable[[], bool] | None = None
        self._reading = 0
        self._goes_on: float | None = None
        self.total = 0
        self.received = 0
        self.offset: timedelta | None = None

    def heed(self, stopping: Callable[[], bool]) -> None:
        """Look at ``stopping`` during pauses, and between the requests of a reading."""
        self._stopping = stopping

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is asked for meanwhile may be given up between two requests."""
        self._reading += 1
        try:
            yield
        finally:
            self._reading -= 1

    def request(self) -> None:
        """Count one request, once it is its turn. Raises ``Stopped`` while reading."""
        self._go_on()
        wait = self._until_allowed()
        if wait > 0:
            self._goes_on = self.clock.monotonic() + wait
            try:
                self.sleep(wait)
            finally:
                self._goes_on = None
            self._go_on()
        self._sent.append(self.clock.monotonic())
        self.total += 1

    @property
    def pausing(self) -> bool:
        """Whether a request waits for its turn."""
        return self._goes_on is not None

    @property
    def pause(self) -> float:
        """Return the seconds until a request that waits for its turn goes out, else 0."""
        goes_on = self._goes_on
        return 0.0 if goes_on is None else max(0.0, goes_on - self.clock.monotonic())

    def sleep(self, wait: float) -> bool:
        """Wait; True as soon as syncd is to stop."""
        if self._stopping is None:
            return self.clock.sleep(wait)
        while wait > 0 and not self._stopping():
            if self.clock.sleep(min(wait, _LOOK)):
                return True
            wait -= _LOOK
        return self._stopping()

    def note(self, date_header: str | None, size: int = 0) -> None:
        """Learn the service's clock from the Date header of a reply of so many bytes."""
        self.received += size
        theirs = http_date(date_header)
        if theirs is None:
            return
        offset = theirs - self.clock.now()
        if abs(offset) <= _FARTHEST:
            self.offset = offset

    def _go_on(self) -> None:
        if self._reading and self._stopping is not None and self._stopping():
            raise Stopped("syncd was asked to stop: this is read next time.")

    def _until_allowed(self) -> float:
        """Return the seconds until one more request is within the limit."""
        rate_limit = self.rate_limit
        if rate_limit is None or len(self._sent) < rate_limit.requests:
            return 0.0
        ends = self._sent[0] + rate_limit.seconds + _MARGIN
        return max(0.0, ends - self.clock.monotonic())
