"""The endpoints of databases, data sources, pages, the search and the own user."""

from collections.abc import Iterable, Mapping
from typing import Any

from syncd_notion.sandbox import blocks, render, schema
from syncd_notion.sandbox.block_types import parse_drafts
from syncd_notion.sandbox.errors import in_body, invalid, missing, not_imitated, only, trashed
from syncd_notion.sandbox.objects import (
    DataSource,
    NotionObject,
    NotionPage,
    NotionRequest,
    SchemaProperty,
    title_of,
    to_the_millisecond,
)
from syncd_notion.sandbox.query import filter_of, ordered
from syncd_notion.sandbox.render import Json, listing
from syncd_notion.sandbox.rich_text import parse_runs, plain
from syncd_notion.sandbox.values import parse_values, shown_value
from syncd_notion.sandbox.workspace import NotionWorkspace

PARENT = frozenset({"type", "page_id", "data_source_id", "database_id", "workspace"})
PAGING = frozenset({"page_size", "start_cursor"})


def set_trash(workspace: NotionWorkspace, thing: NotionObject, body: Json) -> None:
    """Do what a body says of the trash; refuse to edit what lies in it."""
    if "in_trash" not in body:
        if workspace.is_trashed(thing) and body:
            raise trashed()
        return
    if not isinstance(body["in_trash"], bool):
        raise in_body("body.in_trash", "a boolean", body["in_trash"])
    workspace.set_trash(thing, in_trash=body["in_trash"])


def hidden_pages(
    workspace: NotionWorkspace, pages: Iterable[NotionPage], body: Json
) -> list[NotionPage] | None:
    """Return what a listing that asks for trashed or archived pages finds of these.

    None where it asks for neither. (That both work is assumed: sources disagree.)
    """
    for name in ("in_trash", "archived", "is_archived"):
        if not isinstance(body.get(name, False), bool):
            raise in_body(f"body.{name}", "a boolean", body[name])
    if body.get("in_trash") or body.get("archived"):
        return [page for page in pages if workspace.is_trashed(page)]
    if body.get("is_archived"):
        return [page for page in pages if page.is_archived and not workspace.is_trashed(page)]
    return None


def me(_workspace: NotionWorkspace, _request: NotionRequest) -> Json:
    """Say who the token belongs to."""
    return render.bot()


