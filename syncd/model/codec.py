"""Values to JSON and back, without loss: the form in which the store keeps them."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from syncd.model.entities import Kind
from syncd.model.fields import FieldSpec, FieldType
from syncd.model.schema import FIELDS, Fields
from syncd.model.values import Moment, Value

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
