"""The endpoints of databases, data sources, the search and the own user."""

from typing import Any

from syncd_notion.sandbox import render, schema
from syncd_notion.sandbox.asked import PAGING, PARENT, NotionRequest, hidden_pages, set_trash
from syncd_notion.sandbox.refusals import in_body, invalid, missing, only, trashed
from syncd_notion.sandbox.render import Json, listing
from syncd_notion.sandbox.state import DataSource, NotionPage, title_of, to_the_millisecond
from syncd_notion.sandbox.texts import parse_runs, plain
from syncd_notion.sandbox.world import NotionWorkspace


def me(_world: NotionWorkspace, _asked: NotionRequest) -> Json:
    """Say who the token belongs to."""
    return render.bot()


def search(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """List pages and data sources by title; what is new is seen late."""
    keys = frozenset({"query", "filter", "sort", "in_trash", "is_archived"})
    body = only(asked.body, "body", keys | PAGING)
    wanted = only(body.get("filter") or {}, "body.filter", frozenset({"property", "value"}))
    if wanted and (wanted.get("property") != "object" or wanted.get("value") not in _SORTS):
        raise in_body("body.filter.value", '"page" or "data_source"', wanted.get("value"))
    things: list[NotionPage | DataSource] = []
    if wanted.get("value") != "data_source":
        things += _pages(world, body)
    if wanted.get("value") != "page":
        things += [it for it in world.sources.values() if not world.is_trashed(it)]
    text = str(body.get("query") or "").casefold()
    found = [it for it in things if _is_found(world, it, text)]
    found.sort(key=lambda it: (it.edited, it.number), reverse=_newest_first(body))
    if world.finds_nothing(body.get("start_cursor")):
        found = []
    return listing(world, found, body, "page_or_data_source", lambda it: _shown(world, it))


_SORTS = ("page", "data_source")


def _pages(world: NotionWorkspace, body: Json) -> list[NotionPage]:
    pages = world.seen(late=True)
    hidden = hidden_pages(world, pages, body)
    if hidden is not None:
        return hidden
    return [it for it in pages if not world.is_trashed(it) and not it.is_archived]


def _newest_first(body: Json) -> bool:
    keys = frozenset({"timestamp", "direction"})
    sort = only(body.get("sort") or {}, "body.sort", keys)
    if sort.get("timestamp", "last_edited_time") != "last_edited_time":
        raise in_body("body.sort.timestamp", '"last_edited_time"', sort["timestamp"])
    if sort.get("direction", "descending") not in ("ascending", "descending"):
        raise in_body("body.sort.direction", "a direction", sort["direction"])
    return bool(sort.get("direction", "descending") == "descending")


def _is_found(world: NotionWorkspace, thing: NotionPage | DataSource, text: str) -> bool:
    lag = world.unseen.get(thing.id, 0)
    if lag:
        world.unseen[thing.id] = lag - 1
        return False
    title = title_of(thing) if isinstance(thing, NotionPage) else plain(thing.title)
    return text in title.casefold() and world.shows(thing)


def _shown(world: NotionWorkspace, thing: NotionPage | DataSource) -> Json:
    if isinstance(thing, NotionPage):
        return render.page_of(world, thing)
    return render.source_of(world, thing)


def create_database(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Make a database under a page, with its first data source."""
    keys = frozenset({"parent", "title", "description", "is_inline", "icon", "cover"})
    body = only(asked.body, "body", keys | {"initial_data_source"})
    parent = only(body.get("parent"), "body.parent", PARENT)
    if parent.get("type") != "page_id" or "page_id" not in parent:
        raise missing("body.parent.page_id")
    page = world.page(str(parent["page_id"]), "body.parent.page_id")
    if world.is_trashed(page):
        raise trashed()
    first = only(
        body.get("initial_data_source") or {},
        "body.initial_data_source",
        frozenset({"properties"}),
    )
    properties = first.get("properties") or {"Name": {"title": {}}}
    _check_schema(world, properties)
    database, source = world.add_database(page.id, _runs(body, "title"))
    database.description = _runs(body, "description")
    database.is_inline = bool(body.get("is_inline"))
    schema.change(world, source, properties, "body.initial_data_source.properties")
    return render.database_of(world, database)


def _check_schema(world: NotionWorkspace, properties: Any) -> None:
    """Try a schema on a data source that is thrown away, so that nothing is half made."""
    at = world.clock.now()
    trial = DataSource(
        id="trial", parent="", number=0, created=at, edited=at, creator="", editor=""
    )
    schema.change(world, trial, properties, "body.initial_data_source.properties")
    if "title" not in trial.props:
        raise invalid("Title is not provided")


def _runs(body: Json, name: str) -> list[Any]:
    return parse_runs(body[name], f"body.{name}") if body.get(name) is not None else []


def read_database(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Read a database."""
    return render.database_of(world, world.database(asked.ids["database_id"]))


def update_database(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Change a database's own properties."""
    database = world.database(asked.ids["database_id"])
    keys = frozenset({"title", "description", "is_inline", "icon", "cover", "is_locked"})
    body = only(asked.body, "body", keys | {"in_trash"})
    set_trash(world, database, body)
    before = to_the_millisecond(database.edited)
    for name in ("title", "description"):
        if name in body:
            setattr(database, name, _runs(body, name))
    for name in ("is_inline", "icon", "cover", "is_locked"):
        if name in body:
            setattr(database, name, body[name])
    world.touch(database)
    if "title" in body and len(world.sources_of(database)) == 1:
        world.sources_of(database)[0].title = list(database.title)
    return {**render.database_of(world, database), "last_edited_time": before}


def read_source(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Read a schema."""
    return render.source_of(world, world.source(asked.ids["data_source_id"]))


def update_source(world: NotionWorkspace, asked: NotionRequest) -> Json:
    """Change a schema or a title."""
    source = world.source(asked.ids["data_source_id"])
    body = only(asked.body, "body", frozenset({"title", "properties", "in_trash"}))
    set_trash(world, source, body)
    if "title" in body:
        source.title = _runs(body, "title")
    schema.change(world, source, body.get("properties") or {}, "body.properties")
    world.touch(source)
    return render.source_of(world, source)
