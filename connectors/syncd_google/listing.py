"""Reading the calendar: everything, or what changed since a cursor."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from syncd.connect.border import Pages, Sorted, sort_out
from syncd.errors import Forbidden, Gone, HoldTool, NotFound, Refused, StartOver
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_google import border, events, mapping
from syncd_google.provision import BoundCalendar

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import GoogleClient

Json = dict[str, Any]

QUERY = {"maxResults": 2500, "showDeleted": True}
"""What the first request and every later one ask for alike, as sync tokens need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPull:
    """What reading the calendar brought.

    zone: the calendar's, as the service states it, if it is one.
    colours: (goal, colour) of the learning blocks that have both.
    persons_events: whether the person keeps something there that takes their time.
    """

    pull: Pull
    zone: str
    colours: tuple[tuple[str, str], ...]
    persons_events: bool


def pull(
    client: "GoogleClient", pages: Pages, calendar: BoundCalendar, cursor: str | None
) -> CalendarPull:
    """Return what changed, or everything.

    Raises ``StartOver`` for a cursor that is of no use, ``HoldTool`` where the
    calendar itself is gone or closed to us.
    """
    token = _token(calendar, cursor) if cursor else None
    try:
        listed = _pages(client, pages, calendar, token)
    except NotFound as error:
        raise calendar_lost(calendar) from error
    except Gone as error:
        if token is None:  # then it is not the token that is gone
            raise calendar_lost(calendar) from error
        raise StartOver("Google no longer knows what it told syncd: reading all.") from error
    except (Refused, Forbidden) as error:
        if token and isinstance(error, Refused):
            raise StartOver("Google does not know the sync token: reading all.") from error
        raise HoldTool(f"The calendar cannot be read: {error}") from error
    pages.forget()  # what else was interrupted is older than this
    return _calendar_pull(calendar, listed, whole=token is None)


def _calendar_pull(calendar: BoundCalendar, pages: list[Json], *, whole: bool) -> CalendarPull:
    rows = [row for page in pages for row in page["items"]]
    entries = sort_out(rows, border.EventShape, border.TITLE, border.named)
    zone, problems = _zone(pages[-1].get("timeZone", ""), calendar.zone)
    after = BoundCalendar(id=calendar.id, zone=zone)
    pull = _pull(entries, after, pages[-1].get("nextSyncToken"), whole=whole)
    good = entries.good.values()
    return CalendarPull(
        pull=replace(pull, problems=(*pull.problems, *problems)),
        zone=zone,
        colours=tuple(_colours(good)),
        persons_events=any(is_persons_event(event) for event in good),
    )


def is_persons_event(event: Json) -> bool:
    """Say whether an event is the person's own, or their copy of one, and takes time."""
    free = event.get("transparency") == "transparent"
    return not (free or events.is_gone(event) or events.is_own(event))


def calendar_lost(calendar: BoundCalendar) -> HoldTool:
    """Return the error that says that the calendar is gone."""
    return HoldTool(
        f"The calendar {calendar.id} is gone from Google Calendar: bring it back there, or put "
        "the id of another one in `calendar` under [connectors.google]."
    )


def _token(calendar: BoundCalendar, cursor: str) -> str:
    try:
        kept = json.loads(cursor)
        same = kept["calendar"] == calendar.id and kept["query"] == QUERY
        token = str(kept["token"])
    except (ValueError, KeyError, TypeError):
        same, token = False, ""  # not one of ours
    if not same:
        raise StartOver("The cursor is of another calendar or another syncd: reading all.")
    return token


def _pages(
    client: "GoogleClient", pages: Pages, calendar: BoundCalendar, token: str | None
) -> list[Json]:
    query: dict[str, Any] = QUERY | ({"syncToken": token} if token else {})

    def ask(cursor: str | None) -> Json:
        return client.events(calendar.id, query | ({"pageToken": cursor} if cursor else {}))

    return border.read_pages(pages, f"{calendar.id} {token}", ask)


def _pull(entries: Sorted, calendar: BoundCalendar, token: str | None, *, whole: bool) -> Pull:
    single = [event for event in entries.good.values() if not events.is_instance(event)]
    gone = [event for event in single if events.is_gone(event)]
    kept = {"calendar": calendar.id, "query": QUERY, "token": token}
    complete = not (entries.nameless or entries.unread)
    return Pull(
        items=tuple(_items(single, calendar.zone)),
        gone=frozenset(RemoteId(str(event["id"])) for event in gone),
        last=tuple(
            mapping.from_remote(event, calendar.zone) for event in gone if has_details(event)
        ),
        unread=entries.unread,
        whole=frozenset(mapping.CARRIES) if whole and not entries.nameless else frozenset(),
        cursor=json.dumps(kept, sort_keys=True) if token and complete else None,
        problems=tuple(dict.fromkeys(entries.nameless)),
    )


def _zone(stated: str, known: str) -> tuple[str, tuple[str, ...]]:
    """Return the calendar's zone, and what is wrong with the one that is stated."""
    if not stated or events.zone_named(stated):
        return stated or known, ()
    return known, (
        f"Google Calendar says that the calendar is in {events.quoted(stated)}, which is no time "
        f"zone that syncd knows, so it goes on with {known}: choose another zone in the "
        "calendar's settings.",
    )


def _items(single: list[Json], zone: str) -> list[Remote]:
    """Return syncd's own events; what the person keeps beside them is theirs."""
    alive = (event for event in single if not events.is_gone(event))
    return [mapping.from_remote(event, zone) for event in alive if events.mark_of(event)]


def has_details(event: Json) -> bool:
    """Say whether a deleted event states more than its id."""
    return {"summary", "start", "end"} <= event.keys() and bool(events.mark_of(event))


def _colours(listed: Iterable[Json]) -> Iterator[tuple[str, str]]:
    for event in listed:
        goal, colour = mapping.goal_of(event), events.text(event, "colorId")
        if goal and colour and not events.is_gone(event):
            yield goal, colour
