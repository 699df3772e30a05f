"""What a person reads and writes in the workspace: titles, columns, cells, and the body of a page."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeGuard

from syncd.model.entities import Kind
from syncd.model.values import FieldType, Moment, Value
from syncd_notion.sandbox import blocks
from syncd_notion.sandbox.block_types import parse_drafts
from syncd_notion.sandbox.objects import (
    BodyPart,
    NotionBlock,
    NotionObject,
    NotionPage,
    SchemaProperty,
    title_of,
)
from syncd_notion.sandbox.rich_text import Run, plain, run_of
from syncd_notion.sandbox.values import instant_of, shown
from syncd_notion.sandbox.workspace import NotionWorkspace

QUESTION = "heading_2"
_ENDS = ("heading_1", QUESTION)
_RULE = "---"


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


def draft(sort: str, text: str | list[Run], *inside: dict[str, Any], **more: Any) -> Any:
    """Return a block as a request has it; ``text`` is plain or in runs."""
    runs = [run_of(text)] if isinstance(text, str) else text
    children = {"children": list(inside)} if inside else {}
    return {"type": sort, sort: {"rich_text": runs, **children, **more}}


def text_of(piece: BodyPart) -> str:
    """Return the text of one block, without what stands inside."""
    if not isinstance(piece, NotionBlock):
        return title_of(piece) if isinstance(piece, NotionPage) else plain(piece.title)
    return _RULE if piece.type == "divider" else plain(piece.content["rich_text"])


def lines(workspace: NotionWorkspace, holder: NotionObject) -> list[str]:
    """Return all lines of a body: text only, what stands inside a block right after it."""
    return [
        line for piece in workspace.children(holder) for line in _lines_of(workspace, piece)
    ]


def _lines_of(workspace: NotionWorkspace, piece: BodyPart) -> list[str]:
    inside = lines(workspace, piece) if isinstance(piece, NotionBlock) else []
    return [*text_of(piece).split("\n"), *inside]


def sections(
    workspace: NotionWorkspace, page: NotionPage
) -> list[tuple[NotionBlock, list[BodyPart]]]:
    """Return the questions of a page, each with what stands under it."""
    questions: list[tuple[NotionBlock, list[BodyPart]]] = []
    asked: NotionBlock | None = None
    for piece in workspace.children(page):
        if isinstance(piece, NotionBlock) and piece.type in _ENDS:
            asked = piece if piece.type == QUESTION else None
            if asked is not None:
                questions.append((asked, []))
        elif asked is not None:
            questions[-1][1].append(piece)
    return questions


def answers(workspace: NotionWorkspace, page: NotionPage) -> tuple[tuple[str, str], ...]:
    """Return each question of a page with the text under it."""
    return tuple(
        (text_of(asked), _answer(workspace, asked, under))
        for asked, under in sections(workspace, page)
    )


def _answer(workspace: NotionWorkspace, asked: NotionBlock, under: list[BodyPart]) -> str:
    pieces = [piece for piece in under if not _is_rule(piece)]
    below = [line for piece in pieces for line in _lines_of(workspace, piece)]
    return "\n".join([*lines(workspace, asked), *below]).strip()


def _is_rule(piece: BodyPart) -> bool:
    return isinstance(piece, NotionBlock) and piece.type == "divider"


def write_answer(
    workspace: NotionWorkspace, page: NotionPage, question: str, text: str
) -> None:
    """Write under a question, a paragraph a line, in place of all that stood there."""
    wanted = text.split("\n") if text else []
    asked, under = _section(workspace, page, question)
    left = replace_lines(workspace, [*workspace.children(asked), *under], wanted)
    put_after(workspace, page, [asked, *under], paragraphs(left))


def replace_lines(
    workspace: NotionWorkspace, pieces: list[BodyPart], wanted: list[str]
) -> list[str]:
    """Make pieces of a body say these lines; return those that need a paragraph more.

    A paragraph whose text is the same stays as it is. One that is left over is deleted,
    and so is a block of another type and what stands inside.
    """
    kept = [
        part for part in pieces if isinstance(part, NotionBlock) and part.type == "paragraph"
    ]
    kept = kept[: len(wanted)]
    inside = [part for block in kept for part in workspace.children(block)]
    for piece in [*pieces, *inside]:
        if isinstance(piece, NotionBlock) and piece not in kept:
            blocks.trash_part(workspace, piece)
    for block, line in zip(kept, wanted, strict=False):
        replace_text(workspace, block, line)
    return wanted[len(kept) :]


def replace_text(workspace: NotionWorkspace, block: NotionBlock, text: str) -> None:
    """Replace the text of a block, where it is another."""
    if text_of(block) != text:
        runs = [run_of(text)] if text else []
        blocks.change_block(workspace, block, {**block.content, "rich_text": runs})


def insert(
    workspace: NotionWorkspace, page: NotionPage, question: str, *blocks: dict[str, Any]
) -> None:
    """Add blocks at the end of what stands under a question."""
    asked, under = _section(workspace, page, question)
    put_after(workspace, page, [asked, *under], list(blocks))


def put_after(
    workspace: NotionWorkspace,
    page: NotionPage,
    pieces: list[BodyPart],
    drafts: list[dict[str, Any]],
) -> None:
    """Put blocks right after pieces of a page, those of them that are left; else first."""
    places = [
        at for at, piece in enumerate(workspace.children(page), start=1) if piece in pieces
    ]
    blocks.put_blocks(workspace, page, parse_drafts(drafts, "blocks"), max(places, default=0))


def paragraphs(texts: list[str]) -> list[dict[str, Any]]:
    """Return a paragraph for each line."""
    return [draft("paragraph", line) for line in texts]


def _section(
    workspace: NotionWorkspace, page: NotionPage, question: str
) -> tuple[NotionBlock, list[BodyPart]]:
    """Find a question, with what stands under it; one that is not there is added."""
    for asked, under in sections(workspace, page):
        if text_of(asked) == question:
            return asked, under
    (added,) = blocks.put_blocks(
        workspace, page, parse_drafts([draft(QUESTION, question)], "blocks")
    )
    return added, []


def is_heading(piece: BodyPart) -> TypeGuard[NotionBlock]:
    """Say whether it is a heading of any level."""
    return isinstance(piece, NotionBlock) and piece.type.startswith("heading_")


def heading(workspace: NotionWorkspace, page: NotionPage, text: str) -> NotionBlock:
    """Return a heading by its text. Raises KeyError."""
    for piece in workspace.children(page):
        if is_heading(piece) and text_of(piece) == text:
            return piece
    raise KeyError(f"no heading '{text}' on '{title_of(page)}'")
