"""Forks a real syncd for each run, with one lane after another and chances from a seed.

The orders are those of ``forker.py`` beside the journeys, and besides: ``clock`` (the file of
a ``SharedClock``), ``seed`` and ``plant`` (a break to plant in this run, see ``plants.py``).
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import forker

from syncd.bootstrap import App
from syncd.cli import ending
from syncd.cli.app import start
from syncd.cli.session import Session
from tests.chaos import plants
from tests.chaos.clock import SharedClock
from tests.engine.world import OneAfterAnother


class SeededSession(Session):
    """A session whose ids, keys and pauses follow from a seed."""

    def __init__(self, clock: SharedClock, seed: int) -> None:
        super().__init__(clock=clock)
        self._seed = seed

    @contextmanager
    def app(self, *, log: bool = True) -> Iterator[App]:
        with super().app(log=log) as app:
            app.rng = random.Random(self._seed)  # noqa: S311 - a story, no secret
            app.lanes = OneAfterAnother
            yield app


def become(order: dict[str, Any]) -> int:
    """Do what ``syncd.cli.app.main`` does, in the story's time."""
    forker.prepare(order)
    if order.get("plant"):
        plants.PLANTS[order["plant"]].plant()
    session = SeededSession(SharedClock(Path(order["clock"]), step=11), order["seed"])
    sys.excepthook = ending.Unexpected(session)
    ending.forgive_characters()
    return start(sys.argv[1:], session)


if __name__ == "__main__":
    forker.main(become)
