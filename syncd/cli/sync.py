"""``syncd sync``: one cycle now; ``syncd run``: the daemon."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import TracebackType
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from syncd.app import App
from syncd.cli.errors import status_of_report
from syncd.cli.lookup import chosen_tools, tool_title
from syncd.cli.outlook import outlook
from syncd.cli.output import Json, Speech, add_row, table
from syncd.cli.preview import preview
from syncd.cli.session import Session
from syncd.connect.network import RateLimit
from syncd.daemon.logs import set_up, supervised
from syncd.daemon.service import serve
from syncd.daemon.supervisor import Signals
from syncd.engine.cycle import Engine
from syncd.engine.report import Report, ToolReport
from syncd.engine.rules import BY
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.store.history_store import HistoryStore
from syncd.store.tool_store import ToolState, ToolStore
from syncd.text import count

_MANY = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """How many blocks syncd placed, moved and took away; what people moved is no part."""

    placed: int = 0
    moved: int = 0
    removed: int = 0

    @property
    def sentence(self) -> str:
        """Return it in words; nothing if there is nothing to tell."""
        counts = ((self.placed, "placed"), (self.moved, "moved"), (self.removed, "removed"))
        parts = [f"{number} {word}" for number, word in counts if number]
        if not parts:
            return ""
        single = sum(number for number, _ in counts) == 1
        noun = "Learning block" if single else "Learning blocks"
        return f"{noun}: {', '.join(parts)} (`syncd schedule`)."


def planned_since(history: HistoryStore, cycle: int) -> Planned:
    """Return what syncd itself did to blocks after a cycle."""
    rows = [
        row
        for number in range(cycle + 1, history.last_cycle() + 1)
        for row in history.rows(cycle=number, limit=_MANY)
        if row.kind is Kind.BLOCK and row.by.startswith(BY)
    ]
    placed = {row.entity for row in rows if row.field == ""}
    removed = {row.entity for row in rows if row.field == "archived" and row.after}
    moved = {row.entity for row in rows if row.field in ("start", "end")}
    return Planned(
        placed=len(placed - removed),
        moved=len(moved - placed - removed),
        removed=len(removed - placed),
    )


LONG = 5.0
"""Seconds of a pause that is worth a word."""
MANY = 20
"""Entities that wait for a tool before there is a bar for it."""


class Estimate:
    """Says how long a tool takes by its service's rate limit, each time a minute is over."""

    def __init__(
        self,
        titles: Mapping[ToolName, str],
        rate_limit: Callable[[ToolName], RateLimit | None],
        pause: Callable[[ToolName], float],
        say: Callable[[str], None],
    ) -> None:
        self._titles = titles
        self._rate_limit = rate_limit
        self._pause = pause
        self._say = say
        self._pausing: set[ToolName] = set()
        self._last_minutes: dict[ToolName, int] = {}

    def look(self, name: ToolName, left: int) -> None:
        """See how many entities wait for a tool, and whether its service is waited for."""
        self._look_at_pause(name)
        rate_limit = self._rate_limit(name)
        if rate_limit is None or left < rate_limit.per_minute:
            return
        minutes = max(1, round(left / rate_limit.per_minute))
        if minutes >= self._last_minutes.get(name, minutes + 1):
            return
        self._last_minutes[name] = minutes
        self._say(
            f"{self._titles[name]} takes {rate_limit.per_minute:,} {rate_limit.items} a minute:"
            f" about {minutes} minute{'s' if minutes > 1 else ''} left."
        )

    def _look_at_pause(self, name: ToolName) -> None:
        """Say once of each longer pause when it is over."""
        seconds = self._pause(name)
        if seconds <= 0:
            self._pausing.discard(name)
        elif seconds >= LONG and name not in self._pausing:
            self._pausing.add(name)
            self._say(f"{self._titles[name]} goes on in {seconds:.0f} seconds.")


class Progress:
    """Shows how many entities still wait to be decided or written, per tool.

    ``on``: with a bar.
    """

    def __init__(
        self,
        console: Console,
        store: ToolStore,
        titles: Mapping[ToolName, str],
        estimate: Estimate,
        *,
        on: bool,
    ) -> None:
        self._store = store
        self._titles = titles
        self._estimate = estimate
        self._on = on
        self._most: dict[ToolName, int] = {}
        self._rows: dict[ToolName, TaskID] = {}
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bars = Bars(*columns, console=console, transient=True, disable=not on)

    def __enter__(self) -> "Progress":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def look(self) -> None:
        """See how far it is."""
        for name, title in self._titles.items():
            left = self._store.waiting(name)
            self._estimate.look(name, left)
            most = self._most[name] = max(left, self._most.get(name, 0))
            if not self._on or most < MANY:
                continue
            if name not in self._rows:
                self._rows[name] = self._bars.add_task(title, total=most)
            self._bars.update(self._rows[name], total=most, completed=most - left)


