"""Plays rounds: ``python -m tests.fuzz --minutes 5``; ``--seed 7`` plays that one again."""

import argparse
import os
import random
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
for source in (ROOT / "connectors", ROOT):
    sys.path.insert(0, str(source))

from tests.chaos.__main__ import one_authority, say  # noqa: E402 - found by the path above
from tests.fuzz.rounds import Round, findings, play  # noqa: E402 - found by the path above
from tests.hostile.scene import TOOLS, Watched  # noqa: E402 - found by the path above
from tests.journeys.beginnings import Beginnings  # noqa: E402 - found by the path above

KNOWN: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "known.toml").read_text("utf-8")
)["families"]
"""What is known to be found: by family, the rounds."""
LIMIT = 20.0
"""Seconds that a command may take: nothing is slow on purpose here."""


def main() -> int:
    """Play what the command line asks for; return 1 if something new was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long")
    parser.add_argument("--seed", type=int, help="only this seed, with its story")
    parser.add_argument("--begin", type=int, help="the first of the seeds, else by chance")
    parser.add_argument("--service", choices=TOOLS, help="only this one misbehaves")
    wanted = parser.parse_args()
    found: list[str] = []
    count = 0
    with tempfile.TemporaryDirectory(prefix="syncd-fuzz-") as place:
        os.environ["SSL_CERT_FILE"] = one_authority(Path(place))
        for told in rounds(wanted, Path(place)):
            count += 1
            found += list(report(told))
            if wanted.seed is not None:
                say("\n".join(told.lines))
    say(f"{count} rounds, {len(found)} findings")
    say("\n".join(found))
    return 1 if found else 0


def rounds(wanted: Any, place: Path) -> Iterator[Round]:
    """Play rounds, one service after another, as long as there is time."""
    tools = [wanted.service] if wanted.service else TOOLS
    end = time.monotonic() + wanted.minutes * 60
    first = next(
        (it for it in (wanted.seed, wanted.begin) if it is not None),
        random.SystemRandom().randrange(10**6),
    )
    watched = Watched()
    watched.limit = LIMIT
    begun = Beginnings(lambda: folder(place), watched)
    seed = first
    while seed == first or (wanted.seed is None and time.monotonic() < end):
        for tool in tools:
            with tempfile.TemporaryDirectory(dir=place) as its:
                yield play(tool, seed, Path(its), begun)
        seed += 1
    watched.close()


def folder(place: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=place))


def report(told: Round) -> Iterator[str]:
    """Print what a round found; yield what was not known."""
    name = f"{told.tool} {told.seed}"
    for family, line in findings(told):
        known = name in KNOWN.get(family, [])
        text = f"--service {told.tool} --seed {told.seed}: {family}: {line}"
        say(f"{text} (known)" if known else text)
        if not known:
            yield text


if __name__ == "__main__":
    sys.exit(main())
