"""Each field's column and codec, and with them an entity to a page and back; pure.

``from_remote(to_remote(x)) == fit(x)`` for every kind. What syncd does not model (the
end of a due range, further related pages, formatting) travels in ``Remote.extra`` and
is kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import PAGE_CONTENT, Carried, Remote, Seen
from syncd.model.schema import FIELDS, Fields
from syncd.model.values import FieldSpec, FieldType, Value
from syncd_notion.codecs import (
    CHECKBOX,
    CURRENCY,
    EMAIL,
    NUMBER,
    PAGE,
    PAGES,
    PERCENT,
    TEXT,
    TITLE,
    URL,
    WHOLE_NUMBER,
    Codec,
    Property,
    Sending,
    UnreadableProperty,
    garbled,
)
from syncd_notion.dates import DATE, PERIOD_END, PERIOD_START, RECURRENCE, fit_period, instant
from syncd_notion.options import LABELS, PRIORITY, WORD, is_choosable, option_name
from syncd_notion.page_content import ANSWERS, fit_answers, quoted, runs_of, text_of

MARK = "Sync ID"
"""The column in which syncd keeps the entity's id."""

_NO_SPEC = FieldSpec(type=FieldType.TEXT)


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """One field's column: its default name, and how it holds the field.

    home: where edit times tie, what stands here wins; else another tool's value does.
    spec: the field itself, put in when the tables are made.
    """

    name: str
    codec: Codec
    home: bool = True
    spec: FieldSpec = _NO_SPEC

    def fit(self, prop: Property | None, value: Any) -> Any:
        """Return what the property, or the one that syncd would make, holds of a value."""
        notion_type = prop.type if prop else self.codec.types[0]
        return self.codec.fit(self.spec, notion_type, value)

    def can_show(self, prop: Property | None, value: Any) -> bool:
        """Say whether the property can show this value."""
        return is_choosable(self.spec, prop, value)

    def lacking_options(self, prop: Property) -> list[str]:
        """Return the options that the property can't be given, as they would be shown."""
        choices = self.codec.choices(self.spec)
        return [option_name(value) for value in choices if not self.can_show(prop, value)]

    def read(self, prop: Property, raw: Mapping[str, Any] | None) -> Value:
        """Return the field's value. Raises ``UnreadableProperty``, whatever stands there."""
        if raw is None or raw.get("type") != prop.type:
            raise UnreadableProperty(
                f"The property '{quoted(prop.name)}' has changed in Notion: give it back its type"
                f" {prop.type}, or name another one in the settings."
            )
        more = raw.get("has_more", False) is not False  # than is shown
        if prop.type == "relation" and more:
            raise garbled(prop)
        return self.codec.read(self.spec, prop, raw.get(prop.type))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageField:
    """A field that stands on the page of a row itself, not among its properties."""

    fit: Callable[[Any], Any]
    write_once: bool = False


_NAME = FieldColumn("Name", TITLE)
_NOTES = FieldColumn("Notes", TEXT)
_GOAL = FieldColumn("Goal", PAGE)
_SKILL = FieldColumn("Skill", PAGE)

