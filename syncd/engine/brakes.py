"""The brakes of a cycle: judge, hold, and do what the person said."""

from collections.abc import Callable
from dataclasses import dataclass

from syncd.engine.consent import (
    Decision,
    approved_removals,
    expire_approval,
    remember_approved,
    remember_approved_removals,
    take_approval,
)
from syncd.engine.context import Context
from syncd.engine.edits import bring_back
from syncd.engine.gather import PullResult
from syncd.engine.hold import PendingApproval, check_pull, check_removals, removals
from syncd.engine.pen import UnitOfWork
from syncd.engine.project import WritePlan
from syncd.engine.report import ToolReport
from syncd.engine.rules import follow_rules
from syncd.engine.sides import accept_container_loss, apply_rejection, recreate_container
from syncd.engine.states import ToolStatus, record_held
from syncd.engine.tool import Tool
from syncd.model.ids import ToolName


@dataclass
class Holds:
    """Decides whether a tool may go on in this cycle."""

    context: Context
    report: Callable[[ToolName], ToolReport]

    def believes(self, found: PullResult, pen: UnitOfWork) -> bool:
        """Say whether what reading brought is taken in; if not, the tool is held."""
        store, name = self.context.store, found.tool.name
        hold = check_pull(found, store)
        if hold is None:
            return True
        said = take_approval(store, name, hold)
        if said is Decision.APPROVED:
            remember_approved(store, [link.entity for link in found.gone], pen.now)
            return True
        if said is Decision.REJECTED:
            apply_rejection(self.context, found, hold.about, pen)
            return self.believes(found, pen)
        self._hold(found.tool, hold)
        return False

    def stops(self, tool: Tool, projection: WritePlan) -> bool:
        """Say whether what would be removed in a tool has to wait, and all else with it."""
        store, name = self.context.store, tool.name
        hold = self._on_removals(tool, projection)
        if hold is None:
            expire_approval(store, name)
            return False
        said = take_approval(store, name, hold)
        ids = [one.entity for one in removals(projection.operations)]
        if said is Decision.APPROVED:
            remember_approved_removals(store, name, ids)
            return False
        if said is Decision.REJECTED:
            bring_back(self.context, ids)
            return True
        self._hold(tool, hold)
        return True

    def decided(self, name: ToolName, hold: PendingApproval) -> bool:
        """Do what the person said about a container that is gone, if they did."""
        store = self.context.store
        with store.transaction():
            said = take_approval(store, name, hold)
            if said is Decision.REJECTED:
                recreate_container(self.context, name)
            if said is Decision.APPROVED:
                pen = UnitOfWork.fresh(self.context)
                accept_container_loss(self.context, name, pen)
                pen.flush()
                follow_rules(self.context, pen)
                pen.flush()
        return said is not Decision.NONE

    def _on_removals(self, tool: Tool, projection: WritePlan) -> PendingApproval | None:
        removes = removals(projection.operations)
        if len(removes) <= tool.limits.max_deletes:
            return None
        store = self.context.store
        agreed = approved_removals(store, tool.name, [one.entity for one in removes])
        asked = [one for one in removes if one.entity not in agreed]
        return check_removals(store.links.count(tool.name), asked, tool.limits)

    def _hold(self, tool: Tool, hold: PendingApproval) -> None:
        record_held(ToolStatus(self.context, tool, self.report(tool.name)), hold)
