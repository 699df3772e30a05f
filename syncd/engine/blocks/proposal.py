"""Once a week: what planning everything anew would gain, shown and not done."""

from dataclasses import dataclass

from syncd.engine.blocks.memory import PlannerState
from syncd.engine.blocks.planning import Planning
from syncd.engine.blocks.preview import Difference, difference
from syncd.engine.context import Context
from syncd.engine.view import today
from syncd.schedule.timetable import Effort

_WEEK = "weighed in"
_FOUND = "proposal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How many blocks a full replan would place, move and drop. week: as 2026-W47."""

    week: str
    placed: int
    moved: int
    dropped: int


def weigh(planning: Planning) -> Proposal | None:
    """In a new week, look what a full replan would change; return it if it is anything.

    A full replan takes a while, and the first week there is nothing to compare with.
    """
    context, memory = planning.context, PlannerState(planning.context.store)
    week = _week(context)
    known = memory.recall(_WEEK)
    if known == week:
        return None
    memory.remember(_WEEK, week)
    memory.remember(_FOUND, None)
    if known is None:
        return None
    found = difference(context, planning.sources, Effort.FULL, planning.planner)
    if found.empty:
        return None
    memory.remember(_FOUND, [week, *_counts(found)])
    return proposal(context)


def proposal(context: Context) -> Proposal | None:
    """Return this week's proposal, until it was taken."""
    raw = PlannerState(context.store).recall(_FOUND)
    if raw is None or raw[0] != _week(context):
        return None
    week, placed, moved, dropped = raw
    return Proposal(week=week, placed=placed, moved=moved, dropped=dropped)


def _counts(found: Difference) -> tuple[int, int, int]:
    return len(found.placed), len(found.moved), len(found.dropped)


def _week(context: Context) -> str:
    year, week, _ = today(context.clock, context.zone).isocalendar()
    return f"{year}-W{week:02}"
