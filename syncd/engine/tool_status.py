"""The state of a tool, recorded once by what it raised; making its connector, more and more rarely where that fails."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta

from syncd.engine.approvals import PendingApproval, container_lost
from syncd.engine.context import Context
from syncd.engine.report import ToolReport
from syncd.engine.tool import Tool, ToolFault, guarded
from syncd.errors import (
    HoldTool,
    Mistake,
    NoSecret,
    NotLoaded,
    SignIn,
    StateTrouble,
    SyncdError,
    TryLater,
    Unclear,
    message_of,
    wait_of,
)
from syncd.model.ids import ToolName
from syncd.redaction import get_logger
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
    hold_json = {"hash": hold.hash, "why": hold.why, "lines": list(hold.lines)}
    row = replace(
        tools.get(name),
        state=ToolState.HELD,
        message=message,
        held=hold_json,
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
        record_held(doing, container_lost(message_of(error)))
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
    sentence = message_of(error)
    if isinstance(error, SignIn):
        return ToolState.SIGN_IN, sentence
    if isinstance(error, (TryLater, Unclear)):
        return ToolState.BACKING_OFF, sentence
    if isinstance(error, SyncdError):
        return ToolState.DEGRADED, sentence
    what = f"{type(error).__name__}: {sentence}".rstrip(": ")
    message = f"{title} failed in a way syncd does not know ({what})"
    return ToolState.DEGRADED, f"{message}: it is tried again; if it stays, report it."


log = get_logger("syncd.engine")

FIRST_PAUSE = 60.0
"""Seconds before a tool that could not be made is tried again: its secret may come from a
command that asks the person something."""
LONGEST_PAUSE = 900.0
"""That pause doubles each time, up to this."""
JOINING = 2.0
"""Seconds that a cycle waits for tools that are still being made, once one was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A tool that is switched on and can't be used, and why.

    mistaken: what its settings say can't be; else it may come by itself.
    """

    name: ToolName
    title: str
    state: ToolState
    why: str
    mistaken: bool = False


@dataclass
class ConnectorFactory:
    """Makes tools, and knows which could not be made."""

    context: Context
    make: Callable[[ToolName], Tool] | None
    stopping: Callable[[], bool]
    pool: Executor
    lanes: dict[ToolName, Future[Tool]] = field(default_factory=dict)
    unusable: dict[ToolName, Unusable] = field(default_factory=dict)
    _pauses: dict[ToolName, tuple[int, float]] = field(default_factory=dict)

    def start(self, name: ToolName) -> bool:
        """Start to make a tool, unless it is too soon; say whether it is being made."""
        _, until = self._pauses.get(name, (0, 0.0))
        soon = self.context.clock.monotonic() < until
        if name not in self.lanes and self.make is not None and not soon:
            self.lanes[name] = self.pool.submit(self._build, name)
        return name in self.lanes

    def hurry(self) -> None:
        """Let every tool be tried again at once."""
        self._pauses = {name: (times, 0.0) for name, (times, _) in self._pauses.items()}

    def finish(self) -> Iterator[tuple[ToolName, Tool | None]]:
        """Yield each tool that was made since; None where it could not be."""
        for name in [name for name, future in self.lanes.items() if future.done()]:
            try:
                fresh = self.lanes.pop(name).result()
            except StateTrouble:
                raise  # no tool's fault
            except Exception as error:  # noqa: BLE001  # one tool's fault ends its lane alone
                self._failed(name, error)
                yield name, None
            else:
                self.unusable.pop(name, None)
                self._pauses.pop(name, None)
                yield name, fresh

    def keeps_the_old(self, name: ToolName) -> bool:
        """Say whether a tool that can't be made anew goes on as it was: its service was
        out of reach, and it may have been well but for that."""
        state = self.context.store.tools.get(name).state
        keeps = name in self.context.tools and state is ToolState.BACKING_OFF
        if keeps:
            self.unusable.pop(name)
        return keeps

    def close(self) -> None:
        """Let go of what was made and is not asked for any more."""
        for future in self.lanes.values():
            if future.done() and not future.cancelled() and future.exception() is None:
                close_tool(future.result())

    def _build(self, name: ToolName) -> Tool:
        """Make one tool; runs in its lane, and raises whatever its connector raises."""
        assert self.make is not None  # noqa: S101  # nothing is started without
        try:
            return self.prepared(self.make(name))
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:  # a stranger's code may not end syncd
            raise RuntimeError(f"it raised {type(error).__name__}") from error

    def prepared(self, tool: Tool) -> Tool:
        """Return a tool as the engine works with it."""
        ready = guarded(tool)
        ready.limiter.heed(self.stopping)
        return ready

    def _failed(self, name: ToolName, error: Exception) -> None:
        """The tool could not be made; it is tried again after a while."""
        title = self.context.title_of(name)
        cause = error.error if isinstance(error, ToolFault) else error
        mistaken = isinstance(cause, Mistake) and not isinstance(cause, NoSecret | NotLoaded)
        times, _ = self._pauses.get(name, (0, 0.0))
        again = 0 if mistaken or isinstance(cause, SignIn) else min(times, 10)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**again)
        self._pauses[name] = (times + 1, self.context.clock.monotonic() + pause)
        state, why = state_of(title, cause)
        if not isinstance(cause, SyncdError) and name not in self.unusable:
            log.error("a tool could not be made", tool=name, exc_info=cause)
        self.unusable[name] = Unusable(
            name=name, title=title, state=state, why=why, mistaken=mistaken
        )


def wait_for_joiners(
    workshop: ConnectorFactory,
    left: float | None,
    monotonic: Callable[[], float],
    join: Callable[[], None],
) -> None:
    """Let tools that are being made ``join`` a cycle; ``left``: its seconds, None: any."""
    ends = monotonic() + (JOINING if left is None else min(JOINING, left))
    while workshop.lanes:
        futures, still = list(workshop.lanes.values()), max(0.0, ends - monotonic())
        if not wait(futures, timeout=still, return_when=FIRST_COMPLETED).done:
            break
        join()


def close_tool(tool: Tool) -> None:
    """Close a connector; that it can't be closed is nothing to anybody else."""
    try:
        tool.connector.close()
    except Exception:  # one tool's fault ends its lane alone
        log.exception("a tool could not be closed", tool=tool.name)
