"""Finding syncd's own calendar among the user's, and making it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
from syncd_google.refusals import NotAllowed
from syncd_google.settings import GoogleSettings

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import Client

Json = dict[str, Any]

MARKER = "Kept by syncd"
"""By these words in its description the calendar is found again."""
DESCRIPTION = (
    f"{MARKER}: milestones and learning time of your plan. What you move, rename or "
    "delete here, syncd follows."
)
_LONGEST = 100  # pages of a calendar list; nobody has 25,000 calendars


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A calendar that is bound: its id and its zone."""

    id: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What looking brought: the calendar if there is one, and what the person should know."""

    calendar: Calendar | None = None
    problems: tuple[str, ...] = field(default=())


def look(client: "Client", settings: GoogleSettings, zone: str) -> Found:
    """Look for the calendar: by the id in the settings, by syncd's words, by its name.

    Raises ``Mistake`` where the settings name a calendar that can't be it, ``HoldTool``
    where it is there but this sign-in may not use it.
    """
    if settings.names_an_id:
        return Found(calendar=_by_id(client, settings.calendar, zone))
    try:
        with _or_hold(settings):
            entries = list(_owned(client))
    except NotAllowed:
        # calendarList.list needs a scope beside that for the own calendar.
        return Found(problems=(_blind(settings),))
    kept = [one for one in entries if MARKER in str(one.get("description", ""))]
    if kept:
        kept.sort(key=lambda one: (not _named(one, settings.calendar), one["id"]))
        return Found(calendar=_usable(client, kept[0], zone), problems=_doubled(kept))
    for entry in entries:
        if _named(entry, settings.calendar) and _open(client, entry):
            return Found(calendar=_calendar(entry, zone))
    return Found()


def make(client: "Client", settings: GoogleSettings, zone: str) -> Calendar:
    """Make the calendar, unless an earlier try whose reply was lost has made it."""
    found = look(client, settings, zone)
    if found.calendar is not None:
        return found.calendar
    body = {"summary": settings.calendar, "description": DESCRIPTION, "timeZone": zone}
    try:
        with _or_hold(settings):
            return _calendar(client.new_calendar(body), zone)
    except Unclear:
        found = look(client, settings, zone)
        if found.calendar is None:
            raise
        return found.calendar


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


def _owned(client: "Client") -> Iterator[Json]:
    page = None
    for _ in range(_LONGEST):
        answer = client.calendars(page)
        for entry in answer.get("items", ()):
            own = entry.get("accessRole") == "owner" and not entry.get("primary")
            if own and not entry.get("deleted") and entry.get("id"):
                yield entry
        page = answer.get("nextPageToken")
        if not page:
            return
    raise TryLater("Google's list of calendars does not end: trying again later.")


def _by_id(client: "Client", calendar: str, zone: str) -> Calendar:
    try:
        found = client.calendar(calendar)
    except (Gone, Forbidden) as error:
        raise Mistake(
            f"There is no calendar {calendar} that syncd may use: correct `calendar` under "
            "[connectors.google]."
        ) from error
    return _calendar(found, zone)


def _usable(client: "Client", entry: Json, zone: str) -> Calendar:
    if _open(client, entry):
        return _calendar(entry, zone)
    raise HoldTool(
        f"There is a calendar '{entry.get('summary')}' that syncd kept, but this sign-in may "
        "not use it: sign in with the OAuth client that made it (`syncd auth google`)."
    )


def _open(client: "Client", entry: Json) -> bool:
    """Say whether this sign-in may use a calendar; listing one does not prove it."""
    try:
        client.calendar(entry["id"])
    except (NotFound, Forbidden, NotAllowed):
        return False
    return True


def _calendar(entry: Json, zone: str) -> Calendar:
    known: Any = entry.get("timeZone")
    return Calendar(id=str(entry["id"]), zone=str(known or zone))


def _named(entry: Json, name: str) -> bool:
    return name in (entry.get("summary"), entry.get("summaryOverride"))


def _doubled(kept: list[Json]) -> tuple[str, ...]:
    if len(kept) == 1:
        return ()
    return (
        f"There are {len(kept)} calendars kept by syncd; '{kept[0].get('summary')}' is used: "
        "put the id of the right one in `calendar` under [connectors.google].",
    )


def _blind(settings: GoogleSettings) -> str:
    return (
        f"syncd may not list your calendars, so it cannot tell whether '{settings.calendar}' "
        "is there already: run `syncd auth google` and tick every box, or put the calendar's "
        "id in `calendar` under [connectors.google]."
    )
