"""The least that a write with a journal can cost: its two transactions on bare ``sqlite3``.

For each write: one transaction inserts the intent; one upserts the link, deletes the intent
and the mark that something was to be decided. The tables, their indexes and the rows are
those of a state file that syncd made; the rows' JSON is written anew each time.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
STATEMENTS = 4
"""A write's statements, without BEGIN and COMMIT."""
COMMITS = 2


@dataclass(frozen=True, kw_only=True)
class Sample:
    """schema: what makes the tables. marks: the rows of what is to be decided. writes: for
    each write its intent, and the link as it stands after."""

    schema: list[str]
    keys: list[str]
    marks: list[Row]
    writes: list[tuple[Row, Row]]


def rows_of(connection: sqlite3.Connection, table: str) -> list[Row]:
    """Return the rows of a table, JSON read."""
    cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608  # one of ours
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, map(_read, row), strict=True)) for row in cursor]


def sample(connection: sqlite3.Connection, marks: list[Row], intents: Iterable[Row]) -> Sample:
    """Return what a sync wrote, from its state file and the intents that it had in between."""
    schema = connection.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    )
    links = {(row["tool"], row["entity"]): row for row in rows_of(connection, "links")}
    columns = connection.execute("PRAGMA table_info(links)").fetchall()
    return Sample(
        schema=[row[0] for row in schema],
        keys=[column[1] for column in columns if column[5]],
        marks=marks,
        writes=[(intent, links[intent["tool"], intent["entity"]]) for intent in intents],
    )


def cpu_s(path: Path, it: Sample) -> float:
    """Return the seconds of CPU that all writes of a sample take on a new file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        prepare(connection, it)
        start = time.process_time()
        write(connection, it)
        return time.process_time() - start


def prepare(connection: sqlite3.Connection, it: Sample) -> None:
    """Make the tables, and the marks of all that is to be decided."""
    for line in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {line}")
    for line in it.schema:
        connection.execute(line)
    connection.execute("BEGIN")
    for row in it.marks:
        connection.execute(_insert("dirty", row), _written(row))
    connection.execute("COMMIT")


def write(connection: sqlite3.Connection, it: Sample) -> None:
    """Do the two transactions of every write."""
    run = connection.execute
    intent_in, link_in = _insert("intents", it.writes[0][0]), _insert("links", it.writes[0][1])
    rest = ", ".join(f'"{name}" = excluded."{name}"' for name in it.writes[0][1])
    link_in += f" ON CONFLICT ({', '.join(it.keys)}) DO UPDATE SET {rest}"
    for intent, link in it.writes:
        run("BEGIN IMMEDIATE")
        run(intent_in, _written(intent))
        run("COMMIT")
        run("BEGIN IMMEDIATE")
        run(link_in, _written(link))
        run("DELETE FROM intents WHERE plan = ? AND key = ?", (intent["plan"], intent["key"]))
        run(
            "DELETE FROM dirty WHERE plan = ? AND tool = ? AND entity = ?",
            (link["plan"], link["tool"], link["entity"]),
        )
        run("COMMIT")


def _insert(table: str, row: Row) -> str:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # names of ours


def _written(row: Row) -> tuple[Any, ...]:
    return tuple(json.dumps(it) if isinstance(it, dict) else it for it in row.values())


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value
