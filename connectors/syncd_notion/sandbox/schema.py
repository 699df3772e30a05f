"""The schema of a data source: making and changing properties."""

import copy
import hashlib
from typing import Any
from urllib.parse import quote, unquote

from syncd_notion.sandbox.errors import (
    NotionRefusal,
    in_body,
    invalid,
    missing,
    not_imitated,
    only,
    unknown,
)
from syncd_notion.sandbox.objects import DataSource, SchemaProperty, uuid_of
from syncd_notion.sandbox.workspace import NotionWorkspace

SIMPLE = frozenset(
    {"title", "rich_text", "date", "checkbox", "url", "email", "phone_number", "people"}
    | {"created_time", "last_edited_time"}
)
CHOICES = frozenset({"select", "multi_select", "status"})
TYPES = SIMPLE | CHOICES | {"number", "relation"}
ELSEWHERE = frozenset(
    {"formula", "rollup", "files", "unique_id", "created_by", "last_edited_by", "button"}
    | {"place", "verification"}
)
READ_ONLY = frozenset({"created_time", "last_edited_time"}) | ELSEWHERE
COLORS = (
    "default",
    "gray",
    "brown",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "red",
)
NUMBER_FORMATS = frozenset(
    {"number", "number_with_commas", "percent", "dollar", "euro", "pound"}
)
_SIGNS = ":;<=>?@[]^_`{|}~"
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + _SIGNS


def prop_id(*parts: object) -> str:
    """Return a short id as the service makes them, encoded for addresses."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return quote("".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:4]), safe="")


def find_prop(source: DataSource, name: str) -> SchemaProperty | None:
    """Return the property with this id (encoded or not) or this name."""
    for prop in source.props.values():
        if name in (prop.id, unquote(prop.id)):
            return prop
    return next((prop for prop in source.props.values() if prop.name == name), None)


def add_options(prop: SchemaProperty, names: list[str]) -> list[str]:
    """Return the ids of these options; those that are new are made."""
    ids = []
    for name in names:
        chosen = next((known for known in prop.options if known["name"] == name), None)
        if chosen is None:
            if prop.type == "status":
                raise invalid(f'Invalid status option. Status option "{name}" does not exist.')
            chosen = option(prop.id, {"name": name}, len(prop.options))
            prop.options.append(chosen)
        ids.append(chosen["id"])
    return ids


def option(owner: str, raw: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a checked option."""
    name = raw.get("name")
    if not isinstance(name, str) or not name:
        raise in_body("option.name", "a string", name)
    if "," in name:
        raise invalid(f"Invalid select option, commas not allowed: {name}")
    return {
        "id": raw.get("id") or uuid_of("option", owner, name, number),
        "name": name,
        "color": raw.get("color") or COLORS[number % len(COLORS)],
        "description": raw.get("description"),
    }


def change(workspace: NotionWorkspace, source: DataSource, changes: Any, place: str) -> None:
    """Apply the ``properties`` of a request to a schema, all or nothing."""
    if not isinstance(changes, dict):
        raise in_body(place, "an object", changes)
    before = copy.deepcopy((source.props, source.removed))
    try:
        for name, raw in changes.items():
            _change(workspace, source, name, raw, f"{place}.{name}")
    except NotionRefusal:
        source.props, source.removed = before
        raise


def _change(
    workspace: NotionWorkspace, source: DataSource, name: str, raw: Any, place: str
) -> None:
    prop = find_prop(source, name)
    if raw is None:
        remove(source, prop, name)
    elif prop is None:
        add(workspace, source, name, raw, place)
    else:
        _alter(workspace, source, prop, (raw, place))


def add(
    workspace: NotionWorkspace, source: DataSource, name: str, raw: Any, place: str
) -> SchemaProperty:
    """Add a property; one of the same name that was removed does not come back."""
    notion_type = _type_in(raw, place)
    _free(source, name)
    if notion_type == "title" and "title" in source.props:
        raise invalid("Cannot create more than one title property.")
    identifier = (
        "title" if notion_type == "title" else prop_id(source.id, name, workspace.count())
    )
    prop = SchemaProperty(id=identifier, name=name, type=notion_type)
    prop.config = _config(workspace, prop, raw.get(notion_type) or {}, f"{place}.{notion_type}")
    source.props[prop.id] = prop
    _fill(workspace, source, prop)
    return prop


def add_elsewhere(
    workspace: NotionWorkspace, source: DataSource, name: str, notion_type: str
) -> None:
    """Add a property of a type that this sandbox shows and does not compute."""
    if notion_type not in ELSEWHERE:
        raise KeyError(notion_type)
    _free(source, name)
    prop = SchemaProperty(
        id=prop_id(source.id, name, workspace.count()), name=name, type=notion_type
    )
    source.props[prop.id] = prop


def rename(source: DataSource, prop: SchemaProperty, name: str) -> None:
    """Rename a property. Refuses the name of another (the wording is assumed)."""
    if name != prop.name:
        _free(source, name)
    prop.name = name


def _free(source: DataSource, name: str) -> None:
    if any(prop.name == name for prop in source.props.values()):
        raise invalid(f"A property named {name} exists already.")


def _fill(workspace: NotionWorkspace, source: DataSource, prop: SchemaProperty) -> None:
    """Give rows without a status the default: it is never empty (recorded)."""
    if prop.type != "status" or not prop.options:
        return
    known = {option["id"] for option in prop.options}
    for page in workspace.pages.values():
        if page.parent == source.id and page.values.get(prop.id) not in known:
            page.values[prop.id] = prop.options[0]["id"]


