"""``syncd sync``: one cycle now."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from syncd.bootstrap import App
from syncd.cli import lookup
from syncd.cli.errors import Exit, of_states
from syncd.cli.planned import Planned, planned_since
from syncd.cli.progress import Estimate, Progress
from syncd.cli.session import Session
from syncd.cli.output import Speech, row, table
from syncd.cli.output import count
from syncd.daemon.signals import Signals
from syncd.engine.engine import Engine
from syncd.engine.report import Report, ToolReport
from syncd.errors import Mistake
from syncd.model.ids import ToolName
from syncd.store.tool_store import ToolState

LOOK = 0.2
"""Seconds between two looks at how far a cycle is."""


def sync(session: Session, only: Sequence[str], *, as_json: bool) -> int:
    """Run one cycle for these tools (none given: all) and tell what it did."""
    with session.app() as app, app.alone():
        tools = chosen(app, only)
        with Signals(session.clock.stop.set, session.clock) as signals:
            before = app.store.history.last_cycle()
            report = _cycle(session, app, tools)
        planned = planned_since(app.store.history, before)
        if as_json:
            session.speech.json(report.as_json())
        else:
            session.warn(app.warnings)
            _tell(session.speech, app, report, planned)
            _tell_rest(session.speech, report, stopped=signals.received is not None)
        return signals.status or status(report)


def chosen(app: App, only: Sequence[str]) -> list[ToolName]:
    """Return the tools that are meant. Raises ``Mistake`` where there is none."""
    tools = list(dict.fromkeys(lookup.tool(app, one) for one in only)) or app.enabled()
    if not tools:
        raise Mistake(lookup.no_tools(app))
    return tools


def status(report: Report) -> int:
    """Return the exit status that a cycle comes to."""
    wrong = [one.mistaken and one.state is ToolState.DEGRADED for one in report.tools.values()]
    if wrong and all(wrong):
        return Exit.MISTAKE
    return of_states((one.state for one in report.tools.values()), done=report.converged)


def title_of(app: App, name: str) -> str:
    """Return how a person calls a tool."""
    return app.registry.get(name).title


def _cycle(session: Session, app: App, tools: list[ToolName]) -> Report:
    """Run the cycle in a thread of its own, so that this one can watch it."""
    engine = app.engine()
    try:
        return _watched(session, app, engine, tools)
    finally:
        engine.close()


def _watched(session: Session, app: App, engine: Engine, tools: list[ToolName]) -> Report:
    titles = {name: title_of(app, name) for name in tools}
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
        row(shown, title_of(app, name), _did(tool))
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
