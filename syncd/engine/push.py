"""Writing to one tool: intent written, sent, answer written, item by item; nothing is written over unseen."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from syncd.clock import Clock
from syncd.connect.contract import Outcome
from syncd.engine.context import Context
from syncd.engine.outcomes import OutcomeRecorder
from syncd.engine.report import WriteCounts
from syncd.engine.tool import Tool
from syncd.engine.write_plan import SLICE, Decider, WritePlan
from syncd.errors import Changed, Gone, HoldTool, SignIn, SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Op, Remote, Write, content_hash
from syncd.store.rows import Link
from syncd.sync.decide import Operation, Presence

READ = 5.0
"""Seconds that a reading counts for a write that relies on it."""
ANSWERED = 60.0
"""Seconds that a tool's answer to a write of syncd's own counts for the next one."""


@dataclass(frozen=True, slots=True)
class ReadTimes:
    """A look at what was edited of a kind. at: monotonic seconds, when it was begun."""

    kind: Kind
    since: datetime
    at: float
    on: datetime


@dataclass(slots=True)
class Sight:
    """What one tool's lane saw, from one reading of the tool to the next.

    moved: items that were edited since they were last taken in.
    """

    clock: Clock
    moved: set[RemoteId] = field(default_factory=set)
    _read_at: float = field(init=False)
    _read_on: datetime = field(init=False)
    _looks: dict[Kind, ReadTimes] = field(default_factory=dict)
    _answers: dict[EntityId, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._read_at, self._read_on = self.clock.monotonic(), self.clock.now()

    def look(self, kind: Kind) -> ReadTimes:
        """Return a look that begins now and reaches back to the last one."""
        last = self._looks.get(kind)
        since = last.on if last is not None else self._read_on
        return ReadTimes(kind, since, self.clock.monotonic(), self.clock.now())

    def saw(self, look: ReadTimes, moved: AbstractSet[RemoteId]) -> None:
        """Take in what a look found."""
        self._looks[look.kind] = look
        self.moved |= moved

    def answered(self, entity: EntityId) -> None:
        """The tool just told what it holds of an entity."""
        self._answers[entity] = self.clock.monotonic()

    def covers(self, write: Write) -> bool:
        """Say whether the item of a write was seen recently enough to write over it."""
        now, look = self.clock.monotonic(), self._looks.get(write.kind)
        seen = self._read_at if look is None else look.at
        answer = self._answers.get(write.entity)
        return now - seen <= READ or (answer is not None and now - answer <= ANSWERED)


@dataclass(slots=True, kw_only=True)
class Pusher:
    """One tool's writer; runs in the tool's lane.

    ``sight``: how long ago what is there was seen. ``later`` collects what has to be read
    again before it can be written. Once ``stopping`` says so, nothing more is sent.
    """

    context: Context
    tool: Tool
    tally: WriteCounts
    stopping: Callable[[], bool]
    sight: Sight
    later: set[EntityId] = field(default_factory=set)
    committer: OutcomeRecorder = field(init=False)
    _count: Counter[Kind] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.committer = OutcomeRecorder(self.context.store, self.tool, self.context.audience)

    def push(self, planned: WritePlan) -> None:
        """Do the operations in order; a limit or a failure of the tool ends it.

        Asked to stop, it sends nothing more; what is left waits for the next cycle.

        Raises what ended it (``TryLater``, ``SignIn``, ``HoldTool``, ``Unclear``).
        """
        self.context.store.links.clear_dirty(self.tool.name, planned.unchanged)
        size = max(1, self.tool.connector.batch_size)
        operations, parents = planned.operations, planned.parents
        self._count = Counter(
            operation.kind for operation in operations if operation.op is not Op.CREATE
        )
        for part in _parts(_chunks(operations, size, parents)):
            decider = planned.decider or self._desk(part)
            self.committer.work_on(decider.links)
            for chunk in part:
                if self.stopping():
                    return
                self._send(chunk, decider, planned.stamps)

    def _desk(self, part: Sequence[Sequence[Operation]]) -> Decider:
        ids = [operation.entity for chunk in part for operation in chunk]
        return Decider.of(self.context, self.tool, ids)

    def _send(
        self, operations: Sequence[Operation], decider: Decider, stamps: Mapping[EntityId, int]
    ) -> None:
        prepared = [self._prepare(operation, decider) for operation in operations]
        writes = self._still_good([write for write in prepared if write is not None], decider)
        if not writes or self.stopping():
            return
        store, name = self.context.store, self.tool.name
        opened = store.journal.open(name, writes, self.context.clock.now(), stamps)
        if not opened:
            return
        try:
            outcomes = self.tool.connector.write(opened)
        except (TryLater, SignIn, HoldTool):
            store.journal.close([write.key for write in opened])
            raise
        done = list(zip(opened, outcomes, strict=True))
        self._take(done, decider, stamps)
        ends = [outcome for _, outcome in done if isinstance(outcome, _ENDS)]
        if ends:
            raise ends[-1]

    def _still_good(self, prepared: Sequence[Write], decider: Decider) -> list[Write]:
        """Return those that may be sent; what has changed since is decided again later."""
        good = []
        for write in prepared:
            if self.stopping():
                return []
            if self._fresh(write, decider):
                good.append(write)
            else:
                self.later.add(write.entity)
        return good

    def _take(
        self,
        done: Sequence[tuple[Write, Outcome]],
        decider: Decider,
        stamps: Mapping[EntityId, int],
    ) -> None:
        """Write the outcomes down, at once: first what needs nothing more, then what that
        marks again."""
        store, name = self.context.store, self.tool.name
        known = [(write, outcome) for write, outcome in done if not isinstance(outcome, _ENDS)]
        answered = [write.entity for write, outcome in known if not _again(outcome)]
        closed = [write.key for write, outcome in done if not isinstance(outcome, Unclear)]
        with store.transaction():
            store.links.clear_dirty(
                name, {entity: stamps[entity] for entity in answered if entity in stamps}
            )
            for write, outcome in known:
                if self.committer.outcome(write, outcome):
                    self.tally.add(name, write.op)
                if _again(outcome):
                    self.later.add(write.entity)
                if isinstance(outcome, Remote):
                    decider.translator.made(write.entity, outcome.id)
                    self.sight.answered(write.entity)
            store.journal.close(closed)

    def _prepare(self, operation: Operation, decider: Decider) -> Write | None:
        """Make the write of an operation from the plan as it stands now."""
        entity = operation.entity
        if decider.must_wait(entity) or entity not in decider.records:
            return None
        fit = decider.fit(entity) if operation.op is not Op.DELETE else {}
        now = decider.decide(entity, fit=fit)
        if now is None or now.op is not operation.op:
            return None  # something moved: it is decided again
        link = decider.links.get(entity)
        return Write(
            op=operation.op,
            key=str(uuid.UUID(bytes=self.context.rng.randbytes(16), version=4)),
            kind=operation.kind,
            entity=entity,
            fields=fit if now.op is Op.CREATE else now.fields,
            seen=link.seen() if link is not None else None,
        )

    def _fresh(self, write: Write, decider: Decider) -> bool:
        """Look at an item that was seen too long ago, where no version guards it.

        What its user changed meanwhile is merged in the next cycle, not overwritten.
        """
        link = decider.links.get(write.entity)
        if write.op is Op.CREATE or write.seen is None or link is None:
            return True
        if link.content_hash and (write.seen.version or self.sight.covers(write)):
            return write.seen.id not in self.sight.moved
        return self._is_as_known(write, write.seen.id, link)

    def _is_as_known(self, write: Write, remote: RemoteId, link: Link) -> bool:
        """Look, and say whether an item is as it was last taken in."""
        if not link.content_hash:  # the last answer showed more than was written: read it first
            return self._doubted(write)
        if self._count[write.kind] > 1 and self._looked(write.kind):
            return remote not in self.sight.moved
        try:
            now = self.tool.connector.read(write.kind, remote)
        except (Gone, SkipItem):  # gone, or nobody can tell what it is now
            return self._doubted(write)
        return _as_known(now, link)

    def _doubted(self, write: Write) -> bool:
        """Have an item read directly before anything is written to it."""
        links = self.context.store.links
        links.set_presence(self.tool.name, write.entity, Presence.UNCONFIRMED)
        return False

    def _looked(self, kind: Kind) -> bool:
        """Look at all that was edited of a kind, at once; False where that can't be asked."""
        look = self.sight.look(kind)
        items = self.tool.connector.edited(kind, look.since)
        if items is None:
            return False
        links = self.context.store.links.by_remote(self.tool.name, [item.id for item in items])
        moved = {item.id for item in items if not _as_known(item, links.get(item.id))}
        self.sight.saw(look, moved)
        return True


