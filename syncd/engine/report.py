"""What a cycle did, as values for people and programs."""

from dataclasses import dataclass, field
from typing import Any

from syncd.store.tool_store import ToolState
from syncd.sync.decide import Operation


@dataclass(slots=True, kw_only=True)
class ToolReport:
    """What a cycle did in one tool; counts are of entities, ``requests`` of HTTP.

    mistaken: the tool can't be made by its settings. A dry run fills ``makes`` (containers that would be made, in words) and ``plan``.
    """

    state: ToolState = ToolState.OK
    message: str = ""
    mistaken: bool = False
    pulled: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    requests: int = 0
    makes: tuple[str, ...] = ()
    plan: list[Operation] = field(default_factory=list)
    plan_hash: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``syncd sync --json`` prints for a tool."""
        return {
            "state": self.state,
            "message": self.message,
            "pulled": self.pulled,
            "created": self.created,
            "updated": self.updated,
            "deleted": self.deleted,
            "requests": self.requests,
        }

    @property
    def writes(self) -> int:
        """Return how many entities were written."""
        return self.created + self.updated + self.deleted


@dataclass(slots=True, kw_only=True)
class Report:
    """What a cycle did.

    converged: nothing is left to do anywhere. conflicts: values that lost in it.
    matches: items recognised as entities that the plan had already, in words.
    """

    converged: bool = True
    conflicts: int = 0
    changes: int = 0
    problems: list[str] = field(default_factory=list)
    matches: list[str] = field(default_factory=list)
    tools: dict[str, ToolReport] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``syncd sync --json`` prints."""
        return {
            "converged": self.converged,
            "conflicts": self.conflicts,
            "problems": self.problems,
            "tools": {name: tool.as_json() for name, tool in self.tools.items()},
        }

    @property
    def writes(self) -> int:
        """Return how many entities were written in all tools."""
        return sum(tool.writes for tool in self.tools.values())
