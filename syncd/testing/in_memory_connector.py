"""A connector to a service in memory: for tests, benchmarks, and as an example."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from syncd.connect.contract import Busy, ConnectorMemory, Outcome, Toolbox, merged
from syncd.errors import Gone, HoldTool, SignIn, StartOver, SyncdError, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Carried, Op, Pull, Remote, Write
from syncd.model.schema import Fields
from syncd.testing.in_memory_capabilities import (
    Capabilities,
)
from syncd.testing.in_memory_service import InMemoryService, apply, found


class DictMemory:
    """What a connector remembers, in a dict: lost with the process."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """Return what was put under ``name``, or None."""
        return self.kept.get(name)

    def put(self, name: str, value: Any) -> None:
        """Keep ``value``."""
        self.kept[name] = value


class InMemoryConnector:
    """The contract over a ``InMemoryService``; make a second one to 'restart' syncd.

    Every request is counted by the toolbox's limiter.
    """

    def __init__(self, tool: InMemoryService, toolbox: Toolbox) -> None:
        shape = tool.shape
        self.tool = tool
        self.name = shape.name
        self.capabilities: Mapping[Kind, Carried] = shape.capabilities
        self.edit_resolution: timedelta = shape.edit_resolution
        self.provides_urls = shape.provides_urls
        self.keeps_marks = shape.keeps_marks
        self.reads_busy = shape.reads_busy
        self.batch_size = shape.batch_size
        self.idempotent = _idempotent(shape)
        self._limiter = toolbox.network.limiter
        self._memory: ConnectorMemory = toolbox.memory
        self._bound: set[str] = set()
        self._sent: set[str] = set()

    def bind(self) -> Binding:
        """Find the containers by the ids that are remembered, else by their names."""
        self._ask("bind", self.tool.faults.knock)
        missing = []
        for name in self.tool.shape.containers:
            if self._is_bound(name):
                continue
            if name in self.tool.containers:
                self._remember(name)
            else:
                missing.append(f"'{name}' in {self.name}")
        self._hold()
        return Binding(missing=tuple(missing), problems=tuple(self.tool.problems))

    def provision(self) -> None:
        """Make the containers that are missing."""
        for name in self.tool.shape.containers:
            if not self._is_bound(name):
                self.tool.containers.setdefault(name, f"{self.name}-{name}")
                self._remember(name)

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed, or everything."""
        self._hold()
        since = None if cursor is None else self._change_of(cursor)
        whole = since is None or self.tool.shape.whole_listing
        next_cursor = f"{self.tool.epoch}:{self.tool.counter}"
        return Pull(
            items=self._all() if whole else self._changed(since or 0),
            gone=frozenset() if whole else self._removed(since or 0),
            whole=frozenset(self.capabilities) if whole else frozenset(),
            cursor=next_cursor,
            clock_offset=self.tool.shift,
            problems=tuple(self.tool.problems),
            unmapped_fields=dict(self.tool.paused),
        )

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item directly."""
        self._ask("read", self.tool.faults.knock)
        self._hold()
        item = self.tool.items.get(remote)
        if item is None or item.kind is not kind:
            raise Gone(f"{remote} is not in {self.name} any more: nothing to read.")
        return item

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Return what was edited since, to the minute; None where items have versions."""
        if self.tool.shape.conditional:
            return None
        self._ask("edited", self.tool.faults.knock)
        self._hold()
        first = since + (self.tool.shift or timedelta()) - self.edit_resolution
        return [
            item
            for item in self.tool.items.values()
            if item.kind is kind and (item.edited_at is None or item.edited_at >= first)
        ]

    def find(self, write: Write) -> Remote | None:
        """Look for what a create made: by its key, its id, its mark or its link."""
        self._ask("find", self.tool.faults.knock)
        return found(self.tool, write)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes; a service with batches takes them in one request."""
        if self.batch_size > 1:
            self._limiter.request()
            return _each(writes, self._do)
        return _each(writes, self._single)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether this tool can hold such an entity at all."""
        return self.tool.shape.can_hold(kind, fields)

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what this tool can hold of ``fields``."""
        return self.tool.shape.fit(kind, fields)

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return which item of this tool an address leads to."""
        start = self.tool.address(RemoteId(""))
        ours = self.provides_urls and url.startswith(start)
        return RemoteId(url.removeprefix(start)) if ours else None

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Return when the tool's user has no time."""
        if not self.reads_busy:
            return Busy()
        self._ask("busy", self.tool.faults.knock)
        calendars = {name: spans for name, spans in self.tool.busy.items() if spans is not None}
        closed = sorted(set(self.tool.busy) - set(calendars))
        return Busy(
            spans=merged((span for spans in calendars.values() for span in spans), start, end),
            calendars=tuple(calendars),
            unreadable=tuple(
                f"'{name}' cannot be read: share it with syncd." for name in closed
            ),
        )

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _ask(self, name: str, request: Callable[[], None]) -> None:
        self.tool.reads[name] += 1
        self._limiter.request()
        request()

    def _is_bound(self, name: str) -> bool:
        if name not in self._bound and self._memory.get(f"container.{name}") is not None:
            self._bound.add(name)
        return name in self._bound

    def _remember(self, name: str) -> None:
        self._memory.put(f"container.{name}", self.tool.containers[name])
        self._bound.add(name)

    def _hold(self) -> None:
        for name in self.tool.shape.containers:
            if name not in self.tool.containers and self._is_bound(name):
                raise HoldTool(
                    f"'{name}' is gone from {self.name}: bring it back, or approve its loss."
                )

    def _change_of(self, cursor: str) -> int:
        epoch, _, change = cursor.partition(":")
        valid = epoch == str(self.tool.epoch) and change.isdecimal()
        if not valid or int(change) > self.tool.counter:
            raise StartOver(f"The cursor of {self.name} is no longer good: reading everything.")
        return int(change)

    def _all(self) -> tuple[Remote, ...]:
        items = [item for item in self.tool.items.values() if self._listed(item)]
        self._turn_pages(len(items))
        faults = self.tool.faults
        if faults.empty_listings:
            faults.empty_listings -= 1
            return ()
        short, faults.short_by = faults.short_by, 0
        return tuple(items[: max(0, len(items) - short)])

    def _listed(self, item: Remote) -> bool:
        hidden = self.capabilities[item.kind].hides_done and item.fields.get("done")
        return not hidden and self.tool.shape.container(item.kind) in self.tool.containers

    def _changed(self, since: int) -> tuple[Remote, ...]:
        items = self.tool.items
        changed = [
            items[remote] for remote in self.tool.changed_since(since) if remote in items
        ]
        self._turn_pages(len(changed))
        return tuple(reversed(changed))

    def _removed(self, since: int) -> frozenset[RemoteId]:
        if not self.tool.shape.tombstones:
            return frozenset()
        removed = self.tool.removed
        return frozenset(
            remote for remote in self.tool.changed_since(since) if remote in removed
        )

    def _turn_pages(self, items: int) -> None:
        for number in range(1, items // self.tool.shape.page_size + 2):
            self._ask("pull", partial(self.tool.faults.turn, number))

    def _single(self, write: Write) -> Outcome:
        if self._may_be_there(write):
            item = found(self.tool, write)
            if item is not None:
                return item
        self._limiter.request()
        return self._do(write)

    def _may_be_there(self, write: Write) -> bool:
        """Say whether this create was sent before, to a service that keeps no keys."""
        if write.op is not Op.CREATE or self.tool.shape.chooses_ids:
            return False
        sent = write.key in self._sent
        self._sent.add(write.key)
        return sent

    def _do(self, write: Write) -> Outcome:
        faults = self.tool.faults
        faults.knock()
        self._hold()
        if faults.before is not None:
            faults.before(write)
        outcome = apply(self.tool, write)
        self.tool.writes[write.op] += 1
        self.tool.log.append(write)
        if faults.after is not None:
            faults.after(write)
        return outcome


def _idempotent(shape: Capabilities) -> frozenset[Op]:
    if shape.batch_size > 1:
        return frozenset(Op)
    return frozenset({Op.CREATE}) if shape.chooses_ids else frozenset()


def _each(writes: Sequence[Write], do: Callable[[Write], Outcome]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for write in writes:
        try:
            outcomes.append(do(write))
        except (SignIn, TryLater) as error:
            if not outcomes:
                raise
            outcomes.append(error)
        except SyncdError as error:
            outcomes.append(error)
    return outcomes
