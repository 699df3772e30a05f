"""What the planner remembers between cycles, beside the blocks themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from syncd.engine.context import Context, today
from syncd.engine.unit_of_work import SCHEDULE
from syncd.model.ids import EntityId
from syncd.store.store import Store

WEIGHED = "weighed in"
"""The name of the week in which a full replan was last weighed."""
PROPOSAL = "proposal"
"""The name of what that would change."""

OWNER = "schedule"
SETTINGS = EntityId("settings")
"""What stands for settings and leaves among the entities that ask for another look."""
OWED = EntityId("owed")
"""What stands there for a look that could place nothing: it is made up for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningResult:
    """What the last planning could not do, for people.

    unplaced: minutes of tasks without a block, with the reason. short: sentences of the
    capacity check. notes: other sentences.
    """

    at: datetime
    unplaced: tuple[tuple[str, int, str], ...] = ()
    short: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class PlannerState:
    """Reads and writes what is remembered."""

    store: Store

    def recall(self, name: str) -> Any:
        """Return what was remembered under a name, or None."""
        return self.store.tools.recall(OWNER, name)

    def remember(self, name: str, value: Any) -> None:
        """Remember a JSON value."""
        self.store.tools.remember(OWNER, name, value)

    @property
    def pauses(self) -> tuple[tuple[date, date], ...]:
        """Return all leaves that were taken, past ones too."""
        return tuple(
            (date.fromisoformat(first), date.fromisoformat(last))
            for first, last in self.recall("pauses") or ()
        )

    def set_pauses(self, pauses: Sequence[tuple[date, date]]) -> None:
        """Remember the leaves."""
        kept = [[first.isoformat(), last.isoformat()] for first, last in sorted(set(pauses))]
        self.remember("pauses", kept)

    def ask(self) -> None:
        """Ask for another look at the blocks in the next cycle."""
        self.store.links.mark_dirty(SCHEDULE, [SETTINGS])

    @property
    def look_at(self) -> datetime | None:
        """Return when the clock alone asks for another look."""
        text = self.recall("look_at")
        return datetime.fromisoformat(text) if text else None

    @property
    def result(self) -> PlanningResult | None:
        """Return what the last planning told."""
        raw = self.recall("result")
        if raw is None:
            return None
        return PlanningResult(
            at=datetime.fromisoformat(raw["at"]),
            unplaced=tuple((task, minutes, why) for task, minutes, why in raw["unplaced"]),
            short=tuple((task, sentence) for task, sentence in raw["short"]),
            notes=tuple(raw["notes"]),
        )

    def set_result(self, result: PlanningResult) -> None:
        """Remember what a planning told."""
        self.remember(
            "result",
            {
                "at": result.at.isoformat(),
                "unplaced": [list(one) for one in result.unplaced],
                "short": [list(one) for one in result.short],
                "notes": list(result.notes),
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How many blocks a full replan would place, move and drop. week: as 2026-W47."""

    week: str
    placed: int
    moved: int
    dropped: int


def proposal(context: Context) -> Proposal | None:
    """Return this week's proposal, until it was taken."""
    raw = PlannerState(context.store).recall(PROPOSAL)
    if raw is None or raw[0] != week_of(context):
        return None
    week, placed, moved, dropped = raw
    return Proposal(week=week, placed=placed, moved=moved, dropped=dropped)


def week_of(context: Context) -> str:
    """Return the week that it is, as 2026-W47."""
    year, week, _ = today(context.clock, context.zone).isocalendar()
    return f"{year}-W{week:02}"
