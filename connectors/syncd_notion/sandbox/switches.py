"""What can be chosen of how the sandbox behaves, its clock and its rate limit among it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd_notion.sandbox.errors import too_many


@dataclass(slots=True)
class NotionSwitches:
    """What can be chosen of how the sandbox behaves.

    stale: how old the rows are that queries and searches are answered from.
    index_lag: how long a new row is missing from queries.
    search_delay: how much older than queries searches are.
    omits: ids of pages that queries and searches leave out.
    repeats_rows: whether each page of a list begins with the last row of the one before.
    ends_silently: whether a query that ends at its limit says nothing of that.
    relates_to_gone: what a relation to a page that does not exist or is in the trash is:
        "refused" with 404 naming that page, or taken: without the one that does not
        exist, with the one in the trash (neither is recorded).
    shows_trashed: whether relations show pages that are in the trash (not recorded).
    saved_unsaid: how many of the next writes are done and answered with 503.
    per_minute: how many requests are answered in a minute; None is any number (180 a
        connection are documented).
    extra_keys: keys that are added to every page, unknown to all clients.
    skew: how far the service's clock is ahead.
    """

    stale: timedelta = timedelta(0)
    index_lag: timedelta = timedelta(0)
    search_delay: timedelta = timedelta(0)
    omits: set[str] = field(default_factory=set)
    repeats_rows: bool = False
    ends_silently: bool = False
    relates_to_gone: str = "taken"
    shows_trashed: bool = True
    saved_unsaid: int = 0
    per_minute: int | None = None
    extra_keys: dict[str, Any] = field(default_factory=dict)
    skew: timedelta = timedelta(0)


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
