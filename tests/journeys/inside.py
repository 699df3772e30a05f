"""A command run in this process, as one of its own would run it: where nobody kills it.

Also what every run makes alike, so that it is made once a process.
"""

import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import structlog

from syncd.cli import errors
from syncd.cli.app import start
from syncd.cli.session import Session
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
        searching_less(),
        _logging_as_before(),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            status = start(words, session)
        except Exception as error:  # noqa: BLE001 - as the interpreter does with any of them
            errors.UnexpectedErrorHook(session)(type(error), error, error.__traceback__)
            status = 1
    return Done(status, out.getvalue(), err.getvalue())


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
