"""The contract of a connector: its promises are tests in ``syncd.testing``.

Every method raises only errors of ``syncd.errors``:

- ``SignIn``: the credentials are refused;
- ``TryLater``: not done, worth trying again (with ``seconds`` when the tool says so);
- ``Unclear``: a write was sent and nobody knows whether it was done;
- ``StartOver``: (pull) the cursor is no longer good;
- ``HoldTool``: a container that was bound is gone or unreadable;
- ``SkipItem``: this one item is refused; ``Gone``: it is not there any more;
  ``Changed``: it moved on since ``seen``;
- ``Mistake``: the settings name something that can't be.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic import BaseModel

from syncd.clock import Clock
from syncd.connect.network import Network, RateLimit
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Carried, Op, Pull, Remote, Write
from syncd.model.schema import Fields


@dataclass(frozen=True, slots=True, order=True)
class BusySpan:
    """From ``start`` until before ``end``, both in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """What a tool told of a person's busy time.

    spans: in order, neither overlapping nor touching, within what was asked for.
    calendars: the names of those that were read.
    unreadable: a sentence, ending with what to do, for each calendar that could not be
        read: nobody knows when that one is busy, so it is never taken for free.
    problems: sentences on what was read, though not as the settings ask for.
    """

    spans: tuple[BusySpan, ...] = ()
    calendars: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def merged(spans: Iterable[BusySpan], start: datetime, end: datetime) -> tuple[BusySpan, ...]:
    """Return spans as ``Busy`` promises them: clipped to start and end, in order, in UTC."""
    busy: list[BusySpan] = []
    for span in sorted(_within(span, start, end) for span in spans):
        if span.end <= span.start:
            continue
        if busy and span.start <= busy[-1].end:
            busy[-1] = BusySpan(busy[-1].start, max(busy[-1].end, span.end))
        else:
            busy.append(span)
    return tuple(busy)


def _within(span: BusySpan, start: datetime, end: datetime) -> BusySpan:
    first, last = max(span.start, start), min(span.end, end)
    return BusySpan(first.astimezone(UTC), last.astimezone(UTC))


Outcome = Remote | Exception | None
"""What became of a write: the item as the tool now holds it, None for a delete that
is done, or the error of ``syncd.errors`` that this one write met."""


class ConnectorMemory(Protocol):
    """What a connector remembers between runs: names to JSON values."""

    def get(self, name: str) -> Any:
        """Return what was put under ``name``, or None."""
        ...

    def put(self, name: str, value: Any) -> None:
        """Keep ``value`` (JSON) under ``name``, durably, before returning."""
        ...


class Connector(Protocol):
    """One tool."""

    name: str
    edit_resolution: timedelta
    """How fine the tool's edit times are (a minute, a millisecond)."""
    provides_urls: bool
    """Whether ``Remote.url`` is the address that other tools carry as ``PAGE_URL``."""
    keeps_marks: bool
    """Whether the tool's items hold syncd's own key (``Remote.mark``). Then an update,
    even one without fields, writes the mark where ``seen.mark`` is not the entity."""
    reads_busy: bool
    """Whether the tool can tell when its user has no time."""
    batch_size: int
    """How many writes one call of ``write`` may hold."""
    idempotent: frozenset[Op]
    """The operations that are done once, however often they are sent with one key. Such a
    write is sent again at once where its outcome is unclear; another one after a look."""

    @property
    def capabilities(self) -> Mapping[Kind, Carried]:
        """What the tool carries, by kind."""
        ...

    def bind(self) -> Binding:
        """Find the containers; reads only, so that a dry run may call it.

        A container that is missing and was never bound is in ``missing``. One that
        was bound before and is gone raises ``HoldTool``.
        """
        ...

    def provision(self) -> None:
        """Make what ``bind`` found missing, remembering each id as it comes."""
        ...

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``, or everything for None.

        A page that fails raises; nothing short is ever returned.
        """
        ...

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item directly. Raises ``Gone`` on evidence of removal."""
        ...

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Return the items of a kind that were edited since an instant by syncd's clock.

        Asked before many items without versions are written: one request instead of one an
        item. More than was asked for may come; what was removed need not. None where the
        tool can't be asked that: then each item without a version is read.
        """
        ...

    def find(self, write: Write) -> Remote | None:
        """Look for what an unclear create may have made, by key or mark."""
        ...

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes in order; one outcome each, in the same order.

        Raises only when none was done (``SignIn``, ``TryLater``, ``HoldTool``); what follows a
        failing write is still tried. A create whose key was seen before answers
        with the item that it made then. A delete of what is gone succeeds.
        """
        ...

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what this tool can hold of ``fields``: shortened, rounded, zone-less.

        ``fit`` twice is ``fit`` once, and what it returns, ``pull`` gives back.
        Fields that the tool does not carry are left out.
        """
        ...

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether this tool can hold such an entity at all.

        A calendar, for one, has no place for a milestone without a day.
        """
        ...

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return which item of this tool an address leads to, by its form alone.

        None for every tool that does not give addresses, and for others' addresses.
        """
        ...

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Return when the user has no time between these instants; reads only.

        What syncd itself wrote is not busy time. A calendar that cannot be read is told
        as such, never as free; ``TryLater`` or ``SignIn`` where none could be read. A tool
        that cannot tell (``reads_busy`` is False) returns an empty ``Busy``.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """What a connector is given to work with.

    network: what its ``syncd.connect.http.Transport`` needs; a connector that asks its
    service in another way calls ``network.limiter.request()`` before each request.
    """

    clock: Clock
    memory: ConnectorMemory
    network: Network
    timezone: str
    """The plan's IANA zone, for moments that come without one."""
    new_key: Callable[[], str]
    """Makes a fresh UUID as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What an entry point of the group ``syncd.connectors`` names.

    title: how a person calls the tool.
    settings: the pydantic model of ``[connectors.NAME]`` (without ``enabled``).
    build: makes the connector; raises ``Mistake`` where a setting is missing, with
        a sentence that says which and how to get it.
    secrets: the settings (by name) that are secrets.
    sign_in: signs in interactively and stores what that yields; takes the settings,
        ``say`` (prints a line) and what a transport needs, returns the sentence to end
        with. None where a token in the settings is all there is.
    rate_limit: how many requests the service allows, by the settings; None if unknown.
    """

    name: str
    title: str
    settings: type[BaseModel]
    build: Callable[[Any, Toolbox], Connector]
    secrets: frozenset[str] = frozenset()
    sign_in: Callable[[Any, Callable[[str], None], Network], str] | None = None
    rate_limit: Callable[[Any], RateLimit | None] = lambda _: None
