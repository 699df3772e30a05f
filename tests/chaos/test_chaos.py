"""The net: a dozen stories, each told alike each time; and it finds what is planted."""

import functools
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
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


Play = Callable[..., dict[str, Any]]
"""Plays a seed, with a plant if one is named; returns its findings and its story."""


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """Each story is played in a process of its own, forked from one that is ready for it."""
    command = [sys.executable, "-m", "tests.chaos", "--serve"]
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, text=True
    ) as player:
        assert player.stdin is not None
        assert player.stdout is not None
        yield functools.partial(_play, player.stdin, player.stdout)
        player.stdin.close()


def _play(orders: Any, answers: Any, seed: int, plant: str = "") -> dict[str, Any]:
    orders.write(f"{seed} {plant}\n")
    orders.flush()
    return dict(json.loads(answers.readline()))


@pytest.fixture(scope="module")
def first_told() -> dict[int, Any]:
    """The stories of this run by their seeds, without a plant, as they were told first."""
    return {}


def expected(seed: int) -> set[str]:
    return {family for family, it in KNOWN["families"].items() if seed in it}


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_doubled_or_undone_whatever_goes_wrong(
    seed: int, play: Play, first_told: dict[int, Any]
) -> None:
    told = first_told[seed] = play(seed)
    found = {family for family, _ in told["findings"]}
    assert found == expected(seed), "\n".join(told["lines"])


def test_a_seed_tells_the_same_story_each_time(play: Play, first_told: dict[int, Any]) -> None:
    first = first_told.get(3) or play(3)
    assert play(3)["lines"] == first["lines"]


@pytest.mark.parametrize("plant", PLANTS)
def test_a_break_that_is_planted_is_found(plant: str, play: Play) -> None:
    seed = PLANTS[plant].seed
    told = play(seed, plant)
    found = {family for family, _ in told["findings"]}
    assert found - expected(seed), f"seed {seed} does not find it"
