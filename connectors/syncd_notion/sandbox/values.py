"""Property values: checked as requests bring them, shown as replies have them.

Dates are kept to the minute, with a fixed offset.
"""

import functools
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from syncd_notion.sandbox.errors import in_body, invalid, missing, only
from syncd_notion.sandbox.objects import (
    DataSource,
    NotionPage,
    SchemaProperty,
    Value,
    to_the_minute,
)
from syncd_notion.sandbox.rich_text import parse_runs, units
from syncd_notion.sandbox.schema import READ_ONLY, add_options, find_prop
from syncd_notion.sandbox.workspace import NotionWorkspace

_KEYS = frozenset({"start", "end", "time_zone"})
_DAY = len("2026-06-01")


def parse_date(raw: Any, place: str) -> dict[str, Any] | None:
    """Check a date of a request and return it as it is kept; its zone is lost."""
    if raw is None:
        return None
    body = only(raw, place, _KEYS)
    if body.get("start") is None:
        raise missing(f"{place}.start")
    zone = _zone(body.get("time_zone"), f"{place}.time_zone")
    start = _kept(body["start"], zone, f"{place}.start")
    end = body.get("end")
    last = _kept(end, zone, f"{place}.end") if end is not None else None
    if last is not None:
        _check_range(start, last)
    return {"start": start, "end": last}


def _zone(raw: Any, place: str) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str) or raw not in _zones():
        raise in_body(place, "a valid time zone", raw)
    return raw


@functools.cache
def _zones() -> frozenset[str]:
    """Return the names of all zones: to gather them takes longer than a whole request."""
    return frozenset(available_timezones())


def _kept(raw: Any, zone: str | None, place: str) -> str:
    if not isinstance(raw, str):
        raise in_body(place, "a valid ISO 8601 date string", raw)
    try:
        if len(raw) == _DAY:
            return _day(raw, zone, place)
        stamp = datetime.fromisoformat(raw)
    except ValueError as error:
        raise in_body(place, "a valid ISO 8601 date string", raw) from error
    return shown(_placed(stamp, zone, raw, place))


def _day(raw: str, zone: str | None, place: str) -> str:
    if zone is not None:
        raise in_body(place, "a date with time beside a time_zone", raw)
    return date.fromisoformat(raw).isoformat()


def _placed(stamp: datetime, zone: str | None, raw: str, place: str) -> datetime:
    """Give a time its offset. One without offset or zone is read as UTC."""
    if zone is None:
        return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
    if stamp.tzinfo is None:
        return stamp.replace(tzinfo=ZoneInfo(zone))
    if zone == "UTC" and raw.endswith("Z"):
        return stamp
    raise in_body(place, "without offset when time_zone is given", raw)


def shown(stamp: datetime) -> str:
    """Return a moment as replies show it."""
    cut = stamp.replace(second=0, microsecond=0)
    return cut.isoformat(timespec="milliseconds")


def _check_range(start: str, end: str) -> None:
    if (len(start) == _DAY) != (len(end) == _DAY):
        raise invalid("Date range must have both a start and an end of one kind.")
    if instant_of(end) < instant_of(start):
        raise invalid("Date range end must not be before its start.")


def instant_of(text: str) -> datetime:
    """Return a kept date as an instant, to compare with; days begin at midnight UTC."""
    stamp = datetime.fromisoformat(text)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


INLINE_RELATED = 25
"""Related pages that a page object shows (recorded replies)."""
MOST_ITEMS = 100
_LENGTHS = {"url": 2000, "email": 200, "phone_number": 200}


def parse_values(
    workspace: NotionWorkspace, source: DataSource, raw: Any, place: str
) -> dict[str, Value]:
    """Check the ``properties`` of a request; return values by property id."""
    if not isinstance(raw, dict):
        raise in_body(place, "an object", raw)
    strange = [name for name in raw if find_prop(source, name) is None]
    if strange:
        raise invalid(" ".join(f"{name} is not a property that exists." for name in strange))
    values: dict[str, Value] = {}
    for name, value in raw.items():
        prop = find_prop(source, name)
        if prop is not None:
            values[prop.id] = _parse(workspace, prop, value, f"{place}.{name}")
    return values


