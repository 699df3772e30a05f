"""What the daemon's record of itself means to whoever reads it."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.engine.heartbeat import (
    HOPELESS,
    STALE,
    DaemonState,
    Heartbeat,
    HeartbeatRecorder,
    Liveness,
    liveness,
    read_heartbeat,
    read_liveness,
)
from syncd.store.store import Store, private_store
from syncd.store.tool_store import DAEMON
from syncd.testing.fake_clock import FakeClock

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def beat(**changes: object) -> Heartbeat:
    values = {"started": NOW - HOUR, "looked": NOW, "cycled": NOW, "start": "`syncd run`"}
    return Heartbeat(**(values | changes))  # type: ignore[arg-type]  # one of its own fields


CASES = {
    "never started": (None, None, DaemonState.NEVER, False),
    "works": (beat(), True, DaemonState.RUNNING, True),
    "works, in a container that can't be looked into": (
        beat(),
        None,
        DaemonState.RUNNING,
        True,
    ),
    "stopped on purpose": (beat(ended=NOW), False, DaemonState.STOPPED, False),
    "killed": (beat(), False, DaemonState.DEAD, False),
    "killed long ago, and its number is another's": (
        beat(looked=NOW - 20 * HOUR),
        True,
        DaemonState.STUCK,
        False,
    ),
    "silent for long, in a container": (beat(looked=NOW - HOUR), None, DaemonState.DEAD, False),
    "stuck": (beat(looked=NOW - STALE - MINUTE), True, DaemonState.STUCK, False),
    "one cycle broke": (beat(broke=NOW, failures=1), True, DaemonState.RUNNING, True),
    "two cycles broke": (beat(broke=NOW, failures=2), True, DaemonState.FAILING, True),
    "every cycle breaks": (
        beat(broke=NOW - HOPELESS, failures=9),
        True,
        DaemonState.FAILING,
        False,
    ),
    "the clock was set back by a day": (
        beat(looked=NOW + 24 * HOUR),
        None,
        DaemonState.DEAD,
        False,
    ),
}


@pytest.mark.parametrize(("heartbeat", "process", "state", "alive"), CASES.values(), ids=CASES)
def test_a_heartbeat_says_how_the_daemon_does(
    heartbeat: Heartbeat | None, process: bool | None, state: DaemonState, alive: bool
) -> None:
    result = liveness(heartbeat, NOW, process=process)
    assert (result.state, result.alive) == (state, alive)


SENTENCES = {
    "killed": (
        beat(looked=NOW - 20 * 24 * HOUR),
        False,
        "syncd is not running since 2026-11-11 13:00: `syncd run`.",
    ),
    "stuck": (
        beat(looked=NOW - HOUR),
        True,
        "syncd runs and has done nothing since 2026-12-01 12:00: end it, then `syncd run`.",
    ),
    "every cycle breaks": (
        beat(
            cycled=NOW - 3 * HOUR,
            broke=NOW - HOUR,
            failures=9,
            why="The disk is full: mend it.",
        ),
        True,
        "syncd has not finished a cycle for 3 h: The disk is full: mend it.",
    ),
    "works": (beat(), True, "syncd is running, last cycle 2026-12-01 13:00."),
    "stopped": (beat(ended=NOW), False, "syncd was stopped on 2026-12-01 13:00: `syncd run`."),
}


@pytest.mark.parametrize(("heartbeat", "process", "words"), SENTENCES.values(), ids=SENTENCES)
def test_it_is_said_in_a_sentence_that_ends_with_what_to_do(
    heartbeat: Heartbeat, process: bool, words: str
) -> None:
    assert liveness(heartbeat, NOW, process=process).sentence("Europe/Berlin", NOW) == words


@given(
    looked=st.timedeltas(-10 * HOUR, 24 * 30 * HOUR),
    broke=st.none() | st.timedeltas(timedelta(), 24 * HOUR),
    failures=st.integers(0, 20),
    ended=st.booleans(),
    process=st.sampled_from([True, False, None]),
)
def test_silence_is_never_shown_as_health(
    looked: timedelta, broke: timedelta | None, failures: int, ended: bool, process: bool | None
) -> None:
    heartbeat = beat(
        looked=NOW - looked,
        broke=NOW - broke if broke is not None else None,
        failures=failures,
        ended=NOW if ended else None,
    )
    result = liveness(heartbeat, NOW, process=process)
    silent = process is False or abs(looked) > STALE or ended
    assert not (silent and result.alive)
    assert not (silent and result.state is DaemonState.RUNNING)
    assert result.well or result.sentence("UTC", NOW).rstrip(".").endswith(
        (result.start, result.why)
    )


@pytest.fixture
def store() -> Store:
    return private_store()


def recorder(store: Store, clock: FakeClock, **environ: str) -> HeartbeatRecorder:
    return HeartbeatRecorder(lambda: store.tools, clock, environ)


def seen(store: Store, clock: FakeClock) -> Liveness:
    return read_liveness(store.tools, clock.now())


def test_a_daemon_that_looks_is_running_where_its_process_is(store: Store) -> None:
    clock = FakeClock(NOW)
    recorder(store, clock).look()
    assert seen(store, clock).state is DaemonState.RUNNING


def test_a_daemon_of_another_machine_is_known_by_its_looks_alone(store: Store) -> None:
    clock = FakeClock(NOW)
    recorder(store, clock).look()
    kept = store.tools.recall(DAEMON, "heartbeat")
    store.tools.remember(DAEMON, "heartbeat", {**kept, "pid": 2**22 + 1, "machine": "another"})
    assert seen(store, clock).state is DaemonState.RUNNING
    store.tools.remember(DAEMON, "heartbeat", {**kept, "pid": 2**22 + 1})
    assert seen(store, clock).state is DaemonState.DEAD


@pytest.mark.parametrize("hours", [8, -8], ids=["the machine slept", "the clock was set back"])
def test_a_daemon_that_looks_again_after_the_clock_jumped_is_running(
    store: Store, hours: int
) -> None:
    clock = FakeClock(NOW)
    daemon = recorder(store, clock)
    daemon.look()
    clock.set_to(NOW + hours * HOUR)
    assert seen(store, clock).state is DaemonState.STUCK
    daemon.look()
    assert seen(store, clock).state is DaemonState.RUNNING


def test_a_new_start_knows_the_last_cycle_and_no_old_failure(store: Store) -> None:
    clock = FakeClock(NOW)
    first = recorder(store, clock)
    first.look()
    first.cycle_finished()
    first.cycle_broke("The disk is full.")
    recorder(store, clock).look()
    heartbeat = read_heartbeat(store.tools)
    assert heartbeat is not None
    assert (heartbeat.cycled, heartbeat.failures, heartbeat.why) == (NOW, 0, "")
    assert heartbeat.pid == os.getpid()


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({"NOTIFY_SOCKET": "/run/x", "MANAGERPID": "7"}, "`systemctl --user start syncd`"),
        ({"NOTIFY_SOCKET": "/run/x"}, "`systemctl start syncd`"),
        ({}, "`systemctl --user start syncd`, or `syncd run` where it is no service"),
    ],
    ids=["the person's service", "the machine's service", "by hand"],
)
def test_the_command_that_starts_it_is_the_one_it_was_started_by(
    store: Store, environ: dict[str, str], command: str
) -> None:
    clock = FakeClock(NOW)
    recorder(store, clock, **environ).look()
    assert seen(store, clock).start == command


@pytest.mark.parametrize(
    "kept",
    [
        None,
        7,
        "soon",
        [],
        {},
        {"started": "soon", "looked": "x"},
        {"started": 5, "looked": 6},
        {"started": "2026-12-01T12:00:00", "looked": "2026-12-01T12:00:00"},
        {"started": NOW.isoformat(), "looked": NOW.isoformat(), "pid": "me"},
        {"started": NOW.isoformat(), "looked": None},
    ],
    ids=repr,
)
def test_a_record_that_can_not_be_read_is_none(store: Store, kept: object) -> None:
    store.tools.remember(DAEMON, "heartbeat", kept)
    assert read_heartbeat(store.tools) is None


def test_a_record_of_a_later_version_is_read_as_far_as_it_is_known(store: Store) -> None:
    clock = FakeClock(NOW)
    recorder(store, clock).look()
    kept = store.tools.recall(DAEMON, "heartbeat")
    store.tools.remember(DAEMON, "heartbeat", {**kept, "mood": "good"})
    assert seen(store, clock).state is DaemonState.RUNNING
