"""What planning anew would change, on a copy of the state; once a week it is proposed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncd.engine.blocks.busy_time import KnownBusy, known
from syncd.engine.blocks.edits import live_blocks
from syncd.engine.blocks.planner_state import (
    PROPOSAL,
    WEIGHED,
    PlannerState,
    Proposal,
    proposal,
    week_of,
)
from syncd.engine.blocks.planning import Planning
from syncd.engine.context import Context
from syncd.model.entities import Block
from syncd.model.ids import EntityId, ToolName
from syncd.model.rules.blocks import AHEAD
from syncd.schedule.planner import Annealer
from syncd.schedule.timetable import Effort, Planner


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What would change. moved: (before, after). known: the busy time that was gone by;
    None: it was never read, so nothing can be planned."""

    placed: tuple[Block, ...] = ()
    moved: tuple[tuple[Block, Block], ...] = ()
    dropped: tuple[Block, ...] = ()
    known: KnownBusy | None = None

    @property
    def empty(self) -> bool:
        """Say whether nothing would change."""
        return not (self.placed or self.moved or self.dropped)


def difference(
    context: Context,
    sources: Iterable[ToolName],
    effort: Effort,
    planner: Planner | None = None,
) -> Difference:
    """Return what planning now, with this effort, would change; nothing is written.

    Goes by the busy time as it was read last.
    """
    names = tuple(sources)
    copy = context.store.copy()
    try:
        twin = Context(
            store=copy,
            clock=context.clock,
            rng=context.rng,
            zone=context.zone,
            tools={},
            known=(),
            preferences=context.preferences,
        )
        told = known(copy, names)
        if told is None or told.unreadable:
            return Difference(known=told)
        Planning(twin, names, planner or Annealer()).run(fresh=True, effort=effort)
        return _between(_ahead(context), _ahead(twin), told)
    finally:
        copy.close()


def _ahead(context: Context) -> dict[EntityId, Block]:
    return {one.id: one for one in live_blocks(context) if one.state in AHEAD}


def _between(
    old: Mapping[EntityId, Block], new: Mapping[EntityId, Block], told: KnownBusy
) -> Difference:
    both = [(old[one], new[one]) for one in new if one in old]
    return Difference(
        placed=tuple(new[one] for one in new if one not in old),
        moved=tuple((a, b) for a, b in both if (a.start, a.end) != (b.start, b.end)),
        dropped=tuple(old[one] for one in old if one not in new),
        known=told,
    )


def weigh(planning: Planning) -> Proposal | None:
    """In a new week, look what a full replan would change; return it if it is anything.

    A full replan takes a while, and the first week there is nothing to compare with.
    """
    context, memory = planning.context, PlannerState(planning.context.store)
    week = week_of(context)
    known = memory.recall(WEIGHED)
    if known == week:
        return None
    memory.remember(WEIGHED, week)
    memory.remember(PROPOSAL, None)
    if known is None:
        return None
    found = difference(context, planning.sources, Effort.FULL, planning.planner)
    if found.empty:
        return None
    memory.remember(PROPOSAL, [week, *_counts(found)])
    return proposal(context)


def _counts(found: Difference) -> tuple[int, int, int]:
    return len(found.placed), len(found.moved), len(found.dropped)
