"""What one tool should hold, against what it holds: its operations."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncd.engine.context import Beside, Context, StoredPlanView
from syncd.engine.tool import Tool
from syncd.engine.translate import Translator, as_label, targets, unmapped_fields
from syncd.model.entities import Entity, Kind, kind_of
from syncd.model.ids import EntityId
from syncd.model.remote import LINKS, PAGE_URL
from syncd.model.rules.world import LiveState, live_state
from syncd.model.schema import fields_of
from syncd.store.database import Damaged
from syncd.store.rows import Link, Record
from syncd.sync.decide import (
    Case,
    Desired,
    KnownItem,
    Operation,
    Presence,
    decide,
    in_order,
    plan_hash,
)

_WANTS = {
    LiveState.IN: Desired.PRESENT,
    LiveState.KEEP: Desired.UNCHANGED,
    LiveState.OUT: Desired.ABSENT,
}


SLICE = 250
"""How many entities are looked at together: what was read of them is dropped after that."""


@dataclass(slots=True, kw_only=True)
class WritePlan:
    """A tool's operations in order, and the stamps of the entities they are about.

    unchanged: entities that need nothing; refused: operations that the tool refused
    before and would refuse again; moot: entities of which that is no longer asked.
    parents: of entities to be written, another of the same kind that comes before them.
    decider: what was read to decide, where that is little enough to be kept for the writer.
    """

    operations: list[Operation] = field(default_factory=list)
    stamps: dict[EntityId, int] = field(default_factory=dict)
    unchanged: dict[EntityId, int] = field(default_factory=dict)
    refused: int = 0
    moot: list[EntityId] = field(default_factory=list)
    parents: dict[EntityId, EntityId] = field(default_factory=dict)
    decider: "Decider | None" = None


def write_plan(
    context: Context,
    tool: Tool,
    later: Collection[EntityId] = frozenset(),
    *,
    whole: bool = False,
) -> WritePlan:
    """Decide for every entity that changed since the last decision, but for ``later``.

    What is to be made has no fields here unless ``whole``: they are worked out when it is
    written, when more of what it refers to is there.
    """
    store = context.store
    stamps = store.links.dirty(tool.name)
    busy = store.journal.entities(tool.name)
    ids = [entity for entity in stamps if entity not in busy and entity not in later]
    result = WritePlan(stamps=stamps)
    refused = {
        problem.entity: problem.refused
        for problem in (store.tools.problems(tool.name) if ids else ())
        if problem.refused and problem.entity
    }
    for start in range(0, len(ids), SLICE):
        part = Decider.of(context, tool, ids[start : start + SLICE])
        _project_part(part, result, refused, whole=whole)
        result.decider = part if len(ids) <= SLICE else None
    result.operations = in_order(result.operations, result.parents)
    return result


def _project_part(
    decider: "Decider", result: WritePlan, refused: Mapping[EntityId, str], *, whole: bool
) -> None:
    """Decide for some entities."""
    for entity in decider.ids:
        if decider.must_wait(entity):
            continue
        operation = decider.decide(entity, slim=not whole and entity not in refused)
        if operation is None:
            result.unchanged[entity] = result.stamps[entity]
            if entity in refused:
                result.moot.append(entity)
        elif refused.get(entity) == _bare(operation):
            result.refused += 1
            result.unchanged[entity] = result.stamps[entity]
        else:
            result.operations.append(operation)
            parent = decider.parent(entity)
            if parent is not None:
                result.parents[entity] = parent


def desired(
    tool: Tool,
    entity: Entity,
    context: Context,
    view: StoredPlanView,
    beside: Beside | None = None,
) -> Desired:
    """Return whether a tool should hold an entity."""
    kind = kind_of(entity)
    shown = None if entity.archived else context.shown(tool, entity, beside)
    if shown is None or not tool.connector.can_hold(kind, shown):
        return Desired.ABSENT
    if not tool.connector.capabilities[kind].live_only:
        return Desired.PRESENT
    damaged = context.store.plan.damaged
    if damaged and any(target in damaged for target in targets(kind, fields_of(entity))):
        return Desired.UNCHANGED  # whether that rests can't be told
    return _WANTS[live_state(entity, view)]


@dataclass(slots=True)
class Decider:
    """Some entities and all that is read to decide for them in one tool, at once.

    ``links`` and ``translator`` are kept up to date by whoever writes.
    """

    context: Context
    tool: Tool
    ids: Sequence[EntityId]
    records: dict[EntityId, Record] = field(default_factory=dict)
    links: dict[EntityId, Link] = field(default_factory=dict)
    paused: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    view: StoredPlanView = field(init=False)
    translator: Translator = field(init=False)
    beside: Beside = field(init=False)
    _wants: dict[EntityId, Desired] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.view = StoredPlanView(self.context.store)
        self.translator = Translator.of(self.context.store, self.tool)
        self.beside = Beside(self.context.store)

    @classmethod
    def of(cls, context: Context, tool: Tool, ids: Sequence[EntityId]) -> "Decider":
        """Read what is needed for these entities."""
        store = context.store
        decider = cls(context, tool, ids, paused=unmapped_fields(store, tool))
        with store.transaction():
            decider.records = store.plan.many(ids)
            decider.links = store.links.of_entities(tool.name, ids)
            decider._learn()
        return decider

    def _learn(self) -> None:
        """Look up what the entities refer to, and which of that is leaving the tool."""
        self.view.known(record.entity for record in self.records.values())
        referred: set[EntityId] = set()
        for record in self.records.values():
            entity = record.entity
            referred.update(targets(kind_of(entity), fields_of(entity)))
        self.view.learn(referred)
        above = (self.view.get(entity_id) for entity_id in referred)
        self.view.learn(
            target_id
            for entity in above
            if entity
            for target_id in targets(kind_of(entity), fields_of(entity))
        )
        self.translator.learn_entities(referred)
        self.beside.learn(self._addressed(referred))
        for entity_id in referred:
            target = self.view.get(entity_id)
            if target is not None and self._carried(target) and self._leaves(target):
                self.translator.leaving.add(entity_id)

    def _addressed(self, referred: Iterable[EntityId]) -> set[EntityId]:
        """Return the entities whose addresses the tool shows: their own, or their tasks'."""
        shown = {
            record.entity.id
            for record in self.records.values()
            if self._carried(record.entity) and PAGE_URL in self._fields(record.entity)
        }
        for record in self.records.values():
            if self._carried(record.entity) and LINKS in self._fields(record.entity):
                shown.update(referred)
                break
        return shown

    def _fields(self, entity: Entity) -> frozenset[str]:
        return self.tool.connector.capabilities[kind_of(entity)].fields

    def must_wait(self, entity: EntityId) -> bool:
        """Say whether what is known of an entity, or of its item, can't be read."""
        link = self.links.get(entity)
        return entity in self._damaged or (link is not None and link.damaged)

    def parent(self, entity: EntityId) -> EntityId | None:
        """Return an entity of the same kind that this one is a part of."""
        parent = getattr(self.records[entity].entity, "parent", None)
        return EntityId(str(parent)) if parent else None

    def fit(self, entity: EntityId) -> dict[str, Any]:
        """Return what the tool can hold of an entity, less what is paused there."""
        record = self.records[entity].entity
        fit = self.context.fit(
            self.tool, record, self.translator, self.links.get(entity), self.beside
        )
        paused = self.paused.get(kind_of(record))
        return fit if not paused else {name: fit[name] for name in fit if name not in paused}

    def decide(
        self, entity: EntityId, *, slim: bool = False, fit: Mapping[str, Any] | None = None
    ) -> Operation | None:
        """Return what is to be done about an entity; ``fit``, if it is known already.

        slim: without the fields of what is to be made.
        """
        record, link = self.records.get(entity), self.links.get(entity)
        if record is None or not self._carried(record.entity):
            return None
        plan_entity, kind = record.entity, kind_of(record.entity)
        carried = self.tool.connector.capabilities[kind]
        held_item = _held(self.tool, link)
        there = held_item is not None and held_item.presence is Presence.PRESENT
        wanted = self._want(plan_entity)
        if fit is None:
            needed = there if slim else True
            fit = self.fit(entity) if needed and wanted is not Desired.ABSENT else {}
        left = self._left(
            plan_entity, carried.read_only | (carried.write_once if there else frozenset())
        )
        case = Case(
            kind=kind,
            entity=plan_entity.id,
            title=plan_entity.title,
            want=wanted,
            fit={name: value for name, value in fit.items() if name not in left},
            item=held_item,
            recreate=carried.delete_archives,
            archived=plan_entity.archived,
            hides_done=carried.hides_done,
        )
        return decide(case)

    def _left(self, entity: Entity, left: frozenset[str]) -> frozenset[str]:
        """Return the fields that are not written, ``left`` and more."""
        if not self._damaged or not as_label(self.tool, kind_of(entity)):
            return left
        skill = fields_of(entity)["skill"]
        return left | {"labels"} if skill in self._damaged else left  # its label can't be told

    def _want(self, entity: Entity) -> Desired:
        if entity.id not in self._wants:
            want = desired(self.tool, entity, self.context, self.view, self.beside)
            self._wants[entity.id] = want
        return self._wants[entity.id]

    @property
    def _damaged(self) -> Damaged:
        return self.context.store.plan.damaged

    def _carried(self, entity: Entity) -> bool:
        return kind_of(entity) in self.tool.connector.capabilities

    def _leaves(self, entity: Entity) -> bool:
        return self._want(entity) is Desired.ABSENT


def _held(tool: Tool, link: Link | None) -> KnownItem | None:
    if link is None:
        return None
    marked = not tool.connector.keeps_marks or link.mark == link.entity
    return KnownItem(
        presence=link.presence, base=link.base, normalised=link.normalised, marked=marked
    )


def _bare(operation: Operation) -> str:
    """Hash an operation as a refusal remembers it."""
    return plan_hash([operation])
