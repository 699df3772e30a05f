"""Writing: up to 100 commands a request, each write with its own outcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from syncd.connect.contract import Outcome
from syncd.errors import (
    Changed,
    Forbidden,
    Gone,
    SignIn,
    SkipItem,
    ToolError,
    TryLater,
    Unclear,
)
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import PAGE_URL, Op, Remote, Seen, Write
from syncd_todoist.border import SyncReply, incomplete_answer, parse_sync_reply, sort_rows
from syncd_todoist.client import EVERYTHING, TodoistClient, error_of_command, is_about_duration
from syncd_todoist.commands import (
    MAX_COMMANDS,
    Command,
    WriteTarget,
    commands_of,
    moves_out,
    new_section,
    seen_of,
    temporary,
)
from syncd_todoist.project import TodoistRecords
from syncd_todoist.reading import TodoistReader


class CommandSender:
    """Sends commands, and others where the first ones were refused; says what became of them."""

    def __init__(
        self, client: TodoistClient, records: TodoistRecords, reader: TodoistReader
    ) -> None:
        self._client = client
        self._records = records
        self._reader = reader
        self._blames_durations = True

    def begin(self) -> None:
        """Begin a batch: a refusal may be about durations again."""
        self._blames_durations = True

    def target(self, write: Write) -> WriteTarget:
        """Return the project and account that a write is for."""
        link = self._records.ours(write.seen) if write.seen else ""
        project = self._records.project or ""
        return WriteTarget(project=project, account=self._records.account, link=link)

    def sync(self, commands: Sequence[Command]) -> SyncReply:
        """Do commands; the reply has what changed since the latest that was seen."""
        token = self._records.token or EVERYTHING
        try:
            reply = parse_sync_reply(self._client.sync(token, commands))
        except SkipItem:
            if token == EVERYTHING:
                raise
            # the token may be the reason
            reply = parse_sync_reply(self._client.sync(EVERYTHING, commands))
        if not reply.invalid:
            self._records.update(reply)
        return reply

    def outcome(self, write: Write, commands: Sequence[Command], reply: SyncReply) -> Outcome:
        """Return what became of a write whose commands got this reply."""
        error, status = _first_error(commands, reply)
        if error is None or _is_emptied_goal(write, error):
            return self._answer(write, commands, reply)
        if not isinstance(error, Gone | SkipItem):
            return error
        with_duration = any(command["args"].get("duration") for command in commands)
        forbidden = isinstance(error, Forbidden) and self._blames_durations
        if with_duration and (forbidden or is_about_duration(status)):
            return self._without_duration(write, lacking=forbidden)
        if _unarchives(commands):
            return self._revived(write, commands, reply)
        return self._not_found(write, error) if isinstance(error, Gone) else error

    def _revived(self, write: Write, commands: Sequence[Command], reply: SyncReply) -> Outcome:
        """A section that cannot be unarchived is active already, or is made anew."""
        error, _ = _first_error(commands[1:], reply)
        if error is None:
            return self._answer(write, commands, reply)
        return self._again(write, new_section(write, self.target(write)))

    def _not_found(self, write: Write, error: Gone) -> Outcome:
        """Something that a command names is not there."""
        if write.op is Op.CREATE:
            return SkipItem(f"{error} Its goal or parent is not in Todoist any more.")
        if write.op is Op.DELETE:
            self._records.forget([seen_of(write).id])
            return None
        now = self._reader.read(write.kind, seen_of(write).id)
        if (
            write.kind is Kind.TASK
            and now.fields.get("done")
            and write.fields.get("done", True)
        ):
            return now  # completed items take no commands: it stays as it is
        return SkipItem(f"{error} Move the task in Todoist, or un-tick it there.")

    def _without_duration(self, write: Write, *, lacking: bool) -> Outcome:
        """Durations belong to paid plans; what has none is written all the same."""
        target = self.target(write)
        account = replace(target.account, durations=False)
        outcome = self._again(write, commands_of(write, replace(target, account=account)))
        if lacking and isinstance(outcome, Remote):
            self._records.without_durations()
        if isinstance(outcome, Forbidden):  # then it was not about the duration
            self._blames_durations = False
        return outcome

    def _again(self, write: Write, commands: Sequence[Command]) -> Outcome:
        """Send other commands for a write that was refused."""
        reply = self.sync(commands)
        error, _ = _first_error(commands, reply)
        if error is not None:
            return SkipItem(str(error)) if isinstance(error, Gone) else error
        return self._answer(write, commands, reply)

    def _answer(self, write: Write, commands: Sequence[Command], reply: SyncReply) -> Outcome:
        if write.op is Op.DELETE:
            self._records.forget([seen_of(write).id])
            return None
        revived = _unarchives(commands)
        remote = self._id(write, reply, revived=revived)
        if remote is None:
            return Unclear("Todoist did not say which item it made: looking for it.")
        raw = reply.rows[write.kind].good.get(remote)
        if raw is None or not self._records.is_here(raw):
            return self._read_back(write, remote, revived=revived)
        self._records.record_write(remote, write)
        return self._records.remote(write.kind, raw)

    def _id(self, write: Write, reply: SyncReply, *, revived: bool) -> RemoteId | None:
        mapped = reply.created.get(temporary(write))
        if mapped:
            return mapped if self._records.may_be(mapped, write) else None
        if revived or write.op is Op.UPDATE:
            return seen_of(write).id
        return self._lookalike(write)

    def _lookalike(self, write: Write) -> RemoteId | None:
        """A create that is repeated may be answered without the id that it made."""
        reply = parse_sync_reply(self._client.sync(EVERYTHING))
        rows = reply.rows[write.kind]
        if reply.invalid or rows.nameless or rows.unread:
            return None
        matches = [
            remote
            for remote, raw in rows.good.items()
            if self._records.is_here(raw) and self._alike(write, raw)
        ]
        return RemoteId(matches[0]) if len(matches) == 1 else None

    def _alike(self, write: Write, raw: Mapping[str, Any]) -> bool:
        now = self._records.remote(write.kind, raw, link=str(write.fields.get(PAGE_URL) or ""))
        names = {"title", "notes", "goal", "parent", PAGE_URL} & set(write.fields)
        return all(now.fields.get(name) == write.fields[name] for name in names)

    def _read_back(self, write: Write, remote: RemoteId, *, revived: bool) -> Outcome:
        self._records.record_write(remote, write)
        try:
            return self._reader.read(write.kind, remote)
        except Gone as error:
            if revived:
                return self._again(write, new_section(write, self.target(write)))
            if not write.fields.get("done"):
                return error
        except ToolError as error:
            return Unclear(f"Written, but not read back: {error}")
        # Completed, and in no list yet: the write was done.
        before = write.seen.fields if write.seen else {}
        fields = {**before, **write.fields}
        link = str(fields.get(PAGE_URL) or "") or None
        return Remote(id=remote, kind=write.kind, fields=fields, link=link)


def _first_error(commands: Sequence[Command], reply: SyncReply) -> tuple[Exception | None, Any]:
    """Return the error of the first command that was refused, and its status in the reply."""
    for command in commands:
        status = reply.status.get(command["uuid"])
        error = error_of_command(status)
        if error is not None:
            return error, status
    return None, None


def _is_emptied_goal(write: Write, error: Exception) -> bool:
    """Say whether a goal counts as deleted though its section could not be archived.

    Its tasks were moved out. Deleting the section would delete its completed tasks too.
    """
    goal = write.op is Op.DELETE and write.kind is Kind.GOAL
    return goal and isinstance(error, SkipItem)


def _unarchives(commands: Sequence[Command]) -> bool:
    return bool(commands) and commands[0]["type"] == "section_unarchive"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A write, its position in the batch, and the commands that do it."""

    position: int
    write: Write
    commands: list[Command]


