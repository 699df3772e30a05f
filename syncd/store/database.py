"""One SQLite database: opened, migrated, and written by one process at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from syncd.errors import StateTrouble

HEAD = "0003"
"""The schema that this version writes; a test holds it to the migrations."""


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


class Database:
    """A database with one connection, shared by threads under one lock.

    Everything raises ``StateTrouble`` where the disk or the file is at fault.
    """

    def __init__(self, path: Path | None) -> None:
        """Open (and migrate) the file at ``path``, or a private one in memory."""
        self._path = path
        address = f"sqlite:///{path}" if path else "sqlite://"
        self._engine = create_engine(
            address,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "timeout": 30},
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._lock = threading.RLock()
        self._depth = 0
        with self._told():
            self._connection = self._engine.connect()
            self._migrate()

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
                with self._told(), self._connection.begin():
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

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what is wrong with the disk or the file in a sentence."""
        try:
            yield
        except DatabaseError as error:
            name = getattr(error.orig, "sqlite_errorname", "")
            said = next((it for code, it in _TROUBLES.items() if name.startswith(code)), None)
            if said is None:
                raise
            raise StateTrouble(said.format(path=self._path)) from error

    def _migrate(self) -> None:
        if self._revision() == HEAD:
            return
        from alembic import command  # slow to import, rarely needed
        from alembic.config import Config  # the same

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = self._connection
        command.upgrade(config, "head")
        self._connection.commit()

    def _revision(self) -> str | None:
        if "alembic_version" not in inspect(self._connection).get_table_names():
            self._connection.rollback()
            return None
        row = self._connection.execute(text("SELECT version_num FROM alembic_version")).first()
        self._connection.rollback()
        return str(row[0]) if row else None


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
