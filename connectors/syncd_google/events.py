"""Ids, marks, times, titles and links of an event."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from syncd.errors import whole
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.values import Moment

Json = Mapping[str, Any]
Times = tuple[Moment | None, Moment | None]
"""A start and an end, as far as they can be read."""

MARK = "syncd"
"""The private extended property that says whose an event is; it holds the entity's id."""
KIND = "syncd-kind"
"""The one that says that it is a learning block; a milestone has none."""
BLOCK = "block"
GENERATIONS = 8
"""Ids to try for one entity; the first is nearly always free."""

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_UTC = ZoneInfo("UTC")
_A_DAY = len("2026-06-15")
_EDGES = (1, 9999)
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)
_HOUR = timedelta(hours=1)
_A_YEAR = timedelta(days=366)


def event_id(entity: EntityId, generation: int = 0) -> RemoteId:
    """Return the id of an entity's event, in the characters that Google allows.

    The next generation is for an id that something else has taken.
    """
    digest = hashlib.sha256(f"syncd{entity}{generation}".encode()).digest()
    return RemoteId(base64.b32hexencode(digest).decode().rstrip("=").lower())


def is_own(event: Json) -> bool:
    """Say whether syncd made this event: a copy carries the mark, under another id."""
    mark = mark_of(event)
    name = event.get("recurringEventId") or event.get("id")
    return mark is not None and name in {event_id(mark, n) for n in range(GENERATIONS)}


def private(event: Json) -> Json:
    """Return the private extended properties."""
    return part(part(event, "extendedProperties"), "private")


def with_private(properties: Json) -> dict[str, Any]:
    """Return the part of an event's body that states private extended properties."""
    return {"extendedProperties": {"private": dict(properties)}} if properties else {}


def mark_of(event: Json) -> EntityId | None:
    """Return whose event this is, if it is syncd's."""
    mark = private(event).get(MARK)
    return EntityId(mark) if isinstance(mark, str) and mark else None


def marks(entity: EntityId, kind: Kind) -> dict[str, Any]:
    """Return the part of a body that says whose event it is, and of which kind."""
    return with_private({MARK: entity, **({KIND: BLOCK} if kind is Kind.BLOCK else {})})


def kind_of(event: Json) -> Kind:
    """Return which kind of the plan an event of syncd's is."""
    return Kind.BLOCK if private(event).get(KIND) == BLOCK else Kind.MILESTONE


def is_instance(event: Json) -> bool:
    """Say whether this is one occurrence of a series, not an event of its own."""
    return bool(event.get("recurringEventId"))


def is_gone(event: Json) -> bool:
    """Say whether this is what is left of a deleted event."""
    return event.get("status") == "cancelled"


def part(event: Json, name: str) -> Json:
    """Return an object within, empty where there is none."""
    value = event.get(name)
    return value if isinstance(value, Mapping) else {}


def read_text(event: Json, name: str) -> str | None:
    """Return a text within, empty where there is none; None for what is no text."""
    value = event.get(name, "")
    if not isinstance(value, str):
        return None
    return value if value.isascii() or whole(value) == value else None


def text(event: Json, name: str) -> str:
    """Return a text within, empty where there is none that can be read."""
    return read_text(event, name) or ""


def merged(event: Json, patch: Json) -> dict[str, Any]:
    """Return an event, or a body, with a patch: objects are merged; None (to clear) is kept."""
    return {
        **event,
        **{
            name: merged(part(event, name), value) if isinstance(value, Mapping) else value
            for name, value in patch.items()
        },
    }


def kept_parts(event: Json, names: Iterable[str]) -> dict[str, Any]:
    """Return parts of an event to be kept as they are; None for one that can't be kept."""
    parts = {name: event[name] for name in names if name in event}
    if _is_json(parts):
        return parts
    return {name: value if _is_json(value) else None for name, value in parts.items()}


def zone_named(name: object) -> ZoneInfo | None:
    """Return the time zone of a name, if it is one that is known."""
    return _zone(name) if isinstance(name, str) and name else None


