"""Reading: what changed, one item directly, completed tasks, and what a lost create made."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.border import Sorted
from syncd.connect.network import RateLimiter
from syncd.errors import Gone, HoldTool, Mistake, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import PAGE_URL, Pull, Remote, Write
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
from syncd_todoist.project import TodoistRecords
from syncd_todoist.values import split_description

_WINDOW = timedelta(days=89)  # completed tasks are listed for at most three months
_WINDOWS = 4
_MARGIN = timedelta(days=1)
"""How far Todoist's clock may be from ours."""


class CompletedTasks:
    """Reads completed tasks, which listings of active ones leave out."""

    def __init__(self, client: TodoistClient, records: TodoistRecords, clock: Clock) -> None:
        self._client = client
        self._records = records
        self._clock = clock
        self._begun: datetime | None = None

    def read(self, remote: RemoteId) -> Json | None:
        """Return a completed task; None if there is none of that id.

        ``SkipItem`` where it is there and can't be read, or may be what has no id.
        """
        nameless: list[str] = []
        until = self._clock.now() + _MARGIN
        for _ in range(_WINDOWS):
            since = until - _WINDOW
            rows = self._client.completed(since, until, lambda page: _has(page, remote))
            listing = _completed_rows(rows)
            if remote in listing.unread:
                raise SkipItem(listing.unread[remote])
            if remote in listing.good:
                return listing.good[remote]
            nameless += listing.nameless
            until = since
        if nameless:
            raise SkipItem(nameless[0])
        return None

    def with_links(self) -> Sorted:
        """Return the completed tasks that carry a link, where nothing else is known of them.

        A full sync has active tasks only: with syncd's state lost, a task that was ticked
        since would look as if it had never been made.
        """
        if self._records.knows_links:
            return Sorted()
        listing = self._in_project(None)
        good = {
            remote: raw
            for remote, raw in listing.good.items()
            if self._records.remote(Kind.TASK, raw).link
        }
        return replace(listing, good=good)

    def since(self, read_at: str) -> Sorted:
        """Return what was completed since a reading whose cursor is no longer good.

        A full sync has active tasks only: what was added and ticked since would never
        have been seen.
        """
        if not read_at:
            return Sorted()
        return self._in_project(_latest_start(read_at))

    def _in_project(self, since: datetime | None) -> Sorted:
        """Return what was completed in syncd's project."""
        try:
            listing = self._listed(since)
        except (Gone, SkipItem):
            self._begun = None
            return Sorted()
        good = {
            remote: raw for remote, raw in listing.good.items() if self._records.is_here(raw)
        }
        return replace(listing, good=good)

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
        return _completed_rows(rows)


def _completed_rows(rows: Any) -> Sorted:
    done = [{"checked": True, **raw} if isinstance(raw, Mapping) else raw for raw in rows]
    return sort_rows(Kind.TASK, done)


def _has(page: list[Any], remote: str) -> bool:
    return any(isinstance(raw, Mapping) and raw.get("id") == remote for raw in page)


def _latest_start(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) - _MARGIN
    except (ValueError, OverflowError):
        return None


