"""What README, CONTRIBUTING and docs/ name in code marks is really there."""

import functools
import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.connect.registry import connectors
from syncd.settings.messages import described
from syncd.settings.plugins import COMMON, check_own_settings
from syncd.settings.schema import every_setting, load

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TABLES = ("plan", "connectors", "mail", "schedule", "review", "daemon")
FREE = ("databases", "properties")
"""Tables whose keys are the user's own."""

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")

needs_command = pytest.mark.skipif(
    importlib.util.find_spec("syncd.__main__") is None, reason="the command is not there yet"
)


def _fences(page: Path, *languages: str) -> Iterator[str]:
    for found in _FENCE.finditer(page.read_text(encoding="utf-8")):
        if not languages or found[2] in languages:
            yield found[3]


def _code(page: Path) -> Iterator[str]:
    """Yield every code span, and every line of a block that a person would type."""
    for block in _fences(page, "", "sh", "bash", "console", "shell"):
        yield from (line.strip().removeprefix("$ ") for line in block.splitlines())
    yield from _SPAN.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def _all(pattern: str) -> list[tuple[str, str]]:
    """Return (page, what matched) for the first group of a pattern, each once."""
    found = {
        (str(page.relative_to(ROOT)), match[1])
        for page in PAGES
        for code in _code(page)
        for match in re.finditer(pattern, code)
    }
    return sorted(found)


@functools.cache
def _settings() -> set[str]:
    names = {it.name for it in every_setting()}
    for it in connectors().all():
        names |= {f"connectors.{it.name}.{name}" for name in COMMON}
        if it.plugin:
            names |= {
                own.name for own in described(it.plugin.settings, f"connectors.{it.name}.")
            }
            secrets = it.plugin.secrets
            names |= {f"connectors.{it.name}.{one}_file" for one in secrets}
            names |= {f"connectors.{it.name}.{one}_command" for one in secrets}
    names |= {name.rpartition(".")[0] for name in names}
    return names | {f"connectors.{it.name}" for it in connectors().all()} | set(TABLES)


def _is_setting(name: str) -> bool:
    known = _settings()
    return name in known or any(
        f".{free}." in name and name.partition(f".{free}.")[0] + f".{free}" in known
        for free in FREE
    )


@pytest.mark.parametrize(
    ("page", "name"), _all(rf"^((?:{'|'.join(TABLES)})(?:\.[a-z_]+)+)$"), ids=str
)
def test_a_setting_that_is_named_exists(page: str, name: str) -> None:
    assert _is_setting(name.replace("connectors.x.", "connectors.NAME.")), page


@pytest.mark.parametrize(("page", "variable"), _all(r"\bSYNCD_([A-Z][A-Z_]*[A-Z])\b"), ids=str)
def test_a_variable_that_is_named_exists(page: str, variable: str) -> None:
    assert variable in {"CONFIG", "EXAMPLES", "RECORD"} or _is_setting(
        variable.lower().replace("__", ".")
    ), page


@pytest.mark.parametrize("page", PAGES, ids=lambda it: str(it.relative_to(ROOT)))
def test_settings_that_are_shown_can_be_used(page: Path, tmp_path: Path) -> None:
    for block in _fences(page, "toml"):
        if "[project" in block:
            continue  # a pyproject.toml, in the guide to connectors
        (tmp_path / "syncd.toml").write_text(block)
        settings = load(tmp_path / "syncd.toml", {"XDG_STATE_HOME": str(tmp_path)})
        for name in settings.connectors:
            plugin = connectors().get(name).plugin
            if plugin:
                check_own_settings(plugin, settings.given, later=())


@pytest.mark.parametrize(("page", "target"), _all(r"^make ([a-z-]+)"), ids=str)
def test_a_make_target_that_is_named_exists(page: str, target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE), page


@needs_command
@pytest.mark.parametrize(("page", "line"), _all(r"^(syncd [a-z-].*)$"), ids=str)
def test_a_command_that_is_named_exists(page: str, line: str) -> None:
    words = shlex.split(re.split(r"[|;#>…\\]", line)[0].replace("[", " ").replace("]", " "))[1:]
    named = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)]
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    said = _syncd(*named, "--help")
    assert said.returncode == 0, page
    help_text = _syncd("--help").stdout + said.stdout
    assert [it for it in options if it not in help_text] == [], page


@functools.cache
def _syncd(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "syncd", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
        env={"NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb", "HOME": "/nowhere"},
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda it: str(it.relative_to(ROOT)))
def test_a_file_that_is_linked_to_exists(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    assert [it for it in links if not (page.parent / it).exists()] == []


def test_the_entry_points_that_are_declared_are_the_ones_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(connectors().names()) >= set(project["entry-points"]["syncd.connectors"])
