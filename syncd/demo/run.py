"""The demonstration: sandboxes, a sample plan, a person's edits, and what came of them."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from syncd.clock import Clock
from syncd.connect.registry import sandboxes
from syncd.connect.sandbox import Served
from syncd.demo.cast import cast
from syncd.demo.evenings import Evenings, furnish
from syncd.demo.story import Act, acts
from syncd.engine.context import Context
from syncd.engine.edits import put_all
from syncd.engine.engine import Engine
from syncd.engine.report import Report
from syncd.errors import Mistake
from syncd.model.entities import Entity
from syncd.model.exchange.reading import read_plan

Say = Callable[[str], None]

STATE = "state"
ZONE = "Europe/Berlin"
SECONDS = 5
"""How often the demonstration looks for edits while it stays up."""


class Session(Protocol):
    """A syncd put together from a settings file."""

    def plan_context(self) -> Context:
        """Return a context for changing the plan."""
        ...

    def engine(self) -> Engine:
        """Return an engine that reads and writes."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


def run_demo(
    directory: Path | None, say: Say, clock: Clock, open_session: Callable[[Path], Session]
) -> "Demo":
    """Set the stage below ``directory`` (None: a new one that is left to be looked at)."""
    place = directory or Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    return Demo(place, say, clock, open_session)


class Demo:
    """One demonstration; ``story`` plays it, ``stay`` keeps it up."""

    def __init__(
        self, place: Path, say: Say, clock: Clock, open_session: Callable[[Path], Session]
    ) -> None:
        self._place = place
        self._say = say
        self._clock = clock
        self._open = open_session
        self._failed = False

    @contextmanager
    def stage(self) -> Iterator["Demo"]:
        """Start the sandboxes and a syncd that is pointed at them; end both."""
        if (self._place / STATE).exists():
            raise Mistake(
                f"{self._place} holds an earlier demonstration: name another folder, or remove"
                " it."
            )
        makers = sandboxes()
        served = {
            name: Served(makers.require(name)(self._place, self._clock))
            for name in makers.names()
        }
        try:
            config = self._write_settings(served)
            self._session = self._open(config)
            self._engine = self._session.engine()
            self._cast = cast(self._engine.context.tools, served)
            yield self
            self._engine.close()
            self._session.close()
        finally:
            for one in served.values():
                one.close()

    def story(self) -> bool:
        """Play the story; return whether everything was seen as it should be."""
        say = self._say
        plan = self._sample()
        taken = furnish(self._cast.diary, self._clock.now(), ZONE)
        say(
            f"A sample plan of {len(plan)} entries, some evenings that are taken, and three"
            " tools that know nothing of the plan."
        )
        report = self._cycle("First sync")
        self._check("every tool has its part, and everything agrees", ok=report.converged)
        evenings = Evenings(self._engine.context, self._cast, taken)
        for seen in evenings.first_look():
            self._check(seen.words, ok=seen.look())
        for act in chain(acts(plan, self._cast), evenings.acts()):
            self._act(act)
        report = self._cycle("A quiet cycle")
        quiet = report.writes == 0 and report.changes == 0
        self._check("nothing changed, so nothing was written", ok=quiet)
        return not self._failed

    def look(self) -> None:
        """Say where everything is."""
        self._say("Where to look:")
        for player in self._cast.players():
            self._say(f"  {player.title + ':':<17} {player.origin}/")
        config = self._place / "syncd.toml"
        self._say(f"  {'its settings:':<17} {config}")
        for command in ("schedule", "history"):
            self._say(f"  try: syncd --config {config} {command}")

    def stay(self) -> None:
        """Go on syncing what a person edits in the pages, until asked to stop."""
        self._say("Edit anything there; it arrives in the others within seconds. Ctrl-C ends.")
        while not self._clock.sleep(SECONDS):
            report = self._engine.run()
            if report.changes or report.writes:
                self._say(_counts("  synced", report))

    def _sample(self) -> list[Entity]:
        text = files("syncd.demo").joinpath("sample-plan.yaml").read_text("utf-8")
        context = self._session.plan_context()
        existing = [record.entity for record in context.store.plan.every()]
        read = read_plan(text, self._clock.now(), existing, context.zone)
        put_all(context, read.entities, "sample plan")
        return [record.entity for record in context.store.plan.every(archived=False)]

    def _act(self, act: Act) -> None:
        self._say(f"\nThe person {act.does}.")
        act.do()
        report = self._cycle("  Next cycle")
        for seen in act.seen:
            self._check(seen.words, ok=seen.look())
        if act.conflicts:
            one_lost = report.conflicts == act.conflicts
            self._check("`syncd conflicts` lists the value that lost", ok=one_lost)

    def _cycle(self, words: str) -> Report:
        report = self._engine.run()
        self._say(_counts(words, report))
        for problem in report.problems:
            self._say(f"    note: {problem}")
        return report

    def _check(self, words: str, *, ok: bool) -> None:
        self._failed = self._failed or not ok
        self._say(f"  {'✓' if ok else '✗'} {words}")

    def _write_settings(self, served: Mapping[str, Served]) -> Path:
        lines = [f"state_dir = {json.dumps(str(self._place / STATE))}", "[plan]"]
        lines.append(f'timezone = "{ZONE}"')
        for name, one in served.items():
            lines.append(f"[connectors.{name}]")
            lines.extend(f"{key} = {_toml(value)}" for key, value in one.settings().items())
        path = self._place / "syncd.toml"
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{json.dumps(str(key))} = {_toml(it)}" for key, it in value.items())
        return f"{{ {pairs} }}"
    return json.dumps(value if isinstance(value, (bool, int, float, list)) else str(value))


def _counts(words: str, report: Report) -> str:
    told = [
        f"{name} {tool.pulled} read, {tool.created} made, {tool.updated} changed,"
        f" {tool.deleted} removed ({tool.requests} requests)"
        for name, tool in sorted(report.tools.items())
    ]
    return f"{words}:\n    " + "\n    ".join(told)
