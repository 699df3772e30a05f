"""A plan file as YAML or JSON: read to plain data, bounded, without aliases; and written."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from syncd.errors import Mistake
from syncd.model.entities import Entity, Kind, kind_of
from syncd.model.exchange.output import Problems, entity_to_json
from syncd.model.schema import FIELDS
from syncd.model.values import FieldType

LONGEST = 5_000_000
DEEPEST = 40
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Table(dict[str, Any]):
    """A map that knows the line on which it begins; 0 if there are none."""

    line = 0


def data_of(text: str, problems: Problems) -> Any:
    """Return what a plan file says.

    Raises ``Mistake`` where the whole text can't be read: it is no YAML, too long, too
    deep, more than one document, or uses aliases.
    """
    if len(text) > LONGEST:
        raise Mistake(
            f"The plan is too long ({len(text):,} characters): split it into files of at"
            f" most {LONGEST:,}."
        )
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _whole(json.loads(text, object_pairs_hook=_distinct))
        except (ValueError, RecursionError):
            pass  # YAML's parser reads it too, and tells the place of what is wrong
    return _yaml(text, problems)


def _whole(value: Any) -> Any:
    """Replace each half of a character in JSON's texts, which can spell such."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(item) for name, item in value.items()}
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return these as a map; ValueError where a name stands there twice."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError
    return mapping


def _yaml(text: str, problems: Problems) -> Any:
    builder = _Builder(problems)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise Mistake(
            f"The plan is no YAML that can be read: {error.problem or error.context}"
            f" {_place(error)}. Mend that place and import again."
        ) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise Mistake(
            "The plan holds a character that no text file should hold: save it as UTF-8"
            " text and import again."
        ) from error
    return builder.root


def _place(error: yaml.MarkedYAMLError) -> str:
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    if mark is None:
        return "somewhere"
    place = f"at line {mark.line + 1}, column {mark.column + 1}"
    if begun is None or begun.line == mark.line:
        return place
    return f"{place}, in what begins on line {begun.line + 1}"


@dataclass(slots=True)
class _Open:
    """A list or a map that has not ended yet."""

    value: list[Any] | Table
    line: int
    name: str | None = None
    named: bool = False


@dataclass(slots=True)
class _Builder:
    """Puts parser events together, without recursion."""

    problems: Problems
    root: Any = None
    documents: int = 0
    stack: list[_Open] = field(default_factory=list)

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0] and event.value in _NOTHING
            self._add(None if plain else event.value, line)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(_table(line), line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin([], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
        else:
            self._other(event, line)

    def _other(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise Mistake(
                f"Line {line} of the plan refers to another place ('*{event.anchor}'), which"
                " is not read here: write the text out."
            )
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
        if self.documents > 1:
            raise Mistake(
                f"A second plan begins on line {line} of the file: keep one plan a file."
            )

    def _begin(self, value: list[Any] | Table, line: int) -> None:
        if len(self.stack) >= DEEPEST:
            raise Mistake(f"Line {line} of the plan is nested too deeply: make it flatter.")
        self._add(value, line)
        self.stack.append(_Open(value, line))

    def _add(self, value: Any, line: int) -> None:
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif not top.named:
            top.name, top.named = self._name(value, line), True
        else:
            self._put(top, value, line)

    def _put(self, top: _Open, value: Any, line: int) -> None:
        name, top.named = top.name or "", False
        if name in top.value:
            self.problems.add(
                f"line {line}",
                f"'{name[:60]}' stands there twice and the first counts: keep one.",
            )
        elif isinstance(top.value, Table):
            top.value[name] = value

    def _name(self, value: Any, line: int) -> str:
        if isinstance(value, list | dict):
            raise Mistake(
                f"Line {line} of the plan has a list or a map for a name: use a word."
            )
        return "null" if value is None else str(value)


def _table(line: int) -> Table:
    table = Table()
    table.line = line
    return table


_WIDTH = 88


def plan_to_yaml(entities: Iterable[Entity], zone: str = "UTC") -> str:
    """Return the layout of ``plan_to_json``, with only what holds something."""
    lists: dict[str, list[dict[str, Any]]] = {str(kind): [] for kind in Kind}
    for entity in entities:
        lists[kind_of(entity)].append(_filled(entity, zone))
    filled = {name: items for name, items in lists.items() if items}
    text = yaml.dump(
        filled,
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
