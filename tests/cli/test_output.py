"""What is written to a terminal is harmless, and fits."""

import io
import os
import pty
from typing import cast

import pytest
from rich.console import Console

from syncd.cli.errors import UnexpectedErrorHook
from syncd.cli.sync import Estimate, Progress
from syncd.model.ids import ToolName
from syncd.settings.messages import document
from syncd.store.tool_store import ToolStore
from syncd.text import json_text, one_line, printable
from tests.cli.desks import Desk

HOSTILE = "\u05e9\u05dc\u05d5\u05dd\x1b]0;\x07[red]bold[/red]\u202egnp\n:smile: \x9b31m"


@pytest.fixture
def hostile(bare: Desk) -> Desk:
    bare.import_plan(
        json_text({"goals": [{"title": HOSTILE, "why": HOSTILE, "status": "active"}]})
    )
    return bare


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "show"],
        ["plan", "show", "--json"],
        ["plan", "check"],
        ["history"],
        ["history", "--json"],
        ["why", HOSTILE],
        ["undo", "1"],
        ["restore", HOSTILE],
        ["why", f"{HOSTILE} nobody"],
    ],
    ids=lambda words: " ".join(words)[:14],
)
def test_a_hostile_title_steers_no_terminal(hostile: Desk, words: list[str]) -> None:
    said = hostile.syncd(*words)
    shown = said.out + said.err
    assert not set(shown) & set("\x1b\x07\x9b\u202e")
    assert "red" in shown
    assert "\u05e9\u05dc\u05d5\u05dd" in shown
    if "--json" not in words:
        assert "[red]bold[/red]" in shown
        assert ":smile:" in shown


def test_json_gives_back_exactly_what_is_kept(hostile: Desk) -> None:
    assert hostile.syncd("plan", "show", "--json").json["goals"][0]["title"] == HOSTILE


@pytest.mark.parametrize("words", [["plan", "show"], ["history"], ["status"], ["conflicts"]])
def test_everything_fits_in_eighty_columns(
    synced: Desk, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    synced.import_plan("tasks:\n- {title: " + "long words " * 30 + "}\n")
    said = synced.syncd("--no-color", *words, terminal=True)
    assert max(map(len, said.out.splitlines()), default=0) <= 80


def test_without_a_terminal_there_are_no_escape_codes(synced: Desk) -> None:
    for words in (["status"], ["history"], ["plan", "show"], ["sync"]):
        assert "\x1b" not in synced.syncd(*words).out


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\tb\nc", "a b c"),
        ("a\x00\x1b[31mb", "a [31mb"),
        ("  ", ""),
        ("\ud800x", "x"),
        ("e\u0301té", "e\u0301té"),
    ],
)
def test_a_text_on_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_long_text_is_cut_with_a_sign() -> None:
    assert one_line("abcdefgh", 5) == "abcd…"


def test_a_document_keeps_its_lines() -> None:
    assert printable("a\r\n\tb\x1b") == "a\n\tb\N{REPLACEMENT CHARACTER}"


def test_settings_are_written_as_toml() -> None:
    import tomllib

    table = {"a": 'q"\\\x7f\n', "t": {"n": 1, "f": 0.5, "l": ["x", True], "in": {"z": "ü"}}}
    assert tomllib.loads(document(table)) == table


def test_what_nobody_expected_is_one_sentence_and_a_log_without_secrets(
    bare: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    session = bare.session()
    session.state_dir = bare.place / "new" / "state"
    session.redactor.hide({"sesame-street"})
    error = RuntimeError("the token sesame-street is odd")
    UnexpectedErrorHook(session)(RuntimeError, error, error.__traceback__)
    said = capsys.readouterr().err
    log = session.state_dir / "syncd.log"
    assert len(said.splitlines()) == 1
    assert str(log) in said
    assert "RuntimeError: the token [hidden] is odd" in log.read_text("utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_what_nobody_expected_is_told_even_where_no_log_can_be_kept(
    bare: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    session = bare.session()
    session.state_dir = bare.config / "state"
    UnexpectedErrorHook(session)(KeyError, KeyError("x"), None)
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "can't be kept" in said


class Queue:
    """How many entities wait for a tool, as the progress bar asks."""

    left = 0

    def waiting(self, _tool: ToolName) -> int:
        return self.left


@pytest.mark.parametrize(
    ("on", "most", "shown"), [(True, 50, True), (True, 5, False), (False, 50, False)]
)
def test_a_bar_is_shown_for_a_long_sync_that_somebody_watches(
    on: bool, most: int, shown: bool
) -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=60)
    queue = Queue()
    titles = {ToolName("notion"): "Notion"}
    silent = Estimate(titles, lambda _: None, lambda _: 0.0, print)
    with Progress(console, cast("ToolStore", queue), titles, silent, on=on) as progress:
        for queue.left in (most, most // 2, 0):
            progress.look()
    written = file.getvalue()
    assert ("Notion" in written) is shown


def test_a_terminal_gets_colours_unless_it_says_not(bare: Desk) -> None:
    assert "\x1b[" in _in_a_terminal(bare)
    bare.environ["NO_COLOR"] = "1"
    assert "\x1b[" not in _in_a_terminal(bare)
    bare.environ.clear()
    assert "\x1b[" not in _in_a_terminal(bare, "--no-color")


def _in_a_terminal(desk: Desk, *options: str) -> str:
    """Return what the table of connectors looks like on a terminal."""
    import sys

    from syncd.cli.app import start

    ours, theirs = pty.openpty()
    before = sys.stdout
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        sys.stdout = terminal
        try:
            start(["--config", str(desk.config), "connectors", *options], desk.session())
            terminal.flush()
            return os.read(ours, 100_000).decode()
        finally:
            sys.stdout = before
            os.close(ours)
