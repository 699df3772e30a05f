"""Who is to hear of what changes in one tool: the other tools, made or not."""

from collections.abc import Iterable
from dataclasses import dataclass

from syncd.engine.guard import ToolFault
from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import ToolName


@dataclass(frozen=True, slots=True)
class Audience:
    """The tools of a plan, and those that are switched on and could not be made."""

    tools: tuple[Tool, ...] = ()
    absent: tuple[ToolName, ...] = ()

    def showing(self, kind: Kind, field: str) -> Iterable[ToolName]:
        """Yield the tools that show a field of a kind; one that can't tell may do so.

        To decide once too often costs a look; to forget it would cost the change.
        """
        yield from self.absent
        for tool in self.tools:
            try:
                carried = tool.connector.carries.get(kind)
            except ToolFault:
                yield tool.name
                continue
            if carried is not None and field in carried.fields:
                yield tool.name
