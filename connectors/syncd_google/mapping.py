"""Pure: the plan's milestones and learning blocks as events of Google Calendar, and back."""

from collections.abc import Mapping
from typing import Any

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Carried, Remote
from syncd.model.schema import Fields
from syncd_google import blocks, events, milestones
from syncd_google.events import Json

CARRIES: Mapping[Kind, Carried] = {
    Kind.MILESTONE: milestones.CARRIED,
    Kind.BLOCK: blocks.CARRIED,
}
_NEEDED = {Kind.MILESTONE: ("due",), Kind.BLOCK: ("start", "end")}


def holds(kind: Kind, fields: Fields) -> bool:
    """Say whether there can be an event: it needs a day, or a time."""
    return kind in CARRIES and not lacks(kind, whole(kind, fields))


def whole(kind: Kind, fields: Fields) -> Fields:
    """Return fields with None for those needed that are not given."""
    return {**dict.fromkeys(_NEEDED[kind]), **fields}


def lacks(kind: Kind, fields: Fields) -> str:
    """Return, in words, what keeps these fields from an event; "" where nothing does."""
    return blocks.lacks(fields) if kind is Kind.BLOCK else milestones.lacks(fields)


def fit(kind: Kind, fields: Fields, zone: str | None = None) -> dict[str, Any]:
    """Return what an event can hold of ``fields``; ``zone`` is for times without one."""
    if kind not in CARRIES:
        return {}
    return blocks.fit(fields, zone) if kind is Kind.BLOCK else milestones.fit(fields)


def to_remote(kind: Kind, entity: EntityId, fields: Fields, zone: str) -> dict[str, Any]:
    """Return the body of a new event, without its id; ``zone`` is the calendar's."""
    fitted = fit(kind, fields)
    body = (
        blocks.to_remote(fitted, zone) if kind is Kind.BLOCK else milestones.to_remote(fitted)
    )
    return marked(body, entity, kind)


def marked(body: dict[str, Any], entity: EntityId, kind: Kind) -> dict[str, Any]:
    """Return the body of a write that also says whose event it is."""
    private = {**events.private(body), **events.marks(entity, kind)}
    return {**body, "extendedProperties": {"private": private}}


def to_revive(kind: Kind, fields: Fields, body: Json, old: Json) -> dict[str, Any]:
    """Return the patch that makes a cancelled event the one of ``body``, for ``fields``.

    What its user made of it is theirs again: the text of the description, the reminders,
    and the colour, unless the goal is another.
    """
    patch = {**body, "status": "confirmed"}
    if kind is Kind.BLOCK:
        same_goal = blocks.goal_of(body) == blocks.goal_of(old)
        kept = {"colorId"} if same_goal else set()
        for name in {"description", *kept, *({"reminders"} & set(old))}:
            patch.pop(name, None)
        aside = blocks.aside(fit(kind, fields), old)
        private = {**events.private(body), **events.private(aside)}
        patch |= {**aside, "extendedProperties": {"private": private}}
    for name in ("start", "end"):
        other = ("dateTime", "timeZone") if "date" in body[name] else ("date",)
        there = events.part(old, name)
        patch[name] = {**body[name], **{it: None for it in other if it in there}}
    return patch


def to_patch(kind: Kind, fields: Fields, form: Json, zone: str) -> dict[str, Any]:
    """Return what brings an event of this form to ``fields``: only what differs."""
    if kind is Kind.BLOCK:
        return blocks.to_patch(fields, form, zone)
    return milestones.to_patch(fields, form, zone)


def illegible(form: Json, body: Json, zone: str) -> bool:
    """Say whether a patch would write over what can't be read of an event of this form."""
    texts = [name for name in ("summary", "description") if name in body]
    times = [
        form[name] for name in ("start", "end") if name in body and form.get(name, {}) != {}
    ]
    return (
        any(events.told(form, name) is None for name in texts)
        or any(not events.is_time(time, zone) for time in times)
        or ("description" in body and blocks.hides_links(form))
    )


def from_remote(event: Json, zone: str) -> Remote:
    """Return an event as an item; ``zone`` is the calendar's."""
    kind = events.kind_of(event)
    way = blocks if kind is Kind.BLOCK else milestones
    fields, problems = way.read(event, zone)
    return Remote(
        id=RemoteId(str(event.get("id"))),
        kind=kind,
        fields=fields,
        version=events.text(event, "etag"),
        created_at=events.instant(event.get("created")),
        edited_at=events.instant(event.get("updated")),
        mark=events.mark_of(event),
        url=events.text(event, "htmlLink"),
        problems=problems,
        extra=events.kept(event, way.FORM),
    )
