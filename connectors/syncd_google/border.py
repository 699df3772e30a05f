"""Pure: what Google's replies must be before anything of them is believed.

The keys are those of the Calendar API's reference. What it may leave out has a default;
it never states null.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from syncd.connect.border import MOST_OF_A_TOKEN, Id, Shape, fault, next_of
from syncd.errors import TryLater
from syncd.model.ids import RemoteId

Json = dict[str, Any]

TITLE = "Google Calendar"
NOT_ASKED_FOR = f"{TITLE}'s answer is not what was asked for"

Word = Annotated[str, Field(max_length=1024)]
"""A text that decides something; one with halves of characters is none."""


Token = Annotated[str, Field(max_length=MOST_OF_A_TOKEN)]


class Private(Shape):
    """What an event keeps for syncd, as far as it says whose it is, and of which kind."""

    mark: Word = Field(default="", alias="syncd")
    kind: Literal["block"] | None = Field(default=None, alias="syncd-kind")

    @field_validator("kind", mode="before")
    @classmethod
    def _stated(cls, kind: object) -> object:
        return "" if kind is None else kind  # where it is stated at all, it is a word


class Extended(Shape):
    """The extended properties."""

    private: Private = Field(default=Private())


class Event(Shape):
    """An event; of a deleted one no more than its id need be told."""

    id: Id
    status: Literal["confirmed", "tentative", "cancelled"] = "confirmed"
    etag: str = Field(default="", pattern=r"^[ -~]{0,1024}$", validate_default=True)
    series: Word = Field(default="", alias="recurringEventId")
    updated: Word = ""
    extended: Extended = Field(default=Extended(), alias="extendedProperties")

    @field_validator("etag")
    @classmethod
    def _of_what_lives(cls, etag: str, info: ValidationInfo) -> str:
        """Nothing can be written to a live event that does not tell its version."""
        if not etag and info.data.get("status") != "cancelled":
            message = "no version"
            raise ValueError(message)
        return etag


class Guest(Shape):
    """Someone who is invited, and what they answered."""

    own: bool = Field(default=False, alias="self")
    answer: Word = Field(default="", alias="responseStatus")


class BusyEvent(Shape):
    """An event of which only is asked whether it takes time."""

    id: Id
    status: Literal["confirmed", "tentative", "cancelled"] = "confirmed"
    transparency: Literal["opaque", "transparent"] = "opaque"
    kind: Word = Field(default="default", alias="eventType")
    guests: list[Guest] = Field(default_factory=list, alias="attendees")
    series: Word = Field(default="", alias="recurringEventId")
    extended: Extended = Field(default=Extended(), alias="extendedProperties")


class Calendar(Shape):
    """A calendar: which it is, and by what it is known again."""

    id: Id
    summary: str = ""
    description: str = ""
    zone: str = Field(default="", alias="timeZone")


class Entry(Calendar):
    """A calendar in the user's list."""

    role: Word = Field(alias="accessRole")
    primary: bool = False
    deleted: bool = False
    renamed: str = Field(default="", alias="summaryOverride")


class Page(Shape):
    """A page of a listing, of events or of calendars."""

    items: list[Any]
    next_page: Token | None = Field(default=None, alias="nextPageToken")
    sync: Token | None = Field(default=None, alias="nextSyncToken")
    zone: str = Field(default="", alias="timeZone")
    role: Word = Field(default="", alias="accessRole")


class Reason(Shape):
    """Why nothing is told of one calendar."""

    reason: Word = ""


class Answer(Shape):
    """What is told of one calendar's busy time."""

    errors: list[Reason] = Field(default_factory=list)
    busy: list[dict[str, Any]] = Field(default_factory=list)


class FreeBusy(Shape):
    """What is told of several calendars' busy time."""

    calendars: dict[str, Any]


def page(reply: Json) -> Json:
    """Return a page of a listing. Raises ``TryLater`` for a reply that is none.

    One that tells where the listing goes on, or that it ends, may be without entries.
    """
    told = "nextPageToken" in reply or "nextSyncToken" in reply
    return asked_for({"items": [], **reply} if told else reply, Page)


def after(page: Json) -> str | None:
    """Return where a listing goes on after a page."""
    return next_of(page, "nextPageToken", TITLE)


def asked_for(reply: Json, shape: type[Shape]) -> Json:
    """Return what was read. Raises ``TryLater`` where it is of another shape."""
    if fault(reply, shape):
        raise TryLater(f"{NOT_ASKED_FOR}: trying again later.")
    return reply


def calendar(reply: Json, asked: str) -> Json:
    """Return a calendar that was asked for by its id. Raises ``TryLater`` for all else."""
    if str(asked_for(reply, Calendar)["id"]).casefold() != asked.casefold():
        raise TryLater(f"{NOT_ASKED_FOR}: trying again later.")
    return reply


def wrong(event: Json, remote: RemoteId) -> str:
    """Return which key keeps an event from being the one that was asked for, or ""."""
    return fault(event, Event) or ("" if event["id"] == remote else "id")


def named(event: Mapping[str, Any]) -> object:
    """Return what an event or a calendar is called."""
    return event.get("summary")
