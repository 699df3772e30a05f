"""``syncd status``: whether the daemon works, how each tool is doing, what waits, and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

from syncd.app import App
from syncd.cli.errors import Exit, status_of_states
from syncd.cli.lookup import no_tools, tool_title
from syncd.cli.mails import Mails, mails
from syncd.cli.outlook import BlocksToReport, blocks_to_report
from syncd.cli.output import Json, Speech, local, moment_json
from syncd.cli.session import Session
from syncd.engine.cycle_report import look, sentences
from syncd.engine.heartbeat import DaemonState, Liveness, read_liveness
from syncd.engine.tool_status import Unusable
from syncd.model.ids import ToolName
from syncd.store.rows import ToolProblem
from syncd.store.tool_store import ToolRow, ToolState
from syncd.text import count, one_line

LINES = 20
"""How many lines of a held plan are shown; `--json` shows all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSummary:
    """How one tool is doing, in values."""

    name: ToolName
    title: str
    row: ToolRow
    items: int
    waiting: int
    in_flight: int
    problems: tuple[ToolProblem, ...]

    @property
    def new(self) -> bool:
        """Say whether the tool was never read."""
        return self.row.last_ok is None and self.row.state is ToolState.OK

    @property
    def waits(self) -> bool:
        """Say whether the tool is held for a plan that can be decided on."""
        return self.row.state is ToolState.HELD and bool(self.row.held)

    @property
    def decided(self) -> bool:
        """Say whether the person decided, and the next sync acts on it."""
        return self.waits and self.row.consent == self.row.held["hash"]


def status(
    ctx: typer.Context,
    *,
    alive: Annotated[
        bool,
        typer.Option(
            "--alive", help="Only whether the daemon works: 0 or 1, for health checks."
        ),
    ] = False,
    json: Json = False,
) -> int:
    """Show whether the daemon works, how each tool does, and what to do next."""
    session: Session = ctx.obj
    with session.app() as app:
        if alive:
            return _show_alive(session.speech, app, as_json=json)
        condition = _condition(app)
        if json:
            session.speech.json(condition.as_json(app.zone, app.clock.now()))
        else:
            session.warn(app.warnings)
            condition.show(session.speech, app)
        return condition.exit_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How everything is doing. damaged: sentences on what of the state can't be read.
    following: what the person can do now, most urgent first."""

    daemon: Liveness
    tools: list[ToolSummary]
    conflicts: int
    damaged: list[str]
    blocks: BlocksToReport
    mails: Mails
    following: list[str]

    @property
    def exit_status(self) -> int:
        """Return the status that it comes to; a daemon that does not work comes first."""
        if not self.daemon.well:
            return Exit.NOT_DONE
        # what backs off mends itself; what is degraded does not
        degraded = any(tool.row.state is ToolState.DEGRADED for tool in self.tools)
        well = not (self.damaged or degraded or self.blocks.standstill)
        states = (tool.row.state for tool in self.tools if not tool.decided)
        return status_of_states(states, done=well)

    def show(self, speech: Speech, app: App) -> None:
        """Show it to a person; little where all is well."""
        _show_daemon(speech, self.daemon, app)
        _show(speech, self.tools, app)
        if self.conflicts:
            values = count(self.conflicts, "value")
            speech.line(f"{values} lost against a later one: `syncd conflicts`.")
        for sentence in self.following:
            speech.line(sentence)

    def as_json(self, zone: str, now: datetime) -> dict[str, Any]:
        """Return it for programs."""
        daemon = [] if self.daemon.well else [self.daemon.sentence(zone, now)]
        return {
            "daemon": _daemon_json(self.daemon, zone),
            "tools": {tool.name: _tool_json(tool, zone) for tool in self.tools},
            "problems": [*daemon, *self.damaged, *_problems(self.tools)],
            "conflicts": self.conflicts,
            **self.blocks.as_json,
            "mail": self.mails.as_json,
            "next": self.following,
        }


def _condition(app: App) -> Condition:
    unusable, daemon = app.unusable(), read_liveness(app.store.tools, app.clock.now())
    tools = [_tool_status(app, name, unusable.get(name)) for name in app.enabled()]
    conflicts = len(app.store.history.conflicts(resolved=False))
    look(app.store)
    damaged = list(sentences(app.store))
    blocks, post = blocks_to_report(app), mails(app)
    following = [*damaged, *_next_steps(app, tools, conflicts), *blocks.lines, *post.lines]
    if daemon.well and not following:
        following = ["Nothing waits for you."]
    return Condition(
        daemon=daemon,
        tools=tools,
        conflicts=conflicts,
        damaged=damaged,
        blocks=blocks,
        mails=post,
        following=following,
    )


def _show_alive(speech: Speech, app: App, *, as_json: bool) -> int:
    """Say only whether the daemon works; a tool that waits for the person is no matter."""
    daemon = read_liveness(app.store.tools, app.clock.now())
    if as_json:
        speech.json(_daemon_json(daemon, app.zone))
    else:
        speech.line(daemon.sentence(app.zone, app.clock.now()))
    return Exit.DONE if daemon.alive else Exit.NOT_DONE


_DAEMON_STYLES = {
    DaemonState.DEAD: "bold red",
    DaemonState.STUCK: "bold red",
    DaemonState.FAILING: "bold red",
    DaemonState.STOPPED: "yellow",
    DaemonState.RUNNING: "green",
}
_TOOL_STYLES = {
    ToolState.OK: "bold green",
    ToolState.BACKING_OFF: "bold yellow",
    ToolState.SIGN_IN: "bold red",
    ToolState.HELD: "bold yellow",
    ToolState.DEGRADED: "bold red",
}


def _show_daemon(speech: Speech, daemon: Liveness, app: App) -> None:
    """Say how the daemon does; nothing to whom never started one: they sync by hand."""
    if daemon.state is not DaemonState.NEVER:
        sentence = daemon.sentence(app.zone, app.clock.now())
        speech.line(sentence, style=_DAEMON_STYLES[daemon.state])
        speech.line()


def _daemon_json(daemon: Liveness, zone: str) -> dict[str, Any]:
    return {
        "state": daemon.state,
        "alive": daemon.alive,
        "since": moment_json(daemon.since, zone),
        "last_cycle": moment_json(daemon.cycled, zone),
        "why": daemon.why,
    }


def _tool_status(app: App, name: ToolName, unusable: Unusable | None) -> ToolSummary:
    store = app.store
    return ToolSummary(
        name=name,
        title=tool_title(app, name),
        row=_row(app.store.tools.get(name), unusable),
        items=store.links.count(name),
        waiting=store.tools.waiting(name),
        in_flight=len(store.journal.pending(name)),
        problems=tuple(store.tools.problems(name)),
    )


def _row(row: ToolRow, unusable: Unusable | None) -> ToolRow:
    """Return what is known of a tool; that it can't even be made comes first."""
    if unusable is None:
        return row
    state, why = unusable.state, unusable.why
    return ToolRow(tool=row.tool, state=state, message=why, last_ok=row.last_ok)


