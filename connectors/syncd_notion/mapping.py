"""An entity's fields to the properties of a page and back; pure.

``from_remote(to_remote(x)) == fit(x)`` for every kind. What syncd does not model (the
end of a due range, further related pages, formatting) travels in ``Remote.extra`` and
is kept.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from syncd.model.entities import Kind
from syncd.model.fields import REFERENCES, FieldSpec, FieldType
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import BODY, Carried, Remote, Seen
from syncd.model.schema import Fields
from syncd.model.values import Moment, Value
from syncd_notion.bodies import ANSWERS, fit_answers
from syncd_notion.columns import COLUMNS, Column
from syncd_notion.dates import date_value, instant, is_date, is_moment
from syncd_notion.incoming import Unreadable, read_value, related
from syncd_notion.outgoing import (
    CHOICES,
    fit_period,
    fit_value,
    is_choosable,
    send_choice,
    send_value,
    wanted_pages,
)
from syncd_notion.shape import Property, Shape, values_by_id
from syncd_notion.texts import runs_of, text_of

_ELSEWHERE: Mapping[Kind, frozenset[str]] = {
    Kind.TASK: frozenset({"done", "due", "labels"}),
}
"""Fields whose home is another tool, where edit times tie."""

_PERIOD = ("period_start", "period_end")


def _carried(kind: Kind) -> Carried:
    columns = COLUMNS[kind]
    editable = frozenset(name for name, it in columns.items() if not it.spec.derived)
    written = frozenset({ANSWERS}) if kind is Kind.REVIEW else frozenset()
    once = frozenset({BODY}) if kind is Kind.REVIEW else frozenset()
    return Carried(
        fields=frozenset(columns) | written | once,
        editable=editable | written,
        home=(editable | written) - _ELSEWHERE.get(kind, frozenset()),
        once=once,
    )


CARRIES: Mapping[Kind, Carried] = {kind: _carried(kind) for kind in COLUMNS}
"""Every kind but the blocks; a derived field is shown, and never taken from a page."""


def fit(kind: Kind, fields: Fields, bound: Mapping[str, Property]) -> dict[str, Any]:
    """Return what Notion can hold of ``fields``; ``bound`` are the properties by field.

    A word for which a status has no option is left out: the page keeps its own.
    """
    columns = COLUMNS.get(kind, {})
    fitted = {
        name: fit_value(columns[name].spec, _type(columns[name], bound.get(name)), value)
        for name, value in fields.items()
        if name in columns
    }
    fit_period(fitted)
    held = {
        name: value
        for name, value in fitted.items()
        if is_choosable(columns[name].spec, bound.get(name), value)
    }
    return held | (_on_the_page(fields) if kind is Kind.REVIEW else {})


def _on_the_page(fields: Fields) -> dict[str, Any]:
    """Return what stands on a review's page itself, not among its properties."""
    found: dict[str, Any] = {BODY: fields[BODY]} if BODY in fields else {}
    answers = fields.get(ANSWERS)
    if isinstance(answers, tuple):
        found[ANSWERS] = fit_answers(answers)
    return found


def _type(column: Column, prop: Property | None) -> str:
    return prop.type if prop else column.types[0]


def to_remote(
    shape: Shape, fields: Fields, seen: Seen | None = None, mark: EntityId | None = None
) -> dict[str, Any]:
    """Return the properties to send, by id; with ``mark`` the entity's id among them."""
    properties: dict[str, Any] = {}
    for name, prop in shape.properties.items():
        spec = COLUMNS[shape.kind][name].spec
        if name in fields and name not in _PERIOD and is_choosable(spec, prop, fields[name]):
            sent = _sent(spec, prop, fields[name], (seen.extra if seen else {}, shape.zone))
            properties[prop.id] = {prop.type: sent}
    properties |= _period(shape, fields, seen)
    if mark is not None and shape.mark is not None:
        properties[shape.mark.id] = {shape.mark.type: runs_of(mark)}
    return properties


