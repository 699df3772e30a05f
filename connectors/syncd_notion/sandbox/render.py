"""What replies look like: pages, databases, data sources, blocks, users, lists."""

import re
from collections.abc import Callable
from typing import Any

from syncd_notion.sandbox.errors import in_body, invalid
from syncd_notion.sandbox.objects import (
    BodyPart,
    DataSource,
    NotionBlock,
    NotionDatabase,
    NotionObject,
    NotionPage,
    SchemaProperty,
    title_of,
    to_the_millisecond,
    to_the_minute,
    uuid_of,
)
from syncd_notion.sandbox.rich_text import plain
from syncd_notion.sandbox.schema import CHOICES
from syncd_notion.sandbox.values import show_value
from syncd_notion.sandbox.workspace import BOT, WORKSPACE, NotionWorkspace

Json = dict[str, Any]
MOST_RESULTS = 100


def address(thing: NotionObject, title: str) -> str:
    """Return where a person opens it."""
    slug = re.sub(r"[^0-9A-Za-z]+", "-", title).strip("-")
    name = thing.id.replace("-", "")
    return f"https://www.notion.so/{slug}-{name}" if slug else f"https://www.notion.so/{name}"


def user(name: str) -> Json:
    """Return a user as objects mention one."""
    return {"object": "user", "id": name}


def page_of(workspace: NotionWorkspace, page: NotionPage) -> Json:
    """Return a page object."""
    source = workspace.sources.get(page.parent)
    title = title_of(page)
    return {
        "object": "page",
        "id": page.id,
        "created_time": to_the_minute(page.created),
        "last_edited_time": to_the_minute(page.edited),
        "created_by": user(page.creator),
        "last_edited_by": user(page.editor),
        "cover": page.cover,
        "icon": page.icon,
        "parent": _parent_of_page(page, source),
        "in_trash": workspace.is_trashed(page),
        "is_archived": page.is_archived,
        "is_locked": page.is_locked,
        "properties": _properties_of(workspace, page, source),
        "url": address(page, title),
        "public_url": None,
        **workspace.switches.extra_keys,
    }


def _parent_of_page(page: NotionPage, source: DataSource | None) -> Json:
    if source is not None:
        ids = {"data_source_id": source.id, "database_id": source.parent}
        return {"type": "data_source_id", **ids}
    return parent_of(page)


def parent_of(thing: NotionObject) -> Json:
    """Return the parent of a page or a database that stands under a page."""
    if not thing.parent:
        return {"type": "workspace", "workspace": True}
    return {"type": "page_id", "page_id": thing.parent}


def _properties_of(
    workspace: NotionWorkspace, page: NotionPage, source: DataSource | None
) -> Json:
    if source is None:
        return {"title": {"id": "title", "type": "title", "title": page.title}}
    return {
        prop.name: show_value(workspace, page, prop) for prop in reversed(source.props.values())
    }


def database_of(workspace: NotionWorkspace, database: NotionDatabase) -> Json:
    """Return a database object."""
    title = plain(database.title)
    return {
        "object": "database",
        "id": database.id,
        "title": database.title,
        "description": database.description,
        "parent": parent_of(database),
        "is_inline": database.is_inline,
        "in_trash": workspace.is_trashed(database),
        "is_locked": database.is_locked,
        "created_time": to_the_millisecond(database.created),
        "last_edited_time": to_the_millisecond(database.edited),
        "data_sources": [
            {"id": source.id, "name": plain(source.title)}
            for source in workspace.sources_of(database)
        ],
        "icon": database.icon,
        "cover": database.cover,
        "url": address(database, "").replace(title, ""),
        "public_url": None,
    }


def source_of(workspace: NotionWorkspace, source: DataSource) -> Json:
    """Return a data source object."""
    database = workspace.databases[source.parent]
    return {
        "object": "data_source",
        "id": source.id,
        "cover": None,
        "icon": None,
        "created_time": to_the_minute(source.created),
        "created_by": user(source.creator),
        "last_edited_by": user(source.editor),
        "last_edited_time": to_the_minute(source.edited),
        "title": source.title,
        "description": [],
        "is_inline": database.is_inline,
        "properties": {
            prop.name: property_of(prop) for prop in reversed(source.props.values())
        },
        "parent": {"type": "database_id", "database_id": source.parent},
        "database_parent": parent_of(database),
        "url": address(database, ""),
        "public_url": None,
        "in_trash": workspace.is_trashed(source),
    }


