"""Writing one event: creating, updating and deleting, each safe to do twice."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncd.errors import Changed, Forbidden, Gone, NotFound, Refused, SkipItem, Taken
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Remote, Seen, Write
from syncd_google import answers, blocks, border, events, mapping, titles
from syncd_google.dressing import Dressing
from syncd_google.listing import lost, tells
from syncd_google.provision import Calendar
from syncd_google.refusals import Unreadable

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import Client

Json = dict[str, Any]

_REVIVED: Json = {"summary": "", "start": {}, "end": {}}
"""What of a deleted event is written anew whatever it was."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes to one calendar."""

    client: "Client"
    calendar: Calendar
    dressing: Dressing

    def event(self, remote: RemoteId) -> Json:
        """Return a live event.

        Raises ``Gone``, ``HoldTool`` if all the calendar is, ``Unreadable`` where what is
        there can't be read.
        """
        try:
            event = self._told(remote)
        except NotFound:
            self._still_there()
            raise
        if events.is_gone(event):
            last = self._item(event) if tells(event) else None
            raise Gone(f"The event {remote} was deleted in Google Calendar.", last)
        return event

    def find(self, write: Write) -> Remote | None:
        """Return what a create of this entity has made."""
        for generation in range(events.GENERATIONS):
            try:
                event = self._told(events.event_id(write.entity, generation))
            except NotFound:
                self._still_there()
                return None
            if not events.is_gone(event) and events.mark_of(event) == write.entity:
                if events.kind_of(event) is not write.kind:
                    raise answers.spoilt(event, events.KIND)
                return self._item(event)
        return None

    def create(self, write: Write) -> Remote:
        """Make the event, or bring back what stands under its id."""
        if not mapping.holds(write.kind, write.fields):
            raise SkipItem(f"{_shown(write)} {_why_not(write)}")
        body = self._body(write)
        for generation in range(events.GENERATIONS):
            remote = events.event_id(write.entity, generation)
            try:
                answer = self.client.insert(self.calendar.id, {"id": remote, **body})
                event = answers.answered(answer, remote)
            except NotFound as error:
                raise lost(self.calendar) from error
            except Taken:
                with answers.in_doubt():
                    claimed = self._claim(remote, write, body)
                if claimed is None:
                    continue
                event = claimed
            return self._ours(event, write)
        raise SkipItem(f"Google has no free id for {_shown(write)}: change its title and sync.")

    def update(self, write: Write) -> Remote:
        """Bring the event to the fields of the write, and touch nothing else of it."""
        seen = _seen(write)
        fields = mapping.fit(write.kind, write.fields)
        if lacking := mapping.lacks(write.kind, fields):
            raise SkipItem(f"{_shown(write)} {lacking}")
        form, version = self._form(seen)
        body = self._patch(write, fields, form)
        if seen.mark != write.entity:
            body = mapping.marked(body, write.entity, write.kind)
        if not body:
            return self._item(self._before(seen))
        try:
            event = self._patched(seen.id, body, version)
        except NotFound:
            self._still_there()
            raise
        except Forbidden:
            with answers.in_doubt():
                self.event(seen.id)  # a deleted event may refuse by 403, not as deleted
            raise
        except Changed:
            with answers.in_doubt():
                return self._as_asked(write, {**seen.fields, **fields})
        if events.is_gone(event):
            raise Gone(f"The event {seen.id} was deleted in Google Calendar.")
        return self._ours(event, write)

    def delete(self, write: Write) -> None:
        """Cancel the event; one that is gone already is fine."""
        seen = _seen(write)
        try:
            self.client.delete(self.calendar.id, seen.id, seen.version)
        except NotFound:
            self._still_there()
        except Gone:
            return
        except (Changed, Forbidden):
            try:
                with answers.in_doubt():
                    self.event(seen.id)
            except Gone:
                return
            raise

    def _body(self, write: Write) -> Json:
        """Return the body of a new event, without its id."""
        body = mapping.to_remote(write.kind, write.entity, write.fields, self.calendar.zone)
        if write.kind is not Kind.BLOCK:
            return body
        colour = self.dressing.colour(blocks.goal_of(body))
        shown = {"colorId": colour} if colour else {}
        return {**body, **shown, "reminders": self.dressing.reminders()}

    def _patch(self, write: Write, fields: Json, form: Json) -> Json:
        """Return what brings an event to ``fields``; another goal brings another colour.

        Raises ``SkipItem`` where it would write over what can't be read.
        """
        kind = write.kind
        body = mapping.to_patch(kind, fields, form, self.calendar.zone)
        _guard(write, form, body, self.calendar.zone)
        goal = fields.get("goal")
        if kind is Kind.BLOCK and "goal" in fields and goal != blocks.goal_of(form):
            body["colorId"] = self.dressing.colour(goal)
        return body

    def _form(self, seen: Seen) -> tuple[Json, str]:
        """Return what the event looked like, and the etag that goes with it."""
        if seen.version and "start" in seen.extra:
            return dict(seen.extra), seen.version
        event = self._before(seen)
        version = str(event["etag"])
        if seen.version and version != seen.version:
            raise Changed(f"The event {seen.id} was edited in Google Calendar meanwhile.")
        return event, version

    def _before(self, seen: Seen) -> Json:
        """Return an event before it is written. Raises ``Changed`` if it can't be read."""
        try:
            return self.event(seen.id)
        except Unreadable as error:
            raise Changed(str(error)) from error

    def _as_asked(self, write: Write, wanted: Json) -> Remote:
        """Return the event if all of it is as asked: an earlier try had arrived.

        Raises ``Changed`` if anything of it is different.
        """
        item = self._item(self.event(_seen(write).id))
        if item.fields == wanted and item.mark == write.entity:
            return item
        raise Changed(f"{_shown(write)} was edited in Google Calendar: looking at it again.")

    def _claim(self, remote: RemoteId, write: Write, body: Json) -> Json | None:
        """Return the event under an id that is taken, made ours; None if it can't be."""
        try:
            event = self._told(remote)
        except Gone:
            return None  # the id stays taken though nothing answers to it
        if events.is_gone(event):
            return self._revived(remote, write, body, event)
        if events.mark_of(event) != write.entity:
            return None
        fields = mapping.fit(write.kind, write.fields)
        changes = self._patch(write, fields, event)
        if not changes:
            return event
        return self._patched(remote, changes, event["etag"])

    def _revived(self, remote: RemoteId, write: Write, body: Json, old: Json) -> Json | None:
        patch = mapping.to_revive(write.kind, write.fields, body, old)
        if mapping.illegible({**old, **_REVIVED}, patch, self.calendar.zone):
            return None  # what the person wrote there can't be read: it stays as it is
        try:
            event = self._patched(remote, patch, events.text(old, "etag"))
        except (Gone, Refused, Forbidden, Taken):
            # Some deleted events can't be brought back: Google answers 403 for them
            # (public issues of its client libraries). Their id is lost to us.
            return None
        return None if events.is_gone(event) else event

    def _still_there(self) -> None:
        """Raise ``HoldTool`` where the whole calendar is gone, not one event of it."""
        try:
            border.calendar(self.client.calendar(self.calendar.id), self.calendar.id)
        except Gone as error:
            raise lost(self.calendar) from error

    def _told(self, remote: RemoteId) -> Json:
        return answers.told(self.client.event(self.calendar.id, remote), remote)

    def _patched(self, remote: RemoteId, body: Json, version: str) -> Json:
        answer = self.client.patch(self.calendar.id, remote, body, version)
        return answers.answered(answer, remote)

    def _ours(self, event: Json, write: Write) -> Remote:
        """Return the item of a write's answer. Raises ``Unclear`` if it shows another one."""
        if not answers.is_ours(event, write):
            raise answers.unclear()
        return self._item(event)

    def _item(self, event: Json) -> Remote:
        return mapping.from_remote(event, self.calendar.zone)


def _guard(write: Write, form: Json, body: Json, zone: str) -> None:
    """Raise ``SkipItem`` where a patch would write over what can't be read."""
    if mapping.illegible(form, body, zone):
        raise SkipItem(
            f"{_shown(write)} has a title, a time or a description that syncd can't read, so it is not "
            "written over: look at it in Google Calendar."
        )


def _seen(write: Write) -> Seen:
    if write.seen is None:
        raise SkipItem(f"{_shown(write)} was never read in Google Calendar: sync again.")
    return write.seen


def _why_not(write: Write) -> str:
    return mapping.lacks(write.kind, mapping.whole(write.kind, write.fields))


def _shown(write: Write) -> str:
    return titles.shown(str(write.fields.get("title") or write.entity))
