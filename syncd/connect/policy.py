"""One policy of waiting for each tool: retries, pauses, counting, clock offset."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from syncd.clock import Clock
from syncd.errors import TryLater, Unclear

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one cycle may wait for a tool, in seconds, and how often it retries."""

    attempts: int = 4
    longest_wait: float = 60.0
    budget: float = 120.0
    first_pause: float = 0.5


class Policy:
    """Counts a tool's requests and repeats those that may be repeated.

    One instance a tool; its lane is one thread. ``renew`` starts a new cycle's budget.
    """

    def __init__(self, clock: Clock, rng: random.Random, patience: Patience) -> None:
        self._clock = clock
        self._rng = rng
        self._patience = patience
        self._waited = 0.0
        self.requests = 0
        self.offset: timedelta | None = None

    def renew(self) -> None:
        """Begin a cycle: counters and the budget of waiting start anew."""
        self._waited = 0.0
        self.requests = 0

    def note(self, date_header: str | None) -> None:
        """Count one reply, and learn the tool's clock from its Date header."""
        if not date_header:
            return
        try:
            theirs = parsedate_to_datetime(date_header)
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self.offset = theirs - self._clock.now()

    def call(self, request: Callable[[], T], *, repeatable: bool) -> T:
        """Do ``request``, again after a pause where that is safe.

        ``TryLater`` means that nothing was done, so it is always tried again;
        ``Unclear`` only where the request is ``repeatable`` (a read, or a write that
        its key makes safe). When patience ends, the last error is raised; but what was
        once unclear stays unclear, though a later attempt was refused.
        """
        attempt = 0
        doubt: Unclear | None = None
        while True:
            attempt += 1
            self.requests += 1
            try:
                return request()
            except TryLater as error:
                self._pause(doubt or error, attempt, error.seconds)
            except Unclear as error:
                if not repeatable:
                    raise
                doubt = error
                self._pause(error, attempt, None)

    def _pause(self, error: TryLater | Unclear, attempt: int, asked: float | None) -> None:
        backoff = self._patience.first_pause * 2 ** (attempt - 1) * (0.5 + self._rng.random())
        wait = asked if asked is not None else backoff
        too_long = wait > self._patience.longest_wait
        spent = self._waited + wait > self._patience.budget
        if attempt >= self._patience.attempts or too_long or spent:
            raise error
        self._waited += wait
        if self._clock.sleep(wait):
            raise error
