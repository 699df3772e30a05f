"""A plan file, or the data of one, to entities; what can't be read gets a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncd.model.entities import REFERENCE_ORDER, Entity, Kind, Task, replace
from syncd.model.exchange.days import Here, read_instant
from syncd.model.exchange.drafts import Draft, drafts_of
from syncd.model.exchange.problems import Problems, Unreadable
from syncd.model.exchange.register import Register
from syncd.model.exchange.scalars import read_value
from syncd.model.exchange.source import data_of
from syncd.model.exchange.words import zone_key
from syncd.model.fields import REFERENCES, FieldSpec, FieldType
from syncd.model.ids import EntityId
from syncd.model.pairs import overlaid
from syncd.model.plan import Plan
from syncd.model.schema import FIELDS, entity_from, fields_of
from syncd.model.values import Value

_INHERITED = ("goal", "milestone")


@dataclass(frozen=True, slots=True)
class Imported:
    """The entities of a plan file, whole, and what could not be read, in sentences."""

    entities: tuple[Entity, ...]
    problems: tuple[str, ...] = ()


def read_plan(
    source: Any, now: datetime, existing: Iterable[Entity] = (), zone: str = "UTC"
) -> Imported:
    """Return the entities of ``source``: the text of a YAML or JSON file, or its data.

    now: an aware instant, from which ``+30d`` counts. zone: the plan's IANA zone, for
    times without one. existing: the plan as it is; what is the same there keeps its id,
    and fields that the file does not name keep their values.

    Raises ``Mistake`` only for a text that can't be read as a whole.
    """
    problems = Problems()
    data = data_of(source, problems) if isinstance(source, str) else source
    drafts = drafts_of(data, problems)
    plan = Plan.of(existing)
    reading = _Reading(plan, Here(now, zone), problems, Register(plan, problems))
    for kind in REFERENCE_ORDER:
        for draft in drafts:
            if draft.kind is kind:
                reading.read(draft)
    reading.join_sub_tasks()
    return Imported(tuple(reading.entities.values()), problems.all())


@dataclass(slots=True)
class _Reading:
    existing: Plan
    here: Here
    problems: Problems
    register: Register
    entities: dict[EntityId, Entity] = field(default_factory=dict)
    ids: dict[Draft, EntityId] = field(default_factory=dict)

    def read(self, draft: Draft) -> None:
        """Read one draft; those that it refers to have been read, but for its parent."""
        values = self._inherited(draft) | self._values(draft)
        owner = self.ids.get(draft.owner) if draft.owner else None
        found = self.register.identify(draft, values, owner)
        if found is None:
            return
        self.ids[draft] = found
        old = self.existing.get(found)
        created = self._created_at(draft, old)
        fields = (fields_of(old) if old else {}) | _beside(old, values)
        self.entities[found] = entity_from(draft.kind, found, created, fields)

    def _inherited(self, draft: Draft) -> dict[str, Value]:
        """Return what follows from where a draft stands: its goal, its milestone."""
        above = self.ids.get(draft.owner) if draft.owner else None
        if above is None:
            return {}
        names = [name for name in _INHERITED if name in FIELDS[draft.kind]]
        values = {name: getattr(self.entities[above], name, None) for name in names}
        if draft.owner_field in values:
            values[draft.owner_field] = above
        return {name: value for name, value in values.items() if value is not None}

    def _values(self, draft: Draft) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, spec in FIELDS[draft.kind].items():
            if name not in draft.raw or name == "parent":
                continue
            try:
                values[name] = self._value(draft, spec, values)
            except Unreadable as why:
                self._wrong(draft, name, why)
        return values

    def _value(self, draft: Draft, spec: FieldSpec, values: Mapping[str, Value]) -> Value:
        raw = draft.raw[spec.name]
        if raw is None or spec.type not in REFERENCES:
            return read_value(spec, raw, draft.raw.get(zone_key(spec.name)), self.here)
        goal = values.get("goal") or self._inherited(draft).get("goal")
        if spec.type is FieldType.REF:
            return self.register.resolve(Kind(spec.target or ""), raw, goal)
        return self._several(draft, spec, raw)

    def _several(self, draft: Draft, spec: FieldSpec, raw: Any) -> frozenset[str]:
        """Resolve each of several references; those that mean nothing are left out."""
        listed = raw if isinstance(raw, list) else str(raw).split(",")
        found: set[str] = set()
        for one in listed:
            try:
                found.add(self.register.resolve(Kind(spec.target or ""), one))
            except Unreadable as why:
                self._wrong(draft, spec.name, why)
        return frozenset(found)

    def _created_at(self, draft: Draft, old: Entity | None) -> datetime:
        raw = draft.raw.get("created_at")
        if raw is not None:
            try:
                return read_instant(raw, self.here)
            except Unreadable as why:
                self._wrong(draft, "created_at", why)
        return old.created_at if old else self.here.now

    def join_sub_tasks(self) -> None:
        """Resolve which task is part of which, now that all have their ids."""
        for draft, one in self.ids.items():
            if draft.kind is not Kind.TASK:
                continue
            try:
                parent = self._parent(draft, one)
            except Unreadable as why:
                self._wrong(draft, "parent", why)
            else:
                self.entities[one] = replace(self.entities[one], parent=parent)

    def _parent(self, draft: Draft, one: EntityId) -> EntityId | None:
        task = self.entities[one]
        if "parent" in draft.raw:
            raw = draft.raw["parent"]
            goal = getattr(task, "goal", None)
            parent = None if raw is None else self.register.resolve(Kind.TASK, raw, goal)
        elif draft.owner and draft.owner_field == "parent":
            parent = self.ids.get(draft.owner)
        else:
            parent = getattr(task, "parent", None)
        if parent is not None and self._is_above(one, parent):
            raise Unreadable("a task can't be part of itself: name another, or none")
        return parent

    def _is_above(self, one: EntityId, below: EntityId) -> bool:
        """Say whether ``one`` is ``below`` or one of the tasks that that is a part of."""
        seen: set[EntityId] = set()
        at: EntityId | None = below
        while at is not None and at not in seen:
            if at == one:
                return True
            seen.add(at)
            task = self.entities.get(at) or self.existing.get(at)
            at = task.parent if isinstance(task, Task) else None
        return False

    def _wrong(self, draft: Draft, name: str, why: Unreadable) -> None:
        self.problems.add(
            f"{draft.where}, {name}", str(why) + ("" if str(why)[-1] == "?" else ".")
        )


def _beside(old: Entity | None, values: dict[str, Value]) -> dict[str, Value]:
    """Return what a file says; prompts that it does not name keep their answers."""
    known = fields_of(old) if old else {}
    return {name: overlaid(known.get(name), it) for name, it in values.items()}
