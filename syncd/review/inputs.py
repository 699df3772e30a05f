"""What the facts of a period are made from."""

from dataclasses import dataclass
from datetime import date, datetime

from syncd.model.entities import Entity, Kind
from syncd.model.ids import EntityId
from syncd.model.values import Value
from syncd.review.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of the plan. field: "" where the entity was made.

    at: when it happened, as far as that is known.
    """

    at: datetime
    by: str
    entity: EntityId
    kind: Kind
    title: str
    field: str
    before: Value = None
    after: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that the person is to decide; what: conflict, held, short, unconfirmed."""

    what: str
    sentence: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemAction:
    """What syncd did by itself, and why; what: moved, merged, held, ..."""

    what: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that is known when a review is made.

    entities: the whole plan as it is now, archived ones too. edits: its whole history,
    oldest first. assumed: the done blocks of which nobody said that they took place.
    pauses: leaves, first and last day. weekly_cap: the most minutes planned in a week.
    words: what the person answered in the review before. skipped: the periods since that
    review, oldest first; reviewed: there was one. lacks: what the plan's checks found, a sentence each.
    """

    period: Period
    now: datetime
    zone: str
    entities: tuple[Entity, ...] = ()
    edits: tuple[Edit, ...] = ()
    assumed: frozenset[EntityId] = frozenset()
    pauses: tuple[tuple[date, date], ...] = ()
    weekly_cap: int = 0
    decisions: tuple[Decision, ...] = ()
    deeds: tuple[SystemAction, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    skipped: tuple[Period, ...] = ()
    reviewed: bool = False
    lacks: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Say whether the period is over."""
        return self.now >= self.period.end(self.zone)

    @property
    def until(self) -> datetime:
        """Return the instant up to which the period is told of."""
        return min(self.now, self.period.end(self.zone))