_TABLES: Mapping[Kind, Mapping[str, FieldColumn]] = {
    Kind.PROFILE: {
        "title": _NAME,
        "aspect": FieldColumn("Aspect", WORD),
        "horizon": FieldColumn("Horizon", WORD),
        "notes": _NOTES,
    },
    Kind.GOAL: {
        "title": _NAME,
        "status": FieldColumn("Status", WORD),
        "horizon": FieldColumn("Horizon", WORD),
        "priority": FieldColumn("Priority", PRIORITY),
        "measure": FieldColumn("Measure", TEXT),
        "unit": FieldColumn("Unit", TEXT),
        "baseline": FieldColumn("Baseline", NUMBER),
        "target": FieldColumn("Target", NUMBER),
        "current": FieldColumn("Current", NUMBER),
        "achievable": FieldColumn("Achievable", TEXT),
        "why": FieldColumn("Why", TEXT),
        "due": FieldColumn("Due", DATE),
        "weekly_minutes": FieldColumn("Weekly minutes", WHOLE_NUMBER),
        "notes": _NOTES,
        "progress": FieldColumn("Progress", PERCENT),
        "pace": FieldColumn("Pace", WORD),
        "smart_gaps": FieldColumn("SMART check", TEXT),
    },
    Kind.MILESTONE: {
        "title": _NAME,
        "goal": _GOAL,
        "due": FieldColumn("Due", DATE),
        "done": FieldColumn("Done", CHECKBOX),
        "notes": _NOTES,
    },
    Kind.SKILL: {
        "title": _NAME,
        "category": FieldColumn("Category", WORD),
        "level": FieldColumn("Level", WHOLE_NUMBER),
        "target_level": FieldColumn("Target level", WHOLE_NUMBER),
        "goals": FieldColumn("Goals", PAGES),
        "notes": _NOTES,
        "gap": FieldColumn("Gap", WHOLE_NUMBER),
    },
    Kind.RESOURCE: {
        "title": _NAME,
        "type": FieldColumn("Type", WORD),
        "url": FieldColumn("URL", URL),
        "cost": FieldColumn("Cost", NUMBER),
        "currency": FieldColumn("Currency", CURRENCY),
        "status": FieldColumn("Status", WORD),
        "skill": _SKILL,
        "goal": _GOAL,
        "notes": _NOTES,
    },
    Kind.TASK: {
        "title": _NAME,
        "goal": _GOAL,
        "milestone": FieldColumn("Milestone", PAGE),
        "skill": _SKILL,
        "resource": FieldColumn("Resource", PAGE),
        "due": FieldColumn("Due", DATE, home=False),
        "estimate_minutes": FieldColumn("Estimate", WHOLE_NUMBER),
        "priority": FieldColumn("Priority", PRIORITY),
        "labels": FieldColumn("Labels", LABELS, home=False),
        "recurrence": FieldColumn("Repeat", RECURRENCE),
        "done": FieldColumn("Done", CHECKBOX, home=False),
        "notes": _NOTES,
        "minutes_done": FieldColumn("Minutes done", WHOLE_NUMBER),
        "minutes_planned": FieldColumn("Minutes planned", WHOLE_NUMBER),
        "next_block": FieldColumn("Next block", DATE),
    },
    Kind.CONTACT: {
        "title": _NAME,
        "role": FieldColumn("Role", WORD),
        "email": FieldColumn("Email", EMAIL),
        "cadence_days": FieldColumn("Every", WHOLE_NUMBER),
        "last_contact": FieldColumn("Last contact", DATE),
        "notes": _NOTES,
        "next_contact": FieldColumn("Next contact", DATE),
    },
    Kind.ACHIEVEMENT: {
        "title": _NAME,
        "date": FieldColumn("Date", DATE),
        "impact": FieldColumn("Impact", TEXT),
        "evidence_url": FieldColumn("Evidence", URL),
        "goal": _GOAL,
        "skill": _SKILL,
        "notes": _NOTES,
    },
    Kind.REVIEW: {
        "title": _NAME,
        "kind": FieldColumn("Kind", WORD),
        "period_start": FieldColumn("Period", PERIOD_START),
        "period_end": FieldColumn("Period", PERIOD_END),
    },
}

COLUMNS: Mapping[Kind, Mapping[str, FieldColumn]] = {
    kind: {field: replace(column, spec=FIELDS[kind][field]) for field, column in table.items()}
    for kind, table in _TABLES.items()
}
"""The columns of every kind by field; both ends of a review's period share one."""

ON_PAGE: Mapping[Kind, Mapping[str, PageField]] = {
    Kind.REVIEW: {
        ANSWERS: PageField(fit=fit_answers),
        PAGE_CONTENT: PageField(fit=tuple, write_once=True),
    }
}
"""What stands on the pages of a kind; ``page_content`` has its form."""


def _carried(kind: Kind) -> Carried:
    columns, on_page = COLUMNS[kind], ON_PAGE.get(kind, {})
    once = frozenset(name for name, page_field in on_page.items() if page_field.write_once)
    computed = frozenset(name for name, column in columns.items() if column.spec.derived)
    elsewhere = frozenset(name for name, column in columns.items() if not column.home)
    fields = frozenset(columns) | frozenset(on_page)
    editable = fields - computed - once
    return Carried(fields=fields, editable=editable, home=editable - elsewhere, write_once=once)


CARRIES: Mapping[Kind, Carried] = {kind: _carried(kind) for kind in COLUMNS}
"""Every kind but the blocks; a derived field is shown, and never taken from a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSchema:
    """What can be read from and written to the rows of one database.

    properties: by field; those that are broken or not there are left out.
    mark: the property that holds the entity's id.
    zone: the plan's zone, for moments without one.
    """

    kind: Kind
    properties: Mapping[str, Property]
    mark: Property | None
    zone: str = "UTC"


def values_by_id(page: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return a page's property values by the id of their property, unquoted."""
    properties = page.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {
        unquote(str(value.get("id"))): value
        for value in properties.values()
        if isinstance(value, Mapping)
    }


