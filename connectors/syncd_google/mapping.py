"""Pure: the plan's milestones and learning blocks as events of Google Calendar, and back.

The two tables say which fields a kind has in an event; each field's codec (``field_codecs``) says how.
Everything else here is derived from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Carried, Remote
from syncd.model.schema import Fields
from syncd.model.values import BlockState
from syncd_google import events, field_codecs
from syncd_google.events import Json
from syncd_google.field_codecs import Body, FieldCodec, ReadProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCodec:
    """How one kind of the plan is an event.

    codecs: in the order in which they are sent: a later one sees what earlier ones change.
    fixed: what a new event says beside its fields, or without them.
    delete_delete_delete_archives, gone, live_only: as ``Carried`` has them.
    """

    codecs: tuple[FieldCodec, ...]
    fixed: Body
    delete_archives: bool = False
    gone: Fields = field(default_factory=dict)
    live_only: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """What of an event a later patch depends on."""
        return tuple(dict.fromkeys(key for codec in self.codecs for key in codec.keys))

    @property
    def carried(self) -> Carried:
        """What the contract says of this kind."""
        return Carried(
            fields=frozenset(codec.name for codec in self.codecs),
            editable=frozenset(codec.name for codec in self.codecs if codec.editable),
            home=frozenset(codec.name for codec in self.codecs if codec.home),
            read_only=frozenset(codec.name for codec in self.codecs if codec.read_only),
            imports=False,
            delete_archives=self.delete_archives,
            gone=self.gone,
            live_only=self.live_only,
        )


_MILESTONE = KindCodec(
    codecs=(
        field_codecs.title(
            untitled="Untitled milestone",
            problem="An event of a milestone has no title: give it one.",
        ),
        field_codecs.DONE,
        field_codecs.DUE,
    ),
    fixed={
        "summary": "Untitled milestone",
        "transparency": "transparent",
        "reminders": {"useDefault": False},
    },
    delete_archives=True,
)
_BLOCK = KindCodec(
    codecs=(
        field_codecs.title(
            untitled="Learning time",
            problem="An event of a learning block has no title: give it one.",
        ),
        field_codecs.START,
        field_codecs.END,
        field_codecs.STATE,
        field_codecs.reference("task"),
        field_codecs.reference("goal"),
        field_codecs.BLOCK_LINKS,
    ),
    fixed={"summary": "Learning time", "transparency": "opaque"},
    gone={"state": BlockState.SKIPPED},
    live_only=True,
)
_KINDS: Mapping[Kind, KindCodec] = {Kind.MILESTONE: _MILESTONE, Kind.BLOCK: _BLOCK}
CARRIES: Mapping[Kind, Carried] = {kind: codec.carried for kind, codec in _KINDS.items()}


def can_hold(kind: Kind, fields: Fields) -> bool:
    """Say whether there can be an event: it needs a day, or a time."""
    return kind in _KINDS and not lacks(kind, with_needed(kind, fields))


def with_needed(kind: Kind, fields: Fields) -> Fields:
    """Return fields with None for those needed that are not given."""
    needed = (codec.name for codec in _KINDS[kind].codecs if codec.needed)
    return {**dict.fromkeys(needed), **fields}


def lacks(kind: Kind, fields: Fields) -> str:
    """Return, in words, what keeps these fields from an event; "" where nothing does."""
    return next(filter(None, (codec.lacks(fields) for codec in _KINDS[kind].codecs)), "")


def fit(kind: Kind, fields: Fields, zone: str | None = None) -> Body:
    """Return what an event can hold of ``fields``; ``zone`` is for times without one."""
    if kind not in _KINDS:
        return {}
    return {
        codec.name: codec.fit(fields[codec.name], zone)
        for codec in _KINDS[kind].codecs
        if codec.name in fields
    }


def to_remote(kind: Kind, entity: EntityId, fields: Fields, zone: str) -> Body:
    """Return the body of a new event, without its id; ``zone`` is the calendar's."""
    fixed = _KINDS[kind].fixed
    body = events.merged(fixed, to_patch(kind, fit(kind, fields), fixed, zone))
    return events.merged(body, events.marks(entity, kind))


def to_patch(kind: Kind, fields: Fields, event: Json, zone: str) -> Body:
    """Return what brings an event to ``fields``: only what differs."""
    patch: Body = {}
    for codec in _KINDS[kind].codecs:
        if codec.name in fields:
            so_far = events.merged(event, patch)
            patch = events.merged(patch, codec.send(so_far, fields, zone))
    return patch


def to_revive(kind: Kind, new: Body, fields: Fields, event: Json, zone: str) -> Body:
    """Return the patch that makes a cancelled event the one of ``fields``.

    ``new`` is its body by ``to_remote``. What its user made of it stays theirs: the text of
    the description.
    """
    differs = to_patch(kind, fit(kind, fields), blank(event), zone)
    whole = {name: value for name, value in new.items() if name != "description"}
    patch = events.merged(differs, {**whole, "status": "confirmed"})
    for name in ("start", "end"):
        other = ("dateTime", "timeZone") if "date" in patch[name] else ("date",)
        there = events.part(event, name)
        patch[name] |= {key: None for key in other if key in there}
    return patch


def blank(event: Json) -> Body:
    """Return a deleted event without what is written anew whatever it was."""
    return {**event, "summary": "", "start": {}, "end": {}}


def overwrites_unread(event: Json, body: Json, zone: str) -> bool:
    """Say whether a patch would write over what can't be read of an event."""
    texts = [name for name in ("summary", "description") if name in body]
    times = [
        event[name] for name in ("start", "end") if name in body and event.get(name, {}) != {}
    ]
    return (
        any(events.read_text(event, name) is None for name in texts)
        or any(not events.is_time(time, zone) for time in times)
        or ("description" in body and field_codecs.hides_links(event))
    )


def goal_of(event: Json) -> str | None:
    """Return the goal of an event's block."""
    return field_codecs.reference_of(event, "goal")


def from_remote(event: Json, zone: str) -> Remote:
    """Return an event as an item; ``zone`` is the calendar's."""
    kind = events.kind_of(event)
    read = {codec.name: codec.read(event, zone) for codec in _KINDS[kind].codecs}
    problems = {
        n: value.sentence for n, value in read.items() if isinstance(value, ReadProblem)
    }
    return Remote(
        id=RemoteId(str(event.get("id"))),
        kind=kind,
        fields={n: value for n, value in read.items() if not isinstance(value, ReadProblem)},
        version=events.text(event, "etag"),
        created_at=events.instant(event.get("created")),
        edited_at=events.instant(event.get("updated")),
        mark=events.mark_of(event),
        url=events.text(event, "htmlLink"),
        problems=problems,
        extra=events.kept_parts(event, _KINDS[kind].keys),
    )
