"""What cuts across connectors, as wrappers with the contract's own interface.

``Retry(Throttle(DryRun(connector)))``: each is complete by type, as each is returned as a
``Connector``: a method of the contract that a wrapper lacks fails the type check.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from syncd.connect.contract import Busy, Connector, Outcome
from syncd.connect.network import RateLimiter
from syncd.errors import HoldTool, Mistake, Stopped, TryLater, Unclear, wait_of
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Carried, Op, Pull, Remote, Write
from syncd.model.schema import Fields

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLimits:
    """How long to wait for a tool, in seconds, and how often to try again.

    attempts: of one call. longest_wait: what a service may ask for; more ends the call.
    budget: of waiting while nothing succeeds: with each success it starts anew.
    first_pause: where the service asks for none; it doubles each time. silence: what failed
    attempts of one call may take themselves: a service that hangs is not asked four times.
    """

    attempts: int = 4
    longest_wait: float = 75.0
    budget: float = 120.0
    first_pause: float = 0.5
    silence: float = 30.0


def wrapped(
    connector: Connector,
    limiter: RateLimiter,
    rng: random.Random,
    patience: RetryLimits | None = None,
) -> Connector:
    """Return a connector that keeps to its service's rate limit and tries again."""
    return Retry(Throttle(connector, limiter), limiter, rng, patience or RetryLimits())


class Retry:
    """Tries again, after a pause, what was not done, and what is safe to do twice.

    ``TryLater`` means that nothing was done: it is always tried again. A write whose outcome
    is ``Unclear`` is so only where the connector says that its operation is ``idempotent``;
    what was once unclear stays unclear, though a later attempt was refused. When patience
    ends, the last error stands.
    """

    def __init__(
        self,
        connector: Connector,
        limiter: RateLimiter,
        rng: random.Random,
        patience: RetryLimits,
    ) -> None:
        self._inner = connector
        self._limiter = limiter
        self._rng = rng
        self._patience = patience
        self._waited = 0.0
        self.name = connector.name
        self.edit_resolution = connector.edit_resolution
        self.provides_urls = connector.provides_urls
        self.keeps_marks = connector.keeps_marks
        self.reads_busy = connector.reads_busy
        self.batch_size = connector.batch_size
        self.idempotent = connector.idempotent

    @property
    def capabilities(self) -> Mapping[Kind, Carried]:
        """What the tool carries, by kind."""
        return self._inner.capabilities

    def bind(self) -> Binding:
        """Find the containers."""
        return self._again(self._inner.bind)

    def provision(self) -> None:
        """Make what is missing; each container that was made is remembered."""
        self._again(self._inner.provision)

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed; a connector goes on where a reading was interrupted."""
        return self._again(lambda: self._inner.pull(cursor))

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item."""
        return self._again(lambda: self._inner.read(kind, remote))

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Read what was edited since an instant."""
        return self._again(lambda: self._inner.edited(kind, since))

    def find(self, write: Write) -> Remote | None:
        """Look for what a create made."""
        return self._again(lambda: self._inner.find(write))

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes; those that were not done again, in their order."""
        outcomes = self._again(lambda: self._inner.write(writes))
        latest, attempt = outcomes, 1
        while left := self._left(writes, outcomes):
            error = next(
                outcome for outcome in latest if isinstance(outcome, TryLater | Unclear)
            )
            if not self._paused(error, attempt):
                return outcomes
            attempt += 1
            latest = self._tried([writes[place] for place in left])
            for place, now in zip(left, latest, strict=True):
                if not (isinstance(outcomes[place], Unclear) and isinstance(now, TryLater)):
                    outcomes[place] = now
        self._waited = 0.0
        return outcomes

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what the tool can hold."""
        return self._inner.fit(kind, fields)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether the tool can hold such an entity."""
        return self._inner.can_hold(kind, fields)

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return which item an address leads to."""
        return self._inner.id_from_url(url)

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Read when the user has no time."""
        return self._again(lambda: self._inner.busy(start, end))

    def close(self) -> None:
        """Let go of connections."""
        self._inner.close()

    def _left(self, writes: Sequence[Write], outcomes: Sequence[Outcome]) -> list[int]:
        """Return the places of the writes that may be sent again."""
        return [
            place
            for place, (write, outcome) in enumerate(zip(writes, outcomes, strict=True))
            if (isinstance(outcome, TryLater) and not isinstance(outcome, Stopped))
            or (isinstance(outcome, Unclear) and write.op in self.idempotent)
        ]

    def _tried(self, writes: Sequence[Write]) -> list[Outcome]:
        try:
            return self._inner.write(writes)
        except TryLater as error:
            return [error for _ in writes]

    def _again(self, call: Callable[[], T]) -> T:
        attempt, spent, clock = 0, 0.0, self._limiter.clock
        while True:
            attempt, began = attempt + 1, clock.monotonic()
            try:
                done = call()
            except Stopped:
                raise
            except TryLater as error:
                spent += clock.monotonic() - began
                if spent > self._patience.silence or not self._paused(error, attempt):
                    raise
            else:
                self._waited = 0.0
                return done

    def _paused(self, error: TryLater | Unclear, attempt: int) -> bool:
        """Wait before the next attempt; False where there is to be none."""
        patience = self._patience
        backoff = patience.first_pause * 2 ** (attempt - 1) * (0.5 + self._rng.random())
        requested_wait = wait_of(error.seconds) if isinstance(error, TryLater) else None
        wait = requested_wait if requested_wait is not None else backoff
        spent = wait > patience.longest_wait or self._waited + wait > patience.budget
        if attempt >= patience.attempts or spent:
            return False
        self._waited += wait
        return not self._limiter.sleep(wait)


