"""The daemon's loop, and the list of jobs that it runs by syncd's clock."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import schedule
import structlog

from syncd.clock import Clock
from syncd.daemon.due import (
    ERRANDS,
    Due,
    JobHistory,
    JobId,
    JobKind,
    Poll,
    cycle_done,
    errand_done,
    failed,
    requested,
    upcoming,
)
from syncd.daemon.logs import redacted_traceback
from syncd.daemon.supervisor import Notifier, SignalFlags
from syncd.engine.heartbeat import Heartbeat, HeartbeatRecorder
from syncd.errors import StateTrouble, SyncdError
from syncd.model.ids import ToolName

Run = Callable[[JobId], None]
CYCLE = "cycle"
"""Tags the jobs that read tools; the errands are the others."""


class DaemonJob(schedule.Job):
    """A job at the moment that it was given; in UTC, as all times here."""

    def __init__(self, job: JobId, scheduler: "JobList", clock: Clock) -> None:
        super().__init__(1, scheduler)
        self.id = job
        self.unit = "seconds"  # what the library shows; the moments are not counted from it
        self._clock = clock
        self.tag(job.kind, *(() if job.kind in ERRANDS else (CYCLE,)))

    @property
    def should_run(self) -> bool:
        """Say whether its moment has come."""
        return self.next_run is not None and self._clock.now() >= self.next_run

    def run(self) -> None:
        """Run it, unless another job that ran just before has done it too."""
        if self.should_run and self.job_func is not None:
            self.job_func()
            self.last_run = self._clock.now()

    def _schedule_next_run(self) -> None:
        """Leave the next moment to ``JobList.rebuild``."""


class JobList(schedule.Scheduler):
    """The jobs, in the order in which those that are due run. ``run`` runs one of them."""

    jobs: list[DaemonJob]  # type: ignore[assignment]  # the library's list, with our jobs only

    def __init__(self, clock: Clock, run: Run) -> None:
        super().__init__()
        self._clock = clock
        self._run = run

    @property
    def idle_seconds(self) -> float | None:
        """Return the seconds until the next job; None without jobs."""
        moment = self.get_next_run()
        return (moment - self._clock.now()).total_seconds() if moment else None

    def rebuild(self, moments: Mapping[JobId, datetime]) -> None:
        """Let these be the jobs, each at its moment; a job that was there stays the same."""
        known = {job.id: job for job in self.jobs}
        self.clear()
        for job_id, moment in moments.items():
            job = known.get(job_id)
            if job is None:
                DaemonJob(job_id, self, self._clock).do(self._run, job_id)
            else:
                self.jobs.append(job)
            self.jobs[-1].next_run = moment

    def due_tools(self) -> frozenset[ToolName]:
        """Return the tools whose polls are due: one cycle reads them all."""
        polls = [job for job in self.jobs if job.id.kind is JobKind.POLL and job.should_run]
        return frozenset(job.id.tool for job in polls if job.id.tool is not None)


TICK = 1.0
"""Seconds at most between two looks at signals, the clock and the jobs."""
HOPELESS = 5
"""After so many failed jobs in a row the watchdog is no longer fed."""

log = structlog.get_logger("syncd.daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What the loop has to know of a job that came to its end.

    until: the tools that back off, and until when. summary: one line on the tools'
    states, without anything the person wrote.
    """

    until: Mapping[ToolName, datetime] = field(default_factory=lambda: MappingProxyType({}))
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What the daemon works at: made from the settings, made anew at HUP.

    run_cycle: reads these tools; None means all of them, with a full check. It stops
    early when the clock's sleep says so, and returns all the same. The other two do the errands.
    """

    polls: tuple[Poll, ...]
    run_cycle: Callable[[Due], Cycle]
    make_reviews: Callable[[], Cycle]
    send_mails: Callable[[], Cycle]

    @property
    def tools(self) -> list[ToolName]:
        """Return the tools that are read."""
        return [poll.tool for poll in self.polls]


STATE_RETRY = 60.0
"""Seconds between two trials while the state can't be written."""
STATE_PATIENCE = 3600.0
"""Seconds after which the daemon ends because its state can't be written."""


class StateWatch:
    """Whether the state can be written, as far as that was tried."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: float | None = None
        self._retry = 0.0

    @property
    def rests(self) -> bool:
        """Say whether it is too soon to try again."""
        return self._since is not None and self._clock.monotonic() < self._retry

    def failed(self, trouble: StateTrouble) -> bool:
        """Note a trial that failed; say whether it is the first. Raises it after an hour."""
        now, first = self._clock.monotonic(), self._since is None
        self._since = now if self._since is None else self._since
        if now - self._since >= STATE_PATIENCE:
            raise trouble
        self._retry = now + STATE_RETRY
        return first

    def recovered(self) -> bool:
        """Note that a cycle wrote all it had to; say whether that could not be before."""
        failed, self._since = self._since is not None, None
        return failed


class Watch:
    """Hears of what happens to the loop; this one does nothing with it."""

    def started(self, before: Heartbeat | None) -> None:
        """The loop begins, and could write its state; ``before``: what the last one wrote."""

    def cycle_finished(self) -> None:
        """A whole cycle came to its end."""

    def cycle_broke(self, why: str) -> None:
        """A cycle broke; ``why``: a sentence, without the person's text."""

    def state_failed(self, why: str) -> None:
        """The state can't be written; nothing is read or sent meanwhile."""


