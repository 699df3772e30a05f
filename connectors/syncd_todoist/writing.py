"""Writing: up to 100 commands a request, each write with its own outcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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
from syncd.model.remote import LINK, Op, Remote, Seen, Write
from syncd_todoist.border import Json, SyncReply, incomplete_answer, parse_sync_reply, sort_rows
from syncd_todoist.client import EVERYTHING, TodoistClient
from syncd_todoist.commands import (
    Command,
    WriteTarget,
    commands_of,
    key_of,
    move_to,
    new_section,
    numbered,
    seen_of,
    temporary,
)
from syncd_todoist.errors import error_of_command, names_duration
from syncd_todoist.reading import ProjectReader
from syncd_todoist.records import Records


class CommandOutcomes:
    """Tells outcomes, and sends other commands where the first ones were refused."""

    def __init__(self, client: TodoistClient, records: Records, reader: ProjectReader) -> None:
        self._client = client
        self._records = records
        self._reader = reader
        self._blames_durations = True

    def begin(self) -> None:
        """Begin a batch: a refusal may be about durations again."""
        self._blames_durations = True

    def place(self, write: Write) -> WriteTarget:
        """Return where and how to do a write."""
        link = self._records.ours(write.seen) if write.seen else ""
        project = self._records.project or ""
        return WriteTarget(project=project, account=self._records.account, link=link)

    def sync(self, commands: Sequence[Command]) -> SyncReply:
        """Do commands; the reply tells what changed since the latest that was seen."""
        token = self._records.token or EVERYTHING
        try:
            reply = parse_sync_reply(self._client.sync(token, commands))
        except SkipItem:
            if token == EVERYTHING:
                raise
            # the token may be the reason
            reply = parse_sync_reply(self._client.sync(EVERYTHING, commands))
        if not reply.wrong:
            self._records.learn(reply)
        return reply

    def outcome(self, write: Write, commands: Sequence[Command], reply: SyncReply) -> Outcome:
        """Return what became of a write whose commands got this reply."""
        failed, said = _first_failure(commands, reply)
        if failed is None or _leaves_empty(write, failed):
            return self._answer(write, commands, reply)
        if not isinstance(failed, Gone | SkipItem):
            return failed
        with_duration = any(command["args"].get("duration") for command in commands)
        forbidden = isinstance(failed, Forbidden) and self._blames_durations
        if with_duration and (forbidden or names_duration(said)):
            return self._without_duration(write, lacking=forbidden)
        if _unarchives(commands):
            return self._revived(write, commands, reply)
        return self._met_nothing(write, failed) if isinstance(failed, Gone) else failed

    def _revived(self, write: Write, commands: Sequence[Command], reply: SyncReply) -> Outcome:
        """A section that cannot be unarchived is there all the same, or is made anew."""
        failed, _ = _first_failure(commands[1:], reply)
        if failed is None:
            return self._answer(write, commands, reply)
        return self._again(write, new_section(write, self.place(write)))

    def _met_nothing(self, write: Write, failed: Gone) -> Outcome:
        """Something that a command names is not there."""
        if write.op is Op.CREATE:
            return SkipItem(f"{failed} Its goal or parent is not in Todoist any more.")
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
        return SkipItem(f"{failed} Move the task in Todoist, or un-tick it there.")

    def _without_duration(self, write: Write, *, lacking: bool) -> Outcome:
        """Durations belong to paid plans; what has none is written all the same."""
        place = self.place(write)
        account = replace(place.account, durations=False)
        outcome = self._again(write, commands_of(write, replace(place, account=account)))
        if lacking and isinstance(outcome, Remote):
            self._records.without_durations()
        if isinstance(outcome, Forbidden):  # then it was not about the duration
            self._blames_durations = False
        return outcome

    def _again(self, write: Write, commands: Sequence[Command]) -> Outcome:
        """Send other commands for a write that was refused."""
        reply = self.sync(commands)
        failed, _ = _first_failure(commands, reply)
        if failed is not None:
            return SkipItem(str(failed)) if isinstance(failed, Gone) else failed
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
        self._records.wrote(remote, write)
        return self._records.remote(write.kind, raw)

    def _id(self, write: Write, reply: SyncReply, *, revived: bool) -> RemoteId | None:
        mapped = reply.made.get(temporary(write))
        if mapped:
            return mapped if self._records.may_be(mapped, write) else None
        if revived or write.op is Op.UPDATE:
            return seen_of(write).id
        return self._lookalike(write)

    def _lookalike(self, write: Write) -> RemoteId | None:
        """A create that is repeated may be answered without the id that it made."""
        reply = parse_sync_reply(self._client.sync(EVERYTHING))
        rows = reply.rows[write.kind]
        if reply.wrong or rows.nameless or rows.unread:
            return None
        found = [
            one
            for one, raw in rows.good.items()
            if self._records.is_here(raw) and self._alike(write, raw)
        ]
        return RemoteId(found[0]) if len(found) == 1 else None

    def _alike(self, write: Write, raw: Mapping[str, Any]) -> bool:
        now = self._records.remote(write.kind, raw, link=str(write.fields.get(LINK) or ""))
        names = {"title", "notes", "goal", "parent", LINK} & set(write.fields)
        return all(now.fields.get(name) == write.fields[name] for name in names)

    def _read_back(self, write: Write, remote: RemoteId, *, revived: bool) -> Outcome:
        self._records.wrote(remote, write)
        try:
            return self._reader.read(write.kind, remote)
        except Gone as error:
            if revived:
                return self._again(write, new_section(write, self.place(write)))
            if not write.fields.get("done"):
                return error
        except ToolError as error:
            return Unclear(f"Written, but not read back: {error}")
        # Completed, and in no list yet: it is what was asked for.
        before = write.seen.fields if write.seen else {}
        fields = {**before, **write.fields}
        link = str(fields.get(LINK) or "") or None
        return Remote(id=remote, kind=write.kind, fields=fields, link=link)


def _first_failure(
    commands: Sequence[Command], reply: SyncReply
) -> tuple[Exception | None, Any]:
    for command in commands:
        said = reply.status.get(command["uuid"])
        failed = error_of_command(said)
        if failed is not None:
            return failed, said
    return None, None


def _leaves_empty(write: Write, failed: Exception) -> bool:
    """Say whether a goal goes by what was done for its tasks.

    They were moved out of its section. Where a section cannot be archived it stays:
    to delete it would take the completed tasks along.
    """
    goal = write.op is Op.DELETE and write.kind is Kind.GOAL
    return goal and isinstance(failed, SkipItem)


def _unarchives(commands: Sequence[Command]) -> bool:
    return bool(commands) and commands[0]["type"] == "section_unarchive"


_AT_ONCE = 100
_Done = dict[int, Outcome]
"""Outcomes, by the place of their write."""
_Job = tuple[int, list[Command]]
"""The place of a write, and its commands."""


class BatchWriter:
    """Does one batch of writes."""

    def __init__(
        self, client: TodoistClient, records: Records, outcomes: CommandOutcomes
    ) -> None:
        self._client = client
        self._records = records
        self._outcomes = outcomes

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes in order; one outcome each."""
        self._look(writes)
        self._outcomes.begin()
        done: _Done = {}
        jobs: list[_Job] = []
        for at, one in enumerate(writes):
            try:
                jobs.append((at, self._commands(one)))
            except (Changed, Gone, SkipItem, TryLater) as error:
                away = one.op is Op.DELETE and isinstance(error, Gone)
                done[at] = None if away else error
        self._keep_what_is_below(writes, jobs, done)
        try:
            self._send_all(writes, [job for job in jobs if job[0] not in done], done)
        finally:
            self._records.save()
        return [done[at] for at in range(len(writes))]

    def _look(self, writes: Sequence[Write]) -> None:
        """See what changed meanwhile, as far as that can be seen.

        Where Todoist does not answer, the writes themselves will tell what that means.
        """
        if all(one.op is Op.CREATE for one in writes):
            return
        try:
            reply = self._outcomes.sync([])
        except TryLater as error:
            if error.seconds is not None:
                raise
            return
        if reply.wrong:
            raise incomplete_answer()

    def _commands(self, write: Write) -> list[Command]:
        if write.op is not Op.CREATE and write.seen is not None:
            self._unmoved(write, write.seen)
        return commands_of(write, self._outcomes.place(write))

    def _unmoved(self, write: Write, seen: Seen) -> None:
        """Todoist writes over anything: so look whether the item is as it was seen, or as
        this write, sent before, has made it."""
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

    def _keep_what_is_below(
        self, writes: Sequence[Write], jobs: Sequence[_Job], done: _Done
    ) -> None:
        """Move out what is not to be deleted itself.

        Deleting a task takes its sub-tasks along, archiving a section its tasks (Todoist
        API documentation, "Sync").
        """
        going: dict[str, tuple[int, Write]] = {}
        for at, _ in jobs:
            seen = writes[at].seen
            if writes[at].op is Op.DELETE and seen is not None:
                going[seen.id] = (at, writes[at])
        if not going:
            return
        self._client.forget()  # what is below is what is there now
        project = self._records.project or ""
        rows = sort_rows(Kind.TASK, list(self._client.tasks(project)))
        unread = [*rows.nameless, *rows.unread.values()]
        if unread:  # it may be below any of them
            failed = TryLater(f"What is below this could not be kept: {unread[0]}")
            done |= {at: failed for at, _ in going.values()}
            return
        self._move_out(list(_moves(rows.good, going, project)), done)

    def _move_out(self, moves: Sequence[tuple[int, Command]], done: _Done) -> None:
        for start in range(0, len(moves), _AT_ONCE):
            part = moves[start : start + _AT_ONCE]
            reply = self._outcomes.sync([command for _, command in part])
            for at, command in part:
                failed = error_of_command(reply.status.get(command["uuid"]))
                if failed is not None and not isinstance(failed, Gone):
                    done[at] = TryLater(f"What is below this could not be kept: {failed}")

    def _send_all(self, writes: Sequence[Write], jobs: list[_Job], done: _Done) -> None:
        sent = False
        for chunk in _chunks(writes, jobs):
            try:
                self._send(writes, chunk, done)
            except (SignIn, TryLater) as error:
                if not sent:
                    raise
                done |= {at: error for at, _ in jobs if at not in done}
                return
            sent = True

    def _send(self, writes: Sequence[Write], chunk: list[_Job], done: _Done) -> None:
        commands = [command for _, commands in chunk for command in commands]
        try:
            reply = self._outcomes.sync(commands) if commands else parse_sync_reply({})
        except Unclear as error:
            done |= {at: error for at, _ in chunk}
            return
        except SkipItem as error:
            if len(chunk) == 1:
                done[chunk[0][0]] = error
                return
            for one in chunk:  # one of them spoils the whole request: find out which
                self._send(writes, [one], done)
            return
        for at, of_one in chunk:
            try:
                done[at] = self._outcomes.outcome(writes[at], of_one, reply)
            except (SignIn, TryLater, Unclear) as error:
                done[at] = Unclear(f"Written, but not read back: {error}")
            except ToolError as error:
                done[at] = error


