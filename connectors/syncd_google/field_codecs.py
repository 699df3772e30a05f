"""Pure: how each field stands in an event: one codec a field says all that is known of it.

A milestone is an all-day event that takes no time. Where its user drags it, there is its day;
of an event over several days or with a time, the day on which it starts, in the calendar's zone.

A learning block is a timed event that takes its time. Where its user drags it, there it is,
pinned: the event knows where syncd had put it. A tick before its title means that it is done.
Links to its task stand at the end of the description; what the person writes there stays.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from syncd.model.remote import LINKS
from syncd.model.schema import Fields
from syncd.model.values import BlockState, Moment, Value
from syncd_google import events
from syncd_google.events import Json

Body = dict[str, Any]
"""An event, or a part of one, as it is written; in a patch None clears a key."""


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Why a field can't be read off an event, and what to do, in a sentence."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCodec:
    """How one field of a kind stands in an event.

    keys: those of the event that it is read off.
    fit: what an event can hold of a value; takes the zone of times without one.
    send: takes an event, the fields to write (this one among them) and the calendar's zone;
        returns what brings the event to this field's value: only what differs.
    read: takes an event and the calendar's zone; returns the value, or a ``ReadProblem``.
    lacks: takes all the fields; returns, in words, what about this one keeps them from an
        event, "" where nothing does.
    needed: there can be no event without it.
    editable, home, read_only: as ``Carried`` has them; read_only is its ``told``.
    """

    name: str
    keys: tuple[str, ...]
    send: Callable[[Json, Fields, str], Body]
    read: Callable[[Json, str], Value | ReadProblem]
    fit: Callable[[Any, str | None], object] = lambda value, _: value
    lacks: Callable[[Fields], str] = lambda _: ""
    needed: bool = False
    editable: bool = True
    home: bool = False
    read_only: bool = False


# Title and tick.


def title(untitled: str, problem: str) -> FieldCodec:
    """Return the codec of a title; ``untitled`` is that of an item without one."""

    def read(event: Json, _zone: str) -> Value | ReadProblem:
        summary = events.read_text(event, "summary")
        if summary is None:
            return ReadProblem(events.UNREADABLE_TITLE)
        return events.split_summary(summary)[0] or ReadProblem(problem)

    return FieldCodec(
        name="title",
        keys=("summary",),
        fit=lambda value, _: events.clean_title(str(value)) or untitled,
        send=lambda event, fields, _: _summary(event, title=str(fields["title"])),
        read=read,
    )


def _read_done(event: Json, _zone: str) -> Value | ReadProblem:
    summary = events.read_text(event, "summary")
    if summary is None:
        return ReadProblem(events.UNREADABLE_TITLE)
    return events.split_summary(summary)[1]


DONE = FieldCodec(
    name="done",
    keys=("summary",),
    fit=lambda value, _: bool(value),
    send=lambda event, fields, _: _summary(event, done=bool(fields["done"])),
    read=_read_done,
)


def _summary(event: Json, title: str | None = None, *, done: bool | None = None) -> Body:
    """Return the summary that says this, if it differs; what is not given stays."""
    there = events.split_summary(events.text(event, "summary"))
    wanted = (there[0] if title is None else title, there[1] if done is None else done)
    if wanted == there:
        return {}
    return {"summary": events.join_summary(wanted[0], done=wanted[1])}


# The day of a milestone.

_LAST_DAY = date.max - timedelta(days=1)  # the day after it ends the event


def _send_due(event: Json, fields: Fields, zone: str) -> Body:
    due = fields["due"]
    if not isinstance(due, date) or due == events.first_day(event, zone):
        return {}
    return events.moved_to_day(event, due, zone)


def _read_due(event: Json, zone: str) -> Value | ReadProblem:
    day = events.first_day(event, zone)
    if day is not None:
        return day
    shown = _quoted(event)
    return ReadProblem(f"The event {shown} has no day that syncd can read: move it to one.")


def _lacks_due(fields: Fields) -> str:
    has_no_day = "due" in fields and fields["due"] is None
    return "has no day for the calendar: give it a due date." if has_no_day else ""


DUE = FieldCodec(
    name="due",
    keys=("start", "end"),
    fit=lambda value, _: None if value is None else min(value, _LAST_DAY),
    send=_send_due,
    read=_read_due,
    lacks=_lacks_due,
    needed=True,
)


def _quoted(event: Json) -> str:
    title, _ = events.split_summary(events.text(event, "summary"))
    return events.quoted(title or str(event.get("id")))


# The times of a block, and whether syncd put it there.

_AT = "syncd-at"
"""Where syncd itself put the event: elsewhere it is by its person's hand."""
_BY_HAND = "by hand"
_HOUR = timedelta(hours=1)
_LONGEST = timedelta(days=31)
"""Whoever makes a block longer than this meant something else."""
_TOO_LONG = "lasts longer than a month: give it an earlier end."
_STATES: Mapping[Value, BlockState] = {
    BlockState.PUBLISHED: BlockState.PUBLISHED,
    BlockState.PINNED: BlockState.PINNED,
    BlockState.UNCONFIRMED: BlockState.PUBLISHED,
    BlockState.MISSED: BlockState.PUBLISHED,
    BlockState.DONE: BlockState.DONE,
}
"""As what an event shows a state; drafts and skipped blocks have no event."""


