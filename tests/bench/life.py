"""Simulated lives: how calm the calendar stays and what gets done, beside a greedy planner.

The same persons live with syncd's planner, and with one that places earliest due first.
Each life follows from its seed alone. LIFE_PROCESSES: how many are lived at a time (2).
"""

import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from syncd.schedule.search.anneal import EarliestDueFirst
from tests.schedule.life.bars import bars, beside
from tests.schedule.life.life import Figures, Life

WEEKS = 8
SEEDS = (1, 2, 3, 4)


def with_syncd(seed: int) -> Figures:
    """Return what is counted in a life with syncd's planner."""
    return Life(seed, WEEKS).live()


def with_greedy(seed: int) -> Figures:
    """Return what is counted in a life with the greedy one."""
    return Life(seed, WEEKS, EarliestDueFirst()).live()


def run(seeds: Sequence[int], processes: int) -> dict[str, Any]:
    """Return the figures of these lives, and which bars they hold together."""
    with ProcessPoolExecutor(processes) as pool:
        lives, others = pool.map(with_syncd, seeds), pool.map(with_greedy, seeds)
        syncd, greedy = list(lives), list(others)
    return {
        "weeks": WEEKS,
        "syncd": {"all": _summary(syncd), "by_seed": _by_seed(seeds, syncd)},
        "earliest_due_first": {"all": _summary(greedy), "by_seed": _by_seed(seeds, greedy)},
        "bars": bars(syncd) | beside(syncd, greedy),
    }


def _by_seed(seeds: Sequence[int], lives: Sequence[Figures]) -> dict[str, Any]:
    return {str(seed): one.as_json() for seed, one in zip(seeds, lives, strict=True)}


def _summary(lives: Sequence[Figures]) -> dict[str, int]:
    return {
        "due": sum(one.due for one in lives),
        "late": sum(len(one.late) for one in lives),
        "excused": sum(len(one.excused) for one in lives),
        "needless_moves": sum(len(one.needless) for one in lives),
        "blocks": sum(one.placed for one in lives),
        "writes": sum(one.placing.total() for one in lives),
        "broken": sum(len(one.broken) for one in lives),
    }


if __name__ == "__main__":
    result = run(SEEDS, int(os.environ.get("LIFE_PROCESSES", "2")))
    sys.stdout.write(json.dumps(result) + "\n")
