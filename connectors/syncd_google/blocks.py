"""Pure: learning blocks as events.

A block is a timed event that takes its time. Where its user drags it, there it is, pinned:
the event knows where syncd had put it. A tick before its title means that it is done. Links to its task stand at the end of the
description; what the person writes there stays.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from syncd.model.remote import LINKS, Carried
from syncd.model.schema import Fields
from syncd.model.values import BlockState, Moment, Value
from syncd_google import events, links, places, titles
from syncd_google.events import Json

_EDITABLE = frozenset({"title", "start", "end", "state"})
FIELDS = _EDITABLE | {"task", "goal", LINKS}
CARRIED = Carried(
    fields=FIELDS,
    editable=_EDITABLE,
    home=frozenset({"start", "end"}),
    told=frozenset({"state"}),
    adopts=False,
    archives=False,
    gone={"state": BlockState.SKIPPED},
    live_only=True,
)
UNTITLED = "Learning time"
FORM = ("summary", "start", "end", "description", "extendedProperties")
"""What of an event a later patch depends on."""

_STATES: Mapping[Value, BlockState] = {
    BlockState.PUBLISHED: BlockState.PUBLISHED,
    BlockState.PINNED: BlockState.PINNED,
    BlockState.UNCONFIRMED: BlockState.PUBLISHED,
    BlockState.MISSED: BlockState.PUBLISHED,
    BlockState.DONE: BlockState.DONE,
}
"""As what an event shows a state; drafts and skipped blocks have no event."""
_REFERENCES = {"task": "syncd-task", "goal": "syncd-goal"}
_LINKS = "syncd-links"
_HOUR = timedelta(hours=1)
_LONGEST = timedelta(days=31)
"""Whoever makes a block longer than this meant something else."""
_ILLEGIBLE = object()
_TOO_LONG = "lasts longer than a month: give it an earlier end."
_UNTITLED = "An event of a learning block has no title: give it one."
_UNPLACED = (
    "Whether syncd put the event where it is can't be read: look at it in Google Calendar."
)
_UNREAD = "What the event keeps of this can't be read: look at it in Google Calendar."


def fit(fields: Fields, zone: str | None) -> dict[str, Any]:
    """Return what an event can hold of ``fields``; ``zone`` is for times without one."""
    fitted: dict[str, Any] = {k: v for k, v in fields.items() if k in FIELDS}
    for name in fitted:
        value = fitted[name]
        if name == "title":
            fitted[name] = titles.clean(str(value)) or UNTITLED
        elif name == "state":
            fitted[name] = _STATES.get(value, value)
        elif name == LINKS:
            fitted[name] = links.clean(str(value or ""))
        elif isinstance(value, Moment):
            known = events.zone_named(value.zone)
            fitted[name] = Moment(value.to_the_minute().at, known.key if known else zone)
    return fitted


def lacks(fields: Fields) -> str:
    """Return, in words, what there can be no event without; "" where nothing is missing."""
    if any(name in fields and fields[name] is None for name in ("start", "end")):
        return "has no time for the calendar: give it a start and an end."
    start, end = fields.get("start"), fields.get("end")
    if isinstance(start, Moment) and isinstance(end, Moment) and end.at <= start.at:
        return "ends before it starts: give it a later end."
    if isinstance(start, Moment) and isinstance(end, Moment) and end.at - start.at > _LONGEST:
        return _TOO_LONG
    if fields.get("state", BlockState.PUBLISHED) not in _STATES:
        return "is not for the calendar yet, or no longer: plan it again."
    return ""


def to_remote(fitted: Fields, zone: str) -> dict[str, Any]:
    """Return the body of a new event, without its id, marks, colour and reminder."""
    done = fitted.get("state") is BlockState.DONE
    body: dict[str, Any] = {
        "summary": titles.join(str(fitted.get("title", UNTITLED)), done=done),
        "start": places.stated(fitted["start"], zone),
        "end": places.stated(fitted["end"], zone),
        "transparency": "opaque",
    }
    body |= aside(fitted, {})
    return _with_private(body, {places.AT: _put(fitted, body, zone)})


def to_patch(fields: Fields, form: Json, zone: str) -> dict[str, Any]:
    """Return what brings an event of this form to ``fields``: only what differs."""
    body: dict[str, Any] = {}
    there = titles.split(events.text(form, "summary"))
    done = fields["state"] is BlockState.DONE if "state" in fields else there[1]
    wanted = (str(fields.get("title", there[0])), done)
    if wanted != there:
        body["summary"] = titles.join(wanted[0], done=wanted[1])
    body |= _moved(fields, form, zone) | aside(fields, form)
    put = _put(fields, {**form, **body}, zone)
    moved = "start" in body or "end" in body
    after = {**form, **body}
    stays = (
        "state" not in fields
        or places.state_of(after, places.times_of(after, zone)) is fields["state"]
    )
    if not moved and (done or stays):
        return body
    return _with_private(body, {places.AT: put})


def aside(fields: Fields, form: Json) -> dict[str, Any]:
    """Return the part of a patch that is links and references: what differs of them."""
    body: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for name, key in _REFERENCES.items():
        if name in fields and fields[name] != _reference(form, name):
            kept[key] = fields[name]
    wanted = links.of(str(fields.get(LINKS) or ""))
    if LINKS in fields and wanted != _links(form):
        text, old = events.text(form, "description"), _names(form)
        body["description"] = links.placed(text, old, wanted)
        if links.names(wanted) != old:
            kept[_LINKS] = links.names(wanted) or None
    return {**body, "extendedProperties": {"private": kept}} if kept else body


def goal_of(form: Json) -> str | None:
    """Return the goal of an event's block."""
    return _reference(form, "goal")


