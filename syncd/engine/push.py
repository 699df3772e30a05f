"""Writing to one tool: intent written, sent, answer written, item by item."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncd.engine.commit import Committer
from syncd.engine.context import Context
from syncd.engine.paused import paused_fields
from syncd.engine.prints import fingerprint
from syncd.engine.project import Projection
from syncd.engine.tally import Tally
from syncd.engine.tool import Tool
from syncd.engine.translate import Translator
from syncd.errors import Changed, Gone, HoldTool, SignIn, ToolError, TryLater, Unclear
from syncd.model.ids import EntityId
from syncd.model.remote import Op, Remote, Write
from syncd.store.rows import Link
from syncd.sync.decide import Operation, Presence

STALE = 60.0
"""Seconds after which an item without a version is read again before it is written."""


@dataclass(slots=True, kw_only=True)
class Pusher:
    """One tool's writer; runs in the tool's lane.

    ``later`` collects what has to be read again before it can be written. Once
    ``stopping`` says so, nothing more is sent.
    """

    context: Context
    tool: Tool
    tally: Tally
    stopping: Callable[[], bool]
    read_at: float
    later: set[EntityId] = field(default_factory=set)
    committer: Committer = field(init=False)

    def __post_init__(self) -> None:
        self.committer = Committer(
            self.context.store, self.context.clock, self.tool, self.context.audience
        )

    def push(self, projection: Projection) -> None:
        """Do the operations in order; a limit or a failure of the tool ends it.

        Asked to stop, it sends nothing more; what is left waits for the next cycle.

        Raises what ended it (``TryLater``, ``SignIn``, ``HoldTool``, ``Unclear``).
        """
        self.context.store.links.settle(self.tool.name, projection.settled)
        size = max(1, self.tool.connector.batch_size)
        for chunk in _chunks(projection.operations, size):
            if self.stopping():
                return
            self._send(chunk, projection)

    def _send(self, operations: Sequence[Operation], projection: Projection) -> None:
        translator = Translator.of(self.context.store, self.tool, projection.leaving)
        with self.context.store.transaction():
            prepared = [self._prepare(operation, translator) for operation in operations]
        writes = self._still_good([write for write in prepared if write is not None])
        if not writes or self.stopping():
            return
        self.context.store.journal.open(self.tool.name, writes, self.context.clock.now())
        try:
            outcomes = self.tool.connector.write(writes)
        except (TryLater, SignIn, HoldTool):
            self.context.store.journal.close([write.key for write in writes])
            raise
        ended: ToolError | None = None
        for write, outcome in zip(writes, outcomes, strict=True):
            ended = self._take(write, outcome, projection.stamps) or ended
        if ended is not None:
            raise ended

    def _still_good(self, prepared: Sequence[Write]) -> list[Write]:
        """Return those that may be sent; what has changed since is decided again later."""
        good = []
        for write in prepared:
            if self.stopping():
                return []
            if self._fresh(write):
                good.append(write)
            else:
                self.later.add(write.entity)
        return good

    def _take(
        self, write: Write, outcome: Remote | Exception | None, stamps: dict[EntityId, int]
    ) -> ToolError | None:
        """Write one outcome down; return what ends the lane, if it does."""
        if isinstance(outcome, Unclear):
            return outcome
        if isinstance(outcome, (TryLater, SignIn, HoldTool)):
            self.context.store.journal.close([write.key])
            return outcome
        with self.context.store.transaction():
            if self.committer.outcome(write, outcome):
                self.tally.add(self.tool.name, write.op)
            if _again(outcome):
                self.later.add(write.entity)
            elif write.entity in stamps:
                stamp = {write.entity: stamps[write.entity]}
                self.context.store.links.settle(self.tool.name, stamp)
        return None

    def _prepare(self, operation: Operation, translator: Translator) -> Write | None:
        """Make the write of an operation from the plan as it stands now."""
        record = self.context.store.plan.get(operation.entity)
        link = self.context.store.links.of_entity(operation.entity).get(self.tool.name)
        if record is None or (link is not None and link.damaged):
            return None
        fields: dict[str, Any] = {}
        if operation.op is not Op.DELETE:
            fit = self.context.fit(self.tool, record.entity, translator, link)
            fields = self._asked(operation, fit, link)
        return Write(
            op=operation.op,
            key=str(uuid.UUID(bytes=self.context.rng.randbytes(16), version=4)),
            kind=operation.kind,
            entity=operation.entity,
            fields=fields,
            seen=link.seen() if link is not None else None,
        )

    def _asked(
        self, operation: Operation, fit: dict[str, Any], link: Link | None
    ) -> dict[str, Any]:
        whole = paused_fields(self.context.store, self.tool)
        paused = whole.get(operation.kind, frozenset())
        if operation.op is Op.CREATE or link is None:
            return {name: value for name, value in fit.items() if name not in paused}
        return {name: fit[name] for name in operation.fields if name in fit}

    def _fresh(self, write: Write) -> bool:
        """Read an item again that was last read too long ago, where no version guards.

        What its user changed meanwhile is merged in the next cycle, not overwritten.
        """
        if write.op is Op.CREATE or write.seen is None or write.seen.version:
            return True
        if self.context.clock.monotonic() - self.read_at < STALE:
            return True
        link = self.context.store.links.of_entity(write.entity).get(self.tool.name)
        try:
            now = self.tool.connector.read(write.kind, write.seen.id)
        except Gone:
            self.context.store.links.set_presence(
                self.tool.name, write.entity, Presence.UNCONFIRMED
            )
            return False
        return link is None or not link.fingerprint or fingerprint(now) == link.fingerprint


def _again(outcome: Remote | Exception | None) -> bool:
    """Say whether this write must be decided again once more is known."""
    return isinstance(outcome, (Changed, Gone))


def _chunks(operations: Sequence[Operation], size: int) -> Iterator[Sequence[Operation]]:
    """Cut into chunks of one level: an item's references are made before it is."""
    start = 0
    while start < len(operations):
        end = start + 1
        while end < len(operations) and end - start < size:
            same = operations[end].kind is operations[start].kind
            if not same or operations[end].op is not operations[start].op:
                break
            end += 1
        yield operations[start:end]
        start = end
