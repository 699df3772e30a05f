"""A home directory, three sandboxes over HTTP, and the real command in a process."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.clock import SystemClock
from syncd.connect.registry import sandboxes
from syncd.connect.sandbox import Fault, Served
from syncd.model.entities import Kind

FORKER = Path(__file__).parent / "forker.py"
PLAN = """
goals:
  - title: Lead a team
    status: active
    due: 2027-06-30
    why: To shape what we build
milestones:
  - {title: First project led, goal: Lead a team, due: 2026-12-15}
tasks:
  - {title: Read the book on leading, goal: Lead a team, due: 2026-12-01}
  - {title: Ask for feedback, goal: Lead a team, priority: 2}
"""


@dataclass
class Done:
    """A command that ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Forker:
    """Forks a ready-made syncd for each run; see ``forker.py``."""

    process: subprocess.Popen[str] = field(init=False)
    child: int = 0

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(FORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TZ": "UTC"},
        )

    def run(self, out: Path, *words: str) -> Done:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(out), *words]) + "\n")
        self.process.stdin.flush()
        self.child = int(self.process.stdout.readline())
        status = int(self.process.stdout.readline())
        self.child = 0
        texts = [Path(f"{out}.{end}").read_text("utf-8") for end in ("out", "err")]
        return Done(status, *texts)

    def kill(self) -> None:
        """kill -9 the child that runs now."""
        if self.child:
            os.kill(self.child, signal.SIGKILL)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)


@dataclass
class Home:
    """One person's machine: settings, state, and three services that outlive it."""

    place: Path
    forker: Forker
    served: dict[str, Served] = field(default_factory=dict)
    config: Path = field(init=False)
    extra: str = ""

    def __post_init__(self) -> None:
        clock = SystemClock()
        makers = sandboxes()
        for name in makers.names():
            self.served[name] = Served(makers.require(name)(self.place, clock))
        self.config = self.place / "syncd.toml"
        self.write_settings()

    @property
    def state(self) -> Path:
        return self.place / "state"

    def write_settings(self, **changes: dict[str, Any]) -> None:
        """Write the settings; ``changes`` replace keys of a tool's table (None: drop)."""
        lines = [f"state_dir = {json.dumps(str(self.state))}", "[plan]"]
        lines.append('timezone = "Europe/Berlin"')
        for name, one in self.served.items():
            table = {**one.settings(), **changes.get(name, {})}
            lines.append(f"[connectors.{name}]")
            lines += [f"{k} = {json.dumps(v)}" for k, v in table.items() if v is not None]
        self.config.write_text("\n".join(lines) + "\n" + self.extra, "utf-8")

    def syncd(self, *words: str) -> Done:
        return self.forker.run(self.place / "run", "--config", str(self.config), *words)

    def sync(self) -> dict[str, Any]:
        done = self.syncd("sync", "--json")
        assert done.status == 0, done.err + done.out
        found: dict[str, Any] = done.json
        return found

    def import_plan(self, text: str = PLAN) -> None:
        path = self.place / "plan.yaml"
        path.write_text(text, "utf-8")
        done = self.syncd("plan", "import", str(path))
        assert done.status == 0, done.err

    def writes(self, name: str) -> int:
        return sum(is_write(one.method, one.path, one.body) for one in self.served[name].log)

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
        for one in self.served.values():
            one.close()


def is_write(method: str, path: str, body: str) -> bool:
    """Say whether a request changes anything in its service."""
    if method == "GET" or path.endswith(("/query", "/search", "/token")):
        return False
    return not path.endswith("/sync") or "commands" in body


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
