"""The plan's entities, and who refers to whom."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, delete, func, insert, or_, select, text

from syncd.model.entities import Kind, kind_of
from syncd.model.ids import EntityId, PlanId
from syncd.model.plan import Part, normalised
from syncd.model.schema import FIELDS, entity_from, fields_from_json, fields_of, references
from syncd.model.values import FieldType, Moment
from syncd.store import tables
from syncd.store.database import Damaged, Database
from syncd.store.rows import (
    IDS,
    Prepared,
    Record,
    dump_authors,
    dump_fields,
    instant_of,
    listed,
    load_authors,
    put,
)

E = tables.entities.c
R = tables.refs.c

# CROSS JOIN and + keep SQLite from going through every task by its kind instead.
_FIELDS = "CASE WHEN json_valid(e.fields) THEN e.fields ELSE '{}' END"
"""The fields, where they are JSON: one row that is damaged is to break no query."""
_PARTS = Prepared(
    text(
        f"""
    SELECT e.kind, json_extract({_FIELDS}, '$.done'),
           json_extract({_FIELDS}, '$.estimate_minutes'),
           json_extract({_FIELDS}, '$.recurrence')
    FROM refs r CROSS JOIN entities e ON e.plan = r.plan AND e.id = r.source
    WHERE r.plan = :plan AND r.target = :goal AND r.field = 'goal'
      AND e.archived = 0 AND +e.kind IN ('milestones', 'tasks')
    UNION ALL
    SELECT e.kind, json_extract({_FIELDS}, '$.done'),
           json_extract({_FIELDS}, '$.estimate_minutes'),
           json_extract({_FIELDS}, '$.recurrence')
    FROM refs g CROSS JOIN entities m ON m.plan = g.plan AND m.id = g.source
      CROSS JOIN refs r ON r.plan = g.plan AND r.target = m.id AND r.field = 'milestone'
      CROSS JOIN entities e ON e.plan = r.plan AND e.id = r.source
    WHERE g.plan = :plan AND g.target = :goal AND g.field = 'goal'
      AND +m.kind = 'milestones' AND m.archived = 0 AND +e.kind = 'tasks'
      AND e.archived = 0 AND json_extract({_FIELDS}, '$.goal') IS NULL
    """  # noqa: S608  # its own words, and no one else's
    )
)

_FORMS: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (str,),
    FieldType.BOOL: (bool,),
    FieldType.DATE: (date,),
    FieldType.DUE: (date, Moment),
    FieldType.INT: (int, float),
    FieldType.NUMBER: (int, float),
}
"""What values of a field are, that the rules of the plan reckon with."""

_CHECKED: Mapping[Kind, tuple[tuple[str, tuple[type, ...]], ...]] = {
    kind: tuple(
        (name, _FORMS[spec.type]) for name, spec in specs.items() if spec.type in _FORMS
    )
    for kind, specs in FIELDS.items()
}


def _done() -> ColumnElement[Any]:
    """Return whether an entity is done, as its fields say, where they are JSON."""
    valid = case((func.json_valid(E.fields) == 1, E.fields), else_="{}")
    return func.json_extract(valid, "$.done")


_PLAN, _LIVE = E.plan == bindparam("plan"), E.archived == 0
_ENTITIES = select(tables.entities).where(_PLAN)
_IN_ORDER = _ENTITIES.order_by(E.created_at, E.id)
_ONE = Prepared(_ENTITIES.where(E.id == bindparam("id")))
_MANY = Prepared(_ENTITIES.where(E.id.in_(IDS)))
_EVERY = {
    (False, True): Prepared(_IN_ORDER),
    (False, False): Prepared(_IN_ORDER.where(_LIVE)),
    (True, True): Prepared(_IN_ORDER.where(E.kind == bindparam("kind"))),
    (True, False): Prepared(_IN_ORDER.where(E.kind == bindparam("kind"), _LIVE)),
}
"""By whether one kind alone is asked for, and whether archived ones are too."""
_OPEN_TASKS = Prepared(_IN_ORDER.where(E.kind == Kind.TASK, _LIVE, _done() == 0))
_TITLED = Prepared(
    _IN_ORDER.where(E.kind == bindparam("kind"), E.natural_key == bindparam("title"), _LIVE)
)
_IDS = Prepared(select(E.id).where(_PLAN))
_KINDS = Prepared(select(E.id, E.kind, E.archived).where(_PLAN, E.id.in_(IDS)))
_ALL_KINDS = frozenset(Kind)
# no DISTINCT: for its sake SQLite would go through all references
_AIMED = R.plan == bindparam("plan"), R.target == bindparam("target")
_REFERRING = Prepared(select(R.source).where(*_AIMED))
_REFERRING_BY = Prepared(select(R.source).where(*_AIMED, R.field == bindparam("field")))
_SAVE = put(
    tables.entities,
    ("plan", "id"),
    ("kind", "archived", "natural_key", "fields", "authors"),
)
_DROP_REFS = Prepared(delete(tables.refs).where(R.plan == bindparam("plan"), R.source.in_(IDS)))
_ADD_REFS = Prepared(insert(tables.refs).prefix_with("OR IGNORE"), tables.refs.columns.keys())


class PlanStore:
    """Reads and writes the entities of one plan."""

    def __init__(self, database: Database, plan: PlanId) -> None:
        self._database = database
        self._plan = plan
        self.damaged = Damaged("entities")

    def get(self, entity: EntityId) -> Record | None:
        """Return one entity, archived or not."""
        with self._database.transaction() as connection:
            row = _ONE.first(connection, {"plan": self._plan, "id": entity})
        return self._read(row) if row else None

    def many(self, ids: Iterable[EntityId]) -> dict[EntityId, Record]:
        """Return those of these entities that exist."""
        records: dict[EntityId, Record] = {}
        wanted = list(ids)
        if not wanted:
            return records
        which = {"plan": self._plan, "ids": listed(wanted)}
        with self._database.transaction() as connection:
            for record in self._all(_MANY.rows(connection, which)):
                records[record.entity.id] = record
        return records

    def every(self, kind: Kind | None = None, *, archived: bool = True) -> Iterator[Record]:
        """Return all entities (of a kind), in the order in which they were made."""
        which = {"plan": self._plan, "kind": kind}
        with self._database.transaction() as connection:
            rows = _EVERY[kind is not None, archived].rows(connection, which)
        return self._all(rows)

    def open_tasks(self) -> list[Record]:
        """Return the live tasks that are not done, in the order in which they were made."""
        with self._database.transaction() as connection:
            return list(self._all(_OPEN_TASKS.rows(connection, {"plan": self._plan})))

    def ids(self) -> list[EntityId]:
        """Return every id, archived ones too."""
        with self._database.transaction() as connection:
            rows = _IDS.rows(connection, {"plan": self._plan})
            return [EntityId(row[0]) for row in rows]

    def kinds(self, ids: Sequence[EntityId]) -> dict[EntityId, tuple[Kind, bool]]:
        """Return (kind, archived) of those that exist."""
        kinds: dict[EntityId, tuple[Kind, bool]] = {}
        if not ids:
            return kinds
        which = {"plan": self._plan, "ids": listed(ids)}
        with self._database.transaction() as connection:
            for row in _KINDS.rows(connection, which):
                if row.kind in _ALL_KINDS:
                    kinds[EntityId(row.id)] = (Kind(row.kind), bool(row.archived))
                else:
                    self.damaged.note(row.id, kind=row.kind, why="no such kind")
        return kinds

    def titled(self, kind: Kind, title: str) -> list[Record]:
        """Return the live entities of a kind whose title reads the same, oldest first."""
        which = {"plan": self._plan, "kind": kind, "title": normalised(title)}
        with self._database.transaction() as connection:
            return list(self._all(_TITLED.rows(connection, which)))

    def survey(self) -> None:
        """Look for rows that are no JSON, or of no kind: what a reader may never meet."""
        odd = or_(
            E.kind.not_in(list(Kind)),
            func.json_valid(E.fields) == 0,
            func.json_valid(E.authors) == 0,
        )
        chosen = select(E.id).where(E.plan == self._plan, odd)
        with self._database.transaction() as connection:
            ids = [EntityId(row[0]) for row in connection.execute(chosen)]
        self.many(ids)

    def damaged_titled(self, title: str) -> bool:
        """Say whether something that can't be read has a title that reads the same."""
        if not self.damaged or not title:
            return False
        chosen = select(E.id).where(E.plan == self._plan, E.natural_key == normalised(title))
        with self._database.transaction() as connection:
            return any(row[0] in self.damaged for row in connection.execute(chosen))

    def beside_damaged(self) -> set[EntityId]:
        """Return what records that can't be read refer to, and what that refers to: what
        is reckoned from them can't be."""
        targets: set[EntityId] = set()
        level = self.damaged.keys()
        with self._database.transaction() as connection:
            for _ in range(2):
                chosen = select(R.target).where(R.plan == self._plan, R.source.in_(level))
                level = [row[0] for row in connection.execute(chosen)] if level else []
                targets.update(EntityId(target) for target in level)
        return targets

    def referring(self, target: EntityId, field: str | None = None) -> list[EntityId]:
        """Return who refers to ``target`` (in this field)."""
        which = {"plan": self._plan, "target": target}
        statement = _REFERRING
        if field is not None:
            statement, which = _REFERRING_BY, {**which, "field": field}
        with self._database.transaction() as connection:
            sources = [EntityId(row[0]) for row in statement.rows(connection, which)]
        return list(dict.fromkeys(sources))

    def parts_of(self, goal: EntityId) -> list[Part]:
        """Return a goal's milestones and tasks, reduced to what progress needs."""
        with self._database.transaction() as connection:
            rows = _PARTS.rows(connection, {"plan": self._plan, "goal": goal})
            return [
                Part(
                    kind=Kind(kind),
                    done=bool(done),
                    estimate_minutes=estimate,
                    repeats=bool((recurrence or "").strip()),
                )
                for kind, done, estimate, recurrence in rows
            ]

    def save(self, records: Iterable[Record]) -> None:
        """Write entities, whole, with their references; none over one that can't be read."""
        rows = [self._row(record) for record in records if record.entity.id not in self.damaged]
        if not rows:
            return
        referred = [ref for _, refs in rows for ref in refs]
        with self._database.transaction() as connection:
            _SAVE.run_all(connection, (row for row, _ in rows))
            gone = {"plan": self._plan, "ids": listed(row["id"] for row, _ in rows)}
            _DROP_REFS.run(connection, gone)
            _ADD_REFS.run_all(connection, referred)

    def _read(self, row: Any) -> Record | None:
        return self.damaged.read(row, row.id, _record)

    def _all(self, rows: Iterable[Any]) -> Iterator[Record]:
        """Yield those that can be read."""
        return (record for row in rows if (record := self._read(row)) is not None)

    def _row(self, record: Record) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        entity = record.entity
        kind, fields = kind_of(entity), fields_of(entity)
        row = {
            "plan": self._plan,
            "id": entity.id,
            "kind": kind,
            "archived": entity.archived,
            "created_at": entity.created_at.isoformat(),
            "natural_key": normalised(entity.title),
            "fields": dump_fields(fields),
            "authors": dump_authors(record.authors),
        }
        referred = [
            {"plan": self._plan, "source": entity.id, "field": name, "target": target}
            for name, target in references(kind, fields)
        ]
        return row, referred


def _record(row: Any) -> Record:
    return _decoded(row.kind, row.id, row.created_at, row.fields, row.authors)


@lru_cache(maxsize=2048)
def _decoded(kind_text: str, key: str, created_at: str, raw: str, authors: str) -> Record:
    """Return the record of a row; every tool and step of a cycle asks for the same ones."""
    kind = Kind(kind_text)
    fields = fields_from_json(kind, json.loads(raw))
    for name, forms in _CHECKED[kind]:
        value = fields.get(name)
        if value is not None and not isinstance(value, forms):
            raise TypeError(name)
    entity = entity_from(kind, EntityId(key), instant_of(created_at), fields)
    return Record(entity=entity, authors=load_authors(authors))
