"""A command loads what it needs: help no command, and a command that reads no client."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from syncd.cli.app import COMMANDS, PLAN_COMMANDS, CommandEntry, loaded
from tests.cli.desks import Desk

ROOT = Path(__file__).parents[2]
PROGRAM = """
import gc, runpy, sys
sys.argv = ["syncd", *sys.argv[1:]]
try:
    runpy.run_module("syncd", run_name="__main__")
except SystemExit as ended:
    if ended.code:
        raise
finally:
    print("COLLECTS", gc.isenabled())
    print("MODULES", *sys.modules)
"""
READING = ["status", "plan show", "history", "why", "schedule", "conflicts"]
ARGUMENTS = {"why": ["why", "Lead a team"]}
FORBIDDEN = {
    "the planner": ["syncd.schedule.planner", "syncd.schedule.search"],
    "a client library": [
        "googleapiclient",
        "google.auth",
        "notion_client",
        "todoist_api_python",
        "requests",
        "httpx",
    ],
    "what sends mails": ["smtplib", "syncd.mail.smtp", "email.headerregistry"],
    "what reads YAML": ["yaml"],
    "templates": ["jinja2", "css_inline"],
    "the console logger": ["structlog", "rich.traceback"],
    "the daemon": ["schedule", "syncd.daemon.loop"],
}


def _modules(words: list[str], environ: dict[str, str] | None = None) -> set[str]:
    """Return the modules that a process has loaded when this command has ended."""
    return set(_end(words, environ).rpartition("MODULES ")[2].split())


def _end(words: list[str], environ: dict[str, str] | None = None) -> str:
    """Return what a process tells when this command has ended."""
    command = [sys.executable, "-c", PROGRAM, *words]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "connectors")])
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHONPATH": paths, "PATH": os.defpath, **(environ or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"], []], ids=" ".join)
def test_help_imports_no_command(words: list[str]) -> None:
    entries = [*COMMANDS.values(), *PLAN_COMMANDS.values()]
    commands = {f"syncd.cli.{entry.function.partition(':')[0]}" for entry in entries}
    assert _modules(words) & commands == set()


@pytest.mark.parametrize(
    ("name", "entry"), [*COMMANDS.items(), *PLAN_COMMANDS.items()], ids=lambda it: str(it)[:12]
)
def test_the_table_has_the_help_of_each_command(name: str, entry: CommandEntry) -> None:
    assert loaded(name, entry).get_short_help_str(200) == entry.help


def test_every_command_of_a_module_is_in_the_table() -> None:
    entries = [*COMMANDS.values(), *PLAN_COMMANDS.values()]
    named = {entry.function for entry in entries}
    modules = {entry.function.partition(":")[0] for entry in entries}
    for module in modules:
        for name, thing in vars(importlib.import_module(f"syncd.cli.{module}")).items():
            takes = getattr(thing, "__annotations__", {})
            if takes.get("ctx") is typer.Context:
                assert f"{module}:{name}" in named


@pytest.mark.parametrize("words", READING)
def test_a_command_that_only_reads_loads_only_what_it_needs(synced: Desk, words: str) -> None:
    home = {"HOME": str(synced.place), "TZ": "Europe/Berlin"}
    loaded_modules = _modules(
        ["--config", str(synced.config), *(ARGUMENTS.get(words) or words.split())], home
    )
    assert "syncd.store.store" in loaded_modules
    found = {what: sorted(loaded_modules & set(names)) for what, names in FORBIDDEN.items()}
    assert {what: names for what, names in found.items() if names} == {}


def test_garbage_is_collected_once_a_command_is_loaded(bare: Desk) -> None:
    home = {"HOME": str(bare.place), "TZ": "Europe/Berlin"}
    assert "COLLECTS True" in _end(["--config", str(bare.config), "history"], home)


WITHOUT_TEST_TOOLS = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pytest", "_pytest", "hypothesis", "vcr"):
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
import syncd.cli.sandbox, syncd.demo.run
from syncd.connect.registry import sandboxes

makers = sandboxes()
print(*[makers.require(name).__name__ for name in makers.names()])
"""


def test_the_demonstration_and_the_sandboxes_need_no_test_library() -> None:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "connectors")])
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TEST_TOOLS],
        cwd=ROOT,
        env={"PYTHONPATH": paths, "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert len(done.stdout.split()) == 3