def _time(name: str, lacks: Callable[[Fields], str]) -> FieldCodec:
    """Return the codec of a start or an end."""
    index = ("start", "end").index(name)

    def read(event: Json, zone: str) -> Value | ReadProblem:
        times = events.times_of(event, zone)
        problem = _time_problem(event, times)
        return ReadProblem(problem) if problem else times[index]

    return FieldCodec(
        name=name,
        keys=(name, "extendedProperties"),
        fit=_fit_moment,
        send=lambda event, fields, zone: _send_time(event, name, fields, zone),
        read=read,
        lacks=lacks,
        needed=True,
        home=True,
    )


def _fit_moment(value: Any, zone: str | None) -> object:
    if not isinstance(value, Moment):
        return value
    known = events.zone_named(value.zone)
    return Moment(value.to_the_minute().at, known.key if known else zone)


def _send_time(event: Json, name: str, fields: Fields, zone: str) -> Body:
    """Return the time that differs, and where syncd puts the event by that."""
    there = dict(zip(("start", "end"), events.times_of(event, zone), strict=True))
    wanted: dict[str, Any] = {at: fields[at] for at in there if fields.get(at) is not None}
    if all(moment == there[at] for at, moment in wanted.items()):
        return {}
    if None in there.values():
        body = _both_times(event, wanted, zone)
    elif name in wanted and wanted[name] != there[name]:
        body = {name: events.time_of(wanted[name], zone)}
    else:
        return {}
    put = events.span_of(events.times_of(events.merged(event, body), zone))
    return body | events.with_private({_AT: put})


def _both_times(event: Json, wanted: Mapping[str, Any], zone: str) -> Body:
    """Return a start and an end where one can't be read: the one not given makes it an hour."""
    both = dict(wanted)
    if "start" not in both:
        both["start"] = Moment(both["end"].at - _HOUR, both["end"].zone)
    if "end" not in both:
        both["end"] = Moment(both["start"].at + _HOUR, both["start"].zone)
    whole = {"date": None} if "date" in events.part(event, "start") else {}
    return {at: {**events.time_of(moment, zone), **whole} for at, moment in both.items()}


def _time_problem(event: Json, times: events.Times) -> str:
    """Return why an event has no times that a block can have, or ""."""
    start, end = times
    if start is not None and end is not None and timedelta() < end.at - start.at <= _LONGEST:
        return ""
    shown = f"The event {_quoted(event)} of a learning block"
    if "date" in events.part(event, "start"):
        return f"{shown} takes the whole day: give it a time in Google Calendar."
    if events.span_of(times):
        return f"{shown} {_TOO_LONG}"
    return f"{shown} has no length that syncd can read: give it a start and a later end."


def _lacks_start(fields: Fields) -> str:
    if any(name in fields and fields[name] is None for name in ("start", "end")):
        return "has no time for the calendar: give it a start and an end."
    return ""


def _lacks_end(fields: Fields) -> str:
    start, end = fields.get("start"), fields.get("end")
    if not (isinstance(start, Moment) and isinstance(end, Moment)):
        return ""
    if end.at <= start.at:
        return "ends before it starts: give it a later end."
    return _TOO_LONG if end.at - start.at > _LONGEST else ""


START, END = _time("start", _lacks_start), _time("end", _lacks_end)


