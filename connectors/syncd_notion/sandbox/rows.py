"""The endpoints of rows: query, create, read, update, single properties."""

from syncd_notion.sandbox import bodies, render, schema
from syncd_notion.sandbox.asked import PAGING, PARENT, NotionRequest, hidden_pages, set_trash
from syncd_notion.sandbox.drafts import parse_drafts
from syncd_notion.sandbox.query import filter_of, ordered
from syncd_notion.sandbox.refusals import invalid, missing, not_imitated, only, trashed
from syncd_notion.sandbox.render import Json, listing
from syncd_notion.sandbox.state import DataSource, NotionPage
from syncd_notion.sandbox.texts import parse_runs
from syncd_notion.sandbox.values import parse_values, shown_value
from syncd_notion.sandbox.world import NotionWorkspace

_NOT_IMITATED = ("markdown", "template", "content", "erase_content", "position")
_QUERY = frozenset({"filter", "sorts", "result_type", "in_trash", "archived", "is_archived"})


def query(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """List rows. After ``query_limit`` of them the list ends, and may say so."""
    source = world.source(asked.ids["data_source_id"])
    body = only(asked.body, "body", _QUERY | PAGING)
    rows = _rows(world, source, asked)
    if body.get("filter") is not None:
        test = filter_of(source, body["filter"])
        rows = [row for row in rows if test(row)]
    rows = ordered(source, rows, body.get("sorts"))
    if world.finds_nothing(body.get("start_cursor")):
        rows = []
    cut = len(rows) > world.query_limit and not world.switches.ends_silently
    rows = rows[: world.query_limit]
    reply = listing(
        world, rows, body, "page_or_data_source", lambda row: render.page_of(world, row)
    )
    why = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    return reply | ({"request_status": why} if cut else {})


def _rows(world: NotionWorkspace, source: DataSource, asked: NotionRequest) -> list[NotionPage]:
    pages = world.seen()
    of_source = sorted(
        (it for it in pages if it.parent == source.id), key=lambda it: -it.number
    )
    hidden = hidden_pages(world, of_source, asked.body)
    if hidden is not None:
        return hidden
    if not world.is_trashed(source) or world.trashed_query == "empty":
        return world.rows(source, pages)
    if world.trashed_query == "404":
        name = asked.ids["data_source_id"]
        raise world.missing("database", name, "path.data_source_id")
    return of_source


def create_page(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Add a row, or a page under a page."""
    keys = frozenset({"parent", "properties", "icon", "cover", "children", *_NOT_IMITATED})
    body = _imitated(only(asked.body, "body", keys))
    if "parent" not in body:
        raise missing("body.parent")
    parent = only(body["parent"], "body.parent", PARENT)
    drafts = parse_drafts(body["children"], "body.children") if "children" in body else ()
    page = _new_page(world, parent, body)
    bodies.put_blocks(world, page, drafts)
    return render.page_of(world, page)


def _new_page(world: NotionWorkspace, parent: Json, body: Json) -> NotionPage:
    if "page_id" in parent:
        return _page_under_page(world, parent, body)
    source = _source_for(world, parent)
    if world.is_trashed(source):
        raise trashed()
    values = parse_values(world, source, body.get("properties") or {}, "body.properties")
    page = world.add_row(source, values)
    page.icon, page.cover = body.get("icon"), body.get("cover")
    return page


def _imitated(body: Json) -> Json:
    for name in _NOT_IMITATED:
        if name in body:
            raise not_imitated(f"pages with {name}")
    return body


def _source_for(world: NotionWorkspace, parent: Json) -> DataSource:
    if "data_source_id" in parent:
        return world.source(str(parent["data_source_id"]), "body.parent.data_source_id")
    if "database_id" not in parent:
        raise missing("body.parent.data_source_id")
    database = world.database(str(parent["database_id"]), "body.parent.database_id")
    sources = world.sources_of(database)
    if len(sources) > 1:
        raise invalid("Databases with multiple data sources need a data_source_id.")
    return sources[0]


def _page_under_page(world: NotionWorkspace, parent: Json, body: Json) -> NotionPage:
    above = world.page(str(parent["page_id"]), "body.parent.page_id")
    raw = (body.get("properties") or {}).get("title") or []
    runs = raw.get("title") if isinstance(raw, dict) else raw
    return world.add_page(above.id, parse_runs(runs, "body.properties.title"))


def read_page(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Read a page; one in the trash too."""
    return render.page_of(world, world.page(asked.ids["page_id"]))


def move_page(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Move a page below another or into a data source; answered with the page there."""
    page = world.page(asked.ids["page_id"])
    body = only(asked.body, "body", frozenset({"parent"}))
    if "parent" not in body:
        raise missing("body.parent")
    parent = only(body["parent"], "body.parent", PARENT)
    if world.is_trashed(page):
        raise trashed()
    if "page_id" in parent:
        target: NotionPage | DataSource = world.page(
            str(parent["page_id"]), "body.parent.page_id"
        )
    else:
        target = _source_for(world, parent)
    if world.is_trashed(target):
        raise trashed()
    if page.id in [it.id for it in world.above(target)]:
        raise invalid("A page cannot be moved below itself.")
    world.move(page, target.id)
    return render.page_of(world, page)


_PAGE_KEYS = frozenset({"properties", "icon", "cover", "is_locked", "in_trash", "is_archived"})


def update_page(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Change values; what is not named keeps its value."""
    page = world.page(asked.ids["page_id"])
    body = _imitated(only(asked.body, "body", _PAGE_KEYS | frozenset(_NOT_IMITATED)))
    source = world.sources.get(page.parent)
    if source is not None and "properties" in body:
        values = parse_values(world, source, body["properties"], "body.properties")
    else:
        values = {}
    set_trash(world, page, body)
    if values and world.is_trashed(page):
        raise trashed()
    world.set_values(page, values)
    for name in ("icon", "cover", "is_locked", "is_archived"):
        if name in body:
            setattr(page, name, body[name])
            world.touch(page)
    return render.page_of(world, page)


_LISTED = frozenset({"title", "rich_text", "people", "relation"})


def page_property(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Read one property whole: a list for those that can be long."""
    page = world.page(asked.ids["page_id"])
    source = world.sources.get(page.parent)
    prop = schema.find_prop(source, asked.ids["property_id"]) if source else None
    if prop is None:
        raise invalid(f"Could not find property with name or id: {asked.ids['property_id']}")
    value = shown_value(world, page, prop)
    head = {"object": "property_item", "type": prop.type, "id": prop.id}
    if prop.type not in _LISTED:
        return {**head, prop.type: value}
    items = [{**head, prop.type: one} for one in value]
    size = render.page_size(asked.query.get("page_size"))
    cursor = asked.query.get("start_cursor", "0")
    if not (cursor.isascii() and cursor.isdecimal()):
        raise invalid(f"The start_cursor provided is invalid: {cursor}")
    start = int(cursor)
    more = start + size < len(items)
    kind: Json = {"id": prop.id, "next_url": None, "type": prop.type, prop.type: {}}
    return {
        "object": "list",
        "results": items[start : start + size],
        "next_cursor": str(start + size) if more else None,
        "has_more": more,
        "type": "property_item",
        "property_item": kind,
    }
