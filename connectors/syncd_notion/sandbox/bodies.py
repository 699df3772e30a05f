"""What happens to the body of a page: blocks are put in, changed, deleted, copied."""

import copy
from collections.abc import Iterable

from syncd_notion.sandbox.block_types import Content
from syncd_notion.sandbox.drafts import Draft
from syncd_notion.sandbox.state import Block, Page, Piece, Thing
from syncd_notion.sandbox.world import PERSON, World


def put(
    world: World, holder: Thing, drafts: Iterable[Draft], at: int | None = None
) -> list[Block]:
    """Put new blocks into a page or a block: before its ``at``-th child, or at the end."""
    before = world.children(holder)
    made = [_made(world, holder, draft) for draft in drafts]
    if at is not None:
        for place, piece in enumerate([*before[:at], *made, *before[at:]], start=1):
            piece.place = place
    if made:
        _mark(world, holder)
    return made


def _made(world: World, holder: Thing, draft: Draft) -> Block:
    block = world.add_block(holder.id, draft.type, draft.content)
    for inner in draft.inside:
        _made(world, block, inner)
    return block


def change(world: World, block: Block, content: Content) -> None:
    """Replace the content of a block."""
    block.content = content
    world.touch(block)
    _mark(world, world.holder(block))


def trash(world: World, piece: Piece, *, in_trash: bool = True) -> None:
    """Delete a block, a page or a database, or bring it back."""
    before = piece.in_trash
    world.set_trash(piece, in_trash=in_trash)
    if isinstance(piece, Block) and piece.in_trash != before:
        _mark(world, world.holder(piece))


def _mark(world: World, holder: Thing) -> None:
    """Mark the page as edited by what happened right in ``holder``.

    A person's edit always is one of the page. The API's is not (``World``); and inside of
    a block it never is (recorded replies).
    """
    by_hand = world.actor == PERSON
    if by_hand or (world.api_edits_move_pages and isinstance(holder, Page)):
        world.touch(page_of(world, holder))


def page_of(world: World, thing: Thing) -> Page:
    """Return the page in which something stands."""
    return next(it for it in world.above(thing) if isinstance(it, Page))


def duplicate(world: World, page: Page) -> Page:
    """Duplicate a row, with all values and its body."""
    made = world.add_row(world.sources[page.parent], copy.deepcopy(page.values))
    _copy_into(world, page, made)
    return made


def _copy_into(world: World, one: Thing, other: Thing) -> None:
    for piece in world.children(one):
        if isinstance(piece, Block):
            made = world.add_block(other.id, piece.type, piece.content)
            _copy_into(world, piece, made)
