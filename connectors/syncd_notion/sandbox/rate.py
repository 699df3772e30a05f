"""The service's clock, and how often it may be asked."""

from datetime import datetime, timedelta

from syncd.clock import Clock
from syncd_notion.sandbox.refusals import too_many
from syncd_notion.sandbox.switches import NotionSwitches

_WINDOW = timedelta(seconds=60)


class NotionClock:
    """The service's clock, which may be wrong."""

    def __init__(self, clock: Clock, switches: NotionSwitches) -> None:
        self._clock = clock
        self._switches = switches

    def now(self) -> datetime:
        """Return the time as the service tells it."""
        return self._clock.now() + self._switches.skew


class NotionRateLimit:
    """So many requests in each window of sixty seconds."""

    def __init__(self, clock: NotionClock, switches: NotionSwitches) -> None:
        self._clock = clock
        self._switches = switches
        self._start = clock.now()
        self._count = 0

    def count(self) -> None:
        """Count a request. Refuses one too many, saying how many seconds to wait."""
        now, most = self._clock.now(), self._switches.per_minute
        if now >= self._start + _WINDOW:
            self._start, self._count = now, 0
        self._count += 1
        if most is not None and self._count > most:
            raise too_many(int((self._start + _WINDOW - now).total_seconds()) + 1)
