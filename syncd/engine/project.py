"""What one tool should hold, against what it holds: its operations."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from syncd.engine.context import Context
from syncd.engine.paused import paused_fields
from syncd.engine.skill_labels import as_label
from syncd.engine.tool import Tool
from syncd.engine.translate import Translator, targets
from syncd.engine.view import StoredPlan
from syncd.model.entities import Entity, Kind, kind_of
from syncd.model.ids import EntityId
from syncd.model.rules.standing import Standing, standing
from syncd.model.schema import FIELDS, fields_of
from syncd.store.damage import Damaged
from syncd.store.rows import Link, Record
from syncd.sync.decide import (
    Case,
    Held,
    Operation,
    Presence,
    Want,
    decide,
    fingerprint,
    in_order,
)

_WANTS = {Standing.IN: Want.HAVE, Standing.KEEP: Want.KEEP, Standing.OUT: Want.DROP}


@dataclass(slots=True, kw_only=True)
class Projection:
    """A tool's operations in order, and the stamps of the entities they are about.

    settled: entities that need nothing; refused: operations that the tool refused
    before and would refuse again; moot: entities of which that is no longer asked.
    leaving: what the tool is about to lose.
    """

    operations: list[Operation] = field(default_factory=list)
    stamps: dict[EntityId, int] = field(default_factory=dict)
    settled: dict[EntityId, int] = field(default_factory=dict)
    refused: int = 0
    moot: list[EntityId] = field(default_factory=list)
    leaving: set[EntityId] = field(default_factory=set)


def project(
    context: Context, tool: Tool, later: Collection[EntityId] = frozenset()
) -> Projection:
    """Decide for every entity that changed since the last decision, but for ``later``."""
    store = context.store
    stamps = store.links.touched(tool.name)
    busy = store.journal.entities(tool.name)
    ids = [entity for entity in stamps if entity not in busy and entity not in later]
    result = Projection(stamps=stamps)
    if not ids:
        return result
    records = store.plan.many(ids)
    links = store.links.of_entities(tool.name, ids)
    judge = _Judge(context, tool, paused_fields(store, tool))
    judge.learn(records.values())
    refused = {
        one.entity: one.refused for one in store.tools.problems(tool.name) if one.refused
    }
    operations: list[Operation] = []
    for entity in ids:
        if judge.must_wait(entity, links.get(entity)):
            continue
        operation = judge.decide(records.get(entity), links.get(entity))
        if operation is None:
            result.settled[entity] = stamps[entity]
            if entity in refused:
                result.moot.append(entity)
        elif refused.get(entity) == _bare(operation):
            result.refused += 1
            result.settled[entity] = stamps[entity]
        else:
            operations.append(operation)
    result.operations = in_order(operations, _parents(records))
    result.leaving = judge.translator.leaving
    return result


def want(tool: Tool, entity: Entity, context: Context, view: StoredPlan) -> Want:
    """Return whether a tool should hold an entity."""
    kind = kind_of(entity)
    if entity.archived or not tool.connector.holds(kind, context.shown(tool, entity)):
        return Want.DROP
    if not tool.connector.carries[kind].live_only:
        return Want.HAVE
    if any(one in context.store.plan.damaged for one in targets(kind, fields_of(entity))):
        return Want.KEEP  # whether that rests can't be told
    return _WANTS[standing(entity, view)]


@dataclass(slots=True)
class _Judge:
    context: Context
    tool: Tool
    paused: Mapping[Kind, frozenset[str]]
    view: StoredPlan = field(init=False)
    translator: Translator = field(init=False)

    def __post_init__(self) -> None:
        self.view = StoredPlan(self.context.store)
        self.translator = Translator.of(self.context.store, self.tool)

    def learn(self, records: Iterable[Record]) -> None:
        """Look up what the records refer to, and which of that is leaving the tool."""
        entities = [record.entity for record in records]
        referred: set[EntityId] = set()
        for entity in entities:
            referred.update(targets(kind_of(entity), fields_of(entity)))
        self.view.learn(referred | {entity.id for entity in entities})
        self.translator.learn_entities(referred)
        for one in referred:
            target = self.view.get(one)
            if target is not None and self._carried(target) and self._leaves(target):
                self.translator.leaving.add(one)

    def must_wait(self, entity: EntityId, link: Link | None) -> bool:
        """Say whether what is known of an entity, or of its item, can't be read."""
        return entity in self._damaged or (link is not None and link.damaged)

    def decide(self, record: Record | None, link: Link | None) -> Operation | None:
        if record is None or not self._carried(record.entity):
            return None
        entity = record.entity
        kind = kind_of(entity)
        fit = self.context.fit(self.tool, entity, self.translator, link)
        paused = self.paused.get(kind, frozenset())
        carried = self.tool.connector.carries[kind]
        held = _held(self.tool, link)
        there = held is not None and held.presence is Presence.PRESENT
        left = carried.told | (carried.once if there else frozenset())
        if as_label(self.tool, kind) and fields_of(entity)["skill"] in self._damaged:
            left |= {"labels"}  # its skill's own label can't be told
        case = Case(
            kind=kind,
            entity=entity.id,
            title=entity.title,
            want=want(self.tool, entity, self.context, self.view),
            fit={name: value for name, value in fit.items() if name not in paused | left},
            held=held,
            recreate=carried.archives,
            archived=entity.archived,
            hides_done=carried.hides_done,
        )
        return decide(case)

    @property
    def _damaged(self) -> Damaged:
        return self.context.store.plan.damaged

    def _carried(self, entity: Entity) -> bool:
        return kind_of(entity) in self.tool.connector.carries

    def _leaves(self, entity: Entity) -> bool:
        return want(self.tool, entity, self.context, self.view) is Want.DROP


def _held(tool: Tool, link: Link | None) -> Held | None:
    if link is None:
        return None
    marked = not tool.connector.keeps_marks or link.mark == link.entity
    return Held(presence=link.presence, base=link.base, settled=link.settled, marked=marked)


def _parents(records: Mapping[EntityId, Record]) -> dict[EntityId, EntityId]:
    """Map entities to those of the same kind that they refer to."""
    found: dict[EntityId, EntityId] = {}
    for entity, record in records.items():
        fields = fields_of(record.entity)
        specs = FIELDS[kind_of(record.entity)]
        parent = fields.get("parent") if "parent" in specs else None
        if parent:
            found[entity] = EntityId(str(parent))
    return found


def _bare(operation: Operation) -> str:
    """Hash an operation as a refusal remembers it."""
    return fingerprint([operation])
