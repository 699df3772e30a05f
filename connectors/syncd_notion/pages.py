"""Pages as Notion lists them: whole listings, whole relations."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from syncd.errors import TryLater
from syncd_notion.client import PAGE_SIZE, Api, Json
from syncd_notion.incoming import related
from syncd_notion.shape import Shape, values_by_id

CREATED, EDITED = "created_time", "last_edited_time"
_LONGEST = 10_000
"""Pages of one listing before it can only be going in circles."""


def rows_of(
    api: Api, source: str, stamp: str, since: str | None, first: Callable[[], None]
) -> list[Json]:
    """Return all rows, in the order of ``stamp``, from ``since`` on.

    Notion ends a listing after 10,000 rows and says so only in ``request_status`` (Notion
    API documentation); then the next one begins where it stopped. ``first`` is called
    after the first reply.
    """
    rows: dict[str, Json] = {}
    while True:
        body: Json = {
            "sorts": [{"timestamp": stamp, "direction": "ascending"}],
            "page_size": PAGE_SIZE,
        }
        if since is not None:
            body["filter"] = {"timestamp": stamp, stamp: {"on_or_after": since}}
        listed, cut = _listing(api, source, body, first)
        rows |= {str(row["id"]): row for row in listed}
        if not cut:
            return list(rows.values())
        last = str(listed[-1].get(stamp)) if listed else since
        if last == since:
            raise TryLater("Notion cuts off a listing of over 10,000 rows: trying again later.")
        since = last


def _listing(
    api: Api, source: str, body: Json, first: Callable[[], None]
) -> tuple[list[Json], bool]:
    """Return the rows of one listing, and whether Notion cut it off."""
    rows: list[Json] = []
    reply: Json = {}
    for number, reply in enumerate(replies(lambda start: _asked(api, source, body, start))):
        if number == 0:
            first()
        rows += [row for row in reply["results"] if row.get("object", "page") == "page"]
    return rows, (reply.get("request_status") or {}).get("type") == "incomplete"


def _asked(api: Api, source: str, body: Json, start: str | None) -> Json:
    return api.query(source, body | ({"start_cursor": start} if start else {}))


def replies(read: Callable[[str | None], Json]) -> Iterator[Json]:
    """Yield the replies of a listing, from the first to the last.

    ``read`` takes the cursor. Raises ``TryLater`` where the listing leads nowhere.
    """
    start: str | None = None
    for _ in range(_LONGEST):
        reply = read(start)
        yield reply
        if not reply.get("has_more"):
            return
        before, start = start, reply.get("next_cursor")
        if not start or start == before:
            raise TryLater("Notion says that there is more but not where: trying again later.")
    raise TryLater("A listing in Notion does not end: trying again later.")


def completed(api: Api, shape: Shape, page: Json) -> Json:
    """Return ``page`` with its relations whole.

    A reply shows at most 25 related pages, and ``has_more`` (recorded replies).
    """
    values = values_by_id(page)
    whole: dict[str, Any] = {}
    for prop in shape.properties.values():
        value = values.get(prop.key, {})
        if prop.type == "relation" and value.get("has_more"):
            pages = [{"id": one} for one in _related(api, str(page["id"]), prop.id)]
            whole[prop.key] = {**value, "relation": pages, "has_more": False}
    if not whole:
        return page
    return {**page, "properties": {**values, **whole}}


def _related(api: Api, page: str, prop: str) -> list[str]:
    items = [
        item.get("relation")
        for reply in replies(lambda start: api.page_property(page, prop, start))
        for item in reply.get("results", [])
    ]
    return related(items)


def is_removed(page: Mapping[str, Any]) -> bool:
    """Say whether a page is in the trash, or archived."""
    return bool(page.get("in_trash") or page.get("is_archived"))


def is_in(page: Mapping[str, Any], source: str, database: str) -> bool:
    """Say whether a page is a row of this data source, and not moved elsewhere."""
    parent = page.get("parent")
    if not isinstance(parent, Mapping):
        return True
    if parent.get("data_source_id"):
        return _same(parent["data_source_id"], source)
    return parent.get("database_id") is not None and _same(parent["database_id"], database)


def _same(one: Any, other: str) -> bool:
    return str(one).replace("-", "").lower() == other.replace("-", "").lower()


def minute(instant: datetime) -> str:
    """Return an instant as Notion's own times are: UTC, to the minute."""
    return instant.strftime("%Y-%m-%dT%H:%M:00.000Z")
