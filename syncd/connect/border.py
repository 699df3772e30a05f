"""What a reply must be before it is read: pages, listings and items, checked once.

What is wrong with one item is that item's problem and has a sentence; what is wrong with
a page or a listing ends that one reading with ``TryLater``, and changes nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from syncd.errors import TryLater
from syncd.model.ids import RemoteId
from syncd.text import line

Json = dict[str, Any]

MOST_PAGES = 200
"""Pages of one listing; a longer one goes in circles. The longest that a service documents
has 100 (10,000 rows, a hundred a page)."""

MOST_UNREAD = 1000
"""Entries of a listing that can't be read; with more, the listing is none."""
A_WHILE = 300.0
"""Seconds until a listing without an end is begun again: more than a cycle waits."""

MOST_BYTES = 64 * 1024 * 1024
"""What one listing may hold, all its pages together."""

_ID = re.compile(r"[A-Za-z0-9_@.#:=+~'!$&*,;()-]{1,1024}")
"""Ids of items, and the mail addresses that calendars have for ids."""
MOST_OF_A_TOKEN = 4096
"""Characters of a cursor, or of another place in a listing; services' own have hundreds."""
_SHOWN = 60
"""Characters of a title that a sentence quotes."""


def usable_id(text: str) -> str:
    """Return an id that can stand in an address and in a file; raises ``ValueError``."""
    if not _ID.fullmatch(text) or set(text) <= {"."}:
        message = "no usable id"
        raise ValueError(message)
    return text


Id = Annotated[str, AfterValidator(usable_id)]


class Shape(BaseModel):
    """What of an item must be of the right type before anything of it is believed.

    A model names the id and whatever tells that the item is gone, moved or of another
    kind: a wrong type there is no evidence of anything. Values that a person sees are
    read field by field afterwards. Keys that are unknown are no fault.
    """

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What a listing brought.

    good: the entries of the right shape, by id.
    unread: what is there and can't be read: a sentence for each id.
    nameless: a sentence for each entry without a usable id. Whatever these are, a listing
        that has any does not tell what is absent.
    """

    good: dict[str, Json] = field(default_factory=dict)
    unread: dict[RemoteId, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)


def sort_out(
    rows: list[Any], shape: type[Shape], title: str, named: Callable[[Json], object]
) -> Sorted:
    """Sort the entries of a listing by whether they can be read; the last of an id counts.
    Raises ``TryLater`` where too many can't.

    ``title``: how a person calls the tool; ``named`` returns what an entry is called, if
    it is text.
    """
    found = Sorted()
    for row in rows:
        if len(found.nameless) + len(found.unread) > MOST_UNREAD:
            raise TryLater(
                f"{title} lists too much that can't be read: trying later; if that lasts, update"
                " syncd.",
                A_WHILE,
            )
        remote = _id_of(row)
        if remote is None:
            found.nameless.append(_nameless(row, title, named))
            continue
        found.good.pop(remote, None)
        found.unread.pop(remote, None)
        wrong = fault(row, shape)
        if wrong:
            found.unread[remote] = unreadable(row, title, named, wrong)
        else:
            found.good[remote] = row
    return found


def at_odds(rows: list[Any]) -> set[RemoteId]:
    """Return the ids that a listing states twice, and not alike.

    For services that state each once: nobody knows which of the two it is.
    """
    seen: dict[RemoteId, Any] = {}
    found = set()
    for row in rows:
        remote = _id_of(row)
        if remote is not None and seen.setdefault(remote, row) != row:
            found.add(remote)
    return found


def fault(row: object, shape: type[Shape]) -> str:
    """Return which key of an entry is not of the right type; "" where all are."""
    try:
        shape.model_validate(row)
    except ValidationError as error:
        place = error.errors(include_input=False, include_url=False, include_context=False)
        return ".".join(str(part) for part in place[0]["loc"]) or "its form"
    return ""


def unreadable(row: Json, title: str, named: Callable[[Json], object], wrong: str) -> str:
    """Return the sentence about an item that can't be read and is left as it was."""
    return (
        f"What {title} says of {_called(row, named)} can't be read (`{wrong}`): it is left as it"
        " was; if that lasts, update syncd."
    )


