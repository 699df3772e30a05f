"""Reading the databases: one query each where nothing changed."""

from datetime import datetime, timedelta

from syncd.clock import Clock
from syncd.connect.pace import Pace
from syncd.errors import Gone
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_notion.binding import Bound, differs, problems_of
from syncd_notion.client import Api, Json
from syncd_notion.cursor import Place, Reading, after, cursor_of, places_from
from syncd_notion.dates import instant
from syncd_notion.mapping import from_remote
from syncd_notion.pages import (
    CREATED,
    EDITED,
    completed,
    is_removed,
    minute,
    rows_of,
)
from syncd_notion.registry import Registry
from syncd_notion.reviews import Answers

LAG = timedelta(seconds=10)
"""How long an edit may take to show in a listing, where it is looked for before a write."""


class Puller:
    """Pulls all databases, one after another."""

    def __init__(
        self, api: Api, registry: Registry, answers: Answers, pace: Pace, clock: Clock
    ) -> None:
        self._api = api
        self._registry = registry
        self._answers = answers
        self._pace = pace
        self._clock = clock

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``. Raises ``HoldTool`` for a lost database."""
        before = places_from(cursor)
        places: dict[str, Place] = {}
        items: list[Remote] = []
        gone: set[RemoteId] = set()
        last: list[Remote] = []
        whole: set[Kind] = set()
        for kind in self._registry.kinds:
            bound = self._registry.get(kind)
            if bound is None or not bound.learnt:
                continue
            rows, place, is_whole = self._read(bound, before.get(bound.source))
            places[bound.source] = place
            whole |= {kind} if is_whole else set()
            removed = [row for row in rows if is_removed(row)]
            gone |= {RemoteId(str(row["id"])) for row in removed}
            last += [from_remote(self._registry.shape(bound), row) for row in removed]
            items += self._items(kind, [row for row in rows if not is_removed(row)])
        return Pull(
            items=tuple(items),
            gone=frozenset(gone),
            last=tuple(last),
            whole=frozenset(whole),
            cursor=cursor_of(places),
            clock_offset=self._pace.offset,
            problems=tuple(self._problems()),
            paused=self._paused(),
        )

    def edited(self, kind: Kind, since: datetime) -> list[Remote]:
        """Return the rows of a kind that were edited since an instant by syncd's clock.

        Notion's edit times are cut to the minute, and its listings may lag a little.
        """
        bound = self._registry.get(kind)
        if bound is None or not bound.learnt:
            return []
        start = since + (self._pace.offset or timedelta()) - LAG
        try:
            rows = rows_of(self._api, bound.source, EDITED, minute(start), lambda: None)
        except Gone as error:
            raise self._registry.lost(bound) from error
        return self._items(kind, [row for row in rows if not is_removed(row)])

    def _read(self, bound: Bound, place: Place | None) -> tuple[list[Json], Place, bool]:
        """Return the rows, where the reading stands now, and whether these are all."""
        now = self._clock.now()
        whole = place is None or place.is_whole(now)
        rows, polled = self._rows(bound, None if whole else place)
        if place is not None and not whole and place.went_back(polled):
            rows, polled = self._rows(bound, None)
            whole = True
        doubted = whole and not rows and place is not None and place.is_doubtful(now)
        if doubted or any(is_removed(row) for row in rows):
            self._registry.check(bound)  # a trashed database takes its rows along
        learnt = self._is_stale(bound, rows) or _may_be_mended(bound, place, now)
        if learnt:
            self._registry.learn(bound)
        reading = Reading(
            at=now,
            rows=len(rows),
            edits=[at for row in rows if (at := instant(row.get(EDITED))) is not None],
            polled=polled,
            whole=whole,
            sure=place is None or doubted or bool(rows),
            learnt=learnt,
        )
        return rows, after(place, reading), whole

    def _is_stale(self, bound: Bound, rows: list[Json]) -> bool:
        return bound.kind in self._registry.stale or bool(rows and differs(bound, rows[-1]))

    def _rows(self, bound: Bound, place: Place | None) -> tuple[list[Json], datetime | None]:
        """Return the rows, and the service's own date when the first of them came."""
        dates: list[datetime] = []

        def note() -> None:
            if self._pace.offset is not None:
                dates.append(self._clock.now() + self._pace.offset)

        stamp = CREATED if place is None else EDITED
        since = None if place is None else minute(place.since())
        try:
            rows = rows_of(self._api, bound.source, stamp, since, note)
        except Gone as error:
            raise self._registry.lost(bound) from error
        return rows, dates[0] if dates else None

    def _items(self, kind: Kind, rows: list[Json]) -> list[Remote]:
        bound = self._registry.get(kind)
        if bound is None:
            return []
        shape = self._registry.shape(bound)
        found = [(from_remote(shape, completed(self._api, shape, row)), row) for row in rows]
        return [self._answers.told(remote, row) for remote, row in found]

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