def _chunks(writes: Sequence[Write], jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    """Part jobs into requests; one item is written once in each, to tell the outcome."""
    chunk: list[_Job] = []
    count = 0
    items: set[str] = set()
    for at, commands in jobs:
        seen = writes[at].seen
        again = seen is not None and seen.id in items
        if chunk and (again or count + len(commands) > _AT_ONCE):
            yield chunk
            chunk, count, items = [], 0, set()
        chunk.append((at, commands))
        count += len(commands)
        items |= {seen.id} if seen is not None else set()
    if chunk:
        yield chunk


def _moves(
    rows: Mapping[str, Json], going: Mapping[str, tuple[int, Write]], project: str
) -> Iterator[tuple[int, Command]]:
    """Yield a move for each task that would be taken along by something that goes."""
    for remote, raw in rows.items():
        parent, section = raw.get("parent_id"), raw.get("section_id")
        owner = going.get(parent or section or "")
        if remote in going or owner is None:
            continue
        above: set[str | None] = set()
        while parent in going and parent not in above:  # a task may be told to be below itself
            above.add(parent)
            parent = rows.get(str(parent), {}).get("parent_id")
        parent = None if parent in going else parent
        section = None if section in going else section
        at, write = owner
        step = ("item_move", {"id": remote, **move_to(parent, section, project)})
        yield at, numbered(key_of(write.key, f"keep {remote}"), [step])[0]
