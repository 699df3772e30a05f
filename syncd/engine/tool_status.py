"""The state of a tool, recorded once by what it raised."""

from dataclasses import dataclass, replace
from datetime import timedelta

from syncd.engine.approvals import PendingApproval, container_lost
from syncd.engine.context import Context
from syncd.engine.report import ToolReport
from syncd.engine.tool import Tool
from syncd.errors import HoldTool, SignIn, SyncdError, TryLater, Unclear, said, wait_of
from syncd.store.tool_store import ToolState

LONGEST = 3600.0
"""Seconds after which a failing tool is tried again, at the latest."""


@dataclass(frozen=True, slots=True)
class ToolStatus:
    """A tool in a cycle."""

    context: Context
    tool: Tool
    report: ToolReport


def record_success(doing: ToolStatus, cursor: str | None) -> None:
    """The tool was read, whole, up to ``cursor`` (None: as before)."""
    tools = doing.context.store.tools
    row = tools.get(doing.tool.name)
    kept = cursor if cursor is not None else row.cursor
    now = doing.context.clock.now()
    well = replace(row, state=ToolState.OK, message="", until=None, held={}, failures=0)
    tools.save(replace(well, cursor=kept, last_ok=now))
    doing.report.state = ToolState.OK
    doing.report.message = ""


def record_held(doing: ToolStatus, hold: PendingApproval) -> None:
    """The tool waits for a decision about exactly this plan."""
    name = doing.tool.name
    message = (
        f"{hold.why}. Nothing was changed: `syncd status` shows what waits;"
        f" `syncd approve {name}` accepts it, `syncd reject {name}` restores the plan's side."
    )
    tools = doing.context.store.tools
    held = {"hash": hold.hash, "why": hold.why, "lines": list(hold.lines)}
    row = replace(
        tools.get(name),
        state=ToolState.HELD,
        message=message,
        held=held,
        until=None,
        consent=None,
        consent_kind=None,
    )
    tools.save(row)
    doing.report.state = ToolState.HELD
    doing.report.message = message


def record_failure(doing: ToolStatus, error: BaseException) -> None:
    """The tool raised this; what comes next follows from its name."""
    if isinstance(error, HoldTool):
        record_held(doing, container_lost(said(error)))
        return
    tools = doing.context.store.tools
    row = tools.get(doing.tool.name)
    state, message = state_of(doing.tool.title, error)
    now, failures = doing.context.clock.now(), row.failures + 1
    until = None
    if state is ToolState.BACKING_OFF:
        asked = wait_of(error.seconds) if isinstance(error, TryLater) else None
        until = now + timedelta(seconds=asked or min(LONGEST, 5.0 * 2 ** min(failures, 10)))
    tools.save(
        replace(row, state=state, message=message, until=until, failures=failures, held={})
    )
    doing.report.state = state
    doing.report.message = message


def state_of(title: str, error: BaseException) -> tuple[ToolState, str]:
    """Return what state a tool is in that raised this, and the sentence that says so."""
    told = said(error)
    if isinstance(error, SignIn):
        return ToolState.SIGN_IN, told
    if isinstance(error, (TryLater, Unclear)):
        return ToolState.BACKING_OFF, told
    if isinstance(error, SyncdError):
        return ToolState.DEGRADED, told
    what = f"{type(error).__name__}: {told}".rstrip(": ")
    message = f"{title} failed in a way syncd does not know ({what})"
    return ToolState.DEGRADED, f"{message}: it is tried again; if it stays, report it."
