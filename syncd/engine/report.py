"""What a cycle did, as values for people and programs; what lanes wrote, counted until it is reported."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from syncd.connect.network import RateLimiter
from syncd.model.ids import ToolName
from syncd.model.remote import Op
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


@dataclass
class WriteCounts:
    """Counts what was done in each tool; lanes count while reports are made."""

    _done: dict[ToolName, Counter[Op]] = field(default_factory=dict)
    _reported: dict[ToolName, int] = field(default_factory=dict)
    _left: dict[ToolName, int] = field(default_factory=dict)
    _all: Counter[ToolName] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, tool: ToolName, op: Op) -> None:
        """Count one write that the tool did."""
        with self._lock:
            self._done.setdefault(tool, Counter())[op] += 1
            self._all[tool] += 1

    def total(self, tool: ToolName) -> int:
        """Return how many writes a tool has done, reported or not."""
        with self._lock:
            return self._all[tool]

    def requests(self, tool: ToolName, limiter: RateLimiter) -> int:
        """Return how many requests were made that are in no report yet."""
        fresh = self._left.pop(tool, 0) + limiter.total - self._reported.get(tool, 0)
        self._reported[tool] = limiter.total
        return fresh

    def exchanged(self, tool: ToolName, limiter: RateLimiter) -> None:
        """The tool gets another connector, whose ``limiter`` counts from zero."""
        self._left[tool] = self.requests(tool, limiter)
        self._reported[tool] = 0

    def names(self) -> set[ToolName]:
        """Return the tools of which something is in no report yet."""
        with self._lock:
            return set(self._done)

    def pour(self, tool: ToolName, report: ToolReport) -> None:
        """Report what was counted of a tool, and count anew."""
        with self._lock:
            done = self._done.pop(tool, Counter())
        report.created += done[Op.CREATE]
        report.updated += done[Op.UPDATE]
        report.deleted += done[Op.DELETE]
