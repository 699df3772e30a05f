"""The databases of a career plan as a person reads them: titles, columns and cells."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from syncd.model.entities import Kind
from syncd.model.values import FieldType, Moment, Value
from syncd_notion.sandbox.objects import SchemaProperty, title_of
from syncd_notion.sandbox.rich_text import plain
from syncd_notion.sandbox.values import instant_of, shown
from syncd_notion.sandbox.workspace import NotionWorkspace


def read_cell(
    workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, sort: FieldType
) -> Value:
    """Return the plan's value of what is kept in a cell."""
    return _CELL_READERS.get(prop.type, _as_it_is)(workspace, prop, raw, sort)


def option_of(field: str, value: Value) -> str:
    """Return what a person calls an option of the plan's."""
    if field == "priority":
        return f"P{value}"
    text = str(value)
    return text[:1].upper() + text[1:]


def iso_of(value: Value) -> str | None:
    """Return a day or a moment as it is kept."""
    if isinstance(value, Moment):
        return shown(value.local())
    return value.isoformat() if isinstance(value, date) else None


def _read_text(
    _workspace: NotionWorkspace, _prop: SchemaProperty, raw: Any, _type: FieldType
) -> Value:
    return plain(raw or [])


def _read_option(
    _workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, sort: FieldType
) -> Value:
    name = next((option["name"] for option in prop.options if option["id"] == raw), None)
    if sort is FieldType.PRIORITY:
        return int(name[1:]) if name else None
    if sort is FieldType.TEXT:
        return name or ""
    return name.lower() if name else None


def _read_options(
    _workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, _type: FieldType
) -> Value:
    return frozenset(option["name"] for option in prop.options if option["id"] in (raw or []))


def _read_date(
    _workspace: NotionWorkspace, _prop: SchemaProperty, raw: Any, _type: FieldType
) -> Value:
    if not raw:
        return None
    start = raw["start"]
    return date.fromisoformat(start) if len(start) == 10 else Moment(instant_of(start))


def _read_related(
    workspace: NotionWorkspace, _prop: SchemaProperty, raw: Any, sort: FieldType
) -> Value:
    titles = [title_of(workspace.pages[page]) for page in raw or [] if page in workspace.pages]
    return frozenset(titles) if sort is FieldType.REFS else next(iter(titles), None)


def _as_it_is(
    _workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, sort: FieldType
) -> Value:
    if prop.type == "checkbox":
        return bool(raw)
    empty: Value = "" if sort is FieldType.TEXT else None
    return raw if raw is not None else empty


_CELL_READERS = {
    "title": _read_text,
    "rich_text": _read_text,
    "select": _read_option,
    "status": _read_option,
    "multi_select": _read_options,
    "date": _read_date,
    "relation": _read_related,
}


TABLES: Mapping[Kind, str] = {
    Kind.PROFILE: "Profile",
    Kind.GOAL: "Goals",
    Kind.MILESTONE: "Milestones",
    Kind.SKILL: "Skills",
    Kind.RESOURCE: "Resources",
    Kind.TASK: "Tasks",
    Kind.CONTACT: "Contacts",
    Kind.ACHIEVEMENT: "Achievements",
    Kind.REVIEW: "Reviews",
    Kind.BLOCK: "",
}

_OWN_NAMES: Mapping[str, str] = {
    "title": "Name",
    "smart_gaps": "SMART check",
    "url": "URL",
    "estimate_minutes": "Estimate",
    "recurrence": "Repeat",
    "cadence_days": "Every",
    "evidence_url": "Evidence",
    "period_start": "Period",
    "period_end": "Period",
}

_FIELDS: Mapping[Kind, str] = {
    Kind.PROFILE: "title aspect horizon notes",
    Kind.GOAL: (
        "title status horizon priority measure unit baseline target current achievable why due"
        " weekly_minutes notes progress pace smart_gaps"
    ),
    Kind.MILESTONE: "title goal due done notes",
    Kind.SKILL: "title category level target_level goals notes gap",
    Kind.RESOURCE: "title type url cost currency status skill goal notes",
    Kind.TASK: (
        "title goal milestone skill resource due estimate_minutes priority labels recurrence"
        " done notes minutes_done minutes_planned next_block"
    ),
    Kind.CONTACT: "title role email cadence_days last_contact notes next_contact",
    Kind.ACHIEVEMENT: "title date impact evidence_url goal skill notes",
    Kind.REVIEW: "title kind period_start period_end",
    Kind.BLOCK: "",
}


def _heading(field: str) -> str:
    words = field.replace("_", " ")
    return _OWN_NAMES.get(field, words[:1].upper() + words[1:])


COLUMNS: Mapping[Kind, Mapping[str, str]] = {
    kind: {field: _heading(field) for field in fields.split()}
    for kind, fields in _FIELDS.items()
}
