"""Processes that meet, stop, die and start again; disks and networks that fail."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from tests.journeys.homes import Forker, Home, only_sentence

TASK = Kind.TASK
APART = True
"""What is tested here is that commands are processes."""
WRITE = {"notion": "/v1/pages", "google": ".*/events", "todoist": ".*/sync"}


@pytest.fixture(scope="module")
def second() -> Iterator[Forker]:
    """A second place to start commands from, at the same time."""
    made = Forker()
    yield made
    made.close()


def started(home: Home, forker: Forker, *words: str) -> int:
    """Start a command beside others; return its process id."""
    order = {**home.order(), "hurried": False}
    return forker.begin(home.place / "beside", "--config", str(home.config), *words, **order)


def until(what: Any, seconds: float = 90.0) -> bool:
    """Wait until something is so; say whether it came to be."""
    ends = time.monotonic() + seconds
    while not what() and time.monotonic() < ends:
        time.sleep(0.05)
    return bool(what())


def stopped(forker: Forker, number: signal.Signals = signal.SIGTERM) -> Any:
    """Stop what was started; it has to end within the promised 30 seconds."""
    before = time.monotonic()
    forker.send(number)
    done = forker.end()
    assert time.monotonic() - before < 30
    return done


def test_a_second_sync_while_one_runs_says_so(
    synced: Home, forker: Forker, second: Forker
) -> None:
    met: list[Any] = []

    def meanwhile(_request: object) -> None:
        met.append(second.run(synced.place / "other", "--config", str(synced.config), "sync"))

    synced.fault("todoist", Fault(act="call", path=".*/sync", hook=meanwhile))
    synced.sync()
    (other,) = met
    assert other.status == 5
    assert "Another syncd" in only_sentence(other.err)
    assert other.out == ""


def test_what_only_reads_or_changes_the_plan_goes_on_beside_a_sync(
    synced: Home, second: Forker
) -> None:
    met: list[Any] = []

    def meanwhile(_request: object) -> None:
        for words in (["status"], ["plan", "show"], ["history"], ["conflicts"]):
            where = ("--config", str(synced.config))
            met.append(second.run(synced.place / "other", *where, *words))

    synced.fault("todoist", Fault(act="call", path=".*/sync", hook=meanwhile))
    synced.sync()
    assert [one.status for one in met] == [0] * 4


@pytest.mark.parametrize("tool", WRITE)
def test_a_sync_that_is_told_to_stop_stops_and_the_next_one_goes_on(
    home: Home, tool: str
) -> None:
    home.import_plan()
    body = "commands" if tool == "todoist" else ""

    def stop(_request: object) -> None:
        home.forker.send(signal.SIGTERM)
        time.sleep(0.2)

    home.fault(tool, Fault(act="call", method="POST", path=WRITE[tool], body=body, hook=stop))
    done = home.syncd("sync")
    assert done.status == 143
    assert "next sync" in only_sentence(done.err)
    report = home.sync()
    assert report["conflicts"] == 0
    home.rest()
    assert sorted(home.todoist.titles(TASK)) == ["Ask for feedback", "Read the book on leading"]
    assert len(home.notion.titles(TASK)) == 2


def ready(home: Home) -> bool:
    """Say whether the daemon has brought everything into all tools."""
    shown = [home.todoist.titles(TASK), home.calendar.titles(Kind.MILESTONE)]
    return [len(one) for one in shown] == [2, 1]


def test_the_daemon_brings_edits_along_and_stops_when_it_is_told_to(
    home: Home, second: Forker
) -> None:
    home.extra = "[daemon]\npoll_seconds = 10\n"
    home.write_settings()
    home.import_plan()
    pid = started(home, second, "run")
    assert until(lambda: ready(home))
    home.todoist.edit(TASK, "Ask for feedback", "title", "Ask for much feedback")
    os.kill(pid, signal.SIGUSR1)
    assert until(lambda: "Ask for much feedback" in home.notion.titles(TASK))
    done = stopped(second)
    assert done.status == 143
    assert "Traceback" not in done.err
    home.sync()  # what the daemon had no time for any more: a link to a page, say
    home.rest()


def test_the_daemon_refuses_a_second_one(home: Home, second: Forker) -> None:
    home.import_plan()
    started(home, second, "run")
    assert until(lambda: ready(home))
    for words in (["run"], ["sync"]):
        done = home.syncd(*words)
        assert done.status == 5
        only_sentence(done.err)
    assert stopped(second, signal.SIGINT).status == 130


def test_the_daemon_killed_in_the_middle_loses_and_doubles_nothing(
    home: Home, second: Forker
) -> None:
    home.import_plan()

    def kill(_request: object) -> None:
        second.kill()

    home.fault(
        "notion", Fault(act="call-after", method="POST", path="/v1/pages", skip=2, hook=kill)
    )
    started(home, second, "run")
    assert second.end().status == -signal.SIGKILL
    started(home, second, "run")
    assert until(lambda: ready(home))
    assert until(lambda: len(home.notion.titles(TASK)) == 2)
    assert stopped(second).status == 143
    home.sync()
    home.rest()
    assert home.titles()["notion tasks"] == home.titles()["todoist tasks"]
    assert home.notion.titles(Kind.GOAL) == ["Lead a team"]


def test_the_daemon_told_to_stop_while_a_tool_does_not_answer_stops_in_time(
    home: Home, second: Forker
) -> None:
    home.import_plan()
    stuck = home.fault("notion", Fault(act="delay", seconds=600.0, times=0))
    started(home, second, "run")
    assert until(lambda: stuck.met)
    before = time.monotonic()
    done = stopped(second)
    assert done.status == 143
    assert time.monotonic() - before < 30
    home.mend()
    home.sync()
    home.rest()


def test_the_daemon_takes_new_settings_and_keeps_the_old_ones_over_wrong_ones(
    home: Home, second: Forker
) -> None:
    home.import_plan()
    home.write_settings(todoist={"enabled": False})
    pid = started(home, second, "run")
    assert until(lambda: home.calendar.titles(Kind.MILESTONE))
    right = home.config.read_text("utf-8").replace("enabled = false", "enabled = true")
    home.config.write_text(f"{right}\n[daemon]\npoll_seconds = 'often'\n", "utf-8")
    os.kill(pid, signal.SIGHUP)
    time.sleep(1.5)
    assert home.served["todoist"].log == []
    home.config.write_text(right, "utf-8")
    os.kill(pid, signal.SIGHUP)
    assert until(lambda: ready(home))
    assert stopped(second).status == 143


def test_without_a_network_the_command_says_so_and_recovers(synced: Home) -> None:
    nowhere = "http://127.0.0.1:9"
    synced.write_settings(**{tool: {"base_url": nowhere} for tool in synced.served})
    synced.todoist.edit(TASK, "Ask for feedback", "title", "Ask for more")
    done = synced.syncd("sync", "--json")
    assert done.status == 1
    assert {one["state"] for one in done.json["tools"].values()} == {"backing off"}
    assert len(done.json["problems"]) == 3
    for sentence in done.json["problems"]:
        only_sentence([sentence])
    synced.write_settings()
    synced.sync_and_rest()
    assert "Ask for more" in synced.notion.titles(TASK)


@pytest.fixture
def small(home: Home) -> Iterator[Path]:
    """A state directory on a disk of its own, that can be filled and made read-only."""
    home.state.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(home.state)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("making a small disk needs the right to mount one")
    yield home.state
    subprocess.run(["umount", "-l", str(home.state)], check=True)


def fill(folder: Path) -> Path:
    """Leave not a byte free on a disk."""
    path = folder / "filling"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 1024)
        except OSError:
            return path


def test_a_full_disk_is_told_and_nothing_is_lost(home: Home, small: Path) -> None:
    home.import_plan()
    home.sync()
    filling = fill(small)
    home.todoist.edit(TASK, "Ask for feedback", "title", "Ask for more")
    for number in range(30):
        home.todoist.add(TASK, f"Step {number}", notes="x" * 2000)
    done = home.syncd("sync")
    assert done.status == 1
    sentence = only_sentence(done.err)
    assert "full" in sentence
    assert "make room" in sentence
    filling.unlink()
    home.sync()
    home.rest()
    assert "Ask for more" in home.notion.titles(TASK)
    assert len(home.notion.titles(TASK)) == 32
    assert home.titles()["notion tasks"] == home.titles()["todoist tasks"]


def test_a_disk_that_fills_up_while_writing_doubles_nothing(home: Home, small: Path) -> None:
    home.import_plan()
    home.sync()
    for number in range(30):
        home.todoist.add(TASK, f"Step {number}", notes="x" * 2000)
    made: list[Path] = []
    home.fault(
        "notion",
        Fault(
            act="call-after",
            method="POST",
            path="/v1/pages",
            skip=3,
            hook=lambda _: made.append(fill(small)),
        ),
    )
    done = home.syncd("sync")
    assert made, "the disk was filled"
    assert done.status == 1
    assert "Traceback" not in done.err
    assert "full" in done.err
    made[0].unlink()
    home.sync()
    home.rest()
    assert len(home.notion.titles(TASK)) == 32
    assert home.titles()["notion tasks"] == home.titles()["todoist tasks"]


def test_a_state_directory_that_may_not_be_written_is_told(home: Home, small: Path) -> None:
    home.import_plan()
    home.sync()
    titles = home.titles()
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    done = home.syncd("sync")
    assert done.status in (1, 2)
    only_sentence(done.err)
    assert str(small) in done.err
    subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
    home.sync()
    home.rest()
    assert home.titles() == titles


def test_a_state_directory_that_is_a_file_is_told(home: Home) -> None:
    home.state.write_text("not a folder")
    done = home.syncd("sync")
    assert done.status == 2
    assert "state_dir" in only_sentence(done.err)
