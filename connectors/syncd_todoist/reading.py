"""Reading: what changed, one item directly, and what a lost create may have made."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.border import Sorted
from syncd.connect.rate_limit import RateLimiter
from syncd.errors import Gone, HoldTool, Mistake, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import LINK, Pull, Remote, Write
from syncd_todoist import mapping
from syncd_todoist.border import (
    LISTS,
    Json,
    SyncReply,
    incomplete_answer,
    item_fault,
    merge_listings,
    parse_sync_reply,
    project_fault,
    sort_rows,
)
from syncd_todoist.client import EVERYTHING, TodoistClient
from syncd_todoist.records import Records
from syncd_todoist.values import split_description

_WINDOW = timedelta(days=89)  # completed tasks are listed for at most three months
_WINDOWS = 4
_MARGIN = timedelta(days=1)
"""How far Todoist's clock may be from ours."""


class CompletedTasks:
    """The completed tasks."""

    def __init__(self, client: TodoistClient, records: Records, clock: Clock) -> None:
        self._client = client
        self._records = records
        self._clock = clock
        self._begun: datetime | None = None

    def one(self, remote: RemoteId) -> Json | None:
        """Return a completed task; None if there is none of that id.

        ``SkipItem`` where it is there and can't be read, or may be what has no id.
        """
        nameless: list[str] = []
        until = self._clock.now() + _MARGIN
        for _ in range(_WINDOWS):
            since = until - _WINDOW
            rows = self._client.completed(since, until, lambda page: _has(page, remote))
            found = _sorted(rows)
            if remote in found.unread:
                raise SkipItem(found.unread[remote])
            if remote in found.good:
                return found.good[remote]
            nameless += found.nameless
            until = since
        if nameless:
            raise SkipItem(nameless[0])
        return None

    def with_links(self) -> Sorted:
        """Return the completed tasks that carry a link, where nothing else is known of them.

        A full sync shows what is active alone: with syncd's state lost, a task that was
        ticked since would look as if it had never been made.
        """
        if self._records.knows_links:
            return Sorted()
        found = self._here(None)
        good = {
            one: raw
            for one, raw in found.good.items()
            if self._records.remote(Kind.TASK, raw).link
        }
        return replace(found, good=good)

    def since(self, read_at: str) -> Sorted:
        """Return what was completed since a reading whose cursor is no longer good.

        A full sync shows what is active alone: what was added and ticked since would never
        have been seen.
        """
        if not read_at:
            return Sorted()
        return self._here(_moment(read_at))

    def _here(self, since: datetime | None) -> Sorted:
        """Return what was completed in syncd's project."""
        try:
            found = self._listed(since)
        except (Gone, SkipItem):
            self._begun = None
            return Sorted()
        good = {one: raw for one, raw in found.good.items() if self._records.is_here(raw)}
        return replace(found, good=good)

    def _listed(self, since: datetime | None) -> Sorted:
        """Read a listing; where it was interrupted, also what was completed meanwhile."""
        until = self._clock.now() + _MARGIN
        begun = self._begun or until
        self._begun = begun
        start = begun - _WINDOW
        rows = list(self._client.completed(max(since, start) if since else start, begun))
        if begun != until:
            again = max(begun - 2 * _MARGIN, until - _WINDOW)
            rows += self._client.completed(again, until)
        self._begun = None
        return _sorted(rows)


def _sorted(rows: Any) -> Sorted:
    done = [{"checked": True, **raw} if isinstance(raw, Mapping) else raw for raw in rows]
    return sort_rows(Kind.TASK, done)


def _has(page: list[Any], remote: str) -> bool:
    return any(isinstance(raw, Mapping) and raw.get("id") == remote for raw in page)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) - _MARGIN
    except (ValueError, OverflowError):
        return None


