"""Logs: for eyes at a terminal, JSON for a supervisor; no secrets, no personal text."""

import logging
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from syncd.clock import Clock

Event = MutableMapping[str, Any]
_FRAMES = 6
"""How many of the innermost places of a failure are told."""


def supervised(environ: Mapping[str, str], stream: TextIO, pid: int) -> bool:
    """Say whether a supervisor reads the log: systemd, or a container's engine."""
    if stream.isatty():
        return False
    return pid == 1 or "INVOCATION_ID" in environ or "JOURNAL_STREAM" in environ


def set_up(
    stream: TextIO, *, json: bool, colors: bool, clock: Clock, redact: Processor
) -> None:
    """Send syncd's logs, and the warnings of libraries, to ``stream``.

    ``redact`` sees every event last: ``syncd.redaction.Redactor``.
    """
    render: Processor = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if json
        else structlog.dev.ConsoleRenderer(colors=colors)
    )
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        _stamp(clock),
        _without_messages,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, render],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("syncd").setLevel(logging.INFO)


def whereabouts(error: BaseException) -> str:
    """Return what kind of error it is and where it arose, without its message.

    A message may quote what the person wrote; names of types and lines do not.
    """
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{Path(it.filename).name}:{it.lineno} {it.name}" for it in reversed(frames)]
    said = type(error).__name__
    return f"{said} at {' < '.join(places)}" if places else said


def _stamp(clock: Clock) -> Callable[[Any, str, Event], Event]:
    def stamp(_logger: Any, _method: str, event: Event) -> Event:
        event["timestamp"] = clock.now().isoformat(timespec="milliseconds")
        return event

    return stamp


def _without_messages(_logger: Any, _method: str, event: Event) -> Event:
    """Replace an exception that is logged by its whereabouts."""
    given = event.pop("exc_info", None)
    given = sys.exc_info() if given is True else given
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["trouble"] = whereabouts(error)
    return event
