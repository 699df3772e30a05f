"""The lanes that write: which tools may be written, what is to be done there, when, and after what."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from syncd.engine.context import Context
from syncd.engine.holds import Holds
from syncd.engine.push import Pusher, Sight
from syncd.engine.report import WriteCounts
from syncd.engine.tool import Tool
from syncd.engine.write_plan import WritePlan, write_plan
from syncd.errors import StateTrouble
from syncd.model.entities import Block, Kind
from syncd.model.ids import EntityId, ToolName
from syncd.model.remote import LINKS, PAGE_URL, Op
from syncd.sync.decide import Operation


@dataclass
class Awaited:
    """Holds back the making of items that are to show an address which does not exist yet.

    Made at once they would have to be written twice: without the address, and with it. A
    tool whose lane stands still holds nothing back. ``making``: by tool, what its lane makes.
    """

    context: Context
    tally: WriteCounts
    making: dict[ToolName, set[EntityId]] = field(default_factory=dict)
    deferring: set[ToolName] = field(default_factory=set)
    _still: set[ToolName] = field(default_factory=set)
    _counted: dict[ToolName, int] = field(default_factory=dict)

    def begin(self) -> None:
        """A new run: all is decided anew; what lanes that go on have done is remembered."""
        self.deferring.clear()

    def will_make(
        self, decided: Mapping[ToolName, WritePlan], lanes: Iterable[ToolName]
    ) -> None:
        """Note what tools are about to make; without a lane, the others make nothing."""
        going = set(lanes)
        for name in self.making.keys() - going:
            del self.making[name]
        for name, planned in decided.items():
            entities = {
                operation.entity
                for operation in planned.operations
                if operation.op is Op.CREATE
            }
            self.making[name] = entities

    def started(self, name: ToolName) -> None:
        """A tool's lane has begun."""
        self._still.discard(name)
        self._counted[name] = self.tally.total(name)

    def ended(self, name: ToolName) -> None:
        """A tool's lane has ended: what it did not make, it does not make now."""
        self.making.pop(name, None)

    def defer(self, tool: Tool, planned: WritePlan) -> None:
        """Take out of a projection what is to be decided again once its address is there."""
        self.deferring.discard(tool.name)
        waiting = self._waiting(tool, planned.operations)
        if waiting:
            self.deferring.add(tool.name)
            kept = [
                operation for operation in planned.operations if operation.entity not in waiting
            ]
            planned.operations = kept

    def look(self, lanes: Iterable[ToolName]) -> bool:
        """See which of these lanes did nothing since the last look: they hold nothing back.
        A lane that keeps to its service's rate limit goes on.

        Returns whether there are such lanes that were not known before.
        """
        known = len(self._still)
        for name in lanes:
            count = self.tally.total(name)
            paused = name in self.context.tools and self.context.tools[name].limiter.pausing
            if self._counted.get(name) == count and not paused:
                self._still.add(name)
            self._counted[name] = count
        return len(self._still) > known

    def _waiting(self, tool: Tool, operations: Iterable[Operation]) -> set[EntityId]:
        makers = {
            name: entities
            for name, entities in self.making.items()
            if entities and name != tool.name and name not in self._still
        }
        if not makers:
            return set()
        addressing = self.context.addressing
        pages = makers.get(addressing.name, set()) if addressing else set[EntityId]()
        fresh = [operation for operation in operations if operation.op is Op.CREATE]
        waiting = {
            operation.entity
            for operation in fresh
            if self._shows(tool, operation.kind, PAGE_URL)
        } & pages
        blocks = [
            operation.entity for operation in fresh if self._shows(tool, operation.kind, LINKS)
        ]
        tasks = set[EntityId]().union(*makers.values())
        return waiting | {block for block, task in self._tasks(blocks) if task in tasks}

    def _shows(self, tool: Tool, kind: Kind, field_: str) -> bool:
        carried = self.context.carried(tool, kind)
        return carried is not None and field_ in carried.fields

    def _tasks(self, blocks: Iterable[EntityId]) -> Iterable[tuple[EntityId, EntityId | None]]:
        for block, record in self.context.store.plan.many(blocks).items():
            if isinstance(record.entity, Block):
                yield block, record.entity.task


ROUNDS = 6
"""How often one cycle decides again for a tool, at most, after others were written."""


@dataclass
class _Turn:
    """A tool from one reading to the next. rounds: how often it was written since then.

    later: what has to be read again before it can be written.
    """

    sight: Sight
    rounds: int = 0
    later: set[EntityId] = field(default_factory=set)


