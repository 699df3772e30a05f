"""What a reply must be before it is read: its text as any parser reads it alike; pages, listings and items."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

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
    listing = Sorted()
    for row in rows:
        if len(listing.nameless) + len(listing.unread) > MOST_UNREAD:
            raise TryLater(
                f"{title} lists too much that can't be read: trying later; if that lasts, update"
                " syncd.",
                A_WHILE,
            )
        remote = _id_of(row)
        if remote is None:
            listing.nameless.append(_nameless(row, title, named))
            continue
        listing.good.pop(remote, None)
        listing.unread.pop(remote, None)
        wrong = fault(row, shape)
        if wrong:
            listing.unread[remote] = unreadable(row, title, named, wrong)
        else:
            listing.good[remote] = row
    return listing


def at_odds(rows: list[Any]) -> set[RemoteId]:
    """Return the ids that a listing states twice, and not alike.

    For services that state each once: nobody knows which of the two it is.
    """
    seen: dict[RemoteId, Any] = {}
    ids = set()
    for row in rows:
        remote = _id_of(row)
        if remote is not None and seen.setdefault(remote, row) != row:
            ids.add(remote)
    return ids


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
    value = row.get("id") if isinstance(row, Mapping) else None
    try:
        return RemoteId(usable_id(value)) if isinstance(value, str) else None
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


DEEPEST = 200
"""Levels that a reply may have; services' own have about a dozen."""
_LONG = re.compile(rb"\d{300}")
"""A number that the fast parser takes and others do not. (It may stand in a text as well:
then the reply is only looked at more slowly.)"""


_SMALL = 1024 * 1024
_TAKES = {b"{": 240, b"[": 80, b",": 64}
"""Bytes of memory (CPython 3.11, 64 bits) for what begins or follows with each of these."""


class TooDeep(ValueError):
    """JSON of more levels than any service's reply has."""


def clean(body: bytes) -> bytes:
    """Return a reply's body with what no text may hold put right.

    What is no JSON is returned as it is. Raises ``TooDeep``.
    """
    if _is_plain(body):
        return body
    try:
        parsed = json.loads(_text(body), parse_int=_integer)
    except RecursionError:
        raise TooDeep from None
    except ValueError:
        return body
    return _dumped(walked(parsed, _whole_text))


def weight(body: bytes) -> int:
    """Return about how many bytes of memory a body takes once it is read as JSON.

    Beyond ASCII a text takes up to four bytes a character while it is read.
    """
    if len(body) < _SMALL:
        return len(body)
    text = len(body) * (1 if body.isascii() else 4)
    return text + sum(body.count(mark) * bytes_ for mark, bytes_ in _TAKES.items())


def rewritten(body: bytes, text: Callable[[str], str]) -> bytes:
    """Return a body with each text in it, or all of it where it is no JSON, by ``text``.

    For replies that are errors: what they say is shown to people.
    """
    try:
        return _dumped(walked(json.loads(_text(body)), text))
    except RecursionError:
        raise TooDeep from None
    except ValueError:
        return text(_text(body)).encode("utf-8", "replace")


def _text(body: bytes) -> str:
    """Return a body as text, in whichever of Unicode's encodings a parser would read it."""
    return body.decode(json.detect_encoding(body), "replace")


def _is_plain(body: bytes) -> bool:
    """Say whether a body is JSON as every parser takes it; quickly."""
    if b"\\u0000" in body or _LONG.search(body):
        return False
    try:
        value = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return False
    del value
    return True


def walked(value: Any, text: Callable[[str], str], depth: int = 0) -> Any:
    """Return JSON with each text in it, keys too, by ``text``. Raises ``TooDeep``."""
    if depth > DEEPEST:
        raise TooDeep
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [walked(entry, text, depth + 1) for entry in value]
    if isinstance(value, dict):
        return {text(name): walked(entry, text, depth + 1) for name, entry in value.items()}
    return value


def _whole_text(text: str) -> str:
    """Return a text without halves of surrogate pairs and without NUL."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\ufffd")


def _integer(digits: str) -> int | float:
    """Return a whole number; one that no field can hold is as good as infinite."""
    return int(digits) if len(digits) < 300 else math.copysign(math.inf, -(digits[0] == "-"))


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
