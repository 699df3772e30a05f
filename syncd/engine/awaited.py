"""What waits for an address that another tool is about to give."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncd.engine.context import Context
from syncd.engine.project import WritePlan
from syncd.engine.tally import WriteCounts
from syncd.engine.tool import Tool
from syncd.model.entities import Block, Kind
from syncd.model.ids import EntityId, ToolName
from syncd.model.remote import LINK, LINKS, Op
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
    held: set[ToolName] = field(default_factory=set)
    _still: set[ToolName] = field(default_factory=set)
    _counted: dict[ToolName, int] = field(default_factory=dict)

    def begin(self) -> None:
        """A new run: all is decided anew; what lanes that go on have done is remembered."""
        self.held.clear()

    def will_make(
        self, decided: Mapping[ToolName, WritePlan], lanes: Iterable[ToolName]
    ) -> None:
        """Note what tools are about to make; without a lane, the others make nothing."""
        going = set(lanes)
        for name in self.making.keys() - going:
            del self.making[name]
        for name, projection in decided.items():
            made = {one.entity for one in projection.operations if one.op is Op.CREATE}
            self.making[name] = made

    def started(self, name: ToolName) -> None:
        """A tool's lane has begun."""
        self._still.discard(name)
        self._counted[name] = self.tally.total(name)

    def ended(self, name: ToolName) -> None:
        """A tool's lane has ended: what it did not make, it does not make now."""
        self.making.pop(name, None)

    def hold_back(self, tool: Tool, projection: WritePlan) -> None:
        """Take out of a projection what is to be decided again once its address is there."""
        self.held.discard(tool.name)
        waiting = self._waiting(tool, projection.operations)
        if waiting:
            self.held.add(tool.name)
            kept = [one for one in projection.operations if one.entity not in waiting]
            projection.operations = kept

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
            name: made
            for name, made in self.making.items()
            if made and name != tool.name and name not in self._still
        }
        if not makers:
            return set()
        addressing = self.context.addressing
        pages = makers.get(addressing.name, set()) if addressing else set[EntityId]()
        fresh = [one for one in operations if one.op is Op.CREATE]
        found = {one.entity for one in fresh if self._shows(tool, one.kind, LINK)} & pages
        blocks = [one.entity for one in fresh if self._shows(tool, one.kind, LINKS)]
        tasks = set[EntityId]().union(*makers.values())
        return found | {one for one, task in self._tasks(blocks) if task in tasks}

    def _shows(self, tool: Tool, kind: Kind, field_: str) -> bool:
        carried = self.context.carried(tool, kind)
        return carried is not None and field_ in carried.fields

    def _tasks(self, blocks: Iterable[EntityId]) -> Iterable[tuple[EntityId, EntityId | None]]:
        for one, record in self.context.store.plan.many(blocks).items():
            if isinstance(record.entity, Block):
                yield one, record.entity.task
