"""What a check sees, and what it finds."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from syncd.model.entities import CLASSES, KIND_OF, Block, Entity, Goal, Kind, Task, kind_of
from syncd.model.ids import EntityId
from syncd.model.plan import PlanView
from syncd.model.values import BlockState, GoalStatus, day_of
from syncd.review.available_time import AvailableTime, GoalLoad
from syncd.review.render.sections import safe

E = TypeVar("E", bound=Entity)
_LONGEST_TITLE = 60
_LONGEST_SENTENCE = 400
STALE = timedelta(days=30)
ENDED = frozenset({GoalStatus.DONE, GoalStatus.DROPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is missing or can't work, and how to mend it.

    rule: which one found it; it stays the same. entity: None for what is not of one thing
    alone. what, mend: halves of a sentence, "has no due date" and "set Due"; without an
    entity, ``what`` has its subject: "the schedule has no hours".
    """

    rule: str
    entity: Entity | None
    field: str
    what: str
    mend: str


@dataclass(frozen=True, kw_only=True)
class CheckedPlan:
    """All that the checks look at.

    zone: the plan's IANA zone. set_at: when fields of entities were last set, as far as
    known. available: the time that there is; None: it is not known, nor is what fits.
    """

    plan: PlanView
    today: date
    zone: str
    set_at: Mapping[tuple[EntityId, str], datetime] = field(default_factory=dict)
    available: AvailableTime | None = None

    def all(self, cls: type[E]) -> Iterator[E]:
        """Yield the live entities of a class."""
        for entity in self.plan.of_kind(KIND_OF[cls]):
            if isinstance(entity, cls):
                yield entity

    def referring(self, target: EntityId, cls: type[E], name: str) -> Iterator[E]:
        """Yield the live entities of a class whose field is or holds ``target``."""
        for entity in self.plan.referring(target, KIND_OF[cls], name):
            if isinstance(entity, cls):
                yield entity

    def since(self, entity: Entity, name: str) -> date:
        """Return the day on which a field got its value, or that of the whole."""
        at = self.set_at.get((entity.id, name), entity.created_at)
        return at.astimezone(ZoneInfo(self.zone)).date()

    def worked_on(self, task: Task) -> bool:
        """Say whether a task, or a block of it, was done in the last 30 days."""
        if task.done:
            day = day_of(task.done_at, self.zone) if task.done_at else None
            return day is None or self.is_recent(day)
        blocks = self.referring(task.id, Block, "task")
        ends = (block.end for block in blocks if block.state is BlockState.DONE)
        return any(self.is_recent(day_of(end, self.zone)) for end in ends if end)

    def is_recent(self, day: date) -> bool:
        """Say whether a day is one of the last 30, or to come."""
        return self.today - day < STALE

    @cached_property
    def active(self) -> tuple[Goal, ...]:
        """The goals that the person works towards now."""
        return tuple(goal for goal in self.all(Goal) if goal.status is GoalStatus.ACTIVE)

    @cached_property
    def load(self) -> GoalLoad:
        """What the active goals ask of the time."""
        minutes = self.available.default_minutes if self.available else 60
        return GoalLoad(plan=self.plan, today=self.today, default_minutes=minutes)


Check = Callable[[CheckedPlan], Iterable[Finding]]


def order(finding: Finding) -> tuple[int, str]:
    """Return the sort key of a finding: by kind, then by what it is about; those of the
    whole plan come last."""
    kinds = list(CLASSES)
    if finding.entity is None:
        return len(kinds), ""
    return kinds.index(kind_of(finding.entity)), finding.entity.id


def has_any(items: Iterable[object]) -> bool:
    """Say whether there is one at all."""
    return next(iter(items), None) is not None


def finding_sentence(finding: Finding) -> str:
    """Return a finding as a person reads it: what it is about, and how to mend it."""
    subject = finding.what
    if finding.entity is not None:
        kind = kind_of(finding.entity)
        noun = "profile entry" if kind is Kind.PROFILE else kind.name.lower()
        subject = f"{noun} '{safe(finding.entity.title, _LONGEST_TITLE)}' {finding.what}"
    return safe(f"{subject[0].upper()}{subject[1:]}: {finding.mend}.", _LONGEST_SENTENCE)
