"""Statements that every write needs: made into SQL once, run with little besides."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects.sqlite import dialect

Row = Mapping[str, Any]


class Prepared:
    """A statement as SQL text; rows give its parameters by name, as plain SQLite values."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        """Prepare; ``columns``: those that an insert fills, where it does not say."""
        keys = list(columns) if columns is not None else None
        compiled = statement.compile(dialect=dialect(), column_keys=keys)  # type: ignore[attr-defined]  # every statement used here has it
        self._sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup)

    def run(self, connection: Connection, row: Row) -> int:
        """Run it once; return how many rows it changed."""
        done = connection.exec_driver_sql(self._sql, self._of(row))
        return int(done.rowcount)

    def run_all(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Run it for each row."""
        given = [self._of(row) for row in rows]
        if given:
            connection.exec_driver_sql(self._sql, given)

    def _of(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self._names)
