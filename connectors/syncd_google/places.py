"""Pure: when a block's event takes place, and whether syncd put it there."""

from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.values import BlockState, Moment
from syncd_google import events
from syncd_google.events import Json

Times = tuple[Moment | None, ...]
"""A start and an end, as far as they can be read."""
AT = "syncd-at"
"""Where syncd itself put the event: elsewhere it is by its person's hand."""
BY_HAND = "by hand"

_UTC = ZoneInfo("UTC")


def times_of(event: Json, zone: str) -> Times:
    """Return when an event starts and ends, as far as that can be read."""
    return tuple(moment(events.part(event, name), zone) for name in ("start", "end"))


def place_of(times: Times) -> str:
    """Return an event's time as it is kept; "" where it has none, or no length."""
    start, end = times
    if start is None or end is None or end.at <= start.at:
        return ""
    return f"{start.at.isoformat()}/{end.at.isoformat()}"


def state_of(event: Json, times: Times) -> BlockState | None:
    """Say whether an event is where syncd put it, or where its person did.

    None where that can't be read.
    """
    put = events.told(events.private(event), AT)
    now = place_of(times)
    if put is None or (put and not now and _lacks_time(event, times)):
        return None
    if not put or not now or put == now:
        return BlockState.PUBLISHED
    return BlockState.PINNED if put == BY_HAND or _is_place(put) else None


def _lacks_time(event: Json, times: Times) -> bool:
    """Say whether a time can't be read; that of a whole day can."""
    stated = zip(times, ("start", "end"), strict=True)
    return any(it is None and events.day(events.part(event, at)) is None for it, at in stated)


def _is_place(put: str) -> bool:
    """Say whether this is what ``place_of`` makes of a time."""
    return all(events.instant(one) for one in put.split("/")) and put.count("/") == 1


def stated(moment: Any, zone: str) -> dict[str, Any]:
    """Return a moment as an event states it."""
    known = events.zone_named(moment.zone) or events.zone_named(zone) or _UTC
    return {"dateTime": moment.at.astimezone(known).isoformat(), "timeZone": known.key}


def moment(time: Json, zone: str) -> Moment | None:
    """Return a moment; the zone is that of the event, else the calendar's."""
    at, named = events.local(time, zone), events.zone_named(time.get("timeZone", zone))
    if at is None or named is None:
        return None
    return Moment(at, named.key).to_the_minute()
