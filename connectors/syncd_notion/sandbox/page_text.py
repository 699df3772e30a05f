"""The body of a page as a person reads and writes it: headings with text under them."""

from typing import Any, TypeGuard

from syncd_notion.sandbox import blocks
from syncd_notion.sandbox.block_types import parse_drafts
from syncd_notion.sandbox.objects import (
    BodyPart,
    NotionBlock,
    NotionObject,
    NotionPage,
    title_of,
)
from syncd_notion.sandbox.rich_text import Run, plain, run_of
from syncd_notion.sandbox.workspace import NotionWorkspace

QUESTION = "heading_2"
_ENDS = ("heading_1", QUESTION)
_RULE = "---"


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