class Throttle:
    """Counts and spreads requests, and lets readings be given up between two of them.

    The requests themselves go through the ``RateLimiter`` in the connector's transport.
    """

    def __init__(self, connector: Connector, limiter: RateLimiter) -> None:
        self._inner = connector
        self._limiter = limiter
        self.name = connector.name
        self.edit_resolution = connector.edit_resolution
        self.provides_urls = connector.provides_urls
        self.keeps_marks = connector.keeps_marks
        self.reads_busy = connector.reads_busy
        self.batch_size = connector.batch_size
        self.idempotent: frozenset[Op] = getattr(connector, "idempotent", frozenset())

    @property
    def capabilities(self) -> Mapping[Kind, Carried]:
        """What the tool carries, by kind."""
        return self._inner.capabilities

    def bind(self) -> Binding:
        """Find the containers."""
        with self._limiter.reading():
            return self._inner.bind()

    def provision(self) -> None:
        """Make what is missing; a container that is being made is waited for."""
        self._inner.provision()

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed."""
        with self._limiter.reading():
            return self._inner.pull(cursor)

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item."""
        with self._limiter.reading():
            return self._inner.read(kind, remote)

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Read what was edited; a connector may leave this method out."""
        ask = getattr(self._inner, "edited", None)
        if ask is None:
            return None
        with self._limiter.reading():
            items: Sequence[Remote] | None = ask(kind, since)
            return items

    def find(self, write: Write) -> Remote | None:
        """Look for what a create made."""
        with self._limiter.reading():
            return self._inner.find(write)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes; what has begun is not given up."""
        return self._inner.write(writes)

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what the tool can hold."""
        return self._inner.fit(kind, fields)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether the tool can hold such an entity."""
        return self._inner.can_hold(kind, fields)

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return which item an address leads to."""
        return self._inner.id_from_url(url)

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Read when the user has no time."""
        with self._limiter.reading():
            return self._inner.busy(start, end)

    def close(self) -> None:
        """Let go of connections."""
        self._inner.close()


class DryRun:
    """Reads go through; nothing is ever written."""

    def __init__(self, connector: Connector) -> None:
        self._inner = connector
        self._missing: tuple[str, ...] = ()
        self.name = connector.name
        self.edit_resolution = connector.edit_resolution
        self.provides_urls = connector.provides_urls
        self.keeps_marks = connector.keeps_marks
        self.reads_busy = connector.reads_busy
        self.batch_size = connector.batch_size
        self.idempotent: frozenset[Op] = frozenset()

    @property
    def capabilities(self) -> Mapping[Kind, Carried]:
        """What the tool carries, by kind."""
        return self._inner.capabilities

    def bind(self) -> Binding:
        """Find the containers; remember which are missing."""
        binding = self._inner.bind()
        self._missing = binding.missing
        return binding

    def provision(self) -> None:
        """Make nothing."""

    def pull(self, cursor: str | None) -> Pull:
        """Read; where the containers are still to be made there is nothing to read."""
        try:
            return self._inner.pull(cursor)
        except (HoldTool, Mistake):
            if not self._missing:
                raise
            return Pull()

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item."""
        return self._inner.read(kind, remote)

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Return None: this is asked before writes alone."""
        del kind, since
        return None

    def find(self, write: Write) -> Remote | None:
        """Look for what a create made."""
        return self._inner.find(write)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Refuse: what was in flight stays in flight."""
        message = "A dry run writes nothing: this write is looked into by the next cycle."
        return [Unclear(message) for _ in writes]

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what the tool can hold."""
        return self._inner.fit(kind, fields)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether the tool can hold such an entity."""
        return self._inner.can_hold(kind, fields)

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return which item an address leads to."""
        return self._inner.id_from_url(url)

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Read when the user has no time."""
        return self._inner.busy(start, end)

    def close(self) -> None:
        """Let go of connections."""
        self._inner.close()
