"""Plays seeds: ``python -m tests.chaos 1..50``; prints each story that went wrong.

``python -m tests.chaos --serve`` reads lines instead (a seed, and perhaps a break to plant),
plays each in a process that is forked for it, and prints one JSON object a line.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import certifi

ROOT = Path(__file__).parents[2]
for source in (ROOT / "connectors", ROOT):
    sys.path.insert(0, str(source))

from tests.chaos.child import ForkedForker  # noqa: E402 - found by the path above
from tests.chaos.plants import PLANTS  # noqa: E402 - found by the path above
from tests.chaos.story import Story  # noqa: E402 - found by the path above
from tests.journeys import forker  # noqa: E402 - found by the path above


def main() -> int:
    """Play the seeds of the command line; return 1 if one went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("seeds", type=seeds, nargs="?", help="such as 7, 1..50 or 1..3,9")
    which.add_argument("--serve", action="store_true", help="play what the lines of stdin say")
    parser.add_argument("--plant", default="", choices=["", *PLANTS], help="a break to plant")
    parser.add_argument("--story", action="store_true", help="tell stories that go well too")
    parser.add_argument("--first", action="store_true", help="end at the first finding")
    parser.add_argument("--json", action="store_true", help="one JSON object a seed")
    wanted = parser.parse_args()
    forker.get_ready()
    if wanted.serve:
        return serve()
    return play(wanted)


def play(wanted: Any) -> int:
    """Play seeds, one after another."""
    families: Counter[str] = Counter()
    if wanted.plant:
        PLANTS[wanted.plant].plant()
    forks = ForkedForker()
    for seed in wanted.seeds:
        with tempfile.TemporaryDirectory(prefix="syncd-chaos-") as place:
            story = Story(seed, Path(place), forks)
            found = story.play()
        families.update({it.family for it in found})
        if wanted.json:
            told = [[it.family, it.text] for it in found]
            say(json.dumps({"seed": seed, "findings": told, "lines": story.lines}))
        else:
            report(seed, story, told=wanted.story)
        if wanted.first and found:
            break
    forks.close()
    if not wanted.json:
        say(f"seeds with findings, by family: {dict(families) or 'none'}")
    return 1 if families else 0


def serve() -> int:
    """Play what stdin asks for; no story knows of another, nor a plant of another."""
    for line in sys.stdin:
        seed, _, plant = line.strip().partition(" ")
        child = os.fork()
        if child == 0:
            wanted = {"seeds": [int(seed)], "plant": plant, "json": True, "first": False}
            forker.leave(play(argparse.Namespace(**wanted)))
        os.waitpid(child, 0)
    return 0


def seeds(text: str) -> list[int]:
    """Return the seeds that a text names."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("..")
        found += range(int(first), int(last or first) + 1)
    return found


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def report(seed: int, story: Story, *, told: bool) -> None:
    """Print how a seed went."""
    if story.findings or told:
        say(f"--- seed {seed}")
        say("\n".join(story.lines))
    say(f"seed {seed}: {'; '.join(sorted({it.family for it in story.findings})) or 'well'}")


def start() -> int:
    """Start over with hashes that are alike each time, and trusting one authority alone."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.chaos", *sys.argv[1:]])  # noqa: S606 - the same program
    with tempfile.TemporaryDirectory(prefix="syncd-chaos-") as place:
        os.environ.setdefault("SSL_CERT_FILE", one_authority(Path(place)))
        return main()


def one_authority(place: Path) -> str:
    """Write a file with one authority: clients load all of them slowly, and need none."""
    end = "-----END CERTIFICATE-----\n"
    file = place / "one.pem"
    file.write_text(Path(certifi.where()).read_text("utf-8").split(end)[0] + end, "utf-8")
    return str(file)


if __name__ == "__main__":
    sys.exit(start())
