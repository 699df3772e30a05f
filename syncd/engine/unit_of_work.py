"""The one place that changes the plan: records, authors, history, conflicts, what is dirty."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from syncd.engine.context import SCHEDULE, Context
from syncd.engine.outcomes import mark_addressed_dirty, mark_blocks_dirty
from syncd.model.entities import Entity, Kind, Skill, kind_of
from syncd.model.entities import replace as with_fields
from syncd.model.ids import EntityId, ToolName
from syncd.model.schema import FIELDS, fields_of
from syncd.model.values import Value
from syncd.store.rows import ConflictRow, HistoryRow, Record
from syncd.sync.merge import Author, Conflict, FieldChange

_PLANNED_BY: Mapping[Kind, frozenset[str]] = {
    Kind.TASK: frozenset(
        [
            "goal",
            "milestone",
            "parent",
            "due",
            "estimate_minutes",
            "priority",
            "done",
            "archived",
        ]
    ),
    Kind.MILESTONE: frozenset(["goal", "due", "done", "archived"]),
    Kind.GOAL: frozenset(["status", "priority", "weekly_minutes", "archived"]),
    Kind.BLOCK: frozenset(["task", "start", "end", "state", "archived"]),
}
_STANDING = frozenset({"status", "archived", "goal", "milestone", "parent"})
"""Fields that decide, for others too, whether a tool holds them."""


@dataclass
class UnitOfWork:
    """Collects changes of the plan and writes them down at once with ``commit``.

    ``before`` holds what each changed entity was at the start; None for a new one.
    ``plans``: the schedule itself holds the work, and need not look again.
    """

    context: Context
    cycle: int
    now: datetime
    records: dict[EntityId, Record] = field(default_factory=dict)
    before: dict[EntityId, Entity | None] = field(default_factory=dict)
    conflicts: int = 0
    plans: bool = False
    _saved: set[EntityId] = field(default_factory=set)
    _editors: dict[EntityId, str] = field(default_factory=dict)
    _history: list[HistoryRow] = field(default_factory=list)
    _touched: dict[ToolName, set[EntityId]] = field(default_factory=dict)

    @classmethod
    def fresh(cls, context: Context, *, plans: bool = False) -> "UnitOfWork":
        """Return a work for what changes now; number and time are the next cycle's."""
        cycle, now = context.store.history.last_cycle() + 1, context.clock.now()
        return cls(context, cycle, now, plans=plans)

    def load(self, ids: Iterable[EntityId]) -> None:
        """Read records that will be needed."""
        missing = [entity for entity in set(ids) if entity not in self.records]
        self.records.update(self.context.store.plan.many(missing))

    def make(self, record: Record, by: str) -> None:
        """Add an entity to the plan."""
        entity = record.entity
        self.records[entity.id] = record
        self.context.store.plan.save([record])
        self._history.append(self._row(entity, Author(by=by, at=None), "", after=entity.title))
        self._mark(entity.id, None)
        self._tell_schedule(entity, _PLANNED_BY.get(kind_of(entity), frozenset()))

    def change(self, entity: EntityId, changes: Sequence[FieldChange]) -> None:
        """Give fields of an entity new values."""
        if not changes:
            return
        record = self.records[entity]
        before = record.entity
        values = {change.field: change.after for change in changes}
        after = with_fields(before, **values)
        authors = {**record.authors, **{change.field: change.author for change in changes}}
        self.records[entity] = Record(entity=after, authors=authors)
        fresh = self.before.get(entity, before) is None
        for change in changes:
            self._editors[entity] = change.author.by
            if not fresh and not FIELDS[kind_of(before)][change.field].derived:
                self._history.append(
                    self._row(after, change.author, change.field, change.before, change.after)
                )
        self._mark(entity, before)
        self._tell_schedule(after, values)
        named = isinstance(after, Skill) and "title" in values
        if named or _STANDING & values.keys():
            self._touch_dependants(entity)

    def put(self, entity: Entity, by: str) -> None:
        """Set an entity whole: every field that differs is a change by ``by``."""
        known = self.records.get(entity.id) or self.context.store.plan.get(entity.id)
        if known is None and entity.id in self.context.store.plan.damaged:
            return  # it is there, and can't be read
        if known is None:
            authors = {
                name: Author(by=by, at=self.now)
                for name, value in fields_of(entity).items()
                if value != FIELDS[kind_of(entity)][name].default
            }
            self.make(Record(entity=entity, authors=authors), by)
            return
        self.records[entity.id] = known
        old, new = fields_of(known.entity), fields_of(entity)
        author = Author(by=by, at=self.now)
        self.change(
            entity.id,
            [
                FieldChange(field=name, before=old[name], after=value, author=author)
                for name, value in new.items()
                if value != old[name]
            ],
        )

    def record_conflict(self, entity: EntityId, conflicts: Sequence[Conflict]) -> None:
        """Keep values that lost."""
        record = self.records[entity].entity
        self.conflicts += len(conflicts)
        self.context.store.history.add_conflicts(
            ConflictRow(
                cycle=self.cycle,
                at=self.now,
                entity=entity,
                kind=kind_of(record),
                title=record.title,
                field=conflict.field,
                won=conflict.won,
                won_by=conflict.won_by,
                lost=conflict.lost,
                lost_by=conflict.lost_by,
                lost_at=conflict.lost_at,
            )
            for conflict in conflicts
        )

    def record_event(self, entity: EntityId, row: HistoryRow) -> None:
        """Write down something that happened without changing a field."""
        self._history.append(row)
        self._editors.setdefault(entity, row.by)

    def edited(self, entity: EntityId) -> bool:
        """Say whether the entity was edited in this cycle."""
        return entity in self._editors

    def editor(self, entity: EntityId) -> str:
        """Return who edited it last, in this cycle or before."""
        if entity in self._editors:
            return self._editors[entity]
        known = [
            author for author in self.records[entity].authors.values() if author.at is not None
        ]
        latest = max(known, key=lambda author: (author.at is not None, author.at), default=None)
        return latest.by if latest else "plan"

    def mark_dirty(self, tool: ToolName, entity: EntityId) -> None:
        """Mark an entity as to be decided in one tool."""
        self._touched.setdefault(tool, set()).add(entity)

    def readdress(self, kind: Kind, entity: EntityId) -> None:
        """Mark an entity whose page moved, where its address is shown."""
        store, audience = self.context.store, self.context.audience
        mark_addressed_dirty(store, audience, kind, [entity])
        mark_blocks_dirty(store, audience, kind, entity)

    def commit(self) -> None:
        """Write everything down."""
        store = self.context.store
        dirty = [entity for entity in self.before if entity not in self._saved]
        store.plan.save(self.records[entity] for entity in dirty)
        self._saved.update(dirty)
        store.history.add(self._history)
        self._history.clear()
        for tool, ids in self._touched.items():
            store.links.mark_dirty(tool, ids)
        self._touched.clear()

    def _mark(self, entity: EntityId, before: Entity | None) -> None:
        self.before.setdefault(entity, before)
        self._saved.discard(entity)
        for tool in self.context.names:
            self.mark_dirty(tool, entity)

    def _tell_schedule(self, entity: Entity, names: Collection[str]) -> None:
        if self.plans or self.context.preferences is None:
            return
        if not _PLANNED_BY.get(kind_of(entity), frozenset()).isdisjoint(names):
            self.mark_dirty(SCHEDULE, entity.id)

    def _touch_dependants(self, entity: EntityId) -> None:
        """Mark what stands and falls with an entity: what refers to it, and all below."""
        seen: set[EntityId] = set()
        level = [entity]
        while level:
            referrers = [
                referrer
                for target in level
                for referrer in self.context.store.plan.referring(target)
            ]
            level = [referrer for referrer in referrers if referrer not in seen]
            seen.update(level)
        for tool in self.context.names:
            for dependant in seen:
                self.mark_dirty(tool, dependant)

    def _row(
        self,
        entity: Entity,
        author: Author,
        field: str,
        before: Value = None,
        after: Value = None,
    ) -> HistoryRow:
        return HistoryRow(
            cycle=self.cycle,
            at=self.now,
            by=author.by,
            set_at=author.at,
            entity=entity.id,
            kind=kind_of(entity),
            title=entity.title or str(after or ""),
            field=field,
            before=before,
            after=after,
        )
