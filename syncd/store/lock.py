"""One writer at a time: a lock that the kernel frees when its process ends."""

import fcntl
import os
from pathlib import Path
from typing import IO

from syncd.errors import AnotherRunning
from syncd.private import opened


class StateLock:
    """An exclusive flock on a file of the state directory."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock, or raise ``AnotherRunning`` at once."""
        file = os.fdopen(opened(self._path, os.O_RDWR | os.O_APPEND), "a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            message = (
                f"Another syncd works on {self._path.parent}: stop it first,"
                " or wait until it has finished."
            )
            raise AnotherRunning(message) from None
        self._file = file

    def release(self) -> None:
        """Let go; the kernel does the same when the process ends."""
        if self._file is not None:
            self._file.close()
            self._file = None