def search(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """List pages and data sources by title; what is new is seen late."""
    keys = frozenset({"query", "filter", "sort", "in_trash", "is_archived"})
    body = only(request.body, "body", keys | PAGING)
    wanted = only(body.get("filter") or {}, "body.filter", frozenset({"property", "value"}))
    if wanted and (wanted.get("property") != "object" or wanted.get("value") not in _SORTS):
        raise in_body("body.filter.value", '"page" or "data_source"', wanted.get("value"))
    things: list[NotionPage | DataSource] = []
    if wanted.get("value") != "data_source":
        things += _pages(workspace, body)
    if wanted.get("value") != "page":
        things += [
            source for source in workspace.sources.values() if not workspace.is_trashed(source)
        ]
    text = str(body.get("query") or "").casefold()
    shown = [thing for thing in things if _is_found(workspace, thing, text)]
    shown.sort(key=lambda thing: (thing.edited, thing.number), reverse=_newest_first(body))
    if workspace.finds_nothing(body.get("start_cursor")):
        shown = []
    return listing(
        workspace, shown, body, "page_or_data_source", lambda thing: _shown(workspace, thing)
    )


_SORTS = ("page", "data_source")


def _pages(workspace: NotionWorkspace, body: Json) -> list[NotionPage]:
    pages = workspace.seen(late=True)
    hidden = hidden_pages(workspace, pages, body)
    if hidden is not None:
        return hidden
    return [page for page in pages if not workspace.is_trashed(page) and not page.is_archived]


def _newest_first(body: Json) -> bool:
    keys = frozenset({"timestamp", "direction"})
    sort = only(body.get("sort") or {}, "body.sort", keys)
    if sort.get("timestamp", "last_edited_time") != "last_edited_time":
        raise in_body("body.sort.timestamp", '"last_edited_time"', sort["timestamp"])
    if sort.get("direction", "descending") not in ("ascending", "descending"):
        raise in_body("body.sort.direction", "a direction", sort["direction"])
    return bool(sort.get("direction", "descending") == "descending")


def _is_found(workspace: NotionWorkspace, thing: NotionPage | DataSource, text: str) -> bool:
    lag = workspace.unseen.get(thing.id, 0)
    if lag:
        workspace.unseen[thing.id] = lag - 1
        return False
    title = title_of(thing) if isinstance(thing, NotionPage) else plain(thing.title)
    return text in title.casefold() and workspace.shows(thing)


def _shown(workspace: NotionWorkspace, thing: NotionPage | DataSource) -> Json:
    if isinstance(thing, NotionPage):
        return render.page_of(workspace, thing)
    return render.source_of(workspace, thing)


def create_database(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Make a database under a page, with its first data source."""
    keys = frozenset({"parent", "title", "description", "is_inline", "icon", "cover"})
    body = only(request.body, "body", keys | {"initial_data_source"})
    parent = only(body.get("parent"), "body.parent", PARENT)
    if parent.get("type") != "page_id" or "page_id" not in parent:
        raise missing("body.parent.page_id")
    page = workspace.page(str(parent["page_id"]), "body.parent.page_id")
    if workspace.is_trashed(page):
        raise trashed()
    first = only(
        body.get("initial_data_source") or {},
        "body.initial_data_source",
        frozenset({"properties"}),
    )
    properties = first.get("properties") or {"Name": {"title": {}}}
    _check_schema(workspace, properties)
    database, source = workspace.add_database(page.id, _runs(body, "title"))
    database.description = _runs(body, "description")
    database.is_inline = bool(body.get("is_inline"))
    schema.change(workspace, source, properties, "body.initial_data_source.properties")
    return render.database_of(workspace, database)


def _check_schema(workspace: NotionWorkspace, properties: Any) -> None:
    """Try a schema on a data source that is thrown away, so that nothing is half made."""
    at = workspace.clock.now()
    trial = DataSource(
        id="trial", parent="", number=0, created=at, edited=at, creator="", editor=""
    )
    schema.change(workspace, trial, properties, "body.initial_data_source.properties")
    if "title" not in trial.props:
        raise invalid("Title is not provided")


def _runs(body: Json, name: str) -> list[Any]:
    return parse_runs(body[name], f"body.{name}") if body.get(name) is not None else []


def read_database(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Read a database."""
    return render.database_of(workspace, workspace.database(request.ids["database_id"]))


def update_database(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Change a database's own properties."""
    database = workspace.database(request.ids["database_id"])
    keys = frozenset({"title", "description", "is_inline", "icon", "cover", "is_locked"})
    body = only(request.body, "body", keys | {"in_trash"})
    set_trash(workspace, database, body)
    before = to_the_millisecond(database.edited)
    for name in ("title", "description"):
        if name in body:
            setattr(database, name, _runs(body, name))
    for name in ("is_inline", "icon", "cover", "is_locked"):
        if name in body:
            setattr(database, name, body[name])
    workspace.mark_edited(database)
    if "title" in body and len(workspace.sources_of(database)) == 1:
        workspace.sources_of(database)[0].title = list(database.title)
    return {**render.database_of(workspace, database), "last_edited_time": before}


def read_source(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Read a schema."""
    return render.source_of(workspace, workspace.source(request.ids["data_source_id"]))


def update_source(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Change a schema or a title."""
    source = workspace.source(request.ids["data_source_id"])
    body = only(request.body, "body", frozenset({"title", "properties", "in_trash"}))
    set_trash(workspace, source, body)
    if "title" in body:
        source.title = _runs(body, "title")
    schema.change(workspace, source, body.get("properties") or {}, "body.properties")
    workspace.mark_edited(source)
    return render.source_of(workspace, source)


_NOT_IMITATED = ("markdown", "template", "content", "erase_content", "position")
_QUERY = frozenset({"filter", "sorts", "result_type", "in_trash", "archived", "is_archived"})


def query(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """List rows. After ``query_limit`` of them the list ends, and may say so."""
    source = workspace.source(request.ids["data_source_id"])
    body = only(request.body, "body", _QUERY | PAGING)
    rows = _rows(workspace, source, request)
    if body.get("filter") is not None:
        test = filter_of(source, body["filter"])
        rows = [row for row in rows if test(row)]
    rows = ordered(source, rows, body.get("sorts"))
    if workspace.finds_nothing(body.get("start_cursor")):
        rows = []
    cut = len(rows) > workspace.query_limit and not workspace.switches.ends_silently
    rows = rows[: workspace.query_limit]
    reply = listing(
        workspace, rows, body, "page_or_data_source", lambda row: render.page_of(workspace, row)
    )
    why = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    return reply | ({"request_status": why} if cut else {})


def _rows(
    workspace: NotionWorkspace, source: DataSource, request: NotionRequest
) -> list[NotionPage]:
    pages = workspace.seen()
    of_source = sorted(
        (page for page in pages if page.parent == source.id), key=lambda page: -page.number
    )
    hidden = hidden_pages(workspace, of_source, request.body)
    if hidden is not None:
        return hidden
    if not workspace.is_trashed(source) or workspace.trashed_query == "empty":
        return workspace.rows(source, pages)
    if workspace.trashed_query == "404":
        name = request.ids["data_source_id"]
        raise workspace.missing("database", name, "path.data_source_id")
    return of_source


def create_page(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Add a row, or a page under a page."""
    keys = frozenset({"parent", "properties", "icon", "cover", "children", *_NOT_IMITATED})
    body = _imitated(only(request.body, "body", keys))
    if "parent" not in body:
        raise missing("body.parent")
    parent = only(body["parent"], "body.parent", PARENT)
    drafts = parse_drafts(body["children"], "body.children") if "children" in body else ()
    page = _new_page(workspace, parent, body)
    blocks.put_blocks(workspace, page, drafts)
    return render.page_of(workspace, page)


def _new_page(workspace: NotionWorkspace, parent: Json, body: Json) -> NotionPage:
    if "page_id" in parent:
        return _page_under_page(workspace, parent, body)
    source = _source_for(workspace, parent)
    if workspace.is_trashed(source):
        raise trashed()
    values = parse_values(workspace, source, body.get("properties") or {}, "body.properties")
    page = workspace.add_row(source, values)
    page.icon, page.cover = body.get("icon"), body.get("cover")
    return page


def _imitated(body: Json) -> Json:
    for name in _NOT_IMITATED:
        if name in body:
            raise not_imitated(f"pages with {name}")
    return body


def _source_for(workspace: NotionWorkspace, parent: Json) -> DataSource:
    if "data_source_id" in parent:
        return workspace.source(str(parent["data_source_id"]), "body.parent.data_source_id")
    if "database_id" not in parent:
        raise missing("body.parent.data_source_id")
    database = workspace.database(str(parent["database_id"]), "body.parent.database_id")
    sources = workspace.sources_of(database)
    if len(sources) > 1:
        raise invalid("Databases with multiple data sources need a data_source_id.")
    return sources[0]


def _page_under_page(workspace: NotionWorkspace, parent: Json, body: Json) -> NotionPage:
    above = workspace.page(str(parent["page_id"]), "body.parent.page_id")
    raw = (body.get("properties") or {}).get("title") or []
    runs = raw.get("title") if isinstance(raw, dict) else raw
    return workspace.add_page(above.id, parse_runs(runs, "body.properties.title"))


def read_page(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Read a page; one in the trash too."""
    return render.page_of(workspace, workspace.page(request.ids["page_id"]))


def move_page(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Move a page below another or into a data source; answered with the page there."""
    page = workspace.page(request.ids["page_id"])
    body = only(request.body, "body", frozenset({"parent"}))
    if "parent" not in body:
        raise missing("body.parent")
    parent = only(body["parent"], "body.parent", PARENT)
    if workspace.is_trashed(page):
        raise trashed()
    if "page_id" in parent:
        target: NotionPage | DataSource = workspace.page(
            str(parent["page_id"]), "body.parent.page_id"
        )
    else:
        target = _source_for(workspace, parent)
    if workspace.is_trashed(target):
        raise trashed()
    if page.id in [thing.id for thing in workspace.above(target)]:
        raise invalid("A page cannot be moved below itself.")
    workspace.move(page, target.id)
    return render.page_of(workspace, page)


_PAGE_KEYS = frozenset({"properties", "icon", "cover", "is_locked", "in_trash", "is_archived"})


def update_page(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Change values; what is not named keeps its value."""
    page = workspace.page(request.ids["page_id"])
    body = _imitated(only(request.body, "body", _PAGE_KEYS | frozenset(_NOT_IMITATED)))
    source = workspace.sources.get(page.parent)
    if source is not None and "properties" in body:
        values = parse_values(workspace, source, body["properties"], "body.properties")
    else:
        values = {}
    set_trash(workspace, page, body)
    if values and workspace.is_trashed(page):
        raise trashed()
    workspace.set_values(page, values)
    for name in ("icon", "cover", "is_locked", "is_archived"):
        if name in body:
            setattr(page, name, body[name])
            workspace.mark_edited(page)
    return render.page_of(workspace, page)


_LISTED = frozenset({"title", "rich_text", "people", "relation"})


def page_property(workspace: NotionWorkspace, request: NotionRequest) -> Json:
    """Read one property whole: a list for those that can be long."""
    page = workspace.page(request.ids["page_id"])
    source = workspace.sources.get(page.parent)
    prop = schema.find_prop(source, request.ids["property_id"]) if source else None
    if prop is None:
        raise invalid(f"Could not find property with name or id: {request.ids['property_id']}")
    value = shown_value(workspace, page, prop)
    head = {"object": "property_item", "type": prop.type, "id": prop.id}
    if prop.type not in _LISTED:
        return {**head, prop.type: value}
    return _items_page([{**head, prop.type: item} for item in value], prop, request.query)


def _items_page(items: list[Json], prop: SchemaProperty, query: Mapping[str, str]) -> Json:
    """Return one page of the items of a property; a cursor is the number of an item."""
    size = render.page_size(query.get("page_size"))
    cursor = query.get("start_cursor", "0")
    if not (cursor.isascii() and cursor.isdecimal()):
        raise invalid(f"The start_cursor provided is invalid: {cursor}")
    start = int(cursor)
    more = start + size < len(items)
    return {
        "object": "list",
        "results": items[start : start + size],
        "next_cursor": str(start + size) if more else None,
        "has_more": more,
        "type": "property_item",
        "property_item": {"id": prop.id, "next_url": None, "type": prop.type, prop.type: {}},
    }
