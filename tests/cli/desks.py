"""A person at a desk: settings, three sandboxes, and the command they type."""

import io
import json
import threading
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.cli.app import start
from syncd.cli.session import Session
from syncd.clock import SystemClock
from syncd.settings.messages import document
from syncd.testing.sandbox import Served
from tests.planning import searching_less

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


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal(io.StringIO):
    """What looks like a terminal to who writes there."""

    def isatty(self) -> bool:
        return True


@dataclass
class Desk:
    """One person's settings and state; ``served`` are the tools they point at.

    ``thorough``: the planner searches as long as the product's; without, it searches less.
    """

    place: Path
    served: dict[str, Served] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    thorough: bool = False

    @property
    def config(self) -> Path:
        return self.place / "syncd.toml"

    @property
    def state(self) -> Path:
        return self.place / "state"

    def settings(self, text: str = "", **changes: dict[str, Any]) -> None:
        """Write the settings; ``changes`` replace keys of a tool's table (None: drop)."""
        tables = {}
        for name, one in self.served.items():
            table = {**one.settings(), **changes.get(name, {})}
            tables[name] = {key: value for key, value in table.items() if value is not None}
        whole = {
            "state_dir": str(self.state),
            "plan": {"timezone": "Europe/Berlin"},
            "connectors": tables,
        }
        self.config.touch(mode=0o600)
        self.config.write_text(document(whole) + text, encoding="utf-8")

    def syncd(self, *words: str, terminal: bool = False) -> Said:
        """Type a command, in this process; its output is piped, or shown on a terminal."""
        out, err = Terminal() if terminal else io.StringIO(), io.StringIO()
        searching = nullcontext() if self.thorough else searching_less()
        with searching, redirect_stdout(out), redirect_stderr(err):
            status = start(["--config", str(self.config), *words], self.session())
        return Said(int(status), out.getvalue(), err.getvalue())

    def session(self) -> Session:
        home = {"HOME": str(self.place), "TZ": "Europe/Berlin"}
        return Session(environ=home | self.environ, clock=SystemClock())

    def import_plan(self, text: str = PLAN) -> None:
        path = self.place / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        said = self.syncd("plan", "import", str(path))
        assert said.status == 0, said.err

    def sync(self) -> Any:
        """Sync, which must succeed; return what it tells programs."""
        said = self.syncd("sync", "--json")
        assert said.status == 0, said.err + said.out
        return said.json

    def sandbox(self, tool: str) -> Any:
        """Return a tool's sandbox, with all that it can be told to do."""
        return self.served[tool].sandbox

    def person(self, tool: str) -> Any:
        return self.served[tool].sandbox.person

    def close(self) -> None:
        """Stop the services; it takes a while, and no one waits for it."""
        for one in self.served.values():
            threading.Thread(target=one.close).start()


def writes(served: Served) -> list[str]:
    """Return the requests that changed something in a service."""
    return [
        f"{one.method} {one.path}"
        for one in served.log
        if one.method != "GET"
        and not one.path.endswith(("/query", "/search", "/token", "/freeBusy"))
        and (not one.path.endswith("/sync") or "commands" in one.body)
    ]


def complaint(said: Said) -> str:
    """Return the one sentence on stderr that says what went wrong and what to do."""
    assert "Traceback" not in said.err
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 1, said.err
    assert lines[0][-1] in ".?"
    return lines[0]
