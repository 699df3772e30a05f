"""The command answers at once: help loads nothing that help does not need."""

import importlib.util
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HELP = """
import runpy, sys
sys.argv = ["syncd", "--help"]
try:
    runpy.run_module("syncd", run_name="__main__")
except SystemExit:
    pass
"""
HEAVY = (
    "alembic sqlalchemy googleapiclient google.auth httpx jinja2 notion_client pydantic"
    " starlette structlog todoist_api_python uvicorn vcr yaml"
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("syncd.__main__") is None, reason="the command is not there yet"
)


def _run(program: str) -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def _seconds(program: str) -> float:
    """Return the processor time of a program, the least of five runs."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _run(program)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(5))


def test_help_loads_nothing_heavy() -> None:
    loaded = _run(f"{HELP}\nprint(*sys.modules)").splitlines()[-1].split()
    assert [module for module in HEAVY.split() if module in loaded] == []


def test_help_costs_little_more_than_the_library_that_prints_it() -> None:
    assert _seconds(HELP) < 2 * _seconds("import typer")
