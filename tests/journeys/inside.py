"""A command run in this process, as one of its own would run it: where nobody kills it.

Also what every run makes alike, so that it is made once a process.
"""

import functools
import io
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import structlog
import typer

from syncd.cli import ending
from syncd.cli.app import app, start
from syncd.cli.session import Session
from syncd.connect import registry
from tests.planning import searching_less


@dataclass
class Done:
    """A command that ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(session: Session, words: Sequence[str]) -> Done:
    """Do what ``syncd.cli.app.main`` does."""
    out, err = io.StringIO(), io.StringIO()
    with (
        remembered(),
        searching_less(),
        _logging_as_before(),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            status = start(words, session)
        except Exception as error:  # noqa: BLE001 - as the interpreter does with any of them
            ending.Unexpected(session)(type(error), error, error.__traceback__)
            status = 1
    return Done(status, out.getvalue(), err.getvalue())


@contextmanager
def remembered() -> Iterator[None]:
    """Have commands and entry points made once, not for every run."""
    before = typer.main.get_command, registry.entry_points
    typer.main.get_command, registry.entry_points = _made_once()
    try:
        yield
    finally:
        typer.main.get_command, registry.entry_points = before


@functools.cache
def _made_once() -> tuple[Callable[..., Any], ...]:
    whole = typer.main.get_command(app)
    points = functools.cache(registry.entry_points)
    points(group=registry.CONNECTORS)
    return lambda _: whole, points


@contextmanager
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
