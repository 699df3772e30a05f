"""Values as Todoist tells them, read one by one. Pure.

Whatever stands where a value should be: it is read, or raises ``Unreadable``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from syncd.errors import whole
from syncd.model.values import Due, Moment
from syncd_todoist import texts

Json = Mapping[str, Any]

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


class Unreadable(ValueError):
    """A sentence about one value, ending with what to do."""


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


def done(raw: Json) -> bool:
    """Say whether a task is done, if that is told."""
    if isinstance(raw.get("checked"), bool):
        return bool(raw["checked"])
    if "checked" not in raw and "completed_at" in raw:
        return raw["completed_at"] is not None
    raise Unreadable("Todoist does not say whether this is done: if that lasts, update syncd.")


def instant(value: Any) -> datetime | None:
    """Return an instant in UTC; None for what is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is None:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def whole_number(value: Any) -> int | None:
    """Return a number that can be counted to; None for what is none."""
    return value if type(value) is int and 0 <= value <= _MOST else None  # True is none


def _shown(value: Any) -> str:
    """Return a value as a sentence quotes it: on one line, and not all of a long one."""
    if not isinstance(value, str | int | float):
        return "This"
    line = " ".join(whole(str(value)).split())
    return f"'{texts.shortened(line, _SHOWN)}'"


def text(value: Any) -> str:
    """Return a title."""
    if isinstance(value, str):
        return texts.line(value)
    raise Unreadable("This has no name that syncd can read: give it one in Todoist.")


def description(value: Any) -> str:
    """Return notes as they stand, with the link in them."""
    if isinstance(value, str) or value is None:
        return value or ""
    raise Unreadable("This has no notes that syncd can read: write them anew in Todoist.")


def _reference(value: Any, _account: Account) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise Unreadable(f"{_shown(value)} is no place in Todoist: if that lasts, update syncd.")


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
        raise Unreadable(message) from error


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
    if unit == "minute" and 0 < (whole_number(amount) or 0) <= LONGEST:
        return whole_number(amount)
    plain = isinstance(amount, str | int | float) and isinstance(unit, str)
    length = _shown(f"{amount} {unit}".strip() if plain else None)
    raise Unreadable(f"{length} is no length in minutes: set hours or minutes in Todoist.")


def _read_priority(value: Any, _account: Account) -> int:
    number = whole_number(value)
    if number in (1, 2, 3, 4):
        return 5 - number
    raise Unreadable(f"{_shown(value)} is no priority of Todoist: choose p1 to p4.")


def _read_labels(value: Any, _account: Account) -> frozenset[str]:
    names = [] if value is None else value
    try:
        joined = "".join(names) if isinstance(names, list) else None
    except TypeError:  # not all are text
        joined = None
    if joined is not None and (joined.isascii() or whole(joined) == joined):
        return frozenset(names)
    raise Unreadable("These labels can't be read: set them anew in Todoist.")


READ: Mapping[str, tuple[str, Callable[[Any, Account], Any]]] = {
    "title": ("content", lambda value, _: text(value)),
    "goal": ("section_id", _reference),
    "parent": ("parent_id", _reference),
    "due": ("due", _read_due),
    "estimate_minutes": ("duration", _read_duration),
    "priority": ("priority", _read_priority),
    "labels": ("labels", _read_labels),
}
