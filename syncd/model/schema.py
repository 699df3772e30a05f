"""The fields of each kind, read once off the dataclasses."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from syncd.model.entities import CLASSES, Entity, Kind, kind_of
from syncd.model.fields import REFERENCES, FieldSpec
from syncd.model.ids import EntityId
from syncd.model.values import Value

Fields = Mapping[str, Value]
"""Field names to values; always all of a kind's, or some of them."""


def _specs(cls: type[Entity]) -> Mapping[str, FieldSpec]:
    found = {
        field.name: dataclasses.replace(field.metadata["spec"], name=field.name)
        for field in dataclasses.fields(cls)
        if "spec" in field.metadata
    }
    return MappingProxyType(found)


FIELDS: Mapping[Kind, Mapping[str, FieldSpec]] = {
    kind: _specs(cls) for kind, cls in CLASSES.items()
}
"""Every field of every kind but ``id`` and ``created_at``, in order."""

DEFAULTS: Mapping[Kind, Fields] = {
    kind: {name: it.default for name, it in specs.items()} for kind, specs in FIELDS.items()
}

_VALUES: Mapping[Kind, tuple[tuple[str, ...], Callable[[Entity], tuple[Value, ...]]]] = {
    kind: (tuple(specs), attrgetter(*specs)) for kind, specs in FIELDS.items()
}
"""How all values of an entity are read at once."""

REFERENCE_FIELDS: Mapping[Kind, tuple[FieldSpec, ...]] = {
    kind: tuple(it for it in specs.values() if it.type in REFERENCES)
    for kind, specs in FIELDS.items()
}


def fields_of(entity: Entity) -> dict[str, Value]:
    """Return an entity's fields as a map, without ``id`` and ``created_at``."""
    names, values = _VALUES[kind_of(entity)]
    return dict(zip(names, values(entity), strict=True))


def entity_from(
    kind: Kind, entity_id: EntityId, created_at: datetime, fields: Fields
) -> Entity:
    """Build an entity; fields that are not given take their defaults."""
    known: dict[str, Any] = {name: fields[name] for name in FIELDS[kind] if name in fields}
    return CLASSES[kind](id=entity_id, created_at=created_at, **known)


def references(kind: Kind, fields: Fields) -> list[tuple[str, EntityId]]:
    """Return (field, id) for everything that these fields refer to."""
    found: list[tuple[str, EntityId]] = []
    for it in REFERENCE_FIELDS[kind]:
        value = fields.get(it.name)
        if isinstance(value, frozenset):
            found.extend((it.name, EntityId(one)) for one in value)
        elif value:
            found.append((it.name, EntityId(str(value))))
    return found
