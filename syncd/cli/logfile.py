"""The log of single commands: a file in the state folder, opened only when needed."""

import contextlib
import io
import os
from pathlib import Path
from typing import TextIO, cast

from syncd.private import make_folder, opened, tighten

NAME = "syncd.log"
LARGEST = 1_000_000
"""Bytes after which the log is put aside, in place of the one put aside before."""


class LogFile:
    """Appends texts to the log of a state folder, for its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def write(self, text: str) -> None:
        """Append a text. Raises OSError."""
        make_folder(self.path.parent)
        if self.path.exists() and self.path.stat().st_size > LARGEST:
            tighten(self.path)
            self.path.replace(self.path.with_suffix(".log.1"))
        handle = opened(self.path, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)

    def stream(self) -> TextIO:
        """Return this log as something that logs can be written to."""
        return cast("TextIO", _Stream(self))


class _Stream(io.TextIOBase):
    """A file that is open only while it is written."""

    def __init__(self, log: LogFile) -> None:
        self._log = log

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):  # a log that can't be written stops no work
            self._log.write(text)
        return len(text)
