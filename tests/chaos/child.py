"""A syncd with one lane after another and chances from a seed; what forks one.

The orders are those of ``forker.py`` beside the journeys, and besides: ``clock`` (the file of
a ``SharedClock``) and ``seed``.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from syncd.app import App
from syncd.cli import errors
from syncd.cli.app import start
from syncd.cli.session import Session
from tests.chaos.clock import SharedClock
from tests.engine.world import OneAfterAnother
from tests.journeys import forker
from tests.journeys.homes import Forker


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


def session_of(order: dict[str, Any]) -> SeededSession:
    """Return the session that an order asks for, in the story's time."""
    return SeededSession(SharedClock(Path(order["clock"]), step=11), order["seed"])


def become(order: dict[str, Any]) -> int:
    """Do what ``syncd.cli.app.main`` does, in a process that was forked for it."""
    forker.prepare(order)
    session = session_of(order)
    sys.excepthook = errors.UnexpectedErrorHook(session)
    errors.forgive_characters()
    return start(sys.argv[1:], session)


class Twin:
    """What ``Popen`` gives, of a process that was forked from this one to serve orders."""

    def __init__(self) -> None:
        orders, self.stdin = _pipe()
        self.stdout, answers = _pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self.stdin.close()
            self.stdout.close()
            os.dup2(orders.fileno(), 0)
            os.dup2(answers.fileno(), 1)
            forker.serve(become)
            os._exit(0)
        orders.close()
        answers.close()

    def wait(self, timeout: float) -> None:
        os.waitpid(self.pid, 0)


def _pipe() -> tuple[Any, Any]:
    first, last = os.pipe()
    return os.fdopen(first, "r"), os.fdopen(last, "w")


class ForkedForker(Forker):
    """A forker that has imported what this process has; made before there are threads."""

    def __post_init__(self) -> None:
        self.process = cast("subprocess.Popen[str]", Twin())
