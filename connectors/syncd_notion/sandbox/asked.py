"""One request as an endpoint gets it, and what many endpoints do with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncd_notion.sandbox.refusals import in_body, trashed
from syncd_notion.sandbox.render import Json
from syncd_notion.sandbox.state import NotionObject, NotionPage
from syncd_notion.sandbox.world import NotionWorkspace

PARENT = frozenset({"type", "page_id", "data_source_id", "database_id", "workspace"})
PAGING = frozenset({"page_size", "start_cursor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotionRequest:
    """One request: the ids in its path, its query, its body."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Json


def set_trash(world: NotionWorkspace, thing: NotionObject, body: Json) -> None:
    """Do what a body says of the trash; refuse to edit what lies in it."""
    if "in_trash" not in body:
        if world.is_trashed(thing) and body:
            raise trashed()
        return
    if not isinstance(body["in_trash"], bool):
        raise in_body("body.in_trash", "a boolean", body["in_trash"])
    world.set_trash(thing, in_trash=body["in_trash"])


def hidden_pages(
    world: NotionWorkspace, pages: Iterable[NotionPage], body: Json
) -> list[NotionPage] | None:
    """Return what a listing that asks for trashed or archived pages finds of these.

    None where it asks for neither. (That both work is assumed: sources disagree.)
    """
    for name in ("in_trash", "archived", "is_archived"):
        if not isinstance(body.get(name, False), bool):
            raise in_body(f"body.{name}", "a boolean", body[name])
    if body.get("in_trash") or body.get("archived"):
        return [it for it in pages if world.is_trashed(it)]
    if body.get("is_archived"):
        return [it for it in pages if it.is_archived and not world.is_trashed(it)]
    return None
