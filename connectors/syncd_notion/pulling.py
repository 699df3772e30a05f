"""Reading the databases: one query each where nothing changed."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.clock import Clock
from syncd.connect.border import Pages, Sorted, unreadable
from syncd.connect.network import RateLimiter
from syncd.errors import Gone, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_notion.binding import Bound, differs, problems_of
from syncd_notion.border import TITLE, title_of
from syncd_notion.client import Api, Json
from syncd_notion.columns import MARK
from syncd_notion.cursor import Place, Reading, after, cursor_of, places_from
from syncd_notion.dates import instant
from syncd_notion.failures import StaleSchema
from syncd_notion.incoming import Unreadable
from syncd_notion.mapping import from_remote, lacks_mark
from syncd_notion.pages import (
    CREATED,
    EDITED,
    Lister,
    Rows,
    completed,
    is_in,
    is_removed,
    minute,
)
from syncd_notion.registry import Registry
from syncd_notion.reviews import Answers
from syncd_notion.shape import Shape

LAG = timedelta(seconds=10)
"""How long an edit may take to show in a listing, where it is looked for before a write."""


@dataclass(slots=True)
class _Brought:
    """What a pull has brought so far."""

    places: dict[str, Place] = field(default_factory=dict)
    items: list[Remote] = field(default_factory=list)
    gone: set[RemoteId] = field(default_factory=set)
    last: list[Remote] = field(default_factory=list)
    whole: set[Kind] = field(default_factory=set)
    unread: dict[RemoteId, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)

    def cursor(self) -> str | None:
        """Return where to go on; None while something is to be read again."""
        return None if self.unread or self.nameless else cursor_of(self.places)


def _own(bound: Bound, found: Sorted) -> Sorted:
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
        self, api: Api, registry: Registry, answers: Answers, limiter: RateLimiter, clock: Clock
    ) -> None:
        self._api = api
        self._registry = registry
        self._answers = answers
        self._limiter = limiter
        self._clock = clock
        self._lister = Lister(api, self._date)
        self._related = Pages(TITLE)

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``. Raises ``HoldTool`` for a lost database."""
        try:
            before = places_from(cursor)
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

    def _pull_one(self, bound: Bound, before: Place | None, brought: _Brought) -> None:
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

    def _read(self, bound: Bound, place: Place | None) -> tuple[Sorted, Place, bool]:
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
        reading = Reading(
            at=now,
            rows=len(rows),
            edits=[at for row in rows if (at := instant(row.get(EDITED))) is not None],
            polled=read.begun,
            whole=whole,
            sure=place is None or doubted or seen,
            learnt=learnt,
        )
        return found, after(place, reading), whole

    def _is_stale(self, bound: Bound, rows: list[Json]) -> bool:
        return bound.kind in self._registry.stale or bool(rows and differs(bound, rows[-1]))

    def _rows(self, bound: Bound, place: Place | None) -> Rows:
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
            with suppress(Unreadable):
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

    def _item(self, shape: Shape, row: Json) -> Remote:
        """Return a row as an item. Raises ``SkipItem`` where it can't be read."""
        try:
            found = from_remote(shape, completed(self._api, self._related, shape, row))
        except StaleSchema:
            self._registry.stale.add(shape.kind)
            raise
        except Unreadable as error:
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


def _may_be_mended(bound: Bound, place: Place | None, now: datetime) -> bool:
    """Say whether to look for options that a status lacked when last read."""
    return place is not None and bool(bound.lacking()) and place.may_be_mended(now)


def _kept(found: Sorted) -> list[Json]:
    return [row for row in found.good.values() if not is_removed(row)]
