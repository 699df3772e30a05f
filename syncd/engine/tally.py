"""What lanes wrote, counted until a report tells it: each write is told exactly once."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from syncd.connect.network import RateLimiter
from syncd.engine.report import ToolReport
from syncd.model.ids import ToolName
from syncd.model.remote import Op


@dataclass
class WriteCounts:
    """Counts what was done in each tool; lanes count while reports are made."""

    _done: dict[ToolName, Counter[Op]] = field(default_factory=dict)
    _told: dict[ToolName, int] = field(default_factory=dict)
    _left: dict[ToolName, int] = field(default_factory=dict)
    _all: Counter[ToolName] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, tool: ToolName, op: Op) -> None:
        """Count one write that the tool did."""
        with self._lock:
            self._done.setdefault(tool, Counter())[op] += 1
            self._all[tool] += 1

    def total(self, tool: ToolName) -> int:
        """Return how many writes a tool has done, told or not."""
        with self._lock:
            return self._all[tool]

    def requests(self, tool: ToolName, limiter: RateLimiter) -> int:
        """Return how many requests were made that no report told of yet."""
        fresh = self._left.pop(tool, 0) + limiter.total - self._told.get(tool, 0)
        self._told[tool] = limiter.total
        return fresh

    def exchanged(self, tool: ToolName, limiter: RateLimiter) -> None:
        """The tool gets another connector, whose ``limiter`` counts from zero."""
        self._left[tool] = self.requests(tool, limiter)
        self._told[tool] = 0

    def names(self) -> set[ToolName]:
        """Return the tools of which something was not told yet."""
        with self._lock:
            return set(self._done)

    def pour(self, tool: ToolName, report: ToolReport) -> None:
        """Tell what was counted of a tool, and count anew."""
        with self._lock:
            done = self._done.pop(tool, Counter())
        report.created += done[Op.CREATE]
        report.updated += done[Op.UPDATE]
        report.deleted += done[Op.DELETE]