@dataclass
class Writers:
    """Decides for tools that were read, and writes to each in a lane of its own.

    ready: the tools that were read and taken in. lanes: what is written now. ``failed``
    is told what ended a lane, or could not be decided.
    """

    context: Context
    pool: Executor
    holds: Holds
    tally: WriteCounts
    stopping: Callable[[], bool]
    failed: Callable[[ToolName, BaseException], None]
    ready: set[ToolName] = field(default_factory=set)
    lanes: dict[ToolName, Future[None]] = field(default_factory=dict)
    _turns: dict[ToolName, _Turn] = field(default_factory=dict)
    _awaited: Awaited = field(init=False)

    def __post_init__(self) -> None:
        self._awaited = Awaited(self.context, self.tally)

    def begin(self) -> None:
        """A run begins: what was read in an earlier one is old."""
        self.ready &= {name for name, lane in self.lanes.items() if not lane.done()}
        self._awaited.begin()

    def reading(self, name: ToolName) -> None:
        """A tool is read now: nothing is decided for it until that is taken in."""
        self.ready.discard(name)
        self._turns[name] = _Turn(Sight(self.context.clock))

    @property
    def deferred(self) -> bool:
        """Say whether something waits for an address that a lane is about to make."""
        return bool(self._awaited.deferring)

    def look(self) -> None:
        """Go on without the addresses of lanes that stand still."""
        if self._awaited.look(self.lanes):
            self.start()

    def start(self) -> None:
        """Decide for all tools that wait, then start the lanes of those that have to do."""
        decided = {
            name: planned
            for name in sorted(self.ready - self.lanes.keys())
            if (planned := self._to_do(name)) is not None
        }
        self._awaited.will_make(decided, self.lanes)
        for name, planned in decided.items():
            self._start(name, planned)

    def finish(self) -> set[ToolName]:
        """Take off the lanes that ended; return the tools of those that did not end well."""
        failed = set()
        for name in [name for name, future in self.lanes.items() if future.done()]:
            error = self.lanes.pop(name).exception()
            self._awaited.ended(name)
            if error is not None:
                failed.add(name)
                self._drop(name, error)
        return failed

    def decide(self, name: ToolName, *, whole: bool = False) -> WritePlan | None:
        """Decide for one tool; None where its connector fails, which ends its lane alone.

        whole: with the fields of what is to be made.
        """
        tool, later = self.context.tools[name], self._turns[name].later
        try:
            planned = write_plan(self.context, tool, later, whole=whole)
        except StateTrouble:
            raise
        except Exception as error:  # noqa: BLE001  # one tool's fault ends its lane alone
            self._drop(name, error)
            return None
        self.note_faults()
        return planned if name in self.ready else None

    def note_faults(self) -> None:
        """Tools whose connectors failed while others were worked at are not well."""
        while self.context.faults:
            self._drop(*self.context.faults.popitem())

    def _to_do(self, name: ToolName) -> WritePlan | None:
        """Decide for one tool; None where it may do nothing now."""
        rounds, is_deferring = self._turns[name].rounds, name in self._awaited.deferring
        # what the others write now may ask for more here: once, afterwards
        waits = rounds > 0 and self.lanes and not is_deferring
        if waits or rounds >= ROUNDS or self.stopping():
            return None
        planned = self.decide(name)
        if planned is None:
            return None
        if self.holds.blocks_push(self.context.tools[name], planned):
            self.ready.discard(name)
            return None
        return planned

    def _start(self, name: ToolName, planned: WritePlan) -> None:
        """Start a tool's lane, unless there is nothing to do."""
        store, tool = self.context.store, self.context.tools[name]
        self._awaited.defer(tool, planned)
        self.note_faults()
        if name not in self.ready:
            self._awaited.ended(name)
            return
        for entity in planned.moot:
            store.tools.clear_problems(name, entity, field="")
        if not planned.operations:
            store.links.clear_dirty(name, planned.unchanged)
            if name not in self._awaited.deferring:
                self._awaited.ended(name)
            return
        turn = self._turns[name]
        turn.rounds += 1
        pusher = Pusher(
            context=self.context,
            tool=tool,
            tally=self.tally,
            stopping=self.stopping,
            sight=turn.sight,
            later=turn.later,
        )
        self._awaited.started(name)
        self.lanes[name] = self.pool.submit(pusher.push, planned)

    def _drop(self, name: ToolName, error: BaseException) -> None:
        self.ready.discard(name)
        self.failed(name, error)
