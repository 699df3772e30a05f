"""Statements that every write needs: made into SQL once, run with little besides."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, func, select
from sqlalchemy.dialects.sqlite import dialect

Row = Mapping[str, Any]

IDS = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
"""The ids that ``ids`` holds as a JSON list: one statement for however many."""


def listed(ids: Iterable[str]) -> str:
    """Return ids as ``IDS`` takes them."""
    return json.dumps(list(ids))


class Prepared:
    """A statement as SQL text; rows give its parameters by name, as plain SQLite values."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        """Prepare; ``columns``: those that an insert fills, where it does not say."""
        keys = list(columns) if columns is not None else None
        compiled = statement.compile(dialect=dialect(), column_keys=keys)  # type: ignore[attr-defined]  # every statement used here has it
        self._sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup)

    def run(self, connection: Connection, row: Row) -> int:
        """Run it once; return how many rows it changed. Raises ``sqlite3.Error``."""
        return _driver(connection).execute(self._sql, self._of(row)).rowcount

    def run_all(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Run it for each row. Raises ``sqlite3.Error``."""
        _driver(connection).executemany(self._sql, map(self._of, rows))

    def _of(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self._names)


def _driver(connection: Connection) -> sqlite3.Connection:
    """Return SQLite's own connection, within the transaction that is open on it."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # for the checker
    return driver
