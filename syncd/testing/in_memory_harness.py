"""A harness over a service in memory: an example, and the suite's own test."""

from datetime import datetime

from syncd.connect.contract import BusySpan, Connector
from syncd.errors import TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Write
from syncd.model.schema import FIELDS
from syncd.model.values import FieldType, Value
from syncd.testing.fake_clock import FakeClock
from syncd.testing.harness import Harness
from syncd.testing.in_memory_capabilities import Capabilities
from syncd.testing.in_memory_connector import DictMemory, InMemoryConnector
from syncd.testing.in_memory_service import InMemoryService


class MemoryPerson:
    """Someone who uses a service in memory by titles."""

    def __init__(self, tool: InMemoryService) -> None:
        self._tool = tool

    def titles(self, kind: Kind) -> list[str]:
        """Return the titles of all items of a kind."""
        items = self._tool.items.values()
        return [str(item.fields["title"]) for item in items if item.kind is kind]

    def ids(self, kind: Kind, title: str) -> list[str]:
        """Return the ids of all items of this title."""
        items = self._tool.items.values()
        return [
            item.id for item in items if item.kind is kind and item.fields["title"] == title
        ]

    def shows(self, kind: Kind, title: str) -> dict[str, Value]:
        """Return the fields of one item; references are remote ids."""
        return dict(self._tool.items[self._tool.titled(kind, title)].fields)

    def add(self, kind: Kind, title: str, **fields: Value) -> None:
        """Add an item by hand."""
        self._tool.add(
            kind, title, **{field: self._id(kind, field, fields[field]) for field in fields}
        )

    def edit(self, kind: Kind, title: str, field: str, value: Value) -> None:
        """Change one field of an item by hand."""
        remote = self._tool.titled(kind, title)
        self._tool.edit(remote, **{field: self._id(kind, field, value)})

    def delete(self, kind: Kind, title: str) -> None:
        """Delete an item by hand."""
        self._tool.delete(self._tool.titled(kind, title))

    def _id(self, kind: Kind, field: str, value: Value) -> Value:
        spec = FIELDS[kind][field]
        if spec.type is FieldType.REF and isinstance(value, str):
            return self._tool.titled(Kind(spec.target or ""), value)
        if spec.type is FieldType.REFS and isinstance(value, frozenset):
            return frozenset(
                self._tool.titled(Kind(spec.target or ""), title) for title in value
            )
        return value


class MemoryHarness(Harness):
    """A ``InMemoryConnector`` on a tool of this shape."""

    def __init__(self, shape: Capabilities) -> None:
        self.clock = FakeClock()
        self.tool = InMemoryService(shape, self.clock)
        self.person = MemoryPerson(self.tool)
        self.conditional = shape.conditional
        self.memory = DictMemory()
        self._extra: dict[RemoteId, str] = {}
        self.connector: Connector = self._built()

    def restart(self, *, remembering: bool = True) -> Connector:
        """Make a new connector on the same tool."""
        if not remembering:
            self.memory = DictMemory()
        self.connector = self._built()
        return self.connector

    def requests(self) -> int:
        """Count what the tool served."""
        reads = sum(self.tool.reads.values()) - self.tool.reads["bind"]
        return reads + sum(self.tool.writes.values())

    def lose_reply(self) -> None:
        """Have the next write done, its reply lost."""

        def lose(_: Write) -> None:
            self.tool.faults.after = None
            raise Unclear("The reply was lost: looking before writing again.")

        self.tool.faults.after = lose

    def break_after(self, requests: int) -> None:
        """Serve so many more pages, then none."""
        left = requests

        def turn(_: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise TryLater("The service hung up: trying again later.")

        self.tool.faults.page = turn

    def heal(self) -> None:
        """Take all faults away."""
        faults = self.tool.faults
        faults.before = faults.after = faults.page = None
        faults.revoked = faults.down = False

    def wrong_credentials(self) -> bool:
        """Refuse the credentials."""
        return self.revoke()

    def revoke(self) -> bool:
        """Refuse the credentials from now on."""
        self.tool.faults.revoked = True
        return True

    def expire_cursors(self) -> bool:
        """Make every cursor useless."""
        self.tool.expire_cursors()
        return True

    def lose_container(self) -> bool:
        """Delete a container."""
        self.tool.vanish(self.tool.shape.containers[0])
        return True

    def containers(self) -> list[str]:
        """Return the names of the containers."""
        return list(self.tool.containers)

    def keep_aside(self, kind: Kind, title: str) -> bool:
        """Put a comment on an item."""
        self.tool.foreign[self.tool.titled(kind, title)] = {"comment": "mine"}
        return True

    def kept_aside(self, kind: Kind, title: str) -> bool:
        """Say whether the comment is there."""
        return self.tool.foreign[self.tool.titled(kind, title)] == {"comment": "mine"}

    def keep_busy(self, start: datetime, end: datetime) -> bool:
        """Plan something in the user's own calendar."""
        spans = self.tool.busy["own"]
        if spans is not None:
            spans.append(BusySpan(start, end))
        return True

    def close_a_calendar(self) -> bool:
        """Have one more calendar, closed."""
        self.tool.busy["closed"] = None
        return True

    def close(self) -> None:
        """Let go of the connector."""
        self.connector.close()

    def _built(self) -> Connector:
        return self.wrapped(lambda box: InMemoryConnector(self.tool, box), self.memory)
