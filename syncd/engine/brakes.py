"""The brakes of a cycle: judge, hold, and do what the person said."""

from collections.abc import Callable
from dataclasses import dataclass

from syncd.engine.consent import (
    Verdict,
    consent_to,
    consent_to_remove,
    consented,
    lapse,
    verdict,
)
from syncd.engine.context import Context
from syncd.engine.edits import bring_back
from syncd.engine.gather import Gathered
from syncd.engine.hold import Hold, hold_on_what_came, hold_on_what_to_do, removals
from syncd.engine.pen import Pen
from syncd.engine.project import Projection
from syncd.engine.report import ToolReport
from syncd.engine.rules import follow_rules
from syncd.engine.sides import let_go, make_again, take_side
from syncd.engine.states import Doing, note_held
from syncd.engine.tool import Tool
from syncd.model.ids import ToolName


@dataclass
class Brakes:
    """Decides whether a tool may go on in this cycle."""

    context: Context
    report: Callable[[ToolName], ToolReport]

    def believes(self, found: Gathered, pen: Pen) -> bool:
        """Say whether what reading brought is taken in; if not, the tool is held."""
        store, name = self.context.store, found.tool.name
        hold = hold_on_what_came(found, store)
        if hold is None:
            return True
        said = verdict(store, name, hold)
        if said is Verdict.APPROVED:
            consent_to(store, [link.entity for link in found.gone], pen.now)
            return True
        if said is Verdict.REJECTED:
            take_side(self.context, found, hold.about, pen)
            return self.believes(found, pen)
        self._hold(found.tool, hold)
        return False

    def stops(self, tool: Tool, projection: Projection) -> bool:
        """Say whether what would be removed in a tool has to wait, and all else with it."""
        store, name = self.context.store, tool.name
        hold = self._on_removals(tool, projection)
        if hold is None:
            lapse(store, name)
            return False
        said = verdict(store, name, hold)
        ids = [one.entity for one in removals(projection.operations)]
        if said is Verdict.APPROVED:
            consent_to_remove(store, name, ids)
            return False
        if said is Verdict.REJECTED:
            bring_back(self.context, ids)
            return True
        self._hold(tool, hold)
        return True

    def decided(self, name: ToolName, hold: Hold) -> bool:
        """Do what the person said about a container that is gone, if they did."""
        store = self.context.store
        with store.transaction():
            said = verdict(store, name, hold)
            if said is Verdict.REJECTED:
                make_again(self.context, name)
            if said is Verdict.APPROVED:
                pen = Pen.fresh(self.context)
                let_go(self.context, name, pen)
                pen.flush()
                follow_rules(self.context, pen)
                pen.flush()
        return said is not Verdict.NONE

    def _on_removals(self, tool: Tool, projection: Projection) -> Hold | None:
        removes = removals(projection.operations)
        if len(removes) <= tool.limits.max_deletes:
            return None
        store = self.context.store
        agreed = consented(store, tool.name, [one.entity for one in removes])
        asked = [one for one in removes if one.entity not in agreed]
        return hold_on_what_to_do(store.links.count(tool.name), asked, tool.limits)

    def _hold(self, tool: Tool, hold: Hold) -> None:
        note_held(Doing(self.context, tool, self.report(tool.name)), hold)
