"""Reading what is completed: listings of what is active do not show it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.border import Sorted
from syncd.errors import Gone, SkipItem
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd_todoist.border import Json, sorted_of
from syncd_todoist.client import Client
from syncd_todoist.records import Records

_WINDOW = timedelta(days=89)  # completed tasks are listed for at most three months
_WINDOWS = 4
_MARGIN = timedelta(days=1)
"""How far Todoist's clock may be from ours."""


class Finished:
    """The completed tasks."""

    def __init__(self, client: Client, records: Records, clock: Clock) -> None:
        self._client = client
        self._records = records
        self._clock = clock
        self._begun: datetime | None = None

    def one(self, remote: RemoteId) -> Json | None:
        """Return a completed task; None if there is none of that id.

        ``SkipItem`` where it is there and can't be read, or may be what has no id.
        """
        nameless: list[str] = []
        until = self._clock.now() + _MARGIN
        for _ in range(_WINDOWS):
            since = until - _WINDOW
            rows = self._client.completed(since, until, lambda page: _has(page, remote))
            found = _sorted(rows)
            if remote in found.unread:
                raise SkipItem(found.unread[remote])
            if remote in found.good:
                return found.good[remote]
            nameless += found.nameless
            until = since
        if nameless:
            raise SkipItem(nameless[0])
        return None

    def with_links(self) -> Sorted:
        """Return the completed tasks that carry a link, where nothing else is known of them.

        A full sync shows what is active alone: with syncd's state lost, a task that was
        ticked since would look as if it had never been made.
        """
        if self._records.knows_links:
            return Sorted()
        found = self._here(None)
        good = {
            one: raw
            for one, raw in found.good.items()
            if self._records.remote(Kind.TASK, raw).link
        }
        return replace(found, good=good)

    def since(self, read_at: str) -> Sorted:
        """Return what was completed since a reading whose cursor is no longer good.

        A full sync shows what is active alone: what was added and ticked since would never
        have been seen.
        """
        if not read_at:
            return Sorted()
        return self._here(_moment(read_at))

    def _here(self, since: datetime | None) -> Sorted:
        """Return what was completed in syncd's project."""
        try:
            found = self._listed(since)
        except (Gone, SkipItem):
            self._begun = None
            return Sorted()
        good = {one: raw for one, raw in found.good.items() if self._records.is_here(raw)}
        return replace(found, good=good)

    def _listed(self, since: datetime | None) -> Sorted:
        """Read a listing; where it was interrupted, also what was completed meanwhile."""
        until = self._clock.now() + _MARGIN
        begun = self._begun or until
        self._begun = begun
        start = begun - _WINDOW
        rows = list(self._client.completed(max(since, start) if since else start, begun))
        if begun != until:
            again = max(begun - 2 * _MARGIN, until - _WINDOW)
            rows += self._client.completed(again, until)
        self._begun = None
        return _sorted(rows)


def _sorted(rows: Any) -> Sorted:
    done = [{"checked": True, **raw} if isinstance(raw, Mapping) else raw for raw in rows]
    return sorted_of(Kind.TASK, done)


def _has(page: list[Any], remote: str) -> bool:
    return any(isinstance(raw, Mapping) and raw.get("id") == remote for raw in page)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) - _MARGIN
    except (ValueError, OverflowError):
        return None
