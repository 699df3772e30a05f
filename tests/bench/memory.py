"""The engine alone: three services in memory, each phase in a process of its own.

``services_mb`` is what this process grew by when it took the services in, as they are before
the phase; ``peak_mb`` is the most that it held while the cycles of the phase ran, with them.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from syncd.engine.cycle import Engine
from syncd.engine.edits import put_all
from syncd.engine.report import Report
from syncd.store.store import open_store
from syncd.testing.in_memory_service import InMemoryService
from tests.bench.child import forget_peak, peak_mb, resident_mb
from tests.bench.plans import plan_of
from tests.bench.services import edit, engine_on, fresh, load, requests_of, save, writes_of

Prepare = Callable[[Engine, dict[str, InMemoryService], int], None]


class Cycles:
    """Runs cycles, each after the same thing was done; CPU is that of ``run`` alone."""

    def __init__(self, engine: Engine, tools: dict[str, InMemoryService]) -> None:
        self.engine = engine
        self.tools = tools
        self.cpu: list[float] = []

    def one(self) -> Report:
        """Run the cycle of the next minute."""
        self.engine.context.clock.sleep(60)
        start = time.process_time()
        report = self.engine.run()
        self.cpu.append(time.process_time() - start)
        return report

    def counts(self) -> tuple[int, int]:
        every = self.tools.values()
        return requests_of(every), writes_of(every)


def imported(engine: Engine, _tools: dict[str, InMemoryService], size: int) -> None:
    """The plan is there before anything is synced."""
    put_all(engine.context, plan_of(size), "bench")


def nothing(_engine: Engine, _tools: dict[str, InMemoryService], _size: int) -> None:
    """Nothing changed."""


def edited(_engine: Engine, tools: dict[str, InMemoryService], size: int) -> None:
    """The person edits one entity in a hundred where tasks are ticked."""
    edit(tools["todos"], size, f"Edited {tools['todos'].counter}")


def day(engine: Engine, _tools: dict[str, InMemoryService], _size: int) -> None:
    """A new day begins: everything is decided anew."""
    engine.check_everything()


PHASES: dict[str, tuple[Prepare, int]] = {
    "imported": (imported, 0),
    "first": (nothing, 1),
    "settled": (nothing, 1),
    "quiet": (nothing, 7),
    "one_percent": (edited, 5),
    "daily": (day, 3),
}
"""What is done before each cycle of a phase, and how many there are."""


def run_phase(phase: str, size: int, directory: Path) -> dict[str, Any]:
    """Run one phase on the state that the phases before it left."""
    prepare, count = PHASES[phase]
    saved = directory / "services.pickle"
    bare = resident_mb()
    tools = load(saved) if saved.exists() else fresh()
    services = resident_mb() - bare
    store = open_store(directory / "state")
    engine = engine_on(store, tools)
    cycles = Cycles(engine, tools)
    forget_peak()
    result: dict[str, Any] = {}
    for _ in range(count):
        prepare(engine, tools, size)
        result = _cycle(cycles)
    if not count:
        prepare(engine, tools, size)
    result |= {"peak_mb": round(peak_mb(), 1), "services_mb": round(services, 1)}
    if cycles.cpu:
        result["cpu_s"] = round(statistics.median(cycles.cpu), 4)
    engine.close()
    store.close()
    save(tools, saved)
    return result


def _cycle(cycles: Cycles) -> dict[str, Any]:
    """Run one cycle; return what it asked, and whether anything is left to do."""
    requests, writes = cycles.counts()
    report = cycles.one()
    asked, written = cycles.counts()
    return {
        "requests": asked - requests,
        "writes": written - writes,
        "converged": report.converged,
    }


if __name__ == "__main__":
    found = run_phase(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(json.dumps(found) + "\n")
