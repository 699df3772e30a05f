"""The plan as YAML that a person edits and imports again.

Apart from the JSON, for most commands print no YAML and the library takes time to import.
"""

from collections.abc import Iterable
from typing import Any

import yaml

from syncd.model.entities import Entity, Kind, kind_of
from syncd.model.exchange.output import entity_to_json
from syncd.model.schema import FIELDS
from syncd.model.values import FieldType

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
