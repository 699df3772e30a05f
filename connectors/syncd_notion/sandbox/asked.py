"""One request as an endpoint gets it, and what many endpoints do with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncd_notion.sandbox.refusals import in_body, trashed
from syncd_notion.sandbox.render import Json
from syncd_notion.sandbox.state import Thing
from syncd_notion.sandbox.world import World

PARENT = frozenset({"type", "page_id", "data_source_id", "database_id", "workspace"})
PAGING = frozenset({"page_size", "start_cursor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: the ids in its path, its query, its body."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Json


def set_trash(world: World, thing: Thing, body: Json) -> None:
    """Do what a body says of the trash; refuse to edit what lies in it."""
    if "in_trash" not in body:
        if world.is_trashed(thing) and body:
            raise trashed()
        return
    if not isinstance(body["in_trash"], bool):
        raise in_body("body.in_trash", "a boolean", body["in_trash"])
    world.set_trash(thing, in_trash=body["in_trash"])
