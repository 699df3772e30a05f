"""The body of a page as a person reads and writes it: headings with text under them."""

from typing import Any, TypeGuard

from syncd_notion.sandbox import bodies
from syncd_notion.sandbox.drafts import parse_drafts
from syncd_notion.sandbox.state import Block, Page, Piece, Thing, title_of
from syncd_notion.sandbox.texts import Run, plain, run_of
from syncd_notion.sandbox.world import World

QUESTION = "heading_2"
_ENDS = ("heading_1", QUESTION)
_RULE = "---"


def draft(sort: str, text: str | list[Run], *inside: dict[str, Any], **more: Any) -> Any:
    """Return a block as a request has it; ``text`` is plain or in runs."""
    runs = [run_of(text)] if isinstance(text, str) else text
    children = {"children": list(inside)} if inside else {}
    return {"type": sort, sort: {"rich_text": runs, **children, **more}}


def text_of(piece: Piece) -> str:
    """Return the text of one block, without what stands inside."""
    if not isinstance(piece, Block):
        return title_of(piece) if isinstance(piece, Page) else plain(piece.title)
    return _RULE if piece.type == "divider" else plain(piece.content["rich_text"])


def lines(world: World, holder: Thing) -> list[str]:
    """Return all lines of a body: text only, what stands inside a block right after it."""
    return [it for piece in world.children(holder) for it in _lines_of(world, piece)]


def _lines_of(world: World, piece: Piece) -> list[str]:
    inside = lines(world, piece) if isinstance(piece, Block) else []
    return [*text_of(piece).split("\n"), *inside]


def sections(world: World, page: Page) -> list[tuple[Block, list[Piece]]]:
    """Return the questions of a page, each with what stands under it."""
    found: list[tuple[Block, list[Piece]]] = []
    asked: Block | None = None
    for piece in world.children(page):
        if isinstance(piece, Block) and piece.type in _ENDS:
            asked = piece if piece.type == QUESTION else None
            if asked is not None:
                found.append((asked, []))
        elif asked is not None:
            found[-1][1].append(piece)
    return found


def answers(world: World, page: Page) -> tuple[tuple[str, str], ...]:
    """Return each question of a page with the text under it."""
    return tuple(
        (text_of(asked), _answer(world, asked, under)) for asked, under in sections(world, page)
    )


def _answer(world: World, asked: Block, under: list[Piece]) -> str:
    told = [it for it in under if not (isinstance(it, Block) and it.type == "divider")]
    found = [it for piece in told for it in _lines_of(world, piece)]
    return "\n".join([*lines(world, asked), *found]).strip()


def answer(world: World, page: Page, question: str, text: str) -> None:
    """Write under a question, a paragraph a line, in place of all that stood there."""
    told = text.split("\n") if text else []
    asked, under = _section(world, page, question)
    left = rewrite(world, [*world.children(asked), *under], told)
    follow(world, page, [asked, *under], paragraphs(left))


def rewrite(world: World, pieces: list[Piece], told: list[str]) -> list[str]:
    """Make pieces of a body say these lines; return those that need a paragraph more.

    A paragraph whose text is the same stays as it is. One that is left over is deleted,
    and so is a block of another type and what stands inside.
    """
    kept = [it for it in pieces if isinstance(it, Block) and it.type == "paragraph"]
    kept = kept[: len(told)]
    inside = [it for block in kept for it in world.children(block)]
    for piece in [*pieces, *inside]:
        if isinstance(piece, Block) and piece not in kept:
            bodies.trash(world, piece)
    for block, line in zip(kept, told, strict=False):
        retell(world, block, line)
    return told[len(kept) :]


def retell(world: World, block: Block, text: str) -> None:
    """Replace the text of a block, where it is another."""
    if text_of(block) != text:
        runs = [run_of(text)] if text else []
        bodies.change(world, block, {**block.content, "rich_text": runs})


def insert(world: World, page: Page, question: str, *blocks: dict[str, Any]) -> None:
    """Add blocks at the end of what stands under a question."""
    asked, under = _section(world, page, question)
    follow(world, page, [asked, *under], list(blocks))


def follow(world: World, page: Page, pieces: list[Piece], blocks: list[dict[str, Any]]) -> None:
    """Put blocks right after pieces of a page, those of them that are left; else first."""
    places = [at for at, it in enumerate(world.children(page), start=1) if it in pieces]
    bodies.put(world, page, parse_drafts(blocks, "blocks"), max(places, default=0))


def paragraphs(told: list[str]) -> list[dict[str, Any]]:
    """Return a paragraph for each line."""
    return [draft("paragraph", line) for line in told]


def _section(world: World, page: Page, question: str) -> tuple[Block, list[Piece]]:
    """Find a question, with what stands under it; one that is not there is added."""
    for asked, under in sections(world, page):
        if text_of(asked) == question:
            return asked, under
    (made,) = bodies.put(world, page, parse_drafts([draft(QUESTION, question)], "blocks"))
    return made, []


def is_heading(piece: Piece) -> TypeGuard[Block]:
    """Say whether it is a heading of any level."""
    return isinstance(piece, Block) and piece.type.startswith("heading_")


def heading(world: World, page: Page, text: str) -> Block:
    """Return a heading by its text. Raises KeyError."""
    for piece in world.children(page):
        if is_heading(piece) and text_of(piece) == text:
            return piece
    raise KeyError(f"no heading '{text}' on '{title_of(page)}'")
