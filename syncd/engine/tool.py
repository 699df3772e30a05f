"""A tool as the engine works with it: its connector, guarded, the person's rules for it, and the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from syncd.connect.contract import Busy, Connector, Outcome
from syncd.connect.network import RateLimiter
from syncd.errors import StateTrouble, SyncdError, message_of
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId, ToolName
from syncd.model.remote import Binding, Carried, Pull, Remote, Write
from syncd.model.schema import Fields
from syncd.redaction import Secrets
from syncd.sync.limits import Limits


class OnDelete(StrEnum):
    """What a deletion in a tool means: archive everywhere, or forget it there only."""

    ARCHIVE = "archive"
    FORGET = "forget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One enabled tool.

    limiter: where its requests are counted, and how fast they go. secrets: what no error of its
    connector may show.
    """

    name: ToolName
    title: str
    connector: Connector
    limiter: RateLimiter
    on_delete: OnDelete = OnDelete.ARCHIVE
    limits: Limits = field(default_factory=Limits)
    secrets: Secrets = field(default_factory=Secrets)


_LONGEST = 1000
"""Characters of a sentence: a service's own words in it are cut before."""


MOST_OF_A_TEXT = 250_000
"""Characters of one text; the most that any known service holds is 200,000."""
_TOO_LONG = "This text is longer than any that syncd keeps: shorten it there."


class ToolFault(Exception):
    """A tool's connector raised where its contract lets it raise nothing."""

    def __init__(self, tool: ToolName, error: Exception) -> None:
        super().__init__(tool)
        self.tool = tool
        self.error = error


class Guarded:
    """Wraps a connector: what its pure methods raise becomes its tool's ``ToolFault``, and
    no secret is in what its errors and problems say.

    What never changes of it is read once, here.
    """

    def __init__(self, tool: ToolName, connector: Connector, secrets: Secrets) -> None:
        self._tool = tool
        self._connector = connector
        self._secrets = secrets
        self.name = connector.name
        self.edit_resolution = connector.edit_resolution
        self.provides_urls = connector.provides_urls
        self.keeps_marks = connector.keeps_marks
        self.reads_busy = connector.reads_busy
        self.batch_size = connector.batch_size
        self.idempotent = connector.idempotent

    @property
    def capabilities(self) -> Mapping[Kind, Carried]:
        """What the tool carries, by kind."""
        with self._pure():
            return self._connector.capabilities

    def bind(self) -> Binding:
        """Find the containers."""
        with self._cleared():
            binding = self._connector.bind()
        return replace(binding, problems=self._all_cleared(binding.problems))

    def provision(self) -> None:
        """Make what is missing."""
        with self._cleared():
            self._connector.provision()

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed."""
        with self._cleared():
            pull = self._connector.pull(cursor)
        return replace(
            pull,
            items=tuple(self._item(item) for item in pull.items),
            unread={remote: self._text(why) for remote, why in pull.unread.items()},
            problems=self._all_cleared(pull.problems),
        )

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item."""
        with self._cleared():
            return self._item(self._connector.read(kind, remote))

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Read what was edited since an instant."""
        with self._cleared():
            items = self._connector.edited(kind, since)
        return None if items is None else [self._item(item) for item in items]

    def find(self, write: Write) -> Remote | None:
        """Look for what a create made."""
        with self._cleared():
            item = self._connector.find(write)
        return None if item is None else self._item(item)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes."""
        with self._cleared():
            outcomes = self._connector.write(writes)
        return [self._outcome(outcome) for outcome in outcomes]

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what the tool can hold of ``fields``."""
        with self._pure():
            return self._connector.fit(kind, fields)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether the tool can hold such an entity at all."""
        with self._pure():
            return self._connector.can_hold(kind, fields)

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return which item of the tool an address leads to."""
        with self._pure():
            return self._connector.id_from_url(url)

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Read when the user has no time."""
        with self._cleared():
            busy = self._connector.busy(start, end)
        return replace(
            busy,
            unreadable=self._all_cleared(busy.unreadable),
            problems=self._all_cleared(busy.problems),
        )

    def close(self) -> None:
        """Let go of connections."""
        self._connector.close()

    @contextmanager
    def _pure(self) -> Iterator[None]:
        try:
            yield
        except StateTrouble:
            raise
        except Exception as error:  # a connector's fault is told by its tool
            raise ToolFault(self._tool, error) from error

    @contextmanager
    def _cleared(self) -> Iterator[None]:
        try:
            yield
        except StateTrouble:
            raise
        except SyncdError as error:
            self._clear(error)
            raise

    def _outcome(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Remote):
            return self._item(outcome)
        if isinstance(outcome, SyncdError):
            self._clear(outcome)
        return outcome

    def _item(self, item: Remote) -> Remote:
        long = [name for name, value in item.fields.items() if _is_too_long(value)]
        if not item.problems and not long:
            return item
        problems = {name: self._text(why) for name, why in item.problems.items()}
        problems |= dict.fromkeys(long, _TOO_LONG)
        kept = {name: value for name, value in item.fields.items() if name not in long}
        return replace(item, fields=kept, problems=problems)

    def _clear(self, error: SyncdError) -> None:
        error.args = (self._text(message_of(error)), *error.args[1:])

    def _all_cleared(self, sentences: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._text(sentence) for sentence in sentences)

    def _text(self, sentence: object) -> str:
        return self._secrets.words(sentence, _LONGEST)


def _is_too_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > MOST_OF_A_TEXT


def guarded(tool: Tool) -> Tool:
    """Return a tool whose connector's faults are told by its name."""
    if isinstance(tool.connector, Guarded):
        return tool
    return replace(tool, connector=_complete(tool))


def _complete(tool: Tool) -> Connector:
    return Guarded(tool.name, tool.connector, tool.secrets)


@dataclass(frozen=True, slots=True)
class Audience:
    """The tools of a plan, and those that are switched on and could not be made."""

    tools: tuple[Tool, ...] = ()
    absent: tuple[ToolName, ...] = ()

    def showing(self, kind: Kind, field: str) -> Iterable[ToolName]:
        """Yield the tools that show a field of a kind; one that can't tell may do so.

        To decide once too often costs a look; to forget it would cost the change.
        """
        yield from self.absent
        for tool in self.tools:
            try:
                carried = tool.connector.capabilities.get(kind)
            except ToolFault:
                yield tool.name
                continue
            if carried is not None and field in carried.fields:
                yield tool.name
