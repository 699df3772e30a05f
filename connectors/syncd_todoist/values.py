"""How Todoist holds values: texts, links, dates, lengths, labels. Pure.

A description ends with the address of the task's page, alone on its last line, after
an empty line if there are notes. Limits are those of Todoist's usage limits page.
Functions that read take any JSON value, and raise ``UnreadableTodoistValue`` for a wrong one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from syncd.errors import whole
from syncd.model.ids import EntityId, is_id
from syncd.model.remote import PAGE_URL
from syncd.model.schema import Fields
from syncd.model.values import Due, Moment

CONTENT_LIMIT = 500
DESCRIPTION_LIMIT = 16_383
SECTION_LIMIT = 2_048
LABEL_LIMIT = 60
LABELS_LIMIT = 100
_LINK_LIMIT = 1_000
_UNTITLED = "Untitled"
_MARK = "syncd:"
_NOTION_HOSTS = ("notion.so", "notion.site", "notion.com")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST = 366 * 24 * 60
"""Minutes that one task may take, at the most: a year."""
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
_LARGEST_NUMBER = 2**53
_QUOTED = 60
"""Characters of a value that a sentence quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoistAccount:
    """What reading and writing depend on.

    zone: where the Todoist user is; floating times are in it.
    plan_zone: for moments of the plan that come without a zone.
    durations: whether the account's plan has durations.
    """

    zone: str
    plan_zone: str
    durations: bool = True


class UnreadableTodoistValue(ValueError):
    """A sentence about one value, ending with what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecContext:
    """What a codec may look at beside its value.

    fields: the item's other fields.
    known_link: the link that syncd wrote on the item, or "".
    """

    account: TodoistAccount
    fields: Fields = field(default_factory=dict)
    known_link: str = ""


def shortened(text: str, limit: int) -> str:
    """Return ``text``, or what fits of it, ending with "…"."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def line(text: str) -> str:
    """Return ``text`` on one line."""
    return " ".join(_clean(text).splitlines()).strip()


def title(text: str, limit: int = CONTENT_LIMIT) -> str:
    """Return a title on one line; an empty one would be refused."""
    return shortened(line(text), limit) or _UNTITLED


