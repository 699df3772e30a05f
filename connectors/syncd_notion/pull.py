"""Reading the databases: one query each where nothing changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.border import MOST_PAGES, Pages, Sorted, sort_out, unreadable
from syncd.connect.network import RateLimiter
from syncd.errors import Gone, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_notion.border import CREATED, EDITED, TITLE, RowReply, is_in, is_removed, title_of
from syncd_notion.client import PAGE_SIZE, Json, NotionApi, cursor_after
from syncd_notion.cursor import (
    ReadPosition,
    ReadResult,
    cursor_of,
    position_after,
    positions_from,
)
from syncd_notion.dates import instant
from syncd_notion.rows import RowReader
from syncd_notion.schema import DatabaseBinding, DatabaseRegistry, differs, problems_of

_NO_ROWS = ("data_source", "database")
"""What else a listing of rows may hold (a wiki's; Notion API documentation)."""
LAG = timedelta(seconds=10)
"""How long an edit may take to show in a listing, where it is looked for before a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowListing:
    """What a listing brought; ``begun`` is the service's date at its start, if known."""

    entries: Sorted
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
        """Drop what was interrupted."""
        self._pages.forget()
        self._begun.clear()

    def read(self, source: str, stamp: str, since: str | None) -> RowListing:
        """Return all rows, in the order of ``stamp``, from ``since`` on.

        Notion ends a listing after 10,000 rows and says so only in ``request_status``
        (Notion API documentation); then the next one begins where it stopped.
        """
        rows: list[Any] = []
        starts: list[ListingStart] = []
        while len(starts) < MOST_PAGES:
            start = ListingStart(source=source, stamp=stamp, since=since)
            starts.append(start)
            listed, is_cut = self._listed(start)
            rows += listed
            if not is_cut:
                return RowListing(entries=_sorted(rows), begun=self._earliest(starts))
            since = _later(listed, stamp, since)
        raise TryLater("Notion's listing does not end: trying again later.")

    def _listed(self, start: ListingStart) -> tuple[list[Any], bool]:
        """Return the rows of one listing, and whether Notion cut it off."""
        replies = self._pages.read(
            start.key, lambda cursor: self._query(start, cursor), cursor_after
        )
        status = replies[-1].get("request_status")
        rows = [row for reply in replies for row in reply["results"] if _may_be_row(row)]
        return rows, status is not None and status["type"] == "incomplete"

    def _query(self, start: ListingStart, cursor: str | None) -> Json:
        body: Json = {
            "sorts": [{"timestamp": start.stamp, "direction": "ascending"}],
            "page_size": PAGE_SIZE,
        }
        if start.since is not None:
            on = {"on_or_after": start.since}
            body["filter"] = {"timestamp": start.stamp, start.stamp: on}
        if cursor is not None:
            return self._api.query(start.source, {**body, "start_cursor": cursor})
        reply = self._api.query(start.source, body)
        self._begun[start.key] = self._date()
        return reply

    def _earliest(self, starts: list[ListingStart]) -> datetime | None:
        dates = [self._begun.pop(start.key, None) for start in starts]
        return min((date for date in dates if date is not None), default=None)


def _sorted(rows: list[Any]) -> Sorted:
    return sort_out(rows, RowReply, TITLE, title_of)


def _may_be_row(row: Any) -> bool:
    return not isinstance(row, Mapping) or row.get("object", "page") not in _NO_ROWS


def _later(rows: list[Any], stamp: str, since: str | None) -> str:
    """Return where a listing that was cut off goes on. Raises ``TryLater``."""
    stamps = (row.get(stamp) for row in reversed(rows) if isinstance(row, Mapping))
    last = next((text for text in stamps if instant(text) is not None), None)
    now, before = instant(last), instant(since)
    if now is None or (before is not None and now <= before):
        raise TryLater("Notion cuts off a listing of over 10,000 rows: trying again later.")
    return str(last)


def minute(instant: datetime) -> str:
    """Return an instant as Notion's own times are: UTC, to the minute."""
    whole = instant.replace(second=0, microsecond=0, tzinfo=None)
    return f"{whole.isoformat(timespec='milliseconds')}Z"


@dataclass(slots=True)
class _Collected:
    """What a pull has collected so far."""

    positions: dict[str, ReadPosition] = field(default_factory=dict)
    items: list[Remote] = field(default_factory=list)
    gone: set[RemoteId] = field(default_factory=set)
    last: list[Remote] = field(default_factory=list)
    whole: set[Kind] = field(default_factory=set)
    unread: dict[RemoteId, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)

    def cursor(self) -> str | None:
        """Return where to go on; None while something is to be read again."""
        return None if self.unread or self.nameless else cursor_of(self.positions)


def _without_strays(bound: DatabaseBinding, entries: Sorted) -> Sorted:
    """Return what was listed, less what lives elsewhere: a listing of this data source shows
    nothing of that, so nobody knows what it is."""
    strays = [
        remote
        for remote, row in entries.good.items()
        if not is_in(row, bound.source, bound.database)
    ]
    for remote in strays:
        row = entries.good.pop(remote)
        entries.unread[RemoteId(remote)] = unreadable(row, TITLE, title_of, "parent")
    return entries


class Puller:
    """Pulls all databases, one after another."""

    def __init__(
        self,
        api: NotionApi,
        registry: DatabaseRegistry,
        reader: RowReader,
        limiter: RateLimiter,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._reader = reader
        self._limiter = limiter
        self._clock = clock
        self._lister = RowLister(api, self._date)

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``. Raises ``HoldTool`` for a lost database."""
        try:
            collected = self._collect(positions_from(cursor))
        except StartOver:
            self._forget()
            raise
        self._forget()
        return Pull(
            items=tuple(collected.items),
            gone=frozenset(collected.gone),
            last=tuple(collected.last),
            unread=collected.unread,
            whole=frozenset() if collected.nameless else frozenset(collected.whole),
            cursor=collected.cursor(),
            clock_offset=self._limiter.offset,
            problems=(*self._problems(), *dict.fromkeys(collected.nameless)),
            unmapped_fields=self._unmapped(),
        )

    def edited(self, kind: Kind, since: datetime) -> list[Remote] | None:
        """Return the rows of a kind that were edited since an instant by syncd's clock.

        Notion's edit times are cut to the minute, and its listings may lag a little. None
        where any of these rows can't be read.
        """
        bound = self._registry.get(kind)
        if bound is None or not bound.learnt:
            return []
        start = since + (self._limiter.offset or timedelta()) - LAG
        try:
            listing = self._lister.read(bound.source, EDITED, minute(start))
        except Gone as error:
            raise self._registry.lost(bound) from error
        except StartOver as error:
            raise TryLater(str(error)) from error
        entries = _without_strays(bound, listing.entries)
        items, unread = self._items(kind, _not_removed(entries))
        return None if unread or entries.unread or entries.nameless else items

    def _forget(self) -> None:
        self._lister.forget()
        self._reader.forget()

    def _bound(self) -> Iterator[DatabaseBinding]:
        """Yield the bindings as they are now, each when it is its turn."""
        for kind in self._registry.kinds:
            bound = self._registry.get(kind)
            if bound is not None:
                yield bound

    def _collect(self, before: Mapping[str, ReadPosition]) -> _Collected:
        collected = _Collected()
        for bound in self._bound():
            if bound.learnt:
                self._pull_one(bound, before.get(bound.source), collected)
        return collected

    def _pull_one(
        self, bound: DatabaseBinding, before: ReadPosition | None, collected: _Collected
    ) -> None:
        """Read one database, and add what it has to what was collected."""
        entries, position, is_whole = self._read(bound, before)
        collected.positions[bound.source] = position
        collected.whole |= {bound.kind} if is_whole else set()
        removed = {remote: row for remote, row in entries.good.items() if is_removed(row)}
        collected.gone |= {RemoteId(remote) for remote in removed}
        collected.last += self._last(bound.kind, list(removed.values()))
        items, unread = self._items(bound.kind, _not_removed(entries))
        collected.items += items
        collected.unread |= {**entries.unread, **unread}
        collected.nameless += entries.nameless

    def _read(
        self, bound: DatabaseBinding, position: ReadPosition | None
    ) -> tuple[Sorted, ReadPosition, bool]:
        """Return the rows, the new position, and whether these are all rows."""
        now = self._clock.now()
        listing, whole = self._list(bound, position, now)
        rows = list(listing.entries.good.values())
        is_there = bool(rows or listing.entries.unread)
        doubted = whole and not is_there and position is not None and position.is_doubtful(now)
        if doubted or any(is_removed(row) for row in rows):
            self._registry.check(bound)  # a trashed database takes its rows along
        learnt = self._is_stale(bound, rows) or _may_be_mended(bound, position, now)
        if learnt:
            self._registry.learn(bound)
        result = ReadResult(
            at=now,
            rows=len(rows),
            edits=[at for row in rows if (at := instant(row.get(EDITED))) is not None],
            polled=listing.begun,
            whole=whole,
            sure=position is None or doubted or is_there,
            learnt=learnt,
        )
        return listing.entries, position_after(position, result), whole

    def _list(
        self, bound: DatabaseBinding, position: ReadPosition | None, now: datetime
    ) -> tuple[RowListing, bool]:
        """Return the rows since a position, or all of them, and whether it is all."""
        if position is None or position.is_whole(now):
            return self._rows(bound, None), True
        listing = self._rows(bound, position)
        if position.went_back(listing.begun):
            return self._rows(bound, None), True
        return listing, False

    def _is_stale(self, bound: DatabaseBinding, rows: list[Json]) -> bool:
        return bound.kind in self._registry.stale or bool(rows and differs(bound, rows[-1]))

    def _rows(self, bound: DatabaseBinding, position: ReadPosition | None) -> RowListing:
        stamp = CREATED if position is None else EDITED
        since = None if position is None else minute(position.since())
        try:
            listing = self._lister.read(bound.source, stamp, since)
        except Gone as error:
            raise self._registry.lost(bound) from error
        return replace(listing, entries=_without_strays(bound, listing.entries))

    def _date(self) -> datetime | None:
        """Return the time by Notion's clock, where it is known."""
        offset = self._limiter.offset
        return None if offset is None else self._clock.now() + offset

    def _last(self, kind: Kind, rows: list[Json]) -> list[Remote]:
        """Return what removed rows last held, as far as that can be read."""
        bound = self._registry.get(kind)
        if bound is None:
            return []
        items = (self._reader.last_item(bound, row) for row in rows)
        return [item for item in items if item is not None]

    def _items(self, kind: Kind, rows: list[Json]) -> tuple[list[Remote], dict[RemoteId, str]]:
        """Return the rows as items, and a sentence for each that can't be read."""
        bound = self._registry.get(kind)
        items: list[Remote] = []
        unread: dict[RemoteId, str] = {}
        if bound is None:
            return items, unread
        schema = self._registry.schema_of(bound)
        for row in rows:
            try:
                items.append(self._reader.listed_item(schema, row))
            except SkipItem as error:
                unread[RemoteId(row["id"])] = str(error)
        return items, unread

    def _problems(self) -> list[str]:
        return [problem for bound in self._bound() for problem in problems_of(bound)]

    def _unmapped(self) -> dict[Kind, frozenset[str]]:
        """Return the fields that a database does not hold for now, by kind."""
        return {
            bound.kind: unmapped
            for bound in self._bound()
            if bound.learnt and (unmapped := bound.unmapped_fields())
        }


def _may_be_mended(
    bound: DatabaseBinding, position: ReadPosition | None, now: datetime
) -> bool:
    """Say whether to look for options that a status lacked when last read."""
    return position is not None and bool(bound.lacking()) and position.may_be_mended(now)


def _not_removed(entries: Sorted) -> list[Json]:
    return [row for row in entries.good.values() if not is_removed(row)]
