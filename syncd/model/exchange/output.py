"""The plan as one JSON object; the names of kinds, fields and words in plan files, and what is wrong with one."""

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.entities import Entity, Kind, Review, kind_of
from syncd.model.schema import FIELDS, fields_of
from syncd.model.values import FieldType, Moment, Value
from syncd.text import nearest

_MOST = 200
"""Sentences on what could not be read, at most."""


class Unreadable(Exception):
    """A value that is not what its field holds; says so, and what to write."""


@dataclass(slots=True)
class Problems:
    """Collects sentences; after many, only counts."""

    sentences: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def full(self) -> bool:
        """Say whether further sentences are only counted."""
        return len(self.sentences) >= _MOST

    def add(self, where: str, what: str) -> None:
        """Note one sentence about a place in the file."""
        if self.full:
            self.more += 1
            return
        sentence = f"{where}: {what}" if where else what
        self.sentences.append(sentence[:1].upper() + sentence[1:])

    def all(self) -> tuple[str, ...]:
        """Return the sentences."""
        if not self.more:
            return tuple(self.sentences)
        rest = f"There are {self.more} more such problems: mend these first and import again."
        return (*self.sentences, rest)


ONE: Mapping[Kind, str] = {
    Kind.PROFILE: "profile entry",
    Kind.GOAL: "goal",
    Kind.MILESTONE: "milestone",
    Kind.SKILL: "skill",
    Kind.RESOURCE: "resource",
    Kind.TASK: "task",
    Kind.BLOCK: "block",
    Kind.CONTACT: "contact",
    Kind.ACHIEVEMENT: "achievement",
    Kind.REVIEW: "review",
}
"""What a person calls one of each kind."""

NESTED: Mapping[Kind, Mapping[str, tuple[Kind, str]]] = {
    Kind.GOAL: {"milestones": (Kind.MILESTONE, "goal"), "tasks": (Kind.TASK, "goal")},
    Kind.MILESTONE: {"tasks": (Kind.TASK, "milestone")},
    Kind.TASK: {"tasks": (Kind.TASK, "parent")},
}
"""Which lists may stand inside an entity, and the field that then refers to it."""

ZONED = frozenset({FieldType.DUE, FieldType.MOMENT})
_OWN = ("id", "key", "created_at")
_ALIASES: Mapping[str, str] = {
    "name": "title",
    "estimate": "estimate_minutes",
    "repeat": "recurrence",
    "every": "cadence_days",
    "evidence": "evidence_url",
}
"""What these are called where people edit them."""

_LONGEST_SHOWN = 60
_LARGEST_SHOWN = 10**15


def zone_key(field: str) -> str:
    """Return the name beside a moment's under which its zone stands."""
    return f"{field}_zone"


def known_names(kind: Kind) -> list[str]:
    """Return every name that an entity of a kind may hold in a plan file."""
    specs = FIELDS[kind].values()
    zones = [zone_key(spec.name) for spec in specs if spec.type in ZONED]
    return [*_OWN, *(spec.name for spec in specs), *zones, *NESTED.get(kind, ())]


def canonical(name: str, known: Collection[str]) -> str | None:
    """Return the known name that ``name`` means: any case, spaces, dashes."""
    plain_name = re.sub(r"[\s_-]+", "_", name.strip()).casefold()
    return next(
        (
            candidate
            for candidate in (plain_name, _ALIASES.get(plain_name, plain_name))
            if candidate in known
        ),
        None,
    )


def as_text(raw: Any) -> str | None:
    """Return a word or a number as text; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    try:
        return str(raw)
    except ValueError:  # an integer of thousands of digits
        return None


def shown(raw: Any) -> str:
    """Return a value as it can stand in a sentence: short, on one line, in quotes."""
    if isinstance(raw, int | float) and abs(raw) > _LARGEST_SHOWN:
        return "so large a number"
    if not isinstance(raw, str | int | float | date):
        return "what stands there"
    text = "".join(
        character if character.isprintable() else " "
        for character in str(raw)[: _LONGEST_SHOWN + 1]
    )
    text = " ".join(text.split())
    return f"'{text}'" if len(text) <= _LONGEST_SHOWN else f"'{text[:_LONGEST_SHOWN]}…'"


def either(words: Iterable[str]) -> str:
    """Return words as a person lists them: "a, b or c"."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


