"""The page where a person sees and edits the workspace, and the acts behind its forms."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from syncd_notion.sandbox import bodies, schema
from syncd_notion.sandbox.body_page import BODY_ACTS, Form, shown_body
from syncd_notion.sandbox.dates import parse_date
from syncd_notion.sandbox.state import (
    DataSource,
    NotionPage,
    SchemaProperty,
    title_of,
    to_the_minute,
)
from syncd_notion.sandbox.texts import plain, run_of
from syncd_notion.sandbox.world import USER, NotionWorkspace

_CHOICES = ("select", "status", "relation")
_TEXTS = ("title", "rich_text")


def workspace_page(world: NotionWorkspace) -> str:
    """Return the page as HTML."""
    sources = [it for it in world.sources.values() if not world.is_trashed(it)]
    return _filled(
        "page.html",
        title=title_of(world.pages[world.parent_page]),
        now=to_the_minute(world.clock.now())[:16].replace("T", " "),
        tables=[_table(world, source) for source in sources],
        trash=[
            {"id": it.id, "title": title_of(it) or "Untitled"}
            for it in world.pages.values()
            if it.in_trash
        ],
    )


def body_page(world: NotionWorkspace, page: NotionPage) -> str:
    """Return the body of one page as HTML."""
    return _filled("body.html", **shown_body(world, page))


def _filled(name: str, **values: Any) -> str:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True).get_template(name).render(values)


def _table(world: NotionWorkspace, source: DataSource) -> dict[str, Any]:
    props = sorted(source.props.values(), key=lambda it: it.type != "title")
    rows = [
        {"id": row.id, "cells": [_cell(world, row, prop) for prop in props]}
        for row in world.rows(source)
    ]
    title = plain(source.title) or "Untitled"
    return {"id": source.id, "title": title, "columns": props, "rows": rows}


def _cell(world: NotionWorkspace, row: NotionPage, prop: SchemaProperty) -> dict[str, Any]:
    return {
        "id": prop.id,
        "name": prop.name,
        "type": prop.type,
        "style": "mark" if prop.name == "Sync ID" else prop.type,
        "text": _text(row, prop),
        "choices": _choices(world, prop) if prop.type in _CHOICES else None,
    }


def _text(row: NotionPage, prop: SchemaProperty) -> str:
    value = row.values.get(prop.id)
    if prop.type in _TEXTS:
        return plain(value or [])
    if prop.type == "multi_select":
        return ", ".join(it["name"] for it in prop.options if it["id"] in (value or []))
    if prop.type == "relation":
        return next(iter(value or []), "")
    if prop.type == "date":
        return " → ".join(it for it in (value["start"], value["end"]) if it) if value else ""
    if prop.type in schema.READ_ONLY:
        return to_the_minute(row.created if prop.type == "created_time" else row.edited)
    return "" if value in (None, False) else _plain(value)


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _choices(world: NotionWorkspace, prop: SchemaProperty) -> list[tuple[str, str]]:
    if prop.type == "relation":
        target = world.sources.get(prop.config["data_source_id"])
        rows = world.rows(target) if target else []
        return [(row.id, title_of(row) or "Untitled") for row in rows]
    return [(it["id"], it["name"]) for it in prop.options]


def perform(world: NotionWorkspace, name: str, form: Form) -> str:
    """Do what a form asks; return the address where it was. Raises KeyError."""
    world.actor = USER
    if name in BODY_ACTS:
        return f"/_sandbox/page/{BODY_ACTS[name](world, form)}"
    return f"/#{_ACTS[name](world, form)}"


def _edit(world: NotionWorkspace, form: Form) -> str:
    page = world.pages[form["page"]]
    prop = world.sources[page.parent].props[form["property"]]
    if prop.type not in schema.READ_ONLY:
        world.set_values(page, {prop.id: typed(world, page, prop, form.get("value", ""))})
    return page.parent


def typed(world: NotionWorkspace, page: NotionPage, prop: SchemaProperty, text: str) -> Any:
    """Return what typing or choosing ``text`` in a cell puts there."""
    words = text.strip()
    if prop.type in _TEXTS:
        return [run_of(text)] if words else []
    if prop.type == "multi_select":
        names = [name.strip() for name in words.split(",") if name.strip()]
        return schema.add_options(prop, names)
    if prop.type == "relation":
        before = page.values.get(prop.id) or []
        return [words, *(it for it in before[1:] if it != words)] if words else []
    if prop.type == "number":
        return world.number(words)
    if prop.type == "date":
        start, _, end = (part.strip() for part in words.partition("→"))
        return parse_date({"start": start, "end": end or None}, "date") if start else None
    return bool(words) if prop.type == "checkbox" else (words or None)


def _add(world: NotionWorkspace, form: Form) -> str:
    title = form.get("value", "").strip()
    values = {"title": [run_of(title)] if title else []}
    return world.add_row(world.sources[form["source"]], values).parent


def _rename(world: NotionWorkspace, form: Form) -> str:
    source = world.sources[form["source"]]
    source.title = [run_of(form["value"].strip() or "Untitled")]
    world.databases[source.parent].title = list(source.title)
    return source.id


def _duplicate(world: NotionWorkspace, form: Form) -> str:
    page = world.pages[form["page"]]
    return bodies.duplicate_page(world, page).parent


def _trash(world: NotionWorkspace, form: Form) -> str:
    page = world.pages[form["page"]]
    world.set_trash(page, in_trash=True)
    return page.parent


def _restore(world: NotionWorkspace, form: Form) -> str:
    page = world.pages[form["page"]]
    world.set_trash(page, in_trash=False)
    return page.parent


_ACTS: Mapping[str, Callable[[NotionWorkspace, Form], str]] = {
    "edit": _edit,
    "add": _add,
    "rename": _rename,
    "duplicate": _duplicate,
    "trash": _trash,
    "restore": _restore,
}
