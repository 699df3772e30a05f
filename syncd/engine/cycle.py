"""One cycle: pull, take in, plan, decide, push; a lane for each tool."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from typing import Any

from syncd.connect.network import RateLimit
from syncd.engine.approvals import container_lost
from syncd.engine.blocks.service import BlockService
from syncd.engine.context import Context
from syncd.engine.cycle_report import Summary
from syncd.engine.holds import Holds
from syncd.engine.intake import Intake
from syncd.engine.lanes import Writers
from syncd.engine.pull import PullResult, pull_tool
from syncd.engine.report import Report, ToolReport, WriteCounts
from syncd.engine.rules import forget_check, full_check
from syncd.engine.tool import Tool, ToolFault
from syncd.engine.tool_status import (
    ConnectorFactory,
    ToolStatus,
    Unusable,
    close_tool,
    record_failure,
    wait_for_joiners,
)
from syncd.errors import HoldTool, StateTrouble, Stopped, SyncdError, message_of
from syncd.model.ids import ToolName
from syncd.redaction import get_logger
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Planner
from syncd.store.tool_store import ToolState
from syncd.sync.decide import plan_hash

log = get_logger("syncd.engine")


@dataclass
class Engine:
    """Runs cycles. ``run`` may be called again while slow tools are still busy.

    ``remake`` builds the tools that are not there, and a fresh connector for one that was
    not well. ``planner`` places learning blocks. ``stop``, once set, ends the lanes at
    their next item. ``pool``: what the lanes run in. ``grace``: seconds that a cycle waits
    for slower tools once the first one was read, and for an address of a tool that makes
    nothing.
    """

    context: Context
    remake: Callable[[ToolName], Tool] | None = None
    planner: Planner = field(default_factory=Annealer)
    stop: threading.Event = field(default_factory=threading.Event)
    pool: Executor = field(default_factory=lambda: ThreadPoolExecutor(16))
    grace: float = 10.0
    _reading: dict[ToolName, Future[PullResult]] = field(default_factory=dict)
    _wanted: set[ToolName] = field(default_factory=set)
    _used: set[ToolName] = field(default_factory=set)
    _surveyed: bool = False
    _report: Report = field(default_factory=Report)
    _counts: WriteCounts = field(default_factory=WriteCounts)
    _planned: bool = False
    _late: set[ToolName] = field(default_factory=set)
    _writers: Writers = field(init=False)
    _factory: ConnectorFactory = field(init=False)
    _holds: Holds = field(init=False)
    _blocks: BlockService = field(init=False)
    _intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self._factory = ConnectorFactory(self.context, self.remake, self.stopping, self.pool)
        for name, tool in self.context.tools.items():
            self.context.tools[name] = self._factory.prepared(tool)
        self._blocks = BlockService(self.context, self.planner)
        self._holds = Holds(self.context, self._tool_report)
        self._intake = Intake(self.context, self._holds, self._blocks)
        self._writers = Writers(
            context=self.context,
            pool=self.pool,
            holds=self._holds,
            tally=self._counts,
            stopping=self.stopping,
            failed=self._failed,
        )

    @property
    def unusable(self) -> dict[ToolName, Unusable]:
        """Return the tools that could not be made when that was last tried."""
        return self._factory.unusable

    def rate_limit(self, name: ToolName) -> RateLimit | None:
        """Return how many requests a tool's service allows, once the tool was made."""
        tool = self.context.tools.get(name)
        return tool.limiter.rate_limit if tool is not None else None

    def pause(self, name: ToolName) -> float:
        """Return the seconds that a tool's lane waits for its service's next requests."""
        tool = self.context.tools.get(name)
        return tool.limiter.pause if tool is not None else 0.0

    def stopping(self) -> bool:
        """Say whether lanes are to end at their next item."""
        return self.stop.is_set() or self.context.clock.sleep(0)

    def run(
        self, only: Iterable[ToolName] | None = None, *, patience: float | None = None
    ) -> Report:
        """Run one cycle for these tools (None: all).

        With ``patience`` (seconds) the call returns when that is over, and slow tools
        go on by themselves; without, it returns when everything is done. What they write
        after that is in the report of the next call.
        """
        chosen = set(self.context.names if only is None else only)
        ends = None if patience is None else self.context.clock.monotonic() + patience
        self._begin()
        failed = self._writers.finish()
        self._build_missing()
        for name in sorted(chosen - failed - self._reading.keys() - self._writers.lanes.keys()):
            self._start(name)
        self._go_on(ends)
        if not self._planned:  # no tool was read, and time passes all the same
            self._plan_blocks()
        self._summarise(chosen)
        return self._report

    def build(self, only: Iterable[ToolName] | None = None) -> dict[ToolName, Unusable]:
        """Make these tools (None: all), if that was not done; return those that failed."""
        chosen = set(self.context.names if only is None else only)
        self._build_missing(chosen)
        wait(list(self._factory.lanes.values()))
        self._finish_building()
        return {name: unusable for name, unusable in self.unusable.items() if name in chosen}

    def check_everything(self) -> None:
        """Let the next cycle decide for everything, as the first one of each day does, and
        try at once to make what could not be made."""
        forget_check(self.context)
        self._factory.hurry()

    def preview(self, only: Iterable[ToolName] | None = None) -> Report:
        """Decide for these tools (None: all), and do nothing: a dry run.

        To be called on a context whose store is a copy and whose connectors refuse
        writes.
        """
        chosen = set(self.context.names if only is None else only)
        self.build()
        self._begin()
        results = []
        for name in sorted(chosen & self.context.tools.keys()):
            self._start_reading(name)
            wait([self._reading[name]])
            results.extend(self._finish_readings([name]))
        for result in results:
            self._tool_report(result.tool.name).makes = result.binding.missing
        self._take_in(results)
        self._plan_blocks()
        for name in sorted(self._writers.ready):
            planned = self._writers.decide(name, whole=True)
            if planned is not None:
                self._holds.blocks_push(self.context.tools[name], planned)
                self._tool_report(name).plan = planned.operations
                self._tool_report(name).plan_hash = plan_hash(planned.operations)
        self._summarise(chosen, dry=True)
        return self._report

    def close(self) -> Report:
        """Let the requests in flight end, and let go; what waits goes out next time.

        Returns what the lanes did since the last report.
        """
        self.stop.set()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self._report = Report()
        try:
            self._writers.finish()
        except StateTrouble:
            log.exception("what ended the lanes could not be written down")
        finally:
            self._factory.close()
            for tool in self.context.tools.values():
                close_tool(tool)
        for name in self._counts.names():
            self._counts.pour(name, self._tool_report(name))
        return self._report

    def _begin(self) -> None:
        """Start a report; what was read in an earlier run is old."""
        self._report = Report()
        self._blocks.reported.clear()
        self._writers.begin()
        self._late = set(self._reading)
        self._planned = False
        self._wanted.clear()
        if not self._surveyed:
            self.context.store.plan.survey()
            self._surveyed = True
        full_check(self.context)

    def _go_on(self, ends: float | None) -> None:
        """Work until all lanes are idle, or the time is over."""
        while self._lanes():
            left = None if ends is None else ends - self.context.clock.monotonic()
            if left is not None and left <= 0:
                break
            if not self._step(left):
                break

    def _plan_blocks(self) -> None:
        """Look at the learning blocks, once all else was taken in: then all is written once."""
        self._planned = True
        changed, trouble = self._blocks.look()
        if trouble:
            self._report.converged = False
            self._report.problems.append(trouble)
        self._report.changes += changed

    def _step(self, left: float | None) -> bool:
        """Wait for what finishes first, and act on it; False when time ran out."""
        limits = [left, self.grace if self._writers.deferred else None]
        first = min((limit for limit in limits if limit is not None), default=None)
        done, _ = wait(self._lanes(), timeout=first, return_when=FIRST_COMPLETED)
        if not done:
            if first == left:
                return False
            self._writers.look()
            return True
        self._finish_building()
        if any(future in done for future in self._reading.values()):
            monotonic = self.context.clock.monotonic
            wait_for_joiners(self._factory, left, monotonic, self._finish_building)
            wait(
                [future for name, future in self._reading.items() if name not in self._late],
                timeout=self.grace if left is None else min(self.grace, left),
            )
        self._writers.finish()
        ready = [name for name, future in self._reading.items() if future.done()]
        if ready:
            self._take_in(self._finish_readings(ready))
            self._plan_blocks()
        self._writers.start()
        return True

    def _lanes(self) -> list[Future[Any]]:
        """Return all that goes on."""
        return [
            *self._factory.lanes.values(),
            *self._reading.values(),
            *self._writers.lanes.values(),
        ]

    def _build_missing(self, chosen: Iterable[ToolName] | None = None) -> None:
        """Start to make what is not there: what others show may hang on it."""
        for name in sorted(self.context.absent if chosen is None else chosen):
            if name not in self.context.tools:
                self._factory.start(name)

    def _start(self, name: ToolName) -> None:
        """Start a tool's lane: first it is made, if it is not there or was not well."""
        self._tool_report(name)
        there = name in self.context.tools
        row = self.context.store.tools.get(name)
        if there and (row.state is ToolState.OK or name not in self._used or not self.remake):
            self._start_reading(name)
            return
        if self._factory.start(name):
            self._wanted.add(name)
        elif there and row.state is ToolState.BACKING_OFF:
            self._start_reading(name)

    def _finish_building(self) -> None:
        """Put what was made in its place, and go on with it where it is wanted."""
        for name, fresh in self._factory.finish():
            if fresh is not None:
                self._exchange(name, fresh)
            elif not self._factory.keeps_the_old(name):
                self._wanted.discard(name)
            if name in self._wanted:
                self._wanted.discard(name)
                self._start_reading(name)

    def _exchange(self, name: ToolName, fresh: Tool) -> None:
        """Put a tool that was made in its place; no lane works with the old one."""
        old = self.context.tools.get(name)
        if old is not None:
            self._counts.exchanged(name, old.limiter)
            close_tool(old)
        self._used.discard(name)
        if self.context.joined(fresh):
            forget_check(self.context)

    def _start_reading(self, name: ToolName) -> None:
        self._tool_report(name)
        self._writers.reading(name)
        self._used.add(name)
        tool = self.context.tools[name]
        self._reading[name] = self.pool.submit(
            pull_tool,
            tool,
            self.context.store,
            self.context.audience,
            self._blocks.windows(tool),
        )

    def _finish_readings(self, names: Iterable[ToolName]) -> list[PullResult]:
        results = []
        for name in names:
            try:
                results.append(self._reading.pop(name).result())
            except Exception as error:  # noqa: BLE001  # one tool's fault ends its lane alone
                self._failed(name, error)
        return results

    def _failed(self, name: ToolName, error: BaseException) -> None:
        """A tool's lane ended with this."""
        if isinstance(error, StateTrouble) or not isinstance(error, Exception):
            raise error  # no tool's fault
        if isinstance(error, (Stopped, CancelledError)):
            self._report.converged = False
            return
        if isinstance(error, ToolFault):
            error = error.error
        if not isinstance(error, SyncdError):
            log.error("a tool failed unexpectedly", tool=name, exc_info=error)
        try:
            if isinstance(error, HoldTool) and self._resolve_container(name, error):
                self._start(name)  # anew: it knows of the container
                return
        except ToolFault as fault:
            error = fault.error
        self._note(name, error)

    def _resolve_container(self, name: ToolName, error: HoldTool) -> bool:
        """Do what the person said about a container that is gone, if they did."""
        lost = container_lost(message_of(error))
        return not self.stop.is_set() and self._holds.resolve_container(name, lost)

    def _note(self, name: ToolName, error: Exception) -> None:
        tool, report = self.context.tools[name], self._tool_report(name)
        record_failure(ToolStatus(self.context, tool, report), error)

    def _take_in(self, results: list[PullResult]) -> None:
        """Merge what was read into the plan; what can't be merged ends its lane alone."""
        if not results:
            return
        taken = self._intake.take(results)
        for result in taken.accepted:
            report = self._tool_report(result.tool.name)
            linked_count = sum(item.id in result.links for item in result.changed)
            report.pulled += linked_count + len(result.gone)
            self._writers.ready.add(result.tool.name)
        self._report.changes += taken.changes
        self._report.conflicts += taken.conflicts
        self._report.matches.extend(taken.matches)
        for name, error in taken.failed.items():
            self._note(name, error)
        self._writers.note_faults()

    def _summarise(self, chosen: set[ToolName], *, dry: bool = False) -> None:
        """Say whether anything is left to do, and what went wrong."""
        lanes = self._factory.lanes.keys() | self._reading.keys() | self._writers.lanes.keys()
        summary = Summary(self.context, self._report, self._counts, self.unusable)
        summary.write(chosen, lanes, dry=dry)

    def _tool_report(self, name: ToolName) -> ToolReport:
        return self._report.tools.setdefault(name, ToolReport())
