"""The page where a person sees and edits the workspace, and the acts behind its forms."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from syncd_notion.sandbox import as_read, blocks, schema
from syncd_notion.sandbox.errors import trashed
from syncd_notion.sandbox.objects import (
    BodyPart,
    DataSource,
    NotionBlock,
    NotionPage,
    SchemaProperty,
    title_of,
    to_the_minute,
)
from syncd_notion.sandbox.rich_text import plain, run_of
from syncd_notion.sandbox.values import parse_date
from syncd_notion.sandbox.workspace import USER, NotionWorkspace

Form = Mapping[str, str]


def shown_body(workspace: NotionWorkspace, page: NotionPage) -> dict[str, Any]:
    """Return a body for the template: parts with a heading, each with its text."""
    source = workspace.sources.get(page.parent)
    return {
        "id": page.id,
        "title": title_of(page) or "Untitled",
        "database": plain(source.title) if source else "",
        "back": f"/#{page.parent}" if source else "/",
        "edited": to_the_minute(page.edited)[:16].replace("T", " "),
        "editor": "you" if page.editor == USER else "the connection",
        "in_trash": workspace.is_trashed(page),
        "parts": [_part(workspace, part) for part in _parts(workspace, page)],
    }


def _parts(workspace: NotionWorkspace, page: NotionPage) -> list[list[BodyPart]]:
    """Return a body in parts; each but the first begins with a heading."""
    parts: list[list[BodyPart]] = [[]]
    for piece in workspace.children(page):
        if as_read.is_heading(piece):
            parts.append([])
        parts[-1].append(piece)
    return parts


def _part(workspace: NotionWorkspace, pieces: list[BodyPart]) -> dict[str, Any]:
    first = next(filter(as_read.is_heading, pieces[:1]), None)
    rest = pieces[1:] if first else pieces
    inside = workspace.children(first) if first else []
    simple = all(_is_text(workspace, piece) for piece in rest) and not inside
    return {
        "heading": _row(first, 0) if first else None,
        "level": int(first.type[-1]) + 1 if first else 0,
        "text": "\n".join(as_read.text_of(piece) for piece in rest) if simple else "",
        "rows": [] if simple else _rows(workspace, [*inside, *rest], 0),
    }


def _is_text(workspace: NotionWorkspace, piece: BodyPart) -> bool:
    plain_one = isinstance(piece, NotionBlock) and piece.type == "paragraph"
    return plain_one and not workspace.children(piece)


def _rows(
    workspace: NotionWorkspace, pieces: list[BodyPart], depth: int
) -> list[dict[str, Any]]:
    rows = []
    for piece in pieces:
        inner = workspace.children(piece) if isinstance(piece, NotionBlock) else []
        rows += [_row(piece, depth), *_rows(workspace, inner, depth + 1)]
    return rows


def _row(piece: BodyPart, depth: int) -> dict[str, Any]:
    content = piece.content if isinstance(piece, NotionBlock) else {}
    return {
        "id": piece.id,
        "type": piece.type if isinstance(piece, NotionBlock) else "child",
        "depth": depth,
        "text": as_read.text_of(piece),
        "lines": as_read.text_of(piece).count("\n") + 1,
        "checked": content.get("checked", False),
        "editable": "rich_text" in content,
    }


def _write(workspace: NotionWorkspace, form: Form) -> str:
    """Make the text of one part what was typed, or add it where there are other blocks."""
    page = workspace.pages[form["page"]]
    _check(workspace, page)
    part = {_name(pieces): pieces for pieces in _parts(workspace, page)}[form["part"]]
    text = _typed(form)
    rest = [piece for piece in part if not as_read.is_heading(piece)]
    lines = text.split("\n") if text else []
    if all(_is_text(workspace, piece) for piece in rest):
        lines = as_read.replace_lines(workspace, rest, lines)
    as_read.put_after(workspace, page, part, as_read.paragraphs(lines))
    return page.id


def _block(workspace: NotionWorkspace, form: Form) -> NotionBlock:
    block = workspace.blocks[form["block"]]
    _check(workspace, block)
    return block


def _check(workspace: NotionWorkspace, thing: BodyPart) -> None:
    if workspace.is_trashed(thing):
        raise trashed()


def _name(part: list[BodyPart]) -> str:
    return next((piece.id for piece in part if as_read.is_heading(piece)), "")


def _typed(form: Form) -> str:
    return form["value"].replace("\r\n", "\n").strip("\n")


def _retell(workspace: NotionWorkspace, form: Form) -> str:
    """Change the text of one block; without any it goes."""
    block = _block(workspace, form)
    text = _typed(form)
    if text:
        as_read.replace_text(workspace, block, text)
    else:
        blocks.trash_part(workspace, block)
    return blocks.page_holding(workspace, block).id


def _tick(workspace: NotionWorkspace, form: Form) -> str:
    block = _block(workspace, form)
    blocks.change_block(workspace, block, {**block.content, "checked": "value" in form})
    return blocks.page_holding(workspace, block).id


BODY_ACTS: Mapping[str, Callable[[NotionWorkspace, Form], str]] = {
    "write": _write,
    "retell": _retell,
    "tick": _tick,
}


_CHOICES = ("select", "status", "relation")
_TEXTS = ("title", "rich_text")


def workspace_page(workspace: NotionWorkspace) -> str:
    """Return the page as HTML."""
    sources = [shown for shown in workspace.sources.values() if not workspace.is_trashed(shown)]
    return _filled(
        "page.html",
        title=title_of(workspace.pages[workspace.parent_page]),
        now=to_the_minute(workspace.clock.now())[:16].replace("T", " "),
        tables=[_table(workspace, source) for source in sources],
        trash=[
            {"id": page.id, "title": title_of(page) or "Untitled"}
            for page in workspace.pages.values()
            if page.in_trash
        ],
    )


def body_page(workspace: NotionWorkspace, page: NotionPage) -> str:
    """Return the body of one page as HTML."""
    return _filled("body.html", **shown_body(workspace, page))


def _filled(name: str, **values: Any) -> str:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True).get_template(name).render(values)


def _table(workspace: NotionWorkspace, source: DataSource) -> dict[str, Any]:
    props = sorted(source.props.values(), key=lambda prop: prop.type != "title")
    rows = [
        {"id": row.id, "cells": [_cell(workspace, row, prop) for prop in props]}
        for row in workspace.rows(source)
    ]
    title = plain(source.title) or "Untitled"
    return {"id": source.id, "title": title, "columns": props, "rows": rows}


def _cell(workspace: NotionWorkspace, row: NotionPage, prop: SchemaProperty) -> dict[str, Any]:
    return {
        "id": prop.id,
        "name": prop.name,
        "type": prop.type,
        "style": "mark" if prop.name == "Sync ID" else prop.type,
        "text": _text(row, prop),
        "choices": _choices(workspace, prop) if prop.type in _CHOICES else None,
    }


def _text(row: NotionPage, prop: SchemaProperty) -> str:
    value = row.values.get(prop.id)
    if prop.type in _TEXTS:
        return plain(value or [])
    if prop.type == "multi_select":
        return ", ".join(
            option["name"] for option in prop.options if option["id"] in (value or [])
        )
    if prop.type == "relation":
        return next(iter(value or []), "")
    if prop.type == "date":
        return " → ".join(day for day in (value["start"], value["end"]) if day) if value else ""
    if prop.type in schema.READ_ONLY:
        return to_the_minute(row.created if prop.type == "created_time" else row.edited)
    return "" if value in (None, False) else _plain(value)


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _choices(workspace: NotionWorkspace, prop: SchemaProperty) -> list[tuple[str, str]]:
    if prop.type == "relation":
        target = workspace.sources.get(prop.config["data_source_id"])
        rows = workspace.rows(target) if target else []
        return [(row.id, title_of(row) or "Untitled") for row in rows]
    return [(option["id"], option["name"]) for option in prop.options]


def perform(workspace: NotionWorkspace, name: str, form: Form) -> str:
    """Do what a form asks; return the address where it was. Raises KeyError."""
    workspace.actor = USER
    if name in BODY_ACTS:
        return f"/_sandbox/page/{BODY_ACTS[name](workspace, form)}"
    return f"/#{_ACTS[name](workspace, form)}"


def _edit(workspace: NotionWorkspace, form: Form) -> str:
    page = workspace.pages[form["page"]]
    prop = workspace.sources[page.parent].props[form["property"]]
    if prop.type not in schema.READ_ONLY:
        workspace.set_values(
            page, {prop.id: typed(workspace, page, prop, form.get("value", ""))}
        )
    return page.parent


def typed(workspace: NotionWorkspace, page: NotionPage, prop: SchemaProperty, text: str) -> Any:
    """Return what typing or choosing ``text`` in a cell puts there."""
    words = text.strip()
    if prop.type in _TEXTS:
        return [run_of(text)] if words else []
    if prop.type == "multi_select":
        names = [name.strip() for name in words.split(",") if name.strip()]
        return schema.add_options(prop, names)
    if prop.type == "relation":
        before = page.values.get(prop.id) or []
        return [words, *(other for other in before[1:] if other != words)] if words else []
    if prop.type == "number":
        return workspace.number(words)
    if prop.type == "date":
        start, _, end = (part.strip() for part in words.partition("→"))
        return parse_date({"start": start, "end": end or None}, "date") if start else None
    return bool(words) if prop.type == "checkbox" else (words or None)


def _add(workspace: NotionWorkspace, form: Form) -> str:
    title = form.get("value", "").strip()
    values = {"title": [run_of(title)] if title else []}
    return workspace.add_row(workspace.sources[form["source"]], values).parent


def _rename(workspace: NotionWorkspace, form: Form) -> str:
    source = workspace.sources[form["source"]]
    source.title = [run_of(form["value"].strip() or "Untitled")]
    workspace.databases[source.parent].title = list(source.title)
    return source.id


def _duplicate(workspace: NotionWorkspace, form: Form) -> str:
    page = workspace.pages[form["page"]]
    return blocks.duplicate_page(workspace, page).parent


def _trash(workspace: NotionWorkspace, form: Form) -> str:
    page = workspace.pages[form["page"]]
    workspace.set_trash(page, in_trash=True)
    return page.parent


def _restore(workspace: NotionWorkspace, form: Form) -> str:
    page = workspace.pages[form["page"]]
    workspace.set_trash(page, in_trash=False)
    return page.parent


_ACTS: Mapping[str, Callable[[NotionWorkspace, Form], str]] = {
    "edit": _edit,
    "add": _add,
    "rename": _rename,
    "duplicate": _duplicate,
    "trash": _trash,
    "restore": _restore,
}