class Loop:
    """Runs jobs when they are due, until the clock is told to stop.

    heartbeat: where its looks and cycles are written down. watch: hears of them too.
    reload: returns the new work; raises Mistake to keep the old. offset: this
    installation's own number, see ``due.jitter``.
    """

    def __init__(  # noqa: PLR0913 - the loop is where the daemon's parts meet
        self,
        *,
        work: Workload,
        clock: Clock,
        flags: SignalFlags,
        notifier: Notifier,
        heartbeat: HeartbeatRecorder,
        reload: Callable[[], Workload],
        offset: int = 0,
        watch: Watch | None = None,
    ) -> None:
        self._work = work
        self._clock = clock
        self._flags = flags
        self._notifier = notifier
        self._heartbeat = heartbeat
        self._watch = watch or Watch()
        self._started = False
        self._state = StateWatch(clock)
        self._reload = reload
        self._offset = offset
        self._history = JobHistory()
        self._reported: set[str] = set()
        self.jobs = JobList(clock, self._run)

    def run(self) -> None:
        """Work until the clock's sleep says that it is time to stop.

        Raises ``StateTrouble`` once the state can't be written for an hour.
        """
        log.info("daemon started", tools=self._work.tools)
        self._turn()
        while not self._clock.sleep(self._pause()):
            self._turn()
        self._notifier.stopping()
        self._end()
        log.info("daemon stopped")

    def _end(self) -> None:
        try:
            self._heartbeat.end()
        except StateTrouble as trouble:
            log.warning("it can't be written down that the daemon stopped", hint=str(trouble))

    def _pause(self) -> float:
        idle = self.jobs.idle_seconds
        if idle is None or self._state.rests:
            return TICK
        return min(TICK, max(0.0, idle))

    def _turn(self) -> None:
        if self._flags.consume(signal.SIGHUP):
            self._reload_settings()
        if self._flags.consume(signal.SIGUSR1):
            self._history = requested(self._history)
        if not self._state.rests:
            try:
                self._work_on()
            except StateTrouble as trouble:
                self._report_state(trouble)
        if self._history.failures < HOPELESS:
            self._notifier.progress()

    def _work_on(self) -> None:
        """Do what is due. Raises ``StateTrouble``: without a state nothing is read or sent."""
        self._heartbeat.look()
        if not self._started:
            self._started = True
            self._notifier.ready()
            self._watch.started(self._heartbeat.before)
        self._rebuild()
        self.jobs.run_pending()

    def _rebuild(self) -> None:
        """Plan all jobs anew: the clock may have been set, the machine may have slept."""
        now = self._clock.now()
        self.jobs.rebuild(upcoming(self._work.polls, self._history, now, self._offset))

    def _run(self, job: JobId) -> None:
        """Run one job; those that it has done too move on with it."""
        started = self._clock.now()
        try:
            history = self._done(job, started)
        except StateTrouble:
            raise  # no job can be done without a state
        except Exception as error:  # noqa: BLE001 - one bad job must not end the daemon
            self._history = failed(self._history, job.kind, self._clock.now())
            self._rebuild()
            self._report_failure(job, error)
            return
        recovered = self._history.failures if not history.failures else 0
        self._history = history
        self._rebuild()
        if recovered:
            self._reported.clear()
            log.info("cycle works again", failures=recovered)
        if job.kind not in ERRANDS:
            self._heartbeat.cycle_finished()
            self._watch.cycle_finished()
            if self._state.recovered():
                log.info("the state can be written again")

    def _done(self, job: JobId, started: datetime) -> JobHistory:
        """Do a job; return the history after it."""
        if job.kind in ERRANDS:
            reviews = job.kind is JobKind.REVIEWS
            cycle = self._work.make_reviews() if reviews else self._work.send_mails()
            history = errand_done(self._history, job.kind, cycle.until, started)
        else:
            read = None if job.kind is JobKind.CHECK else self.jobs.due_tools()
            cycle = self._work.run_cycle(read)
            history = cycle_done(self._history, read, self._work.tools, cycle.until, started)
        if not history.failures:
            self._notifier.status(cycle.summary)
        return history

    def _report_failure(self, job: JobId, error: Exception) -> None:
        """Log each kind of failure once, until everything works again; keep it for `status`."""
        expected = isinstance(error, SyncdError)
        failure = str(error) if expected else redacted_traceback(error)
        if failure not in self._reported:
            what = {"hint": failure} if expected else {"trouble": failure}
            rest = self.jobs.get_next_run(CYCLE)
            log.error("cycle broke; trying again", rest=rest, **what)
        self._reported.add(failure)
        self._notifier.status("A cycle broke; trying again soon.")
        if job.kind not in ERRANDS:
            unknown = (
                f"it broke in a way that syncd does not know ({failure}): it is tried again;"
                " if it stays, report it."
            )
            why = failure if expected else unknown
            self._watch.cycle_broke(why)
            self._heartbeat.cycle_broke(why)

    def _report_state(self, trouble: StateTrouble) -> None:
        """Say once that nothing can be done without a state. Raises it after an hour."""
        if self._state.failed(trouble):
            event = (
                "nothing is read or sent while the state can't be written; trying each minute"
            )
            log.error(event, hint=str(trouble))  # the sentence says all
        self._watch.state_failed(str(trouble))
        self._notifier.status(str(trouble))

    def _reload_settings(self) -> None:
        try:
            self._work = self._reload()
        except SyncdError as mistake:
            log.error("settings not reloaded, the old ones stay", mistake=str(mistake))  # noqa: TRY400  # a person's mistake: the sentence says all
            return
        except Exception as error:  # noqa: BLE001 - asking for new settings must not end the daemon
            trouble = redacted_traceback(error)
            log.error("settings not reloaded, the old ones stay", trouble=trouble)  # noqa: TRY400  # without its message
            return
        log.info("settings reloaded", tools=self._work.tools)