def _parse(workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, place: str) -> Value:
    if prop.type in READ_ONLY:
        raise invalid(f"{prop.name} is read-only and can't be updated.")
    body = only(raw, place, frozenset({"id", "type", "name", prop.type}) | _TYPES)
    if prop.type not in body or set(body) & (_TYPES - {prop.type}):
        raise invalid(f"{prop.name} is expected to be {prop.type}.")
    return _PARSERS[prop.type](workspace, prop, body[prop.type], f"{place}.{prop.type}")


def _runs(_workspace: NotionWorkspace, _prop: SchemaProperty, raw: Any, place: str) -> Value:
    return parse_runs(raw, place)


def _number(_workspace: NotionWorkspace, _prop: SchemaProperty, raw: Any, place: str) -> Value:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise in_body(place, "a number", raw)
    return raw


def _checkbox(
    _workspace: NotionWorkspace, _prop: SchemaProperty, raw: Any, place: str
) -> Value:
    if not isinstance(raw, bool):
        raise in_body(place, "a boolean", raw)
    return raw


def _line(_workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, place: str) -> Value:
    if raw is None:
        return None
    if not isinstance(raw, str) or not raw:
        raise in_body(place, f"a valid {prop.type}", raw)
    if units(raw) > _LENGTHS[prop.type]:
        raise in_body(f"{place}.length", f"≤ `{_LENGTHS[prop.type]}`", units(raw))
    return raw


def _choice(_workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, place: str) -> Value:
    if raw is None:
        return prop.options[0]["id"] if prop.type == "status" and prop.options else None
    return _option(prop, raw, place)


def _choices(_workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, place: str) -> Value:
    if not isinstance(raw, list) or len(raw) > MOST_ITEMS:
        raise in_body(place, f"an array of at most `{MOST_ITEMS}`", raw)
    chosen = [_option(prop, entry, f"{place}[{number}]") for number, entry in enumerate(raw)]
    return list(dict.fromkeys(chosen))


def _option(prop: SchemaProperty, raw: Any, place: str) -> str:
    body = only(raw, place, frozenset({"id", "name", "color", "description"}))
    if body.get("id") in [option["id"] for option in prop.options]:
        return str(body["id"])
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise in_body(f"{place}.name", "a string", name)
    if units(name) > 100:
        raise in_body(f"{place}.name.length", "≤ `100`", units(name))
    return add_options(prop, [name])[0]


def _date(_workspace: NotionWorkspace, _prop: SchemaProperty, raw: Any, place: str) -> Value:
    return parse_date(raw, place)


def _relation(workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, place: str) -> Value:
    """Check related pages; those that are not shared are left out without a word."""
    if not isinstance(raw, list):
        raise in_body(place, "an array", raw)
    if len(raw) > MOST_ITEMS:
        raise in_body(f"{place}.length", f"≤ `{MOST_ITEMS}`", len(raw))
    pages = []
    for number, entry in enumerate(raw):
        identity = only(entry, f"{place}[{number}]", frozenset({"id"})).get("id")
        if not isinstance(identity, str):
            raise in_body(f"{place}[{number}].id", "a valid uuid", identity)
        page = workspace.pages.get(workspace.dashed(identity, f"body.{place}[{number}].id"))
        gone = page is None or (workspace.shows(page) and workspace.is_trashed(page))
        if gone and workspace.switches.relates_to_gone == "refused":
            raise workspace.missing("page", identity, f"body.{place}[{number}].id")
        if page and workspace.shows(page) and page.parent == prop.config["data_source_id"]:
            pages.append(page.id)
    return list(dict.fromkeys(pages))


