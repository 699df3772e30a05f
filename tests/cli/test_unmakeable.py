"""Strangers' connectors that do not load or can't be made: their own trouble alone."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.connect.registry import CONNECTORS
from syncd.model.entities import Kind
from tests.cli.desks import Desk, Said, complaint

MEMORY = """
from pydantic import BaseModel
from syncd.clock import SystemClock
from syncd.connect.contract import Plugin
from syncd.testing.in_memory_capabilities import LIKE_CALENDAR
from syncd.testing.in_memory_connector import InMemoryConnector
from syncd.testing.in_memory_service import InMemoryService
class Own(BaseModel):
    model_config = {"extra": "forbid"}
    token: str
def build(own, box):
    FAILS
    return InMemoryConnector(InMemoryService(LIKE_CALENDAR, SystemClock()), box)
PLUGIN = Plugin(name="NAME", title="The Odd One", settings=Own, build=build,
                secrets=frozenset({"token"}))
"""
GOOD = MEMORY.replace("FAILS", "pass")
LOADS = {
    "a library that is missing": "import a_library_that_is_not_here",
    "no licence": "raise RuntimeError('no licence')",
    "an error of its own": "class Odd(Exception): pass\nraise Odd('half \\ud83d')",
    "no Python": "def (",
    "the end of the process": "raise SystemExit(3)",
    "no Exception": "raise BaseException('from beneath')",
    "nothing": "",
}
BUILDS = {
    "a key that is missing": "{}['base']",
    "an error of its own": "raise RuntimeError('out of order')",
    "one that can't say what it is": "raise type('E', (Exception,), {'__str__': lambda s: 1/0})()",
    "the end of the process": "raise SystemExit(3)",
    "no Exception": "raise BaseException('from beneath')",
}


Install = Callable[[str], str]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a connector called by its own name; returns what writes its source."""
    site = tmp_path / "site"
    name = f"odd{abs(hash(tmp_path))}"
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{CONNECTORS}]\n{name} = {name}:PLUGIN\n")
    monkeypatch.syspath_prepend(str(site))

    def write(source: str) -> str:
        Path(site / f"{name}.py").write_text(source.replace("NAME", name))
        sys.modules.pop(name, None)
        return name

    yield write
    sys.modules.pop(name, None)


def assert_others_synced(desk: Desk, said: Said, name: str, *hints: str) -> str:
    assert said.status == 1, said.err
    assert "Traceback" not in said.err
    tools = said.json["tools"]
    one = tools.pop(name)
    assert one["state"] == "degraded"
    assert all(hint in one["message"] for hint in hints), one["message"]
    assert one["message"] in said.json["problems"]
    assert {it["state"] for it in tools.values()} == {"ok"}
    assert desk.person("notion").titles(Kind.GOAL) == ["Lead a team"]
    assert desk.person("todoist").titles(Kind.GOAL) == ["Lead a team"]
    return str(one["message"])


@pytest.mark.parametrize("source", LOADS.values(), ids=LOADS)
def test_a_plug_in_that_does_not_load_costs_its_tool_alone(
    desk: Desk, install: Install, source: str
) -> None:
    name = install(source)
    desk.settings(f'\n[connectors.{name}]\ntoken = "x"\nanything = 7\n')
    desk.import_plan()
    said = desk.syncd("sync", "--json")
    message = assert_others_synced(desk, said, name, f"`{name}` can't be used", "reinstall it")
    status = desk.syncd("status")
    assert status.status == 1
    assert message[:40] in status.out
    assert desk.syncd("connectors").status == 2
    assert desk.syncd("plan", "show").status == 0


@pytest.mark.parametrize("fails", BUILDS.values(), ids=BUILDS)
def test_a_connector_that_cannot_be_made_costs_its_tool_alone(
    desk: Desk, install: Install, fails: str
) -> None:
    name = install(MEMORY.replace("FAILS", fails))
    desk.settings(f'\n[connectors.{name}]\ntoken = "x"\n')
    desk.import_plan()
    said = desk.syncd("sync", "--json")
    hint = "The Odd One failed in a way syncd does not know"
    assert_others_synced(desk, said, name, hint)
    assert desk.syncd("status").status == 1


@pytest.mark.parametrize("way", ["token_command = 'false'", "token_file = '/nowhere'"])
def test_one_whose_secret_cannot_be_fetched_costs_its_tool_alone(
    desk: Desk, install: Install, way: str
) -> None:
    """Its settings ask for the secret, which is not there yet when they are checked."""
    name = install(GOOD)
    desk.settings(f"\n[connectors.{name}]\n{way}\n")
    desk.import_plan()
    assert_others_synced(desk, desk.syncd("sync", "--json"), name, "token_")
    desk.settings(f"\n[connectors.{name}]\ntoken_command = 'echo x'\n")
    assert desk.syncd("sync").status == 0


def test_one_that_was_mended_is_synced(desk: Desk, install: Install) -> None:
    name = install("raise RuntimeError('no licence')")
    desk.settings(f'\n[connectors.{name}]\ntoken = "x"\n')
    desk.import_plan()
    assert desk.syncd("sync").status == 1
    install(GOOD)
    report = desk.sync()
    assert report["tools"][name]["created"] == 1


WRONG = {
    "an unknown key": ("token = 'x'\ntokn = 'y'", "did you mean"),
    "a wrong type": ("token = 7", "token"),
    "a setting that is missing": ("", "token` is missing"),
    "two ways to one secret": ("token = 'x'\ntoken_command = 'echo y'", "remove all but one"),
    "a wrong key beside a command": ("token_command = 'false'\ntoke = 'x'", "toke"),
}


@pytest.mark.parametrize(("text", "hint"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("word", ["sync", "status", "run"])
def test_what_is_simply_wrong_in_its_settings_is_told_at_the_start(
    desk: Desk, install: Install, text: str, hint: str, word: str
) -> None:
    name = install(GOOD)
    desk.settings(f"\n[connectors.{name}]\n{text}\n")
    said = desk.syncd(word)
    assert said.status == 2
    assert hint in complaint(said)
    assert desk.served["notion"].log == []


def test_a_tool_that_nobody_installed_is_a_mistake(desk: Desk) -> None:
    desk.settings("\n[connectors.slack]\ntoken = 'x'\n")
    said = desk.syncd("sync")
    assert said.status == 2
    assert "slack" in complaint(said)
