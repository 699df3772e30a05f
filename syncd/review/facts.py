"""The facts of a period: frozen values, the same in text, HTML and Markdown, and as JSON."""

import dataclasses
import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from syncd.model.values import GoalStatus, Pace, ReviewKind
from syncd.review.periods import DecisionWanted, Period, SystemAction

GOOD = 0.85
"""The share of planned minutes that makes a good week, when done."""
_JSON_NAME = "json"


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
    """How a goal goes. Progress is a fraction, 0 to 1; None where nothing measures it.

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
    """All that a review shows. until: the last day that it knows of.

    streak: weeks in a row with some time done; leave neither counts nor breaks it.
    words: the answers in the review before. beliefs: values and visions, as written.
    skipped: the periods since that review, oldest first. plan_gaps: what is missing in the
    plan or can't work, when the review was made.
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
    decisions: tuple[DecisionWanted, ...] = ()
    milestones_done: tuple[Item, ...] = ()
    milestones_missed: tuple[Item, ...] = ()
    tasks_done: tuple[Item, ...] = ()
    wins: tuple[Win, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    weekly_cap: int = 0
    people: tuple[DueContact, ...] = ()
    money: tuple[Money, ...] = ()
    signs: tuple[Sign, ...] = ()
    # The JSON of kept reviews and of `syncd review --json` goes on having its names.
    system_actions: tuple[SystemAction, ...] = dataclasses.field(
        default=(), metadata={_JSON_NAME: "deeds"}
    )
    levels: tuple[SkillFacts, ...] = ()
    setbacks: tuple[str, ...] = ()
    beliefs: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    plan_gaps: tuple[str, ...] = dataclasses.field(default=(), metadata={_JSON_NAME: "lacks"})

    @property
    def period(self) -> Period:
        """Return the period that these facts are of."""
        return Period(kind=self.kind, first=self.first, last=self.last)

    @property
    def ahead_minutes(self) -> int:
        """Return the minutes that are planned for the coming week."""
        return sum(block.minutes for block in self.ahead)


def facts_text(facts: Facts) -> str:
    """Return facts as JSON text; the same facts give the same text."""
    return json.dumps(facts_json(facts), ensure_ascii=False, sort_keys=True)


def facts_json(facts: Facts) -> dict[str, Any]:
    """Return facts as JSON."""
    return dict(_plain(facts))


def facts_from(text: str) -> Facts:
    """Return the facts that ``facts_text`` wrote. Raises ValueError for anything else."""
    raw = json.loads(text)
    if not isinstance(raw, dict):
        raise ValueError("facts are a JSON object")  # noqa: TRY004  # as json.loads does
    try:
        facts = _typed(Facts, raw)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("these facts have another form") from error
    return typing.cast(Facts, facts)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {key: _plain(getattr(value, name)) for name, key in _json_names(type(value))}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _typed(hint: Any, raw: Any) -> Any:
    if raw is None:
        return None
    if typing.get_origin(hint) is types.UnionType:
        known = next(arg for arg in typing.get_args(hint) if arg is not type(None))
        return _typed(known, raw)
    if typing.get_origin(hint) is tuple:
        return _items(typing.get_args(hint), raw)
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast(type, hint), raw)
    if hint in (date, datetime):
        return hint.fromisoformat(raw)
    return hint(raw)


def _items(hints: tuple[Any, ...], raw: list[Any]) -> tuple[Any, ...]:
    if hints[-1] is Ellipsis:
        return tuple(_typed(hints[0], item) for item in raw)
    return tuple(_typed(hint, item) for hint, item in zip(hints, raw, strict=True))


def _record(cls: Any, raw: Mapping[str, Any]) -> Any:
    """What a later version writes besides is left out; what an earlier lacks is default."""
    hints = typing.get_type_hints(cls)
    return cls(
        **{name: _typed(hints[name], raw[key]) for name, key in _json_names(cls) if key in raw}
    )


def _json_names(cls: Any) -> Iterator[tuple[str, str]]:
    """Yield the fields of a class, each with its key in JSON."""
    for field in dataclasses.fields(cls):
        yield field.name, field.metadata.get(_JSON_NAME, field.name)
