"""The page where a person reads and edits the body of one page of the workspace."""

from collections.abc import Callable, Mapping
from typing import Any

from syncd_notion.sandbox import bodies, page_text
from syncd_notion.sandbox.refusals import trashed
from syncd_notion.sandbox.state import (
    BodyPart,
    NotionBlock,
    NotionPage,
    title_of,
    to_the_minute,
)
from syncd_notion.sandbox.texts import plain
from syncd_notion.sandbox.world import USER, NotionWorkspace

Form = Mapping[str, str]


def shown_body(world: NotionWorkspace, page: NotionPage) -> dict[str, Any]:
    """Return a body for the template: parts with a heading, each with its text."""
    source = world.sources.get(page.parent)
    return {
        "id": page.id,
        "title": title_of(page) or "Untitled",
        "database": plain(source.title) if source else "",
        "back": f"/#{page.parent}" if source else "/",
        "edited": to_the_minute(page.edited)[:16].replace("T", " "),
        "editor": "you" if page.editor == USER else "the connection",
        "in_trash": world.is_trashed(page),
        "parts": [_part(world, it) for it in _parts(world, page)],
    }


def _parts(world: NotionWorkspace, page: NotionPage) -> list[list[BodyPart]]:
    """Return a body in parts; each but the first begins with a heading."""
    parts: list[list[BodyPart]] = [[]]
    for piece in world.children(page):
        if page_text.is_heading(piece):
            parts.append([])
        parts[-1].append(piece)
    return parts


def _part(world: NotionWorkspace, pieces: list[BodyPart]) -> dict[str, Any]:
    first = next(filter(page_text.is_heading, pieces[:1]), None)
    rest = pieces[1:] if first else pieces
    inside = world.children(first) if first else []
    simple = all(_is_text(world, it) for it in rest) and not inside
    return {
        "heading": _row(first, 0) if first else None,
        "level": int(first.type[-1]) + 1 if first else 0,
        "text": "\n".join(page_text.text_of(it) for it in rest) if simple else "",
        "rows": [] if simple else _rows(world, [*inside, *rest], 0),
    }


def _is_text(world: NotionWorkspace, piece: BodyPart) -> bool:
    plain_one = isinstance(piece, NotionBlock) and piece.type == "paragraph"
    return plain_one and not world.children(piece)


def _rows(world: NotionWorkspace, pieces: list[BodyPart], depth: int) -> list[dict[str, Any]]:
    found = []
    for piece in pieces:
        inner = world.children(piece) if isinstance(piece, NotionBlock) else []
        found += [_row(piece, depth), *_rows(world, inner, depth + 1)]
    return found


def _row(piece: BodyPart, depth: int) -> dict[str, Any]:
    content = piece.content if isinstance(piece, NotionBlock) else {}
    return {
        "id": piece.id,
        "type": piece.type if isinstance(piece, NotionBlock) else "child",
        "depth": depth,
        "text": page_text.text_of(piece),
        "lines": page_text.text_of(piece).count("\n") + 1,
        "checked": content.get("checked", False),
        "editable": "rich_text" in content,
    }


def _write(world: NotionWorkspace, form: Form) -> str:
    """Make the text of one part what was typed, or add it where there are other blocks."""
    page = world.pages[form["page"]]
    _check(world, page)
    part = {_name(it): it for it in _parts(world, page)}[form["part"]]
    told = _typed(form)
    rest = [it for it in part if not page_text.is_heading(it)]
    lines = told.split("\n") if told else []
    if all(_is_text(world, it) for it in rest):
        lines = page_text.replace_lines(world, rest, lines)
    page_text.put_after(world, page, part, page_text.paragraphs(lines))
    return page.id


def _block(world: NotionWorkspace, form: Form) -> NotionBlock:
    block = world.blocks[form["block"]]
    _check(world, block)
    return block


def _check(world: NotionWorkspace, thing: BodyPart) -> None:
    if world.is_trashed(thing):
        raise trashed()


def _name(part: list[BodyPart]) -> str:
    return next((it.id for it in part if page_text.is_heading(it)), "")


def _typed(form: Form) -> str:
    return form["value"].replace("\r\n", "\n").strip("\n")


def _retell(world: NotionWorkspace, form: Form) -> str:
    """Change the text of one block; without any it goes."""
    block = _block(world, form)
    text = _typed(form)
    if text:
        page_text.replace_text(world, block, text)
    else:
        bodies.trash_part(world, block)
    return bodies.page_holding(world, block).id


def _tick(world: NotionWorkspace, form: Form) -> str:
    block = _block(world, form)
    bodies.change_block(world, block, {**block.content, "checked": "value" in form})
    return bodies.page_holding(world, block).id


BODY_ACTS: Mapping[str, Callable[[NotionWorkspace, Form], str]] = {
    "write": _write,
    "retell": _retell,
    "tick": _tick,
}
