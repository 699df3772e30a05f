"""Reading the calendar: everything, or what changed since a cursor."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from syncd.connect.border import Pages, Sorted, sort_out
from syncd.errors import Forbidden, Gone, HoldTool, NotFound, Refused, StartOver
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_google import blocks, border, events, mapping, titles
from syncd_google.provision import Calendar
from syncd_google.walking import walk

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import Client

Json = dict[str, Any]

QUERY = {"maxResults": 2500, "showDeleted": True}
"""What the first request and every later one ask for alike, as sync tokens need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What reading the calendar brought.

    zone: the calendar's, as the service states it, if it is one.
    colours: (goal, colour) of the learning blocks that have both.
    guests: whether the person keeps something there that takes their time.
    """

    pull: Pull
    zone: str
    colours: tuple[tuple[str, str], ...]
    guests: bool


def pull(client: "Client", pages: Pages, calendar: Calendar, cursor: str | None) -> Listed:
    """Return what changed, or everything.

    Raises ``StartOver`` for a cursor that is of no use, ``HoldTool`` where the
    calendar itself is gone or closed to us.
    """
    token = _token(calendar, cursor) if cursor else None
    try:
        told = _pages(client, pages, calendar, token)
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
    pages.forget()  # what else was interrupted is older than this
    return _listed(calendar, told, whole=token is None)


def _listed(calendar: Calendar, told: list[Json], *, whole: bool) -> Listed:
    rows = [row for page in told for row in page["items"]]
    found = sort_out(rows, border.Event, border.TITLE, border.named)
    zone, problems = _zone(told[-1].get("timeZone", ""), calendar.zone)
    after = Calendar(id=calendar.id, zone=zone)
    pull = _pull(found, after, told[-1].get("nextSyncToken"), whole=whole)
    good = found.good.values()
    return Listed(
        pull=replace(pull, problems=(*pull.problems, *problems)),
        zone=zone,
        colours=tuple(_colours(good)),
        guests=any(is_guest(one) for one in good),
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


def _pages(client: "Client", pages: Pages, calendar: Calendar, token: str | None) -> list[Json]:
    query: dict[str, Any] = QUERY | ({"syncToken": token} if token else {})

    def ask(cursor: str | None) -> Json:
        return client.events(calendar.id, query | ({"pageToken": cursor} if cursor else {}))

    return walk(pages, f"{calendar.id} {token}", ask)


def _pull(found: Sorted, calendar: Calendar, token: str | None, *, whole: bool) -> Pull:
    own = [event for event in found.good.values() if not events.is_instance(event)]
    kept = {"calendar": calendar.id, "query": QUERY, "token": token}
    told = not (found.nameless or found.unread)
    return Pull(
        items=tuple(_items(own, calendar.zone)),
        gone=frozenset(RemoteId(str(one["id"])) for one in own if events.is_gone(one)),
        last=tuple(
            mapping.from_remote(one, calendar.zone)
            for one in own
            if events.is_gone(one) and tells(one)
        ),
        unread=found.unread,
        whole=frozenset(mapping.CARRIES) if whole and not found.nameless else frozenset(),
        cursor=json.dumps(kept, sort_keys=True) if token and told else None,
        problems=tuple(dict.fromkeys(found.nameless)),
    )


def _zone(stated: str, known: str) -> tuple[str, tuple[str, ...]]:
    """Return the calendar's zone, and what is wrong with the one that is stated."""
    if not stated or events.zone_named(stated):
        return stated or known, ()
    return known, (
        f"Google Calendar says that the calendar is in {titles.shown(stated)}, which is no time "
        f"zone that syncd knows, so it goes on with {known}: choose another zone in the "
        "calendar's settings.",
    )


def _items(found: list[Json], zone: str) -> list[Remote]:
    """Return syncd's own events; what the person keeps beside them is theirs."""
    alive = (one for one in found if not events.is_gone(one))
    return [mapping.from_remote(one, zone) for one in alive if events.mark_of(one)]


def tells(event: Json) -> bool:
    """Say whether a deleted event is told of with more than its id."""
    return {"summary", "start", "end"} <= event.keys() and bool(events.mark_of(event))


def _colours(found: Iterable[Json]) -> Iterator[tuple[str, str]]:
    for event in found:
        goal, colour = blocks.goal_of(event), events.text(event, "colorId")
        if goal and colour and not events.is_gone(event):
            yield goal, colour