_DEEPEST = 10
_KINDS: Mapping[str, Kind] = {
    **{str(kind): kind for kind in Kind},
    **{ONE[kind].replace(" ", "_"): kind for kind in Kind},
    "profile_entries": Kind.PROFILE,
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Draft:
    """One entity as a plan file has it.

    raw: what stands under each known name.
    owner: the draft inside which it stands, and the field that refers to it.
    """

    kind: Kind
    raw: Mapping[str, Any]
    where: str
    owner: "Draft | None" = None
    owner_field: str = ""

    @property
    def title(self) -> str:
        """The title that is given, as text; "" without one."""
        return as_text(self.raw.get("title")) or ""

    def name(self, field: str) -> str | None:
        """Return the id or key that is given, as text."""
        return (as_text(self.raw.get(field)) or "").strip() or None


def drafts_of(data: Any, problems: Problems) -> list[Draft]:
    """Return every entity of a plan file, owners before what they own."""
    if data is None:
        problems.add("", "the plan is empty: write lists such as goals and tasks into it.")
        return []
    if not isinstance(data, dict):
        problems.add(
            "", "the plan is no map of lists: begin it with a list's name, such as 'goals:'."
        )
        return []
    drafts: list[Draft] = []
    for written, items in data.items():
        name = as_text(written) or ""
        kind = _KINDS.get(canonical(name, _KINDS) or "")
        if kind is None:
            problems.add("", _unknown_list(name))
        else:
            drafts += _many(kind, items, None, problems)
    return drafts


def _unknown_list(name: str) -> str:
    near = nearest(name, list(Kind))
    hint = f"did you mean '{near}'?" if near else f"use {either(list(Kind))}."
    return f"a plan has no list {shown(name)}: {hint}"


def _many(
    kind: Kind, items: Any, owner: tuple[Draft, str] | None, problems: Problems
) -> Iterator[Draft]:
    listed = [] if items is None else items
    if not isinstance(listed, list):
        place = f"{kind} of {owner[0].where}" if owner else str(kind)
        problems.add(place, "a list stands here: begin each item with '- title:'.")
        return
    for number, item in enumerate(listed, 1):
        yield from _one(kind, item, (number, owner), problems)


def _one(
    kind: Kind, item: Any, place: tuple[int, tuple[Draft, str] | None], problems: Problems
) -> Iterator[Draft]:
    number, owner = place
    if isinstance(item, str):
        item = {"title": item}
    if not isinstance(item, dict):
        problems.add(f"{ONE[kind]} {number}", "it is no map of fields: write '- title: …'.")
        return
    where = _where(kind, item, number)
    raw = _named(kind, item, where, problems)
    above, field = owner or (None, "")
    draft = Draft(kind=kind, raw=raw, where=where, owner=above, owner_field=field)
    yield draft
    for name, (inner, inner_field) in NESTED.get(kind, {}).items():
        if name not in raw:
            continue
        if _depth(draft) >= _DEEPEST:
            problems.add(where, f"its {name} are nested too deeply: make them flatter.")
        else:
            yield from _many(inner, raw[name], (draft, inner_field), problems)


def _where(kind: Kind, item: Mapping[str, Any], number: int) -> str:
    """Return how a sentence names an entity: "line 4, goal 'Lead a team'"."""
    line = getattr(item, "line", 0)
    titles = (item[name] for name in item if canonical(as_text(name) or "", ("title",)))
    title = next((given for given in titles if given is not None), number)
    what = f"{ONE[kind]} {title if isinstance(title, int) else shown(title)}"
    return f"line {line}, {what}" if line else what


def _named(
    kind: Kind, item: Mapping[Any, Any], where: str, problems: Problems
) -> dict[str, Any]:
    """Return what stands under known names; each unknown one is a problem."""
    known = known_names(kind)
    raw: dict[str, Any] = {}
    for written, value in item.items():
        name = canonical(as_text(written) or "", known)
        if name is None:
            problems.add(where, "" if problems.full else _unknown_name(kind, written))
        elif name in raw:
            problems.add(where, f"{shown(written)} says '{name}' again: keep one of them.")
        else:
            raw[name] = value
    return raw


def _unknown_name(kind: Kind, written: Any) -> str:
    near = nearest(as_text(written) or "", known_names(kind))
    hint = f"did you mean '{near}'?" if near else "take it out, or put it into the notes."
    return f"{shown(written)} is nothing that a {ONE[kind]} has: {hint}"


def _depth(draft: Draft) -> int:
    depth = 0
    while draft.owner:
        draft, depth = draft.owner, depth + 1
    return depth


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
