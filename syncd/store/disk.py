"""The file of a database: only its owner's, and what can be wrong with it."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from syncd.errors import StateTrouble
from syncd.private import opened, tighten

_DAMAGED = (
    "{path} is damaged: put a copy of it back, or move it away and sync, for the tools know"
    " what they hold."
)
_TROUBLES = {
    "SQLITE_FULL": "The disk with {path} is full: make room there, then try again.",
    "SQLITE_READONLY": "{path} can't be written: make it and its folder writable for you.",
    "SQLITE_CANTOPEN": "{path} can't be opened: make it and its folder writable for you.",
    "SQLITE_BUSY": "Another program keeps {path} locked: end that, then try again.",
    "SQLITE_IOERR": "The disk with {path} is full or fails: make room there or mend it, then try again.",
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CORRUPT": _DAMAGED,
}
"""What can be wrong with a file, by SQLite's name for it (its extended names begin so)."""
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def told(path: Path | None, *also: type[Exception]) -> Iterator[None]:
    """Tell what is wrong with the disk or the file in a sentence, as ``StateTrouble``.

    also: errors that, where this is used, come from the file too, such as ``OSError``.
    """
    kinds: tuple[type[Exception], ...] = (DatabaseError, sqlite3.Error, *also)
    try:
        yield
    except kinds as error:
        said = _sentence(error)
        if said is None:
            raise
        raise StateTrouble(said.format(path=path)) from error


def is_full(error: Exception) -> bool:
    """Say whether there may be no room left on the disk."""
    return _name(error).startswith(("SQLITE_FULL", "SQLITE_IOERR"))


def _sentence(error: Exception) -> str | None:
    name = _name(error)
    return next((it for code, it in _TROUBLES.items() if name.startswith(code)), None)


def _name(error: Exception) -> str:
    """Return SQLite's name for what went wrong."""
    if isinstance(error, OSError):
        if error.errno in _NO_ROOM:
            return "SQLITE_FULL"
        return "SQLITE_IOERR" if error.errno == errno.EIO else "SQLITE_CANTOPEN"
    return str(getattr(getattr(error, "orig", error), "sqlite_errorname", ""))


def make_private(path: Path) -> None:
    """Make a database's file, if there is none, and let only its owner read what is there.

    That is also what has its name and more: kept copies, what was put aside. SQLite gives the files that it puts beside a database the rights of that. None is opened
    that exists: closing it would take away the locks that this process has on it.
    """
    with contextlib.suppress(FileExistsError):
        os.close(opened(path, os.O_RDWR | os.O_EXCL))
    # a file of somebody else's can't be changed; SQLite says whether it can be used
    tighten(path)
    with contextlib.suppress(PermissionError):  # a folder that can't be listed
        for one in path.parent.iterdir():
            if one.name.startswith(path.name):
                tighten(one)