def fit(kind: Kind, fields: Fields, bound: Mapping[str, Property]) -> dict[str, Any]:
    """Return what Notion can hold of ``fields``; ``bound`` are the properties by field.

    A word for which a status has no option is left out: the page keeps its own.
    """
    columns, on_page = COLUMNS.get(kind, {}), ON_PAGE.get(kind, {})
    fitted = {
        name: columns[name].fit(bound.get(name), value)
        for name, value in fields.items()
        if name in columns
    }
    fit_period(fitted)
    shown = {
        name: value
        for name, value in fitted.items()
        if columns[name].can_show(bound.get(name), value)
    }
    return shown | {
        name: on_page[name].fit(value)
        for name, value in fields.items()
        if name in on_page and isinstance(value, tuple)
    }


def to_remote(
    schema: DatabaseSchema,
    fields: Fields,
    seen: Seen | None = None,
    mark: EntityId | None = None,
) -> dict[str, Any]:
    """Return the properties to send, by id; with ``mark`` the entity's id among them."""
    properties: dict[str, Any] = {}
    for name, column in COLUMNS[schema.kind].items():
        prop = schema.properties.get(column.codec.shares or name)
        if prop is None or name not in fields or not column.can_show(prop, fields[name]):
            continue
        sending = _sending(schema, (name, column.fit(prop, fields[name])), fields, seen)
        properties[prop.id] = {prop.type: column.codec.send(column.spec, prop, sending)}
    if mark is not None and schema.mark is not None:
        properties[schema.mark.id] = {schema.mark.type: runs_of(mark)}
    return properties


def _sending(
    schema: DatabaseSchema, fitted: tuple[str, Any], fields: Fields, seen: Seen | None
) -> Sending:
    name, value = fitted
    extra: Mapping[str, Mapping[str, Any]] = seen.extra if seen else {}
    kept = {what: by_field[name] for what, by_field in extra.items() if name in by_field}
    known = seen.fields if seen else {}
    return Sending(
        value=value,
        wanted=fields[name],
        kept=kept,
        fields={**known, **fields},
        zone=schema.zone,
    )


def from_remote(schema: DatabaseSchema, page: Mapping[str, Any]) -> Remote:
    """Return a page of a reply as an item of the plan, with what could not be read.

    Raises ``UnreadableProperty`` where the mark is not to be read: then it is nobody's item.
    """
    values = values_by_id(page)
    mark = _mark(schema, values)
    fields, problems = _read_fields(schema, values)
    return Remote(
        id=RemoteId(str(page["id"])),
        kind=schema.kind,
        fields=fields,
        created_at=instant(page.get("created_time")),
        edited_at=instant(page.get("last_edited_time")),
        mark=EntityId(mark) if mark else None,
        url=str(page.get("url") or ""),
        problems=problems,
        extra=_extra(schema, values),
    )


def _read_fields(
    schema: DatabaseSchema, values: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Value], dict[str, str]]:
    """Return the fields that could be read, and a sentence for each that could not."""
    fields: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for name, prop in schema.properties.items():
        column = COLUMNS[schema.kind][name]
        try:
            fields[name] = column.read(prop, values.get(prop.key))
        except UnreadableProperty as error:
            if column.spec.derived:
                fields[name] = column.spec.default  # syncd writes its own value over it
            else:
                problems[name] = str(error)
    return fields, problems


def _extra(schema: DatabaseSchema, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Keep what a write must not lose though the plan has no field for it."""
    extra: dict[str, dict[str, Any]] = {}
    for name, prop in schema.properties.items():
        column = COLUMNS[schema.kind][name]
        raw = values.get(prop.key, {}).get(prop.type)
        for what, kept in column.codec.keep(column.spec, raw).items():
            extra.setdefault(what, {})[name] = kept
    return extra


def mark_of(schema: DatabaseSchema, page: Mapping[str, Any]) -> str:
    """Return the entity's id that a page carries, or "". Raises ``UnreadableProperty``."""
    return _mark(schema, values_by_id(page))


def lacks_mark(schema: DatabaseSchema, page: Mapping[str, Any]) -> bool:
    """Say whether a page does not even have the property that holds the mark."""
    return schema.mark is not None and _raw_mark(schema.mark, values_by_id(page)) is None


def _mark(schema: DatabaseSchema, values: Mapping[str, Mapping[str, Any]]) -> str:
    raw = _raw_mark(schema.mark, values) if schema.mark else None
    if schema.mark is None or raw is None:
        return ""
    mark = text_of(raw.get(schema.mark.type))
    if mark is None:
        raise UnreadableProperty(
            f"The property '{schema.mark.name}' can't be read: empty it in Notion."
        )
    return mark.strip()


def _raw_mark(
    mark: Property, values: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    raw = values.get(mark.key)
    return raw if raw is not None and raw.get("type") == mark.type else None
