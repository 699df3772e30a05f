"""The kinds of the plan, as frozen dataclasses.

Every field says what it is in its metadata (``FieldSpec``), so that merging,
storing, importing and mapping never list the fields again. Texts that are not
given are ``""``; everything else that is not given is ``None`` or the default.
"""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from syncd.model.ids import EntityId
from syncd.model.values import (
    Aspect,
    BlockState,
    ContactRole,
    Due,
    FieldType,
    GoalHorizon,
    GoalStatus,
    Moment,
    Pace,
    ResourceStatus,
    ResourceType,
    ReviewKind,
    SkillCategory,
    VisionHorizon,
    spec,
)

T = FieldType


class Kind(StrEnum):
    """The kinds of the plan, by the names of their lists in an export."""

    PROFILE = "profile"
    GOAL = "goals"
    MILESTONE = "milestones"
    SKILL = "skills"
    RESOURCE = "resources"
    TASK = "tasks"
    BLOCK = "blocks"
    CONTACT = "contacts"
    ACHIEVEMENT = "achievements"
    REVIEW = "reviews"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What every kind has."""

    id: EntityId
    title: str = spec(T.TEXT, "")
    notes: str = spec(T.TEXT, "")
    created_at: datetime
    archived: bool = spec(T.BOOL, default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEntry(Entity):
    """Something the person knows of themselves."""

    aspect: Aspect | None = spec(T.WORD, None, words=Aspect)
    horizon: VisionHorizon | None = spec(T.WORD, None, words=VisionHorizon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Entity):
    """A SMART goal. ``progress`` is a fraction, 0 to 1."""

    measure: str = spec(T.TEXT, "")
    unit: str = spec(T.TEXT, "")
    baseline: float | None = spec(T.NUMBER, None)
    target: float | None = spec(T.NUMBER, None)
    current: float | None = spec(T.NUMBER, None)
    achievable: str = spec(T.TEXT, "")
    why: str = spec(T.TEXT, "")
    due: date | None = spec(T.DATE, None)
    horizon: GoalHorizon | None = spec(T.WORD, None, words=GoalHorizon)
    status: GoalStatus = spec(T.WORD, GoalStatus.PLANNED, words=GoalStatus)
    priority: int | None = spec(T.PRIORITY, None)
    weekly_minutes: int | None = spec(T.INT, None)
    progress: float | None = spec(T.NUMBER, None, derived=True)
    pace: Pace | None = spec(T.WORD, None, words=Pace, derived=True)
    smart_gaps: str = spec(T.TEXT, "", derived=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(Entity):
    """A step of a goal, with a day."""

    goal: EntityId | None = spec(T.REF, None, target="goals")
    due: date | None = spec(T.DATE, None)
    done: bool = spec(T.BOOL, default=False)
    done_at: Moment | None = spec(T.MOMENT, None, derived=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill(Entity):
    """Something to be good at. Levels go from 0 to 5."""

    category: SkillCategory | None = spec(T.WORD, None, words=SkillCategory)
    level: int | None = spec(T.INT, None)
    target_level: int | None = spec(T.INT, None)
    goals: frozenset[EntityId] = spec(T.REFS, frozenset(), target="goals")
    gap: int | None = spec(T.INT, None, derived=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Entity):
    """Something to learn from."""

    type: ResourceType | None = spec(T.WORD, None, words=ResourceType)
    url: str = spec(T.TEXT, "")
    cost: float | None = spec(T.NUMBER, None)
    currency: str = spec(T.TEXT, "")
    status: ResourceStatus | None = spec(T.WORD, None, words=ResourceStatus)
    skill: EntityId | None = spec(T.REF, None, target="skills")
    goal: EntityId | None = spec(T.REF, None, target="goals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Entity):
    """Something to do. ``parent`` is the task it is a sub-task of."""

    goal: EntityId | None = spec(T.REF, None, target="goals")
    milestone: EntityId | None = spec(T.REF, None, target="milestones")
    skill: EntityId | None = spec(T.REF, None, target="skills")
    resource: EntityId | None = spec(T.REF, None, target="resources")
    parent: EntityId | None = spec(T.REF, None, target="tasks")
    due: Due | None = spec(T.DUE, None)
    estimate_minutes: int | None = spec(T.INT, None)
    priority: int | None = spec(T.PRIORITY, None)
    labels: frozenset[str] = spec(T.LABELS, frozenset())
    recurrence: str = spec(T.TEXT, "")
    done: bool = spec(T.BOOL, default=False)
    done_at: Moment | None = spec(T.MOMENT, None, derived=True)
    minutes_done: int | None = spec(T.INT, None, derived=True)
    minutes_planned: int | None = spec(T.INT, None, derived=True)
    next_block: Moment | None = spec(T.MOMENT, None, derived=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Entity):
    """A learning block. ``zone`` is where its wall-clock time was chosen."""

    task: EntityId | None = spec(T.REF, None, target="tasks")
    goal: EntityId | None = spec(T.REF, None, target="goals")
    start: Moment | None = spec(T.MOMENT, None)
    end: Moment | None = spec(T.MOMENT, None)
    zone: str = spec(T.TEXT, "")
    state: BlockState = spec(T.WORD, BlockState.DRAFT, words=BlockState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Entity):
    """Someone to stay in touch with, every ``cadence_days``."""

    role: ContactRole | None = spec(T.WORD, None, words=ContactRole)
    email: str = spec(T.TEXT, "")
    cadence_days: int | None = spec(T.INT, None)
    last_contact: date | None = spec(T.DATE, None)
    next_contact: date | None = spec(T.DATE, None, derived=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement(Entity):
    """An entry of the brag sheet."""

    date: dt.date | None = spec(T.DATE, None)
    impact: str = spec(T.TEXT, "")
    evidence_url: str = spec(T.TEXT, "")
    goal: EntityId | None = spec(T.REF, None, target="goals")
    skill: EntityId | None = spec(T.REF, None, target="skills")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Entity):
    """A look back. ``facts`` is JSON text; ``answers`` are (prompt, text) pairs."""

    kind: ReviewKind | None = spec(T.WORD, None, words=ReviewKind)
    period_start: date | None = spec(T.DATE, None)
    period_end: date | None = spec(T.DATE, None)
    facts: str = spec(T.TEXT, "")
    answers: tuple[tuple[str, str], ...] = spec(T.PAIRS, ())


CLASSES: dict[Kind, type[Entity]] = {
    Kind.PROFILE: ProfileEntry,
    Kind.GOAL: Goal,
    Kind.MILESTONE: Milestone,
    Kind.SKILL: Skill,
    Kind.RESOURCE: Resource,
    Kind.TASK: Task,
    Kind.BLOCK: Block,
    Kind.CONTACT: Contact,
    Kind.ACHIEVEMENT: Achievement,
    Kind.REVIEW: Review,
}
KIND_OF: dict[type[Entity], Kind] = {cls: kind for kind, cls in CLASSES.items()}

REFERENCE_ORDER: tuple[Kind, ...] = (
    Kind.PROFILE,
    Kind.GOAL,
    Kind.MILESTONE,
    Kind.SKILL,
    Kind.RESOURCE,
    Kind.TASK,
    Kind.CONTACT,
    Kind.ACHIEVEMENT,
    Kind.REVIEW,
    Kind.BLOCK,
)
"""Kinds so ordered that what is referred to comes first."""


def kind_of(entity: Entity) -> Kind:
    """Return the kind of an entity."""
    return KIND_OF[type(entity)]


def replace(entity: Entity, **changes: Any) -> Entity:
    """Return ``entity`` with these fields changed."""
    return dataclasses.replace(entity, **changes)
