"""Where each database's reading stands; pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.errors import StartOver

SMALL = 100
"""Rows up to which a database is read whole each time: one request."""
OVERLAP = timedelta(minutes=2)
"""Read again what was edited this long before: edit times are cut to the minute."""
SWEEP = timedelta(minutes=10)
"""How often a larger database is read whole, to learn of rows that left it."""
_ALIKE = timedelta(minutes=3)
"""How far the newest edit may be from the service's date to call their clocks one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far one data source has been read.

    rows: how many it held when last read whole, at ``swept`` (by our clock).
    newest: the latest edit time seen; polled: the service's date when last asked.
    alike: edit times and the service's date have been seen to agree.
    """

    rows: int
    swept: str
    newest: str = ""
    polled: str = ""
    alike: bool = False

    def is_whole(self, now: datetime) -> bool:
        """Say whether everything is to be read now, not only what changed."""
        since = now - _at(self.swept)
        return self.rows <= SMALL or not self.newest or not timedelta() <= since < SWEEP

    def since(self) -> datetime:
        """Return the edit time from which to read."""
        start = _at(self.newest)
        if self.alike and self.polled:
            start = max(start, _at(self.polled) - _ALIKE)
        return start - OVERLAP


def after(
    before: Place | None,
    edits: list[datetime],
    *,
    whole_at: datetime | None,
    polled: datetime | None,
) -> Place:
    """Return the place after a reading that saw rows with these edit times.

    whole_at: our clock, if the reading was of everything.
    """
    newest = max(
        [*edits, *([_at(before.newest)] if before and before.newest else [])], default=None
    )
    alike = before.alike if before else False
    if newest and polled and abs(polled - newest) <= _ALIKE:
        alike = True
    elif newest and polled and newest > polled:
        alike = False
    rows, swept = (before.rows, before.swept) if before else (0, "")
    return Place(
        rows=len(edits) if whole_at else rows,
        swept=whole_at.isoformat() if whole_at else swept,
        newest=newest.isoformat() if newest else "",
        polled=polled.isoformat() if polled else "",
        alike=alike,
    )


def places_from(cursor: str | None) -> dict[str, Place]:
    """Read a cursor. Raises ``StartOver`` for one that was not written here."""
    if cursor is None:
        return {}
    try:
        raw: Mapping[str, Any] = json.loads(cursor)
        return {source: _checked(Place(**place)) for source, place in raw["sources"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StartOver("The place in Notion is not readable: reading everything.") from error


def cursor_of(places: Mapping[str, Place]) -> str:
    """Write a cursor."""
    sources = {source: asdict(place) for source, place in places.items()}
    return json.dumps({"sources": sources}, sort_keys=True)


def _checked(place: Place) -> Place:
    for text in (place.swept, place.newest, place.polled):
        if text:
            _at(text)
    return place


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
