"""What changed in the plan, and what lost: kept, and never rewritten."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, update

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, PlanId
from syncd.store import tables
from syncd.store.database import Damaged, Database
from syncd.store.rows import (
    ConflictRow,
    HistoryRow,
    Prepared,
    dump_value,
    load_value,
    moment_of,
    moment_text,
)

H = tables.history.c
C = tables.conflicts.c


def _last(table: Table, name: str) -> Prepared:
    """Return the query for the greatest number in a column; a damaged row may hold anything."""
    column = table.c[name]
    is_number = func.typeof(column) == "integer"
    return Prepared(
        select(func.max(column)).where(table.c.plan == bindparam("plan"), is_number)
    )


_LAST_CYCLE = _last(tables.history, "cycle")
_APPEND = {
    table.name: (_last(table, "seq"), Prepared(insert(table), table.columns.keys()))
    for table in (tables.history, tables.conflicts)
}


class HistoryStore:
    """The history and the conflicts of one plan."""

    def __init__(self, database: Database, plan: PlanId) -> None:
        self._database = database
        self._plan = plan
        self.damaged = Damaged("history")
        self.damaged_conflicts = Damaged("conflicts")

    def add(self, rows: Iterable[HistoryRow]) -> None:
        """Append changes."""
        written = [
            {
                "plan": self._plan,
                "cycle": row.cycle,
                "at": row.at.isoformat(),
                "by": row.by,
                "set_at": moment_text(row.set_at),
                "entity": row.entity,
                "kind": row.kind,
                "title": row.title,
                "field": row.field,
                "before": dump_value(row.before),
                "after": dump_value(row.after),
            }
            for row in rows
        ]
        self._append(tables.history, written)

    def _append(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Number rows after the last one, within the transaction that writes them."""
        if not rows:
            return
        last, append = _APPEND[table.name]
        with self._database.transaction() as connection:
            highest = last.number(connection, {"plan": self._plan})
            numbered = ({**row, "seq": highest + n} for n, row in enumerate(rows, start=1))
            append.run_all(connection, numbered)

    def rows(
        self, *, entity: EntityId | None = None, cycle: int | None = None, limit: int = 1000
    ) -> list[HistoryRow]:
        """Return changes, newest first, but for those that can't be read."""
        chosen = select(tables.history).where(H.plan == self._plan)
        if entity is not None:
            chosen = chosen.where(H.entity == entity)
        if cycle is not None:
            chosen = chosen.where(H.cycle == cycle)
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(H.seq.desc()).limit(limit)).all()
        read = (self.damaged.read(row, str(row.seq), _history, of=row.entity) for row in rows)
        return [row for row in read if row is not None]

    def row(self, seq: int) -> HistoryRow | None:
        """Return one change by its number."""
        chosen = select(tables.history).where(H.plan == self._plan, H.seq == seq)
        with self._database.transaction() as connection:
            row = connection.execute(chosen).first()
        return self.damaged.read(row, str(row.seq), _history, of=row.entity) if row else None

    def last_cycle(self) -> int:
        """Return the number of the last cycle that changed anything."""
        with self._database.transaction() as connection:
            return _LAST_CYCLE.number(connection, {"plan": self._plan})

    def add_conflicts(self, rows: Iterable[ConflictRow]) -> None:
        """Append values that lost."""
        written = [
            {
                "plan": self._plan,
                "cycle": row.cycle,
                "at": row.at.isoformat(),
                "entity": row.entity,
                "kind": row.kind,
                "title": row.title,
                "field": row.field,
                "won": dump_value(row.won),
                "won_by": row.won_by,
                "lost": dump_value(row.lost),
                "lost_by": row.lost_by,
                "lost_at": moment_text(row.lost_at),
                "settled": row.resolved,
            }
            for row in rows
        ]
        self._append(tables.conflicts, written)

    def conflicts(
        self, *, entity: EntityId | None = None, resolved: bool | None = None
    ) -> list[ConflictRow]:
        """Return values that lost, newest first, but for those that can't be read."""
        chosen = select(tables.conflicts).where(C.plan == self._plan)
        if entity is not None:
            chosen = chosen.where(C.entity == entity)
        if resolved is not None:
            chosen = chosen.where(C.settled.is_(resolved))
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(C.seq.desc())).all()
        damaged = self.damaged_conflicts
        read = (damaged.read(row, str(row.seq), _conflict, of=row.entity) for row in rows)
        return [row for row in read if row is not None]

    def resolve_conflict(self, seq: int) -> None:
        """Mark a conflict as looked at."""
        changed = update(tables.conflicts).where(C.plan == self._plan, C.seq == seq)
        with self._database.transaction() as connection:
            connection.execute(changed.values(settled=True))


def _history(row: Any) -> HistoryRow:
    kind = Kind(row.kind)
    return HistoryRow(
        seq=row.seq,
        cycle=row.cycle,
        at=datetime.fromisoformat(row.at),
        by=row.by,
        set_at=moment_of(row.set_at),
        entity=EntityId(row.entity),
        kind=kind,
        title=row.title,
        field=row.field,
        before=load_value(kind, row.field, row.before),
        after=load_value(kind, row.field, row.after),
    )


def _conflict(row: Any) -> ConflictRow:
    kind = Kind(row.kind)
    return ConflictRow(
        seq=row.seq,
        cycle=row.cycle,
        at=datetime.fromisoformat(row.at),
        entity=EntityId(row.entity),
        kind=kind,
        title=row.title,
        field=row.field,
        won=load_value(kind, row.field, row.won),
        won_by=row.won_by,
        lost=load_value(kind, row.field, row.lost),
        lost_by=row.lost_by,
        lost_at=moment_of(row.lost_at),
        resolved=bool(row.settled),
    )