class ProjectReader:
    """Reads the project; writes nothing."""

    def __init__(
        self, client: TodoistClient, records: Records, limiter: RateLimiter, clock: Clock
    ) -> None:
        self._client = client
        self._records = records
        self._limiter = limiter
        self._clock = clock
        self._finished = CompletedTasks(client, records, clock)
        self._read_at = ""

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``, or everything for None."""
        if self._records.project is None:
            raise Mistake("Todoist has no project for the plan yet: run `syncd init`.")
        pull = self._everything() if cursor is None else self._changes(_parsed(cursor))
        self._client.forget()
        return pull

    def _everything(self) -> Pull:
        first = self._sync(EVERYTHING)
        return self._whole(
            first, merge_listings(self._finished.with_links(), self._done_since())
        )

    def _changes(self, known: Json) -> Pull:
        if known.get("project") != self._records.project or not known.get("token"):
            raise StartOver("Todoist is read from the beginning: its project is another one.")
        self._read_at = str(known.get("at") or "")
        reply = self._sync(str(known["token"]))
        if reply.full:
            return self._whole(reply, self._done_since())
        self._read_at = ""
        self._records.learn(reply)
        if known.get("zone") != self._records.account.zone:
            # Floating times moved with the person, and nothing else tells so.
            return self._whole(self._sync(EVERYTHING), Sorted())
        self._still_there(reply.projects)
        return self._pulled(reply)

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item directly; ``Gone`` on evidence of removal."""
        raw = self._client.section(remote) if kind is Kind.GOAL else self._task(remote)
        wrong = item_fault(kind, raw, remote)
        if wrong:
            raise SkipItem(wrong)
        if not self._records.is_here(raw):
            last = self._records.remote(kind, raw) if _tells(raw) else None
            raise Gone("It was deleted in Todoist, or moved out of syncd's project.", last)
        return self._records.remote(kind, raw)

    def find(self, write: Write) -> Remote | None:
        """Look for what a create made: a task by its link, a section by its name.

        ``SkipItem`` where it may be what can't be read.
        """
        project = self._records.project
        if project is None:
            return None
        if write.kind is Kind.GOAL:
            return self._find_section(write, project)
        link = str(write.fields.get(LINK) or "")
        return self._find_task(write, project, link) if link else None

    def _find_task(self, write: Write, project: str, link: str) -> Remote | None:
        def carries(raw: Json) -> bool:
            return split_description(raw.get("description") or "", link)[1] == link

        def enough(page: list[object]) -> bool:
            return any(carries(raw) for raw in sort_rows(Kind.TASK, page).good.values())

        rows = sort_rows(Kind.TASK, list(self._client.tasks(project, enough)))
        found = [raw for raw in rows.good.values() if carries(raw)]
        if found:
            return self._records.remote(write.kind, found[0], link)
        _unless_unread(rows)
        return None

    def _find_section(self, write: Write, project: str) -> Remote | None:
        """A section has no mark: only its name, and for whom it is known to be made."""
        rows = sort_rows(Kind.GOAL, list(self._client.sections(project)))
        _unless_unread(rows)
        found = [
            remote
            for one, raw in rows.good.items()
            if self._records.owner(one) in (None, write.entity)
            and self._records.is_here(raw)
            and (remote := self._records.remote(write.kind, raw)).fields == write.fields
        ]
        return found[0] if len(found) == 1 else None

    def _sync(self, token: str) -> SyncReply:
        try:
            reply = parse_sync_reply(self._client.sync(token))
        except SkipItem as error:
            if token != EVERYTHING:
                raise StartOver("Todoist no longer knows where we stopped reading.") from error
            raise Mistake(f"Todoist refuses to be read; update syncd. {error}") from error
        whole = token == EVERYTHING or reply.full
        if reply.wrong or (whole and (reply.short or not _any(reply.projects))):
            # Every account has its Inbox: without any project the answer is not whole.
            raise incomplete_answer()
        return reply

    def _whole(self, first: SyncReply, done: Sorted) -> Pull:
        """A full payload may be stale: what changed since is read right after.

        (Todoist API documentation, "Sync", ``full_sync_date_utc``.)
        """
        self._records.learn(first, whole=True)
        second = self._sync(first.token)
        self._records.learn(second)
        rows = {kind: merge_listings(first.rows[kind], second.rows[kind]) for kind in LISTS}
        rows[Kind.TASK] = merge_listings(done, rows[Kind.TASK])
        projects = merge_listings(first.projects, second.projects)
        self._still_there(projects, whole=True)
        both = replace(
            second,
            rows=rows,
            projects=projects,
            short=first.short or second.short,
            unsure=first.unsure or second.unsure,
        )
        return self._pulled(both, whole=True)

    def _pulled(self, reply: SyncReply, *, whole: bool = False) -> Pull:
        items: list[Remote] = []
        last: list[Remote] = []
        gone: list[RemoteId] = []
        for kind, rows in reply.rows.items():
            for one, raw in rows.good.items():
                if self._records.is_here(raw):
                    items.append(self._records.remote(kind, raw))
                elif not whole or raw.get("is_deleted"):
                    gone.append(RemoteId(one))
                    last += [self._records.remote(kind, raw)] if _tells(raw) else []
        self._records.forget(gone)
        pull = self._pull_of(reply, whole=whole)
        return replace(pull, items=tuple(items), gone=frozenset(gone), last=tuple(last))

    def _pull_of(self, reply: SyncReply, *, whole: bool) -> Pull:
        """Return what a reply tells beside what is there and what is gone."""
        lists = [*reply.rows.values(), reply.projects]
        nameless = [why for rows in lists for why in rows.nameless]
        return Pull(
            unread={
                one: why for rows in reply.rows.values() for one, why in rows.unread.items()
            },
            whole=frozenset(LISTS) if whole and not nameless else frozenset(),
            cursor=self._cursor(reply.token) if reply.sure else None,
            clock_offset=self._limiter.offset,
            problems=tuple(dict.fromkeys([*nameless, *filter(None, [reply.unsure])])),
            paused=mapping.unavailable(self._records.account),
        )

    def _cursor(self, token: str) -> str:
        cursor = {
            "token": token,
            "project": self._records.project,
            "zone": self._records.account.zone,
            "at": self._clock.now().isoformat(),
        }
        return json.dumps(cursor)

    def _still_there(self, projects: Sorted, *, whole: bool = False) -> None:
        ours = RemoteId(str(self._records.project))
        if ours in projects.unread:
            raise TryLater(projects.unread[ours])
        found = projects.good.get(ours)
        if found is None and whole:
            found = self._project(ours)
        if found is not None and _is_away(found):
            raise HoldTool(
                "syncd's project in Todoist was deleted or archived: bring it back there."
            )

    def _project(self, project: str) -> Json:
        """Absence from a listing is no evidence: read the project itself."""
        try:
            raw = self._client.project(project)
        except (Gone, SkipItem):
            return {"is_deleted": True}
        if project_fault(raw, project) or not _is_away(raw):
            raise incomplete_answer()
        return raw

    def _done_since(self) -> Sorted:
        read_at, self._read_at = self._read_at, ""
        return self._finished.since(read_at)

    def _task(self, remote: RemoteId) -> Json:
        try:
            return self._client.task(remote)
        except Gone:
            # Only active tasks can be read directly: it may have been completed.
            found = self._finished.one(remote)
            if found is None:
                raise
            return found


def _any(rows: Sorted) -> bool:
    return bool(rows.good or rows.unread or rows.nameless)


def _is_away(project: Json) -> bool:
    return bool(project.get("is_deleted") or project.get("is_archived"))


def _unless_unread(rows: Sorted) -> None:
    """Raise ``SkipItem`` if what was looked for may be what can't be read."""
    unread = [*rows.nameless, *rows.unread.values()]
    if unread:
        raise SkipItem(unread[0])


def _tells(raw: Json) -> bool:
    """Say whether a tombstone is more than an id."""
    return "content" in raw or "name" in raw


def _parsed(cursor: str) -> Json:
    try:
        found = json.loads(cursor)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StartOver("Todoist is read from the beginning: the place was lost.")
    return found
