"""Tasks and goals to Todoist's items and sections, and back. Pure.

Facts about the fields are those of the Todoist API documentation; ``priority`` runs
backwards there: 4 is what the app shows as p1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from syncd.errors import whole
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import LINK, Remote
from syncd.model.schema import Fields
from syncd.model.values import Due, Moment
from syncd_todoist import texts

Json = Mapping[str, Any]

TASK_FIELDS = frozenset(
    {
        "title",
        "notes",
        LINK,
        "goal",
        "parent",
        "due",
        "estimate_minutes",
        "priority",
        "labels",
        "done",
    }
)
GOAL_FIELDS = frozenset({"title"})
LONGEST = 366 * 24 * 60
"""Minutes that one task may take, at the most: a year."""
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
_MOST = 2**53
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What reading and writing depend on.

    zone: where the Todoist user is; floating times are in it.
    plan_zone: for moments of the plan that come without a zone.
    durations: whether the account's plan has durations.
    """

    zone: str
    plan_zone: str
    durations: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of an item, and a sentence for each field that could not."""

    fields: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


class _Unreadable(ValueError):
    """A sentence about one value, ending with what to do."""


def fit(kind: Kind, fields: Fields, account: Account) -> dict[str, Any]:
    """Return what Todoist can hold of ``fields``."""
    if kind is Kind.GOAL:
        named = "title" in fields
        return (
            {"title": texts.title(str(fields["title"]), texts.SECTION_LIMIT)} if named else {}
        )
    fitted = {
        name: _FIT[name](value, account) for name, value in fields.items() if name in _FIT
    }
    if not account.durations or _without_due(fitted):
        fitted.pop("estimate_minutes", None)
    if LINK in fields:
        link = texts.address(str(fields[LINK] or ""))
        notes = str(fields.get("notes") or "")
        parted = texts.parted(texts.described(notes, link), link)
        fitted |= dict(zip(("notes", LINK), parted, strict=True))
        if "notes" not in fields:
            del fitted["notes"]
    return fitted


def _without_due(fitted: Fields) -> bool:
    """Say whether a duration would be dropped: Todoist keeps none without a due date.

    (Said by a maintainer in a public issue of its TypeScript client.)
    """
    return "due" in fitted and fitted["due"] is None


def to_remote(kind: Kind, fields: Fields, account: Account) -> dict[str, Any]:
    """Return fields as the keys of a Todoist object; notes go with their link."""
    held = fit(kind, fields, account)
    if kind is Kind.GOAL:
        return {"name": held["title"]} if "title" in held else {}
    sent = {key: _SEND[name](held[name]) for name, key in _KEYS.items() if name in held}
    if "notes" in held:
        sent["description"] = texts.described(held["notes"], held.get(LINK, ""))
    return sent


def from_remote(kind: Kind, raw: Json, account: Account, known_link: str = "") -> Reading:
    """Return the fields of a Todoist object; keys that are missing are left out."""
    it = Reading()
    if kind is Kind.GOAL:
        _try(it, "title", lambda: _text(raw["name"]))
        return it
    for name, (key, read) in _READ.items():
        if key in raw:
            _try(it, name, lambda key=key, read=read: read(raw[key], account))  # type: ignore[misc]  # defaults bind the loop's names
    told = account.durations and not _without_due(it.fields)
    if not told and it.fields.get("estimate_minutes") is None:
        it.fields.pop("estimate_minutes", None)
    if "description" in raw:
        _try(it, "notes", lambda: _description(raw["description"]))
        if "notes" in it.fields:
            parted = texts.parted(it.fields["notes"], known_link)
            it.fields.update(zip(("notes", LINK), parted, strict=True))
    _try(it, "done", lambda: _done(raw))
    return it


def remote(kind: Kind, raw: Json, account: Account, known_link: str = "") -> Remote:
    """Return a Todoist object as syncd sees it."""
    it = from_remote(kind, raw, account, known_link)
    link = str(it.fields.get(LINK) or "")
    repeats = is_recurring(raw)
    place = "task" if kind is Kind.TASK else "section"
    return Remote(
        id=RemoteId(str(raw["id"])),
        kind=kind,
        fields=it.fields,
        version=str(raw.get("updated_at") or ""),
        created_at=_instant(raw.get("added_at")),
        edited_at=_instant(raw.get("updated_at")),
        mark=texts.mark(link),
        link=link or None,
        url=f"https://app.todoist.com/app/{place}/{raw['id']}",
        # Ticking and un-ticking a plain task counts too: only a repeating one's matter.
        completions=(_whole_number(raw.get("completed_count")) or 0) if repeats else 0,
        problems=it.problems,
        extra={"recurring": True} if repeats else {},
    )


def is_recurring(raw: Json) -> bool:
    """Say whether an item repeats in Todoist itself."""
    due = raw.get("due")
    return isinstance(due, Mapping) and due.get("is_recurring") is True


def known_zone(name: object) -> bool:
    """Say whether ``name`` is a time zone that syncd knows."""
    return isinstance(name, str) and _is_zone(name)


@lru_cache(maxsize=256)
def _is_zone(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (ValueError, OSError, KeyError):
        return False


def _try(it: Reading, name: str, read: Callable[[], Any]) -> None:
    try:
        it.fields[name] = read()
    except _Unreadable as error:
        it.problems[name] = str(error)


def _done(raw: Json) -> bool:
    if isinstance(raw.get("checked"), bool):
        return bool(raw["checked"])
    if "checked" not in raw and "completed_at" in raw:
        return raw["completed_at"] is not None
    raise _Unreadable("Todoist does not say whether this is done: if that lasts, update syncd.")


def _instant(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is None:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _whole_number(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST else None  # True is none


def _shown(value: Any) -> str:
    """Return a value as a sentence quotes it: on one line, and not all of a long one."""
    if not isinstance(value, str | int | float):
        return "This"
    line = " ".join(whole(str(value)).split())
    return f"'{texts.shortened(line, _SHOWN)}'"


# What Todoist can hold of each field.


def _fit_due(value: Any, account: Account) -> Due | None:
    if not isinstance(value, Moment):
        return value  # type: ignore[no-any-return]  # a day or None
    zone = value.zone if known_zone(value.zone) else account.plan_zone
    return Moment(value.at.replace(microsecond=0), zone)


def _fit_labels(value: Any, _account: Account) -> frozenset[str]:
    names = {texts.note(str(name)) for name in value}
    held = sorted(name for name in names if name and len(name) <= texts.LABEL_LIMIT)
    return frozenset(held[: texts.LABELS_LIMIT])


_FIT: Mapping[str, Callable[[Any, Account], Any]] = {
    "title": lambda value, _: texts.title(str(value)),
    "notes": lambda value, _: texts.note(texts.described(str(value), "")),
    "goal": lambda value, _: value or None,
    "parent": lambda value, _: value or None,
    "due": _fit_due,
    "estimate_minutes": lambda value, _: min(value, LONGEST) if value and value > 0 else None,
    "priority": lambda value, _: value or 4,
    "labels": _fit_labels,
    "done": lambda value, _: bool(value),
}

# What is sent.


def _send_due(value: Due | None) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Moment):
        return {"date": value.isoformat()}
    instant = value.at.replace(tzinfo=None).isoformat()
    return {"date": f"{instant}Z", "timezone": value.zone}


_KEYS: Mapping[str, str] = {
    "title": "content",
    "goal": "section_id",
    "parent": "parent_id",
    "due": "due",
    "estimate_minutes": "duration",
    "priority": "priority",
    "labels": "labels",
    "done": "checked",
}
_SEND: Mapping[str, Callable[[Any], Any]] = {
    "title": str,
    "goal": lambda value: value,
    "parent": lambda value: value,
    "due": _send_due,
    "estimate_minutes": lambda it: {"amount": it, "unit": "minute"} if it else None,
    "priority": lambda value: 5 - value,
    "labels": sorted,
    "done": bool,
}

# What is read.


def _text(value: Any) -> str:
    if isinstance(value, str):
        return texts.line(value)
    raise _Unreadable("This has no name that syncd can read: give it one in Todoist.")


def _description(value: Any) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    raise _Unreadable("This has no notes that syncd can read: write them anew in Todoist.")


def _reference(value: Any, _account: Account) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise _Unreadable(f"{_shown(value)} is no place in Todoist: if that lasts, update syncd.")


def _read_due(value: Any, account: Account) -> Due | None:
    if value is None:
        return None
    text = value.get("date") if isinstance(value, Mapping) else value
    zone = value.get("timezone") if isinstance(value, Mapping) else None
    try:
        return _due(text, zone, account)
    except (TypeError, ValueError, OverflowError) as error:
        message = (
            f"{_shown(text)} is no date that syncd can read: give a day such as 2026-12-01."
        )
        raise _Unreadable(message) from error


def _due(text: Any, zone: Any, account: Account) -> Due:
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
    found = Moment(at, zone if known_zone(zone) else account.zone)
    if not _FIRST <= found.at <= _LAST:
        raise OverflowError
    return found


def _read_duration(value: Any, _account: Account) -> int | None:
    if value is None:
        return None
    told = value if isinstance(value, Mapping) else {"amount": value, "unit": ""}
    amount, unit = told.get("amount"), told.get("unit")
    if unit == "minute" and 0 < (_whole_number(amount) or 0) <= LONGEST:
        return _whole_number(amount)
    plain = isinstance(amount, str | int | float) and isinstance(unit, str)
    length = _shown(f"{amount} {unit}".strip() if plain else None)
    raise _Unreadable(f"{length} is no length in minutes: set hours or minutes in Todoist.")


def _read_priority(value: Any, _account: Account) -> int:
    number = _whole_number(value)
    if number in (1, 2, 3, 4):
        return 5 - number
    raise _Unreadable(f"{_shown(value)} is no priority of Todoist: choose p1 to p4.")


def _read_labels(value: Any, _account: Account) -> frozenset[str]:
    names = [] if value is None else value
    try:
        all_of_them = "".join(names) if isinstance(names, list) else None
    except TypeError:  # not all are text
        all_of_them = None
    if all_of_them is not None and whole(all_of_them) == all_of_them:
        return frozenset(names)
    raise _Unreadable("These labels can't be read: set them anew in Todoist.")


_READ: Mapping[str, tuple[str, Callable[[Any, Account], Any]]] = {
    "title": ("content", lambda value, _: _text(value)),
    "goal": ("section_id", _reference),
    "parent": ("parent_id", _reference),
    "due": ("due", _read_due),
    "estimate_minutes": ("duration", _read_duration),
    "priority": ("priority", _read_priority),
    "labels": ("labels", _read_labels),
}
