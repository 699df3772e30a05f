"""How long ago what a tool holds was seen, in its lane."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from syncd.clock import Clock
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Write

READ = 5.0
"""Seconds that a reading counts for a write that relies on it."""
ANSWERED = 60.0
"""Seconds that a tool's answer to a write of syncd's own counts for the next one."""


@dataclass(frozen=True, slots=True)
class ReadTimes:
    """A look at what was edited of a kind. at: monotonic seconds, when it was begun."""

    kind: Kind
    since: datetime
    at: float
    on: datetime


@dataclass(slots=True)
class Sight:
    """What one tool's lane saw, from one reading of the tool to the next.

    moved: items that were edited since they were last taken in.
    """

    clock: Clock
    moved: set[RemoteId] = field(default_factory=set)
    _read_at: float = field(init=False)
    _read_on: datetime = field(init=False)
    _looks: dict[Kind, ReadTimes] = field(default_factory=dict)
    _answers: dict[EntityId, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._read_at, self._read_on = self.clock.monotonic(), self.clock.now()

    def look(self, kind: Kind) -> ReadTimes:
        """Return a look that begins now and reaches back to the last one."""
        last = self._looks.get(kind)
        since = last.on if last is not None else self._read_on
        return ReadTimes(kind, since, self.clock.monotonic(), self.clock.now())

    def saw(self, look: ReadTimes, moved: AbstractSet[RemoteId]) -> None:
        """Take in what a look found."""
        self._looks[look.kind] = look
        self.moved |= moved

    def answered(self, entity: EntityId) -> None:
        """The tool just told what it holds of an entity."""
        self._answers[entity] = self.clock.monotonic()

    def covers(self, write: Write) -> bool:
        """Say whether the item of a write was seen recently enough to write over it."""
        now, look = self.clock.monotonic(), self._looks.get(write.kind)
        seen = self._read_at if look is None else look.at
        answer = self._answers.get(write.entity)
        return now - seen <= READ or (answer is not None and now - answer <= ANSWERED)
