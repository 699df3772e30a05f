"""What Todoist takes and refuses; limits are those of its usage limits page."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from syncd_todoist.sandbox.switches import Switches
from syncd_todoist.sandbox.wire import Json, bad, premium_only

_LABEL = re.compile(r"(?:^|\s)@([^\s@]+)")


def words(text: str) -> frozenset[str]:
    """Return the words of ``text``: names of keys."""
    return frozenset(text.split())


def only(args: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse arguments that are not known: stricter than the service may be."""
    for key in args:
        if key not in known:
            raise bad(key)


def text(value: Any, name: str, limit: int, *, empty: bool = False) -> str:
    """Return a text without spaces around it; 400 where it is too long or empty."""
    if not isinstance(value, str) or len(value) > limit or not (empty or value.strip()):
        raise bad(name)
    return value.strip()


def priority(value: Any) -> int:
    """Return a priority: 1 is normal, 4 urgent."""
    if value not in (1, 2, 3, 4):
        raise bad("priority")
    return int(value)


def labels(value: Any) -> list[str]:
    """Return label names; at most 100, of at most 60 characters."""
    if not isinstance(value, list) or len(value) > 100:
        raise bad("labels")
    names = [text(name, "labels", 60) for name in value]
    return list(dict.fromkeys(names))


def parsed_labels(content: str) -> tuple[str, list[str]]:
    """Take the words that begin with @ out of a title, as labels."""
    found = _LABEL.findall(content)
    rest = " ".join(_LABEL.sub(" ", content).split())
    return (rest, found) if rest and found else (content, [])


def duration(value: Any, switches: Switches) -> Json:
    """Return the duration to keep, if the account has durations."""
    if value is None:
        return {"duration": None}
    if not switches.durations:
        if switches.ignores_durations:
            return {}
        raise premium_only("duration")
    if not isinstance(value, dict) or set(value) != {"amount", "unit"}:
        raise bad("duration")
    amount = value["amount"]
    if not isinstance(amount, int) or amount <= 0 or value["unit"] not in ("minute", "day"):
        raise bad("duration")
    return {"duration": {"amount": amount, "unit": value["unit"]}}


def deadline(value: Any, switches: Switches) -> Json:
    """Return the deadline to keep: a day, and only on a paid plan."""
    if value is None:
        return {"deadline": None}
    if not switches.premium:
        raise premium_only("deadline")
    if not isinstance(value, dict) or set(value) - {"date", "lang"}:
        raise bad("deadline")
    try:
        day = date.fromisoformat(str(value.get("date"))).isoformat()
    except ValueError:
        raise bad("deadline") from None
    return {"deadline": {"date": day, "lang": value.get("lang") or "en"}}


def lasting_duration(raw: Json, switches: Switches) -> Json:
    """Return an item without its duration where that has nothing to stand on.

    The service discards it and answers "ok" (Doist/todoist-sdk-typescript#242).
    """
    due = raw["due"]
    kept = {
        "nothing": True,
        "due": due is not None,
        "time": due is not None and "T" in due["date"],
    }
    return raw if kept[switches.duration_needs] else {**raw, "duration": None}
