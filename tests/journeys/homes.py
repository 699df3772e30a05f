"""A home directory, three sandboxes over HTTP, and the real command in a process."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from syncd.cli.session import Session
from syncd.connect.registry import sandboxes
from syncd.model.entities import Kind
from syncd.settings.messages import WEEKDAYS
from syncd.testing.fault_injection import Fault
from syncd.testing.sandbox import Served, UserDriver
from tests.journeys import inside
from tests.journeys.forker import ShiftedClock
from tests.journeys.inside import Done

READS = ("/query", "/search", "/token", "/freeBusy")
"""What is asked for with a POST and changes nothing."""
FORKER = Path(__file__).parent / "forker.py"
ROOT = Path(__file__).parents[2]
SOURCES = (ROOT, ROOT / "connectors")
PLAN = """
goals:
  - title: Lead a team
    status: active
    due: +300d
    why: To shape what we build
milestones:
  - {title: First project led, goal: Lead a team, due: +40d}
tasks:
  - {title: Read the book on leading, goal: Lead a team, due: +20d}
  - {title: Ask for feedback, goal: Lead a team, priority: 2}
"""


def surroundings() -> dict[str, str]:
    """Return the environment that commands see."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TZ": "UTC"}


@dataclass
class Forker:
    """Forks a ready-made syncd for each run; see ``forker.py``."""

    program: Path = FORKER
    process: subprocess.Popen[str] = field(init=False)
    child: int = 0
    out: str = ""

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(self.program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **surroundings(),
                "PYTHONUTF8": "1",
                "PYTHONHASHSEED": "0",
                "PYTHONPATH": os.pathsep.join(map(str, SOURCES)),
                "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],
            },
        )

    def run(self, out: Path, *words: str, **more: Any) -> Done:
        """Run a command to its end; ``more`` is what else an order may hold."""
        self.begin(out, *words, **more)
        return self.end()

    def begin(self, out: Path, *words: str, **more: Any) -> int:
        """Begin a command; return its process id."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"env": {}, "later": 0.0, "hurried": False, **more}
        order |= {"out": str(out), "words": words}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        self.out = str(out)
        self.child = int(self.process.stdout.readline())
        return self.child

    def end(self) -> Done:
        """Wait for the command that was begun."""
        assert self.process.stdout is not None
        status = int(self.process.stdout.readline())
        self.child = 0
        texts = [Path(f"{self.out}.{end}").read_text("utf-8") for end in ("out", "err")]
        return Done(status, *texts)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the child that runs now."""
        if self.child:
            os.kill(self.child, number)

    def kill(self) -> None:
        """kill -9 the child that runs now."""
        self.send(signal.SIGKILL)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)


@dataclass
class World:
    """Time as the services and the machine tell it: it can be made to pass."""

    passed: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.passed


@dataclass
class Watch:
    """One service's clock, which may be wrong by ``off``."""

    world: World
    off: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.world.now() + self.off

    def monotonic(self) -> float:
        raise NotImplementedError

    def sleep(self, seconds: float) -> bool:
        raise NotImplementedError


