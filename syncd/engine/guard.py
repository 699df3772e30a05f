"""A connector's faults, told by the name of its tool, wherever they come up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from syncd.connect.contract import Connector
from syncd.engine.tool import Tool
from syncd.errors import StateTrouble
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId, ToolName
from syncd.model.remote import Carried, Remote
from syncd.model.schema import Fields


class ToolFault(Exception):
    """A tool's connector raised where its contract lets it raise nothing."""

    def __init__(self, tool: ToolName, error: Exception) -> None:
        super().__init__(tool)
        self.tool = tool
        self.error = error


class Guarded:
    """Wraps a connector: what its pure methods raise becomes its tool's ``ToolFault``.

    What never changes of it is read once, here.
    """

    def __init__(self, tool: ToolName, connector: Connector) -> None:
        self._tool = tool
        self._connector = connector
        self.name = connector.name
        self.edit_resolution = connector.edit_resolution
        self.gives_address = connector.gives_address
        self.keeps_marks = connector.keeps_marks
        self.reads_busy = connector.reads_busy
        self.batch_size = connector.batch_size

    def __getattr__(self, name: str) -> Any:
        """Everything else is the wrapped connector's own."""
        return getattr(self._connector, name)

    @property
    def carries(self) -> Mapping[Kind, Carried]:
        """Return what the tool carries, by kind."""
        try:
            return self._connector.carries
        except StateTrouble:
            raise
        except Exception as error:  # a connector's fault is told by its tool
            raise ToolFault(self._tool, error) from error

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what the tool can hold of ``fields``."""
        try:
            return self._connector.fit(kind, fields)
        except StateTrouble:
            raise
        except Exception as error:  # a connector's fault is told by its tool
            raise ToolFault(self._tool, error) from error

    def holds(self, kind: Kind, fields: Fields) -> bool:
        """Say whether the tool can hold such an entity at all."""
        try:
            return self._connector.holds(kind, fields)
        except StateTrouble:
            raise
        except Exception as error:  # a connector's fault is told by its tool
            raise ToolFault(self._tool, error) from error

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Return what was edited since an instant; a connector need not know how."""
        ask = getattr(self._connector, "edited", None)
        return None if ask is None else ask(kind, since)

    def addressed(self, url: str) -> RemoteId | None:
        """Return which item of the tool an address leads to."""
        try:
            return self._connector.addressed(url)
        except StateTrouble:
            raise
        except Exception as error:  # a connector's fault is told by its tool
            raise ToolFault(self._tool, error) from error


def guarded(tool: Tool) -> Tool:
    """Return a tool whose connector's faults are told by its name."""
    if isinstance(tool.connector, Guarded):
        return tool
    return replace(tool, connector=cast("Connector", Guarded(tool.name, tool.connector)))
