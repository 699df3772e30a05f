"""Reading the databases: one query each where nothing changed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.border import MOST_PAGES, Pages, Sorted, sort_out, unreadable
from syncd.connect.rate_limit import RateLimiter
from syncd.errors import Gone, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_notion.border import CREATED, EDITED, TITLE, RowReply, is_in, is_removed, title_of
from syncd_notion.client import PAGE_SIZE, Json, NotionApi, cursor_after
from syncd_notion.codecs import UnreadableProperty
from syncd_notion.cursor import (
    ReadPosition,
    ReadResult,
    cursor_of,
    position_after,
    positions_from,
)
from syncd_notion.dates import instant
from syncd_notion.errors import StaleSchema
from syncd_notion.mapping import MARK, DatabaseSchema, from_remote, lacks_mark
from syncd_notion.reviews import ReviewAnswers
from syncd_notion.rows import completed
from syncd_notion.schema import DatabaseBinding, DatabaseRegistry, differs, problems_of

_NO_ROWS = ("data_source", "database")
"""What else a listing of rows may hold (a wiki's; Notion API documentation)."""
LAG = timedelta(seconds=10)
"""How long an edit may take to show in a listing, where it is looked for before a write."""


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
        replies = self._pages.read(
            part.key, lambda start: self._asked(part, start), cursor_after
        )
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


def minute(instant: datetime) -> str:
    """Return an instant as Notion's own times are: UTC, to the minute."""
    whole = instant.replace(second=0, microsecond=0, tzinfo=None)
    return f"{whole.isoformat(timespec='milliseconds')}Z"


@dataclass(slots=True)
class _Brought:
    """What a pull has brought so far."""

    places: dict[str, ReadPosition] = field(default_factory=dict)
    items: list[Remote] = field(default_factory=list)
    gone: set[RemoteId] = field(default_factory=set)
    last: list[Remote] = field(default_factory=list)
    whole: set[Kind] = field(default_factory=set)
    unread: dict[RemoteId, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)

    def cursor(self) -> str | None:
        """Return where to go on; None while something is to be read again."""
        return None if self.unread or self.nameless else cursor_of(self.places)


def _own(bound: DatabaseBinding, found: Sorted) -> Sorted:
    """Return what was listed, less what lives elsewhere: a listing of this data source shows
    nothing of that, so nobody knows what it is."""
    strays = [
        remote
        for remote, row in found.good.items()
        if not is_in(row, bound.source, bound.database)
    ]
    for remote in strays:
        row = found.good.pop(remote)
        found.unread[RemoteId(remote)] = unreadable(row, TITLE, title_of, "parent")
    return found


class Puller:
    """Pulls all databases, one after another."""

    def __init__(
        self,
        api: NotionApi,
        registry: DatabaseRegistry,
        answers: ReviewAnswers,
        limiter: RateLimiter,
        clock: Clock,
    ) -> None:
        self._api = api
        self._registry = registry
        self._answers = answers
        self._limiter = limiter
        self._clock = clock
        self._lister = RowLister(api, self._date)
        self._related = Pages(TITLE)

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``. Raises ``HoldTool`` for a lost database."""
        try:
            before = positions_from(cursor)
            brought = _Brought()
            for kind in self._registry.kinds:
                bound = self._registry.get(kind)
                if bound is not None and bound.learnt:
                    self._pull_one(bound, before.get(bound.source), brought)
        except StartOver:
            self._forget()
            raise
        self._forget()
        return Pull(
            items=tuple(brought.items),
            gone=frozenset(brought.gone),
            last=tuple(brought.last),
            unread=brought.unread,
            whole=frozenset() if brought.nameless else frozenset(brought.whole),
            cursor=brought.cursor(),
            clock_offset=self._limiter.offset,
            problems=(*self._problems(), *dict.fromkeys(brought.nameless)),
            paused=self._paused(),
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
            found = _own(bound, self._lister.read(bound.source, EDITED, minute(start)).found)
        except Gone as error:
            raise self._registry.lost(bound) from error
        except StartOver as error:
            raise TryLater(str(error)) from error
        items, unread = self._items(kind, _kept(found))
        return None if unread or found.unread or found.nameless else items

    def _forget(self) -> None:
        self._lister.forget()
        self._related.forget()

    def _pull_one(
        self, bound: DatabaseBinding, before: ReadPosition | None, brought: _Brought
    ) -> None:
        """Read one database, and note what it brought."""
        found, place, is_whole = self._read(bound, before)
        brought.places[bound.source] = place
        brought.whole |= {bound.kind} if is_whole else set()
        removed = {remote: row for remote, row in found.good.items() if is_removed(row)}
        brought.gone |= {RemoteId(remote) for remote in removed}
        brought.last += self._last(bound.kind, list(removed.values()))
        items, unread = self._items(bound.kind, _kept(found))
        brought.items += items
        brought.unread |= {**found.unread, **unread}
        brought.nameless += found.nameless

    def _read(
        self, bound: DatabaseBinding, place: ReadPosition | None
    ) -> tuple[Sorted, ReadPosition, bool]:
        """Return the rows, where the reading stands now, and whether these are all."""
        now = self._clock.now()
        whole = place is None or place.is_whole(now)
        read = self._rows(bound, None if whole else place)
        if place is not None and not whole and place.went_back(read.begun):
            read = self._rows(bound, None)
            whole = True
        found = read.found
        rows, seen = list(found.good.values()), bool(found.good or found.unread)
        doubted = whole and not seen and place is not None and place.is_doubtful(now)
        if doubted or any(is_removed(row) for row in rows):
            self._registry.check(bound)  # a trashed database takes its rows along
        learnt = self._is_stale(bound, rows) or _may_be_mended(bound, place, now)
        if learnt:
            self._registry.learn(bound)
        reading = ReadResult(
            at=now,
            rows=len(rows),
            edits=[at for row in rows if (at := instant(row.get(EDITED))) is not None],
            polled=read.begun,
            whole=whole,
            sure=place is None or doubted or seen,
            learnt=learnt,
        )
        return found, position_after(place, reading), whole

    def _is_stale(self, bound: DatabaseBinding, rows: list[Json]) -> bool:
        return bound.kind in self._registry.stale or bool(rows and differs(bound, rows[-1]))

    def _rows(self, bound: DatabaseBinding, place: ReadPosition | None) -> RowListing:
        stamp = CREATED if place is None else EDITED
        since = None if place is None else minute(place.since())
        try:
            read = self._lister.read(bound.source, stamp, since)
        except Gone as error:
            raise self._registry.lost(bound) from error
        return replace(read, found=_own(bound, read.found))

    def _date(self) -> datetime | None:
        """Return the time by Notion's clock, where it is known."""
        offset = self._limiter.offset
        return None if offset is None else self._clock.now() + offset

    def _last(self, kind: Kind, rows: list[Json]) -> list[Remote]:
        """Return what removed rows last held, as far as that can be read."""
        bound = self._registry.get(kind)
        found: list[Remote] = []
        if bound is None:
            return found
        for row in rows:
            with suppress(UnreadableProperty):
                found.append(from_remote(self._registry.shape(bound), row))
        return found

    def _items(self, kind: Kind, rows: list[Json]) -> tuple[list[Remote], dict[RemoteId, str]]:
        """Return the rows as items, and a sentence for each that can't be read."""
        bound = self._registry.get(kind)
        items: list[Remote] = []
        unread: dict[RemoteId, str] = {}
        if bound is None:
            return items, unread
        shape = self._registry.shape(bound)
        for row in rows:
            try:
                items.append(self._answers.told(self._item(shape, row), row))
            except SkipItem as error:
                unread[RemoteId(row["id"])] = str(error)
        return items, unread

    def _item(self, shape: DatabaseSchema, row: Json) -> Remote:
        """Return a row as an item. Raises ``SkipItem`` where it can't be read."""
        try:
            found = from_remote(shape, completed(self._api, self._related, shape, row))
        except StaleSchema:
            self._registry.stale.add(shape.kind)
            raise
        except UnreadableProperty as error:
            raise SkipItem(unreadable(row, TITLE, title_of, MARK)) from error
        if found.mark is None and lacks_mark(shape, row):
            raise SkipItem(unreadable(row, TITLE, title_of, MARK))
        return found

    def _problems(self) -> list[str]:
        bounds = [self._registry.get(kind) for kind in self._registry.kinds]
        return [said for bound in bounds if bound is not None for said in problems_of(bound)]

    def _paused(self) -> dict[Kind, frozenset[str]]:
        paused = {}
        for kind in self._registry.kinds:
            bound = self._registry.get(kind)
            if bound is not None and bound.learnt and bound.paused():
                paused[kind] = bound.paused()
        return paused


def _may_be_mended(bound: DatabaseBinding, place: ReadPosition | None, now: datetime) -> bool:
    """Say whether to look for options that a status lacked when last read."""
    return place is not None and bool(bound.lacking()) and place.may_be_mended(now)


def _kept(found: Sorted) -> list[Json]:
    return [row for row in found.good.values() if not is_removed(row)]
