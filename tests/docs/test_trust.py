"""docs/trust.md tells what the net looks for, and what it finds in the program as it is."""

import re
import tomllib
from pathlib import Path

from tests.chaos.plants import PLANTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/trust.md").read_text("utf-8")
KNOWN = tomllib.loads((ROOT / "tests/chaos/known.toml").read_text("utf-8"))["families"]


def rows(heading: str) -> dict[str, str]:
    """Return the first two columns of the table below a heading."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", part, re.MULTILINE)
    return {name.strip().strip("`"): text.strip() for name, text in found[2:]}


def test_every_break_that_is_planted_is_told() -> None:
    assert rows("The chaos run") == {name: it.what for name, it in PLANTS.items()}


def test_each_break_is_told_with_the_seed_that_finds_it() -> None:
    told = dict(re.findall(r"^\| `([\w-]+)` \| [^|]+ \| (\d+) \|$", PAGE, re.MULTILINE))
    assert told == {name: str(it.seed) for name, it in PLANTS.items()}


def test_what_is_known_and_not_mended_is_told_with_its_seeds() -> None:
    told = {name: [int(it) for it in text.split(", ")] for name, text in found().items()}
    assert told == KNOWN


def found() -> dict[str, str]:
    return rows("Found, and not mended yet")


def test_tests_that_are_named_are_there() -> None:
    for name in re.findall(r"`(tests/[\w/.]+)`", PAGE):
        assert (ROOT / name).exists(), name
