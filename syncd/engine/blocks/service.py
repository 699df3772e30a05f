"""The learning blocks' part of a cycle: what to ask for, what was reported, when to plan."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from syncd.engine.blocks.busy_time import BUSY_TIME, NEAR, BusyWindow, keep, windows
from syncd.engine.blocks.planning import Planning
from syncd.engine.blocks.preview import weigh
from syncd.engine.context import Context
from syncd.engine.pull import PullResult
from syncd.engine.tool import Tool
from syncd.engine.unit_of_work import SCHEDULE
from syncd.errors import StateTrouble
from syncd.logs import get_logger
from syncd.model.ids import ToolName
from syncd.schedule.timetable import Planner

log = get_logger("syncd.engine")


@dataclass
class BlockService:
    """Keeps the blocks of one plan.

    told: the tools that told all of the near busy time in this cycle.
    """

    context: Context
    planner: Planner
    told: set[ToolName] = field(default_factory=set)

    def windows(self, tool: Tool) -> list[BusyWindow]:
        """Return the time for which a tool is asked when the person is busy."""
        preferences = self.context.preferences
        if preferences is None or not tool.connector.reads_busy:
            return []
        return windows(preferences, self.context.store, tool.name, self.context.clock)

    def hear(self, found: PullResult) -> Iterator[str]:
        """Write down when the person is busy; yield what could not be told."""
        if found.silent:
            yield found.silent
        if found.busy is None:
            return
        store, name = self.context.store, found.tool.name
        if keep(store, name, found.busy, self.context.clock.now()):
            store.links.mark_dirty(SCHEDULE, [BUSY_TIME])
        if not any(one.unreadable for one in found.busy if one.window.name == NEAR):
            self.told.add(name)
        for reading in found.busy:
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
        fresh = bool(sources) and self.told.issuperset(sources)
        if not planning.wanted(fresh=fresh):
            return False
        changed = planning.run(fresh=fresh)
        if fresh:
            weigh(planning)
        return changed

    def _sources(self) -> tuple[ToolName, ...]:
        """Return the tools that tell when the person is busy."""
        tools = self.context.tools.values()
        return tuple(sorted(one.name for one in tools if one.connector.reads_busy))
