"""Reading: what changed, one item directly, and what a lost create may have made."""

import json
from dataclasses import replace

from syncd.clock import Clock
from syncd.connect.border import Sorted
from syncd.connect.network import RateLimiter
from syncd.errors import Gone, HoldTool, Mistake, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import LINK, Pull, Remote, Write
from syncd_todoist import texts
from syncd_todoist.border import (
    LISTS,
    Json,
    Told,
    item_fault,
    joined,
    not_whole,
    project_fault,
    sorted_of,
    told,
)
from syncd_todoist.client import EVERYTHING, Client
from syncd_todoist.finished import Finished
from syncd_todoist.records import Records


class Reader:
    """Reads the project; writes nothing."""

    def __init__(
        self, client: Client, records: Records, limiter: RateLimiter, clock: Clock
    ) -> None:
        self._client = client
        self._records = records
        self._limiter = limiter
        self._clock = clock
        self._finished = Finished(client, records, clock)
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
        return self._whole(first, joined(self._finished.with_links(), self._done_since()))

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
            return texts.parted(raw.get("description") or "", link)[1] == link

        def enough(page: list[object]) -> bool:
            return any(carries(raw) for raw in sorted_of(Kind.TASK, page).good.values())

        rows = sorted_of(Kind.TASK, list(self._client.tasks(project, enough)))
        found = [raw for raw in rows.good.values() if carries(raw)]
        if found:
            return self._records.remote(write.kind, found[0], link)
        _unless_unread(rows)
        return None

    def _find_section(self, write: Write, project: str) -> Remote | None:
        """A section has no mark: only its name, and for whom it is known to be made."""
        rows = sorted_of(Kind.GOAL, list(self._client.sections(project)))
        _unless_unread(rows)
        found = [
            remote
            for one, raw in rows.good.items()
            if self._records.owner(one) in (None, write.entity)
            and self._records.is_here(raw)
            and (remote := self._records.remote(write.kind, raw)).fields == write.fields
        ]
        return found[0] if len(found) == 1 else None

    def _sync(self, token: str) -> Told:
        try:
            reply = told(self._client.sync(token))
        except SkipItem as error:
            if token != EVERYTHING:
                raise StartOver("Todoist no longer knows where we stopped reading.") from error
            raise Mistake(f"Todoist refuses to be read; update syncd. {error}") from error
        whole = token == EVERYTHING or reply.full
        if reply.wrong or (whole and (reply.short or not _any(reply.projects))):
            # Every account has its Inbox: without any project the answer is not whole.
            raise not_whole()
        return reply

    def _whole(self, first: Told, done: Sorted) -> Pull:
        """A full payload may be stale: what changed since is read right after.

        (Todoist API documentation, "Sync", ``full_sync_date_utc``.)
        """
        self._records.learn(first, whole=True)
        second = self._sync(first.token)
        self._records.learn(second)
        rows = {kind: joined(first.rows[kind], second.rows[kind]) for kind in LISTS}
        rows[Kind.TASK] = joined(done, rows[Kind.TASK])
        projects = joined(first.projects, second.projects)
        self._still_there(projects, whole=True)
        both = replace(
            second,
            rows=rows,
            projects=projects,
            short=first.short or second.short,
            unsure=first.unsure or second.unsure,
        )
        return self._pulled(both, whole=True)

    def _pulled(self, reply: Told, *, whole: bool = False) -> Pull:
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

    def _pull_of(self, reply: Told, *, whole: bool) -> Pull:
        """Return what a reply tells beside what is there and what is gone."""
        lists = [*reply.rows.values(), reply.projects]
        nameless = [why for rows in lists for why in rows.nameless]
        durations = self._records.account.durations
        return Pull(
            unread={
                one: why for rows in reply.rows.values() for one, why in rows.unread.items()
            },
            whole=frozenset(LISTS) if whole and not nameless else frozenset(),
            cursor=self._cursor(reply.token) if reply.sure else None,
            clock_offset=self._limiter.offset,
            problems=tuple(dict.fromkeys([*nameless, *filter(None, [reply.unsure])])),
            paused={} if durations else {Kind.TASK: frozenset({"estimate_minutes"})},
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
            raise not_whole()
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
