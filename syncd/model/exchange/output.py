"""The plan as one JSON object."""

import json
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.entities import Entity, Kind, Review, kind_of
from syncd.model.exchange.names import zone_key
from syncd.model.schema import fields_of
from syncd.model.values import Moment, Value


def plan_to_json(entities: Iterable[Entity], zone: str = "UTC") -> dict[str, Any]:
    """Return a list per kind, all kinds always there, in the order they come.

    References are ids, days ISO dates, labels sorted lists. A moment is ISO 8601 with the
    offset of its own zone, which then stands beside it (``due_zone``), or with that of
    ``zone``, the plan's.
    """
    lists: dict[str, Any] = {str(kind): [] for kind in Kind}
    for entity in entities:
        lists[kind_of(entity)].append(entity_to_json(entity, zone))
    return lists


def entity_to_json(entity: Entity, zone: str) -> dict[str, Any]:
    """Return one entity with all its fields, derived ones too."""
    shown: dict[str, Any] = {"id": str(entity.id)}
    for name, value in fields_of(entity).items():
        shown[name] = value_to_plain(value, zone)
        if isinstance(value, Moment) and value.zone:
            shown[zone_key(name)] = value.zone
    if isinstance(entity, Review):
        shown["facts"] = _facts(entity.facts)
        shown["answers"] = [
            {"prompt": answer[0], "text": answer[1]} for answer in entity.answers
        ]
    shown["created_at"] = instant_text(entity.created_at, zone)
    shown["archived"] = shown.pop("archived")
    return shown


def value_to_plain(value: Value, zone: str) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, Moment):
        return instant_text(value.at, value.zone or zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def instant_text(at: datetime, zone: str) -> str:
    """Return an instant on the wall clock of ``zone``, with its offset."""
    try:
        return at.astimezone(ZoneInfo(zone)).isoformat()
    except OverflowError:  # the first or last day that there is
        return at.astimezone(UTC).isoformat()


def facts_text(facts: Any) -> str:
    """Return facts in the one form in which they may stand as JSON in JSON.

    Raises ``TypeError``, ``ValueError`` or ``RecursionError`` for what is no JSON.
    """
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, allow_nan=False)


def _facts(text: str) -> Any:
    """Facts in another form stay the text that they are, so that nothing is lost."""
    try:
        facts = json.loads(text)
        same = isinstance(facts, dict) and facts_text(facts) == text
    except (ValueError, RecursionError):
        return text
    return facts if same else text
