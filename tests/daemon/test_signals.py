"""Real signals, sent to a real process that runs the loop."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = """
import sys
from syncd.clock import SystemClock
from syncd.daemon.due import Poll
from syncd.daemon.loop import Cycle, Loop, Workload
from syncd.daemon.supervisor import Notifier, Signals
from syncd.engine.heartbeat import HeartbeatRecorder
from syncd.store.store import private_store

way, grace = sys.argv[1], float(sys.argv[2])
clock, deaf = SystemClock(), SystemClock()

def say(word):
    print(word, flush=True)

def cycle(only):
    say("begin")
    if way == "long":
        clock.sleep(600)   # a wait for a busy tool: ends when asked to stop
        deaf.sleep(0.2)    # the write in flight
    if way == "stuck":
        deaf.sleep(600)    # a write that does not end
    say("end")
    return Cycle()

def reload():
    say("reload")
    return work

work = Workload(polls=(Poll(tool="notion", every=600),), run_cycle=cycle,
                make_reviews=Cycle, send_mails=Cycle)
with Signals(clock.stop.set, clock, grace=grace) as signals:
    store = private_store().tools
    Loop(work=work, clock=clock, flags=signals.flags, notifier=Notifier("", None, clock),
         heartbeat=HeartbeatRecorder(lambda: store, clock, {}), reload=reload).run()
say("stopped")
sys.exit(signals.status)
"""


class Process:
    """The loop in a process of its own."""

    def __init__(self, way: str, grace: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, way, str(grace)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._late = threading.Timer(60, self._process.kill)
        self._late.start()

    def says(self) -> str:
        """Wait for its next word of its own (the log goes to stdout too)."""
        assert self._process.stdout
        for line in self._process.stdout:
            if line.strip() in {"begin", "end", "reload", "stopped"}:
                return line.strip()
        return ""

    def gets(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def status(self) -> int:
        return self._process.wait(timeout=60)

    def close(self) -> None:
        self._late.cancel()
        self._process.kill()
        self._process.communicate()


Start = Callable[..., Process]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Process] = []

    def begin(way: str, grace: float = 25) -> Process:
        started.append(Process(way, grace))
        assert started[-1].says() == "begin"
        return started[-1]

    yield begin
    for it in started:
        it.close()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_idle_daemon_stops_when_asked(
    start: Start, number: signal.Signals, status: int
) -> None:
    process = start("quick")
    assert process.says() == "end"
    process.gets(number)
    assert process.says() == "stopped"
    assert process.status() == status


def test_a_write_in_flight_is_finished_first(start: Start) -> None:
    process = start("long")
    process.gets(signal.SIGTERM)
    assert [process.says(), process.says()] == ["end", "stopped"]
    assert process.status() == 143


def test_a_write_that_does_not_end_is_left_to_the_journal(start: Start) -> None:
    process = start("stuck", grace=0.3)
    process.gets(signal.SIGTERM)
    assert process.says() == ""
    assert process.status() == 143


def test_a_person_who_insists_need_not_wait(start: Start) -> None:
    process = start("stuck", grace=600)
    process.gets(signal.SIGINT)
    process.gets(signal.SIGTERM)
    assert process.status() in {130, 143}


def test_hup_reloads_and_goes_on(start: Start) -> None:
    process = start("quick")
    assert process.says() == "end"
    process.gets(signal.SIGHUP)
    assert process.says() == "reload"
    process.gets(signal.SIGTERM)
    assert process.says() == "stopped"


def test_usr1_syncs_now(start: Start) -> None:
    process = start("quick")
    assert process.says() == "end"
    process.gets(signal.SIGUSR1)
    assert [process.says(), process.says()] == ["begin", "end"]
    process.gets(signal.SIGTERM)
    assert process.status() == 143


def test_a_storm_of_wishes_breaks_nothing(start: Start) -> None:
    process = start("quick")
    for _ in range(200):
        process.gets(signal.SIGUSR1)
    process.gets(signal.SIGTERM)
    assert process.status() == 143
