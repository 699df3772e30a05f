"""Plays seeds: ``python -m tests.chaos 1..50``; prints each story that went wrong."""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import certifi

for folder in (Path(__file__).parents[2], Path(__file__).parents[1] / "journeys"):
    sys.path.insert(0, str(folder))

from homes import Forker  # noqa: E402 - found by the path above

from tests.chaos.home import CHILD  # noqa: E402 - found by the path above
from tests.chaos.plants import PLANTS  # noqa: E402 - found by the path above
from tests.chaos.story import Story  # noqa: E402 - found by the path above


def main() -> int:
    """Play the seeds of the command line; return 1 if one went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("seeds", type=seeds, help="such as 7, 1..50 or 1..3,9")
    parser.add_argument("--plant", default="", choices=["", *PLANTS], help="a break to plant")
    parser.add_argument("--story", action="store_true", help="tell stories that go well too")
    parser.add_argument("--first", action="store_true", help="end at the first finding")
    parser.add_argument("--json", action="store_true", help="one JSON object a seed")
    wanted = parser.parse_args()
    families: Counter[str] = Counter()
    forker = Forker(program=CHILD)
    for seed in wanted.seeds:
        with tempfile.TemporaryDirectory(prefix="syncd-chaos-") as place:
            story = Story(seed, Path(place), forker, plant=wanted.plant)
            found = story.play()
        families.update({it.family for it in found})
        if wanted.json:
            told = [[it.family, it.text] for it in found]
            say(json.dumps({"seed": seed, "findings": told, "lines": story.lines}))
        else:
            report(seed, story, told=wanted.story)
        if wanted.first and found:
            break
    forker.close()
    if not wanted.json:
        say(f"seeds with findings, by family: {dict(families) or 'none'}")
    return 1 if families else 0


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
