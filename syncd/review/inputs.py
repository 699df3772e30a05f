"""What the facts of a period are made from, and the plan as it was by its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entities import Entity, Kind, kind_of, replace
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.schema import FIELDS
from syncd.model.values import Value
from syncd.review.periods import Period

LOOK_BACK = timedelta(weeks=8)
"""The expected date of a goal follows from the progress of this time."""


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
class DecisionWanted:
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
    review, oldest first; reviewed: there was one. plan_gaps: what the plan's checks found,
    a sentence each.
    """

    period: Period
    now: datetime
    zone: str
    entities: tuple[Entity, ...] = ()
    edits: tuple[Edit, ...] = ()
    assumed: frozenset[EntityId] = frozenset()
    pauses: tuple[tuple[date, date], ...] = ()
    weekly_cap: int = 0
    decisions: tuple[DecisionWanted, ...] = ()
    system_actions: tuple[SystemAction, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    skipped: tuple[Period, ...] = ()
    reviewed: bool = False
    plan_gaps: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Say whether the period is over."""
        return self.now >= self.period.end(self.zone)

    @property
    def until(self) -> datetime:
        """Return the instant up to which the period is looked at."""
        return min(self.now, self.period.end(self.zone))

    @property
    def last_day(self) -> date:
        """Return the last day that the review looks at."""
        until = self.until - timedelta(microseconds=1)
        return until.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersions:
    """The plan at the end of what is looked at, when the period began, and well before."""

    now: Plan
    begin: Plan
    earlier: Plan


def plan_versions(inputs: Inputs) -> PlanVersions:
    """Return the plan as it was at three instants."""
    until, start = inputs.until, inputs.period.start(inputs.zone)
    return PlanVersions(
        now=plan_as_of(inputs.entities, inputs.edits, until),
        begin=plan_as_of(inputs.entities, inputs.edits, start, unborn=True),
        earlier=plan_as_of(inputs.entities, inputs.edits, until - LOOK_BACK),
    )


def plan_as_of(
    entities: Iterable[Entity], edits: Iterable[Edit], moment: datetime, *, unborn: bool = False
) -> Plan:
    """Return the plan as it was at ``moment``: what happened later is taken back (0015).

    edits: oldest first. Derived fields are in no history: they stay as they are. unborn:
    what came into the plan later is there too, as it was when it came.
    """
    entity_at = {entity.id: entity for entity in entities}
    final: set[tuple[EntityId, str]] = set()
    for edit in reversed(tuple(edits)):
        field = (edit.entity, edit.field)
        if edit.entity not in entity_at or field in final:
            continue
        if edit.at <= moment:
            final.add(field)
            continue
        if edit.field == "" and not unborn:
            del entity_at[edit.entity]
        elif edit.field in FIELDS[kind_of(entity_at[edit.entity])]:
            before = {edit.field: edit.before}
            entity_at[edit.entity] = replace(entity_at[edit.entity], **before)
    return Plan.of(entity_at.values())
