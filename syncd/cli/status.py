"""``syncd status``: whether the daemon works, how each tool is doing, what waits, and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer

from syncd.app import App
from syncd.cli.errors import Exit, status_of_states
from syncd.cli.lookup import no_tools, tool_title
from syncd.cli.mails import mails
from syncd.cli.outlook import misfits, outlook
from syncd.cli.output import Json, Speech, local, moment_json
from syncd.cli.session import Session
from syncd.engine.context import today
from syncd.engine.cycle_report import look, sentences
from syncd.engine.heartbeat import DaemonState, Liveness, read_liveness
from syncd.engine.tool_status import Unusable
from syncd.model.entities import Goal, Kind, Task
from syncd.model.ids import ToolName
from syncd.model.values import GoalStatus, day_of
from syncd.store.rows import ToolProblem
from syncd.store.tool_store import ToolRow, ToolState
from syncd.text import count, day_span, one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocksToReport:
    """What of the time needs the person.

    unconfirmed: how many blocks wait for a word. does_not_fit: how many tasks do not get their
    time. overdue: how many open tasks are past their date. leave: the days that nothing is
    planned on. unreadable: the calendars that blocks are planned without.
    """

    unconfirmed: int
    does_not_fit: int
    overdue: int
    leave: tuple[tuple[date, date], ...]
    unreadable: tuple[str, ...]

    @property
    def lines(self) -> Iterable[str]:
        """Yield a line on each, with the command that tells more."""
        if self.overdue:
            verb = "is" if self.overdue == 1 else "are"
            yield f"{count(self.overdue, 'task')} {verb} overdue: `syncd plan show`."
        if self.unconfirmed:
            verb = "waits" if self.unconfirmed == 1 else "wait"
            yield f"{count(self.unconfirmed, 'block')} {verb} for a word: `syncd schedule`."
        if self.does_not_fit:
            verb = "does" if self.does_not_fit == 1 else "do"
            yield f"{count(self.does_not_fit, 'task')} {verb} not fit: `syncd schedule`."
        if self.unreadable:
            yield "No new blocks: a calendar can't be read for busy time (`syncd schedule`)."
        for first, last in self.leave:
            yield f"On leave {day_span(first, last)}: no blocks then; `syncd resume` ends it."


def blocks_to_report(app: App) -> BlocksToReport:
    """Return what needs the person."""
    seen = outlook(app)
    return BlocksToReport(
        unconfirmed=len(seen.waiting),
        does_not_fit=len(misfits(app, seen.wishes)),
        overdue=_overdue(app),
        leave=tuple(seen.pauses),
        unreadable=seen.busy.unreadable if seen.busy else (),
    )


def _overdue(app: App) -> int:
    """Return how many open tasks are past their date, but for those of goals that rest."""
    day, plan = today(app.clock, app.zone), app.store.plan
    goals = (record.entity for record in plan.every(Kind.GOAL, archived=False))
    resting = {
        goal.id for goal in goals if isinstance(goal, Goal) and goal.status not in _WORKED_ON
    }
    tasks = (record.entity for record in plan.every(Kind.TASK, archived=False))
    return sum(
        isinstance(task, Task)
        and not task.done
        and task.goal not in resting
        and task.due is not None
        and day_of(task.due, app.zone) < day
        for task in tasks
    )


_WORKED_ON = (GoalStatus.ACTIVE, GoalStatus.PLANNED)
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
        daemon = read_liveness(app.store.tools, app.clock.now())
        if alive:
            return _show_alive(session.speech, app, daemon, as_json=json)
        unusable = app.unusable()
        tools = [_tool_status(app, name, unusable.get(name)) for name in app.enabled()]
        conflicts = len(app.store.history.conflicts(resolved=False))
        look(app.store)
        damaged = list(sentences(app.store))
        blocks, post = blocks_to_report(app), mails(app)
        following = [*damaged, *_next_steps(app, tools, conflicts), *blocks.lines, *post.lines]
        if daemon.well and not following:
            following = ["Nothing waits for you."]
        if json:
            whole = _as_json(tools, app.zone)
            whole["problems"] = damaged + whole["problems"]
            if not daemon.well:
                whole["problems"].insert(0, daemon.sentence(app.zone, app.clock.now()))
            session.speech.json(
                {"daemon": _daemon_json(daemon, app.zone)}
                | whole
                | {
                    "conflicts": conflicts,
                    "unconfirmed_blocks": blocks.unconfirmed,
                    "does_not_fit": blocks.does_not_fit,
                    "overdue": blocks.overdue,
                    "leave": [
                        {"first": first.isoformat(), "last": last.isoformat()}
                        for first, last in blocks.leave
                    ],
                    "mail": post.as_json,
                    "next": following,
                }
            )
        else:
            session.warn(app.warnings)
            _show_daemon(session.speech, daemon, app)
            _show(session.speech, tools, app)
            if conflicts:
                values = count(conflicts, "value")
                session.speech.line(f"{values} lost against a later one: `syncd conflicts`.")
            for sentence in following:
                session.speech.line(sentence)
        # what backs off mends itself; what is degraded does not
        well = not damaged and all(tool.row.state is not ToolState.DEGRADED for tool in tools)
        if not daemon.well:
            return Exit.NOT_DONE
        return status_of_states(
            (tool.row.state for tool in tools if not tool.decided), done=well
        )


def _show_alive(speech: Speech, app: App, daemon: Liveness, *, as_json: bool) -> int:
    """Say only whether the daemon works; a tool that waits for the person is no matter."""
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


def _as_json(tools: list[ToolSummary], zone: str) -> dict[str, Any]:
    sentences = [tool.row.message for tool in tools if tool.row.message]
    sentences += [problem.sentence for tool in tools for problem in tool.problems]
    return {
        "tools": {
            tool.name: {
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
            for tool in tools
        },
        "problems": sentences,
    }
