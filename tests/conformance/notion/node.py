"""Running our scripts in Node, with the packages of ``package-lock.json``."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
without_node = pytest.mark.skipif(
    shutil.which("node") is None and "CI" not in os.environ, reason="node is not installed"
)


def install() -> None:
    """Install the packages once."""
    if not (HERE / "node_modules" / "@notionhq").is_dir():
        run(["npm", "ci", "--no-audit", "--no-fund"])


def run(command: list[str]) -> str:
    """Run a command here; what it says. Fails with what it says when it fails."""
    done = subprocess.run(  # our own scripts
        command, cwd=HERE, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout
