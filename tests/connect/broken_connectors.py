"""Connectors that break one promise each, for ``test_suite_catches``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syncd.connect.contract import Busy, Outcome
from syncd.errors import Gone, SignIn, SyncdError, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Binding, Op, Pull, Remote, Write
from syncd.model.schema import Fields
from syncd.testing.in_memory_connector import InMemoryConnector


class Twice(InMemoryConnector):
    """Makes an item each time it is asked to."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        self._sent.clear()
        return super().write(writes)


class FirstPageOnly(InMemoryConnector):
    """Forgets that a listing goes on."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        return replace(pull, items=pull.items[:100])


class ShortWhenCut(InMemoryConnector):
    """Takes a page that failed for the end."""

    def pull(self, cursor: str | None) -> Pull:
        try:
            return super().pull(cursor)
        except TryLater:
            return Pull(whole=frozenset(self.capabilities), cursor=cursor)


class LongerEachTime(InMemoryConnector):
    """Shortens what is short enough."""

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        return {**super().fit(kind, fields), "title": f"{fields.get('title')}…"}


class Wiping(InMemoryConnector):
    """Writes whole items where fields were meant."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        whole = [replace(it, fields={"notes": "", **it.fields}) for it in writes]
        return super().write(whole)


class GoneIsAnError(InMemoryConnector):
    """Finds that what is not there cannot be deleted."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        there = [it.seen is None or it.seen.id in self.tool.items for it in writes]
        outcomes = super().write(writes)
        return [
            it if ok else Gone("It is gone.") for it, ok in zip(outcomes, there, strict=True)
        ]


class Reviving(InMemoryConnector):
    """Makes anew what the person deleted."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        for write in writes:
            if write.op is Op.UPDATE and write.seen and write.seen.id in self.tool.removed:
                self.tool.restore(write.seen.id)
        return super().write(writes)


class Crashing(InMemoryConnector):
    """Trusts that a cursor is its own."""

    def pull(self, cursor: str | None) -> Pull:
        return super().pull(cursor if cursor is None else f"0:{int(cursor.split(':')[1])}")


class Unmarked(InMemoryConnector):
    """Puts no mark on what it makes."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        outcomes = super().write(writes)
        for item in outcomes:
            if isinstance(item, Remote):
                self.tool.items[item.id] = replace(item, mark=None)
        return [replace(it, mark=None) if isinstance(it, Remote) else it for it in outcomes]


class Rebuilding(InMemoryConnector):
    """Makes a lost container anew, empty."""

    def bind(self) -> Binding:
        self._bound.clear()
        for name in self.tool.shape.containers:
            self.tool.containers.setdefault(name, name)
        return super().bind()

    def pull(self, cursor: str | None) -> Pull:
        self.bind()
        return super().pull(cursor)


class Hopeful(InMemoryConnector):
    """Takes a refused sign-in for a passing trouble."""

    def pull(self, cursor: str | None) -> Pull:
        try:
            return super().pull(cursor)
        except SignIn as error:
            raise TryLater(str(error)) from error


class Tidying(InMemoryConnector):
    """Removes what it does not know."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        for write in writes:
            if write.op is Op.UPDATE and write.seen:
                self.tool.foreign[write.seen.id] = {}
        return super().write(writes)


class DoneIsGone(InMemoryConnector):
    """Takes what is ticked for deleted."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        done = frozenset(it.id for it in pull.items if it.fields.get("done"))
        items = tuple(it for it in pull.items if it.id not in done)
        return replace(pull, items=items, gone=pull.gone | done)


class StrictlyLater(InMemoryConnector):
    """Asks for what was edited after the minute of the last pull."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        now = self.tool.now()
        items = [it for it in pull.items if cursor is None or (it.edited_at or now) > now]
        return replace(pull, items=tuple(items))


class Forgetful(InMemoryConnector):
    """Finds nothing."""

    def find(self, write: Write) -> Remote | None:
        return None


class FindsAnything(InMemoryConnector):
    """Finds whatever is there."""

    def find(self, write: Write) -> Remote | None:
        return next(iter(self.tool.items.values()), None)


class Undead(InMemoryConnector):
    """Reads what was removed."""

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        return self.tool.removed.get(remote) or super().read(kind, remote)


class Shuffled(InMemoryConnector):
    """Answers in another order."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        return super().write(writes)[::-1]


class StopsAtTrouble(InMemoryConnector):
    """Gives up the rest when one write fails."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        outcomes = super().write(writes)
        bad = [at for at, it in enumerate(outcomes) if isinstance(it, SyncdError)]
        return outcomes[: bad[0] + 1] if bad else outcomes


class NoTombstones(InMemoryConnector):
    """Does not tell what was removed."""

    def pull(self, cursor: str | None) -> Pull:
        return replace(super().pull(cursor), gone=frozenset())


class LocalTimes(InMemoryConnector):
    """Takes local times for UTC."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        ahead = timedelta(hours=2)
        items = [
            replace(it, edited_at=it.edited_at and it.edited_at + ahead) for it in pull.items
        ]
        return replace(pull, items=tuple(items))


class OneByOne(InMemoryConnector):
    """Reads each item anew."""

    def pull(self, cursor: str | None) -> Pull:
        for item in list(self.tool.items.values()) * 3:
            self.read(item.kind, item.id)
        return super().pull(cursor)


class Deaf(InMemoryConnector):
    """Answers with what it was sent, not with what the service made of it."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        self.tool.faults.normalise = lambda _, fields: {
            name: it.strip() if type(it) is str else it for name, it in fields.items()
        }
        outcomes = super().write(writes)
        return [
            replace(it, fields={**it.fields, **write.fields}) if isinstance(it, Remote) else it
            for it, write in zip(outcomes, writes, strict=True)
        ]


class FreeWhenClosed(InMemoryConnector):
    """Takes a calendar that cannot be read for an empty one."""

    def busy(self, start: datetime, end: datetime) -> Busy:
        return replace(super().busy(start, end), unreadable=())


class Unclipped(InMemoryConnector):
    """Tells busy time as it stands in the calendar."""

    def busy(self, start: datetime, end: datetime) -> Busy:
        told = [it for spans in self.tool.busy.values() for it in spans or ()]
        return replace(super().busy(start, end), spans=tuple(told))


class OwnIsBusy(InMemoryConnector):
    """Takes what syncd wrote for the person's own plans."""

    def busy(self, start: datetime, end: datetime) -> Busy:
        told = super().busy(start, end)
        return replace(
            told,
            spans=told.spans * (1 + len(self.tool.items)),
            calendars=("x",) * len(self.tool.items),
        )


class Tugging(InMemoryConnector):
    """Reads a block where syncd put it, not where the person did."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        put: dict[EntityId | None, Fields] = {it.entity: it.fields for it in self.tool.log}
        items = [replace(it, fields={**it.fields, **put.get(it.mark, {})}) for it in pull.items]
        return replace(pull, items=tuple(items))


class Unlinked(InMemoryConnector):
    """Keeps no links and no references."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        empty = {"links": "", "task": None, "goal": None}
        return super().write(
            [replace(it, fields={**it.fields, **empty} if it.fields else {}) for it in writes]
        )


class Boastful(InMemoryConnector):
    """Says that it holds everything."""

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        return True
