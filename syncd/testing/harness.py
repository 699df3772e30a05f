"""What the suite needs to try a connector: a tool, its user, and ways to fail."""

import random
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from syncd.connect.contract import Connector, ConnectorMemory, Outcome, Toolbox
from syncd.connect.network import Network, RateLimit, RateLimiter
from syncd.connect.wrappers import wrapped
from syncd.errors import SyncdError
from syncd.model.entities import REFERENCE_ORDER, Kind
from syncd.model.ids import RemoteId, derived_id
from syncd.model.remote import LINKS, PAGE_URL, Op, Remote, Seen, Write
from syncd.model.schema import REFERENCE_FIELDS, Fields
from syncd.model.values import Value
from syncd.testing.fake_clock import FakeClock
from syncd.testing.samples import sample
from syncd.testing.sandbox import Served, UserDriver


class Harness(ABC):
    """A fresh connector on a fresh tool, without containers yet.

    served: where the tool answers over HTTP, its server, for the faults of HTTP.
    errors: the bodies that the service sends with an error status; ``{}`` without one.
    bare: what ``connector`` wraps. limiter: where its requests are counted.
    conditional: whether the service refuses a write that relies on an old version.
    """

    connector: Connector
    person: UserDriver
    clock: FakeClock
    bare: Connector
    limiter: RateLimiter
    served: Served | None = None
    errors: Mapping[int, Any] = {}
    conditional: bool = False

    # What each harness does in its own way.

    @abstractmethod
    def restart(self, *, remembering: bool = True) -> Connector:
        """Replace ``connector`` by a new one, as syncd's next start does.

        Without ``remembering``, what it put in its ``ConnectorMemory`` is lost.
        """

    @abstractmethod
    def requests(self) -> int:
        """Return how many requests the service has had."""

    @abstractmethod
    def lose_reply(self) -> None:
        """Have the next write done, its reply lost."""

    @abstractmethod
    def break_after(self, requests: int) -> None:
        """Serve so many more requests, then none until ``heal``."""

    @abstractmethod
    def heal(self) -> None:
        """Take all faults away."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything."""

    # What some can do: True when done; else the tests that need it are skipped.

    def wrong_credentials(self) -> bool:
        """Replace ``connector`` by one whose credentials the service does not know."""
        return False

    def unsigned(self) -> Connector | None:
        """Build a connector without credentials; None where none are needed."""
        return None

    def revoke(self) -> bool:
        """Have the service refuse from now on the credentials that it accepted."""
        return False

    def expire_cursors(self) -> bool:
        """Make every cursor useless."""
        return False

    def lose_container(self) -> bool:
        """Have the person delete what holds the items (a database, a calendar)."""
        return False

    def containers(self) -> list[str] | None:
        """Return the names of what the person sees to hold items, if that can be told."""
        return None

    def keep_aside(self, kind: Kind, title: str) -> bool:
        """Put something on an item that syncd knows nothing of (a comment, a colour)."""
        del kind, title
        return False

    def kept_aside(self, kind: Kind, title: str) -> bool:
        """Say whether it is still there, as it was."""
        raise NotImplementedError

    def keep_busy(self, start: datetime, end: datetime) -> bool:
        """Have the person plan something else then."""
        del start, end
        return False

    def close_a_calendar(self) -> bool:
        """Make one more calendar than there is be asked for, which cannot be read."""
        return False

    def address(self, number: int) -> str:
        """Return the address of a page in the tool that gives addresses."""
        return f"https://pages.example.org/{number:032x}"

    # What tests do with it.

    def start(self) -> None:
        """Find the containers and make what is missing."""
        self.connector.bind()
        self.connector.provision()

    def kinds(self) -> list[Kind]:
        """Return what the tool can hold, in an order in which it can be made."""
        carried = [kind for kind in REFERENCE_ORDER if kind in self.connector.capabilities]
        return [
            kind
            for kind in carried
            if self.connector.can_hold(kind, sample(kind, "A title", {}))
        ]

    def lasting(self, kind: Kind) -> frozenset[str]:
        """Return the fields of a kind that are read back."""
        carried = self.connector.capabilities[kind]
        return carried.fields - carried.write_once

    def new_write(self, kind: Kind, title: str, **fields: Value) -> Write:
        """Return a create of an item with every field filled, but for these."""
        return self.new_from(kind, sample(kind, title, {}) | self.elsewhere(kind) | fields)

    def new_from(self, kind: Kind, fields: Fields) -> Write:
        """Return a create of an item with these fields."""
        number = self._count()
        whole = dict(fields)
        if PAGE_URL in self.connector.capabilities[kind].fields:
            whole[PAGE_URL] = self.address(number)
        if LINKS in self.connector.capabilities[kind].fields:
            whole.setdefault(LINKS, f"Notion {self.address(number)}")
        entity = derived_id("contract", str(number))
        carried = self.connector.fit(kind, whole)
        return Write(op=Op.CREATE, key=self.key(), kind=kind, entity=entity, fields=carried)

    def create(self, kind: Kind, title: str, **fields: Value) -> Remote:
        """Make an item with every field filled, but for these."""
        return self.made(self.new_write(kind, title, **fields))

    def made(self, write: Write) -> Remote:
        """Do a write that must succeed with an item."""
        outcome = self.do(write)
        assert isinstance(outcome, Remote), f"{write.op} of {write.kind} met {outcome!r}"
        return outcome

    def elsewhere(self, kind: Kind) -> dict[str, Value]:
        """Return references of a kind to what the tool does not carry: the plan's ids."""
        carried = self.connector.capabilities
        return {
            spec.name: derived_id("contract", kind, spec.name)
            for spec in REFERENCE_FIELDS[kind]
            if spec.name in carried[kind].fields and spec.target not in carried
        }

    def targets(self, kind: Kind) -> dict[str, RemoteId]:
        """Make what items of a kind refer to; return the remote ids by kind."""
        carried = self.connector.capabilities
        wanted = [
            Kind(spec.target or "")
            for spec in REFERENCE_FIELDS[kind]
            if spec.target in carried and spec.name in carried[kind].fields
        ]
        return {
            target.value: self.create(target, f"For {kind}: {target}").id
            for target in dict.fromkeys(wanted)
        }

    def update(self, item: Remote, **fields: Value) -> Outcome:
        """Change fields of an item as it was last seen; return what became of it."""
        return self.do(self.new_update(item, **fields))

    def new_update(self, item: Remote, **fields: Value) -> Write:
        """Return an update of an item as it was last seen."""
        return self.write_of(Op.UPDATE, item, fields)

    def delete(self, item: Remote) -> Outcome:
        """Remove an item as it was last seen; return what became of it."""
        return self.do(self.write_of(Op.DELETE, item, {}))

    def write_of(self, op: Op, item: Remote, fields: Fields) -> Write:
        """Return a write to an item as it was last seen."""
        entity = item.mark or derived_id("contract", item.id)
        return Write(
            op=op, key=self.key(), kind=item.kind, entity=entity, fields=fields, seen=seen(item)
        )

    def do(self, write: Write) -> Outcome:
        """Do one write; what it raises is its outcome."""
        try:
            (outcome,) = self.connector.write([write])
        except SyncdError as error:
            return error
        return outcome

    def listing(self) -> dict[RemoteId, Remote]:
        """Read everything; by remote id."""
        items = self.connector.pull(None).items
        listing = {item.id: item for item in items}
        assert len(listing) == len(items), "a listing shows an item twice"
        return listing

    def key(self) -> str:
        """Return a fresh key."""
        return str(uuid.UUID(int=self._rng().getrandbits(128), version=4))

    def wrapped(
        self,
        build: Callable[[Toolbox], Connector],
        memory: ConnectorMemory,
        rate_limit: RateLimit | None = None,
    ) -> Connector:
        """Return a connector as syncd works with it: paced, and tried again."""
        self.limiter = limiter = RateLimiter(self.clock, rate_limit)
        rng = random.Random(7)  # noqa: S311  # jitter only
        self.bare = build(self.toolbox(memory, limiter))
        return wrapped(self.bare, limiter, rng)

    def toolbox(self, memory: ConnectorMemory, limiter: RateLimiter | None = None) -> Toolbox:
        """Return what a connector is given to work with."""
        return Toolbox(
            clock=self.clock,
            memory=memory,
            network=Network(limiter=limiter or RateLimiter(self.clock)),
            timezone="Europe/Paris",
            new_key=self.key,
        )

    _number = 0
    _keys: random.Random | None = None

    def _count(self) -> int:
        self._number += 1
        return self._number

    def _rng(self) -> random.Random:
        if self._keys is None:
            self._keys = random.Random(11)  # noqa: S311  # keys of a test, the same each time
        return self._keys


def seen(item: Remote) -> Seen:
    """Return what a write to ``item`` relies on."""
    return Seen(
        id=item.id,
        version=item.version,
        mark=item.mark,
        fields=item.fields,
        extra=item.extra,
    )
