"""Reading the databases: one query each where nothing changed."""

from collections.abc import Callable
from datetime import datetime

from syncd.clock import Clock
from syncd.connect.policy import Policy
from syncd.errors import Gone
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_notion.binding import Bound, differs, problems_of
from syncd_notion.client import Api, Json
from syncd_notion.cursor import Place, after, cursor_of, places_from
from syncd_notion.mapping import from_remote
from syncd_notion.pages import (
    CREATED,
    EDITED,
    completed,
    instant,
    is_removed,
    minute,
    rows_of,
)
from syncd_notion.registry import Registry


class Puller:
    """Pulls all databases, one after another."""

    def __init__(self, api: Api, registry: Registry, policy: Policy, clock: Clock) -> None:
        self._api = api
        self._registry = registry
        self._policy = policy
        self._clock = clock

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``. Raises ``HoldTool`` for a lost database."""
        before = places_from(cursor)
        places: dict[str, Place] = {}
        items: list[Remote] = []
        gone: set[RemoteId] = set()
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
            items += self._items(kind, [row for row in rows if not is_removed(row)])
        return Pull(
            items=tuple(items),
            gone=frozenset(gone),
            whole=frozenset(whole),
            cursor=cursor_of(places),
            clock_offset=self._policy.offset,
            problems=tuple(self._problems()),
            paused=self._paused(),
        )

    def _read(self, bound: Bound, place: Place | None) -> tuple[list[Json], Place, bool]:
        """Return the rows, where the reading stands now, and whether these are all."""
        polled: list[datetime] = []
        now = self._clock.now()
        is_whole = place is None or place.is_whole(now)
        try:
            rows = self._rows(bound, None if is_whole else place, self._noting(polled))
        except Gone as error:
            raise self._registry.lost(bound) from error
        self._doubt(bound, rows, place, is_whole=is_whole)
        edits = [at for row in rows if (at := instant(row.get(EDITED))) is not None]
        date = polled[0] if polled else None
        next_place = after(place, edits, whole_at=now if is_whole else None, polled=date)
        return rows, next_place, is_whole

    def _rows(self, bound: Bound, place: Place | None, first: Callable[[], None]) -> list[Json]:
        if place is None:
            return rows_of(self._api, bound.source, CREATED, None, first)
        return rows_of(self._api, bound.source, EDITED, minute(place.since()), first)

    def _noting(self, polled: list[datetime]) -> Callable[[], None]:
        """Note the service's own date as it is when the first reply has come."""

        def note() -> None:
            if self._policy.offset is not None:
                polled.append(self._clock.now() + self._policy.offset)

        return note

    def _doubt(
        self, bound: Bound, rows: list[Json], place: Place | None, *, is_whole: bool
    ) -> None:
        """Check the database itself where all its rows are suddenly gone, and the schema.

        A trashed database takes its rows along; an emptied one looks the same.
        """
        emptied = is_whole and not rows and place is not None and place.rows > 0
        if emptied or any(is_removed(row) for row in rows):
            self._registry.check(bound)
        if bound.kind in self._registry.stale or (rows and differs(bound, rows[-1])):
            self._registry.learn(bound)

    def _items(self, kind: Kind, rows: list[Json]) -> list[Remote]:
        bound = self._registry.get(kind)
        if bound is None:
            return []
        shape = self._registry.shape(bound)
        return [from_remote(shape, completed(self._api, shape, row)) for row in rows]

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
