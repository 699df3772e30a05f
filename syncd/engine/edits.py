"""Changes that the person makes to the plan itself: undo, restore, import."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncd.engine.context import Context
from syncd.engine.rules import follow_rules
from syncd.engine.unit_of_work import UnitOfWork
from syncd.errors import Mistake
from syncd.model.entities import Entity
from syncd.model.ids import EntityId
from syncd.model.schema import fields_of
from syncd.model.values import overlaid, without
from syncd.store.rows import HistoryRow
from syncd.sync.decide import Presence
from syncd.sync.merge import Author, FieldChange

PERSON = "you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undo took back, and what it left because it was edited since."""

    taken_back: tuple[HistoryRow, ...] = ()
    kept: tuple[HistoryRow, ...] = ()


def put_all(context: Context, entities: Iterable[Entity], by: str) -> int:
    """Set entities whole (an import); return how many changed."""
    with context.store.transaction():
        work = UnitOfWork.fresh(context)
        entity_list = list(entities)
        work.load(entity.id for entity in entity_list)
        for entity in entity_list:
            work.put(entity, by)
        return _finish(context, work)


def bring_back(context: Context, ids: Sequence[EntityId]) -> int:
    """Take entities out of the archive, and let every tool make them again."""
    links = context.store.links
    with context.store.transaction():
        work = UnitOfWork.fresh(context)
        work.load(ids)
        author = Author(by=PERSON, at=work.now)
        for entity in ids:
            if entity not in work.records:
                message = f"There is no {entity} in the plan: see `syncd history` for its id."
                raise Mistake(message)
            if work.records[entity].entity.archived:
                back = FieldChange(field="archived", before=True, after=False, author=author)
                work.change(entity, [back])
            for tool, link in links.of_entity(entity).items():
                if link.presence in (Presence.GONE, Presence.DETACHED):
                    links.set_presence(tool, entity, Presence.REMOVED_BY_US)
                links.mark_dirty(tool, [entity])
        return _finish(context, work)


def set_field(context: Context, entity: EntityId, name: str, value: object, by: str) -> int:
    """Set one field of an entity."""
    with context.store.transaction():
        work = UnitOfWork.fresh(context)
        work.load([entity])
        if entity not in work.records:
            message = f"There is no {entity} in the plan: see `syncd plan show --json` for ids."
            raise Mistake(message)
        before = fields_of(work.records[entity].entity)[name]
        if before != value:
            author = Author(by=by, at=work.now)
            change = FieldChange(field=name, before=before, after=value, author=author)  # type: ignore[arg-type]  # as typed in the schema
            work.change(entity, [change])
        return _finish(context, work)


def undo(context: Context, rows: Sequence[HistoryRow]) -> Undone:
    """Take changes back, newest first; what was edited since stays, and is listed."""
    taken: list[HistoryRow] = []
    kept: list[HistoryRow] = []
    with context.store.transaction():
        work = UnitOfWork.fresh(context)
        work.load(row.entity for row in rows)
        for row in sorted(rows, key=lambda row: -row.seq):
            change = _inverse(row, work)
            if change is None:
                kept.append(row)
                continue
            work.change(row.entity, [change])
            if row.field == "archived":
                _return(context, row.entity)
            taken.append(row)
        _finish(context, work)
    return Undone(taken_back=tuple(taken), kept=tuple(kept))


def take_lost(context: Context, seq: int) -> str:
    """Give a field the value that lost in a conflict; return the entity's title."""
    store = context.store
    conflict = next(
        (conflict for conflict in store.history.conflicts() if conflict.seq == seq), None
    )
    if conflict is None:
        message = f"There is no conflict {seq}: `syncd conflicts` lists them."
        raise Mistake(message)
    with store.transaction():
        record = store.plan.get(conflict.entity)
        now = fields_of(record.entity).get(conflict.field) if record is not None else None
        set_field(
            context, conflict.entity, conflict.field, overlaid(now, conflict.lost), PERSON
        )
        store.history.resolve_conflict(seq)
    return conflict.title


def _inverse(row: HistoryRow, work: UnitOfWork) -> FieldChange | None:
    """Return the change that takes a row back, or None where it no longer can be."""
    record = work.records.get(row.entity)
    if record is None or row.field == "occurrence":
        return None
    author = Author(by=f"{PERSON} (undo)", at=work.now)
    if row.field == "":
        if record.entity.archived:
            return None
        return FieldChange(field="archived", before=False, after=True, author=author)
    now = fields_of(record.entity).get(row.field)
    back = row.before
    if now != row.after:
        back = without(now, row.before, row.after)
        if back is None:
            return None
    return FieldChange(field=row.field, before=now, after=back, author=author)


def _return(context: Context, entity: EntityId) -> None:
    """An archived entity that comes back is made again where it was removed."""
    links = context.store.links
    for tool, link in links.of_entity(entity).items():
        if link.presence in (Presence.GONE, Presence.DETACHED):
            links.set_presence(tool, entity, Presence.REMOVED_BY_US)


def _finish(context: Context, work: UnitOfWork) -> int:
    work.commit()
    follow_rules(context, work)
    work.commit()
    return len(work.before)
