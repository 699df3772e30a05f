"""The engine alone: three services in memory, each phase in a process of its own."""

import pickle
import random
import resource
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plans import plan_of

from syncd.clock import SystemClock
from syncd.connect.contract import Toolbox
from syncd.connect.memory import (
    LIKE_CALENDAR,
    LIKE_NOTION,
    LIKE_TODOS,
    MemoryConnector,
    MemoryTool,
)
from syncd.connect.policy import Patience, Policy
from syncd.engine.context import Context
from syncd.engine.edits import put_all
from syncd.engine.engine import Engine
from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.store.store import open_store
from syncd.store.tool_store import ToolMemory

ZONE = "Europe/Berlin"
MANY_PAGES = replace(LIKE_NOTION, whole_listing=False, tombstones=True)
"""As pages are read above a hundred rows: only what changed."""


def run_phase(phase: str, size: int, directory: Path) -> dict[str, Any]:
    """Run one phase on the state that the phases before it left."""
    clock = SystemClock()
    saved = directory / "services.pickle"
    bare = _resident()
    tools = _load(saved) if saved.exists() else _services(clock)
    services = _resident() - bare
    store = open_store(directory / "state")
    engine = _engine(store, tools, clock)
    if phase == "first":
        put_all(engine.context, plan_of(size), "bench")
    if phase == "one_percent":
        _edit(tools["todos"], size)
    before = _counts(tools)
    wall, cpu = time.perf_counter(), time.process_time()
    report = engine.run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = _counts(tools)
    result = {
        "cpu_s": round(cpu, 3),
        "wall_s": round(wall, 3),
        "peak_mb": _peak(),
        "services_mb": round(services, 1),
        "requests": after["requests"] - before["requests"],
        "writes": after["writes"] - before["writes"],
        "converged": report.converged,
    }
    engine.close()
    store.close()
    for tool in tools.values():
        tool.log.clear()
        tool.clock = WallClock()
    saved.write_bytes(pickle.dumps(tools))
    return result


def _load(saved: Path) -> dict[str, MemoryTool]:
    found: dict[str, MemoryTool] = pickle.loads(saved.read_bytes())  # noqa: S301  # our own
    return found


class WallClock:
    """The machine's time, in a form that can be saved with a service."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


def _services(clock: SystemClock) -> dict[str, MemoryTool]:
    shapes = (MANY_PAGES, LIKE_CALENDAR, LIKE_TODOS)
    return {shape.name: MemoryTool(shape, WallClock()) for shape in shapes}


def _engine(store: Any, tools: dict[str, MemoryTool], clock: SystemClock) -> Engine:
    rng = random.Random(7)  # noqa: S311  # the same each time
    made = {}
    for name, tool in tools.items():
        box = Toolbox(
            clock=clock,
            memory=ToolMemory(store.tools, name),
            policy=Policy(clock, rng, Patience()),
            timezone=ZONE,
            new_key=lambda: str(rng.random()),
        )
        connector = MemoryConnector(tool, box)
        made[ToolName(name)] = Tool(name=ToolName(name), title=name, connector=connector)
    return Engine(Context(store=store, clock=clock, rng=rng, zone=ZONE, tools=made))


def _edit(tool: MemoryTool, size: int) -> None:
    tasks = [it.id for it in tool.items.values() if it.kind is Kind.TASK]
    for remote in tasks[:: max(1, len(tasks) // (size // 100))][: size // 100]:
        tool.edit(remote, title=f"Edited {remote} {time.monotonic_ns()}")


def _counts(tools: dict[str, MemoryTool]) -> dict[str, int]:
    return {
        "requests": sum(sum(tool.reads.values()) + len(tool.log) for tool in tools.values()),
        "writes": sum(sum(tool.writes.values()) for tool in tools.values()),
    }


def _resident() -> float:
    """Return what this process holds in memory now, in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    import json

    result = run_phase(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(json.dumps(result) + "\n")
