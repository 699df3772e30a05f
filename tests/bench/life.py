"""Twelve weeks of simulated lives: how calm the calendar stays, and what gets done."""

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.schedule.life.bars import bars
from tests.schedule.life.life import Figures, Life

WEEKS = 12


def lived(seed: int) -> Figures:
    """Return what is counted in the life of a seed."""
    return Life(seed, WEEKS).live()


def run(seeds: int) -> dict[str, Any]:
    """Return the figures of so many lives by seed, and which bars they hold together."""
    numbers = range(1, seeds + 1)
    with ProcessPoolExecutor(2) as pool:
        lives = list(pool.map(lived, numbers))
    told = {str(seed): one.as_json() for seed, one in zip(numbers, lives, strict=True)}
    return {"lives": told, "bars": bars(lives)}


if __name__ == "__main__":
    result = run(int(os.environ.get("LIFE_SEEDS", "10")))
    sys.stdout.write(json.dumps(result) + "\n")
