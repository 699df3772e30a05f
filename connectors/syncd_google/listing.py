"""Reading the calendar: everything, or what changed since a cursor."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncd.errors import Forbidden, Gone, HoldTool, NotFound, Refused, StartOver, TryLater
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_google import blocks, events, mapping
from syncd_google.provision import Calendar

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import Client

Json = dict[str, Any]

QUERY = {"maxResults": 2500, "showDeleted": True}
"""What the first request and every later one ask for alike, as sync tokens need."""
_LONGEST = 1000  # pages; a listing that does not end is an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What reading the calendar brought.

    zone: the calendar's, as the service states it.
    colours: (goal, colour) of the learning blocks that have both.
    guests: whether the person keeps something there that takes their time.
    """

    pull: Pull
    zone: str | None
    colours: tuple[tuple[str, str], ...]
    guests: bool


def pull(client: "Client", calendar: Calendar, cursor: str | None) -> Listed:
    """Return what changed, or everything.

    Raises ``StartOver`` for a cursor that is of no use, ``HoldTool`` where the
    calendar itself is gone or closed to us.
    """
    token = _token(calendar, cursor) if cursor else None
    try:
        found, last = _pages(client, calendar.id, token)
    except NotFound as error:
        raise lost(calendar) from error
    except Gone as error:
        if token is None:  # then it is not the token that is gone
            raise lost(calendar) from error
        raise StartOver("Google no longer knows what it told syncd: reading all.") from error
    except (Refused, Forbidden) as error:
        if token and isinstance(error, Refused):
            raise StartOver("Google does not know the sync token: reading all.") from error
        raise HoldTool(f"The calendar cannot be read: {error}") from error
    zone = last.get("timeZone")
    after = Calendar(id=calendar.id, zone=str(zone or calendar.zone))
    return Listed(
        pull=_pull(found, after, last.get("nextSyncToken"), whole=token is None),
        zone=zone,
        colours=tuple(_colours(found)),
        guests=any(is_guest(one) for one in found),
    )


def is_guest(event: Json) -> bool:
    """Say whether an event is the person's own, or their copy of one, and takes time."""
    free = event.get("transparency") == "transparent"
    return not (free or events.is_gone(event) or events.is_own(event))


def lost(calendar: Calendar) -> HoldTool:
    """Return the error that says that the calendar is gone."""
    return HoldTool(
        f"The calendar {calendar.id} is gone from Google Calendar: bring it back there, or put "
        "the id of another one in `calendar` under [connectors.google]."
    )


def _token(calendar: Calendar, cursor: str) -> str:
    try:
        kept = json.loads(cursor)
        if kept["calendar"] == calendar.id and kept["query"] == QUERY:
            return str(kept["token"])
    except (ValueError, KeyError, TypeError):
        pass  # not one of ours
    raise StartOver("The cursor is of another calendar or another syncd: reading all.")


def _pages(client: "Client", calendar: str, token: str | None) -> tuple[list[Json], Json]:
    """Return every event once, as stated last, and the last page."""
    query: dict[str, Any] = QUERY | ({"syncToken": token} if token else {})
    found: dict[str, Json] = {}
    for _ in range(_LONGEST):
        page = client.events(calendar, query)
        for event in page.get("items", ()):
            found[str(event.get("id"))] = event
        if not page.get("nextPageToken"):
            return list(found.values()), page
        query["pageToken"] = page["nextPageToken"]
    raise TryLater("Google's list of events does not end: trying again later.")


def _pull(found: list[Json], calendar: Calendar, token: str | None, *, whole: bool) -> Pull:
    own = [event for event in found if not events.is_instance(event)]
    kept = {"calendar": calendar.id, "query": QUERY, "token": token}
    return Pull(
        items=tuple(_items(own, calendar.zone)),
        gone=frozenset(RemoteId(str(one["id"])) for one in own if events.is_gone(one)),
        last=tuple(
            mapping.from_remote(one, calendar.zone)
            for one in own
            if events.is_gone(one) and tells(one)
        ),
        whole=frozenset(mapping.CARRIES) if whole else frozenset(),
        cursor=json.dumps(kept, sort_keys=True) if token else None,
    )


def _items(found: list[Json], zone: str) -> list[Remote]:
    """Return syncd's own events; what the person keeps beside them is theirs."""
    alive = (one for one in found if not events.is_gone(one))
    return [mapping.from_remote(one, zone) for one in alive if events.mark_of(one)]


def tells(event: Json) -> bool:
    """Say whether a deleted event is told of with more than its id."""
    return {"summary", "start", "end"} <= event.keys() and bool(events.mark_of(event))


def _colours(found: list[Json]) -> Iterator[tuple[str, str]]:
    for event in found:
        goal, colour = blocks.goal_of(event), events.text(event, "colorId")
        if goal and colour and not events.is_gone(event):
            yield goal, colour
