"""The loop over hours, in a clock of its own."""

import io
import json
import signal
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.daemon.due import Due, JobKind, Poll
from syncd.daemon.logs import set_up
from syncd.daemon.loop import Cycle, JobList, Loop, Workload
from syncd.daemon.supervisor import Notifier, SignalFlags
from syncd.engine.heartbeat import DaemonState, HeartbeatRecorder, liveness, read_heartbeat
from syncd.errors import Mistake, StateTrouble, TryLater
from syncd.model.ids import ToolName
from syncd.redaction import Redactor
from syncd.store.store import private_store
from syncd.store.tool_store import ToolStore
from tests.daemon.conftest import START, FakeClock, Supervisor

NOTION, GOOGLE = ToolName("notion"), ToolName("google")
POLLS = (Poll(tool=NOTION, every=60), Poll(tool=GOOGLE, every=300))


class Daemon:
    """A loop, and all that it is given and reports."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.asked: list[tuple[datetime, Due]] = []
        self.errands: list[tuple[datetime, JobKind]] = []
        self.flags = SignalFlags()
        self.errand: Callable[[], Cycle] = lambda: Cycle(summary="notion ok, google ok")
        self.answer: Callable[[int], Cycle] = lambda _nth: Cycle()
        self.reload: Callable[[], Workload] = lambda: self.work
        self.work = self.workload(*POLLS)
        self.loop: Loop | None = None
        self.notifier = Notifier("", None, clock)
        self.said = io.StringIO()
        self.store = private_store()
        self.full_until = datetime.min.replace(tzinfo=UTC)

    def cycle(self, only: Due) -> Cycle:
        self.asked.append((self.clock.now(), only))
        return self.answer(len(self.asked))

    def tools(self) -> ToolStore:
        """Return where the daemon writes itself down; the disk is full for a while."""
        if self.clock.now() < self.full_until:
            raise StateTrouble("The disk is full: make room there.")
        return self.store.tools

    @property
    def state(self) -> DaemonState:
        """Return what `status` says of the daemon now, were its process there."""
        heartbeat = read_heartbeat(self.store.tools)
        return liveness(heartbeat, self.clock.now(), process=True).state

    def workload(self, *polls: Poll) -> Workload:
        def review() -> Cycle:
            self.errands.append((self.clock.now(), JobKind.REVIEWS))
            return self.errand()

        def mail() -> Cycle:
            self.errands.append((self.clock.now(), JobKind.MAILS))
            return self.errand()

        return Workload(polls=polls, run_cycle=self.cycle, make_reviews=review, send_mails=mail)

    def run(self, **span: int) -> None:
        self.clock.until = self.clock.now() + timedelta(**span)
        set_up(self.said, json=True, colors=False, clock=self.clock, redact=Redactor())
        self.loop = Loop(
            work=self.work,
            clock=self.clock,
            flags=self.flags,
            notifier=self.notifier,
            heartbeat=HeartbeatRecorder(self.tools, self.clock, {}),
            reload=lambda: self.reload(),
        )
        self.loop.run()

    @property
    def looked(self) -> list[tuple[datetime, frozenset[ToolName]]]:
        """Return when some of the tools were looked at, and which."""
        return [(at, only) for at, only in self.asked if only is not None]

    @property
    def jobs(self) -> JobList:
        assert self.loop is not None
        return self.loop.jobs

    @property
    def logged(self) -> list[Mapping[str, str]]:
        lines = [json.loads(line) for line in self.said.getvalue().splitlines()]
        return [it for it in lines if not it["event"].startswith("daemon ")]


@pytest.fixture
def daemon(clock: FakeClock) -> Daemon:
    return Daemon(clock)


def test_the_first_cycle_comes_at_once_and_checks_everything(daemon: Daemon) -> None:
    daemon.run(seconds=10)
    assert [only for _, only in daemon.asked] == [None]


def test_each_tool_is_looked_at_in_its_own_time(daemon: Daemon) -> None:
    daemon.run(minutes=10)
    looked = [only for _, only in daemon.looked]
    assert 8 <= sum("notion" in only for only in looked) <= 10
    assert 1 <= sum("google" in only for only in looked) <= 2


def test_a_day_has_one_full_check(daemon: Daemon) -> None:
    daemon.clock.pace = 20
    daemon.run(hours=25)
    assert [only for _, only in daemon.asked].count(None) == 2


def test_a_tool_that_backs_off_is_not_asked_meanwhile(daemon: Daemon) -> None:
    until = daemon.clock.now() + timedelta(minutes=5)
    daemon.answer = lambda nth: Cycle(until={NOTION: until} if nth == 1 else {})
    daemon.run(minutes=8)
    asked = [at for at, only in daemon.looked if NOTION in only]
    assert min(asked) >= until
    assert min(asked) <= until + timedelta(seconds=5)


def test_a_cycle_that_breaks_does_not_end_the_daemon(daemon: Daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth in (2, 3, 4):
            raise ZeroDivisionError("about the goal 'Become a judge'")
        return Cycle()

    daemon.answer = answer
    daemon.run(minutes=20)
    assert len(daemon.asked) > 10


def test_the_first_failure_and_the_recovery_are_logged_not_each_failure(daemon: Daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth in (2, 3, 4):
            raise ZeroDivisionError("about the goal 'Become a judge'")
        return Cycle()

    daemon.answer = answer
    daemon.run(minutes=20)
    assert [it["event"] for it in daemon.logged] == [
        "cycle broke; trying again",
        "cycle works again",
    ]
    assert daemon.logged[0]["trouble"].startswith("ZeroDivisionError at test_loop.py:")
    assert "judge" not in daemon.said.getvalue()


def test_a_failure_that_comes_back_after_a_recovery_is_logged_again(daemon: Daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth in (2, 4):
            raise ZeroDivisionError
        return Cycle()

    daemon.answer = answer
    daemon.run(minutes=10)
    assert [it["event"].split()[1] for it in daemon.logged] == ["broke;", "works"] * 2


def test_another_kind_of_failure_is_logged_too(daemon: Daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth % 2:
            raise ZeroDivisionError
        raise TryLater("the disk is full")

    daemon.answer = answer
    daemon.run(minutes=2)
    first, second = daemon.logged[:2]
    assert first["trouble"].startswith("ZeroDivisionError at ")
    assert second["hint"] == "the disk is full"


def test_a_broken_cycle_is_tried_again_ever_more_slowly(daemon: Daemon) -> None:
    def answer(_nth: int) -> Cycle:
        raise ZeroDivisionError

    daemon.answer = answer
    daemon.clock.pace = 5
    daemon.run(hours=1)
    assert 8 <= len(daemon.asked) <= 10


def test_the_watchdog_starves_when_every_cycle_breaks(
    daemon: Daemon, supervisor: Supervisor
) -> None:
    def answer(_nth: int) -> Cycle:
        raise ZeroDivisionError

    daemon.answer = answer
    daemon.notifier = Notifier(supervisor.address, 400.0, daemon.clock)
    daemon.run(minutes=30)
    assert supervisor.heard().count("WATCHDOG=1") <= 5


def test_the_watchdog_is_fed_while_cycles_work(daemon: Daemon, supervisor: Supervisor) -> None:
    daemon.notifier = Notifier(supervisor.address, 400.0, daemon.clock)
    daemon.run(minutes=30)
    assert supervisor.heard().count("WATCHDOG=1") >= 16


def test_a_supervisor_is_told_when_it_is_ready_how_it_does_and_when_it_goes(
    daemon: Daemon, supervisor: Supervisor
) -> None:
    daemon.answer = lambda _nth: Cycle(summary="notion ok, google ok")
    daemon.notifier = Notifier(supervisor.address, None, daemon.clock)
    daemon.run(seconds=10)
    assert supervisor.heard() == ["READY=1", "STATUS=notion ok, google ok", "STOPPING=1"]


def test_a_wish_to_sync_now_is_met_at_once(daemon: Daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth == 1:
            daemon.flags.set(signal.SIGUSR1)
        return Cycle()

    daemon.answer = answer
    daemon.run(seconds=10)
    assert [only for _, only in daemon.asked] == [None, None]


def test_a_wish_to_reload_brings_the_new_settings(daemon: Daemon) -> None:
    def reload() -> Workload:
        return daemon.workload(Poll(tool=ToolName("todoist"), every=60))

    daemon.reload = reload
    daemon.flags.set(signal.SIGHUP)
    daemon.run(minutes=3)
    assert {tool for _, only in daemon.looked for tool in only} == {"todoist"}


def test_settings_with_a_mistake_are_not_taken_up(daemon: Daemon) -> None:
    def reload() -> Workload:
        raise Mistake("`plan.timezone` is 7, but must be a text in quotes: correct it.")

    daemon.reload = reload
    daemon.flags.set(signal.SIGHUP)
    daemon.run(minutes=3)
    assert {tool for _, only in daemon.looked for tool in only} >= {"notion"}
    assert "`plan.timezone` is 7" in daemon.logged[0]["mistake"]


@pytest.mark.parametrize(
    ("error", "said"),
    [(StateTrouble("The disk is full: make room."), "disk"), (RuntimeError("Ada"), "Runtime")],
)
def test_whatever_keeps_settings_from_being_read_the_daemon_goes_on(
    daemon: Daemon, error: Exception, said: str
) -> None:
    def reload() -> Workload:
        raise error

    daemon.reload = reload
    daemon.flags.set(signal.SIGHUP)
    daemon.run(minutes=3)
    assert {tool for _, only in daemon.looked for tool in only} >= {"notion"}
    assert said in str(daemon.logged[0])
    assert "Ada" not in str(daemon.logged)


def test_ticks_go_on_when_the_machines_clock_is_set_back(daemon: Daemon) -> None:
    """As it is at the end of summer time where it shows local time."""

    def answer(nth: int) -> Cycle:
        if nth == 1:
            daemon.clock.time -= timedelta(hours=1)
            daemon.clock.until -= timedelta(hours=1)
        return Cycle()

    daemon.answer = answer
    daemon.run(minutes=5)
    assert 5 <= len(daemon.asked) <= 7
    assert daemon.jobs.idle_seconds is not None
    assert daemon.jobs.idle_seconds <= 60


def test_a_machine_that_slept_reads_each_tool_once_when_it_wakes(daemon: Daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth == 3:
            daemon.clock.time += timedelta(hours=9)
        return Cycle()

    daemon.answer = answer
    daemon.run(hours=9, minutes=3)
    (woke,) = [at for at, only in daemon.looked if only == {NOTION, GOOGLE}]
    assert woke - START < timedelta(hours=9, minutes=3)
    assert len(daemon.asked) <= 5


# The list of jobs is what the daemon does next.


def test_reviews_and_mails_come_after_each_cycle_and_every_minute(daemon: Daemon) -> None:
    daemon.work = daemon.workload(Poll(tool=NOTION, every=600))
    daemon.run(seconds=55)
    assert [kind for _, kind in daemon.errands] == [JobKind.REVIEWS, JobKind.MAILS]
    daemon.run(minutes=9)
    assert 8 <= [kind for _, kind in daemon.errands[2:]].count(JobKind.MAILS) <= 10


def test_reviews_and_mails_come_when_the_cycle_broke_too(daemon: Daemon) -> None:
    def answer(_nth: int) -> Cycle:
        raise ZeroDivisionError

    daemon.answer = answer
    daemon.run(seconds=5)
    assert [kind for _, kind in daemon.errands] == [JobKind.REVIEWS, JobKind.MAILS]


def test_the_jobs_name_every_tool_and_errand_with_its_moment(daemon: Daemon) -> None:
    daemon.run(seconds=10)
    jobs = daemon.jobs.jobs
    assert [str(job.id.tool or job.id.kind) for job in sorted(jobs)] == [
        "notion",
        "reviews",
        "mails",
        "google",
        "daily check",
    ]
    moments = [job.next_run for job in sorted(jobs) if job.next_run is not None]
    minutes = [(moment - START).total_seconds() // 60 for moment in moments]
    assert minutes == [1, 1, 1, 5, 1440]


def test_the_log_names_when_a_broken_cycle_is_tried_again(daemon: Daemon) -> None:
    def answer(_nth: int) -> Cycle:
        raise ZeroDivisionError

    daemon.answer = answer
    daemon.run(seconds=10)
    assert daemon.logged[0]["rest"] == (START + timedelta(seconds=30)).isoformat()


JUMPS = st.lists(st.integers(min_value=-7200, max_value=100_000), min_size=1, max_size=4)
"""Seconds by which the clock is set, or the machine sleeps, one after another."""
BETWEEN = 200
"""Seconds awake between two jumps."""


class JumpingClock(FakeClock):
    """Jumps now and then; counts the seconds that the machine is awake."""

    def __init__(self, jumps: list[int]) -> None:
        super().__init__(START)
        self.awake = 0.0
        self.jumps = list(jumps)
        self.ends = BETWEEN * (len(jumps) + 1)

    def sleep(self, seconds: float) -> bool:
        self.awake += max(seconds, 1.0)
        self.time += timedelta(seconds=max(seconds, 1.0))
        if self.jumps and self.awake > self.ends - BETWEEN * len(self.jumps):
            self.time += timedelta(seconds=self.jumps.pop(0))
        return self.awake >= self.ends


@settings(max_examples=25, deadline=None)
@given(jumps=JUMPS)
def test_however_the_clock_jumps_each_tool_is_read_in_its_time_and_never_in_a_burst(
    jumps: list[int],
) -> None:
    clock = JumpingClock(jumps)
    daemon, read = Daemon(clock), []

    def answer(_nth: int) -> Cycle:
        read.append(clock.awake)
        return Cycle()

    daemon.answer = answer
    daemon.run()
    gaps = [after - before for before, after in pairwise([*read, clock.awake])]
    assert max(gaps) <= 2 * 60 + 5  # its minute, moved off the full minute or hour
    assert len(read) <= clock.ends / 55 + 2 * len(jumps) + 1


# What it writes down of itself, and a state that can't be written.


def test_a_daemon_that_works_is_running_and_one_that_was_stopped_is_not(daemon: Daemon) -> None:
    seen = []

    def answer(_nth: int) -> Cycle:
        seen.append(daemon.state)
        return Cycle()

    daemon.answer = answer
    daemon.run(minutes=10)
    assert set(seen) == {DaemonState.RUNNING}
    assert daemon.state is DaemonState.STOPPED


def test_a_daemon_whose_every_cycle_breaks_is_failing_until_one_works(daemon: Daemon) -> None:
    seen = []

    def answer(nth: int) -> Cycle:
        seen.append(daemon.state)
        if 2 <= nth <= 6:
            raise TryLater("The plan is being repaired: wait.")
        return Cycle()

    daemon.answer = answer
    daemon.run(hours=1)
    running, failing = DaemonState.RUNNING, DaemonState.FAILING
    # one that breaks mends itself, and is nothing to speak of
    assert seen[:8] == [running] * 3 + [failing] * 4 + [running]


def test_the_record_of_a_broken_cycle_has_its_sentence(daemon: Daemon) -> None:
    why = []

    def answer(nth: int) -> Cycle:
        heartbeat = read_heartbeat(daemon.store.tools)
        why.append(heartbeat.why if heartbeat else "")
        if nth == 1:
            raise TryLater("The plan is being repaired: wait.")
        raise ZeroDivisionError("about the goal 'Become a judge'")

    daemon.answer = answer
    daemon.run(minutes=4)
    assert why[1] == "The plan is being repaired: wait."
    assert "ZeroDivisionError" in why[2]
    assert "judge" not in why[2]


def test_at_rest_a_minute_costs_few_writes(daemon: Daemon) -> None:
    writes = []
    daemon.work = daemon.workload(Poll(tool=NOTION, every=3600))

    def tools() -> ToolStore:
        writes.append(daemon.clock.now())
        return daemon.store.tools

    daemon.tools = tools  # type: ignore[method-assign]  # counts what is asked for
    daemon.run(minutes=30)
    assert len(writes) <= 30 + 6


def test_nothing_is_read_while_the_state_can_not_be_written(daemon: Daemon) -> None:
    daemon.full_until = START + timedelta(minutes=20)
    daemon.run(minutes=30)
    assert min(at for at, _ in daemon.asked) >= daemon.full_until
    assert min(at for at, _ in daemon.errands) >= daemon.full_until


def test_a_state_that_can_not_be_written_is_said_once_and_so_is_its_recovery(
    daemon: Daemon, supervisor: Supervisor
) -> None:
    daemon.full_until = START + timedelta(minutes=20)
    daemon.notifier = Notifier(supervisor.address, None, daemon.clock)
    daemon.run(minutes=30)
    assert [record["event"] for record in daemon.logged] == [
        "nothing is read or sent while the state can't be written; trying each minute",
        "the state can be written again",
    ]
    assert daemon.logged[0]["hint"] == "The disk is full: make room there."
    heard = supervisor.heard()
    assert heard[:2] == ["STATUS=The disk is full: make room there.", "READY=1"]


def test_a_state_that_fills_up_in_a_cycle_is_tried_each_minute(daemon: Daemon) -> None:
    def answer(nth: int) -> Cycle:
        if 3 <= nth <= 12:
            raise StateTrouble("The disk is full: make room there.")
        return Cycle()

    daemon.answer = answer
    daemon.run(minutes=30)
    failed = [at for at, _ in daemon.asked[2:13]]
    assert all(50 <= (b - a).total_seconds() <= 70 for a, b in pairwise(failed))
    assert [record["event"].split()[-1] for record in daemon.logged] == ["minute", "again"]
    assert daemon.state is DaemonState.STOPPED


def test_after_an_hour_the_daemon_ends_with_its_sentence(daemon: Daemon) -> None:
    daemon.full_until = START + timedelta(days=2)
    with pytest.raises(StateTrouble, match="make room"):
        daemon.run(hours=5)
    lasted = daemon.clock.now() - START
    assert timedelta(minutes=60) <= lasted <= timedelta(minutes=62)


def test_a_watchdog_does_not_end_a_daemon_that_waits_for_its_disk(
    daemon: Daemon, supervisor: Supervisor
) -> None:
    daemon.full_until = START + timedelta(minutes=50)
    daemon.notifier = Notifier(supervisor.address, 400.0, daemon.clock)
    daemon.run(minutes=50)
    assert supervisor.heard().count("WATCHDOG=1") >= 25
