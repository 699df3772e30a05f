"""What `syncd status` says of the daemon, by each way in which that can end or stand still."""

import json
import resource
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from syncd.model.entities import Kind
from tests.cli.desks import Desk, writes
from tests.cli.test_processes import PATIENCE, Listener, begin, until

__all__ = ["begin"]  # a fixture

Begin = Callable[..., subprocess.Popen[str]]


def alive(desk: Desk) -> int:
    return desk.syncd("status", "--alive").status


def first_line(desk: Desk) -> str:
    return desk.syncd("status").out.splitlines()[0]


def running(desk: Desk, begin: Begin) -> subprocess.Popen[str]:
    """Start a daemon, and wait until it has finished a cycle."""
    process = begin(desk, "run")
    until(lambda: alive(desk) == 0 and first_line(desk).startswith("syncd is running, last "))
    return process


def test_who_syncs_by_hand_is_not_told_of_a_daemon(synced: Desk) -> None:
    said = synced.syncd("status")
    assert said.status == 0
    assert "running" not in said.out
    assert said.out.rstrip().endswith(".")
    assert synced.syncd("status", "--json").json["daemon"]["state"] == "never started"


def test_a_health_check_wants_a_daemon_that_works(synced: Desk) -> None:
    said = synced.syncd("status", "--alive")
    assert said.status == 1
    assert said.out == "syncd was never started on this state: `syncd run` starts it.\n"


def test_a_daemon_that_works_is_alive_and_one_that_was_stopped_is_well(
    desk: Desk, begin: Begin
) -> None:
    process = running(desk, begin)
    assert first_line(desk).startswith("syncd is running, last cycle ")
    assert alive(desk) == 0
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 143
    said = desk.syncd("status")
    assert said.status == 0
    assert said.out.startswith("syncd was stopped on ")
    assert alive(desk) == 1


def test_a_daemon_that_was_killed_is_said_first_until_it_runs_again(
    desk: Desk, begin: Begin
) -> None:
    process = running(desk, begin)
    process.kill()
    process.wait(timeout=PATIENCE)
    said = desk.syncd("status")
    assert said.status == 1
    assert said.out.startswith("syncd is not running since ")
    assert "`systemctl --user start syncd`" in " ".join(said.out.split())
    assert "Nothing waits for you" not in said.out
    told = desk.syncd("status", "--json").json
    assert told["daemon"]["state"] == "not running"
    assert told["problems"][0].startswith("syncd is not running since ")
    assert alive(desk) == 1
    desk.sync()  # by hand meanwhile: the daemon is still missed
    assert desk.syncd("status").status == 1
    running(desk, begin)
    assert desk.syncd("status").status == 0
    assert alive(desk) == 0


@pytest.mark.parametrize("tool", ["notion", "todoist"])
def test_a_daemon_whose_tool_waits_for_the_person_is_alive(
    desk: Desk, begin: Begin, tool: str
) -> None:
    changes: Any = {tool: {"token": None}}
    desk.settings(**changes)
    running(desk, begin)
    assert desk.syncd("status").status == 4
    assert alive(desk) == 0


def test_a_daemon_whose_disk_fills_up_says_so_and_sends_nothing(
    synced: Desk, begin: Begin
) -> None:
    synced.settings("\n[daemon]\npoll_seconds = 10\n")
    process = begin(synced, "run", "--log-json")
    said = Listener(process)
    until(lambda: alive(synced) == 0)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    before = {name: writes(served) for name, served in synced.served.items()}
    synced.person("notion").edit(Kind.TASK, "Ask for feedback", "title", "Ask twice")
    record = json.loads(said.waits_for("trying each minute"))
    assert "make room there" in record["hint"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 143
    assert {name: writes(served) for name, served in synced.served.items()} == before


def test_a_state_that_is_locked_for_long_is_said_too(synced: Desk, begin: Begin) -> None:
    with sqlite3.connect(synced.state / "syncd.db", isolation_level=None) as database:
        database.execute("BEGIN IMMEDIATE")
        process = begin(synced, "run", "--log-json")
        said = Listener(process)
        assert "keeps" in json.loads(said.waits_for("trying each minute"))["hint"]
        database.execute("ROLLBACK")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 143
