"""Finding syncd's own calendar among the user's, and making it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncd.connect.border import Pages, fault
from syncd.errors import (
    Forbidden,
    Gone,
    HoldTool,
    Mistake,
    NotFound,
    SkipItem,
    TryLater,
    Unclear,
)
from syncd_google import border, events
from syncd_google.errors import ScopeMissing
from syncd_google.settings import GoogleSettings

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import GoogleClient
import json
from collections.abc import Iterable
from dataclasses import replace

from syncd.connect.border import Sorted, sort_out
from syncd.errors import Refused, StartOver
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull, Remote
from syncd_google import mapping

Json = dict[str, Any]

MARKER = "Kept by syncd"
"""By these words in its description the calendar is found again."""
DESCRIPTION = (
    f"{MARKER}: milestones and learning time of your plan. What you move, rename or "
    "delete here, syncd follows."
)
_ROLES = frozenset({"freeBusyReader", "reader", "writer", "owner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCalendar:
    """A calendar that is bound: its id and its zone."""

    id: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSearch:
    """What looking brought: the calendar if there is one, and what the person should know."""

    calendar: BoundCalendar | None = None
    problems: tuple[str, ...] = field(default=())


def look(
    client: "GoogleClient", pages: Pages, settings: GoogleSettings, zone: str
) -> CalendarSearch:
    """Look for the calendar: by the id in the settings, by syncd's words, by its name.

    Raises ``Mistake`` where the settings name a calendar that can't be it, ``HoldTool``
    where it is there but this sign-in may not use it, ``TryLater`` where one can't be read
    that may be it.
    """
    if settings.names_an_id:
        return CalendarSearch(calendar=_by_id(client, settings.calendar, zone))
    try:
        with _or_hold(settings):
            entries = list(_owned(client, pages, settings))
    except ScopeMissing:
        # calendarList.list needs a scope beside that for the own calendar.
        return CalendarSearch(problems=(_blind(settings),))
    kept = [entry for entry in entries if _marked(entry)]
    if kept:
        kept.sort(key=lambda entry: (not _named(entry, settings.calendar), entry["id"]))
        return CalendarSearch(calendar=_usable(client, kept[0], zone), problems=_doubled(kept))
    for entry in entries:
        if _named(entry, settings.calendar) and _open(client, entry):
            return CalendarSearch(calendar=_calendar(entry, zone))
    return CalendarSearch()


def make(
    client: "GoogleClient", pages: Pages, settings: GoogleSettings, zone: str
) -> BoundCalendar:
    """Make the calendar, unless an earlier try whose reply was lost has made it."""
    search = look(client, pages, settings, zone)
    if search.calendar is not None:
        return search.calendar
    body = {"summary": settings.calendar, "description": DESCRIPTION, "timeZone": zone}
    try:
        with _or_hold(settings):
            return _calendar(_made(client.new_calendar(body)), zone)
    except Unclear:
        search = look(client, pages, settings, zone)
        if search.calendar is None:
            raise
        return search.calendar


@contextmanager
def _or_hold(settings: GoogleSettings) -> Iterator[None]:
    """Turn what would concern one event into what concerns the whole tool."""
    try:
        yield
    except NotFound as error:
        raise Mistake(
            f"There is no Calendar API at {settings.base_url}: correct `base_url` under "
            "[connectors.google]."
        ) from error
    except SkipItem as error:
        raise HoldTool(f"The calendar cannot be found or made: {error}") from error


def _owned(client: "GoogleClient", pages: Pages, settings: GoogleSettings) -> Iterator[Json]:
    """Yield the calendars that may be syncd's. Raises ``TryLater`` for one of which nobody
    can tell: taken for another's, it would lead to a second one."""
    for page in border.read_pages(pages, "calendars", client.calendars):
        for entry in page["items"]:
            wrong = fault(entry, border.CalendarEntryShape) or _role_unknown(entry, settings)
            if wrong:
                raise TryLater(_doubtful(entry, wrong))
            own = entry["accessRole"] == "owner" and not entry.get("primary")
            if own and not entry.get("deleted"):
                yield entry


def _role_unknown(entry: Json, settings: GoogleSettings) -> str:
    """Return what can't be told of a calendar that looks like syncd's: whose it is."""
    ours = _marked(entry) or _named(entry, settings.calendar)
    return "accessRole" if ours and entry["accessRole"] not in _ROLES else ""


def _doubtful(entry: object, wrong: str) -> str:
    title = entry.get("summary") if isinstance(entry, dict) else None
    which = events.quoted(title) if isinstance(title, str) and title.strip() else "a calendar"
    return (
        f"Google Calendar lists {which} in a form that can't be read (`{wrong}`), so nobody "
        "knows whether syncd has its own already: trying again later; if that lasts, update "
        "syncd."
    )


def _made(answer: Json) -> Json:
    """Return the calendar that was made. Raises ``Unclear`` where the answer is of none."""
    if fault(answer, border.CalendarShape):
        raise border.unclear()
    return answer


def _by_id(client: "GoogleClient", calendar: str, zone: str) -> BoundCalendar:
    try:
        entry = border.calendar(client.calendar(calendar), calendar)
    except (Gone, Forbidden) as error:
        raise Mistake(
            f"There is no calendar {calendar} that syncd may use: correct `calendar` under "
            "[connectors.google]."
        ) from error
    return _calendar(entry, zone)


def _usable(client: "GoogleClient", entry: Json, zone: str) -> BoundCalendar:
    if _open(client, entry):
        return _calendar(entry, zone)
    raise HoldTool(
        f"There is a calendar {events.quoted(entry.get('summary', ''))} that syncd kept, but this sign-in may "
        "not use it: sign in with the OAuth client that made it (`syncd auth google`)."
    )


def _open(client: "GoogleClient", entry: Json) -> bool:
    """Say whether this sign-in may use a calendar; listing one does not prove it."""
    try:
        border.calendar(client.calendar(entry["id"]), entry["id"])
    except (NotFound, Forbidden, ScopeMissing):
        return False
    return True


def _calendar(entry: Json, zone: str) -> BoundCalendar:
    known = events.zone_named(entry.get("timeZone"))
    return BoundCalendar(id=entry["id"], zone=known.key if known else zone)


def _marked(entry: Json) -> bool:
    return MARKER in entry.get("description", "")


def _named(entry: Json, name: str) -> bool:
    return name in (entry.get("summary"), entry.get("summaryOverride"))


def _doubled(kept: list[Json]) -> tuple[str, ...]:
    if len(kept) == 1:
        return ()
    return (
        f"There are {len(kept)} calendars kept by syncd; {events.quoted(kept[0].get('summary', ''))} is used: "
        "put the id of the right one in `calendar` under [connectors.google].",
    )


def _blind(settings: GoogleSettings) -> str:
    return (
        f"syncd may not list your calendars, so it cannot tell whether '{settings.calendar}' "
        "is there already: run `syncd auth google` and tick every box, or put the calendar's "
        "id in `calendar` under [connectors.google]."
    )


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
