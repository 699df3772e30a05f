"""Tasks and goals to Todoist's items and sections, and back. Pure.

Facts about the fields are those of the Todoist API documentation; ``priority`` runs
backwards there: 4 is what the app shows as p1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import LINK, Remote
from syncd.model.schema import Fields
from syncd.model.values import Due, Moment
from syncd_todoist import texts, values
from syncd_todoist.values import Account

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


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of an item, and a sentence for each field that could not."""

    fields: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


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
        _try(it, "title", lambda: values.text(raw.get("name")))
        return it
    for name, (key, read) in values.READ.items():
        if key in raw:
            _try(it, name, lambda key=key, read=read: read(raw[key], account))  # type: ignore[misc]  # defaults bind the loop's names
    told = account.durations and not _without_due(it.fields)
    if not told and it.fields.get("estimate_minutes") is None:
        it.fields.pop("estimate_minutes", None)
    if "description" in raw:
        _try(it, "notes", lambda: values.description(raw["description"]))
        if "notes" in it.fields:
            parted = texts.parted(it.fields["notes"], known_link)
            it.fields.update(zip(("notes", LINK), parted, strict=True))
    _try(it, "done", lambda: values.done(raw))
    return it


def remote(kind: Kind, raw: Json, account: Account, known_link: str = "") -> Remote:
    """Return a Todoist object as syncd sees it."""
    it = from_remote(kind, raw, account, known_link)
    link = str(it.fields.get(LINK) or "")
    repeats = values.is_recurring(raw)
    place = "task" if kind is Kind.TASK else "section"
    return Remote(
        id=RemoteId(str(raw["id"])),
        kind=kind,
        fields=it.fields,
        version=str(raw.get("updated_at") or ""),
        created_at=values.instant(raw.get("added_at")),
        edited_at=values.instant(raw.get("updated_at")),
        mark=texts.mark(link),
        link=link or None,
        url=f"https://app.todoist.com/app/{place}/{raw['id']}",
        # Ticking and un-ticking a plain task counts too: only a repeating one's matter.
        completions=(values.whole_number(raw.get("completed_count")) or 0) if repeats else 0,
        problems=it.problems,
        extra={"recurring": True} if repeats else {},
    )


def _try(it: Reading, name: str, read: Callable[[], Any]) -> None:
    try:
        it.fields[name] = read()
    except values.Unreadable as error:
        it.problems[name] = str(error)


# What Todoist can hold of each field.


def _fit_due(value: Any, account: Account) -> Due | None:
    if not isinstance(value, Moment):
        return value  # type: ignore[no-any-return]  # a day or None
    zone = value.zone if values.known_zone(value.zone) else account.plan_zone
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
    "estimate_minutes": lambda value, _: (
        min(value, values.LONGEST) if value and value > 0 else None
    ),
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