def instant(text: object) -> datetime | None:
    """Return an instant that has an offset, in UTC."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def local_time(time: Json, zone: str) -> datetime | None:
    """Return a ``dateTime`` as wall-clock time in ``zone``, the calendar's.

    One so near the ends of time that it has no date in some zone can't be read.
    """
    stated, here = time.get("dateTime"), zone_named(zone)
    if not isinstance(stated, str) or len(stated) <= _A_DAY or here is None:
        return None
    try:
        at = datetime.fromisoformat(stated)
        if at.tzinfo is None:
            at = at.replace(tzinfo=zone_named(time.get("timeZone", zone)))
        if at.tzinfo is None or (at.year in _EDGES and not _FIRST <= at < _LAST):
            return None
        return at.astimezone(here)
    except (ValueError, OverflowError):
        return None


def day(time: Json) -> date | None:
    """Return the day of an all-day event's ``start`` or ``end``."""
    stated = time.get("date")
    try:
        return date.fromisoformat(stated) if isinstance(stated, str) else None
    except ValueError:
        return None


def is_time(time: object, zone: str) -> bool:
    """Say whether this is a ``start`` or an ``end`` that can be read."""
    return isinstance(time, Mapping) and bool(day(time) or local_time(time, zone))


def times_of(event: Json, zone: str) -> Times:
    """Return when an event starts and ends, as far as that can be read."""
    return _moment(part(event, "start"), zone), _moment(part(event, "end"), zone)


def span_of(times: Times) -> str:
    """Return a start and an end as text; "" where one is missing, or there is no length."""
    start, end = times
    if start is None or end is None or end.at <= start.at:
        return ""
    return f"{start.at.isoformat()}/{end.at.isoformat()}"


def is_span(text: str) -> bool:
    """Say whether this is what ``span_of`` returns for a time."""
    return text.count("/") == 1 and all(instant(at) for at in text.split("/"))


def time_of(moment: Moment, zone: str) -> dict[str, Any]:
    """Return the ``start`` or ``end`` that is a moment; ``zone`` is for one without."""
    known = zone_named(moment.zone) or zone_named(zone) or _UTC
    return {"dateTime": moment.at.astimezone(known).isoformat(), "timeZone": known.key}


def first_day(event: Json, zone: str) -> date | None:
    """Return the day on which an event starts, in the calendar's zone."""
    start = part(event, "start")
    if "dateTime" not in start:
        return day(start)
    local = local_time(start, zone)
    return local.date() if local else None


def moved_to_day(event: Json, due: date, zone: str) -> dict[str, Any]:
    """Return the times of an event that is moved to a day.

    An event of three days stays one, and one with a time of day keeps it.
    """
    start, end = part(event, "start"), part(event, "end")
    began = local_time(start, zone)
    if began is not None and due > date.min:  # that day begins before all time in places
        at = datetime.combine(due, began.time(), began.tzinfo)
        at_utc = at.astimezone(UTC)
        last = at_utc + min(_length(began, local_time(end, zone)), _END - at_utc)
        return {
            "start": {"dateTime": at.isoformat(), "timeZone": text(start, "timeZone") or zone},
            "end": {"dateTime": last.isoformat(), "timeZone": text(end, "timeZone") or zone},
        }
    first, after = day(start), day(end)
    days = (after - first).days if first and after else 1
    until = due + timedelta(days=min(max(days, 1), (date.max - due).days))
    unreadable = {"dateTime": None, "timeZone": None} if "dateTime" in start else {}
    return {
        "start": {"date": due.isoformat(), **unreadable},
        "end": {"date": until.isoformat(), **unreadable},
    }


def _moment(time: Json, zone: str) -> Moment | None:
    """Return a moment; the zone is that of the event, else the calendar's."""
    at, named = local_time(time, zone), zone_named(time.get("timeZone", zone))
    if at is None or named is None:
        return None
    return Moment(at, named.key).to_the_minute()


def _length(began: datetime, ended: datetime | None) -> timedelta:
    """Return how long it takes; in UTC, as a clock change may lie between."""
    length = ended.astimezone(UTC) - began.astimezone(UTC) if ended else _HOUR
    return length if timedelta() <= length <= _A_YEAR else _HOUR


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


def _is_json(value: object) -> bool:
    """Say whether a value can be written down: no infinite number, no half a character."""
    try:
        _JSON.encode(value).encode()
    except ValueError:
        return False
    return True


TICK = "✓"
GUARD = "\N{WORD JOINER}"
"""Written before a title that itself begins like a tick ("Done with part one"). It
does not show, and keeps the words from being read as "this is done"."""
UNREADABLE_TITLE = (
    "The event's title can't be read: look at it in Google Calendar, and give it one."
)

Links = dict[str, str]
"""Addresses by the names of their tools."""

