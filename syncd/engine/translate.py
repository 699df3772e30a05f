"""References between the plan's ids and one tool's remote ids; skills as labels; fields that it can't sync now."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId, ToolName
from syncd.model.remote import PAGE_URL, Pull, Remote
from syncd.model.schema import DEFAULTS, REFERENCE_FIELDS, Fields
from syncd.model.values import FieldType, Value
from syncd.store.rows import Foreign, Link
from syncd.store.store import Store
from syncd.sync.decide import Presence


@dataclass(slots=True)
class Translator:
    """Translates for one tool, remembering what it looked up.

    ``capabilities`` are the tool's kinds: a reference to another one is the plan's own id there,
    too. ``leaving`` holds the entities that the tool is about to lose: nothing refers to
    them there any more.
    """

    store: Store
    tool: ToolName
    capabilities: Collection[Kind]
    leaving: set[EntityId] = field(default_factory=set)
    _remote: dict[EntityId, tuple[RemoteId, Presence] | None] = field(default_factory=dict)
    _entity: dict[RemoteId, EntityId | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls, store: Store, tool: Tool, leaving: AbstractSet[EntityId] = frozenset()
    ) -> "Translator":
        """Return a translator for a tool."""
        return cls(store, tool.name, tool.connector.capabilities, set(leaving))

    def learn_entities(self, ids: Iterable[EntityId]) -> None:
        """Look up many entities' items at once."""
        missing = [entity for entity in set(ids) if entity not in self._remote]
        links = self.store.links.of_entities(self.tool, missing)
        for entity in missing:
            link = links.get(entity)
            self._remote[entity] = (link.remote, link.presence) if link else None

    def learn_remotes(self, ids: Iterable[RemoteId]) -> None:
        """Look up many items' entities at once."""
        missing = [remote for remote in set(ids) if remote not in self._entity]
        links = self.store.links.by_remote(self.tool, missing)
        for remote in missing:
            link = links.get(remote)
            self._entity[remote] = link.entity if link else None

    def made(self, entity: EntityId, remote: RemoteId) -> None:
        """Take in that the tool holds an entity now."""
        self._remote[entity] = (remote, Presence.PRESENT)
        self._entity[remote] = entity

    def forget(self) -> None:
        """Drop what was looked up: links have changed."""
        self._remote.clear()
        self._entity.clear()

    def to_remote(
        self,
        kind: Kind,
        fields: Fields,
        base: Fields | None = None,
        foreign: Foreign | None = None,
    ) -> Fields:
        """Return fields with remote ids for references.

        A target that the tool does not hold is no reference there, but one that was
        removed there by its user stays where the tool still shows it (``base``). So does
        one that its user chose and that is nothing of the plan's (``foreign``).
        """
        changed: dict[str, Value] = {}
        base_fields, own = base or {}, foreign or {}
        for spec in REFERENCE_FIELDS[kind]:
            if spec.name not in fields or spec.target not in self.capabilities:
                continue
            value, before = fields[spec.name], base_fields.get(spec.name)
            if spec.type is FieldType.REFS:
                changed[spec.name] = self._set_to_remote(value, before)
            elif before in own.get(spec.name, ()) and self._is_foreign(before):
                changed[spec.name] = before
            else:
                changed[spec.name] = self._one_to_remote(value, before)
        return {**fields, **changed}

    def to_plan(self, kind: Kind, fields: Fields) -> tuple[dict[str, Value], Foreign]:
        """Return fields with the plan's ids, and what refers to nothing of the plan's.

        A field that refers to something that is no entity is left out.
        """
        translated = dict(fields)
        foreign: dict[str, frozenset[RemoteId]] = {}
        for spec in REFERENCE_FIELDS[kind]:
            value = fields.get(spec.name)
            if spec.target not in self.capabilities:
                continue
            if isinstance(value, frozenset):
                self.learn_remotes(RemoteId(remote) for remote in value)
                known = {RemoteId(remote): self._entity[RemoteId(remote)] for remote in value}
                translated[spec.name] = frozenset(entity for entity in known.values() if entity)
                unknown = frozenset(remote for remote, entity in known.items() if not entity)
                foreign |= {spec.name: unknown} if unknown else {}
            elif value:
                self.learn_remotes([RemoteId(str(value))])
                entity = self._entity[RemoteId(str(value))]
                if entity is None:
                    del translated[spec.name]
                    foreign[spec.name] = frozenset([RemoteId(str(value))])
                else:
                    translated[spec.name] = entity
        return translated, foreign

    def agreed(self, link: Link) -> dict[str, Value]:
        """Return a link's base with the plan's ids.

        What was foreign when it was seen was never agreed on, whatever it is by now.
        """
        base = dict(link.base)
        for name, unknown in link.foreign.items():
            value = base.get(name)
            if isinstance(value, frozenset):
                base[name] = value - unknown
            elif value in unknown:
                del base[name]
        return self.to_plan(link.kind, base)[0]

    def _one_to_remote(self, value: Value, before: Value) -> str | None:
        if not value:
            return self._foreign_or_none(before)
        entity = EntityId(str(value))
        self.learn_entities([entity])
        entry = self._remote[entity]
        if entry is None:
            return None
        remote, presence = entry
        if presence is Presence.PRESENT:
            return None if entity in self.leaving else remote
        kept = presence in (Presence.GONE, Presence.UNCONFIRMED) and before == remote
        return remote if kept else None

    def _is_foreign(self, value: Value) -> bool:
        """Say whether a tool's reference leads to nothing of the plan's, as of now."""
        self.learn_remotes([RemoteId(str(value))])
        return self._entity[RemoteId(str(value))] is None

    def _foreign_or_none(self, before: Value) -> str | None:
        """Leave what the user's item refers to, where it is nothing of the plan's."""
        return str(before) if before and self._is_foreign(before) else None

    def _set_to_remote(self, value: Value, before: Value) -> frozenset[str]:
        wanted = value if isinstance(value, frozenset) else frozenset()
        self.learn_entities(EntityId(entity) for entity in wanted)
        ours = {self._one_to_remote(entity, None) for entity in wanted}
        old_remotes = before if isinstance(before, frozenset) else frozenset()
        self.learn_remotes(RemoteId(remote) for remote in old_remotes)
        foreign = {remote for remote in old_remotes if self._entity[RemoteId(remote)] is None}
        return frozenset(reference for reference in ours | foreign if reference)


