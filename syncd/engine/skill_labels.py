"""A task's skill, in a tool that has labels but no skills: one label more."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import EntityId
from syncd.model.values import Value
from syncd.store.store import Store


@dataclass(frozen=True)
class SkillLabels:
    """The labels that stand for the plan's skills: their titles, without spaces."""

    store: Store

    @cached_property
    def _skills(self) -> Mapping[str, EntityId]:
        found: dict[str, EntityId] = {}
        for record in self.store.plan.every(Kind.SKILL, archived=False):
            found.setdefault(label_of(record.entity.title), record.entity.id)
        return found

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
        meant = {one: self._skills[one] for one in sorted(labels) if one in self._skills}
        chosen = next((one for one, it in meant.items() if it == skill), None)
        chosen = chosen or next(iter(meant), None)
        if chosen is None:
            return {**fields, "skill": None}
        return {**fields, "labels": labels - {chosen}, "skill": meant[chosen]}


def label_of(title: str) -> str:
    """Return a title as a label: to-do tools end a label at a space."""
    return "_".join(title.split())


def as_label(tool: Tool, kind: Kind) -> bool:
    """Say whether a tool shows a task's skill as a label."""
    carried = tool.connector.carries.get(kind)
    if kind is not Kind.TASK or carried is None:
        return False
    return "labels" in carried.fields and "skill" not in carried.fields
