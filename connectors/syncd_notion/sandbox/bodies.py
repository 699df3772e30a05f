"""What happens to the body of a page: blocks are put in, changed, deleted, copied."""

import copy
from collections.abc import Iterable

from syncd_notion.sandbox.block_types import Content
from syncd_notion.sandbox.drafts import BlockDraft
from syncd_notion.sandbox.state import BodyPart, NotionBlock, NotionObject, NotionPage
from syncd_notion.sandbox.world import USER, NotionWorkspace


def put_blocks(
    world: NotionWorkspace,
    holder: NotionObject,
    drafts: Iterable[BlockDraft],
    at: int | None = None,
) -> list[NotionBlock]:
    """Put new blocks into a page or a block: before its ``at``-th child, or at the end."""
    before = world.children(holder)
    made = [_made(world, holder, draft) for draft in drafts]
    if at is not None:
        for place, piece in enumerate([*before[:at], *made, *before[at:]], start=1):
            piece.place = place
    if made:
        _mark_edited(world, holder)
    return made


def _made(world: NotionWorkspace, holder: NotionObject, draft: BlockDraft) -> NotionBlock:
    block = world.add_block(holder.id, draft.type, draft.content)
    for inner in draft.inside:
        _made(world, block, inner)
    return block


def change_block(world: NotionWorkspace, block: NotionBlock, content: Content) -> None:
    """Replace the content of a block."""
    block.content = content
    world.touch(block)
    _mark_edited(world, world.holder(block))


def trash_part(world: NotionWorkspace, piece: BodyPart, *, in_trash: bool = True) -> None:
    """Delete a block, a page or a database, or bring it back."""
    before = piece.in_trash
    world.set_trash(piece, in_trash=in_trash)
    if isinstance(piece, NotionBlock) and piece.in_trash != before:
        _mark_edited(world, world.holder(piece))


def _mark_edited(world: NotionWorkspace, holder: NotionObject) -> None:
    """Mark the page as edited by what happened right in ``holder``.

    A person's edit always is one of the page. The API's is not (``NotionWorkspace``); and inside of
    a block it never is (recorded replies).
    """
    by_hand = world.actor == USER
    if by_hand or (world.api_edits_move_pages and isinstance(holder, NotionPage)):
        world.touch(page_holding(world, holder))


def page_holding(world: NotionWorkspace, thing: NotionObject) -> NotionPage:
    """Return the page in which something stands."""
    return next(it for it in world.above(thing) if isinstance(it, NotionPage))


def duplicate_page(world: NotionWorkspace, page: NotionPage) -> NotionPage:
    """Duplicate a row, with all values and its body."""
    made = world.add_row(world.sources[page.parent], copy.deepcopy(page.values))
    _copy_into(world, page, made)
    return made


def _copy_into(world: NotionWorkspace, one: NotionObject, other: NotionObject) -> None:
    for piece in world.children(one):
        if isinstance(piece, NotionBlock):
            made = world.add_block(other.id, piece.type, piece.content)
            _copy_into(world, piece, made)
