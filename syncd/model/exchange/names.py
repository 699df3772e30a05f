"""What lists, fields and single things are called in a plan file."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from syncd.model.entities import Kind
from syncd.model.fields import FieldType
from syncd.model.schema import FIELDS

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
    zones = [zone_key(it.name) for it in specs if it.type in ZONED]
    return [*_OWN, *(it.name for it in specs), *zones, *NESTED.get(kind, ())]


def canonical(name: str, known: Collection[str]) -> str | None:
    """Return the known name that ``name`` means: any case, spaces, dashes."""
    said = re.sub(r"[\s_-]+", "_", name.strip()).casefold()
    return next((it for it in (said, _ALIASES.get(said, said)) if it in known), None)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``name`` was most likely meant to be."""
    by_lower = {it.casefold(): it for it in known}
    close = difflib.get_close_matches(name[:_LONGEST_SHOWN].casefold(), by_lower, 1, 0.6)
    return by_lower[close[0]] if close else None


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
    text = "".join(one if one.isprintable() else " " for one in str(raw)[: _LONGEST_SHOWN + 1])
    text = " ".join(text.split())
    return f"'{text}'" if len(text) <= _LONGEST_SHOWN else f"'{text[:_LONGEST_SHOWN]}…'"


def either(words: Iterable[str]) -> str:
    """Return words as a person lists them: "a, b or c"."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


class Unreadable(Exception):
    """A value that is not what its field holds; says so, and what to write."""