def bring_back(source: DataSource, prop: SchemaProperty) -> None:
    """Bring a removed property back; where its name is taken, under another (assumed)."""
    del source.removed[prop.id]
    taken = {other.name for other in source.props.values()}
    while prop.name in taken:
        prop.name += " (1)"
    source.props[prop.id] = prop


def rename_option(prop: SchemaProperty, old: str, new: str) -> None:
    """Rename an option as a person does; its id stays."""
    option_named(prop, old)["name"] = new


def remove_option(
    workspace: NotionWorkspace, source: DataSource, prop: SchemaProperty, name: str
) -> None:
    """Delete an option; rows that had it have none, or the default of a status."""
    prop.options.remove(option_named(prop, name))
    _fill(workspace, source, prop)


def option_named(prop: SchemaProperty, name: str) -> dict[str, Any]:
    """Return an option by its name. Raises ``KeyError``."""
    for choice in prop.options:
        if choice["name"] == name:
            return choice
    raise KeyError(name)


def remove(source: DataSource, prop: SchemaProperty | None, name: str) -> None:
    """Remove a property; its values stay, out of sight."""
    if prop is None:
        raise invalid(f"{name} is not a property that exists.")
    if prop.type == "title":
        raise invalid("Cannot delete the title property.")
    source.removed[prop.id] = source.props.pop(prop.id)


def _alter(
    workspace: NotionWorkspace, source: DataSource, prop: SchemaProperty, asked: tuple[Any, str]
) -> None:
    raw, place = asked
    body = only(raw, place, TYPES | ELSEWHERE | {"id", "name", "type", "description"})
    rename(source, prop, str(body.get("name") or prop.name))
    if not set(body) - {"id", "name", "description"}:
        return
    notion_type = _type_in(raw, place)
    retype(prop, notion_type, workspace)
    prop.config = _config(
        workspace, prop, body.get(notion_type) or {}, f"{place}.{notion_type}"
    )
    _fill(workspace, source, prop)


def retype(prop: SchemaProperty, notion_type: str, workspace: NotionWorkspace) -> None:
    """Give a property another type; its values are kept as text and read again."""
    if prop.type == notion_type:
        return
    if "title" in (prop.type, notion_type):
        raise invalid("Cannot convert the title property.")
    workspace.reread(prop, notion_type)


def _type_in(raw: Any, place: str) -> str:
    body = only(raw, place, TYPES | ELSEWHERE | {"id", "name", "type", "description"})
    named = set(body) - {"id", "name", "type", "description"}
    if not named:
        raise missing(f"{place}.{body.get('type') or 'type'}")
    if named & ELSEWHERE:
        raise not_imitated(f"properties of type {min(named)}")
    if len(named) > 1 or body.get("type") not in (None, *named):
        raise unknown(f"{place}.{max(named)}", body[max(named)])
    return named.pop()


def _config(
    workspace: NotionWorkspace, prop: SchemaProperty, raw: Any, place: str
) -> dict[str, Any]:
    if prop.type == "number":
        body = only(raw, place, frozenset({"format"}))
        if body.get("format", "number") not in list(NUMBER_FORMATS):
            raise in_body(f"{place}.format", "a number format", body["format"])
        return {"format": body.get("format", "number")}
    if prop.type == "relation":
        return _relation(workspace, raw, place)
    if prop.type in CHOICES:
        return _choices(prop, only(raw, place, frozenset({"options"})), place)
    only(raw, place, frozenset())
    return {}


def _choices(prop: SchemaProperty, raw: dict[str, Any], place: str) -> dict[str, Any]:
    """Return options: those sent replace all, and one sent by name keeps its id."""
    if "options" not in raw:
        return prop.config if "options" in prop.config else {"options": _first(prop)}
    options = raw["options"]
    if not isinstance(options, list) or len(options) > 100:
        raise in_body(f"{place}.options", "an array of at most 100", options)
    known = {kept["name"]: kept for kept in prop.options}
    by_id = {kept["id"]: kept for kept in prop.options}
    keys = frozenset({"id", "name", "color", "description"})
    choices = []
    for number, sent in enumerate(options):
        body = only(sent, f"{place}.options[{number}]", keys)
        kept = by_id.get(str(body.get("id"))) or known.get(str(body.get("name")))
        given = {key: part for key, part in body.items() if key != "id"}
        choices.append({**kept, **given} if kept else option(prop.id, body, number))
    return {"options": choices}


def _first(prop: SchemaProperty) -> list[dict[str, Any]]:
    names = ("Not started", "In progress", "Done") if prop.type == "status" else ()
    return [option(prop.id, {"name": name}, number) for number, name in enumerate(names)]


def _relation(workspace: NotionWorkspace, raw: Any, place: str) -> dict[str, Any]:
    keys = frozenset({"data_source_id", "type", "single_property", "dual_property"})
    body = only(raw, place, keys)
    if "dual_property" in body or body.get("type") == "dual_property":
        raise not_imitated("relations of type dual_property")
    if not isinstance(body.get("data_source_id"), str):
        raise in_body(f"{place}.data_source_id", "a valid uuid", body.get("data_source_id"))
    if "single_property" not in body:
        raise missing(f"{place}.single_property")
    target = workspace.source(body["data_source_id"])
    return {"database_id": target.parent, "data_source_id": target.id}
