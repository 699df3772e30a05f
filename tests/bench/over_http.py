"""The whole program over HTTP: the three sandboxes, with the official clients."""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from plans import plan_of

from syncd.bootstrap import open_app
from syncd.clock import SystemClock
from syncd.connect.registry import sandboxes
from syncd.connect.sandbox import Served
from syncd.engine.edits import put_all
from syncd.model.entities import Kind


def run(size: int) -> dict[str, Any]:
    """First sync, quiet cycle, a cycle after 1 % changed; sandboxes in this process."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        makers = sandboxes()
        served = {name: Served(makers.require(name)(place, clock)) for name in makers.names()}
        app = open_app(_settings(place, served), {}, clock)
        put_all(app.plan_context(), plan_of(size), "bench")
        engine = app.engine()
        phases = {"first": _phase(engine, served)}
        engine.run()
        phases["quiet"] = _phase(engine, served)
        _edit(served, size)
        phases["one_percent"] = _phase(engine, served)
        engine.close()
        app.close()
        for one in served.values():
            one.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**phases, "peak_mb_with_sandboxes": round(peak, 1)}


def _phase(engine: Any, served: dict[str, Served]) -> dict[str, Any]:
    for one in served.values():
        one.log.clear()
    wall, cpu = time.perf_counter(), time.process_time()
    report = engine.run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "cpu_s_with_sandboxes": round(cpu, 3),
        "wall_s": round(wall, 3),
        "requests": {name: len(one.log) for name, one in served.items()},
        "writes": report.writes,
        "converged": report.converged,
    }


def _edit(served: dict[str, Served], size: int) -> None:
    """A person retitles one task in a hundred, in the tool that is home to tasks."""
    person = next(one.sandbox.person for name, one in served.items() if _ticks(one))
    titles = [it for it in person.titles(Kind.TASK) if it.startswith("Task")]
    for title in titles[: size // 100]:
        person.edit(Kind.TASK, title, "title", f"Edited {title}")


def _ticks(one: Served) -> bool:
    try:
        one.sandbox.person.titles(Kind.TASK)
        one.sandbox.person.titles(Kind.CONTACT)
    except KeyError:
        return bool(one.sandbox.person.titles(Kind.GOAL))
    return False


def _settings(place: Path, served: dict[str, Served]) -> Path:
    lines = [f"state_dir = {json.dumps(str(place / 'state'))}"]
    for name, one in served.items():
        lines.append(f"[connectors.{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in one.settings().items()]
    path = place / "syncd.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(int(sys.argv[1]))) + "\n")