def _as_known(item: Remote, link: Link | None) -> bool:
    return link is not None and content_hash(item) == link.content_hash


_ENDS = (TryLater, SignIn, HoldTool, Unclear)
"""Outcomes after which the lane ends for now."""


def _again(outcome: Remote | Exception | None) -> bool:
    """Say whether this write must be decided again once more is known."""
    return isinstance(outcome, (Changed, Gone))


def _chunks(
    operations: Sequence[Operation], size: int, parents: Mapping[EntityId, EntityId]
) -> Iterator[Sequence[Operation]]:
    """Cut into chunks of one level: an item's references are made before it is."""
    chunk: list[Operation] = []
    for operation in operations:
        if chunk:
            same = operation.kind is chunk[0].kind and operation.op is chunk[0].op
            above = parents.get(operation.entity)
            under = (
                any(predecessor.entity == above for predecessor in chunk) if above else False
            )
            if len(chunk) >= size or not same or under:
                yield chunk
                chunk = []
        chunk.append(operation)
    if chunk:
        yield chunk


def _parts(
    chunks: Iterable[Sequence[Operation]],
) -> Iterator[Sequence[Sequence[Operation]]]:
    """Put chunks together, up to what is looked at at once."""
    part: list[Sequence[Operation]] = []
    for chunk in chunks:
        if part and sum(map(len, part)) + len(chunk) > SLICE:
            yield part
            part = []
        part.append(chunk)
    if part:
        yield part