def _sent(
    spec: FieldSpec, prop: Property, wanted: Any, beside: tuple[Mapping[str, Any], str]
) -> Any:
    extra, zone = beside
    value = fit_value(spec, prop.type, wanted)
    if prop.type == "date":
        zoned = wanted if isinstance(value, Moment) else value  # the zone is sent, not kept
        end, before = (extra.get(it, {}).get(spec.name) for it in ("ends", "moments"))
        return date_value(zoned, end, zone, before or "")
    if spec.type in REFERENCES:
        before = extra.get("related", {}).get(spec.name, [])
        return [{"id": page} for page in wanted_pages(spec, value, list(before))]
    if spec.type in CHOICES:
        return send_choice(spec, prop, value)
    return send_value(spec, prop.type, value)


def _period(shape: Shape, fields: Fields, seen: Seen | None) -> dict[str, Any]:
    """Both ends share one property: the end that does not change is sent again."""
    prop = shape.properties.get(_PERIOD[0])
    if prop is None or not any(name in fields for name in _PERIOD):
        return {}
    known = seen.fields if seen else {}
    both = {name: fields.get(name, known.get(name)) for name in _PERIOD}
    fit_period(both)
    start, end = both[_PERIOD[0]], both[_PERIOD[1]]
    if not isinstance(start, date):
        return {prop.id: {"date": None}}
    ends = {"end": end.isoformat()} if isinstance(end, date) else {}
    return {prop.id: {"date": {"start": start.isoformat()} | ends}}


def from_remote(shape: Shape, page: Mapping[str, Any]) -> Remote:
    """Return a page of a reply as an item of the plan, with what could not be read.

    Raises ``Unreadable`` where the mark is not to be read: then it is nobody's item.
    """
    values = values_by_id(page)
    mark = _mark(shape, values)
    fields: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for name, prop in shape.properties.items():
        spec = COLUMNS[shape.kind][name].spec
        try:
            fields[name] = read_value(spec, prop, values.get(prop.key))
        except Unreadable as error:
            if spec.derived:
                fields[name] = spec.default  # syncd writes its own value over it
            else:
                problems[name] = str(error)
    return Remote(
        id=RemoteId(str(page["id"])),
        kind=shape.kind,
        fields=fields,
        created_at=instant(page.get("created_time")),
        edited_at=instant(page.get("last_edited_time")),
        mark=EntityId(mark) if mark else None,
        url=str(page.get("url") or ""),
        problems=problems,
        extra=_extra(shape, values),
    )


def mark_of(shape: Shape, page: Mapping[str, Any]) -> str:
    """Return the entity's id that a page carries, or "". Raises ``Unreadable``."""
    return _mark(shape, values_by_id(page))


def lacks_mark(shape: Shape, page: Mapping[str, Any]) -> bool:
    """Say whether a page does not even have the property that holds the mark."""
    return shape.mark is not None and _raw_mark(shape.mark, values_by_id(page)) is None


def _mark(shape: Shape, values: Mapping[str, Mapping[str, Any]]) -> str:
    raw = _raw_mark(shape.mark, values) if shape.mark else None
    if shape.mark is None or raw is None:
        return ""
    mark = text_of(raw.get(shape.mark.type))
    if mark is None:
        raise Unreadable(f"The property '{shape.mark.name}' can't be read: empty it in Notion.")
    return mark.strip()


def _raw_mark(
    mark: Property, values: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    raw = values.get(mark.key)
    return raw if raw is not None and raw.get("type") == mark.type else None


def _extra(shape: Shape, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Keep what a write must not lose though the plan has no field for it."""
    ends: dict[str, str] = {}
    moments: dict[str, str] = {}
    beside: dict[str, list[str]] = {}
    for name, prop in shape.properties.items():
        spec = COLUMNS[shape.kind][name].spec
        raw = values.get(prop.key, {}).get(prop.type)
        if prop.type == "date" and isinstance(raw, Mapping) and name not in _PERIOD:
            ends |= {name: raw["end"]} if is_date(raw.get("end")) else {}
            start = raw.get("start")
            if spec.type is FieldType.DATE and is_moment(start):
                moments[name] = str(start)
        pages = (related(raw) if prop.type == "relation" else None) or []
        if spec.type is FieldType.REF and len(pages) > 1:
            beside[name] = pages
    kept: dict[str, Any] = {"ends": ends, "moments": moments, "related": beside}
    return {name: what for name, what in kept.items() if what}
