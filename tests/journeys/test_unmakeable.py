"""A tool that can't be made, or takes long to: the others go on, and it joins later."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from tests.journeys.homes import Forker, Home, only_sentence

TASK = Kind.TASK
MANY = "tasks:\n" + "".join(f"  - {{title: Step {n}}}\n" for n in range(40))


@pytest.fixture(scope="module")
def second() -> Iterator[Forker]:
    """A second place to start commands from, at the same time."""
    made = Forker()
    yield made
    made.kill()  # a test that failed left its daemon running
    made.close()


def shown(home: Home, tool: str) -> int:
    """Return how many tasks a tool shows; before anything was made there, none."""
    try:
        return len(home.person(tool).titles(TASK))
    except KeyError:
        return 0


def started(home: Home, forker: Forker) -> int:
    """Start the daemon beside others, which really waits; return its process id."""
    order = {**home.order(), "hurried": False}
    return forker.begin(home.place / "beside", "--config", str(home.config), "run", **order)


def stopped(forker: Forker, within: float) -> Any:
    before = time.monotonic()
    forker.send(signal.SIGTERM)
    done = forker.end()
    assert time.monotonic() - before < within
    assert done.status == 143
    assert "Traceback" not in done.err
    return done


def until(what: Any, seconds: float = 90.0) -> bool:
    ends = time.monotonic() + seconds
    while not what() and time.monotonic() < ends:
        time.sleep(0.05)
    return bool(what())


WAYS = {
    "a command that fails": {"token_command": "false"},
    "a command that is none": {"token_command": "no-such-command-here"},
    "a file that is not there": {"token_file": "/nonexistent/token"},
    "a file that is a folder": {"token_file": "/"},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("tool", ["todoist", "notion"])
def test_a_secret_that_cannot_be_fetched_costs_its_tool_alone(
    synced: Home, tool: str, way: dict[str, str]
) -> None:
    synced.write_settings(**{tool: {"token": None, **way}})
    synced.import_plan("goals: [{title: Learn to sail, status: active}]")
    report = synced.sync_badly(1)
    one = report["tools"].pop(tool)
    assert one["state"] == "degraded"
    (name,) = way
    assert f"`connectors.{tool}.{name}` names" in only_sentence(one["message"])
    assert {it["state"] for it in report["tools"].values()} == {"ok"}
    others = [it for it in (synced.notion, synced.todoist) if it is not synced.person(tool)]
    assert all("Learn to sail" in it.titles(Kind.GOAL) for it in others)
    said = synced.syncd("status")
    assert said.status == 1
    assert one["message"] in " ".join(said.out.split())
    told = synced.syncd("status", "--json").json["tools"][tool]
    assert (told["state"], told["message"]) == ("degraded", one["message"])
    assert synced.syncd("sync", "--dry-run").status == 1

    synced.write_settings()
    synced.sync_and_rest()
    for it in (synced.notion, synced.todoist):
        assert sorted(it.titles(Kind.GOAL)) == ["Lead a team", "Learn to sail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "x", "token_command": "echo x"},
        {"token": None, "token_command": "false", "projekt": "x"},
        {"token": None, "token_command": "false", "project": 5},
    ],
    ids=["two ways", "an unknown key", "a wrong type"],
)
@pytest.mark.parametrize("words", [("sync",), ("run",), ("status",)], ids=lambda it: it[0])
def test_settings_that_are_wrong_are_told_at_once_and_no_command_is_run(
    home: Home, words: tuple[str], wrong: dict[str, Any]
) -> None:
    home.write_settings(todoist=wrong)
    done = home.syncd(*words)
    assert done.status == 2
    assert "connectors.todoist" in only_sentence(done.err)
    assert all(one.log == [] for one in home.served.values())


def test_the_daemon_starts_without_a_secret_and_takes_the_tool_in_when_it_is_there(
    home: Home, second: Forker
) -> None:
    token = home.place / "token"
    home.extra = "[daemon]\npoll_seconds = 10\n"
    home.write_settings(todoist={"token": None, "token_command": f"cat {token}"})
    home.import_plan()
    pid = started(home, second)
    assert until(lambda: shown(home, "notion") == 2)
    assert home.served["todoist"].log == []
    token.touch(mode=0o600)
    token.write_text(home.served["todoist"].settings()["token"])
    os.kill(pid, signal.SIGHUP)
    assert until(lambda: shown(home, "todoist") == 2)
    home.todoist.edit(TASK, "Ask for feedback", "title", "Ask for much feedback")
    os.kill(pid, signal.SIGUSR1)
    assert until(lambda: "Ask for much feedback" in home.notion.titles(TASK))
    token.unlink()
    home.notion.edit(TASK, "Ask for much feedback", "title", "Ask for less")
    os.kill(pid, signal.SIGUSR1)
    assert until(lambda: "Ask for less" in home.todoist.titles(TASK)), "it has its secret"
    stopped(second, within=10)


def test_a_slow_command_for_a_secret_holds_up_nobody(
    home: Home, second: Forker, tmp_path: Path
) -> None:
    token = home.served["todoist"].settings()["token"]
    script = tmp_path / "slowly"
    script.write_text(f"#!/bin/sh\nsleep 10\necho {token}\n")
    script.chmod(0o700)
    home.write_settings(todoist={"token": None, "token_command": str(script)})
    home.import_plan()
    started(home, second)
    assert until(lambda: shown(home, "notion") == 2)
    assert home.served["todoist"].log == [], "the others did not wait for it"
    assert until(lambda: shown(home, "todoist") == 2)
    stopped(second, within=10)


def test_a_command_for_a_secret_that_hangs_does_not_hold_up_the_end(
    home: Home, second: Forker
) -> None:
    home.write_settings(todoist={"token": None, "token_command": "sleep 600"})
    home.import_plan()
    started(home, second)
    assert until(lambda: shown(home, "notion") == 2)
    stopped(second, within=10)


def slow_pages(home: Home) -> Fault:
    """Have Notion take half a second to make a page: forty of them take their time."""
    home.import_plan(MANY)
    return home.fault(
        "notion", Fault(act="delay", method="POST", path="/v1/pages", seconds=0.5, times=0)
    )


def test_the_daemon_told_to_stop_in_the_middle_of_much_stops_at_the_next_item(
    home: Home, second: Forker
) -> None:
    slow = slow_pages(home)
    started(home, second)
    assert until(lambda: slow.met > 3)
    stopped(second, within=12)
    made = len(home.notion.titles(TASK))
    assert 0 < made < 40
    home.mend()
    home.sync()
    home.rest()
    assert shown(home, "notion") == 40
    assert home.titles()["notion tasks"] == home.titles()["todoist tasks"]


def test_new_settings_are_taken_in_the_middle_of_much(home: Home, second: Forker) -> None:
    home.extra = "[daemon]\npoll_seconds = 10\n"
    home.write_settings(google={"enabled": False})
    slow = slow_pages(home)
    pid = started(home, second)
    assert until(lambda: slow.met > 3)
    home.import_plan("milestones: [{title: First trip, due: +60d}]")
    home.write_settings()
    os.kill(pid, signal.SIGHUP)
    # the loop itself comes round only after its patience with a slow lane
    assert until(lambda: home.served["google"].log, seconds=25)
    assert until(lambda: shown(home, "notion") == 40, seconds=120)
    assert until(lambda: home.calendar.titles(Kind.MILESTONE))
    log = stopped(second, within=12).err
    assert log.count("settings reloaded") == 1
    home.mend()
    home.sync()
    home.rest()
    assert home.titles()["notion tasks"] == home.titles()["todoist tasks"]
