"""The daemon's jobs, kept and run by ``schedule``: its list is what the daemon does next.

The library asks the machine for local times without a zone, which repeat and jump. Here each
of its questions is answered by syncd's clock, and each moment comes from ``due``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import schedule

from syncd.clock import Clock
from syncd.daemon.due import ERRANDS, JobId, JobKind
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
