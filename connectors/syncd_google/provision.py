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
