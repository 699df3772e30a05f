"""Pure: what Google's replies must be before anything of them is believed.

The keys are those of the Calendar API's reference. What it may leave out has a default;
it never states null.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from syncd.connect.border import (
    MOST_OF_A_TOKEN,
    Id,
    Pages,
    Shape,
    fault,
    next_of,
    unreadable,
)
from syncd.errors import Gone, NotFound, Refused, SkipItem, TryLater, Unclear
from syncd.model.ids import RemoteId

Json = dict[str, Any]

TITLE = "Google Calendar"
_NOT_ASKED_FOR = f"{TITLE}'s answer is not what was asked for"

Word = Annotated[str, Field(max_length=1024)]
"""A text that decides something; one with halves of characters is none."""
Token = Annotated[str, Field(max_length=MOST_OF_A_TOKEN)]


class UnreadableEvent(SkipItem):
    """What is there can't be read: nobody knows what it is now."""


class PrivateShape(Shape):
    """What an event keeps for syncd, as far as it says whose it is, and of which kind."""

    mark: Word = Field(default="", alias="syncd")
    kind: Literal["block"] | None = Field(default=None, alias="syncd-kind")

    @field_validator("kind", mode="before")
    @classmethod
    def _stated(cls, kind: object) -> object:
        return "" if kind is None else kind  # where it is stated at all, it is a word


class ExtendedShape(Shape):
    """The extended properties."""

    private: PrivateShape = Field(default=PrivateShape())


class EventShape(Shape):
    """An event; a deleted one may state no more than its id."""

    id: Id
    status: Literal["confirmed", "tentative", "cancelled"] = "confirmed"
    etag: str = Field(default="", pattern=r"^[ -~]{0,1024}$", validate_default=True)
    series: Word = Field(default="", alias="recurringEventId")
    updated: Word = ""
    extended: ExtendedShape = Field(default=ExtendedShape(), alias="extendedProperties")

    @field_validator("etag")
    @classmethod
    def _of_what_lives(cls, etag: str, info: ValidationInfo) -> str:
        """Nothing can be written to a live event that does not state its version."""
        if not etag and info.data.get("status") != "cancelled":
            message = "no version"
            raise ValueError(message)
        return etag


class AttendeeShape(Shape):
    """Someone who is invited, and what they answered."""

    own: bool = Field(default=False, alias="self")
    answer: Word = Field(default="", alias="responseStatus")


class BusyEventShape(Shape):
    """An event of which only is asked whether it takes time."""

    id: Id
    status: Literal["confirmed", "tentative", "cancelled"] = "confirmed"
    transparency: Literal["opaque", "transparent"] = "opaque"
    kind: Word = Field(default="default", alias="eventType")
    attendees: list[AttendeeShape] = Field(default_factory=list)
    series: Word = Field(default="", alias="recurringEventId")
    extended: ExtendedShape = Field(default=ExtendedShape(), alias="extendedProperties")


class CalendarShape(Shape):
    """A calendar: which it is, and by what it is known again."""

    id: Id
    summary: str = ""
    description: str = ""
    zone: str = Field(default="", alias="timeZone")


class CalendarEntryShape(CalendarShape):
    """A calendar in the user's list."""

    role: Word = Field(alias="accessRole")
    primary: bool = False
    deleted: bool = False
    renamed: str = Field(default="", alias="summaryOverride")


class ListingPageShape(Shape):
    """A page of a listing, of events or of calendars."""

    items: list[Any]
    next_page: Token | None = Field(default=None, alias="nextPageToken")
    sync: Token | None = Field(default=None, alias="nextSyncToken")
    zone: str = Field(default="", alias="timeZone")
    role: Word = Field(default="", alias="accessRole")


class ReasonShape(Shape):
    """Why there is no answer about one calendar."""

    reason: Word = ""


class BusyTimesShape(Shape):
    """The answer about one calendar's busy time."""

    errors: list[ReasonShape] = Field(default_factory=list)
    busy: list[dict[str, Any]] = Field(default_factory=list)


class FreeBusyShape(Shape):
    """The answer about several calendars' busy time."""

    calendars: dict[str, Any]


def page(reply: Json) -> Json:
    """Return a page of a listing. Raises ``TryLater`` for a reply that is none.

    One that states where the listing goes on, or that it ends, may be without entries.
    """
    has_token = "nextPageToken" in reply or "nextSyncToken" in reply
    return asked_for({"items": [], **reply} if has_token else reply, ListingPageShape)


def read_pages(pages: Pages, key: str, ask: Callable[[str | None], Json]) -> list[Json]:
    """Return every page of a listing; ``ask`` takes the token of a page.

    Raises ``TryLater`` where the listing can't go on as it began, and what ``ask`` raises.
    """
    asked: list[str | None] = []

    def ask_page(token: str | None) -> Json:
        asked.append(token)
        return page(ask(token))

    try:
        return pages.read(key, ask_page, lambda reply: next_of(reply, "nextPageToken", TITLE))
    except NotFound:
        raise
    except (Gone, Refused) as error:
        if asked[-1] is None:
            raise
        # It was interrupted for so long that the token of its page has aged.
        raise TryLater(
            "Google no longer knows where its list went on: reading anew."
        ) from error


def asked_for(reply: Json, shape: type[Shape]) -> Json:
    """Return what was read. Raises ``TryLater`` where it is of another shape."""
    if fault(reply, shape):
        raise _try_later()
    return reply


def calendar(reply: Json, asked: str) -> Json:
    """Return a calendar that was asked for by its id. Raises ``TryLater`` for all else."""
    if str(asked_for(reply, CalendarShape)["id"]).casefold() != asked.casefold():
        raise _try_later()
    return reply


def event(reply: Json, remote: RemoteId) -> Json:
    """Return an event that was asked for by its id, live or not.

    Raises ``UnreadableEvent``, and ``TryLater`` where the answer is empty.
    """
    if not reply:
        raise _try_later()
    wrong = _wrong(reply, remote)
    if wrong:
        raise unreadable_event(reply, wrong)
    return reply


def written(reply: Json, remote: RemoteId) -> Json:
    """Return a write's answer. Raises ``Unclear`` where it is not of what was written."""
    if _wrong(reply, remote):
        raise unclear()
    return reply


def unclear() -> Unclear:
    """Return the error for an answer that does not show that a write was done."""
    return Unclear(f"{_NOT_ASKED_FOR}: looking before writing again.")


def unreadable_event(event: Json, wrong: str) -> UnreadableEvent:
    """Return the error for an event that can't be read; ``wrong`` is the key."""
    return UnreadableEvent(unreadable(event, TITLE, named, wrong))


def named(event: Mapping[str, Any]) -> object:
    """Return what an event or a calendar is called."""
    return event.get("summary")


def _wrong(event: Json, remote: RemoteId) -> str:
    """Return which key keeps an event from being the one that was asked for, or ""."""
    return fault(event, EventShape) or ("" if event["id"] == remote else "id")


def _try_later() -> TryLater:
    return TryLater(f"{_NOT_ASKED_FOR}: trying again later.")
