"""Blocks, in a page or in each other: what happens to them, and their endpoints."""

import copy
from collections.abc import Iterable
from typing import Any

from syncd_notion.sandbox import render
from syncd_notion.sandbox.block_types import (
    BLOCK_TYPES,
    TYPES,
    BlockDraft,
    Content,
    can_hold,
    childless,
    parse_drafts,
)
from syncd_notion.sandbox.errors import in_body, invalid, missing, only, trashed, unknown
from syncd_notion.sandbox.objects import (
    BodyPart,
    NotionBlock,
    NotionDatabase,
    NotionObject,
    NotionPage,
    NotionRequest,
)
from syncd_notion.sandbox.render import Json, listing
from syncd_notion.sandbox.workspace import USER, NotionWorkspace


def put_blocks(
    workspace: NotionWorkspace,
    holder: NotionObject,
    drafts: Iterable[BlockDraft],
    at: int | None = None,
) -> list[NotionBlock]:
    """Put new blocks into a page or a block: before its ``at``-th child, or at the end."""
    before = workspace.children(holder)
    added = [_add(workspace, holder, draft) for draft in drafts]
    if at is not None:
        for place, piece in enumerate([*before[:at], *added, *before[at:]], start=1):
            piece.place = place
    if added:
        _mark_edited(workspace, holder)
    return added


def _add(workspace: NotionWorkspace, holder: NotionObject, draft: BlockDraft) -> NotionBlock:
    block = workspace.add_block(holder.id, draft.type, draft.content)
    for inner in draft.inside:
        _add(workspace, block, inner)
    return block


def change_block(workspace: NotionWorkspace, block: NotionBlock, content: Content) -> None:
    """Replace the content of a block."""
    block.content = content
    workspace.mark_edited(block)
    _mark_edited(workspace, workspace.holder(block))


def trash_part(workspace: NotionWorkspace, piece: BodyPart, *, in_trash: bool = True) -> None:
    """Delete a block, a page or a database, or bring it back."""
    before = piece.in_trash
    workspace.set_trash(piece, in_trash=in_trash)
    if isinstance(piece, NotionBlock) and piece.in_trash != before:
        _mark_edited(workspace, workspace.holder(piece))


def _mark_edited(workspace: NotionWorkspace, holder: NotionObject) -> None:
    """Mark the page as edited by what happened right in ``holder``.

    A person's edit always is one of the page. The API's is not (``NotionWorkspace``); and inside of
    a block it never is (recorded replies).
    """
    by_hand = workspace.actor == USER
    if by_hand or (workspace.api_edits_move_pages and isinstance(holder, NotionPage)):
        workspace.mark_edited(page_holding(workspace, holder))


def page_holding(workspace: NotionWorkspace, thing: NotionObject) -> NotionPage:
    """Return the page in which something stands."""
    return next(above for above in workspace.above(thing) if isinstance(above, NotionPage))


def duplicate_page(workspace: NotionWorkspace, page: NotionPage) -> NotionPage:
    """Duplicate a row, with all values and its body."""
    copied = workspace.add_row(workspace.sources[page.parent], copy.deepcopy(page.values))
    _copy_into(workspace, page, copied)
    return copied


def _copy_into(workspace: NotionWorkspace, source: NotionObject, target: NotionObject) -> None:
    for piece in workspace.children(source):
        if isinstance(piece, NotionBlock):
            copied = workspace.add_block(target.id, piece.type, piece.content)
            _copy_into(workspace, piece, copied)


