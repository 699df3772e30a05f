"""The commands that a person and a machine run first."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
CI = ROOT / ".ci" / "run"
TARGETS = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)


def _run(
    *command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_can_be_made_without_a_home(target: str) -> None:
    assert _run("make", "-n", target, "TOOL=notion").returncode == 0


def test_help_lists_every_target() -> None:
    listed = _run("make", "help").stdout
    assert [it for it in TARGETS if not re.search(rf"^{it}\t\S", listed, re.MULTILINE)] == []


def test_an_old_python_is_told_in_a_sentence(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    done = _run("make", "setup", "PYTHON=false", cwd=tmp_path)
    assert done.returncode != 0
    assert "syncd needs Python 3.11 or newer" in done.stderr


def test_recording_without_a_tool_is_told_in_a_sentence() -> None:
    done = _run("make", "record", "STAMP=Makefile")
    assert done.returncode != 0
    assert "Say which tool: make record TOOL=notion" in done.stderr


def test_ci_runs_what_the_readme_tells_a_person_to_run() -> None:
    assert os.access(CI, os.X_OK)
    assert re.findall(r"^make (\w+)", CI.read_text(), re.MULTILINE) == [
        "check",
        "test",
        "coverage",
        "conformance",
        "fuzz",
    ]


@pytest.mark.parametrize("missing", ["make", "git", "node", "npm"])
def test_ci_names_what_is_missing(tmp_path: Path, missing: str) -> None:
    for name in {"bash", "dirname", "make", "git", "node", "npm"} - {missing}:
        (tmp_path / name).symlink_to(shutil.which(name) or "/bin/true")
    done = _run(str(tmp_path / "bash"), CI, env={"PATH": str(tmp_path)})
    assert done.returncode != 0
    assert f"{missing} is missing" in done.stderr


def test_ci_fails_when_the_tests_do(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(CI, folder / ".ci")
    (folder / "Makefile").write_text(
        "test:\n\t@echo '1 passed'; exit 1\ncheck coverage conformance fuzz:\n"
    )
    assert _run(folder / ".ci" / "run", cwd=folder, env=_with_node(tmp_path)).returncode != 0


def test_ci_ends_with_the_closing_line_of_the_tests(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(CI, folder / ".ci")
    tests = "test:\n\t@echo '812 passed in 95.12s'\n"
    (folder / "Makefile").write_text(
        f"{tests}check:\n\t@:\ncoverage conformance fuzz:\n\t@echo '9 passed'\n"
    )
    done = _run(folder / ".ci" / "run", cwd=folder, env=_with_node(tmp_path))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "812 passed in 95.12s"


def _with_node(folder: Path) -> dict[str, str]:
    """Return a path on which there is something called node, and npm."""
    stand_in = folder / "bin"
    stand_in.mkdir()
    for name in ("node", "npm"):
        (stand_in / name).symlink_to("/bin/true")
    return {"PATH": f"{stand_in}:{os.environ['PATH']}"}


def test_the_wheel_holds_syncd_and_its_connectors_and_nothing_else(tmp_path: Path) -> None:
    done = _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    packages = {it.rpartition("/")[2] for it in _packages()}
    assert {name.partition("/")[0] for name in names if "dist-info" not in name} == packages
    assert [name for name in names if "test_" in name] == []
    migrations = {
        str(path.relative_to(ROOT)) for path in (ROOT / "syncd" / "store").rglob("*.py")
    }
    assert migrations <= set(names)
    templates = (ROOT / "syncd" / "review" / "templates").iterdir()
    assert {str(path.relative_to(ROOT)) for path in templates} <= set(names)


def _packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: list[str] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return found


def test_the_command_that_is_installed_is_there() -> None:
    script = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]["syncd"]
    point = EntryPoint(name="syncd", value=script, group="console_scripts")
    assert callable(point.load())


def test_the_changelog_has_a_heading_for_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[:2] == ["Unreleased", version]


def test_hosted_ci_calls_the_one_command() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    steps = workflow["jobs"]["run"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]


def test_hooks_run_what_is_installed_and_fetch_nothing() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"]
    assert all(hook["entry"].startswith(".venv/bin/") for hook in hooks[0]["hooks"])
