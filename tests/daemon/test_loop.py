"""The loop over hours, in a clock of its own."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest
import schedule

from syncd.daemon.due import Due, Poll
from syncd.daemon.logging import set_up
from syncd.daemon.loop import Cycle, Loop, Work
from syncd.daemon.notify import Notifier
from syncd.daemon.signals import signal
from syncd.errors import Mistake, StateTrouble, TryLater
from syncd.redaction import Redactor

POLLS = (Poll(tool="notion", every=60), Poll(tool="google", every=300))


class EachTime(schedule.Scheduler):
    """Runs every job each time it is asked, whatever the machine's clock says."""

    def run_pending(self) -> None:
        self.run_all()


class Daemon:
    """A loop, and all that it is told and tells."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.asked: list[tuple[datetime, Due]] = []
        self.wishes: set[int] = set()
        self.answer: Callable[[int], Cycle] = lambda _nth: Cycle()
        self.reload: Callable[[], Work] = lambda: self.work
        self.work = Work(polls=POLLS, run_cycle=self.cycle)
        self.scheduler: schedule.Scheduler = EachTime()
        self.notifier = Notifier("", None, clock)
        self.said = io.StringIO()

    def cycle(self, only: Due) -> Cycle:
        self.asked.append((self.clock.now(), only))
        return self.answer(len(self.asked))

    def take(self, wish: int) -> bool:
        came = wish in self.wishes
        self.wishes.discard(wish)
        return came

    def run(self, **span: int) -> None:
        self.clock.until = self.clock.now() + timedelta(**span)
        set_up(self.said, json=True, colors=False, clock=self.clock, redact=Redactor())
        Loop(
            work=self.work,
            clock=self.clock,
            wishes=self,
            notifier=self.notifier,
            reload=lambda: self.reload(),
            scheduler=self.scheduler,
        ).run()

    @property
    def logged(self) -> list[Mapping[str, str]]:
        lines = [json.loads(line) for line in self.said.getvalue().splitlines()]
        return [it for it in lines if not it["event"].startswith("daemon ")]


@pytest.fixture
def daemon(clock) -> Daemon:
    return Daemon(clock)


def test_the_first_cycle_comes_at_once_and_checks_everything(daemon) -> None:
    daemon.run(seconds=10)
    assert [only for _, only in daemon.asked] == [None]


def test_each_tool_is_looked_at_in_its_own_time(daemon) -> None:
    daemon.run(minutes=10)
    looked = [only for _, only in daemon.asked[1:]]
    assert 8 <= sum("notion" in only for only in looked) <= 10
    assert 1 <= sum("google" in only for only in looked) <= 2


def test_a_day_has_one_full_check(daemon) -> None:
    daemon.clock.pace = 20
    daemon.run(hours=25)
    assert [only for _, only in daemon.asked].count(None) == 2


def test_a_tool_that_backs_off_is_not_asked_meanwhile(daemon) -> None:
    until = daemon.clock.now() + timedelta(minutes=5)
    daemon.answer = lambda nth: Cycle(until={"notion": until} if nth == 1 else {})
    daemon.run(minutes=8)
    asked = [at for at, only in daemon.asked[1:] if "notion" in only]
    assert min(asked) >= until
    assert min(asked) <= until + timedelta(seconds=5)


def test_a_cycle_that_breaks_does_not_end_the_daemon(daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth in (2, 3, 4):
            raise ZeroDivisionError("about the goal 'Become a judge'")
        return Cycle()

    daemon.answer = answer
    daemon.run(minutes=20)
    assert len(daemon.asked) > 10


def test_the_first_failure_and_the_recovery_are_logged_not_each_failure(daemon) -> None:
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


def test_a_failure_that_comes_back_after_a_recovery_is_logged_again(daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth in (2, 4):
            raise ZeroDivisionError
        return Cycle()

    daemon.answer = answer
    daemon.run(minutes=10)
    assert [it["event"].split()[1] for it in daemon.logged] == ["broke;", "works"] * 2


def test_another_kind_of_failure_is_logged_too(daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth % 2:
            raise ZeroDivisionError
        raise TryLater("the disk is full")

    daemon.answer = answer
    daemon.run(minutes=2)
    kinds = [it["trouble"].split()[0] for it in daemon.logged]
    assert kinds[:2] == ["ZeroDivisionError", "TryLater"]


def test_a_broken_cycle_is_tried_again_ever_more_slowly(daemon) -> None:
    def answer(_nth: int) -> Cycle:
        raise ZeroDivisionError

    daemon.answer = answer
    daemon.clock.pace = 5
    daemon.run(hours=1)
    assert 8 <= len(daemon.asked) <= 10


def test_the_watchdog_starves_when_every_cycle_breaks(daemon, supervisor) -> None:
    def answer(_nth: int) -> Cycle:
        raise ZeroDivisionError

    daemon.answer = answer
    daemon.notifier = Notifier(supervisor.address, 400.0, daemon.clock)
    daemon.run(minutes=30)
    assert supervisor.heard().count("WATCHDOG=1") <= 5


def test_the_watchdog_is_fed_while_cycles_work(daemon, supervisor) -> None:
    daemon.notifier = Notifier(supervisor.address, 400.0, daemon.clock)
    daemon.run(minutes=30)
    assert supervisor.heard().count("WATCHDOG=1") >= 16


def test_a_supervisor_is_told_when_it_is_ready_how_it_does_and_when_it_goes(
    daemon, supervisor
) -> None:
    daemon.answer = lambda _nth: Cycle(summary="notion ok, google ok")
    daemon.notifier = Notifier(supervisor.address, None, daemon.clock)
    daemon.run(seconds=10)
    assert supervisor.heard() == ["READY=1", "STATUS=notion ok, google ok", "STOPPING=1"]


def test_a_wish_to_sync_now_is_met_at_once(daemon) -> None:
    def answer(nth: int) -> Cycle:
        if nth == 1:
            daemon.wishes.add(signal.SIGUSR1)
        return Cycle()

    daemon.answer = answer
    daemon.run(seconds=10)
    assert [only for _, only in daemon.asked] == [None, None]


def test_a_wish_to_reload_brings_the_new_settings(daemon) -> None:
    def reload() -> Work:
        return Work(polls=(Poll(tool="todoist", every=60),), run_cycle=daemon.cycle)

    daemon.reload = reload
    daemon.wishes.add(signal.SIGHUP)
    daemon.run(minutes=3)
    assert {tool for _, only in daemon.asked[1:] for tool in only} == {"todoist"}


def test_settings_with_a_mistake_are_not_taken_up(daemon) -> None:
    def reload() -> Work:
        raise Mistake("`plan.timezone` is 7, but must be a text in quotes: correct it.")

    daemon.reload = reload
    daemon.wishes.add(signal.SIGHUP)
    daemon.run(minutes=3)
    assert {tool for _, only in daemon.asked[1:] for tool in only} >= {"notion"}
    assert "`plan.timezone` is 7" in daemon.logged[0]["mistake"]


@pytest.mark.parametrize(
    ("error", "said"),
    [(StateTrouble("The disk is full: make room."), "disk"), (RuntimeError("Ada"), "Runtime")],
)
def test_whatever_keeps_settings_from_being_read_the_daemon_goes_on(
    daemon, error, said
) -> None:
    def reload() -> Work:
        raise error

    daemon.reload = reload
    daemon.wishes.add(signal.SIGHUP)
    daemon.run(minutes=3)
    assert {tool for _, only in daemon.asked[1:] for tool in only} >= {"notion"}
    assert said in str(daemon.logged[0])
    assert "Ada" not in str(daemon.logged)


def test_ticks_go_on_when_the_machines_clock_is_set_back(daemon) -> None:
    scheduler = schedule.Scheduler()
    daemon.scheduler = scheduler

    def answer(_nth: int) -> Cycle:
        for job in scheduler.get_jobs():
            job.next_run = job.next_run + timedelta(hours=1)  # as the end of summer time does
        return Cycle()

    daemon.answer = answer
    daemon.run(seconds=5)
    assert scheduler.idle_seconds <= 1