_DONE = re.compile(
    r"(?:\s*(?:[✓✔]\N{VARIATION SELECTOR-16}?\s*|done[\s:\N{EN DASH}\N{EM DASH}-]+))+",
    re.IGNORECASE,
)
_QUOTED = 60
"""Characters of a title that a sentence quotes."""
_ADDRESS = re.compile(r"(?:https?://|syncd:)[^\s<>\"]{1,2000}")
_NAME = re.compile(r"[^\s:<>&\"][^:<>&\"\r\n]{0,39}")
_LINE = re.compile(r"(\r?\n|<br\s*/?>)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_EMPTY = re.compile(r"(?:\s|<br\s*/?>)*", re.IGNORECASE)
_BREAK_AT_END = re.compile(r"<br\s*/?>\Z", re.IGNORECASE)
_LONGEST_BREAK = 16
_MOST_LINKS = 10


def split_summary(summary: str) -> tuple[str, bool]:
    """Return the title without its ticks, and whether there were any.

    A tick is a leading ✓ or ✔, or the word "done" before a space, a colon or a dash.
    """
    match = _DONE.match(summary)
    return clean_title(summary[match.end() :] if match else summary), match is not None


def join_summary(title: str, *, done: bool) -> str:
    """Return the summary from which ``split_summary`` reads exactly these."""
    guarded = GUARD + title if _DONE.match(title) else title
    return f"{TICK} {guarded}".rstrip() if done else guarded


def clean_title(title: str) -> str:
    """Return a title as a calendar can show it: one line, no spaces around it."""
    return " ".join(title.replace(GUARD, "").splitlines()).strip()


def quoted(title: str) -> str:
    """Return a title as a sentence quotes it: one line, not too long."""
    line = " ".join(whole(title).split())
    return f"'{line if len(line) <= _QUOTED else line[:_QUOTED] + '…'}'"


def clean_links(text: str) -> str:
    """Return the lines that can be kept: a name, a space and an address that is safe."""
    return links_text(parse_links(text))


def links_text(links: Links) -> str:
    """Return links as the contract has them."""
    return "\n".join(f"{name} {address}" for name, address in links.items())


def parse_links(text: str) -> Links:
    """Return the links of a text by ``links_text``."""
    links: Links = {}
    for line in text.splitlines():
        name, _, address = line.strip().rpartition(" ")
        if _is_link(name.strip(), address) and len(links) < _MOST_LINKS:
            links.setdefault(name.strip(), address)
    return links


def link_names(links: Links) -> str:
    """Return what an event keeps to know its lines again."""
    return "\n".join(links)


def find_links(description: str, names: str) -> Links:
    """Return the links in a description; ``names`` are the ``link_names`` that were written.

    Of several lines with one name the last is syncd's: the person writes above.
    """
    lines = dict(filter(None, map(_link, _LINE.split(description)[::2])))
    return {name: lines[name] for name in names.splitlines() if name in lines}


def place_links(description: str, names: str, links: Links) -> str:
    """Return a description with these links as its last lines, and all else as it was."""
    rest = _without_links(description, names)
    lines = "\n".join(f"{name}: {address}" for name, address in links.items())
    return f"{rest}\n\n{lines}" if rest and lines else rest + lines


def _without_links(description: str, names: str) -> str:
    pieces = _LINE.split(description)
    ours, rest = set(names.splitlines()), list[str]()
    for line, end in zip(pieces[-1::-2], ["", *pieces[-2::-2]], strict=True):
        link = _link(line)
        if link and link[0] in ours:
            ours.remove(link[0])
        else:
            rest.append(line + end)
    left = "".join(reversed(rest))
    return left if left == description else _trimmed(left)


def _trimmed(text: str) -> str:
    """Return a text without what is empty around it; in one pass, however long that is."""
    match = _EMPTY.match(text)
    start, end = match.end() if match else 0, len(text)
    while end > start:
        if text[end - 1].isspace():
            end -= 1
        elif mark := _BREAK_AT_END.search(text, max(start, end - _LONGEST_BREAK), end):
            end = mark.start()
        else:
            break
    return text[start:end]


def _link(line: str) -> tuple[str, str] | None:
    plain = html.unescape(_TAG.sub("", line)) if _TAG.search(line) else line
    name, _, address = plain.strip().partition(": ")
    return (name, address.strip()) if _is_link(name, address.strip()) else None


def _is_link(name: str, address: str) -> bool:
    return bool(_NAME.fullmatch(name) and _ADDRESS.fullmatch(address))
