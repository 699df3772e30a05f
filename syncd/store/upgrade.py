"""From the schema that a file has to the one that this version writes; what can be wrong with the file."""

import contextlib
import errno
import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, text
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from syncd.errors import StateTrouble
from syncd.private import opened, tighten
from syncd.store.tables import metadata

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
def disk_errors(path: Path | None, *also: type[Exception]) -> Iterator[None]:
    """Tell what is wrong with the disk or the file in a sentence, as ``StateTrouble``.

    also: errors that, where this is used, come from the file too, such as ``OSError``.
    """
    kinds: tuple[type[Exception], ...] = (DatabaseError, sqlite3.Error, *also)
    try:
        yield
    except kinds as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise StateTrouble(sentence.format(path=path)) from error


def is_full(error: Exception) -> bool:
    """Say whether there may be no room left on the disk."""
    return _name(error).startswith(("SQLITE_FULL", "SQLITE_IOERR"))


def _sentence(error: Exception) -> str | None:
    name = _name(error)
    return next(
        (sentence for code, sentence in _TROUBLES.items() if name.startswith(code)), None
    )


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
        for file in path.parent.iterdir():
            if file.name.startswith(path.name):
                tighten(file)


HEAD = "0003"
"""The schema that this version writes; a test holds it to the migrations."""

PATIENCE = 30.0
"""Seconds that a file may be locked by another process."""
_NONE = "0000"
"""Stands for a file that has tables, and not said which."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is like. revision: None where it says none."""

    revision: str | None
    journal: str

    @property
    def ready(self) -> bool:
        """Say whether nothing is to be done before it is used."""
        return self.revision == HEAD and self.journal == "wal"


def look(path: Path) -> Look:
    """Look at a file without writing to it. Raises ``StateTrouble``."""
    with disk_errors(path):
        try:
            return _look(path, "ro")
        except sqlite3.OperationalError as error:
            # whoever wrote to it was killed while it was made: that is taken back first
            if not error.sqlite_errorname.startswith("SQLITE_READONLY"):
                raise
            return _look(path, "rw")


def _look(path: Path, mode: str) -> Look:
    address = f"{path.absolute().as_uri()}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as connection:
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        named = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        if connection.execute(named).fetchone() is None:
            return Look(None, journal)
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return Look(row[0] if row else None, journal)


@contextmanager
def opening(path: Path) -> Iterator[bool]:
    """Give whether a file is ready; where it is not, one process at a time goes on.

    Raises ``StateTrouble``, before anything is written, for a file that a newer version
    made.
    """
    if look(path).ready:
        yield True
        return
    with _alone_in(path.parent):
        latest = look(path)  # another process may have made it ready meanwhile
        _refuse_newer(path, latest.revision)
        yield latest.ready


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Hold the lock of a directory; the kernel frees it when the process ends."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def upgrade(connection: Connection, path: Path | None, today: date) -> None:
    """Bring a database to the newest schema, all of it or nothing. Raises ``StateTrouble``.

    In a file that holds anything, a copy of it is kept first.
    """
    with connection.begin():  # nobody else writes from here on
        tables = set(inspect(connection).get_table_names())
        revision = _revision(connection) if "alembic_version" in tables else None
        if revision == HEAD:
            return
        if path is not None and tables - {"alembic_version"}:
            _keep_copy(path, revision or _NONE, today)
        try:
            with disk_errors(path):
                if tables:
                    _migrate(connection)
                else:
                    make_tables(connection)
        except StateTrouble:
            raise
        except Exception as error:
            raise StateTrouble(
                f"{path} can't be upgraded to the schema {HEAD} ({_reason(error)}) and stays"
                " as it was: use the version of syncd that made it, and report this."
            ) from error


def make_tables(connection: Connection) -> None:
    """Make all tables of the newest schema where there are none: the migrations of an older
    file come to the same, and a test holds them to that."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # for the checker
    for statement in _tables():
        driver.execute(statement)
    driver.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,))


@cache
def _tables() -> tuple[str, ...]:
    """Return the SQL that makes all tables and indexes, and the table that tells of them."""
    version = Table(
        "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True)
    )
    statements: list[DDLElement] = [CreateTable(version)]
    for table in metadata.sorted_tables:
        statements += [
            CreateTable(table),
            *map(CreateIndex, sorted(table.indexes, key=lambda index: str(index.name))),
        ]
    return tuple(str(statement.compile(dialect=dialect())) for statement in statements)


def _revision(connection: Connection) -> str | None:
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def _migrate(connection: Connection) -> None:
    from alembic import command  # slow to import, rarely needed

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _config() -> Any:
    from alembic.config import Config  # slow to import, rarely needed

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _reason(error: Exception) -> str:
    """Return what SQLite says, which quotes no values; else what kind of error it is."""
    return str(getattr(error, "orig", None) or type(error).__name__)


def _refuse_newer(path: Path, revision: str | None) -> None:
    known = _known() if revision not in (None, HEAD) else []
    if revision in (None, HEAD, *known):
        return
    copy = _newest_copy(path, known)
    back = (
        f", or put the copy back that was kept before the upgrade (move {path}, {path.name}-wal"
        f" and {path.name}-shm away, then rename {copy} to {path.name})"
        if copy
        else ""
    )
    raise StateTrouble(
        f"{path} was made by a newer syncd (its schema is {revision}, this version knows"
        f" {HEAD}): install that version again{back}."
    )


def _known() -> list[str]:
    """Return the schemas that this version knows, oldest first."""
    from alembic.script import ScriptDirectory  # slow to import, rarely needed

    revisions = ScriptDirectory.from_config(_config()).walk_revisions()
    return [revision.revision for revision in revisions][::-1]


def _newest_copy(path: Path, known: Sequence[str]) -> Path | None:
    """Return the copy that lost least: of the newest schema, and then the newest."""
    form = re.compile(re.escape(path.name) + r"\.(\w+)-(\d{4}-\d\d-\d\d)(?:-(\d+))?")
    copies = []
    for file in path.parent.iterdir():
        match = form.fullmatch(file.name)
        if match is not None and match[1] in known:
            copies.append((known.index(match[1]), match[2], int(match[3] or 1), file))
    return max(copies)[-1] if copies else None


def _keep_copy(path: Path, revision: str, today: date) -> None:
    """Keep a copy of a file beside it. Raises ``StateTrouble``: then there is none."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        make_private(part)
        address = f"{path.absolute().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as source,
            closing(sqlite3.connect(part)) as target,
        ):
            source.backup(target)
        part.rename(_free_name(path, f"{revision}-{today.isoformat()}"))
        _flush(path.parent)
    except (sqlite3.Error, OSError) as error:
        for end in ("", "-journal"):
            with suppress(OSError):
                part.with_name(part.name + end).unlink(missing_ok=True)
        raise _no_copy(path, error) from error


def _free_name(path: Path, end: str) -> Path:
    """Return a name that no older copy has."""
    copy = path.with_name(f"{path.name}.{end}")
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.{end}-{number}")
    return copy


def _flush(directory: Path) -> None:
    """Have the names of a directory outlast a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _no_copy(path: Path, error: Exception) -> StateTrouble:
    if is_full(error):
        size = -(-path.stat().st_size // 1_000_000)
        return StateTrouble(
            f"{path} is not upgraded, as there is no room for a copy of it beside it: make"
            f" {size} MB of room on that disk, then try again."
        )
    return StateTrouble(
        f"{path} is not upgraded, as no copy of it can be kept beside it ({_reason(error)}):"
        " make its folder writable for you, then try again."
    )