def targets(kind: Kind, fields: Mapping[str, Value]) -> list[EntityId]:
    """Return everything that these fields (in the plan's terms) refer to."""
    entities: list[EntityId] = []
    for spec in REFERENCE_FIELDS[kind]:
        value = fields.get(spec.name)
        if isinstance(value, frozenset):
            entities.extend(EntityId(entity) for entity in value)
        elif value:
            entities.append(EntityId(str(value)))
    return entities


@dataclass(frozen=True)
class SkillLabels:
    """The labels that stand for the plan's skills: their titles, without spaces."""

    store: Store

    @cached_property
    def _skills(self) -> Mapping[str, EntityId]:
        skills: dict[str, EntityId] = {}
        for record in self.store.plan.every(Kind.SKILL, archived=False):
            skills.setdefault(label_of(record.entity.title), record.entity.id)
        return skills

    @cached_property
    def _labels(self) -> dict[EntityId, str | None]:
        return {}

    def added(self, labels: Value, skill: Value) -> Value:
        """Return labels with the skill's own among them."""
        label = self._label(EntityId(str(skill))) if skill else None
        if label is None or not isinstance(labels, frozenset):
            return labels
        return labels | {label}

    def _label(self, skill: EntityId) -> str | None:
        if skill not in self._labels:
            record = self.store.plan.get(skill)
            self._labels[skill] = label_of(record.entity.title) if record else None
        return self._labels[skill]

    def split(self, fields: Mapping[str, Value], skill: Value) -> dict[str, Value]:
        """Return fields with a skill's label told apart; ``skill`` is the plan's own."""
        labels = fields.get("labels")
        if not isinstance(labels, frozenset):
            return dict(fields)
        meant = {
            label: self._skills[label] for label in sorted(labels) if label in self._skills
        }
        chosen = next((label for label, entity in meant.items() if entity == skill), None)
        chosen = chosen or next(iter(meant), None)
        if chosen is None:
            return {**fields, "skill": None}
        return {**fields, "labels": labels - {chosen}, "skill": meant[chosen]}


def label_of(title: str) -> str:
    """Return a title as a label: to-do tools end a label at a space."""
    return "_".join(title.split())


def as_label(tool: Tool, kind: Kind) -> bool:
    """Say whether a tool shows a task's skill as a label."""
    carried = tool.connector.capabilities.get(kind)
    if kind is not Kind.TASK or carried is None:
        return False
    return "labels" in carried.fields and "skill" not in carried.fields


_UNMAPPED = "paused"
_Fields = Mapping[Kind, frozenset[str]]


def unmapped_fields(store: Store, tool: Tool) -> _Fields:
    """Return the fields that a tool can't sync for now."""
    raw = store.tools.recall(_owner_of(tool), _UNMAPPED) or {}
    return {Kind(kind): frozenset(names) for kind, names in raw.items()}


def remember_unmapped(store: Store, tool: Tool, paused: _Fields) -> None:
    """Remember which fields a tool can't sync; where that changed, decide anew."""
    now = {str(kind): sorted(names) for kind, names in paused.items() if names}
    if now != (store.tools.recall(_owner_of(tool), _UNMAPPED) or {}):
        store.tools.remember(_owner_of(tool), _UNMAPPED, now)
        store.links.mark_all_dirty(tool.name)


def newly_mapped(store: Store, tool: Tool, pull: Pull) -> _Fields:
    """Return the fields, by kind, that could not be read until this time."""
    back = {
        kind: names - pull.unmapped_fields.get(kind, frozenset())
        for kind, names in unmapped_fields(store, tool).items()
    }
    return {kind: names for kind, names in back.items() if names}


def keep_values(
    tool: Tool,
    changed: Iterable[Remote],
    links: dict[RemoteId, Link],
    back: _Fields,
) -> None:
    """Let links agree with what came back empty.

    A column that is given another type, and then its own again, comes back empty:
    nobody took those values away, so the plan's go back into it.
    """
    for item in changed:
        link, names = links.get(item.id), back.get(item.kind)
        if link is None or not names:
            continue
        empty = tool.connector.fit(item.kind, {**DEFAULTS[item.kind], PAGE_URL: None})
        lost = {
            name: value
            for name, value in item.fields.items()
            if name in names and value == empty.get(name)
        }
        links[item.id] = replace(link, base={**link.base, **lost})


def _owner_of(tool: Tool) -> str:
    return f"engine:{tool.name}"