def clean_text(text: str) -> str:
    """Return notes with plain line ends and nothing empty around them."""
    return _clean(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def address(text: str) -> str:
    """Return ``text`` if it can be a link line, else ``""``."""
    link = text.strip()
    if any(char.isspace() for char in link) or len(link) > _LINK_LIMIT:
        return ""
    return link if _is_mark(link) or _host_of(link) else ""


def mark(link: str) -> EntityId | None:
    """Return the entity's id that a link line without an address holds."""
    return EntityId(link.removeprefix(_MARK)) if _is_mark(link) else None


def join_description(notes: str, link: str) -> str:
    """Return the description for these notes and this link."""
    limit = DESCRIPTION_LIMIT - (len(link) + 2 if link else 0)
    kept = shortened(clean_text(notes), limit)
    return f"{kept}\n\n{link}" if kept and link else kept or link


def split_description(description: str, known: str = "") -> tuple[str, str]:
    """Return a description's notes and link.

    ``known`` is the link that syncd wrote there: it is recognised wherever it stands,
    since the person may have gone on writing below it. Another link is only one in
    the last line, to a page of Notion or of this machine, or syncd's own mark.
    """
    lines = clean_text(description).split("\n")
    places = [at for at, text in enumerate(lines) if known and text.strip() == known]
    if places:
        above = "\n".join(lines[: places[-1]]).rstrip()
        below = "\n".join(lines[places[-1] + 1 :]).lstrip("\n")
        return clean_text(f"{above}\n{below}"), known
    last = lines[-1].strip()
    if address(last) and (_is_mark(last) or _is_page_address(last)):
        return clean_text("\n".join(lines[:-1])), last
    return clean_text(description), ""


def _clean(text: str) -> str:
    # Half a surrogate pair and NUL are text in Python, but not on the wire.
    valid = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return valid.replace("\0", "")


def _is_mark(text: str) -> bool:
    return text.startswith(_MARK) and is_id(text.removeprefix(_MARK))


def _host_of(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _is_page_address(link: str) -> bool:
    host = _host_of(link).removesuffix(".")
    return host in _LOOPBACK or any(
        host == name or host.endswith(f".{name}") for name in _NOTION_HOSTS
    )


def known_zone(name: object) -> bool:
    """Say whether ``name`` is a time zone that syncd knows."""
    return isinstance(name, str) and _is_zone(name)


@lru_cache(maxsize=256)
def _is_zone(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (ValueError, OSError, KeyError):
        return False


def instant(value: Any) -> datetime | None:
    """Return an instant in UTC; None for what is none."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is None:
            return None
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def whole_number(value: Any) -> int | None:
    """Return a number that can be counted to; None for what is none."""
    return value if type(value) is int and 0 <= value <= _LARGEST_NUMBER else None  # no bool


def _quoted(value: Any) -> str:
    """Return a value as a sentence quotes it: on one line, and not all of a long one."""
    if not isinstance(value, str | int | float):
        return "This"
    text = " ".join(whole(str(value)).split())
    return f"'{shortened(text, _QUOTED)}'"


def read_title(value: Any, _: CodecContext) -> str:
    """Return a title, on one line."""
    if isinstance(value, str):
        return line(value)
    raise UnreadableTodoistValue(
        "This has no name that syncd can read: give it one in Todoist."
    )


def fit_notes(value: Any, context: CodecContext) -> str:
    """Return notes as Todoist holds them: in one text with the link."""
    if PAGE_URL in context.fields:
        return _fit_description(context)[0]
    return clean_text(join_description(str(value or ""), ""))


def fit_link(_value: Any, context: CodecContext) -> str:
    """Return the link as Todoist holds it: in one text with the notes."""
    return _fit_description(context)[1]


def _fit_description(context: CodecContext) -> tuple[str, str]:
    """Return notes and link as they come back from the one text that holds both."""
    link = address(str(context.fields.get(PAGE_URL) or ""))
    notes = str(context.fields.get("notes") or "")
    return split_description(join_description(notes, link), link)


def send_description(notes: Any, context: CodecContext) -> str:
    """Return the text that holds these notes and the link beside them."""
    return join_description(notes, str(context.fields.get(PAGE_URL, "")))


def read_description(value: Any, context: CodecContext) -> tuple[str, str]:
    """Return the notes and the link that a description holds."""
    if isinstance(value, str) or value is None:
        return split_description(value or "", context.known_link)
    raise UnreadableTodoistValue(
        "This has no notes that syncd can read: write them anew in Todoist."
    )


def fit_reference(value: Any, _: CodecContext) -> str | None:
    """Return the id of a section or a task; None for none."""
    return value or None


def read_reference(value: Any, _: CodecContext) -> str | None:
    """Return the id of a section or a task; None for none."""
    if value is None or isinstance(value, str):
        return value or None
    raise UnreadableTodoistValue(
        f"{_quoted(value)} is no place in Todoist: if that lasts, update syncd."
    )


def fit_due(value: Any, context: CodecContext) -> Due | None:
    """Return a day, or a time of whole seconds in a zone that Todoist knows."""
    if not isinstance(value, Moment):
        return value  # type: ignore[no-any-return]  # a day or None
    zone = value.zone if known_zone(value.zone) else context.account.plan_zone
    return Moment(value.at.replace(microsecond=0), zone)


def send_due(value: Due | None, _: CodecContext) -> dict[str, Any] | None:
    """Return Todoist's due object: a day, or a time that is fixed in its zone."""
    if value is None:
        return None
    if not isinstance(value, Moment):
        return {"date": value.isoformat()}
    at = value.at.replace(tzinfo=None).isoformat()
    return {"date": f"{at}Z", "timezone": value.zone}


def read_due(value: Any, context: CodecContext) -> Due | None:
    """Return a day or a time from Todoist's due object."""
    if value is None:
        return None
    text = value.get("date") if isinstance(value, Mapping) else value
    zone = value.get("timezone") if isinstance(value, Mapping) else None
    try:
        return _due(text, zone, context.account)
    except (TypeError, ValueError, OverflowError) as error:
        message = (
            f"{_quoted(text)} is no date that syncd can read: give a day such as 2026-12-01."
        )
        raise UnreadableTodoistValue(message) from error


def _due(text: Any, zone: Any, account: TodoistAccount) -> Due:
    """Return a due; raises for what is none, or has no name in some zone of the world."""
    if "T" not in text:
        day = date.fromisoformat(text)
        if day == date.min:
            raise OverflowError
        return day
    at = datetime.fromisoformat(text).replace(microsecond=0)
    if at.tzinfo is None:
        at, zone = at.replace(tzinfo=ZoneInfo(account.zone)), account.zone
    if not isinstance(zone, str | None):
        raise TypeError
    moment = Moment(at, zone if known_zone(zone) else account.zone)
    if not _FIRST <= moment.at <= _LAST:
        raise OverflowError
    return moment


def fit_duration(value: Any, _: CodecContext) -> int | None:
    """Return minutes: at least one, at most a year; None for none."""
    return min(value, LONGEST) if value and value > 0 else None


def send_duration(value: int | None, _: CodecContext) -> dict[str, Any] | None:
    """Return Todoist's duration object for minutes."""
    return {"amount": value, "unit": "minute"} if value else None


def read_duration(value: Any, _: CodecContext) -> int | None:
    """Return minutes from Todoist's duration object."""
    if value is None:
        return None
    duration = value if isinstance(value, Mapping) else {"amount": value, "unit": ""}
    amount, unit = duration.get("amount"), duration.get("unit")
    if unit == "minute" and 0 < (whole_number(amount) or 0) <= LONGEST:
        return whole_number(amount)
    plain = isinstance(amount, str | int | float) and isinstance(unit, str)
    length = _quoted(f"{amount} {unit}".strip() if plain else None)
    raise UnreadableTodoistValue(
        f"{length} is no length in minutes: set hours or minutes in Todoist."
    )


def read_priority(value: Any, _: CodecContext) -> int:
    """Return a priority: 1 is urgent in the plan, 4 is urgent in Todoist."""
    number = whole_number(value)
    if number in (1, 2, 3, 4):
        return 5 - number
    raise UnreadableTodoistValue(
        f"{_quoted(value)} is no priority of Todoist: choose p1 to p4."
    )


def fit_labels(value: Any, _: CodecContext) -> frozenset[str]:
    """Return the labels that are not too long, and not too many of them."""
    names = {clean_text(str(name)) for name in value}
    labels = sorted(name for name in names if name and len(name) <= LABEL_LIMIT)
    return frozenset(labels[:LABELS_LIMIT])


def read_labels(value: Any, _: CodecContext) -> frozenset[str]:
    """Return the names of labels."""
    names = [] if value is None else value
    try:
        joined = "".join(names) if isinstance(names, list) else None
    except TypeError:  # not all are text
        joined = None
    if joined is not None and (joined.isascii() or whole(joined) == joined):
        return frozenset(names)
    raise UnreadableTodoistValue("These labels can't be read: set them anew in Todoist.")


def read_done(value: Any, _: CodecContext) -> bool:
    """Return whether a task is done."""
    if isinstance(value, bool):
        return value
    raise UnreadableTodoistValue(
        "Todoist does not say whether this is done: if that lasts, update syncd."
    )
