"""One SQLite database, written by one process at a time; rows that can't be read are kept and reported."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

from syncd.clock import Clock, SystemClock
from syncd.errors import AnotherRunning
from syncd.private import opened
from syncd.store.upgrade import (
    PATIENCE,
    disk_errors,
    make_private,
    make_tables,
    opening,
    upgrade,
)


class Database:
    """A database with one connection, shared by threads under one lock.

    Everything raises ``StateTrouble`` where the disk or the file is at fault.
    """

    def __init__(self, path: Path | None, clock: Clock | None = None) -> None:
        """Open (and upgrade) the file at ``path``, or a private one in memory.

        Raises ``StateTrouble``. The clock dates the copy that is kept before an upgrade.
        """
        self._path = path
        address = f"sqlite:///{path}" if path else "sqlite://"
        self._engine = create_engine(
            address,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "timeout": PATIENCE},
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = self._opened(clock or SystemClock())

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give the connection for one transaction; inner ones join the outer."""
        with self._lock:
            if self._depth:
                self._depth += 1
                try:
                    yield self._connection
                finally:
                    self._depth -= 1
                return
            self._depth = 1
            try:
                with disk_errors(self._path), self._connection.begin():
                    yield self._connection
            finally:
                self._depth = 0

    @contextmanager
    def durable(self) -> Iterator[Connection]:
        """Give a transaction that, once over, outlasts a power cut too."""
        with self._lock:
            if self._depth:  # the outer one decides
                with self.transaction() as connection:
                    yield connection
                return
            self._synchronous("FULL")
            try:
                with self.transaction() as connection:
                    yield connection
            finally:
                self._synchronous("NORMAL")

    def _synchronous(self, how: str) -> None:
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # for the checker
        driver.execute(f"PRAGMA synchronous={how}")

    def copy(self) -> "Database":
        """Return a copy in memory, for deciding without writing anything down."""
        other = Database(None)
        with self._lock, other._lock:
            source = self._connection.connection.driver_connection
            target = other._connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)  # noqa: S101  # for the checker
            assert isinstance(target, sqlite3.Connection)  # noqa: S101  # for the checker
            source.backup(target)
        return other

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()
            self._engine.dispose()

    def _opened(self, clock: Clock) -> Connection:
        path, today = self._path, clock.now().date()
        with ExitStack() as unless_good, disk_errors(path, OSError):
            unless_good.callback(self._engine.dispose)
            if path is not None:
                make_private(path)
            with (
                opening(path) if path is not None else nullcontext(enter_result=False) as ready
            ):
                connection = self._engine.connect()
                unless_good.callback(connection.close)
                if path is None:
                    make_tables(connection)
                elif not ready:
                    upgrade(connection, path, today)
            unless_good.pop_all()
        return connection


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


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


T = TypeVar("T")

UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What reading a row may raise that holds something else than syncd writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One row that can't be read.

    key: the entity's id, or a row's own number or key. kind: as the row says. of: the
    tool, or the entity, whose row it is.
    """

    table: str
    key: str
    kind: str
    of: str = ""
    why: str = ""


class Damaged:
    """The rows of one table that could not be read when that was last tried."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._found: dict[str, Damage] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def __contains__(self, key: object) -> bool:
        return key in self._found

    def __iter__(self) -> Iterator[Damage]:
        return iter(list(self._found.values()))

    def keys(self) -> list[str]:
        """Return the keys of the rows."""
        return list(self._found)

    def note(self, key: str, *, kind: str, of: str = "", why: str = "") -> None:
        """Remember a row that can't be read."""
        self._found[key] = Damage(table=self._table, key=key, kind=kind, of=of, why=why)

    def read(self, row: Any, key: str, load: Callable[[Any], T], *, of: str = "") -> T | None:
        """Return what ``load`` makes of a row; None, and remember it, where it can't."""
        try:
            value = load(row)
        except UNREADABLE as error:
            kind = str(getattr(row, "kind", ""))
            self.note(key, kind=kind, of=of, why=type(error).__name__)
            return None
        if self._found:
            self._found.pop(key, None)  # somebody mended it
        return value
