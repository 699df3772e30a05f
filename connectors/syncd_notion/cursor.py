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
class ReadPosition:
    """How far one data source has been read; times are ISO 8601, "" where unknown.

    rows: how many it held when last read whole, at ``swept`` (by our clock).
    newest: the latest edit time seen; polled: the service's date when last asked.
    alike: edit times and the service's date have been seen to agree.
    sure: when it was last certain, by our clock, that the database itself is there.
    learnt: when its schema was last read for options that it lacked.
    """

    rows: int
    swept: str
    newest: str = ""
    polled: str = ""
    alike: bool = False
    sure: str = ""
    learnt: str = ""

    def is_whole(self, now: datetime) -> bool:
        """Say whether everything is to be read now, not only what changed."""
        return self.rows <= SMALL or not self.newest or _is_due(self.swept, now)

    def is_doubtful(self, now: datetime) -> bool:
        """Say whether an empty listing may be that of a database in the trash.

        A database that held rows is doubted at once; one that was empty before, only
        now and then.
        """
        return self.rows > 0 or _is_due(self.sure, now)

    def may_be_mended(self, now: datetime) -> bool:
        """Say whether it is time to look if what its schema lacked has been added."""
        return _is_due(self.learnt, now)

    def since(self) -> datetime:
        """Return the edit time from which to read.

        That is the newest edit seen, or, once the service's date is known to be the
        clock of its edits, that of the last reading.
        """
        start, polled = _at(self.newest), _at(self.polled) if self.polled else None
        if polled is not None and polled < start:
            start = polled  # the service's clock was put back
        elif polled is not None and self.alike:
            start = max(start, polled - _ALIKE)
        return start - OVERLAP

    def went_back(self, polled: datetime | None) -> bool:
        """Say whether the service's clock has been put back since the last reading."""
        return bool(self.polled and polled and polled < _at(self.polled) - OVERLAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """What one reading saw.

    edits: the edit times of the rows; polled: the service's date at its start, if known.
    whole: everything was read; sure: the database itself was seen to be there.
    learnt: its schema was read.
    """

    at: datetime
    rows: int
    edits: list[datetime]
    polled: datetime | None
    whole: bool
    sure: bool
    learnt: bool = False


def position_after(before: ReadPosition | None, reading: ReadResult) -> ReadPosition:
    """Return the place after a reading."""
    last = before or ReadPosition(rows=0, swept="")
    newest = _newest(last, reading)
    now = reading.at.isoformat()
    return ReadPosition(
        rows=reading.rows if reading.whole else last.rows,
        swept=now if reading.whole else last.swept,
        newest=newest.isoformat() if newest else "",
        polled=reading.polled.isoformat() if reading.polled else "",
        alike=_agree(newest, reading.polled, before=last.alike),
        sure=now if reading.sure else last.sure,
        learnt=now if reading.learnt else last.learnt,
    )


def _newest(before: ReadPosition, reading: ReadResult) -> datetime | None:
    kept = [] if reading.whole or not before.newest else [_at(before.newest)]
    return max([*reading.edits, *kept], default=None)


def _agree(newest: datetime | None, polled: datetime | None, *, before: bool) -> bool:
    if newest is None or polled is None:
        return before
    return abs(polled - newest) <= _ALIKE or (before and polled > newest)


def _is_due(last: str, now: datetime) -> bool:
    return not last or not timedelta() <= now - _at(last) < SWEEP


def positions_from(cursor: str | None) -> dict[str, ReadPosition]:
    """Read a cursor. Raises ``StartOver`` for one that was not written here."""
    if cursor is None:
        return {}
    try:
        raw: Mapping[str, Any] = json.loads(cursor)
        return {
            source: _checked(ReadPosition(**place)) for source, place in raw["sources"].items()
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StartOver("The place in Notion is not readable: reading everything.") from error


def cursor_of(places: Mapping[str, ReadPosition]) -> str:
    """Write a cursor."""
    sources = {source: asdict(place) for source, place in places.items()}
    return json.dumps({"sources": sources}, sort_keys=True)


def _checked(place: ReadPosition) -> ReadPosition:
    for text in (place.swept, place.newest, place.polled, place.sure, place.learnt):
        if text:
            _at(text)
    return place


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
