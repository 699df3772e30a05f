"""Logs: for people at a terminal, JSON for a supervisor; no secrets, no personal text."""

import contextlib
import io
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from structlog.typing import Processor

from syncd.clock import Clock
from syncd.errors import SyncdError
from syncd.private import make_folder, opened, tighten

Event = MutableMapping[str, Any]
Record = Callable[[str, Exception], None]
"""Records that a part with this name failed, and how."""

log = structlog.get_logger("syncd.daemon")
_FRAMES = 6
"""How many of the innermost places of a failure are logged."""
LOG_NAME = "syncd.log"
LARGEST_LOG = 1_000_000
"""Bytes after which the log is put aside, in place of the one put aside before."""


def supervised(environ: Mapping[str, str], stream: TextIO, pid: int) -> bool:
    """Say whether a supervisor reads the log: systemd, or a container's engine."""
    if stream.isatty():
        return False
    return pid == 1 or "INVOCATION_ID" in environ or "JOURNAL_STREAM" in environ


def set_up(  # noqa: PLR0913  # each is one choice
    stream: TextIO,
    *,
    json: bool,
    colors: bool,
    clock: Clock,
    redact: Processor,
    zone: tzinfo = UTC,
) -> None:
    """Send syncd's logs, and the warnings of libraries, to ``stream``.

    ``redact`` sees every event last: ``syncd.redaction.Redactor``. zone: in which times are
    shown, with its offset.
    """
    render: Processor = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if json
        else structlog.dev.ConsoleRenderer(colors=colors)
    )
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        _stamp(clock, zone),
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


def redacted_traceback(error: BaseException) -> str:
    """Return what kind of error it is and where it arose, without its message.

    A message may quote what the person wrote; names of types and lines do not.
    """
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    ]
    kind = type(error).__name__
    return f"{kind} at {' < '.join(places)}" if places else kind


class FailureLog:
    """Failures of one thing that is tried again: each kind is logged once, and the recovery.

    cannot: what is logged where a sentence tells the person what to do; broke: where nobody
    thought of it; works: once a whole attempt went well.
    """

    def __init__(self, *, cannot: str, broke: str, works: str) -> None:
        self._cannot, self._broke, self._works = cannot, broke, works
        self._logged: set[str] = set()
        self._failing: set[str] = set()

    @contextlib.contextmanager
    def attempt(self, *, all_parts: bool = True) -> Iterator[Record]:
        """Contain one attempt: no exception leaves it. Gives what records a part's failure.

        all_parts: each part is tried in this attempt; else those that failed fail until
        they are resolved.
        """
        self._failing = set() if all_parts else self._failing - {""}
        try:
            yield self.record
        except Exception as error:  # noqa: BLE001 - what is logged here must not end the daemon
            self.record("", error)
        if self._logged and not self._failing:
            self._logged.clear()
            log.info(self._works)

    def record(self, part: str, error: Exception) -> None:
        """Log a failure (of a part that has a name), unless its kind was logged."""
        self._failing.add(part)
        expected = isinstance(error, SyncdError)
        kind = str(error) if expected else redacted_traceback(error)
        if kind in self._logged:
            return
        self._logged.add(kind)
        which = {"which": part} if part else {}
        if expected:
            log.warning(self._cannot, hint=kind, **which)
        else:
            log.error(self._broke, trouble=kind, **which)

    def resolved(self, part: str) -> None:
        """A part that has a name no longer fails."""
        self._failing.discard(part)


def _stamp(clock: Clock, zone: tzinfo) -> Callable[[Any, str, Event], Event]:
    def stamp(_logger: Any, _method: str, event: Event) -> Event:
        """Note when it was; show this and every other instant in local time."""
        for name, value in event.items():
            if isinstance(value, datetime):
                event[name] = value.astimezone(zone).isoformat(timespec="seconds")
        event["timestamp"] = clock.now().astimezone(zone).isoformat(timespec="milliseconds")
        return event

    return stamp


_QUOTED = re.compile(r"(?<!\w)'.*?'(?!\w)")
_BRACKETED = re.compile(r" ?\(.*\)")


def impersonal(sentence: str, *, unknown: bool = False) -> str:
    """Return a sentence on a tool as the log may have it: without what it quotes.

    A sentence quotes titles in quotation marks; unknown: a service's or a library's words in
    brackets too, which nobody can vouch for.
    """
    shown = _QUOTED.sub("'…'", sentence)
    return _BRACKETED.sub("", shown) if unknown else shown


def _without_messages(_logger: Any, _method: str, event: Event) -> Event:
    """Replace an exception that is logged by its kind and its place."""
    info = event.pop("exc_info", None)
    info = sys.exc_info() if info is True else info
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["trouble"] = redacted_traceback(error)
    return event


class LogFile:
    """The log of single commands in a state folder, for its owner alone.

    The file is opened only to append a text.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOG_NAME

    def write(self, text: str) -> None:
        """Append a text. Raises OSError."""
        make_folder(self.path.parent)
        if self.path.exists() and self.path.stat().st_size > LARGEST_LOG:
            tighten(self.path)
            self.path.replace(self.path.with_suffix(".log.1"))
        handle = opened(self.path, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)

    def stream(self) -> TextIO:
        """Return this log as something that logs can be written to."""
        return cast("TextIO", _LogStream(self))


class _LogStream(io.TextIOBase):
    """A file that is open only while it is written."""

    def __init__(self, log: LogFile) -> None:
        self._log = log

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):  # a log that can't be written stops no work
            self._log.write(text)
        return len(text)