_Outcomes = dict[int, Outcome]
"""Outcomes by the position of their write in the batch."""


class TodoistWriter:
    """Does one batch of writes."""

    def __init__(
        self, client: TodoistClient, records: TodoistRecords, sender: CommandSender
    ) -> None:
        self._client = client
        self._records = records
        self._sender = sender

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes in order; one outcome each."""
        self._read_changes(writes)
        self._sender.begin()
        outcomes: _Outcomes = {}
        jobs: list[_Job] = []
        for position, write in enumerate(writes):
            try:
                commands = self._commands(write)
            except (Changed, Gone, SkipItem, TryLater) as error:
                deleted = write.op is Op.DELETE and isinstance(error, Gone)
                outcomes[position] = None if deleted else error
            else:
                jobs.append(_Job(position=position, write=write, commands=commands))
        self._keep_what_is_below(jobs, outcomes)
        try:
            self._send_all([job for job in jobs if job.position not in outcomes], outcomes)
        finally:
            self._records.save()
        return [outcomes[position] for position in range(len(writes))]

    def _read_changes(self, writes: Sequence[Write]) -> None:
        """Read what changed meanwhile, if Todoist answers; else the writes meet the error."""
        if all(write.op is Op.CREATE for write in writes):
            return
        try:
            reply = self._sender.sync([])
        except TryLater as error:
            if error.seconds is not None:
                raise
            return
        if reply.invalid:
            raise incomplete_answer()

    def _commands(self, write: Write) -> list[Command]:
        if write.op is not Op.CREATE and write.seen is not None:
            self._check_unchanged(write, write.seen)
        return commands_of(write, self._sender.target(write))

    def _check_unchanged(self, write: Write, seen: Seen) -> None:
        """Raise unless the item is as it was seen, or as this write, sent before, has made it.

        Todoist has no conditional writes.
        """
        if seen.id in self._records.unread:
            raise TryLater(self._records.unread[seen.id])
        raw = self._records.latest.get(seen.id)
        if raw is None:
            return
        if not self._records.is_here(raw):
            raise Gone("It was deleted in Todoist, or moved out of syncd's project.")
        if seen.version in ("", str(raw.get("updated_at") or "")):
            return
        now = self._records.remote(write.kind, raw).fields
        shared = set(now) & set(seen.fields)
        wanted = {**seen.fields, **write.fields}
        if not shared or any(
            now[name] not in (seen.fields[name], wanted[name]) for name in shared
        ):
            raise Changed("It was edited in Todoist meanwhile: looking at it again.")

    def _keep_what_is_below(self, jobs: Sequence[_Job], outcomes: _Outcomes) -> None:
        """Move out what is not to be deleted itself.

        Todoist deletes the sub-tasks of a task with it, and archives the tasks of a section
        with it (Todoist API documentation, "Sync").
        """
        deletions = _deletions(jobs)
        if not deletions:
            return
        self._client.forget()  # what is below is what is there now
        project = self._records.project or ""
        rows = sort_rows(Kind.TASK, list(self._client.tasks(project)))
        unread = [*rows.nameless, *rows.unread.values()]
        if unread:  # it may be below any of them
            error = TryLater(f"What is below this could not be kept: {unread[0]}")
            outcomes |= {job.position: error for job in deletions.values()}
            return
        deleted = {remote: job.write for remote, job in deletions.items()}
        moves = [
            (deletions[owner].position, command)
            for owner, command in moves_out(rows.good, deleted, project)
        ]
        self._move_out(moves, outcomes)

    def _move_out(self, moves: Sequence[tuple[int, Command]], outcomes: _Outcomes) -> None:
        for start in range(0, len(moves), MAX_COMMANDS):
            part = moves[start : start + MAX_COMMANDS]
            reply = self._sender.sync([command for _, command in part])
            for position, command in part:
                error = error_of_command(reply.status.get(command["uuid"]))
                if error is not None and not isinstance(error, Gone):
                    outcomes[position] = TryLater(
                        f"What is below this could not be kept: {error}"
                    )

    def _send_all(self, jobs: list[_Job], outcomes: _Outcomes) -> None:
        sent = False
        for chunk in _chunks(jobs):
            try:
                self._send(chunk, outcomes)
            except (SignIn, TryLater) as error:
                if not sent:
                    raise
                outcomes |= {
                    job.position: error for job in jobs if job.position not in outcomes
                }
                return
            sent = True

    def _send(self, chunk: list[_Job], outcomes: _Outcomes) -> None:
        commands = [command for job in chunk for command in job.commands]
        try:
            reply = self._sender.sync(commands) if commands else parse_sync_reply({})
        except Unclear as error:
            outcomes |= {job.position: error for job in chunk}
            return
        except SkipItem as error:
            if len(chunk) == 1:
                outcomes[chunk[0].position] = error
                return
            for job in chunk:  # because of one, the whole request is refused: find out which
                self._send([job], outcomes)
            return
        for job in chunk:
            try:
                outcome = self._sender.outcome(job.write, job.commands, reply)
            except (SignIn, TryLater, Unclear) as error:
                outcome = Unclear(f"Written, but not read back: {error}")
            except ToolError as error:
                outcome = error
            outcomes[job.position] = outcome


def _deletions(jobs: Sequence[_Job]) -> dict[RemoteId, _Job]:
    """Return the jobs that delete an item, by its id."""
    return {
        job.write.seen.id: job
        for job in jobs
        if job.write.op is Op.DELETE and job.write.seen is not None
    }


def _chunks(jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    """Part jobs into requests, each with one write to an item, so that outcomes are clear."""
    chunk: list[_Job] = []
    count = 0
    items: set[str] = set()
    for job in jobs:
        seen = job.write.seen
        again = seen is not None and seen.id in items
        if chunk and (again or count + len(job.commands) > MAX_COMMANDS):
            yield chunk
            chunk, count, items = [], 0, set()
        chunk.append(job)
        count += len(job.commands)
        items |= {seen.id} if seen is not None else set()
    if chunk:
        yield chunk
