"""One SQLite database: opened, migrated, and written by one process at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

from syncd.clock import Clock, SystemClock
from syncd.store.disk import make_private, told
from syncd.store.upgrade import PATIENCE, make_tables, opening, upgrade


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
                with told(self._path), self._connection.begin():
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
        with ExitStack() as unless_good, told(path, OSError):
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