def children(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """List what stands right in a page or a block, child pages and databases too."""
    parts = workspace.children(_holder(workspace, request))
    query = dict(request.query)
    return listing(
        workspace, parts, query, "block", lambda part: render.block_of(workspace, part)
    )


def _holder(workspace: NotionWorkspace, request: NotionRequest) -> BodyPart:
    holder = workspace.block(request.ids["block_id"])
    if isinstance(holder, NotionDatabase):
        raise workspace.missing("block", request.ids["block_id"], "path.block_id")
    return holder


def append(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Put new blocks into a page or a block.

    The reply has the new blocks; where they went after another one, also all that follows
    them (recorded replies; the documentation says the new ones only).
    """
    holder = _holder(workspace, request)
    body = only(request.body, "body", frozenset({"children", "position"}))
    if "children" not in body:
        raise missing("body.children")
    drafts = parse_drafts(body["children"], "body.children")
    if isinstance(holder, NotionBlock) and not can_hold(holder.type, holder.content):
        raise childless(holder.type)
    at = _position(workspace, holder, body["position"]) if "position" in body else None
    if workspace.is_trashed(holder):
        raise trashed()
    added = put_blocks(workspace, holder, drafts, at)
    shown = workspace.children(holder)[at:] if at else added
    return {
        "object": "list",
        "results": [render.block_of(workspace, part) for part in shown],
        "next_cursor": None,
        "has_more": False,
        "type": "block",
        "block": {},
    }


def _position(workspace: NotionWorkspace, holder: BodyPart, raw: Any) -> int | None:
    """Return before which child the new ones come; None is the end."""
    body = only(raw, "body.position", frozenset({"type", "after_block"}))
    sort = body.get("type")
    if sort not in ("after_block", "start", "end"):
        raise in_body("body.position.type", '"after_block", "start" or "end"', sort)
    if sort != "after_block":
        if "after_block" in body:
            raise unknown("body.position.after_block", body["after_block"])
        return 0 if sort == "start" else None
    if "after_block" not in body:
        raise missing("body.position.after_block")
    where = "body.position.after_block"
    name = only(body["after_block"], where, frozenset({"id"})).get("id")
    anchor = workspace.dashed(name if isinstance(name, str) else repr(name), f"{where}.id")
    ids = [piece.id for piece in workspace.children(holder)]
    if anchor not in ids:
        raise invalid(f"Block ID to append children after is not parented by {holder.id}")
    return ids.index(anchor) + 1


def read_block(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Read a block; pages and databases are blocks too, and so is what was deleted."""
    return render.block_of(workspace, workspace.block(request.ids["block_id"]))


def update_block(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Change a block: each part that is named is replaced whole; the type stays."""
    piece = workspace.block(request.ids["block_id"])
    body = only(request.body, "body", frozenset({"type", "in_trash", *TYPES}))
    in_trash = body.get("in_trash", False)
    if not isinstance(in_trash, bool):
        raise in_body("body.in_trash", "a boolean", in_trash)
    content = _new_content(workspace, piece, body)
    if "in_trash" in body and not in_trash:
        trash_part(workspace, piece, in_trash=False)
    if body and workspace.is_trashed(piece) and not in_trash:
        raise trashed()
    if content is not None and isinstance(piece, NotionBlock):
        if workspace.is_trashed(piece):
            raise trashed()
        change_block(workspace, piece, content)
    if in_trash:
        trash_part(workspace, piece)
    return render.block_of(workspace, piece)


def _new_content(workspace: NotionWorkspace, piece: BodyPart, body: Json) -> Content | None:
    """Read what a body says of the content; None if it says nothing."""
    named = [sort for sort in TYPES if sort in body]
    stated = [body["type"]] if body.get("type") is not None else []
    sort = piece.type if isinstance(piece, NotionBlock) else render.block_type(piece)
    if any(other != sort for other in (*named, *stated)):
        raise invalid(f"Expected block type {sort} in request body")
    if stated and not named:
        raise missing(f"body.{sort}")
    if not named or not isinstance(piece, NotionBlock):
        return None
    if not isinstance(body[sort], dict):
        raise in_body(f"body.{sort}", "an object", body[sort])
    content = BLOCK_TYPES[sort].changed_content(piece.content, body[sort], f"body.{sort}")
    if not can_hold(sort, content) and workspace.children(piece):
        raise childless(sort)
    return content


def delete_block(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Put a block, a page or a database into the trash."""
    piece = workspace.block(request.ids["block_id"])
    trash_part(workspace, piece)
    return render.block_of(workspace, piece)
