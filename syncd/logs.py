"""Loggers by name. The library behind them is imported, and set up, with the first record.

Most commands log nothing, and structlog with its console takes longer to import than they
take to answer.
"""

import logging
from collections.abc import Callable
from typing import Any

SetUp = Callable[[], None]
_waiting: list[SetUp] = []


class Logger:
    """A structlog logger that is made when something is logged."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        """Return a method of the logger proper: ``info``, ``warning``, ``error`` ..."""
        set_up_now()
        import structlog  # not before something is logged

        return getattr(structlog.get_logger(self._name), method)


def get_logger(name: str) -> Any:
    """Return the logger of this name."""
    return Logger(name)


def set_up_later(set_up: SetUp) -> None:
    """Have logging set up before the first record, of syncd or of a library, is written."""
    _waiting[:] = [set_up]
    logging.basicConfig(handlers=[_FirstRecord()], level=logging.WARNING, force=True)


def set_up_now() -> None:
    """Set logging up if that still waits."""
    if _waiting:
        _waiting.pop()()


class _FirstRecord(logging.Handler):
    """Stands where the log will be: sets it up, and passes the record on."""

    def emit(self, record: logging.LogRecord) -> None:
        set_up_now()
        for handler in logging.getLogger().handlers:
            if handler is not self and record.levelno >= handler.level:
                handler.handle(record)
