"""A service in memory: what it holds, what its user does there, what goes wrong, what a write does."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.contract import BusySpan, Outcome
from syncd.errors import Changed, Gone, SignIn, SkipItem, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import LINKS, PAGE_URL, Op, Remote, Seen, Write
from syncd.model.schema import DEFAULTS, Fields
from syncd.model.values import Value
from syncd.testing.in_memory_capabilities import Capabilities

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class InMemoryFaults:
    """What is wrong with the service, until it is set right.

    before, after: called with each write, before it is done or once it is done but not
        answered; what they raise is the service's answer (``Unclear`` from ``after`` is a
        lost reply), and what is no ``SyncdError`` ends the caller: a crash.
    page: called before each page of a pull with its number (from 1); may raise.
    empty_listings, short_by: so many pulls find nothing; the next one misses so many.
    revoked, down: the credentials are refused; nothing answers.
    normalise: what the service makes of the fields that it is sent.
    """

    before: Callable[[Write], None] | None = None
    after: Callable[[Write], None] | None = None
    page: Callable[[int], None] | None = None
    empty_listings: int = 0
    short_by: int = 0
    revoked: bool = False
    down: bool = False
    normalise: Callable[[Kind, Fields], Fields] | None = None

    def knock(self) -> None:
        """Raise what any request meets now."""
        if self.revoked:
            raise SignIn("The credentials are refused: sign in again.")
        if self.down:
            raise TryLater("Nothing answers: trying again later.")

    def turn(self, page: int) -> None:
        """Raise what the request of this page of a pull meets now."""
        self.knock()
        if self.page is not None:
            self.page(page)


@dataclass(slots=True)
class InMemoryService:
    """The state of one service; it outlives every connector.

    items, removed: what is there, and what was; by remote id, as it would be read.
    shift: how far the service's clock is ahead of ours.
    foreign: by remote id, what a person keeps on an item that syncd knows nothing of.
    bodies: by remote id, what its page began with.
    busy: when the user has no time, by calendar; None for one that cannot be read.
    paused, problems: what a pull says of the containers.
    reads, writes: how often each kind of request was served; ``log``: each write, done.
    """

    shape: Capabilities
    clock: Clock
    shift: timedelta = timedelta(0)
    faults: InMemoryFaults = field(default_factory=InMemoryFaults)
    items: dict[RemoteId, Remote] = field(default_factory=dict)
    removed: dict[RemoteId, Remote] = field(default_factory=dict)
    foreign: dict[RemoteId, dict[str, str]] = field(default_factory=dict)
    bodies: dict[RemoteId, dict[str, Value]] = field(default_factory=dict)
    containers: dict[str, str] = field(default_factory=dict)
    keys: dict[str, RemoteId] = field(default_factory=dict)
    paused: dict[Kind, frozenset[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    busy: dict[str, list[BusySpan] | None] = field(default_factory=lambda: {"own": []})
    reads: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    log: list[Write] = field(default_factory=list)
    counter: int = 0
    epoch: int = 0
    _changes: dict[RemoteId, int] = field(default_factory=dict)

    # What a person does.

    def add(self, kind: Kind, title: str, **fields: Value) -> RemoteId:
        """Add an item by hand; references are remote ids. Return its remote id."""
        remote = RemoteId(f"{self.shape.name}-{self.counter + 1}")
        self.make(remote, kind, {"title": title, **fields}, mark=None)
        return remote

    def edit(self, remote: RemoteId, **fields: Value) -> None:
        """Change fields of an item by hand."""
        self.change(remote, fields)

    def spoil(self, remote: RemoteId, name: str, problem: str) -> None:
        """Write into a field what no one can read; ``problem`` says what and what to do."""
        item = self.items[remote]
        kept = {key: value for key, value in item.fields.items() if key != name}
        problems = {**item.problems, name: problem}
        self._stamp(replace(item, fields=kept, problems=problems))

    def complete(self, remote: RemoteId, next_due: Value) -> None:
        """Tick a repeating item: it stays open, one completion more, with its next day."""
        item = self.items[remote]
        fields = {**item.fields, "due": next_due}
        self._stamp(replace(item, fields=fields, completions=item.completions + 1))

    def delete(self, remote: RemoteId) -> None:
        """Remove an item by hand: it goes to where ``restore`` finds it."""
        self.removed[remote] = self.items.pop(remote)
        self._touch(remote)

    def restore(self, remote: RemoteId) -> None:
        """Bring a removed item back by hand, with its old id."""
        self._stamp(self.removed.pop(remote))

    def duplicate(self, remote: RemoteId) -> RemoteId:
        """Copy an item by hand, mark and link with it. Return the copy's remote id."""
        copy = RemoteId(f"{self.shape.name}-{self.counter + 1}")
        self._stamp(replace(self.items[remote], id=copy, created_at=self.now()), at=copy)
        return copy

    def vanish(self, container: str) -> None:
        """Delete a whole container by hand, or no longer share it."""
        self.containers.pop(container)

    def expire_cursors(self) -> None:
        """Make every cursor that was ever given out useless."""
        self.epoch += 1

    def address(self, remote: RemoteId) -> str:
        """Return where a person opens an item."""
        return f"https://{self.shape.name}.invalid/{remote}"

    def titled(self, kind: Kind, title: str) -> RemoteId:
        """Return the first live item of this kind and title; ``KeyError`` without one."""
        for item in self.items.values():
            if item.kind is kind and item.fields.get("title") == title:
                return item.id
        raise KeyError(title)

    # What the service does for a connector.

    def now(self) -> datetime:
        """Return the service's time, as fine as it keeps edit times."""
        now = self.clock.now() + self.shift
        return now - (now - _EPOCH) % self.shape.edit_resolution

    def make(
        self, remote: RemoteId, kind: Kind, fields: Fields, *, mark: EntityId | None
    ) -> Remote:
        """Make an item, or revive a removed one of this id."""
        self.removed.pop(remote, None)
        empty: dict[str, Any] = {PAGE_URL: "", LINKS: "", **DEFAULTS[kind]}
        carried = self.shape.capabilities[kind]
        given = self._kept(kind, fields)
        whole = {name: empty[name] for name in sorted(carried.fields - carried.write_once)}
        if carried.write_once & given.keys():
            self.bodies[remote] = {
                name: given.pop(name) for name in carried.write_once & given.keys()
            }
        whole |= given
        item = Remote(id=remote, kind=kind, fields=whole, created_at=self.now(), mark=mark)
        return self._stamp(item)

    def change(
        self, remote: RemoteId, fields: Fields, *, mark: EntityId | None = None
    ) -> Remote:
        """Change fields of an item, and its mark; what is there already changes nothing."""
        item = self.items[remote]
        new = {**item.fields, **self._kept(item.kind, fields)}
        if new == item.fields and mark in (None, item.mark):
            return item
        problems = {
            name: problem for name, problem in item.problems.items() if name not in fields
        }
        mark = mark or item.mark
        return self._stamp(replace(item, fields=new, problems=problems, mark=mark))

    def changed_since(self, change: int) -> Iterator[RemoteId]:
        """Yield the ids of what changed after that change, the latest first."""
        for remote in reversed(self._changes):
            if self._changes[remote] <= change:
                return
            yield remote

    def _kept(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        if self.faults.normalise is not None:
            fields = self.faults.normalise(kind, fields)
        return self.shape.fit(kind, fields)

    def _stamp(self, item: Remote, at: RemoteId | None = None) -> Remote:
        self._touch(at or item.id)
        version = str(self.counter) if self.shape.conditional else ""
        link = str(item.fields.get(PAGE_URL) or "") or None
        url = self.address(item.id)
        new = replace(item, version=version, edited_at=self.now(), link=link, url=url)
        self.items[item.id] = new
        return new

    def _touch(self, remote: RemoteId) -> None:
        self.counter += 1
        self._changes.pop(remote, None)
        self._changes[remote] = self.counter


def apply(tool: InMemoryService, write: Write) -> Outcome:
    """Do one write; its key, where keys are kept, makes it happen once."""
    known = tool.keys.get(write.key) if tool.shape.keeps_keys else None
    if known is not None:
        return None if write.op is Op.DELETE else _there(tool, known)
    if write.op is Op.CREATE:
        outcome, remote = _create(tool, write)
    elif write.op is Op.UPDATE:
        outcome, remote = _update(tool, write, _seen(write))
    else:
        outcome, remote = _delete(tool, _seen(write))
    if tool.shape.keeps_keys:
        tool.keys[write.key] = remote
    return outcome


def found(tool: InMemoryService, write: Write) -> Remote | None:
    """Return what a create made: by its key or its chosen id, else by mark or link."""
    remote = tool.keys.get(write.key)
    if tool.shape.chooses_ids:
        remote = chosen_id(tool, write)
    if remote in tool.items:
        return tool.items[remote]
    return next(_marked(tool, write), None)


def chosen_id(tool: InMemoryService, write: Write) -> RemoteId:
    """Return the remote id that follows from the entity's id."""
    return RemoteId(f"{tool.shape.name}-{write.entity.lower()}")


def _marked(tool: InMemoryService, write: Write) -> Iterator[Remote]:
    link = write.fields.get(PAGE_URL)
    for item in tool.items.values():
        by_link = bool(link) and item.link == link
        if item.kind is write.kind and (item.mark == write.entity or by_link):
            yield item


def _seen(write: Write) -> Seen:
    if write.seen is None:
        raise SkipItem(f"A write to {write.entity} says not what it was: read it first.")
    return write.seen


def _there(tool: InMemoryService, remote: RemoteId) -> Remote:
    item = tool.items.get(remote)
    if item is None:
        raise Gone(f"{remote} is not in {tool.shape.name} any more: nothing was written.")
    return item


def _create(tool: InMemoryService, write: Write) -> tuple[Outcome, RemoteId]:
    if not tool.shape.can_hold(write.kind, write.fields):
        raise SkipItem(f"{tool.shape.name} cannot hold {write.entity}: see what it lacks.")
    mark = write.entity if tool.shape.keeps_marks else None
    remote = RemoteId(f"{tool.shape.name}-{tool.counter + 1}")
    if tool.shape.chooses_ids:
        remote = chosen_id(tool, write)
    elif write.seen is not None and write.seen.id in tool.removed:
        remote = write.seen.id
    if remote in tool.items:
        return tool.items[remote], remote
    return tool.make(remote, write.kind, write.fields, mark=mark), remote


def _update(tool: InMemoryService, write: Write, seen: Seen) -> tuple[Outcome, RemoteId]:
    item = _there(tool, seen.id)
    _same_version(tool, item, seen)
    unmarked = tool.shape.keeps_marks and seen.mark != write.entity
    mark = write.entity if unmarked else None
    return tool.change(seen.id, write.fields, mark=mark), seen.id


def _delete(tool: InMemoryService, seen: Seen) -> tuple[None, RemoteId]:
    item = tool.items.get(seen.id)
    if item is not None:
        _same_version(tool, item, seen)
        tool.delete(seen.id)
    return None, seen.id


def _same_version(tool: InMemoryService, item: Remote, seen: Seen) -> None:
    if tool.shape.conditional and seen.version and seen.version != item.version:
        raise Changed(f"{seen.id} was edited in {tool.shape.name}: looking at it again.")
