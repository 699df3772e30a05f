"""The learning blocks' part of a cycle, and what planning anew would change, on a copy of the state."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from syncd.engine.blocks.edits import live_blocks
from syncd.engine.blocks.planner_state import (
    BUSY_TIME,
    NEAR,
    PROPOSAL,
    WEIGHED,
    BusyWindow,
    KnownBusy,
    PlannerState,
    Proposal,
    keep,
    known,
    proposal,
    week_of,
    windows,
)
from syncd.engine.blocks.planning import Planning
from syncd.engine.context import SCHEDULE, Context
from syncd.engine.pull import PullResult
from syncd.engine.tool import Tool
from syncd.errors import StateTrouble
from syncd.model.entities import Block
from syncd.model.ids import EntityId, ToolName
from syncd.model.rules.blocks import AHEAD
from syncd.redaction import get_logger
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Effort, Planner


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
        known_busy = known(copy, names)
        if known_busy is None or known_busy.unreadable:
            return Difference(known=known_busy)
        Planning(twin, names, planner or Annealer()).run(fresh=True, effort=effort)
        return _between(_ahead(context), _ahead(twin), known_busy)
    finally:
        copy.close()


def _ahead(context: Context) -> dict[EntityId, Block]:
    return {block.id: block for block in live_blocks(context) if block.state in AHEAD}


def _between(
    old: Mapping[EntityId, Block], new: Mapping[EntityId, Block], known_busy: KnownBusy
) -> Difference:
    both = [(old[block_id], new[block_id]) for block_id in new if block_id in old]
    return Difference(
        placed=tuple(new[block_id] for block_id in new if block_id not in old),
        moved=tuple((a, b) for a, b in both if (a.start, a.end) != (b.start, b.end)),
        dropped=tuple(old[block_id] for block_id in old if block_id not in new),
        known=known_busy,
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
    changes = difference(context, planning.sources, Effort.FULL, planning.planner)
    if changes.empty:
        return None
    memory.remember(PROPOSAL, [week, *_counts(changes)])
    return proposal(context)


def _counts(changes: Difference) -> tuple[int, int, int]:
    return len(changes.placed), len(changes.moved), len(changes.dropped)


log = get_logger("syncd.engine")


@dataclass
class BlockService:
    """Keeps the blocks of one plan.

    reported: the tools that told all of the near busy time in this cycle.
    """

    context: Context
    planner: Planner
    reported: set[ToolName] = field(default_factory=set)

    def windows(self, tool: Tool) -> list[BusyWindow]:
        """Return the time for which a tool is asked when the person is busy."""
        preferences = self.context.preferences
        if preferences is None or not tool.connector.reads_busy:
            return []
        return windows(preferences, self.context.store, tool.name, self.context.clock)

    def record_busy(self, result: PullResult) -> Iterator[str]:
        """Write down when the person is busy; yield what could not be told."""
        if result.silent:
            yield result.silent
        if result.busy is None:
            return
        store, name = self.context.store, result.tool.name
        if keep(store, name, result.busy, self.context.clock.now()):
            store.links.mark_dirty(SCHEDULE, [BUSY_TIME])
        if not any(
            reading.unreadable for reading in result.busy if reading.window.name == NEAR
        ):
            self.reported.add(name)
        for reading in result.busy:
            yield from (*reading.unreadable, *reading.problems)

    def look(self) -> tuple[bool, str]:
        """Plan; return whether the plan changed, and what went wrong: that the blocks wait
        is nothing to what the tools hold."""
        try:
            return self.plan(), ""
        except StateTrouble:
            raise
        except Exception as error:  # the blocks' own trouble
            log.exception("learning blocks could not be planned")
            what = type(error).__name__
            return False, (
                f"Learning blocks could not be planned ({what}): they are tried again; if it"
                " stays, report it."
            )

    def plan(self) -> bool:
        """Look at the blocks, if there is reason to; return whether the plan changed."""
        sources = self._sources()
        planning = Planning(self.context, sources, self.planner)
        fresh = bool(sources) and self.reported.issuperset(sources)
        if not planning.wanted(fresh=fresh):
            return False
        changed = planning.run(fresh=fresh)
        if fresh:
            weigh(planning)
        return changed

    def _sources(self) -> tuple[ToolName, ...]:
        """Return the tools that tell when the person is busy."""
        tools = self.context.tools.values()
        return tuple(sorted(tool.name for tool in tools if tool.connector.reads_busy))
