"""A plan file to entities: who is who in it, and a sentence for what can't be read."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from syncd.model.entities import REFERENCE_ORDER, Entity, Kind, Task, kind_of, replace
from syncd.model.exchange.output import (
    ONE,
    Draft,
    Problems,
    Unreadable,
    as_text,
    drafts_of,
    shown,
    zone_key,
)
from syncd.model.exchange.values import Here, read_instant, read_value
from syncd.model.exchange.yaml import data_of
from syncd.model.ids import EntityId, derived_id
from syncd.model.plan import Plan, natural_key_of, normalised
from syncd.model.schema import FIELDS, Fields, entity_from, fields_of
from syncd.model.values import REFERENCES, FieldSpec, FieldType, Value, overlaid
from syncd.text import nearest

_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_-]{1,63}")
_NEAREST_OF = 300


class Register:
    """Gives each draft its id, and finds what references mean.

    Drafts have to come in the order in which kinds refer to each other.
    """

    def __init__(self, existing: Plan, problems: Problems) -> None:
        self._existing = existing
        self._problems = problems
        self._alike = existing.by_natural_key()
        self._kinds: dict[EntityId, Kind] = {entity.id: kind_of(entity) for entity in existing}
        self._keys: dict[tuple[Kind, str], EntityId] = {}
        self._new: dict[tuple[Kind, str], list[EntityId]] = defaultdict(list)
        self._old: dict[tuple[Kind, str], list[EntityId]] = defaultdict(list)
        self._goals: dict[EntityId, Any] = {}
        self._taken: set[EntityId] = set()
        self._times: Counter[tuple[str, ...]] = Counter()
        self._titles: dict[tuple[Kind, str], str] = {}
        for entity in existing:
            self._goals[entity.id] = getattr(entity, "goal", None)
            if not entity.archived:
                name = (kind_of(entity), normalised(entity.title))
                self._old[name].append(entity.id)
                self._titles[name] = entity.title

    def identify(self, draft: Draft, values: Fields, owner: EntityId | None) -> EntityId | None:
        """Return the id of a draft whose fields are ``values``; None if it can't have one.

        The id that is given, or what follows from the key, or from title and owner; an
        entity of the plan that is the same for a person keeps the id that it has.
        """
        entity_id = self._by_name(draft, values, owner)
        if entity_id is None:
            return None
        if entity_id in self._taken:
            self._problems.add(
                draft.where, "it is in this plan twice: change its id or its key."
            )
            return None
        self._kinds[entity_id] = draft.kind
        self._taken.add(entity_id)
        self._goals[entity_id] = values.get("goal")
        name = (draft.kind, normalised(draft.title))
        self._new[name].append(entity_id)
        self._titles[name] = draft.title
        return entity_id

    def _by_name(self, draft: Draft, values: Fields, owner: EntityId | None) -> EntityId | None:
        given, key = draft.name("id"), draft.name("key")
        if given is not None:
            return self._by_id(draft, given)
        if key is not None and (draft.kind, key) in self._keys:
            self._problems.add(draft.where, f"the key {shown(key)} is used twice: change one.")
            key = None
        if key is not None:
            entity_id = self._id_of(_imported(draft.kind, key), draft.kind, values)
            self._keys[draft.kind, key] = entity_id
            return entity_id
        if not draft.title.strip():
            self._problems.add(draft.where, "it has no title: give it one.")
            return None
        return self._by_title(draft, values, owner)

    def _by_id(self, draft: Draft, given: str) -> EntityId:
        entity_id = self._meant(draft.kind, given)
        key = draft.name("key")
        if key is not None:
            self._keys.setdefault((draft.kind, key), entity_id)
        return entity_id

    def _meant(self, kind: Kind, given: str) -> EntityId:
        """An id may be any text; one that could not stand in every tool, or is that of
        something of another kind, is only derived from."""
        known = self._kinds.get(EntityId(given))
        kept = known is kind or (known is None and _ID.fullmatch(given))
        return EntityId(given) if kept else _imported(kind, given)

    def _by_title(self, draft: Draft, values: Fields, owner: EntityId | None) -> EntityId:
        place = f"{values.get('goal') or ''}|{owner or ''}"
        title = normalised(draft.title)
        parts = ("import", str(draft.kind), title, place)
        while True:
            times = self._times[parts] = self._times[parts] + 1
            derived = derived_id(*parts, *([str(times)] if times > 1 else []))
            if derived not in self._taken:
                return self._id_of(derived, draft.kind, values)

    def _id_of(self, derived: EntityId, kind: Kind, values: Fields) -> EntityId:
        """Return the id of the live entity that is the same, or else the derived one."""
        known = self._existing.get(derived)
        if known is not None and not known.archived:
            return derived
        alike = self._free(kind, values)
        if not alike and values.get("goal"):
            # taken in before without its goal, for that was not there or misspelt
            alike = self._free(kind, {**values, "goal": None})
        return min(alike, key=_open_and_old_first).id if alike else derived

    def _free(self, kind: Kind, values: Fields) -> list[Entity]:
        """Return the live entities of the plan with this natural key, not taken yet."""
        alike = self._alike.get(natural_key_of(kind, values), ())
        return [
            entity for entity in alike if not entity.archived and entity.id not in self._taken
        ]

    def resolve(self, kind: Kind, raw: Any, goal: Any = None) -> EntityId:
        """Return what a reference to something of ``kind`` means: a key, an id or a title.

        goal: of several things with one title, the one of this goal is meant.
        Raises ``Unreadable``.
        """
        text = (as_text(raw) or "").strip()
        if not text:
            raise Unreadable(f"this names no {ONE[kind]}: write its title, key or id")
        named = (self._keys.get((kind, text)), EntityId(text), _imported(kind, text))
        for entity_id in named:
            if entity_id is not None and self._kinds.get(entity_id) is kind:
                return entity_id
        return self._titled(kind, text, goal)

    def _titled(self, kind: Kind, text: str, goal: Any) -> EntityId:
        name = (kind, normalised(text))
        ids = list(dict.fromkeys(self._new.get(name) or self._old.get(name) or ()))
        if len(ids) > 1 and goal is not None:
            ids = [entity_id for entity_id in ids if self._goals.get(entity_id) == goal] or ids
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise Unreadable(
                f"{shown(text)} is the title of {len(ids)} {kind}: give the one that is meant"
                " a key, and write that"
            )
        raise Unreadable(f"there is no {ONE[kind]} {shown(text)}: {self._hint(kind, text)}")

    def _hint(self, kind: Kind, text: str) -> str:
        if not self._problems.full:
            titles = (
                title for (its_kind, _), title in self._titles.items() if its_kind is kind
            )
            near = nearest(text, islice(titles, _NEAREST_OF))
            if near:
                return f"did you mean {shown(near)}?"
        return "add it to the plan, or correct the name"


def _imported(kind: Kind, name: str) -> EntityId:
    return derived_id("import", kind, name)


def _open_and_old_first(entity: Entity) -> tuple[bool, datetime, str]:
    return (bool(getattr(entity, "done", False)), entity.created_at.astimezone(UTC), entity.id)


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
        entity_id = self.register.identify(draft, values, owner)
        if entity_id is None:
            return
        self.ids[draft] = entity_id
        old = self.existing.get(entity_id)
        created = self._created_at(draft, old)
        fields = (fields_of(old) if old else {}) | _beside(old, values)
        self.entities[entity_id] = entity_from(draft.kind, entity_id, created, fields)

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
        ids: set[str] = set()
        for item in listed:
            try:
                ids.add(self.register.resolve(Kind(spec.target or ""), item))
            except Unreadable as why:
                self._wrong(draft, spec.name, why)
        return frozenset(ids)

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
        for draft, entity_id in self.ids.items():
            if draft.kind is not Kind.TASK:
                continue
            try:
                parent = self._parent(draft, entity_id)
            except Unreadable as why:
                self._wrong(draft, "parent", why)
            else:
                self.entities[entity_id] = replace(self.entities[entity_id], parent=parent)

    def _parent(self, draft: Draft, entity_id: EntityId) -> EntityId | None:
        task = self.entities[entity_id]
        if "parent" in draft.raw:
            raw = draft.raw["parent"]
            goal = getattr(task, "goal", None)
            parent = None if raw is None else self.register.resolve(Kind.TASK, raw, goal)
        elif draft.owner and draft.owner_field == "parent":
            parent = self.ids.get(draft.owner)
        else:
            parent = getattr(task, "parent", None)
        if parent is not None and self._is_above(entity_id, parent):
            raise Unreadable("a task can't be part of itself: name another, or none")
        return parent

    def _is_above(self, above: EntityId, below: EntityId) -> bool:
        """Say whether ``above`` is ``below`` or one of the tasks that that is a part of."""
        seen: set[EntityId] = set()
        at: EntityId | None = below
        while at is not None and at not in seen:
            if at == above:
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
    return {name: overlaid(known.get(name), value) for name, value in values.items()}
