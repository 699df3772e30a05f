"""What became of a write, from the reply to its commands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.connect.contract import Outcome
from syncd.errors import Forbidden, Gone, SkipItem, ToolError, Unclear
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import LINK, Op, Remote, Write
from syncd_todoist.border import Told, told
from syncd_todoist.client import EVERYTHING, Client
from syncd_todoist.commands import (
    Command,
    Place,
    commands_of,
    new_section,
    seen_of,
    temporary,
)
from syncd_todoist.failures import command_failed, names_duration
from syncd_todoist.reading import Reader
from syncd_todoist.records import Records


class Outcomes:
    """Tells outcomes, and sends other commands where the first ones were refused."""

    def __init__(self, client: Client, records: Records, reader: Reader) -> None:
        self._client = client
        self._records = records
        self._reader = reader
        self._blames_durations = True

    def begin(self) -> None:
        """Begin a batch: a refusal may be about durations again."""
        self._blames_durations = True

    def place(self, write: Write) -> Place:
        """Return where and how to do a write."""
        link = self._records.ours(write.seen) if write.seen else ""
        project = self._records.project or ""
        return Place(project=project, account=self._records.account, link=link)

    def sync(self, commands: Sequence[Command]) -> Told:
        """Do commands; the reply tells what changed since the latest that was seen."""
        token = self._records.token or EVERYTHING
        try:
            reply = told(self._client.sync(token, commands))
        except SkipItem:
            if token == EVERYTHING:
                raise
            # the token may be the reason
            reply = told(self._client.sync(EVERYTHING, commands))
        if not reply.wrong:
            self._records.learn(reply)
        return reply

    def outcome(self, write: Write, commands: Sequence[Command], reply: Told) -> Outcome:
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

    def _revived(self, write: Write, commands: Sequence[Command], reply: Told) -> Outcome:
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

    def _answer(self, write: Write, commands: Sequence[Command], reply: Told) -> Outcome:
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

    def _id(self, write: Write, reply: Told, *, revived: bool) -> RemoteId | None:
        mapped = reply.made.get(temporary(write))
        if mapped:
            return mapped if self._records.may_be(mapped, write) else None
        if revived or write.op is Op.UPDATE:
            return seen_of(write).id
        return self._lookalike(write)

    def _lookalike(self, write: Write) -> RemoteId | None:
        """A create that is repeated may be answered without the id that it made."""
        reply = told(self._client.sync(EVERYTHING))
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


def _first_failure(commands: Sequence[Command], reply: Told) -> tuple[Exception | None, Any]:
    for command in commands:
        said = reply.status.get(command["uuid"])
        failed = command_failed(said)
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