def read(event: Json, zone: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an event's fields, and what is wrong with those that are missing."""
    start, end = times = places.times_of(event, zone)
    title, fields, problems = _headed(event, times)
    for name, value in _beside(event).items():
        if value is _ILLEGIBLE:
            problems[name] = _UNREAD
        else:
            fields[name] = value
    if start is not None and end is not None and timedelta() < end.at - start.at <= _LONGEST:
        fields |= {"start": start, "end": end}
    else:
        problems |= dict.fromkeys(("start", "end"), _timeless(event, title, times))
    return fields, problems


def _headed(event: Json, times: places.Times) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Return the title, and what a summary tells: title and state, or what is wrong there."""
    summary = events.told(event, "summary")
    if summary is None:
        return "", {}, dict.fromkeys(("title", "state"), titles.ILLEGIBLE)
    title, done = titles.split(summary)
    state = BlockState.DONE if done else places.state_of(event, times)
    found = {"title": title or None, "state": state}
    wrong = {"title": _UNTITLED, "state": _UNPLACED}
    return (
        title,
        {name: value for name, value in found.items() if value is not None},
        {name: said for name, said in wrong.items() if found[name] is None},
    )


def _beside(event: Json) -> dict[str, Any]:
    """Return the references and the links, as far as they can be read."""
    private = events.private(event)
    kept = {name: events.told(private, key) for name, key in _REFERENCES.items()}
    found = {name: _ILLEGIBLE if it is None else it or None for name, it in kept.items()}
    whole = events.told(event, "description") is not None and not hides_links(event)
    return {LINKS: links.stated(_links(event)) if whole else _ILLEGIBLE, **found}


def hides_links(event: Json) -> bool:
    """Say whether nobody can tell which lines of the description are syncd's."""
    return events.told(events.private(event), _LINKS) is None


def _with_private(body: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a write with private properties besides."""
    return {**body, "extendedProperties": {"private": {**events.private(body), **kept}}}


def _put(fields: Fields, event: Json, zone: str) -> str:
    """Return what an event keeps of where it was put; one that is pinned is put by hand."""
    return (
        places.BY_HAND
        if fields.get("state") is BlockState.PINNED
        else places.place_of(places.times_of(event, zone))
    )


def _timeless(event: Json, title: str, times: places.Times) -> str:
    shown = f"The event {titles.shown(title or str(event.get('id')))} of a learning block"
    if "date" in events.part(event, "start"):
        return f"{shown} takes the whole day: give it a time in Google Calendar."
    if places.place_of(times):
        return f"{shown} {_TOO_LONG}"
    return f"{shown} has no length that syncd can read: give it a start and a later end."


def _moved(fields: Fields, form: Json, zone: str) -> dict[str, Any]:
    """Return the times that differ; of an event over whole days always both."""
    wanted = {name: it for name in ("start", "end") if (it := fields.get(name)) is not None}
    there = {name: places.moment(events.part(form, name), zone) for name in ("start", "end")}
    if not wanted or all(wanted[name] == there[name] for name in wanted):
        return {}
    if None not in there.values():
        return {n: places.stated(it, zone) for n, it in wanted.items() if it != there[n]}
    whole = {"date": None} if "date" in events.part(form, "start") else {}
    return {name: {**places.stated(it, zone), **whole} for name, it in _both(wanted).items()}


def _both(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a start and an end; the one that is not given makes it an hour."""
    start, end = wanted.get("start"), wanted.get("end")
    start = start or Moment(end.at - _HOUR, end.zone)  # type: ignore[union-attr]  # one is given
    return {"start": start, "end": end or Moment(start.at + _HOUR, start.zone)}


def _reference(event: Json, name: str) -> str | None:
    return events.text(events.private(event), _REFERENCES[name]) or None


def _names(event: Json) -> str:
    return events.text(events.private(event), _LINKS)


def _links(event: Json) -> links.Links:
    return links.found(events.text(event, "description"), _names(event))
