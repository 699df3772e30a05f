"""The list of jobs: the library's, by syncd's clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.daemon.due import JobId, JobKind
from syncd.daemon.loop import CYCLE, JobList
from syncd.model.ids import ToolName
from tests.daemon.conftest import START, FakeClock

CHECK = JobId(kind=JobKind.CHECK)
NOTION = JobId(kind=JobKind.POLL, tool=ToolName("notion"))
GOOGLE = JobId(kind=JobKind.POLL, tool=ToolName("google"))
MAILS = JobId(kind=JobKind.MAILS)


class Jobs:
    """A list of jobs that notes which of them ran."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.ran: list[JobId] = []
        self.after: dict[JobId, Mapping[JobId, datetime]] = {}
        self.list = JobList(clock, self._run)

    def _run(self, job: JobId) -> None:
        self.ran.append(job)
        if job in self.after:
            self.list.rebuild(self.after[job])

    def ahead(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)


@pytest.fixture
def jobs(clock: FakeClock) -> Jobs:
    return Jobs(clock)


def test_the_list_tells_what_is_next_and_in_how_many_seconds(jobs: Jobs) -> None:
    jobs.list.rebuild({CHECK: jobs.ahead(90), NOTION: jobs.ahead(30), MAILS: jobs.ahead(10)})
    assert [job.id for job in sorted(jobs.list.jobs)] == [MAILS, NOTION, CHECK]
    assert jobs.list.idle_seconds == 10
    assert jobs.list.get_next_run(CYCLE) == jobs.ahead(30)


def test_without_jobs_nothing_is_next(jobs: Jobs) -> None:
    assert jobs.list.idle_seconds is None
    jobs.list.run_pending()
    assert jobs.ran == []


def test_a_job_runs_when_its_moment_has_come_on_the_clock_that_is_passed_in(jobs: Jobs) -> None:
    jobs.list.rebuild({NOTION: jobs.ahead(30)})
    jobs.list.run_pending()
    assert jobs.ran == []
    jobs.clock.sleep(30)
    jobs.list.run_pending()
    assert jobs.ran == [NOTION]
    assert jobs.list.get_jobs()[0].last_run == jobs.clock.now()


def test_jobs_that_are_due_at_once_run_in_the_order_of_the_list(jobs: Jobs) -> None:
    jobs.list.rebuild(dict.fromkeys((CHECK, NOTION, MAILS), jobs.clock.now()))
    jobs.list.run_pending()
    assert jobs.ran == [CHECK, NOTION, MAILS]


def test_a_job_that_another_one_did_too_is_not_run_again(jobs: Jobs) -> None:
    now, later = jobs.clock.now(), jobs.ahead(60)
    jobs.after[CHECK] = {CHECK: later, NOTION: later, MAILS: now}
    jobs.list.rebuild(dict.fromkeys((CHECK, NOTION, MAILS), now))
    jobs.list.run_pending()
    assert jobs.ran == [CHECK, MAILS]


def test_a_list_made_anew_keeps_the_jobs_that_stay_and_drops_the_others(jobs: Jobs) -> None:
    jobs.list.rebuild({NOTION: jobs.ahead(30), GOOGLE: jobs.ahead(30)})
    (notion, _) = jobs.list.get_jobs()
    jobs.list.rebuild({NOTION: jobs.ahead(60), MAILS: jobs.ahead(5)})
    assert jobs.list.get_jobs()[0] is notion
    assert [job.id for job in jobs.list.jobs] == [NOTION, MAILS]
    assert notion.next_run == jobs.ahead(60)


def test_the_polls_that_are_due_share_a_cycle(jobs: Jobs) -> None:
    now = jobs.clock.now()
    jobs.list.rebuild({CHECK: now, NOTION: now, GOOGLE: jobs.ahead(1), MAILS: now})
    assert jobs.list.due_tools() == {"notion"}


def test_a_job_says_what_it_is(jobs: Jobs) -> None:
    jobs.list.rebuild({NOTION: jobs.ahead(30)})
    assert "notion" in repr(jobs.list.get_jobs()[0])
    assert "2026-03-02 10:20:47" in repr(jobs.list.get_jobs()[0])


@given(seconds=st.lists(st.integers(min_value=0, max_value=100_000), min_size=1, max_size=6))
def test_after_the_idle_seconds_the_first_jobs_run_and_no_other(seconds: list[int]) -> None:
    jobs = Jobs(FakeClock(START))
    names = [JobId(kind=JobKind.POLL, tool=ToolName(f"tool-{n}")) for n in range(len(seconds))]
    jobs.list.rebuild({name: jobs.ahead(n) for name, n in zip(names, seconds, strict=True)})
    idle = jobs.list.idle_seconds
    assert idle == min(seconds)
    jobs.clock.time += timedelta(seconds=idle)
    jobs.list.run_pending()
    assert jobs.ran == [name for name, n in zip(names, seconds, strict=True) if n == idle]
