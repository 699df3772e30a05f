"""The values that fields hold, all immutable; what a field is."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, and the IANA zone in which a person chose it, if known.

    ``at`` is always in UTC. A zone of None means "as the plan's zone": some tools
    keep the instant and lose the zone.
    """

    at: datetime
    zone: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", self.at.astimezone(UTC))

    def local(self, default_zone: str = "UTC") -> datetime:
        """Return the wall-clock time in its own zone, or in the default one."""
        return self.at.astimezone(ZoneInfo(self.zone or default_zone))

    def to_the_minute(self) -> "Moment":
        """Return this moment with its seconds cut off."""
        return Moment(self.at.replace(second=0, microsecond=0), self.zone)

    def without_zone(self) -> "Moment":
        """Return the bare instant."""
        return Moment(self.at, None)


Due = date | Moment
"""A day, or a moment of a day. (``datetime`` never stands for either.)"""

Value = (
    str
    | int
    | float
    | bool
    | None
    | date
    | Moment
    | frozenset[str]
    | tuple[tuple[str, str], ...]
)
"""What one field of an entity can hold; references are ids as text."""


def day_of(due: Due, zone: str) -> date:
    """Return the calendar day of ``due`` in the plan's zone."""
    return due.local(zone).date() if isinstance(due, Moment) else due


def start_of(day: date, zone: str) -> datetime:
    """Return the first instant of ``day`` in ``zone``, in UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)


def minutes(count: float) -> timedelta:
    """Return a span of ``count`` minutes."""
    return timedelta(minutes=count)


class Aspect(StrEnum):
    """What a profile entry tells of the person."""

    STRENGTH = "strength"
    GROWTH_AREA = "growth area"
    VALUE = "value"
    INTEREST = "interest"
    VISION = "vision"


class VisionHorizon(StrEnum):
    """How far a vision looks."""

    NEAR = "1-2 years"
    MIDDLE = "3-5 years"
    FAR = "5+ years"


class GoalHorizon(StrEnum):
    """How far a goal reaches."""

    SHORT = "short"
    MID = "mid"
    LONG = "long"


class GoalStatus(StrEnum):
    """Where a goal stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    DONE = "done"
    PAUSED = "paused"
    DROPPED = "dropped"


class Pace(StrEnum):
    """Progress against time elapsed."""

    AHEAD = "ahead"
    ON_TRACK = "on track"
    AT_RISK = "at risk"
    BEHIND = "behind"


class SkillCategory(StrEnum):
    """Hard or soft."""

    HARD = "hard"
    SOFT = "soft"


class ResourceType(StrEnum):
    """What one learns from."""

    COURSE = "course"
    BOOK = "book"
    WORKSHOP = "workshop"
    CERTIFICATION = "certification"
    MENTOR = "mentor"
    OTHER = "other"


class ResourceStatus(StrEnum):
    """How far one is with a resource."""

    WANTED = "wanted"
    IN_PROGRESS = "in progress"
    FINISHED = "finished"


class BlockState(StrEnum):
    """Where a learning block stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PINNED = "pinned"
    UNCONFIRMED = "unconfirmed"
    DONE = "done"
    MISSED = "missed"
    SKIPPED = "skipped"


class ContactRole(StrEnum):
    """What a contact is to the person."""

    MENTOR = "mentor"
    SPONSOR = "sponsor"
    PEER = "peer"
    ADVISOR = "advisor"
    PARTNER = "accountability partner"


class ReviewKind(StrEnum):
    """How long a period a review covers."""

    WEEKLY = "weekly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


def as_map(value: Value) -> dict[str, str]:
    """Return pairs as a map; an empty one for any other value."""
    return dict(value) if isinstance(value, tuple) else {}


def distinct(*values: Value) -> bool:
    """Say whether each pair of each value can be told by its first half."""
    return all(len(as_map(value)) == len(value) for value in values if isinstance(value, tuple))


def overlaid(before: Value, after: Value) -> Value:
    """Return ``after``; of pairs, those of ``before`` that it does not name stay.

    Where pairs can't be told from each other, ``after`` alone.
    """
    both = isinstance(before, tuple) and isinstance(after, tuple)
    if not both or not distinct(before, after):
        return after
    return tuple({**as_map(before), **as_map(after)}.items())


def without(now: Value, before: Value, after: Value) -> Value:
    """Return pairs with the change from ``before`` to ``after`` taken back, others kept.

    None where that can't be: they are no pairs, or those were changed since.
    """
    sides = (now, before, after)
    if not all(isinstance(side, tuple) for side in sides) or not distinct(*sides):
        return None
    current, old, new = map(as_map, sides)
    changed = {key for key in {**old, **new} if old.get(key) != new.get(key)}
    if any(current.get(key) != new.get(key) for key in changed):
        return None
    kept = {**current, **{key: old[key] for key in old if key in changed}}
    return tuple(pair for pair in kept.items() if pair[0] not in changed - old.keys())


class FieldType(Enum):
    """The types of fields, and the Python value each holds."""

    TEXT = auto()  # str, "" when empty
    WORD = auto()  # one of a StrEnum, or None
    INT = auto()  # int or None
    NUMBER = auto()  # float or None
    PRIORITY = auto()  # int 1 (highest) to 4, or None
    BOOL = auto()  # bool
    DATE = auto()  # date or None
    DUE = auto()  # date, Moment or None
    MOMENT = auto()  # Moment or None
    REF = auto()  # an id or None
    REFS = auto()  # frozenset of ids
    LABELS = auto()  # frozenset of str
    PAIRS = auto()  # tuple of (str, str)


SETS = frozenset({FieldType.REFS, FieldType.LABELS})
REFERENCES = frozenset({FieldType.REF, FieldType.REFS})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a kind.

    ``derived`` fields are computed by syncd and never taken from a tool.
    ``target`` is the name of the kind that a reference points to.
    """

    name: str = ""
    default: Any = None
    words: type[StrEnum] | None = None
    target: str | None = None
    derived: bool = False
    type: FieldType


def spec(
    kind: FieldType,
    default: Any,
    *,
    words: type[StrEnum] | None = None,
    target: str | None = None,
    derived: bool = False,
) -> Any:
    """Return a dataclass field that carries its ``FieldSpec``."""
    field_spec = FieldSpec(
        type=kind, default=default, words=words, target=target, derived=derived
    )
    return dataclasses.field(default=default, metadata={"spec": field_spec})
