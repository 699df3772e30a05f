"""Statements that every write needs: made into SQL once, run with little besides."""

import json
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Executable, Table, bindparam, func, select
from sqlalchemy.dialects.sqlite import dialect, insert

Row = Mapping[str, Any]

IDS = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
"""The ids that ``ids`` holds as a JSON list: one statement for however many."""


def listed(ids: Iterable[str]) -> str:
    """Return ids as ``IDS`` takes them."""
    return json.dumps(list(ids))


class Prepared:
    """A statement as SQL text; rows give its parameters by name, as plain SQLite values.

    Made once for all databases of a process, and given to SQLite as it is: that costs a
    fraction of what building and compiling it each time does.
    """

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        """Prepare; ``columns``: those that an insert fills, where it does not say."""
        keys = list(columns) if columns is not None else None
        compiled = statement.compile(dialect=dialect(), column_keys=keys)  # type: ignore[attr-defined]  # every statement used here has it
        self._sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup)
        given = ((name, compiled.params.get(name)) for name in self._names)
        self._given = {name: value for name, value in given if value is not None}
        self._row = _row_of(statement)

    def run(self, connection: Connection, row: Row) -> int:
        """Run it once; return how many rows it changed. Raises ``sqlite3.Error``."""
        return _driver(connection).execute(self._sql, self._of(row)).rowcount

    def run_all(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Run it for each row. Raises ``sqlite3.Error``."""
        _driver(connection).executemany(self._sql, map(self._of, rows))

    def rows(self, connection: Connection, row: Row) -> list[Any]:
        """Return what a query finds: tuples with the names of its columns."""
        found = _driver(connection).execute(self._sql, self._of(row))
        return [self._row(it) for it in found]

    def first(self, connection: Connection, row: Row) -> Any | None:
        """Return the first row that a query finds, or None."""
        found = _driver(connection).execute(self._sql, self._of(row)).fetchone()
        return None if found is None else self._row(found)

    def number(self, connection: Connection, row: Row) -> int:
        """Return the one number that a query finds; 0 for none."""
        found = _driver(connection).execute(self._sql, self._of(row)).fetchone()
        return int(found[0] or 0)

    def _of(self, row: Row) -> tuple[Any, ...]:
        if not self._given:
            return tuple([row[name] for name in self._names])
        return tuple([row[it] if it in row else self._given[it] for it in self._names])


def put(table: Table, key: Sequence[str], changed: Sequence[str] | None = None) -> Prepared:
    """Return the statement that writes a row of ``table``, in place of an older one.

    changed: the columns that are written over; all but those of the key unless given.
    """
    statement = insert(table)
    names = changed or [it.name for it in table.columns if it.name not in key]
    return Prepared(
        statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in names}
        ),
        table.columns.keys(),
    )


def _row_of(statement: Executable) -> Callable[[Iterable[Any]], Any]:
    """Return what makes a row of a query: a tuple with names, where it tells them."""
    columns = getattr(statement, "selected_columns", None)
    if columns is None:
        return tuple
    names = list(columns.keys())
    made: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # its fields are the query's
    return cast(Callable[[Iterable[Any]], Any], made._make)


def _driver(connection: Connection) -> sqlite3.Connection:
    """Return SQLite's own connection, within the transaction that is open on it."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # for the checker
    return driver
