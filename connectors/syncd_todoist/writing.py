"""Writing: up to 100 commands a request, each write with its own outcome."""

from collections.abc import Iterator, Mapping, Sequence

from syncd.connect.contract import Outcome
from syncd.errors import Changed, Gone, SignIn, SkipItem, ToolError, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import Op, Seen, Write
from syncd_todoist.border import Json, not_whole, sorted_of, told
from syncd_todoist.client import Client
from syncd_todoist.commands import Command, commands_of, key_of, move_to, numbered
from syncd_todoist.failures import command_failed
from syncd_todoist.outcomes import Outcomes
from syncd_todoist.records import Records

_AT_ONCE = 100
_Done = dict[int, Outcome]
"""Outcomes, by the place of their write."""
_Job = tuple[int, list[Command]]
"""The place of a write, and its commands."""


class Writer:
    """Does one batch of writes."""

    def __init__(self, client: Client, records: Records, outcomes: Outcomes) -> None:
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
            raise not_whole()

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
        rows = sorted_of(Kind.TASK, list(self._client.tasks(project)))
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
                failed = command_failed(reply.status.get(command["uuid"]))
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
            reply = self._outcomes.sync(commands) if commands else told({})
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