def _people(_workspace: NotionWorkspace, _prop: SchemaProperty, raw: Any, place: str) -> Value:
    if not isinstance(raw, list):
        raise in_body(place, "an array", raw)
    keys = frozenset({"id", "object"})
    users = [only(entry, f"{place}[{number}]", keys) for number, entry in enumerate(raw)]
    for number, entry in enumerate(users):
        if not isinstance(entry.get("id"), str):
            raise in_body(f"{place}[{number}].id", "a valid uuid", entry.get("id"))
    return [user["id"] for user in users]


_Parser = Callable[[NotionWorkspace, SchemaProperty, Any, str], Value]
_PARSERS: dict[str, _Parser] = {
    "title": _runs,
    "rich_text": _runs,
    "number": _number,
    "checkbox": _checkbox,
    "url": _line,
    "email": _line,
    "phone_number": _line,
    "select": _choice,
    "status": _choice,
    "multi_select": _choices,
    "date": _date,
    "relation": _relation,
    "people": _people,
}
_TYPES = frozenset(_PARSERS)


def show_value(
    workspace: NotionWorkspace, page: NotionPage, prop: SchemaProperty
) -> dict[str, Any]:
    """Return a page's value as a page object has it."""
    shown = {"id": prop.id, "type": prop.type, prop.type: shown_value(workspace, page, prop)}
    if prop.type == "relation":
        shown["has_more"] = len(shown["relation"]) > INLINE_RELATED
        shown["relation"] = shown["relation"][:INLINE_RELATED]
    return shown


def shown_value(workspace: NotionWorkspace, page: NotionPage, prop: SchemaProperty) -> Any:
    """Return a page's value in the form of replies, whole."""
    value = page.values.get(prop.id)
    if prop.type in ("select", "status"):
        return _shown_option(prop, value)
    if prop.type == "multi_select":
        options = [_shown_option(prop, identity) for identity in value or []]
        return [option for option in options if option is not None]
    if prop.type == "date":
        return {**value, "time_zone": None} if value else None
    if prop.type == "relation":
        known = [
            workspace.pages[identity] for identity in value or [] if identity in workspace.pages
        ]
        shown = [related for related in known if workspace.shows(related)]
        if not workspace.switches.shows_trashed:
            shown = [related for related in shown if not workspace.is_trashed(related)]
        return [{"id": related.id} for related in shown]
    return _shown_simple(page, prop, value)


def _shown_simple(page: NotionPage, prop: SchemaProperty, value: Value) -> Any:
    if prop.type == "created_time":
        return to_the_minute(page.created)
    if prop.type == "last_edited_time":
        return to_the_minute(page.edited)
    if prop.type in _ELSEWHERE:
        return _ELSEWHERE[prop.type](page)
    if prop.type == "people":
        return [{"object": "user", "id": user} for user in value or []]
    if prop.type == "checkbox":
        return bool(value)
    return (value or []) if prop.type in ("title", "rich_text") else value


def _full_user(identity: str) -> dict[str, Any]:
    return {"object": "user", "id": identity, "name": "syncd", "type": "bot", "bot": {}}


_ELSEWHERE: dict[str, Callable[[NotionPage], Any]] = {
    "formula": lambda _: {"type": "string", "string": None},
    "rollup": lambda _: {"type": "number", "number": 0, "function": "count"},
    "files": lambda _: [],
    "unique_id": lambda page: {"prefix": None, "number": page.number},
    "created_by": lambda page: _full_user(page.creator),
    "last_edited_by": lambda page: _full_user(page.editor),
    "button": lambda _: {},
    "place": lambda _: None,
    "verification": lambda _: {"state": "unverified", "verified_by": None, "date": None},
}


def _shown_option(prop: SchemaProperty, identity: Value) -> dict[str, Any] | None:
    chosen = next((option for option in prop.options if option["id"] == identity), None)
    return {name: chosen[name] for name in ("id", "name", "color")} if chosen else None
