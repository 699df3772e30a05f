"""What every measurement needs: a process of its own, and what that process takes."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(kw_only=True)
class Part:
    """figures: what was measured. bars: by name, whether it holds. skipped: by name, why a
    bar could not be looked at."""

    figures: dict[str, Any]
    bars: dict[str, bool] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a whole process took: seconds of CPU with those of its children, and MB at most."""

    cpu_s: float
    peak_mb: float

    def as_json(self) -> dict[str, float]:
        return {"cpu_s": round(self.cpu_s, 3), "peak_mb": round(self.peak_mb, 1)}


def measured(module: str, *words: str) -> dict[str, Any]:
    """Run a module of this folder in a process of its own; return the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def cost_of(command: Sequence[str | Path], environ: dict[str, str]) -> Cost:
    """Run another program to its end; return what it took.

    A process that is started takes on the peak of the one that starts it, so this belongs
    into a small one.
    """
    with subprocess.Popen(
        command,
        env=os.environ | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}: {said[-2000:]}")
    return Cost(cpu_s=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / 1024)


def peak_mb() -> float:
    """Return the most memory that this program held so far, in MB."""
    return _status("VmHWM")


def resident_mb() -> float:
    """Return what this program holds in memory now, in MB."""
    return _status("VmRSS")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def forget_peak() -> None:
    """Let ``peak_mb`` tell the most memory from now on."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
