"""What a command that only reads costs, against importing the libraries that it stands on."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.child import Part

ROOT = Path(__file__).parents[2]
LIBRARIES = "import sqlalchemy, typer; from pydantic import BaseModel"
READING = ("status", "plan show", "history", "schedule", "conflicts")
HELP = "--help"
MOST = 1.6
"""CPU of a reading command at most, as a multiple of that of the libraries alone."""
MOST_HELP = 0.6
RUNS = 5
PLAN = """
goals: [{title: Lead a team, status: active, due: 2027-06-30}]
tasks: [{title: Read the book, goal: Lead a team, estimate: 4h}]
"""


def start_up() -> Part:
    """Return the CPU of each command as a ratio, the median of runs that take turns."""
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as place:
        ratios = _ratios(Path(place))
    bars = {f"start-up of {words} <= {MOST}": ratios[words] <= MOST for words in READING}
    bars[f"start-up of {HELP} <= {MOST_HELP}"] = ratios[HELP] <= MOST_HELP
    figures = {words: round(ratio, 2) for words, ratio in ratios.items()}
    return Part(figures={"times_the_libraries": figures}, bars=bars)


def _ratios(place: Path) -> dict[str, float]:
    environ = _environ(place)
    (place / "plan.yaml").write_text(PLAN, encoding="utf-8")
    _run(_syncd("plan", "import", str(place / "plan.yaml")), environ)
    commands = {words: _syncd(*words.split()) for words in (*READING, HELP)}
    libraries = [sys.executable, "-c", LIBRARIES]
    for command in (libraries, *commands.values()):  # its byte code is written once
        _run(command, environ)
    taken: dict[str, list[float]] = {words: [] for words in commands}
    for _ in range(RUNS):
        alone = _seconds(libraries, environ)
        for words, command in commands.items():
            taken[words].append(_seconds(command, environ) / alone)
    return {words: statistics.median(ratios) for words, ratios in taken.items()}


def _environ(place: Path) -> dict[str, str]:
    """Return an environment with a state of its own, in which byte code is kept as ever."""
    (place / "syncd.toml").write_text(f'state_dir = "{place}/state"\n', encoding="utf-8")
    (place / "syncd.toml").chmod(0o600)
    return {
        "HOME": str(place),
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "connectors")]),
        "PYTHONPYCACHEPREFIX": str(place / "byte-code"),
        "SYNCD_CONFIG": str(place / "syncd.toml"),
        "TZ": "Europe/Berlin",
    }


def _syncd(*words: str) -> list[str]:
    return [sys.executable, "-m", "syncd", *words]


def _run(command: list[str], environ: dict[str, str]) -> None:
    subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, check=True)


def _seconds(command: list[str], environ: dict[str, str]) -> float:
    """Return the processor time that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(command, environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
