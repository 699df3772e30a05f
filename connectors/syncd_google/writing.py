"""Writing one event: creating, updating and deleting, each safe to do twice."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncd.connect.contract import ConnectorMemory
from syncd.errors import (
    Changed,
    Forbidden,
    Gone,
    NotFound,
    Refused,
    SkipItem,
    Taken,
    TryLater,
    Unclear,
)
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Remote, Seen, Write
from syncd_google import border, events, mapping
from syncd_google.border import UnreadableEvent
from syncd_google.calendars import BoundCalendar, calendar_lost, has_details
from syncd_google.settings import GoogleSettings

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import GoogleClient

Json = dict[str, Any]


class Appearance:
    """What a new block looks like beside its fields: its goal's colour, its reminder.

    Each goal gets a colour of its own, for as long as there are enough.
    """

    def __init__(self, memory: ConnectorMemory, settings: GoogleSettings) -> None:
        self._memory = memory
        self._minutes = settings.reminder_minutes

    def reminders(self) -> Json:
        """Return the reminders of a new block."""
        if self._minutes == "default":
            return {"useDefault": True}
        popup = {"method": "popup", "minutes": self._minutes}
        return {"useDefault": False, "overrides": [] if self._minutes == "none" else [popup]}

    def colour(self, goal: str | None) -> str | None:
        """Return a goal's colour, chosen where it has none; None is the calendar's own."""
        if not goal:
            return None
        colours = self._colours()
        if goal not in colours:
            used = list(colours.values())
            colours[goal] = min(_COLOURS, key=used.count)
            self._memory.put(_KEPT_COLOURS, colours)
        return colours[goal]

    def learn(self, shown: Iterable[tuple[str, str]]) -> None:
        """Keep the colours that goals are seen with, where none is remembered.

        So goals keep theirs when syncd's memory is lost.
        """
        known = self._colours()
        seen = {goal: colour for goal, colour in shown if colour in _COLOURS}
        if not set(seen) <= set(known):
            self._memory.put(_KEPT_COLOURS, {**seen, **known})

    def _colours(self) -> dict[str, str]:
        kept = self._memory.get(_KEPT_COLOURS)
        return dict(kept) if isinstance(kept, Mapping) else {}


_COLOURS = tuple(str(number) for number in range(1, 12))  # those that events can have
_KEPT_COLOURS = "colours"


@dataclass(frozen=True, slots=True)
class EventWriter:
    """Writes to one calendar."""

    client: "GoogleClient"
    calendar: BoundCalendar
    appearance: Appearance

    def read(self, remote: RemoteId) -> Remote:
        """Return a live event as an item.

        Raises ``Gone``, ``HoldTool`` if all the calendar is, ``UnreadableEvent`` where what
        is there can't be read.
        """
        return self._item(self._live(remote))

    def find(self, write: Write) -> Remote | None:
        """Return what a create of this entity has made."""
        for generation in range(events.GENERATIONS):
            try:
                event = self._event(events.event_id(write.entity, generation))
            except NotFound:
                self._check_calendar()
                return None
            if not events.is_gone(event) and events.mark_of(event) == write.entity:
                if events.kind_of(event) is not write.kind:
                    raise border.unreadable_event(event, events.KIND)
                return self._item(event)
        return None

    def create(self, write: Write) -> Remote:
        """Make the event, or bring back what stands under its id."""
        whole = mapping.with_needed(write.kind, write.fields)
        if lacking := mapping.lacks(write.kind, whole):
            raise SkipItem(f"{_shown(write)} {lacking}")
        for generation in range(events.GENERATIONS):
            event = self._created(events.event_id(write.entity, generation), write)
            if event is not None:
                return self._written_item(event, write)
        raise SkipItem(f"Google has no free id for {_shown(write)}: change its title and sync.")

    def update(self, write: Write) -> Remote:
        """Bring the event to the fields of the write, and change nothing else of it."""
        seen = _seen(write)
        fields = mapping.fit(write.kind, write.fields)
        if lacking := mapping.lacks(write.kind, fields):
            raise SkipItem(f"{_shown(write)} {lacking}")
        event, version = self._seen_event(seen)
        body = self._patch(write, fields, event)
        if seen.mark != write.entity:
            body = events.merged(body, events.marks(write.entity, write.kind))
        if not body:
            return self._item(self._live_or_changed(seen))
        try:
            answer = self._updated(seen.id, body, version)
        except Changed:
            with _in_doubt():
                return self._as_asked(write, {**seen.fields, **fields})
        return self._written_item(answer, write)

    def delete(self, write: Write) -> None:
        """Cancel the event; one that is gone already is fine."""
        seen = _seen(write)
        try:
            self.client.delete(self.calendar.id, seen.id, seen.version)
        except NotFound:
            self._check_calendar()
        except Gone:
            return
        except (Changed, Forbidden):
            try:
                with _in_doubt():
                    self._live(seen.id)
            except Gone:
                return
            raise

    def _created(self, remote: RemoteId, write: Write) -> Json | None:
        """Return the event made under an id; None where the id can't be ours."""
        body = self._body(write)
        shown = self._appearance(write, body)
        try:
            answer = self.client.insert(self.calendar.id, {"id": remote, **body, **shown})
            return border.written(answer, remote)
        except NotFound as error:
            raise calendar_lost(self.calendar) from error
        except Taken:
            with _in_doubt():
                return self._claimed(remote, write, body)

    def _claimed(self, remote: RemoteId, write: Write, body: Json) -> Json | None:
        """Return the event under an id that is taken, made ours; None if it can't be."""
        try:
            event = self._event(remote)
        except Gone:
            return None  # the id stays taken though nothing answers to it
        if events.is_gone(event):
            return self._revived(remote, write, body, event)
        if events.mark_of(event) != write.entity:
            return None
        changes = self._patch(write, mapping.fit(write.kind, write.fields), event)
        if not changes:
            return event
        return self._patched(remote, changes, event["etag"])

    def _revived(self, remote: RemoteId, write: Write, body: Json, old: Json) -> Json | None:
        """Return a deleted event, brought back; None if it can't be.

        What its user made of it is theirs again: the text of the description, the reminders,
        and the colour, unless the goal is another.
        """
        zone = self.calendar.zone
        patch = mapping.to_revive(write.kind, body, write.fields, old, zone)
        shown = self._appearance(write, body)
        if "reminders" in old:
            shown.pop("reminders", None)
        if mapping.goal_of(body) == mapping.goal_of(old):
            shown.pop("colorId", None)
        if mapping.overwrites_unread(mapping.blank(old), patch, zone):
            return None  # what the person wrote there can't be read: it stays as it is
        try:
            event = self._patched(remote, {**patch, **shown}, events.text(old, "etag"))
        except (Gone, Refused, Forbidden, Taken):
            # Some deleted events can't be brought back: Google answers 403 for them
            # (public issues of its client libraries). Their id is lost to us.
            return None
        return None if events.is_gone(event) else event

    def _body(self, write: Write) -> Json:
        """Return the body of a new event, without its id and appearance."""
        return mapping.to_remote(write.kind, write.entity, write.fields, self.calendar.zone)

    def _appearance(self, write: Write, body: Json) -> Json:
        """Return what a new block has beside its fields; nothing for a milestone."""
        if write.kind is not Kind.BLOCK:
            return {}
        colour = self.appearance.colour(mapping.goal_of(body))
        shown = {"colorId": colour} if colour else {}
        return {**shown, "reminders": self.appearance.reminders()}

    def _patch(self, write: Write, fields: Json, event: Json) -> Json:
        """Return what brings an event to ``fields``; another goal brings another colour.

        Raises ``SkipItem`` where it would write over what can't be read.
        """
        body = mapping.to_patch(write.kind, fields, event, self.calendar.zone)
        if mapping.overwrites_unread(event, body, self.calendar.zone):
            raise SkipItem(
                f"{_shown(write)} has a title, a time or a description that syncd can't read, "
                "so it is not written over: look at it in Google Calendar."
            )
        goal = fields.get("goal")
        if "goal" in fields and goal != mapping.goal_of(event):
            body["colorId"] = self.appearance.colour(goal)
        return body

    def _updated(self, remote: RemoteId, body: Json, version: str) -> Json:
        """Return an event after a patch. Raises ``Gone`` where it was deleted meanwhile."""
        try:
            answer = self._patched(remote, body, version)
        except NotFound:
            self._check_calendar()
            raise
        except Forbidden:
            with _in_doubt():
                self._live(remote)  # a deleted event may refuse by 403, not as deleted
            raise
        if events.is_gone(answer):
            raise Gone(f"The event {remote} was deleted in Google Calendar.")
        return answer

    def _seen_event(self, seen: Seen) -> tuple[Json, str]:
        """Return what the event looked like, and the etag that goes with it."""
        if seen.version and "start" in seen.extra:
            return dict(seen.extra), seen.version
        event = self._live_or_changed(seen)
        version = str(event["etag"])
        if seen.version and version != seen.version:
            raise Changed(f"The event {seen.id} was edited in Google Calendar meanwhile.")
        return event, version

    def _live_or_changed(self, seen: Seen) -> Json:
        """Return an event before it is written. Raises ``Changed`` if it can't be read."""
        try:
            return self._live(seen.id)
        except UnreadableEvent as error:
            raise Changed(str(error)) from error

    def _as_asked(self, write: Write, wanted: Json) -> Remote:
        """Return the event if all of it is as asked: an earlier try had arrived.

        Raises ``Changed`` if anything of it is different.
        """
        item = self.read(_seen(write).id)
        if item.fields == wanted and item.mark == write.entity:
            return item
        raise Changed(f"{_shown(write)} was edited in Google Calendar: looking at it again.")

    def _live(self, remote: RemoteId) -> Json:
        """Return a live event; raises as ``read`` does."""
        try:
            event = self._event(remote)
        except NotFound:
            self._check_calendar()
            raise
        if events.is_gone(event):
            last = self._item(event) if has_details(event) else None
            raise Gone(f"The event {remote} was deleted in Google Calendar.", last)
        return event

    def _check_calendar(self) -> None:
        """Raise ``HoldTool`` where the whole calendar is gone, not one event of it."""
        try:
            border.calendar(self.client.calendar(self.calendar.id), self.calendar.id)
        except Gone as error:
            raise calendar_lost(self.calendar) from error

    def _event(self, remote: RemoteId) -> Json:
        return border.event(self.client.event(self.calendar.id, remote), remote)

    def _patched(self, remote: RemoteId, body: Json, version: str) -> Json:
        answer = self.client.patch(self.calendar.id, remote, body, version)
        return border.written(answer, remote)

    def _written_item(self, event: Json, write: Write) -> Remote:
        """Return the item of a write's answer. Raises ``Unclear`` if it shows another one."""
        if events.mark_of(event) != write.entity or events.kind_of(event) is not write.kind:
            raise border.unclear()
        return self._item(event)

    def _item(self, event: Json) -> Remote:
        return mapping.from_remote(event, self.calendar.zone)


@contextmanager
def _in_doubt() -> Iterator[None]:
    """Turn what fails here into ``Unclear``: the write may have been done.

    What made us look may be the trace of an earlier try of ours whose reply was lost.
    """
    try:
        yield
    except (TryLater, UnreadableEvent) as error:
        raise Unclear(f"Google did not say what became of a write: {error}") from error


def _seen(write: Write) -> Seen:
    if write.seen is None:
        raise SkipItem(f"{_shown(write)} was never read in Google Calendar: sync again.")
    return write.seen


def _shown(write: Write) -> str:
    return events.quoted(str(write.fields.get("title") or write.entity))