def _send_state(event: Json, fields: Fields, zone: str) -> Body:
    state = fields["state"]
    done = state is BlockState.DONE
    body = _summary(event, done=done)
    if done or _placement(event, zone) is state:
        return body
    pinned = state is BlockState.PINNED
    put = _BY_HAND if pinned else events.span_of(events.times_of(event, zone))
    return body | events.with_private({_AT: put})


def _read_state(event: Json, zone: str) -> Value | ReadProblem:
    done = _read_done(event, zone)
    if isinstance(done, ReadProblem):
        return done
    return BlockState.DONE if done else _placement(event, zone) or ReadProblem(_UNPLACED)


def _lacks_state(fields: Fields) -> str:
    fits = fields.get("state", BlockState.PUBLISHED) in _STATES
    return "" if fits else "is not for the calendar yet, or no longer: plan it again."


STATE = FieldCodec(
    name="state",
    keys=("summary", "extendedProperties"),
    fit=lambda value, _: _STATES.get(value, value),
    send=_send_state,
    read=_read_state,
    lacks=_lacks_state,
    read_only=True,
)
_UNPLACED = (
    "Whether syncd put the event where it is can't be read: look at it in Google Calendar."
)


def _placement(event: Json, zone: str) -> BlockState | None:
    """Say whether an event is where syncd put it, or where its person did.

    None where that can't be read.
    """
    put, times = events.read_text(events.private(event), _AT), events.times_of(event, zone)
    now = events.span_of(times)
    if put is None or (put and not now and _lacks_time(event, times)):
        return None
    if not put or not now or put == now:
        return BlockState.PUBLISHED
    return BlockState.PINNED if put == _BY_HAND or events.is_span(put) else None


def _lacks_time(event: Json, times: events.Times) -> bool:
    """Say whether a time can't be read; that of a whole day can."""
    stated = zip(times, ("start", "end"), strict=True)
    return any(
        at is None and events.day(events.part(event, name)) is None for at, name in stated
    )


# What the event keeps for syncd: references to the plan, and links to the task.

_KEPT_AS = {"task": "syncd-task", "goal": "syncd-goal"}
_LINK_NAMES = "syncd-links"
_UNREAD = "What the event keeps of this can't be read: look at it in Google Calendar."


def reference(name: str) -> FieldCodec:
    """Return the codec of an id of the plan that the event keeps."""
    key = _KEPT_AS[name]

    def send(event: Json, fields: Fields, _zone: str) -> Body:
        same = fields[name] == reference_of(event, name)
        return {} if same else events.with_private({key: fields[name]})

    def read(event: Json, _zone: str) -> Value | ReadProblem:
        value = events.read_text(events.private(event), key)
        return ReadProblem(_UNREAD) if value is None else value or None

    return FieldCodec(
        name=name, keys=("extendedProperties",), send=send, read=read, editable=False
    )


def reference_of(event: Json, name: str) -> str | None:
    """Return the id of the plan that an event keeps under this name, if it can be read."""
    return events.text(events.private(event), _KEPT_AS[name]) or None


def _send_links(event: Json, fields: Fields, _zone: str) -> Body:
    links, (description, names) = (
        events.parse_links(str(fields[LINKS] or "")),
        _described(event),
    )
    if links == events.find_links(description, names):
        return {}
    wanted = events.link_names(links)
    kept = {} if wanted == names else events.with_private({_LINK_NAMES: wanted or None})
    return {"description": events.place_links(description, names, links), **kept}


def _read_links(event: Json, _zone: str) -> Value | ReadProblem:
    if events.read_text(event, "description") is None or hides_links(event):
        return ReadProblem(_UNREAD)
    return events.links_text(events.find_links(*_described(event)))


BLOCK_LINKS = FieldCodec(
    name=LINKS,
    keys=("description", "extendedProperties"),
    fit=lambda value, _: events.clean_links(str(value or "")),
    send=_send_links,
    read=_read_links,
    editable=False,
)


def _described(event: Json) -> tuple[str, str]:
    """Return the description, and the names of syncd's links in it."""
    names = events.text(events.private(event), _LINK_NAMES)
    return events.text(event, "description"), names


def hides_links(event: Json) -> bool:
    """Say whether nobody can tell which lines of the description are syncd's."""
    return events.read_text(events.private(event), _LINK_NAMES) is None
