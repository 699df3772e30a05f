"""The net: a dozen stories, each told alike each time; and it finds what is planted."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.plants import PLANTS

ROOT = Path(__file__).parents[2]
SEEDS = sorted({*range(1, 13), *(it.seed for it in PLANTS.values())})
"""A dozen, and those that find what is planted: they find nothing without it."""
KNOWN: dict[str, dict[str, list[int]]] = tomllib.loads(
    (Path(__file__).parent / "known.toml").read_text("utf-8")
)
"""What the net is known to find in today's program: by family, the seeds."""


def play(seed: int, *words: str) -> dict[str, Any]:
    """Play a seed in a process of its own; return its findings and its story."""
    command = [sys.executable, "-m", "tests.chaos", str(seed), "--json", *words]
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=250
    )
    assert done.stdout, done.stderr
    return dict(json.loads(done.stdout))


def expected(seed: int) -> set[str]:
    return {family for family, it in KNOWN["families"].items() if seed in it}


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_doubled_or_undone_whatever_goes_wrong(seed: int) -> None:
    told = play(seed)
    found = {family for family, _ in told["findings"]}
    assert found == expected(seed), "\n".join(told["lines"])


def test_a_seed_tells_the_same_story_each_time() -> None:
    assert play(3)["lines"] == play(3)["lines"]


@pytest.mark.parametrize("plant", PLANTS)
def test_a_break_that_is_planted_is_found(plant: str) -> None:
    seed = PLANTS[plant].seed
    told = play(seed, "--plant", plant)
    found = {family for family, _ in told["findings"]}
    assert found - expected(seed), f"seed {seed} does not find it"
