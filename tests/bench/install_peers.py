"""``make bench-peers``: what `make bench` compares with; nothing of it touches .venv.

unison by apt-get, where this is root and there is one; vdirsyncer by pip into build/peers.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parents[2] / "build" / "peers"


def main() -> int:
    """Install both; exit with 1 if one could not be."""
    return max(_unison(), _vdirsyncer())


def _unison() -> int:
    if shutil.which("unison"):
        return _say("unison is there already.")
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        _say("unison is not installed: install your system's package `unison`.")
        return 1
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--no-install-recommends", "unison"]
    if subprocess.run(command, env=environ, stdout=sys.stderr, check=False).returncode:
        _say("unison could not be installed: run `apt-get update`, then this again.")
        return 1
    return _say("unison is installed.")


def _vdirsyncer() -> int:
    program = PEERS / "bin" / "vdirsyncer"
    if program.exists():
        return _say("vdirsyncer is there already.")
    subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
    command: list[str | Path] = [
        PEERS / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "vdirsyncer",
    ]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        _say("vdirsyncer could not be installed by pip: is there a network?")
        return 1
    return _say("vdirsyncer is installed in build/peers.")


def _say(line: str) -> int:
    sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
