"""The exit status says what happens next, and one sentence says it in words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from syncd.cli.errors import Exit, status_of_error, status_of_states
from syncd.errors import AnotherRunning, HoldTool, Mistake, SignIn, SkipItem, SyncdError
from syncd.store.database import StateLock
from tests.cli.desks import Desk, Said, complaint


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([], 0),
        (["ok", "ok"], 0),
        (["ok", "backing off"], 1),
        (["degraded", "held"], 3),
        (["held", "needs sign-in", "degraded"], 4),
    ],
)
def test_the_most_urgent_state_of_the_tools_decides(states: list[str], status: int) -> None:
    well = all(one == "ok" for one in states)
    assert status_of_states(states, done=well) == status


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Mistake("x"), Exit.MISTAKE),
        (AnotherRunning("x"), Exit.ANOTHER),
        (SignIn("x"), Exit.SIGN_IN),
        (HoldTool("x"), Exit.HELD),
        (SkipItem("x"), Exit.NOT_DONE),
    ],
    ids=lambda it: type(it).__name__,
)
def test_every_error_has_a_status(error: SyncdError, status: Exit) -> None:
    assert status_of_error(error) == status


@pytest.mark.parametrize("tool", ["notion", "google", "todoist"])
@pytest.mark.parametrize("command", [["sync"], ["status"], ["run"]])
def test_an_address_that_is_none_is_a_mistake_and_no_password_is_told(
    desk: Desk, command: list[str], tool: str
) -> None:
    changes: dict[str, Any] = {tool: {"base_url": "https://ada:hunter22@host"}}
    desk.settings(**changes)
    said = desk.syncd(*command)
    assert said.status == 2
    assert f"`connectors.{tool}.base_url` in {desk.config} is " in complaint(said)
    assert "hunter22" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["sync", "--nonsense"],
        ["undo"],
        ["history", "--limit", "many"],
        ["history", "--limit", "0"],
        ["plan", "nonsense"],
        ["sync", "--only"],
        ["status", "surplus"],
    ],
    ids=" ".join,
)
def test_a_command_that_is_none_is_a_mistake_and_help_is_named(
    bare: Desk, words: list[str]
) -> None:
    said = bare.syncd(*words)
    assert said.status == 2
    assert "--help`" in complaint(said)


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("[daemon]\npoll_seconds = 'often'", "daemon.poll_seconds"),
        ("[daemon]\npoll_secondss = 60", "did you mean"),
        ("[connectors.notion]\nenabled = 7", "enabled"),
        ("state_dir = [", "no TOML"),
        ("[plan]\ntimezone = 'Europe/Berlim'", "Europe/Berlin"),
        ("[connectors.slack]\n", "slack"),
        ("[connectors.todoist]\nproject = ''", "project"),
        ("[connectors.todoist]\ntokn = 'x'", "did you mean `connectors.todoist.token`"),
    ],
    ids=["type", "name", "nested", "toml", "zone", "no connector", "own value", "own name"],
)
def test_wrong_settings_are_a_mistake_told_in_a_sentence(
    broken_settings: Callable[[str], Said], text: str, tells: str
) -> None:
    said = broken_settings(text)
    assert said.status == 2
    assert tells in complaint(said)


def test_two_mistakes_in_the_settings_are_two_sentences(
    broken_settings: Callable[[str], Said],
) -> None:
    said = broken_settings("[daemon]\npoll_seconds = 'a'\n[review]\nweekly = 3")
    assert said.status == 2
    assert len(said.err.splitlines()) == 2


def test_settings_that_are_not_there_are_a_mistake(bare: Desk) -> None:
    said = bare.syncd("--config", str(bare.place / "none.toml"), "status")
    assert said.status == 2
    assert "none.toml" in complaint(said)


def test_syncing_without_any_tool_is_a_mistake_that_names_the_settings(bare: Desk) -> None:
    said = bare.syncd("sync")
    assert said.status == 2
    assert str(bare.config) in complaint(said)


def test_a_second_syncd_on_the_same_state_is_refused(desk: Desk) -> None:
    desk.syncd("status")
    lock = StateLock(desk.state)
    lock.acquire()
    try:
        said = desk.syncd("sync")
        assert desk.syncd("run").status == 5
        assert desk.syncd("history").status == 0
    finally:
        lock.release()
    assert said.status == 5
    assert str(desk.state) in complaint(said)
    assert desk.served["notion"].log == []


def test_a_tool_without_its_token_needs_a_sign_in_and_the_others_go_on(desk: Desk) -> None:
    desk.settings(todoist={"token": None})
    desk.import_plan()
    said = desk.syncd("sync", "--json")
    assert said.status == 4
    assert said.json["tools"]["todoist"]["state"] == "needs sign-in"
    assert "connectors.todoist.token" in said.json["tools"]["todoist"]["message"]
    assert said.json["tools"]["notion"]["created"] == 4
    assert not said.json["converged"]


def test_a_tool_that_was_not_asked_for_spoils_nothing(desk: Desk) -> None:
    desk.settings(todoist={"token": None})
    for words in (["sync"], ["sync", "--dry-run"]):
        said = desk.syncd(*words, "--only", "notion", "--json")
        assert said.status == 0
        assert list(said.json["tools"]) == ["notion"]


def test_a_sign_in_that_was_taken_back_is_told_with_the_command_that_mends_it(
    synced: Desk,
) -> None:
    synced.sandbox("google").revoke_token()
    said = synced.syncd("sync")
    assert said.status == 4
    assert "`syncd auth google`" in said.err
    assert synced.syncd("status").status == 4
    assert synced.syncd("sync", "--only", "notion").status == 0


def test_a_wrong_token_needs_a_sign_in(desk: Desk) -> None:
    desk.settings(notion={"token": "wrong"})
    said = desk.syncd("sync", "--only", "notion", "--json")
    assert said.status == 4
    assert said.json["tools"]["notion"]["state"] == "needs sign-in"
    assert list(said.json["tools"]) == ["notion"]


def test_a_tool_whose_settings_lack_something_is_a_mistake_when_it_is_alone(desk: Desk) -> None:
    desk.settings(notion={"parent_page": None})
    said = desk.syncd("sync", "--only", "notion")
    assert said.status == 2
    assert "parent_page" in said.err
    assert desk.syncd("sync").status == 1


def test_a_tool_that_can_not_be_reached_is_something_that_could_not_be_done(
    synced: Desk,
) -> None:
    synced.served["todoist"].close()
    said = synced.syncd("sync", "--json")
    assert said.status == 1
    assert said.json["tools"]["todoist"]["state"] == "backing off"
    assert said.json["tools"]["notion"]["state"] == "ok"
    status = synced.syncd("status")
    assert status.status == 0  # it mends itself
    assert "backing off until" in status.out


@pytest.mark.parametrize("words", [["sync"], ["run"], ["status"], ["history"]], ids=" ".join)
def test_a_state_folder_that_can_not_be_made_is_told(bare: Desk, words: list[str]) -> None:
    (bare.place / "state").write_text("in the way")
    said = bare.syncd(*words)
    assert said.status == 2
    assert str(bare.state) in complaint(said)


def test_what_is_told_of_a_wrong_tool_names_the_right_ones(desk: Desk) -> None:
    said = desk.syncd("sync", "--only", "todo ist")
    assert said.status == 2
    assert "todoist" in complaint(said)


def test_without_a_command_the_help_is_shown(bare: Desk) -> None:
    said = bare.syncd()
    assert said.status == 0
    assert "Commands:" in said.out
    assert "import" in bare.syncd("plan").out


def test_options_that_all_commands_share_may_stand_behind_the_command(
    bare: Desk, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[daemon]\npoll_seconds = 1\n")
    assert "other.toml" in complaint(bare.syncd("status", "--config", str(other)))
    assert "other.toml" in complaint(bare.syncd("status", f"--config={other}"))
    assert bare.syncd("plan", "show", "--no-color").status == 0
