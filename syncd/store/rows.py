"""What the store hands out and takes in: values, not rows; statements that are made into SQL once."""

import json
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Executable, Table, bindparam, func, select
from sqlalchemy.dialects.sqlite import dialect, insert

from syncd.model.entities import Entity, Kind
from syncd.model.ids import EntityId, RemoteId, ToolName
from syncd.model.remote import EXTRA_FIELDS, Op, Seen, Write
from syncd.model.schema import (
    FIELDS,
    Fields,
    fields_from_json,
    fields_to_json,
    value_from_json,
    value_to_json,
)
from syncd.model.values import Value
from syncd.sync.decide import Presence
from syncd.sync.merge import Author

Foreign = Mapping[str, frozenset[RemoteId]]
"""By field, the remote ids that lead to nothing of the plan's."""
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An entity, and who set each of its fields."""

    entity: Entity
    authors: Mapping[str, Author] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entity as one tool holds it; ``base`` is what both last agreed on, per field.

    References in ``base`` and ``normalised`` are the tool's remote ids. ``foreign``: those among
    them, by field, that led to nothing of the plan's when they were seen: places of the
    person's own, where the item stays. ``before_write`` is what the item held before syncd last
    wrote to it: ``{"fields", "edited_at", "at"}``.
    ``damaged``: what the two agreed on can't be read, so nothing follows from this link but
    that the tool holds the entity.
    """

    tool: ToolName
    entity: EntityId
    kind: Kind
    remote: RemoteId
    presence: Presence = Presence.PRESENT
    url: str = ""
    version: str = ""
    mark: EntityId | None = None
    edited_at: datetime | None = None
    completions: int = 0
    content_hash: str = ""
    base: Fields = field(default_factory=dict)
    normalised: Fields = field(default_factory=dict)
    foreign: Foreign = field(default_factory=dict)
    before_write: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    damaged: bool = False

    def seen(self) -> Seen:
        """Return what a write to this item relies on."""
        return Seen(
            id=self.remote,
            version=self.version,
            mark=self.mark,
            fields=self.base,
            extra=self.extra,
        )


@dataclass(frozen=True, slots=True)
class Address:
    """Where an entity's item in a tool can be opened, and whether it is there."""

    url: str
    presence: Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One change of the plan. ``field`` is "" where the entity was made.

    ``at`` is when syncd wrote it down, ``set_at`` when the person did it, if known.
    """

    seq: int = 0
    cycle: int
    at: datetime
    by: str
    set_at: datetime | None = None
    entity: EntityId
    kind: Kind
    title: str
    field: str
    before: Value = None
    after: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    """A value that lost, kept."""

    seq: int = 0
    cycle: int
    at: datetime
    entity: EntityId
    kind: Kind
    title: str
    field: str
    won: Value
    won_by: str
    lost: Value
    lost_by: str
    lost_at: datetime | None
    resolved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A write in flight: open until its outcome is known."""

    tool: ToolName
    seq: int
    at: datetime
    write: Write


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolProblem:
    """A sentence about one tool, or one field of one entity in it.

    ``refused`` is the hash of what the tool refused, so as not to send it again.
    """

    tool: ToolName
    entity: EntityId | None
    field: str
    sentence: str
    refused: str = ""


_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
_PLAIN = json.JSONEncoder(ensure_ascii=False)
_LIKE = {"occurrence": "due"}
"""What history tells that is no field, and the field whose values it holds."""


def moment_text(at: datetime | None) -> str | None:
    """Return an instant as the store keeps it."""
    return at.isoformat() if at else None


def moment_of(text: str | None) -> datetime | None:
    """Return the instant that ``moment_text`` wrote."""
    return instant_of(text) if text else None


@lru_cache(maxsize=1024)
def instant_of(text: str) -> datetime:
    """Return an instant; many rows name the same."""
    return datetime.fromisoformat(text)


@lru_cache(maxsize=1024)
def _author(by: str, at: str | None) -> Author:
    """Return an author; most fields of an entity were set by one, at one time."""
    return Author(by=by, at=moment_of(at))


def read_or(read: Callable[[Any], R], raw: Any, otherwise: R) -> R:
    """Return what ``read`` makes of a column, or ``otherwise`` where it can't be read."""
    try:
        return read(raw) if raw else otherwise
    except (ValueError, TypeError, OverflowError):
        return otherwise


def dump_fields(fields: Fields) -> str:
    """Return fields (those of ``EXTRA_FIELDS`` too) as JSON text."""
    return _SORTED.encode(fields_to_json(fields))


def load_fields(kind: Kind, text: str) -> dict[str, Value]:
    """Return the fields that ``dump_fields`` wrote."""
    return _with_links(kind, json.loads(text))


def dump_foreign(foreign: Foreign) -> str:
    """Return references to what is not the plan's as JSON text; "{}" for none."""
    return (
        json.dumps({name: sorted(ids) for name, ids in foreign.items() if ids})
        if foreign
        else "{}"
    )


def load_foreign(text: str) -> dict[str, frozenset[RemoteId]]:
    """Return the references that ``dump_foreign`` wrote."""
    return {name: frozenset(map(RemoteId, ids)) for name, ids in json.loads(text).items()}


def dump_value(value: Value) -> str:
    """Return one value as JSON text."""
    return json.dumps(value_to_json(value), ensure_ascii=False)