@dataclass
class Home:
    """One person's machine: settings, state, and three services that outlive it.

    ``hurried``: the command does not really wait where it would. ``evenings``: the person
    has hours for learning; without, no blocks are planned. ``apart``: each command runs in
    a process of its own; without, only while something may happen to that process.
    """

    place: Path
    forker: Forker
    served: dict[str, Served] = field(default_factory=dict)
    config: Path = field(init=False)
    extra: str = ""
    env: dict[str, str] = field(default_factory=dict)
    world: World = field(default_factory=World)
    watches: dict[str, Watch] = field(default_factory=dict)
    hurried: bool = True
    evenings: bool = False
    apart: bool = False

    def __post_init__(self) -> None:
        makers = sandboxes()
        for name in makers.names():
            self.watches[name] = Watch(self.world)
            self.served[name] = Served(makers.require(name)(self.place, self.watches[name]))
        self.config = self.place / "syncd.toml"
        self.write_settings()

    @property
    def state(self) -> Path:
        return self.place / "state"

    # The services, as their person uses them.

    @property
    def notion(self) -> Any:
        return self.served["notion"].sandbox.person

    @property
    def todoist(self) -> Any:
        return self.served["todoist"].sandbox.person

    @property
    def calendar(self) -> Any:
        return self.served["google"].sandbox.person

    def person(self, tool: str) -> UserDriver:
        return self.served[tool].sandbox.person

    def fault(self, tool: str, fault: Fault) -> Fault:
        self.served[tool].faults.append(fault)
        return fault

    def mend(self) -> None:
        """End every fault."""
        for one in self.served.values():
            one.faults.clear()

    def later(self, **span: float) -> None:
        """Let time pass, for everyone."""
        self.world.passed += timedelta(**span)

    def wait_for_morning(self) -> None:
        """Go on to eight o'clock in Berlin: no evening is half over, at whatever hour."""
        local = self.world.now().astimezone(ZoneInfo("Europe/Berlin"))
        eight = local.replace(hour=8, minute=0, second=0, microsecond=0)
        self.later(seconds=(eight - local).total_seconds() % 86400)

    # The machine.

    def write_settings(self, **changes: dict[str, Any]) -> None:
        """Write the settings; ``changes`` replace keys of a tool's table (None: drop)."""
        lines = [f"state_dir = {json.dumps(str(self.state))}", "[plan]"]
        lines.append('timezone = "Europe/Berlin"')
        for name, one in self.served.items():
            table = {**one.settings(), **changes.get(name, {})}
            lines.append(f"[connectors.{name}]")
            lines += [f"{k} = {json.dumps(v)}" for k, v in table.items() if v is not None]
        if not self.evenings:
            lines += ["[schedule.hours]", *(f"{day} = []" for day in WEEKDAYS)]
        self.config.touch(mode=0o600)
        self.config.write_text("\n".join(lines) + "\n" + self.extra, "utf-8")

    def sandbox(self, tool: str) -> Any:
        """Return a tool's sandbox, with all that it can be told to do."""
        return self.served[tool].sandbox

    def syncd(self, *words: str) -> Done:
        order, words = self.order(), ("--config", str(self.config), *words)
        hooks = (it.hook for one in self.served.values() for it in one.faults)
        if self.apart or any(hooks):
            return self.forker.run(self.place / "run", *words, **order)
        clock = ShiftedClock(order["later"], hurried=order["hurried"])
        return inside.run(Session({**surroundings(), **order["env"]}, clock), words)

    def order(self) -> dict[str, Any]:
        """Return under which circumstances commands run now."""
        later = self.world.passed.total_seconds()
        return {"env": self.env, "later": later, "hurried": self.hurried}

    def sync(self) -> dict[str, Any]:
        """Sync; everything has to come to an agreement."""
        done = self.syncd("sync", "--json")
        assert done.status == 0, done.err + done.out
        assert done.json["converged"], done.out
        return dict(done.json)

    def sync_badly(self, status: int, tool: str = "") -> dict[str, Any]:
        """Sync where something is wrong; return the report, or what it says of a tool."""
        done = self.syncd("sync", "--json")
        assert done.status == status, done.err + done.out
        assert "Traceback" not in done.err
        return dict(done.json["tools"][tool] if tool else done.json)

    def rest(self) -> dict[str, Any]:
        """Sync where nothing changed: nothing is written, and little is read."""
        before = {name: len(one.log) for name, one in self.served.items()}
        report = self.sync()
        for name, one in self.served.items():
            asked = one.log[before[name] :]
            wrote = [f"{it.method} {it.path} {it.body}" for it in asked if changes(it)]
            assert wrote == [], (name, wrote)
        assert counted(report, "created", "updated", "deleted") == 0, report
        return report

    def sync_and_rest(self) -> dict[str, Any]:
        """Sync, then see that a further cycle has nothing to do."""
        report = self.sync()
        self.rest()
        return report

    def import_plan(self, text: str = PLAN) -> None:
        path = self.place / "plan.yaml"
        path.write_text(text, "utf-8")
        done = self.syncd("plan", "import", str(path))
        assert done.status == 0, done.err

    def plan(self, kind: Kind) -> dict[str, Any]:
        """Return what the plan holds of a kind and has not let go of, by title."""
        found = self.syncd("plan", "export", "--format", "json").json[kind]
        return {one["title"]: one for one in found if not one["archived"]}

    def writes(self, name: str) -> int:
        return sum(changes(one) for one in self.served[name].log)

    def titles(self) -> dict[str, list[str]]:
        """Return every title that each tool shows, by tool and kind."""
        found = {}
        for name, one in self.served.items():
            for kind in Kind:
                try:
                    found[f"{name} {kind}"] = sorted(one.sandbox.person.titles(kind))
                except KeyError:
                    continue
        return found

    def close(self) -> None:
        """Stop the services; it takes a while, and no one waits for it."""
        for one in self.served.values():
            threading.Thread(target=one.close).start()


def only_sentence(lines: str | list[str]) -> str:
    """Return the one sentence that is there; it is one, and reads like one."""
    said = lines.splitlines() if isinstance(lines, str) else lines
    assert len(said) == 1, said
    sentence = said[0]
    assert sentence[-1] in ".?", sentence
    assert "Traceback" not in sentence
    return sentence


def counted(report: Mapping[str, Any], *what: str) -> int:
    """Add up what a cycle did in all tools."""
    return sum(tool[name] for tool in report["tools"].values() for name in what)


def changes(request: Any) -> bool:
    """Say whether a request changes anything in its service."""
    if request.method == "GET" or request.path.endswith(READS):
        return False
    return not request.path.endswith("/sync") or "commands" in request.body


def killing(forker: Forker, name: str, number: int, *, after: bool) -> Fault:
    """Kill the running syncd at a tool's n-th write: before the work, or after it."""
    body = "commands" if name == "todoist" else ""
    seen = threading.Event()

    def hook(_request: object) -> None:
        seen.set()
        forker.kill()

    return Fault(
        act="call-after" if after else "close-before",
        method="POST|PATCH|PUT|DELETE",
        path=r"(?!.*/(query|search|token)$).*",
        body=body,
        skip=number - 1,
        times=1,
        hook=hook,
    )