LOOK = 0.2
"""Seconds between two looks at how far a cycle is."""


def sync(
    ctx: typer.Context,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="TOOL", help="Only this tool; may be repeated.")
    ] = None,
    json: Json = False,
) -> int:
    """Run one cycle now.

    It reads all tools, merges what changed, and writes what is missing.
    """
    work = preview if dry_run else run_cycle
    return work(ctx.obj, only or [], as_json=json)


def run_cycle(session: Session, only: Sequence[str], *, as_json: bool) -> int:
    """Run one cycle for these tools (none given: all) and report what it did."""
    with session.app() as app, app.alone():
        tools = chosen_tools(app, only)
        with Signals(session.clock.stop.set, session.clock) as signals:
            before = app.store.history.last_cycle()
            report = _cycle(session, app, tools)
        planned = planned_since(app.store.history, before)
        standstill = outlook(app).standstill
        if standstill:
            report.converged = False
            report.problems.append(standstill)
        if as_json:
            session.speech.json(report.as_json())
        else:
            session.warn(app.warnings)
            _tell(session.speech, app, report, planned)
            _tell_rest(session.speech, report, stopped=signals.received is not None)
        return signals.status or status_of_report(report)


def _cycle(session: Session, app: App, tools: list[ToolName]) -> Report:
    """Run the cycle in a thread of its own, so that this one can watch it."""
    engine = app.engine()
    try:
        return _watched(session, app, engine, tools)
    finally:
        engine.close()


def _watched(session: Session, app: App, engine: Engine, tools: list[ToolName]) -> Report:
    titles = {name: tool_title(app, name) for name in tools}
    watching, store = session.interactive(), app.store.tools
    estimate = Estimate(titles, engine.rate_limit, engine.pause, session.speech.note)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(engine.run, tools)
        with Progress(session.speech.err, store, titles, estimate, on=watching) as progress:
            while not wait([running], timeout=LOOK).done:
                progress.look()
        return running.result()


def _tell(speech: Speech, app: App, report: Report, planned: Planned) -> None:
    for match in report.matches:
        speech.line(match)
    shown = table("Tool", "Did", header=False, narrow=("Tool",))
    for name, tool in report.tools.items():
        add_row(shown, tool_title(app, name), _did(tool))
    speech.show(shown)
    if planned.sentence:
        speech.line(planned.sentence)
    if report.conflicts:
        values = count(report.conflicts, "value")
        speech.line(f"{values} lost against a later one and is kept: see `syncd conflicts`.")
    if report.converged:
        speech.line("Everything agrees.")
    for sentence in dict.fromkeys(report.problems):
        speech.note(sentence)


def _tell_rest(speech: Speech, report: Report, *, stopped: bool) -> None:
    if stopped:
        speech.note("Stopped: what is not written yet goes out with the next sync.")
    elif not report.converged:
        speech.note("Not everything is done yet: `syncd status` tells what waits, and why.")


def _did(tool: ToolReport) -> str:
    counts = (
        (tool.pulled, "read"),
        (tool.created, "created"),
        (tool.updated, "updated"),
        (tool.deleted, "removed"),
    )
    done = ", ".join(f"{number} {word}" for number, word in counts if number)
    if tool.state is ToolState.OK:
        return done or "nothing new"
    return f"{tool.state}" + (f" ({done})" if done else "")


def run(
    ctx: typer.Context,
    *,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log JSON lines, as under a supervisor.")
    ] = False,
) -> int:
    """Run the daemon, until it is stopped."""
    session: Session = ctx.obj
    with session.app(log=False) as app, app.alone():
        json = log_json or supervised(session.environ, sys.stderr, os.getpid())
        colors = session.color and sys.stderr.isatty()
        redact = session.redactor
        zone = ZoneInfo(app.zone)
        set_up(
            sys.stderr, json=json, colors=colors, clock=session.clock, redact=redact, zone=zone
        )
        with Signals(session.clock.stop.set, session.clock) as signals:
            serve(app, session.config, signals.flags)
        return signals.status
