"""Values for every field of every kind, to fill items with."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.schema import FIELDS, Fields
from syncd.model.values import BlockState, FieldSpec, FieldType, Moment, Value

DAY = date(2026, 6, 11)
AT = datetime(2026, 6, 11, 16, 30, tzinfo=UTC)
ZONE = "Europe/Paris"

LONG_BODY = tuple(
    entry
    for number in range(60)
    for entry in (
        ("heading", f"Heading {number}"),
        ("text", f"Some text {number}. {'Long. ' * 900 * (number == 7)}".strip()),
        ("item", "An entry <b>of</b> a *list*"),
        ("quote", "What was said"),
    )
)
"""More of what a page begins with than most tools take at once."""

_NAMED: Mapping[str, tuple[Value, Value]] = {
    "email": ("ada@example.org", "grace@example.org"),
    "url": ("https://example.org/course", "https://example.org/book?page=2"),
    "evidence_url": ("https://example.org/talk", "https://example.org/article"),
    "currency": ("EUR", "USD"),
    "recurrence": ("FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=2"),
    "zone": (ZONE, "America/New_York"),
    "state": (BlockState.PUBLISHED, BlockState.DONE),
    "facts": ('{"minutes": 380}', '{"minutes": 480}'),
    "progress": (0.25, 0.5),
    "archived": (False, False),
    "start": (Moment(AT, ZONE), Moment(AT - timedelta(minutes=30), ZONE)),
    "end": (Moment(AT + timedelta(hours=1), ZONE), Moment(AT + timedelta(hours=2), ZONE)),
    "period_start": (DAY - timedelta(days=6), DAY - timedelta(days=7)),
    "period_end": (DAY, DAY + timedelta(days=1)),
}
"""Fields whose type does not say all: a value, and another one."""

_TYPED: Mapping[FieldType, Callable[[FieldSpec], tuple[Any, Any]]] = {
    FieldType.TEXT: lambda spec: (f"Some {spec.name}", f"Other {spec.name}\nin two lines"),
    FieldType.WORD: lambda spec: _two_words(spec.words),
    FieldType.INT: lambda _: (3, 4),
    FieldType.NUMBER: lambda _: (12.5, 40.0),
    FieldType.PRIORITY: lambda _: (2, 1),
    FieldType.BOOL: lambda _: (False, True),
    FieldType.DATE: lambda _: (DAY, DAY + timedelta(days=20)),
    FieldType.DUE: lambda _: (DAY, Moment(AT, ZONE)),
    FieldType.MOMENT: lambda _: (Moment(AT, ZONE), Moment(AT + timedelta(days=1), ZONE)),
    FieldType.REF: lambda _: (None, None),
    FieldType.REFS: lambda _: (frozenset(), frozenset()),
    FieldType.LABELS: lambda _: (frozenset({"deep work", "sql"}), frozenset({"sql", "été"})),
    FieldType.PAIRS: lambda _: (
        (("What went well?", "The talk."), ("What got in the way?", "")),
        (("What went well?", "The talk.\nAnd the walk."), ("What got in the way?", "Rain.")),
    ),
}


def sample(kind: Kind, title: str, targets: Mapping[str, RemoteId]) -> dict[str, Value]:
    """Return a value for each field; references go to ``targets``, by kind."""
    values = {name: _values(spec)[0] for name, spec in FIELDS[kind].items()}
    for name, spec in FIELDS[kind].items():
        target = targets.get(spec.target or "")
        if target is not None:
            values[name] = frozenset({target}) if spec.type is FieldType.REFS else target
    return values | {"title": title}


def another(kind: Kind, name: str) -> Value:
    """Return a second value for a field, not that of ``sample`` (but for references)."""
    other: Value = _values(FIELDS[kind][name])[1]
    return other


def empty(kind: Kind, fields: Fields) -> dict[str, Value]:
    """Return ``fields`` with all but the title emptied."""
    return {
        name: value if name == "title" else FIELDS[kind][name].default
        for name, value in fields.items()
        if name in FIELDS[kind]
    }


def _values(spec: FieldSpec) -> tuple[Any, Any]:
    return _NAMED[spec.name] if spec.name in _NAMED else _TYPED[spec.type](spec)


def _two_words(words: type[StrEnum] | None) -> tuple[Any, Any]:
    first, second, *_ = list(words or ())
    return first, second