class TodoistReader:
    """Reads the project; writes nothing."""

    def __init__(
        self, client: TodoistClient, records: TodoistRecords, limiter: RateLimiter, clock: Clock
    ) -> None:
        self._client = client
        self._records = records
        self._limiter = limiter
        self._clock = clock
        self._completed = CompletedTasks(client, records, clock)
        self._read_at = ""

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``, or everything for None."""
        if self._records.project is None:
            raise Mistake("Todoist has no project for the plan yet: run `syncd sync`.")
        pull = self._everything() if cursor is None else self._changes(_parsed(cursor))
        self._client.forget()
        return pull

    def _everything(self) -> Pull:
        first = self._sync(EVERYTHING)
        return self._whole(
            first, merge_listings(self._completed.with_links(), self._completed_since())
        )

    def _changes(self, known: Json) -> Pull:
        if known.get("project") != self._records.project or not known.get("token"):
            raise StartOver("Todoist is read from the beginning: its project is another one.")
        self._read_at = str(known.get("at") or "")
        reply = self._sync(str(known["token"]))
        if reply.full:
            return self._whole(reply, self._completed_since())
        self._read_at = ""
        self._records.update(reply)
        if known.get("zone") != self._records.account.zone:
            # Floating times moved with the user, and no item is reported as changed.
            return self._whole(self._sync(EVERYTHING), Sorted())
        self._check_project(reply.projects)
        return self._pulled(reply)

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item directly; ``Gone`` on evidence of removal."""
        raw = self._client.section(remote) if kind is Kind.GOAL else self._task(remote)
        wrong = item_fault(kind, raw, remote)
        if wrong:
            raise SkipItem(wrong)
        if not self._records.is_here(raw):
            last = self._records.remote(kind, raw) if _has_fields(raw) else None
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
        link = str(write.fields.get(PAGE_URL) or "")
        return self._find_task(write, project, link) if link else None

    def _find_task(self, write: Write, project: str, link: str) -> Remote | None:
        def carries(raw: Json) -> bool:
            return split_description(raw.get("description") or "", link)[1] == link

        def enough(page: list[object]) -> bool:
            return any(carries(raw) for raw in sort_rows(Kind.TASK, page).good.values())

        rows = sort_rows(Kind.TASK, list(self._client.tasks(project, enough)))
        matches = [raw for raw in rows.good.values() if carries(raw)]
        if matches:
            return self._records.remote(write.kind, matches[0], link)
        _refuse_unread(rows)
        return None

    def _find_section(self, write: Write, project: str) -> Remote | None:
        """Look for a section: it has no mark, only its name, and perhaps a known owner."""
        rows = sort_rows(Kind.GOAL, list(self._client.sections(project)))
        _refuse_unread(rows)
        matches = [
            remote
            for section, raw in rows.good.items()
            if self._records.owner(section) in (None, write.entity)
            and self._records.is_here(raw)
            and (remote := self._records.remote(write.kind, raw)).fields == write.fields
        ]
        return matches[0] if len(matches) == 1 else None

    def _sync(self, token: str) -> SyncReply:
        try:
            reply = parse_sync_reply(self._client.sync(token))
        except SkipItem as error:
            if token != EVERYTHING:
                raise StartOver("Todoist no longer knows where we stopped reading.") from error
            raise Mistake(f"Todoist refuses to be read; update syncd. {error}") from error
        whole = token == EVERYTHING or reply.full
        if reply.invalid or (whole and (reply.incomplete or not _is_listed(reply.projects))):
            # Every account has its Inbox: without any project the answer is not whole.
            raise incomplete_answer()
        return reply

    def _whole(self, first: SyncReply, done: Sorted) -> Pull:
        """A full payload may be stale: what changed since is read right after.

        (Todoist API documentation, "Sync", ``full_sync_date_utc``.)
        """
        self._records.update(first, whole=True)
        second = self._sync(first.token)
        self._records.update(second)
        rows = {kind: merge_listings(first.rows[kind], second.rows[kind]) for kind in LISTS}
        rows[Kind.TASK] = merge_listings(done, rows[Kind.TASK])
        projects = merge_listings(first.projects, second.projects)
        self._check_project(projects, whole=True)
        both = replace(
            second,
            rows=rows,
            projects=projects,
            incomplete=first.incomplete or second.incomplete,
            account_problem=first.account_problem or second.account_problem,
        )
        return self._pulled(both, whole=True)

    def _pulled(self, reply: SyncReply, *, whole: bool = False) -> Pull:
        items: list[Remote] = []
        last: list[Remote] = []
        gone: list[RemoteId] = []
        for kind, rows in reply.rows.items():
            for remote, raw in rows.good.items():
                if self._records.is_here(raw):
                    items.append(self._records.remote(kind, raw))
                elif not whole or raw.get("is_deleted"):
                    gone.append(RemoteId(remote))
                    last += [self._records.remote(kind, raw)] if _has_fields(raw) else []
        self._records.forget(gone)
        pull = self._pull_of(reply, whole=whole)
        return replace(pull, items=tuple(items), gone=frozenset(gone), last=tuple(last))

    def _pull_of(self, reply: SyncReply, *, whole: bool) -> Pull:
        """Return a reply as a pull, without what is there and what is gone."""
        lists = [*reply.rows.values(), reply.projects]
        nameless = [sentence for rows in lists for sentence in rows.nameless]
        return Pull(
            unread={
                remote: sentence
                for rows in reply.rows.values()
                for remote, sentence in rows.unread.items()
            },
            whole=frozenset(LISTS) if whole and not nameless else frozenset(),
            cursor=self._cursor(reply.token) if reply.fully_read else None,
            clock_offset=self._limiter.offset,
            problems=tuple(dict.fromkeys([*nameless, *filter(None, [reply.account_problem])])),
            unmapped_fields=mapping.unavailable(self._records.account),
        )

    def _cursor(self, token: str) -> str:
        cursor = {
            "token": token,
            "project": self._records.project,
            "zone": self._records.account.zone,
            "at": self._clock.now().isoformat(),
        }
        return json.dumps(cursor)

    def _check_project(self, projects: Sorted, *, whole: bool = False) -> None:
        project = RemoteId(str(self._records.project))
        if project in projects.unread:
            raise TryLater(projects.unread[project])
        raw = projects.good.get(project)
        if raw is None and whole:
            raw = self._project(project)
        if raw is not None and _is_removed(raw):
            raise HoldTool(
                "syncd's project in Todoist was deleted or archived: bring it back there."
            )

    def _project(self, project: str) -> Json:
        """Absence from a listing is no evidence: read the project itself."""
        try:
            raw = self._client.project(project)
        except (Gone, SkipItem):
            return {"is_deleted": True}
        if project_fault(raw, project) or not _is_removed(raw):
            raise incomplete_answer()
        return raw

    def _completed_since(self) -> Sorted:
        read_at, self._read_at = self._read_at, ""
        return self._completed.since(read_at)

    def _task(self, remote: RemoteId) -> Json:
        try:
            return self._client.task(remote)
        except Gone:
            # Only active tasks can be read directly: it may have been completed.
            task = self._completed.read(remote)
            if task is None:
                raise
            return task


def _is_listed(rows: Sorted) -> bool:
    return bool(rows.good or rows.unread or rows.nameless)


def _is_removed(project: Json) -> bool:
    return bool(project.get("is_deleted") or project.get("is_archived"))


def _refuse_unread(rows: Sorted) -> None:
    """Raise ``SkipItem`` if a listing has entries that can't be read: it may be one of them."""
    unread = [*rows.nameless, *rows.unread.values()]
    if unread:
        raise SkipItem(unread[0])


def _has_fields(raw: Json) -> bool:
    """Say whether a tombstone is more than an id."""
    return "content" in raw or "name" in raw


def _parsed(cursor: str) -> Json:
    try:
        known = json.loads(cursor)
    except ValueError:
        known = None
    if not isinstance(known, dict):
        raise StartOver("Todoist is read from the beginning: the place was lost.")
    return known
