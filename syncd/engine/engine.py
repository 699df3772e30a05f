"""One cycle: gather, decide, write down, do; a lane for each tool."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import structlog

from syncd.engine.absorb import Absorber
from syncd.engine.blocks.keeper import Keeper
from syncd.engine.brakes import Brakes
from syncd.engine.context import Context
from syncd.engine.daily import forget_check, full_check
from syncd.engine.gather import Gathered, gather
from syncd.engine.hold import hold_on_container
from syncd.engine.paused import remember_paused
from syncd.engine.pen import Pen
from syncd.engine.project import project
from syncd.engine.push import Pusher
from syncd.engine.report import Report, ToolReport
from syncd.engine.rules import follow_rules
from syncd.engine.states import Doing, note_failure, note_ok
from syncd.engine.summary import summarise
from syncd.engine.tool import Tool
from syncd.errors import HoldTool, StateTrouble, SyncdError
from syncd.model.ids import EntityId, ToolName
from syncd.schedule.planner import Annealer
from syncd.schedule.timetable import Planner
from syncd.store.rows import Problem
from syncd.store.tool_store import ToolState
from syncd.sync.decide import fingerprint

log = structlog.get_logger("syncd.engine")

GRACE = 10.0
"""Seconds that a cycle waits for slower tools once the first one was read."""
ROUNDS = 6
"""How often one cycle decides again for a tool, at most, after others were written."""


@dataclass
class Engine:
    """Runs cycles. ``run`` may be called again while slow tools are still busy.

    ``remake`` builds a fresh connector for a tool that was not well. ``planner`` places
    learning blocks. ``pool``: what the tools' lanes run in.
    """

    context: Context
    remake: Callable[[ToolName], Tool] | None = None
    planner: Planner = field(default_factory=Annealer)
    pool: Executor = field(default_factory=lambda: ThreadPoolExecutor(16))
    _reading: dict[ToolName, Future[Gathered]] = field(default_factory=dict)
    _writing: dict[ToolName, Future[None]] = field(default_factory=dict)
    _rounds: dict[ToolName, int] = field(default_factory=dict)
    _later: dict[ToolName, set[EntityId]] = field(default_factory=dict)
    _ready: set[ToolName] = field(default_factory=set)
    _read_at: dict[ToolName, float] = field(default_factory=dict)
    _report: Report = field(default_factory=Report)
    _brakes: Brakes = field(init=False)
    _blocks: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self._blocks = Keeper(self.context, self.planner)
        self._brakes = Brakes(self.context, self._tool_report)

    def run(
        self, only: Iterable[ToolName] | None = None, *, patience: float | None = None
    ) -> Report:
        """Run one cycle for these tools (None: all).

        With ``patience`` (seconds) the call returns when that is over, and slow tools
        go on by themselves; without, it returns when everything is done.
        """
        chosen = set(self.context.tools if only is None else only)
        self._report = Report()
        self._blocks.told.clear()
        self._ready &= self._writing.keys()  # what was read in an earlier run is old
        full_check(self.context)
        for name in sorted(chosen - self._reading.keys() - self._writing.keys()):
            self._start_reading(name)
        ends = None if patience is None else self.context.clock.monotonic() + patience
        self._go_on(ends)
        if self._plan_blocks():
            for name in sorted(self._ready - self._writing.keys()):
                self._rounds[name] = 0
                self._start_writing(name)
            self._go_on(ends)
        self._summarise(chosen)
        return self._report

    def _go_on(self, ends: float | None) -> None:
        """Work until all lanes are idle, or the time is over."""
        while self._reading or self._writing:
            left = None if ends is None else ends - self.context.clock.monotonic()
            if left is not None and left <= 0:
                break
            if not self._step(left):
                break

    def _plan_blocks(self) -> bool:
        """Look at the learning blocks, once all else was taken in and written."""
        changed = self._blocks.plan()
        self._report.changes += changed
        return changed

    def check_everything(self) -> None:
        """Let the next cycle decide for everything, as the first one of each day does."""
        forget_check(self.context)

    def preview(self, only: Iterable[ToolName] | None = None) -> Report:
        """Decide for these tools (None: all), and do nothing: a dry run.

        To be called on a context whose store is a copy and whose connectors refuse
        writes.
        """
        chosen = set(self.context.tools if only is None else only)
        self._report = Report()
        self._blocks.told.clear()
        full_check(self.context)
        found = []
        for name in sorted(chosen):
            self._start_reading(name)
            if name in self._reading:
                wait([self._reading[name]])
                found.extend(self._finish_reading([name]))
        for one in found:
            self._tool_report(one.tool.name).makes = one.binding.missing
        self._take_in(found)
        self._plan_blocks()
        for name in sorted(self._ready):
            tool = self.context.tools[name]
            projection = project(self.context, tool)
            self._brakes.stops(tool, projection)
            self._tool_report(name).plan = projection.operations
            self._tool_report(name).plan_hash = fingerprint(projection.operations)
        self._summarise(chosen, dry=True)
        return self._report

    def close(self) -> None:
        """Wait for the lanes to finish what they are writing, and let go."""
        self.pool.shutdown(wait=True)
        for tool in self.context.tools.values():
            tool.connector.close()

    def _step(self, left: float | None) -> bool:
        """Wait for what finishes first, and act on it; False when time ran out."""
        futures: list[Future[Any]] = [*self._reading.values(), *self._writing.values()]
        done, _ = wait(futures, timeout=left, return_when=FIRST_COMPLETED)
        if not done:
            return False
        if any(future in done for future in self._reading.values()):
            wait(
                list(self._reading.values()),
                timeout=GRACE if left is None else min(GRACE, left),
            )
        for name in [one for one, future in self._writing.items() if future.done()]:
            self._finish_writing(name)
        ready = [one for one, future in self._reading.items() if future.done()]
        found = self._finish_reading(ready)
        if found:
            self._take_in(found)
        for name in sorted(self._ready - self._writing.keys()):
            self._start_writing(name)
        return True

    def _start_reading(self, name: ToolName) -> None:
        self._tool_report(name)
        self._rounds[name] = 0
        self._later[name] = set()
        self._ready.discard(name)
        try:
            self._renew(name)
        except SyncdError as error:
            self._failed(name, error)
            return
        tool = self.context.tools[name]
        self._read_at[name] = self.context.clock.monotonic()
        store, others = self.context.store, tuple(self.context.tools.values())
        self._reading[name] = self.pool.submit(
            gather, tool, store, self.context.clock, others, self._blocks.windows(tool)
        )

    def _renew(self, name: ToolName) -> None:
        """A tool that was not well gets a fresh connector: what it knew may be old."""
        row = self.context.store.tools.get(name)
        if row.state is ToolState.OK or self.remake is None:
            return
        fresh = self.remake(name)
        self.context.tools[name].connector.close()
        self.context.tools[name] = fresh

    def _finish_reading(self, names: Iterable[ToolName]) -> list[Gathered]:
        found = []
        for name in names:
            future = self._reading.pop(name)
            try:
                found.append(future.result())
            except SyncdError as error:
                self._failed(name, error)
            except Exception as error:  # one tool's fault ends its lane alone
                log.exception("a tool failed unexpectedly", tool=name)
                self._failed(name, error)
        return found

    def _finish_writing(self, name: ToolName) -> None:
        future = self._writing.pop(name)
        error = future.exception()
        if error is None:
            return
        self._ready.discard(name)
        if not isinstance(error, SyncdError):
            log.error("a tool failed unexpectedly", tool=name, error=repr(error))
        self._failed(name, error)

    def _failed(self, name: ToolName, error: BaseException) -> None:
        if isinstance(error, StateTrouble):
            raise error  # no tool's fault
        lost = hold_on_container(str(error)) if isinstance(error, HoldTool) else None
        if lost is not None and self._brakes.decided(name, lost):
            self._start_reading(name)
            return
        doing = Doing(self.context, self.context.tools[name], self._tool_report(name))
        note_failure(doing, error)

    def _take_in(self, found: list[Gathered]) -> None:
        """Merge what was read into the plan, let its rules follow; one transaction."""
        store = self.context.store
        with store.transaction():
            pen = Pen.fresh(self.context)
            believed = [one for one in found if self._brakes.believes(one, pen)]
            absorber = Absorber(self.context, pen)
            absorber.absorb(believed)
            pen.flush()
            follow_rules(self.context, pen)
            pen.flush()
            for one in believed:
                again = one.short or one.tool.name in absorber.waiting
                self._settle_tool(one, keep_cursor=again)
            self._report.changes += len(pen.before)
            self._report.conflicts += pen.conflicts
            self._report.matches.extend(absorber.matches)

    def _settle_tool(self, found: Gathered, *, keep_cursor: bool) -> None:
        """Write down where reading goes on, and what the container's state is."""
        store, name = self.context.store, found.tool.name
        report = self._tool_report(name)
        told = sum(item.id in found.links for item in found.changed)
        report.pulled += told + len(found.gone)
        store.tools.clear_problems(name, None)
        sentences = dict.fromkeys(
            [*found.binding.problems, *found.pull.problems, *self._blocks.hear(found)]
        )
        store.tools.put_problems(
            Problem(tool=name, entity=None, field=str(place), sentence=sentence)
            for place, sentence in enumerate(sentences)
        )
        remember_paused(store, found.tool, found.pull.paused)
        cursor = None if keep_cursor else found.pull.cursor
        note_ok(Doing(self.context, found.tool, report), cursor)
        self._ready.add(name)

    def _start_writing(self, name: ToolName) -> None:
        """Decide for one tool and start its lane, unless there is nothing to do."""
        tool = self.context.tools[name]
        others_write = self._rounds[name] > 0 and bool(self._writing)
        if others_write or self._rounds[name] >= ROUNDS:
            return  # what the others write now may ask for more here: once, afterwards
        projection = project(self.context, tool, self._later[name])
        if self._brakes.stops(tool, projection):
            self._ready.discard(name)
            return
        for entity in projection.moot:
            self.context.store.tools.clear_problems(name, entity, field="")
        if not projection.operations:
            self.context.store.links.settle(name, projection.settled)
            return
        self._rounds[name] += 1
        pusher = Pusher(
            context=self.context,
            tool=tool,
            report=self._tool_report(name),
            read_at=self._read_at[name],
            later=self._later[name],
        )
        self._writing[name] = self.pool.submit(pusher.push, projection)

    def _summarise(self, chosen: set[ToolName], *, dry: bool = False) -> None:
        """Say whether anything is left to do, and what went wrong."""
        busy = self._reading.keys() | self._writing.keys()
        for name in sorted(chosen):
            self._tool_report(name)
            summarise(self.context, self._report, name, busy=name in busy, dry=dry)

    def _tool_report(self, name: ToolName) -> ToolReport:
        return self._report.tools.setdefault(name, ToolReport())