def load_value(kind: Kind, name: str, text: str) -> Value:
    """Return the value of field ``name`` that ``dump_value`` wrote."""
    raw = json.loads(text)
    spec = FIELDS[kind].get(_LIKE.get(name, name))
    return value_from_json(spec, raw) if spec else raw


def dump_authors(authors: Mapping[str, Author]) -> str:
    """Return who set each field as JSON text."""
    return json.dumps(
        {name: [author.by, moment_text(author.at)] for name, author in authors.items()}
    )


def load_authors(text: str) -> dict[str, Author]:
    """Return the authors that ``dump_authors`` wrote."""
    return {name: _author(by, at) for name, (by, at) in json.loads(text).items()}


def dump_write(write: Write) -> str:
    """Return a write as JSON text."""
    seen = write.seen and {
        "id": write.seen.id,
        "version": write.seen.version,
        "mark": write.seen.mark,
        "fields": fields_to_json(write.seen.fields),
        "extra": dict(write.seen.extra),
    }
    return _PLAIN.encode(
        {
            "op": write.op,
            "key": write.key,
            "kind": write.kind,
            "entity": write.entity,
            "fields": fields_to_json(write.fields),
            "seen": seen,
        }
    )


def load_write(text: str) -> Write:
    """Return the write that ``dump_write`` wrote."""
    raw = json.loads(text)
    kind = Kind(raw["kind"])
    seen = raw["seen"]
    return Write(
        op=Op(raw["op"]),
        key=raw["key"],
        kind=kind,
        entity=raw["entity"],
        fields=_with_links(kind, raw["fields"]),
        seen=seen
        and Seen(
            id=seen["id"],
            version=seen["version"],
            mark=seen["mark"],
            fields=_with_links(kind, seen["fields"]),
            extra=seen["extra"],
        ),
    )


def _with_links(kind: Kind, raw: Mapping[str, Any]) -> dict[str, Value]:
    beside = {name: _beside(raw[name]) for name in EXTRA_FIELDS if name in raw}
    return {**fields_from_json(kind, raw), **beside}


def _beside(raw: Any) -> Value:
    if not isinstance(raw, list):
        return raw  # type: ignore[no-any-return]  # text or None, as written
    return tuple((str(style), str(text)) for style, text in raw)


Row = Mapping[str, Any]

IDS = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
"""The ids that ``ids`` holds as a JSON list: one statement for however many."""


def listed(ids: Iterable[str]) -> str:
    """Return ids as ``IDS`` takes them."""
    return json.dumps(list(ids))


class Prepared:
    """A statement as SQL text; rows give its parameters by name, as plain SQLite values.

    Compiled once for all databases of a process, when it is first run, and given to SQLite
    as it is: that costs a fraction of what building and compiling it each time does.
    """

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        """Prepare; ``columns``: those that an insert fills, where it does not say."""
        self._statement = statement
        self._columns = columns

    @cached_property
    def _compiled(self) -> Any:
        keys = list(self._columns) if self._columns is not None else None
        return self._statement.compile(dialect=dialect(), column_keys=keys)  # type: ignore[attr-defined]  # every statement used here has it

    @cached_property
    def _sql(self) -> str:
        return str(self._compiled)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._compiled.positiontup)

    @cached_property
    def _given(self) -> dict[str, Any]:
        values = ((name, self._compiled.params.get(name)) for name in self._names)
        return {name: value for name, value in values if value is not None}

    @cached_property
    def _row(self) -> Callable[[Iterable[Any]], Any]:
        return _row_of(self._statement)

    def run(self, connection: Connection, row: Row) -> int:
        """Run it once; return how many rows it changed. Raises ``sqlite3.Error``."""
        return _driver(connection).execute(self._sql, self._of(row)).rowcount

    def run_all(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Run it for each row. Raises ``sqlite3.Error``."""
        _driver(connection).executemany(self._sql, map(self._of, rows))

    def rows(self, connection: Connection, row: Row) -> list[Any]:
        """Return what a query finds: tuples with the names of its columns."""
        results = _driver(connection).execute(self._sql, self._of(row))
        return [self._row(values) for values in results]

    def first(self, connection: Connection, row: Row) -> Any | None:
        """Return the first row that a query finds, or None."""
        values = _driver(connection).execute(self._sql, self._of(row)).fetchone()
        return None if values is None else self._row(values)

    def number(self, connection: Connection, row: Row) -> int:
        """Return the one number that a query finds; 0 for none."""
        values = _driver(connection).execute(self._sql, self._of(row)).fetchone()
        return int(values[0] or 0)

    def _of(self, row: Row) -> tuple[Any, ...]:
        if not self._given:
            return tuple([row[name] for name in self._names])
        return tuple([row[name] if name in row else self._given[name] for name in self._names])


def put(table: Table, key: Sequence[str], changed: Sequence[str] | None = None) -> Prepared:
    """Return the statement that writes a row of ``table``, in place of an older one.

    changed: the columns that are written over; all but those of the key unless given.
    """
    statement = insert(table)
    names = changed or [column.name for column in table.columns if column.name not in key]
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
    row_class: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # its fields are the query's
    return cast(Callable[[Iterable[Any]], Any], row_class._make)


def _driver(connection: Connection) -> sqlite3.Connection:
    """Return SQLite's own connection, within the transaction that is open on it."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # for the checker
    return driver