def property_of(prop: SchemaProperty) -> Json:
    """Return a property as the schema has it."""
    config = dict(prop.config)
    if prop.type == "relation":
        config |= {"type": "single_property", "single_property": {}}
    if prop.type == "status":
        config["groups"] = _groups(prop)
    if prop.type in CHOICES:
        config.setdefault("options", [])
    head = {"id": prop.id, "name": prop.name, "description": prop.description}
    return {**head, "type": prop.type, prop.type: config}


def _groups(prop: SchemaProperty) -> list[Json]:
    """Return the groups of a status: all options but the last two are to do."""
    ids = [option["id"] for option in prop.options]
    parts = (("To-do", "gray", ids[:-2]), ("In progress", "blue", ids[-2:-1]))
    groups = (*parts, ("Complete", "green", ids[-1:]))
    return [
        {
            "id": uuid_of("group", prop.id, name),
            "name": name,
            "color": color,
            "option_ids": options,
        }
        for name, color, options in groups
    ]


def block_of(workspace: NotionWorkspace, thing: BodyPart) -> Json:
    """Return a block, or a page or a database as the block that it is in its parent."""
    sort = block_type(thing)
    return {
        "object": "block",
        "id": thing.id,
        "parent": _parent_of_block(workspace, thing),
        "created_time": to_the_minute(thing.created),
        "last_edited_time": to_the_minute(thing.edited),
        "created_by": user(thing.creator),
        "last_edited_by": user(thing.editor),
        "has_children": not isinstance(thing, NotionDatabase)
        and bool(workspace.children(thing)),
        "in_trash": workspace.is_trashed(thing),
        "type": sort,
        sort: thing.content if isinstance(thing, NotionBlock) else {"title": _title(thing)},
    }


def block_type(thing: BodyPart) -> str:
    """Return the type that something has as a block."""
    if isinstance(thing, NotionBlock):
        return thing.type
    return "child_page" if isinstance(thing, NotionPage) else "child_database"


def _title(thing: NotionPage | NotionDatabase) -> str:
    return title_of(thing) if isinstance(thing, NotionPage) else plain(thing.title)


def _parent_of_block(workspace: NotionWorkspace, thing: BodyPart) -> Json:
    if thing.parent in workspace.blocks:
        return {"type": "block_id", "block_id": thing.parent}
    if isinstance(thing, NotionPage):
        return _parent_of_page(thing, workspace.sources.get(thing.parent))
    return parent_of(thing)


def bot() -> Json:
    """Return the connection's own user."""
    limits = {"max_file_upload_size_in_bytes": 5_242_880}
    owner = {"type": "workspace", "workspace": True}
    return {
        "object": "user",
        "id": BOT,
        "name": "syncd",
        "avatar_url": None,
        "type": "bot",
        "bot": {
            "owner": owner,
            "workspace_name": "Sandbox",
            "workspace_id": WORKSPACE,
            "workspace_limits": limits,
        },
    }


def listing(
    workspace: NotionWorkspace,
    things: list[Any],
    asked: Json,
    sort: str,
    show: Callable[[Any], Json],
) -> Json:
    """Return one page of a listing; cursors name the next thing (recorded replies)."""
    size = page_size(asked.get("page_size"))
    prefix = workspace.cursor() if sort == "page_or_data_source" else ""
    start = _start(things, asked.get("start_cursor"), prefix)
    end = start + size
    more = end < len(things)
    again = 1 if workspace.switches.repeats_rows and size > 1 else 0
    return {
        "object": "list",
        "results": [show(thing) for thing in things[start:end]],
        "next_cursor": prefix + _name(things[end - again]) if more else None,
        "has_more": more,
        "type": sort,
        sort: {},
    }


def page_size(raw: Any) -> int:
    """Check how many results were asked for."""
    if raw is None:
        return MOST_RESULTS
    size = int(raw) if isinstance(raw, str) and raw.isdecimal() else raw
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise in_body("body.page_size", "a number of at least `1`", raw)
    if size > MOST_RESULTS:
        raise in_body("body.page_size", f"≤ `{MOST_RESULTS}`", size)
    return size


def _start(things: list[Any], cursor: Any, prefix: str) -> int:
    if cursor is None:
        return 0
    if not str(cursor).startswith(prefix):
        raise invalid(f"The start_cursor provided is invalid: {cursor}")
    name = str(cursor).rpartition(":")[2]
    for number, thing in enumerate(things):
        if _name(thing) == name:
            return number
    raise invalid(f"The start_cursor provided is invalid: {cursor}")


def _name(thing: Any) -> str:
    return str(thing["id"]) if isinstance(thing, dict) else str(thing.id)