def _show(speech: Speech, tools: Iterable[ToolSummary], app: App) -> None:
    for tool in tools:
        until = f" until {local(tool.row.until, app.zone)}" if tool.row.until else ""
        state = "not synced yet" if tool.new else f"{tool.row.state}{until}"
        style = "bold" if tool.new else _TOOL_STYLES[tool.row.state]
        speech.line(f"{tool.title}: {state}", style=style)
        message = f"{tool.row.held['why']}." if tool.waits else tool.row.message
        if message:
            speech.line(message, indent=2)
        if not tool.new:
            speech.line(_numbers_line(tool, app.zone, app.clock.now()), indent=2)
        _show_held(speech, tool)
        for problem in tool.problems:
            speech.line(f"- {problem.sentence}", indent=2)
        speech.line()


def _numbers_line(tool: ToolSummary, zone: str, now: datetime) -> str:
    last = tool.row.last_ok
    read = f"last read {local(last, zone)} ({_ago(last, now)})" if last else "never read"
    parts = [read, f"holds {count(tool.items, 'item')}"]
    if tool.waiting:
        # what can't be read can't be decided for: not all that was marked is to be written
        sure = tool.row.state not in (ToolState.DEGRADED, ToolState.SIGN_IN)
        parts.append(f"{tool.waiting} waiting" if sure else f"up to {tool.waiting} waiting")
    if tool.in_flight:
        parts.append(f"{count(tool.in_flight, 'write')} in flight")
    return ", ".join(parts)


def _ago(then: datetime, now: datetime) -> str:
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{count(minutes, 'minute')} ago"
    if minutes < 2 * 24 * 60:
        return f"{minutes // 60} hours ago"
    return f"{minutes // (24 * 60)} days ago"


def _show_held(speech: Speech, tool: ToolSummary) -> None:
    held_plan = tool.row.held
    if not tool.waits:
        return
    lines = held_plan["lines"]
    for line in lines[:LINES]:
        speech.line(one_line(line, 74), indent=4)
    if len(lines) > LINES:
        speech.line(f"and {len(lines) - LINES} more: `syncd status --json`", indent=4)
    if tool.decided:
        speech.line(f"You {tool.row.consent_kind} this: the next sync acts on it.", indent=2)


def _next_steps(app: App, tools: list[ToolSummary], conflicts: int) -> list[str]:
    """Return what the person can do now, most urgent first."""
    if not tools:
        return [no_tools(app)]
    steps = [sentence for tool in tools for sentence in _of_tool(tool)]
    degraded = [tool for tool in tools if tool.row.state is ToolState.DEGRADED]
    if any(tool.problems for tool in tools) or any(tool.row.message for tool in degraded):
        steps.append("Mend what is listed above: each line says how.")
    elif degraded:
        steps.append("Sync, so that it is known how they are doing: `syncd sync`.")
    if conflicts:
        steps.append("Look at what lost: `syncd conflicts`.")
    if not steps and any(tool.new for tool in tools):
        steps.append("Sync for the first time: `syncd sync --dry-run`, then `syncd sync`.")
    return steps


def _of_tool(tool: ToolSummary) -> Iterable[str]:
    """Yield what one tool needs from the person."""
    if tool.row.state is ToolState.SIGN_IN:
        yield f"Sign in to {tool.title}: `syncd auth {tool.name}`."
    elif tool.decided:
        yield f"Let {tool.title} act on your decision: `syncd sync`."
    elif tool.waits:
        plan = f"--plan {tool.row.held['hash']}"
        yield (
            f"Decide for {tool.title}: `syncd approve {tool.name} {plan}` accepts what is"
            f" shown, `syncd reject {tool.name} {plan}` restores the plan's side."
        )


def _problems(tools: list[ToolSummary]) -> list[str]:
    """Return the sentences on the tools, then those on what they hold."""
    messages = [tool.row.message for tool in tools if tool.row.message]
    return messages + [problem.sentence for tool in tools for problem in tool.problems]


def _tool_json(tool: ToolSummary, zone: str) -> dict[str, Any]:
    return {
        "title": tool.title,
        "state": tool.row.state,
        "message": tool.row.message,
        "until": moment_json(tool.row.until, zone),
        "last_ok": moment_json(tool.row.last_ok, zone),
        "items": tool.items,
        "waiting": tool.waiting,
        "in_flight": tool.in_flight,
        "held": dict(tool.row.held) or None,
        "decided": tool.row.consent_kind,
    }
