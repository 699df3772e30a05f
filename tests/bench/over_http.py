"""The whole program over HTTP: the three sandboxes, with the official clients.

Time stands still but where it is moved, so the same requests come on every machine.
"""

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from syncd.app import App, open_app
from syncd.connect.registry import sandboxes
from syncd.engine.cycle import Engine
from syncd.engine.edits import put_all
from syncd.model.entities import Block, Kind
from syncd.model.ids import EntityId
from syncd.model.values import BlockState
from syncd.testing.fake_clock import FakeClock
from syncd.testing.fault_injection import RequestLog
from syncd.testing.sandbox import Served
from tests.bench.plans import plan_of

ZONE = "Europe/Berlin"
SETTLING = (1, 5)
"""Minutes until the cycles after the first one. Notion is read over again for some minutes
after a change; when these are over, what the first sync wrote is not read any more."""
SOON = 1
"""Minutes before a cycle that is measured. All of them end within ten minutes of the first:
each ten, every large database is read whole, and every empty one looked for."""
SHOWN = (BlockState.PUBLISHED, BlockState.PINNED)
_ID = re.compile(r"/[^/]*(?:\d[^/]{7,}|[0-9a-f]{32}|@|%40)[^/]*")


@dataclass(frozen=True, kw_only=True)
class Home:
    """A person's syncd, three sandboxes that know nothing of the plan yet, and time."""

    app: App
    engine: Engine
    served: dict[str, Served]
    clock: FakeClock

    def cycle(self, minutes: float) -> dict[str, Any]:
        """Run a cycle so many minutes later; return what it asked of whom."""
        self.clock.advance(minutes=minutes)
        for one in self.served.values():
            one.log.clear()
        report = self.engine.run()
        return {
            "requests": {name: len(one.log) for name, one in self.served.items()},
            "routes": {name: dict(routes(one.log)) for name, one in self.served.items()},
            "writes": report.writes,
            "converged": report.converged,
        }

    def blocks(self) -> list[Block]:
        """Return the learning blocks that the calendar shows."""
        found = [one.entity for one in self.app.store.plan.every(Kind.BLOCK, archived=False)]
        return [one for one in found if isinstance(one, Block) and one.state in SHOWN]

    def tasks(self, titles: set[str]) -> set[EntityId]:
        """Return the tasks of these titles."""
        found = [one.entity for one in self.app.store.plan.every(Kind.TASK, archived=False)]
        return {one.id for one in found if one.title in titles}


@contextmanager
def home() -> Iterator[Home]:
    """Give a home on a Monday morning; everything is closed afterwards."""
    clock = FakeClock()
    with ExitStack() as ends:
        place = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        makers, served = sandboxes(), {}
        for name in makers.names():
            served[name] = Served(makers.require(name)(place, clock))
            ends.callback(served[name].close)
        # A project of Todoist's holds 300 tasks; what is refused is no matter here.
        todoist: Any = served["todoist"].sandbox
        todoist.switches.limits.tasks_per_project = 10_000
        app = open_app(_settings(place, served), {}, clock)
        ends.callback(app.close)
        engine = app.engine()
        ends.callback(engine.close)
        yield Home(app=app, engine=engine, served=served, clock=clock)


def run(size: int) -> dict[str, Any]:
    """First sync, what follows, a quiet cycle, and a cycle after 1 % changed."""
    with home() as it:
        put_all(it.app.plan_context(), plan_of(size), "bench")
        first = it.cycle(0)
        first["batches"] = _batches(it.served["todoist"].log)
        result = {
            "entities": size,
            "events": sum(1 for _ in it.app.store.plan.every(Kind.MILESTONE))
            + len(it.blocks()),
            "blocks": len(it.blocks()),
            "first": first,
            "settling": [it.cycle(minutes) for minutes in SETTLING],
            "quiet": it.cycle(SOON),
        }
        titles = _edit(it, size)
        changed = it.cycle(SOON)
        changed["edited"] = len(titles)
        changed["their_blocks"] = sum(one.task in it.tasks(titles) for one in it.blocks())
        return result | {"one_percent": changed}


def _edit(it: Home, size: int) -> set[str]:
    """A person retitles one entity in a hundred where tasks are ticked: those with blocks."""
    person = it.served["todoist"].sandbox.person
    planned = {one.task for one in it.blocks()}
    every = [one.entity for one in it.app.store.plan.every(Kind.TASK, archived=False)]
    every.sort(key=lambda one: (one.id not in planned, one.id))
    chosen = [one.title for one in every[: size // 100]]
    for title in chosen:
        person.edit(Kind.TASK, title, "title", f"Edited {title}")
    return {f"Edited {title}" for title in chosen}


def _settings(place: Path, served: dict[str, Served]) -> Path:
    """Write settings as a person has them: the hours are those that are set by default."""
    lines = [
        f"state_dir = {json.dumps(str(place / 'state'))}",
        "[plan]",
        f'timezone = "{ZONE}"',
    ]
    for name, one in served.items():
        lines.append(f"[connectors.{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in one.settings().items()]
    path = place / "syncd.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def routes(log: Iterable[RequestLog]) -> Counter[str]:
    """Count requests by method and path, ids left out."""
    return Counter(f"{one.method} {_ID.sub('/*', one.path)}" for one in log)


def _batches(log: Iterable[RequestLog]) -> dict[str, Any]:
    """Return how many requests carried commands, and how many commands of each type."""
    carried = [found for one in log if (found := _commands(one))]
    types = Counter(command["type"] for commands in carried for command in commands)
    return {"requests": len(carried), "commands": dict(types), "sizes": list(map(len, carried))}


def _commands(one: RequestLog) -> list[dict[str, Any]]:
    try:
        text = parse_qs(one.body)["commands"][0]
    except KeyError:
        text = "[]"
    found: list[dict[str, Any]] = json.loads(text)
    return found


if __name__ == "__main__":
    found = {size: run(int(size)) for size in sys.argv[1:]}
    sys.stdout.write(json.dumps(found) + "\n")
