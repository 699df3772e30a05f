"""The facts of a period: frozen values, the same in text, HTML and Markdown."""

from dataclasses import dataclass
from datetime import date, datetime

from syncd.model.values import GoalStatus, Pace, ReviewKind
from syncd.review.inputs import Decision, SystemAction
from syncd.review.periods import Period

GOOD = 0.85
"""The share of planned minutes that makes a good week, when done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Minutes of blocks whose time came: confirmed and assumed are done, of planned."""

    confirmed: int = 0
    assumed: int = 0
    planned: int = 0

    @property
    def done(self) -> int:
        """Return the minutes that were done, as far as anybody knows."""
        return self.confirmed + self.assumed

    @property
    def score(self) -> float | None:
        """Return the share that was done, 0 to 1; None where nothing was planned."""
        return self.done / self.planned if self.planned else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalFacts:
    """How a goal stands. Progress is a fraction, 0 to 1; None where nothing tells.

    before: progress when the period began. budget: minutes wanted in the period.
    """

    title: str
    status: GoalStatus
    progress: float | None = None
    before: float | None = None
    pace: Pace | None = None
    due: date | None = None
    expected: date | None = None
    reason: str = ""
    minutes: Minutes = Minutes()
    budget: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The minutes of one skill, or of what belongs to no goal."""

    title: str
    minutes: Minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendWeek:
    """One week of the trend; away: there was leave in it."""

    name: str
    first: date
    minutes: Minutes
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A period before this one that had no review, in short; away: there was leave in it."""

    name: str
    minutes: Minutes
    tasks: int = 0
    milestones: tuple[str, ...] = ()
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A milestone or a task, and its day."""

    title: str
    day: date | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Win:
    """An achievement; draft: its impact is not written yet."""

    title: str
    day: date | None = None
    impact: str = ""
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A block to come; start: by the wall clock of the plan's zone."""

    title: str
    start: datetime
    minutes: int
    goal: str = ""
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DueContact:
    """Someone to catch up with; due: by when."""

    name: str
    due: date
    role: str = ""
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What resources cost, in one currency: begun in the period, and still wanted."""

    currency: str
    spent: float = 0.0
    planned: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillFacts:
    """A skill's level when the period began, and at its end."""

    title: str
    before: int | None
    level: int | None
    target: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A word on well-being."""

    what: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a review tells. until: the last day that it knows of.

    streak: weeks in a row with some time done; leave neither counts nor breaks it.
    words: the answers in the review before. beliefs: values and visions, as written.
    skipped: the periods since that review, oldest first. lacks: what is missing in the plan
    or can't work, when the review was made.
    """

    kind: ReviewKind
    first: date
    last: date
    until: date
    ended: bool
    minutes: Minutes = Minutes()
    away_days: int = 0
    goals: tuple[GoalFacts, ...] = ()
    rest: tuple[Share, ...] = ()
    skills: tuple[Share, ...] = ()
    trend: tuple[TrendWeek, ...] = ()
    streak: int = 0
    decisions: tuple[Decision, ...] = ()
    milestones_done: tuple[Item, ...] = ()
    milestones_missed: tuple[Item, ...] = ()
    tasks_done: tuple[Item, ...] = ()
    wins: tuple[Win, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    weekly_cap: int = 0
    people: tuple[DueContact, ...] = ()
    money: tuple[Money, ...] = ()
    signs: tuple[Sign, ...] = ()
    deeds: tuple[SystemAction, ...] = ()
    levels: tuple[SkillFacts, ...] = ()
    setbacks: tuple[str, ...] = ()
    beliefs: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def period(self) -> Period:
        """Return the period that this tells of."""
        return Period(kind=self.kind, first=self.first, last=self.last)

    @property
    def ahead_minutes(self) -> int:
        """Return the minutes that are planned for the coming week."""
        return sum(one.minutes for one in self.ahead)