def listed(reply: Mapping[str, Any], key: str, title: str) -> list[Any]:
    """Return the list that a reply holds under ``key``. Raises ``TryLater``."""
    rows = reply.get(key)
    if not isinstance(rows, list):
        raise TryLater(f"{title}'s answer is not what was asked for: trying again later.")
    return rows


def next_of(reply: Mapping[str, Any], key: str, title: str) -> str | None:
    """Return where a listing goes on; None at its end. Raises ``TryLater``."""
    cursor = reply.get(key)
    if cursor is None or cursor == "":
        return None
    if not isinstance(cursor, str) or len(cursor) > MOST_OF_A_TOKEN:
        raise TryLater(f"{title}'s answer is not what was asked for: trying again later.")
    return cursor


@dataclass(slots=True)
class _Walk:
    """A listing that is read: its pages so far, and where it goes on."""

    pages: list[Json] = field(default_factory=list)
    cursor: str | None = None
    seen: set[str] = field(default_factory=set)


class Pages:
    """Reads listings page by page; one that was interrupted goes on where it stopped.

    For one connector, one thread at a time. What was interrupted is kept until the listing
    is asked for again, or ``forget``. ``received`` counts the bytes that came, all in all.
    """

    def __init__(self, title: str, received: Callable[[], int] = lambda: 0) -> None:
        self._title = title
        self._received = received
        self._kept: dict[str, _Walk] = {}

    def read(
        self,
        key: str,
        ask: Callable[[str | None], Json],
        after: Callable[[Json], str | None],
    ) -> list[Json]:
        """Return all pages of a listing.

        ``key`` names the listing; ``ask`` takes a cursor and returns a page; ``after``
        returns the cursor of the next one, None at the end. Raises what ``ask`` raises,
        and ``TryLater`` for a listing that goes in circles or does not end.
        """
        walk = self._kept.pop(key, None) or _Walk()
        try:
            self._go_on(walk, ask, after)
        except TryLater:
            if walk.pages and len(walk.pages) < MOST_PAGES:
                self._kept[key] = walk
            raise
        return walk.pages

    def forget(self) -> None:
        """Let go of what was interrupted: the next reading begins anew."""
        self._kept.clear()

    def _go_on(
        self,
        walk: _Walk,
        ask: Callable[[str | None], Json],
        after: Callable[[Json], str | None],
    ) -> None:
        began = self._received()
        while len(walk.pages) < MOST_PAGES and self._received() - began < MOST_BYTES:
            page = ask(walk.cursor)
            cursor = after(page)
            if cursor is not None and cursor in walk.seen:
                walk.pages.clear()
                raise TryLater(
                    f"{self._title}'s listing goes in circles: trying later.", A_WHILE
                )
            walk.pages.append(page)
            if cursor is None:
                return
            walk.seen.add(cursor)
            walk.cursor = cursor
        walk.pages.clear()
        raise TryLater(f"{self._title}'s listing does not end: trying later.", A_WHILE)


def _id_of(row: object) -> RemoteId | None:
    found = row.get("id") if isinstance(row, Mapping) else None
    try:
        return RemoteId(usable_id(found)) if isinstance(found, str) else None
    except ValueError:
        return None


def _nameless(row: object, title: str, named: Callable[[Json], object]) -> str:
    called = _called(row, named) if isinstance(row, dict) else "something"
    return (
        f"{title} lists {called} without an id that syncd can use, so it is left alone: if that"
        " lasts, update syncd."
    )


def _called(row: Json, named: Callable[[Json], object]) -> str:
    """Return how a sentence names an entry: by its title, if it has one."""
    try:
        name = named(row)
    except (TypeError, ValueError, LookupError, AttributeError):
        name = None  # what names it is of another form too
    if not isinstance(name, str) or not name.strip():
        return "an item"
    return f"'{line(name, _SHOWN)}'"
