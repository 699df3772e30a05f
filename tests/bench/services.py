"""Three services in memory with a plan that needs them, and an engine that syncs them."""

import pickle
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from syncd.connect.contract import Toolbox
from syncd.connect.network import Network, RateLimiter
from syncd.connect.wrappers import wrapped
from syncd.engine.context import Context
from syncd.engine.cycle import Engine
from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.model.remote import Write
from syncd.store.store import Store
from syncd.store.tool_store import ToolMemory
from syncd.testing.in_memory_capabilities import LIKE_CALENDAR, LIKE_NOTION, LIKE_TODOS
from syncd.testing.in_memory_connector import InMemoryConnector
from syncd.testing.in_memory_service import InMemoryService

ZONE = "Europe/Berlin"
START = datetime(2026, 5, 4, 8, tzinfo=UTC)
MANY_PAGES = replace(LIKE_NOTION, whole_listing=False, tombstones=True)
"""As pages are read above a hundred rows: only what changed."""
ASKED = (
    "bind",
    "provision",
    "pull",
    "read",
    "find",
    "write",
    "can_hold",
    "fit",
    "id_from_url",
    "busy",
)
"""What an engine asks of a connector."""


class Still:
    """Time that passes by ``advance`` alone, however slow the machine is; can be pickled."""

    def __init__(self) -> None:
        self._passed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> bool:
        self.advance(seconds)
        return False

    def advance(self, seconds: float) -> None:
        self._passed += seconds


class Unkept(list[Write]):
    """A log that keeps nothing: what is measured is syncd's memory, not the log's."""

    def append(self, _write: Write) -> None:
        pass


class Share:
    """Counts the CPU that calls take, each in its own thread."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = Lock()

    def watch(self, connector: InMemoryConnector) -> None:
        """Count what the engine asks of a connector from now on."""
        for name in ASKED:
            setattr(connector, name, self._timed(getattr(connector, name)))

    def _timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*words: Any, **named: Any) -> Any:
            start = time.thread_time()
            try:
                return call(*words, **named)
            finally:
                took = time.thread_time() - start
                with self._lock:
                    self.seconds += took

        return timed


def fresh() -> dict[str, InMemoryService]:
    """Return three empty services."""
    shapes, clock = (MANY_PAGES, LIKE_CALENDAR, LIKE_TODOS), Still()
    return {shape.name: _unlogged(InMemoryService(shape, clock)) for shape in shapes}


def load(saved: Path) -> dict[str, InMemoryService]:
    """Return services as they were saved; they share their clock."""
    with saved.open("rb") as file:
        found: dict[str, InMemoryService] = pickle.load(file)  # noqa: S301  # our own
    return {name: _unlogged(tool) for name, tool in found.items()}


def save(tools: dict[str, InMemoryService], saved: Path) -> None:
    """Keep services for the process that follows."""
    with saved.open("wb") as file:
        pickle.dump(tools, file)


def _unlogged(tool: InMemoryService) -> InMemoryService:
    tool.log = Unkept()
    return tool


def engine_on(
    store: Store, tools: dict[str, InMemoryService], share: Share | None = None
) -> Engine:
    """Return an engine by the clock of these services; ``share`` counts what they take."""
    rng = random.Random(7)  # noqa: S311  # the same each time
    clock = next(iter(tools.values())).clock
    made = {}
    for name, tool in tools.items():
        limiter = RateLimiter(clock)
        box = Toolbox(
            clock=clock,
            memory=ToolMemory(store.tools, name),
            network=Network(limiter=limiter),
            timezone=ZONE,
            new_key=lambda: str(rng.random()),
        )
        connector = InMemoryConnector(tool, box)
        if share is not None:
            share.watch(connector)
        made[ToolName(name)] = Tool(
            name=ToolName(name),
            title=name,
            connector=wrapped(connector, limiter, rng),
            limiter=limiter,
        )
    return Engine(Context(store=store, clock=clock, rng=rng, zone=ZONE, tools=made))


def edit(tool: InMemoryService, size: int, said: str) -> int:
    """Retitle one entity in a hundred, as a person does; return how many."""
    tasks = [it.id for it in tool.items.values() if it.kind is Kind.TASK]
    chosen = tasks[:: max(1, len(tasks) // (size // 100))][: size // 100]
    for remote in chosen:
        tool.edit(remote, title=f"{said} {remote}")
    return len(chosen)


def writes_of(tools: Iterable[InMemoryService]) -> int:
    """Return how many writes the services did."""
    return sum(sum(tool.writes.values()) for tool in tools)


def requests_of(tools: Iterable[InMemoryService]) -> int:
    """Return how many requests the services met; each write counts as one."""
    known = list(tools)
    return sum(sum(tool.reads.values()) for tool in known) + writes_of(known)
