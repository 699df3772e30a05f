"""The fields of each kind, read once off the dataclasses; their values as JSON and back."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from syncd.model.entities import CLASSES, Entity, Kind, kind_of
from syncd.model.ids import EntityId
from syncd.model.values import REFERENCES, FieldSpec, FieldType, Moment, Value

Fields = Mapping[str, Value]
"""Field names to values; always all of a kind's, or some of them."""


def _specs(cls: type[Entity]) -> Mapping[str, FieldSpec]:
    specs = {
        field.name: dataclasses.replace(field.metadata["spec"], name=field.name)
        for field in dataclasses.fields(cls)
        if "spec" in field.metadata
    }
    return MappingProxyType(specs)


FIELDS: Mapping[Kind, Mapping[str, FieldSpec]] = {
    kind: _specs(cls) for kind, cls in CLASSES.items()
}
"""Every field of every kind but ``id`` and ``created_at``, in order."""

DEFAULTS: Mapping[Kind, Fields] = {
    kind: {name: spec.default for name, spec in specs.items()} for kind, specs in FIELDS.items()
}

_VALUES: Mapping[Kind, tuple[tuple[str, ...], Callable[[Entity], tuple[Value, ...]]]] = {
    kind: (tuple(specs), attrgetter(*specs)) for kind, specs in FIELDS.items()
}
"""How all values of an entity are read at once."""

REFERENCE_FIELDS: Mapping[Kind, tuple[FieldSpec, ...]] = {
    kind: tuple(spec for spec in specs.values() if spec.type in REFERENCES)
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
    pairs: list[tuple[str, EntityId]] = []
    for spec in REFERENCE_FIELDS[kind]:
        value = fields.get(spec.name)
        if isinstance(value, frozenset):
            pairs.extend((spec.name, EntityId(target)) for target in value)
        elif value:
            pairs.append((spec.name, EntityId(str(value))))
    return pairs


_PLAIN = frozenset([str, bool, int, float])
"""What is in JSON as it is; asked first, for most values are of these."""
_DAYS = frozenset({FieldType.DATE, FieldType.DUE})


def value_to_json(value: Value) -> Any:
    """Return ``value`` as JSON: days as text, moments as ``{"at", "zone"}``."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, Moment):
        return {"at": value.at.isoformat(), "zone": value.zone}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [list(pair) for pair in value]
    return value


def text_of(value: Value) -> str:
    """Return a value as text that is the same in every process; a set's ``repr`` is not."""
    return json.dumps(value_to_json(value))


def value_from_json(spec: FieldSpec, raw: Any) -> Value:
    """Return the value that ``value_to_json`` wrote for a field of this type."""
    if raw is None or (type(raw) is str and spec.type is FieldType.TEXT):
        return raw
    if isinstance(raw, dict):
        return Moment(datetime.fromisoformat(raw["at"]), raw["zone"])
    if isinstance(raw, list):
        return _many_from_json(spec, raw)
    if isinstance(raw, str) and spec.type in _DAYS:
        return date.fromisoformat(raw)
    if spec.words is not None:
        return spec.words(raw)
    return raw  # type: ignore[no-any-return]  # text, number or truth, as written


def _many_from_json(spec: FieldSpec, raw: list[Any]) -> Value:
    if spec.type is FieldType.PAIRS:
        return tuple((str(first), str(second)) for first, second in raw)
    return frozenset(raw)


def fields_to_json(fields: Fields) -> dict[str, Any]:
    """Return a map of fields as JSON."""
    return {name: value_to_json(value) for name, value in fields.items()}


def fields_from_json(kind: Kind, raw: Mapping[str, Any]) -> dict[str, Value]:
    """Return the fields that ``fields_to_json`` wrote; unknown names are dropped."""
    specs = FIELDS[kind]
    return {
        name: value_from_json(specs[name], value)
        for name, value in raw.items()
        if name in specs
    }
