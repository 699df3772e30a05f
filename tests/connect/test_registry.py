"""Strangers' connectors, installed as distributions of their own, good and bad."""

import json
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from syncd.connect.registry import CONNECTORS, connectors, sandboxes
from syncd.errors import Mistake, NotLoaded

GOOD = """
print("imported")
from pydantic import BaseModel
from syncd.connect.contract import Plugin
class Own(BaseModel):
    token: str
PLUGIN = Plugin(name="good", title="The Good One", settings=Own, build=lambda own, box: None)
"""
DISTRIBUTIONS = {
    "good": ("good = good:PLUGIN", GOOD),
    "missing": ("missing = missing:PLUGIN", "import a_library_that_is_not_here"),
    "raises": ("raises = raises:PLUGIN", "raise RuntimeError('no licence')"),
    "garbled": ("garbled = garbled:PLUGIN", "def ("),
    "empty": ("empty = empty:PLUGIN", ""),
    "other": ("other = other:PLUGIN", "PLUGIN = 7"),
    "renamed": ("renamed = renamed:PLUGIN", GOOD),
    "twin_one": ("twin = twin_one:PLUGIN", GOOD),
    "twin_two": ("twin = twin_two:PLUGIN", GOOD),
}
LIST = """
import json
from syncd.connect.registry import connectors
found = connectors()
names = found.names()
print("listed")
print(json.dumps({it.name: [it.title, it.state, it.why] for it in found.all()}))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Install them all in a folder, and print what a fresh process finds there."""
    site = tmp_path_factory.mktemp("site")
    for name, (point, source) in DISTRIBUTIONS.items():
        (site / f"{name}.py").write_text(source)
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{CONNECTORS}]\n{point}\n")
    root = Path(__file__).parents[2]
    path = f"{site}:{root}:{root / 'connectors'}"
    command = [sys.executable, "-c", LIST]
    done = subprocess.run(command, env={"PYTHONPATH": path}, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


@pytest.fixture(scope="module")
def found(printed: list[str]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = json.loads(printed[-1])
    return result


def test_nothing_is_imported_until_it_is_asked_for(printed: list[str]) -> None:
    assert printed.index("listed") < printed.index("imported")


def test_a_strangers_connector_is_found(found: dict[str, list[str]]) -> None:
    assert found["good"] == ["The Good One", "ok", ""]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing", "No module named 'a_library_that_is_not_here'"),
        ("raises", "raises does not load (RuntimeError: no licence); reinstall it"),
        ("garbled", "SyntaxError"),
        ("empty", "has no attribute 'PLUGIN'"),
        ("other", "the entry point names int, not a Plugin"),
        ("renamed", "it calls itself good"),
        ("twin", "twin_one and twin_two both give it; uninstall one of them"),
    ],
)
def test_a_broken_connector_is_a_record_with_a_reason(
    found: dict[str, list[str]], name: str, why: str
) -> None:
    title, state, said = found[name]
    assert (title, state) == (name, "broken")
    assert why in said


def _points(*names: str) -> list[EntryPoint]:
    return [EntryPoint(name=it, value="json:dumps", group=CONNECTORS) for it in names]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("notoin", "`notoin` can't be used: no connector of that name is installed; did you"),
        ("jira", "is installed (installed: notion, todoist); correct the name, or install it."),
        ("notion", "`notion` can't be used: json:dumps does not load (TypeError: the entry"),
    ],
)
def test_a_connector_that_cannot_be_used_is_a_mistake_with_a_way_out(
    name: str, said: str
) -> None:
    with pytest.raises(Mistake) as caught:
        connectors(_points("todoist", "notion")).require(name)
    assert said in str(caught.value)


def test_what_is_installed_and_does_not_load_is_told_from_what_is_not_installed() -> None:
    registry = connectors(_points("notion"))
    with pytest.raises(NotLoaded):
        registry.require("notion")
    with pytest.raises(Mistake) as caught:
        registry.require("slack")
    assert not isinstance(caught.value, NotLoaded)


def test_what_did_not_load_is_loaded_again_when_that_is_asked_for() -> None:
    registry = connectors(_points("notion"))
    broken = registry.get("notion")
    assert registry.get("notion") is broken
    registry.retry("notion")
    assert registry.get("notion") is not broken
    registry.retry("slack")


def test_a_connector_is_loaded_once() -> None:
    registry = connectors(_points("one"))
    assert registry.get("one") is registry.get("one")


def test_a_sandbox_is_whatever_can_be_called() -> None:
    made: Any = sandboxes(_points("one")).require("one")
    assert made({"a": 1}) == '{"a": 1}'


def test_what_is_no_sandbox_is_broken() -> None:
    point = EntryPoint(name="one", value="json:__doc__", group="syncd.sandboxes")
    assert sandboxes([point]).get("one").state == "broken"
