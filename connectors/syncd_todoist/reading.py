"""Reading: what changed, one item directly, and what a lost create may have made."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.pace import Pace
from syncd.errors import Gone, HoldTool, Mistake, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import LINK, Pull, Remote, Write
from syncd_todoist import texts
from syncd_todoist.client import EVERYTHING, Client, Json
from syncd_todoist.records import LISTS, Records

_WINDOW = timedelta(days=89)  # completed tasks are listed for at most three months
_WINDOWS = 4
_MARGIN = timedelta(days=1)
"""How far Todoist's clock may be from ours."""
_LISTED = ("items", "sections", "projects")


class Reader:
    """Reads the project; writes nothing."""

    def __init__(self, client: Client, records: Records, pace: Pace, clock: Clock) -> None:
        self._client = client
        self._records = records
        self._pace = pace
        self._clock = clock
        self._read_at = ""

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``, or everything for None."""
        if self._records.project is None:
            raise Mistake("Todoist has no project for the plan yet: run `syncd init`.")
        if cursor is None:
            return self._whole(self._sync(EVERYTHING), self._done_before() | self._done_since())
        known = _parsed(cursor)
        if known.get("project") != self._records.project or not known.get("token"):
            raise StartOver("Todoist is read from the beginning: its project is another one.")
        self._read_at = str(known.get("at") or "")
        reply = self._sync(str(known["token"]))
        if reply.get("full_sync"):
            return self._whole(reply, self._done_since())
        self._read_at = ""
        self._records.learn(reply)
        if known.get("zone") != self._records.account.zone:
            # Floating times moved with the person, and nothing else tells so.
            return self._whole(self._sync(EVERYTHING))
        self._still_there(_by_id(reply, "projects"))
        return self._pulled(reply, frozenset())

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item directly; ``Gone`` on evidence of removal."""
        raw = self._client.section(remote) if kind is Kind.GOAL else self._task(remote)
        if not self._records.is_here(raw):
            last = self._records.remote(kind, raw) if _tells(raw) else None
            raise Gone("It was deleted in Todoist, or moved out of syncd's project.", last)
        return self._records.remote(kind, raw)

    def find(self, write: Write) -> Remote | None:
        """Look for what a create made: a task by its link, a section by its name."""
        project = self._records.project
        if project is None:
            return None
        if write.kind is Kind.GOAL:
            return self._find_section(write, project)
        link = str(write.fields.get(LINK) or "")
        for raw in self._client.tasks(project) if link else ():
            if texts.parted(str(raw.get("description") or ""), link)[1] == link:
                return self._records.remote(write.kind, raw, link)
        return None

    def _find_section(self, write: Write, project: str) -> Remote | None:
        """A section has no mark: only its name, and for whom it is known to be made."""
        found = [
            remote
            for raw in self._client.sections(project)
            if self._records.owner(str(raw["id"])) in (None, write.entity)
            and self._records.is_here(raw)
            and (remote := self._records.remote(write.kind, raw)).fields == write.fields
        ]
        return found[0] if len(found) == 1 else None

    def _sync(self, token: str) -> Json:
        try:
            reply = self._client.sync(token)
        except SkipItem as error:
            if token != EVERYTHING:
                raise StartOver("Todoist no longer knows where we stopped reading.") from error
            raise Mistake(f"Todoist refuses to be read; update syncd. {error}") from error
        whole = token == EVERYTHING or reply.get("full_sync")
        if not reply.get("sync_token") or (whole and not reply.get("projects")):
            # Every account has its Inbox: without any project the answer is not whole.
            raise TryLater("Todoist's answer is not whole: reading it again later.")
        return reply

    def _whole(self, first: Json, done: Mapping[str, Json] | None = None) -> Pull:
        """A full payload may be stale: what changed since is read right after.

        (Todoist API documentation, "Sync", ``full_sync_date_utc``.)
        """
        self._records.learn({**first, "full_sync": True})
        second = self._sync(str(first["sync_token"]))
        self._records.learn(second)
        merged = {
            name: list((_by_id(first, name) | _by_id(second, name)).values())
            for name in _LISTED
        }
        listed = _by_id(merged, "items")
        merged["items"] += [raw for one, raw in (done or {}).items() if one not in listed]
        self._still_there(_by_id(merged, "projects"), whole=True)
        return self._pulled({**second, **merged}, frozenset(LISTS))

    def _pulled(self, reply: Json, whole: frozenset[Kind]) -> Pull:
        items: list[Remote] = []
        gone: list[RemoteId] = []
        last: list[Remote] = []
        for kind, name in LISTS.items():
            for raw in _by_id(reply, name).values():
                if self._records.is_here(raw):
                    items.append(self._records.remote(kind, raw))
                elif not whole or raw.get("is_deleted"):
                    gone.append(RemoteId(str(raw["id"])))
                    last += [self._records.remote(kind, raw)] if _tells(raw) else []
        self._records.forget(gone)
        account = self._records.account
        cursor = {
            "token": reply["sync_token"],
            "project": self._records.project,
            "zone": account.zone,
            "at": self._clock.now().isoformat(),
        }
        paused = {} if account.durations else {Kind.TASK: frozenset({"estimate_minutes"})}
        return Pull(
            items=tuple(items),
            gone=frozenset(gone),
            last=tuple(last),
            whole=whole,
            cursor=json.dumps(cursor),
            clock_offset=self._pace.offset,
            paused=paused,
        )

    def _still_there(self, projects: Mapping[str, Json], *, whole: bool = False) -> None:
        ours = str(self._records.project)
        found = projects.get(ours)
        if found is None and whole:
            found = self._project(ours)
        if found is not None and (found.get("is_deleted") or found.get("is_archived")):
            raise HoldTool(
                "syncd's project in Todoist was deleted or archived: bring it back there."
            )

    def _project(self, project: str) -> Json:
        """Absence from a listing is no evidence: read the project itself."""
        try:
            raw = self._client.project(project)
        except (Gone, SkipItem):
            return {"is_deleted": True}
        if not raw.get("is_deleted") and not raw.get("is_archived"):
            raise TryLater("Todoist's answer is not whole: reading it again later.")
        return raw

    def _done_before(self) -> dict[str, Json]:
        """Return the completed tasks that carry a link, where nothing else is known of them.

        A full sync shows what is active alone: with syncd's state lost, a task that was
        ticked since would look as if it had never been made.
        """
        if self._records.knows_links:
            return {}
        until = self._clock.now() + _MARGIN
        found: dict[str, Json] = {}
        try:
            for raw in self._client.completed(until - _WINDOW, until):
                found[str(raw["id"])] = {"checked": True, **raw}
        except (Gone, SkipItem):
            return {}
        return {
            one: raw
            for one, raw in found.items()
            if self._records.is_here(raw) and self._records.remote(Kind.TASK, raw).link
        }

    def _done_since(self) -> dict[str, Json]:
        """Return what was completed since the reading whose cursor is no longer good.

        A full sync shows what is active alone: what was added and ticked since would never
        have been seen.
        """
        if not self._read_at:
            return {}
        until = self._clock.now() + _MARGIN
        since = max(_moment(self._read_at, until) - _MARGIN, until - _WINDOW)
        self._read_at = ""
        try:
            found = {str(raw["id"]): raw for raw in self._client.completed(since, until)}
        except (Gone, SkipItem):
            return {}
        done = {one: {"checked": True, **raw} for one, raw in found.items()}
        return {one: raw for one, raw in done.items() if self._records.is_here(raw)}

    def _task(self, remote: str) -> Json:
        try:
            return self._client.task(remote)
        except Gone:
            # Only active tasks can be read directly: it may have been completed.
            found = self._completed(remote)
            if found is None:
                raise
            return found

    def _completed(self, remote: str) -> Json | None:
        until = self._clock.now() + _MARGIN
        for _ in range(_WINDOWS):
            since = until - _WINDOW
            for raw in self._client.completed(since, until):
                if str(raw.get("id")) == remote:
                    return {"checked": True, **raw}
            until = since
        return None


def _tells(raw: Json) -> bool:
    """Say whether a tombstone is more than an id."""
    return "content" in raw or "name" in raw


def _moment(text: Any, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


def _by_id(reply: Mapping[str, Any], name: str) -> dict[str, Json]:
    return {str(raw["id"]): raw for raw in reply.get(name) or ()}


def _parsed(cursor: str) -> Json:
    try:
        found = json.loads(cursor)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StartOver("Todoist is read from the beginning: the place was lost.")
    return found
