"""One policy of waiting for each tool: retries, pauses, counting, clock offset."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from syncd.clock import Clock
from syncd.connect.waiting import http_date
from syncd.errors import Stopped, TryLater, Unclear, wait_of

T = TypeVar("T")
_FARTHEST = timedelta(days=36525)
"""A clock is believed to be wrong by a century at the most; more is no date at all."""
_LOOK = 0.25
"""Seconds of a pause between two looks at whether syncd is to stop."""


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
        self._stopping: Callable[[], bool] | None = None
        self._gives_up = False
        self.requests = 0
        self.total = 0
        """Requests since this was made; never counted anew."""
        self.offset: timedelta | None = None

    def heed(self, stopping: Callable[[], bool]) -> None:
        """Look at ``stopping`` during pauses, and between the requests of a reading."""
        self._stopping = stopping

    def give_up(self, *, when_stopping: bool) -> None:
        """Say whether what comes now may be given up between two requests: reading may."""
        self._gives_up = when_stopping

    def renew(self) -> None:
        """Begin a cycle: counters and the budget of waiting start anew."""
        self._waited = 0.0
        self.requests = 0

    def note(self, date_header: str | None) -> None:
        """Count one reply, and learn the tool's clock from its Date header."""
        theirs = http_date(date_header)
        if theirs is None:
            return
        offset = theirs - self._clock.now()
        if abs(offset) <= _FARTHEST:
            self.offset = offset

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
            self._go_on()
            attempt += 1
            self.requests += 1
            self.total += 1
            try:
                return request()
            except TryLater as error:
                self._pause(doubt or error, attempt, error.seconds)
            except Unclear as error:
                if not repeatable:
                    raise
                doubt = error
                self._pause(error, attempt, None)

    def _pause(self, error: TryLater | Unclear, attempt: int, asked: object) -> None:
        backoff = self._patience.first_pause * 2 ** (attempt - 1) * (0.5 + self._rng.random())
        told = wait_of(asked)
        wait = told if told is not None else backoff
        too_long = wait > self._patience.longest_wait
        spent = self._waited + wait > self._patience.budget
        if attempt >= self._patience.attempts or too_long or spent:
            raise error
        self._waited += wait
        if self._slept(wait):
            raise error

    def _go_on(self) -> None:
        if self._gives_up and self._stopping is not None and self._stopping():
            raise Stopped("syncd was asked to stop: this is read next time.")

    def _slept(self, wait: float) -> bool:
        """Wait; True when asked to stop meanwhile."""
        if self._stopping is None:
            return self._clock.sleep(wait)
        while wait > 0 and not self._stopping():
            if self._clock.sleep(min(wait, _LOOK)):
                return True
            wait -= _LOOK
        return self._stopping()
