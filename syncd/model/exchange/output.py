"""The plan as one JSON object, and as YAML that a person edits and imports again."""

import json
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from syncd.model.entities import Entity, Kind, Review, kind_of
from syncd.model.exchange.names import zone_key
from syncd.model.schema import FIELDS, fields_of
from syncd.model.values import FieldType, Moment, Value


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
        shown["answers"] = [{"prompt": it[0], "text": it[1]} for it in entity.answers]
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


_WIDTH = 88


def plan_to_yaml(entities: Iterable[Entity], zone: str = "UTC") -> str:
    """Return the layout of ``plan_to_json``, with only what holds something."""
    lists: dict[str, list[dict[str, Any]]] = {str(kind): [] for kind in Kind}
    for entity in entities:
        lists[kind_of(entity)].append(_filled(entity, zone))
    held = {name: items for name, items in lists.items() if items}
    text = yaml.dump(
        held,
        Dumper=_Dumper,
        default_flow_style=False,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
    )
    return str(text)


def _filled(entity: Entity, zone: str) -> dict[str, Any]:
    """An entity without what is empty anyway; facts stay the text that they are."""
    kind = kind_of(entity)
    plain = entity_to_json(entity, zone)
    if kind is Kind.REVIEW:
        plain["facts"] = getattr(entity, "facts", "")
    return {name: value for name, value in plain.items() if not _is_empty(kind, name, value)}


def _is_empty(kind: Kind, name: str, value: Any) -> bool:
    """Absent means the default; a word is shown even where it is the default."""
    spec = FIELDS[kind].get(name)
    if spec is None or (spec.type is FieldType.WORD and value is not None):
        return False
    return value == [] or bool(value == spec.default)


_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Dumper(yaml.SafeDumper):
    """Lists are indented, days stand without quotes, nothing is ever an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # the library's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # the library's signature
        super().increase_indent(flow, False)  # noqa: FBT003  # the library's own call is by place


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    """A block of lines, or escapes for what a plain text would lose, or as it is."""
    if _is_block(text):
        return "|"
    return None if text.isprintable() else '"'


def _is_block(text: str) -> bool:
    """Say whether a block of lines shows ``text`` as it is, without escapes."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() and line == line.strip() for line in lines)
        and bool(lines[0])
    )


_Dumper.add_representer(str, _text)
_Dumper.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
