"""Pages as Notion lists them: whole listings, whole relations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.connect.border import MOST_PAGES, Pages, Sorted, sort_out
from syncd.errors import Gone, SkipItem, StartOver, TryLater
from syncd_notion.border import TITLE, ListingReply, RowReply, same, title_of
from syncd_notion.client import PAGE_SIZE, Json, NotionApi
from syncd_notion.dates import instant
from syncd_notion.mapping import DatabaseSchema, values_by_id
from syncd_notion.replies import parsed

CREATED, EDITED = "created_time", "last_edited_time"
_NO_ROWS = ("data_source", "database")
"""What else a listing of rows may hold (a wiki's; Notion API documentation)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowListing:
    """What a reading brought; ``begun`` is the service's date at its start, if told."""

    found: Sorted
    begun: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingStart:
    """Where a listing of rows begins: at an instant of one of their times."""

    source: str
    stamp: str
    since: str | None

    @property
    def key(self) -> str:
        """Return what names this listing."""
        return f"{self.source} {self.stamp} {self.since}"


class RowLister:
    """Reads the rows of data sources; a reading that was interrupted goes on.

    ``date`` returns the time by the service's own clock, if it is known.
    """

    def __init__(self, api: NotionApi, date: Callable[[], datetime | None]) -> None:
        self._api = api
        self._date = date
        self._pages = Pages(TITLE, api.received)
        self._begun: dict[str, datetime | None] = {}

    def forget(self) -> None:
        """Let go of what was interrupted."""
        self._pages.forget()
        self._begun.clear()

    def read(self, source: str, stamp: str, since: str | None) -> RowListing:
        """Return all rows, in the order of ``stamp``, from ``since`` on.

        Notion ends a listing after 10,000 rows and says so only in ``request_status``
        (Notion API documentation); then the next one begins where it stopped.
        """
        rows: list[Any] = []
        parts: list[ListingStart] = []
        while len(parts) < MOST_PAGES:
            part = ListingStart(source=source, stamp=stamp, since=since)
            parts.append(part)
            listed, cut = self._part(part)
            rows += listed
            if not cut:
                return RowListing(found=_sorted(rows), begun=self._earliest(parts))
            since = _later(listed, stamp, since)
        raise TryLater("Notion's listing does not end: trying again later.")

    def _part(self, part: ListingStart) -> tuple[list[Any], bool]:
        """Return the rows of one listing, and whether Notion cut it off."""
        replies = self._pages.read(part.key, lambda start: self._asked(part, start), _after)
        status = replies[-1].get("request_status")
        rows = [row for reply in replies for row in reply["results"] if _may_be_row(row)]
        return rows, status is not None and status["type"] == "incomplete"

    def _asked(self, part: ListingStart, start: str | None) -> Json:
        body: Json = {
            "sorts": [{"timestamp": part.stamp, "direction": "ascending"}],
            "page_size": PAGE_SIZE,
        }
        if part.since is not None:
            on = {"on_or_after": part.since}
            body["filter"] = {"timestamp": part.stamp, part.stamp: on}
        if start is not None:
            return self._api.query(part.source, {**body, "start_cursor": start})
        reply = self._api.query(part.source, body)
        self._begun[part.key] = self._date()
        return reply

    def _earliest(self, parts: list[ListingStart]) -> datetime | None:
        dates = [self._begun.pop(part.key, None) for part in parts]
        return min((it for it in dates if it is not None), default=None)


def _sorted(rows: list[Any]) -> Sorted:
    return sort_out(rows, RowReply, TITLE, title_of)


def _may_be_row(row: Any) -> bool:
    return not isinstance(row, Mapping) or row.get("object", "page") not in _NO_ROWS


def _later(rows: list[Any], stamp: str, since: str | None) -> str:
    """Return where a listing that was cut off goes on. Raises ``TryLater``."""
    stamps = (row.get(stamp) for row in reversed(rows) if isinstance(row, Mapping))
    last = next((it for it in stamps if instant(it) is not None), None)
    now, before = instant(last), instant(since)
    if now is None or (before is not None and now <= before):
        raise TryLater("Notion cuts off a listing of over 10,000 rows: trying again later.")
    return str(last)


def entries(pages: Pages, key: str, ask: Callable[[str | None], Json]) -> list[Any]:
    """Return all entries of a listing, as they came; ``ask`` takes a cursor.

    Raises ``TryLater`` where the listing leads nowhere.
    """
    try:
        return [it for reply in pages.read(key, ask, _after) for it in reply["results"]]
    except StartOver as error:
        raise TryLater(
            "Notion no longer knows where a listing stood: trying again later."
        ) from error


def _after(reply: Json) -> str | None:
    """Return where a listing goes on, None at its end."""
    page = parsed(reply, ListingReply)
    if not page.goes_on:
        return None
    if not page.next_cursor:
        raise TryLater("Notion says that there is more but not where: trying again later.")
    return page.next_cursor


def completed(api: NotionApi, pages: Pages, shape: DatabaseSchema, page: Json) -> Json:
    """Return ``page`` with its relations whole. Raises ``SkipItem`` where they can't be read.

    A reply shows at most 25 related pages, and ``has_more`` (recorded replies).
    """
    values = values_by_id(page)
    whole: dict[str, Any] = {}
    for prop in shape.properties.values():
        value = values.get(prop.key, {})
        if prop.type == "relation" and value.get("has_more") is True:
            found = _related(api, pages, page, prop.id)
            whole[prop.key] = {**value, "relation": found, "has_more": False}
    if not whole:
        return page
    return {**page, "properties": {**values, **whole}}


def _related(api: NotionApi, pages: Pages, page: Json, prop: str) -> list[Any]:
    """Return what a relation holds; entries that name no page are left to be told."""
    one = str(page["id"])
    key = f"{one} {prop} {page.get(EDITED)}"
    try:
        items = entries(pages, key, lambda start: api.page_property(one, prop, start))
    except Gone as error:  # it went between two requests
        raise SkipItem(
            "Notion does not show all that a page is related to: syncd reads it again later."
        ) from error
    return [it.get("relation") if isinstance(it, Mapping) else None for it in items]


def is_removed(page: Mapping[str, Any]) -> bool:
    """Say whether a page is in the trash, or archived."""
    return bool(page.get("in_trash") or page.get("is_archived"))


def is_in(page: Mapping[str, Any], source: str, database: str) -> bool:
    """Say whether a page is a row of this data source, and not moved elsewhere."""
    parent = page.get("parent")
    if not isinstance(parent, Mapping):
        return True
    if parent.get("data_source_id"):
        return same(parent["data_source_id"], source)
    return parent.get("database_id") is not None and same(parent["database_id"], database)


def minute(instant: datetime) -> str:
    """Return an instant as Notion's own times are: UTC, to the minute."""
    whole = instant.replace(second=0, microsecond=0, tzinfo=None)
    return f"{whole.isoformat(timespec='milliseconds')}Z"
