"""From what a tool should hold and what it was last seen to hold, to operations."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from syncd.model.entities import REFERENCE_ORDER, Kind
from syncd.model.ids import EntityId
from syncd.model.remote import Op
from syncd.model.schema import Fields, value_to_json
from syncd.model.values import Value


class Presence(StrEnum):
    """Whether a tool holds an entity, as far as syncd knows.

    gone: removed there, by evidence. withdrawn: removed there by syncd itself.
    forgotten: removed there, and by setting kept elsewhere; never made again.
    unconfirmed: a write met nothing there; a direct read decides.
    """

    PRESENT = "present"
    GONE = "gone"
    REMOVED_BY_US = "withdrawn"
    DETACHED = "forgotten"
    UNCONFIRMED = "unconfirmed"


class Desired(StrEnum):
    """What a tool should do about an entity."""

    PRESENT = "present"
    UNCHANGED = "unchanged"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """An entity as one tool holds it, reduced to what deciding needs."""

    presence: Presence
    base: Fields
    normalised: Fields = field(default_factory=dict)
    marked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing to do in one tool, as a value."""

    op: Op
    kind: Kind
    entity: EntityId
    title: str
    fields: Fields = field(default_factory=dict)
    before: Fields = field(default_factory=dict)
    withdraws: bool = False
    """A delete of what the plan keeps (a paused goal's tasks): not a loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One entity and one tool.

    fit: what the tool can hold of the plan's fields; paused fields are left out.
    recreate: whether an item that is gone there shall be made again.
    archived: whether the plan itself has let go of the entity.
    hides_done: whether the tool puts what is done out of reach.
    """

    kind: Kind
    entity: EntityId
    title: str
    want: Desired
    fit: Fields
    item: KnownItem | None
    recreate: bool = True
    archived: bool = False
    hides_done: bool = False


def decide(case: Case) -> Operation | None:
    """Return the one operation that brings the tool to the plan, or None."""
    item = case.item
    if item is None or item.presence is not Presence.PRESENT:
        return _absent(case, item)
    if case.want is Desired.ABSENT:
        return Operation(
            op=Op.DELETE,
            kind=case.kind,
            entity=case.entity,
            title=case.title,
            withdraws=not case.archived,
        )
    if case.hides_done and item.base.get("done") is True and case.fit.get("done") is True:
        return None  # what is done there can no longer be edited, nor seen
    changed = {name: value for name, value in case.fit.items() if _differs(item, name, value)}
    if not changed and item.marked:
        return None
    return Operation(
        op=Op.UPDATE,
        kind=case.kind,
        entity=case.entity,
        title=case.title,
        fields=changed,
        before={name: item.base.get(name) for name in changed},
    )


def _absent(case: Case, item: KnownItem | None) -> Operation | None:
    """The tool has no such item: make it, unless it was let go of there."""
    if case.want is not Desired.PRESENT:
        return None
    if item is not None:
        if item.presence in (Presence.DETACHED, Presence.UNCONFIRMED):
            return None
        if item.presence is Presence.GONE and not case.recreate:
            return None
    return Operation(
        op=Op.CREATE, kind=case.kind, entity=case.entity, title=case.title, fields=case.fit
    )


_UNSET = object()


def _differs(item: KnownItem, name: str, value: Value) -> bool:
    """A value that the tool stored differently when asked counts as agreed."""
    if value == item.base.get(name):
        return False
    return item.normalised.get(name, _UNSET) != value


def in_order(
    operations: Iterable[Operation], parents: Mapping[EntityId, EntityId]
) -> list[Operation]:
    """Order operations: what is referred to is made first and removed last.

    ``parents`` maps an entity to another of the same kind that must come before it.
    """

    def depth(entity: EntityId) -> int:
        steps = 0
        while entity in parents and steps < len(parents):
            entity, steps = parents[entity], steps + 1
        return steps

    def rank(operation: Operation) -> tuple[bool, int, int, str]:
        removes = operation.op is Op.DELETE
        place = REFERENCE_ORDER.index(operation.kind)
        level = depth(operation.entity)
        return (
            removes,
            -place if removes else place,
            -level if removes else level,
            operation.entity,
        )

    return sorted(operations, key=rank)


def plan_hash(operations: Sequence[Operation]) -> str:
    """Return the hash that an approval is bound to: the same plan, the same hash."""
    lines = sorted(
        json.dumps(
            [
                operation.op,
                operation.kind,
                operation.entity,
                {
                    name: value_to_json(value)
                    for name, value in sorted(operation.fields.items())
                },
            ]
        )
        for operation in operations
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
