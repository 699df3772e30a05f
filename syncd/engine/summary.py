"""What a cycle comes to."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from syncd.engine.context import Context
from syncd.engine.damaged import sentences
from syncd.engine.report import Report, ToolReport
from syncd.engine.tally import WriteCounts
from syncd.engine.workshop import Unusable
from syncd.model.ids import ToolName
from syncd.store.tool_store import ToolState


@dataclass(frozen=True, slots=True)
class Summary:
    """Says whether anything is left to do, and what went wrong, in sentences."""

    context: Context
    report: Report
    tally: WriteCounts
    unusable: Mapping[ToolName, Unusable]

    def write(
        self, chosen: AbstractSet[ToolName], busy: AbstractSet[ToolName], *, dry: bool
    ) -> None:
        """Write it into the report, of the tools that were asked for and those that did
        something; ``busy``: what is still made, read or written. dry: what is left was
        never meant to be done."""
        told = {ToolName(name) for name in self.report.tools}
        for name in sorted(chosen | told | self.tally.names()):
            report = self.report.tools.setdefault(name, ToolReport())
            if name not in chosen and report.state is ToolState.OK:
                report.state = self.context.store.tools.get(name).state
            self.tally.pour(name, report)
            if name in self.unusable or name not in self.context.tools:
                self._absent(report, self.unusable.get(name))
            else:
                self._present(name, report, busy=name in busy, dry=dry)
        damaged = list(sentences(self.context.store))
        self.report.problems.extend(damaged)
        self.report.converged = self.report.converged and not damaged

    def _present(self, name: ToolName, report: ToolReport, *, busy: bool, dry: bool) -> None:
        store, tool = self.context.store, self.context.tools[name]
        report.requests = self.tally.requests(name, tool.limiter)
        problems = store.tools.problems(name)
        refused = any(one.refused for one in problems)
        left = store.tools.waiting(name) > 0 or bool(store.journal.entities(name))
        if report.state is not ToolState.OK or refused or busy or (left and not dry):
            self.report.converged = False
        if report.message:
            self.report.problems.append(f"{tool.title}: {report.message}")
        self.report.problems.extend(one.sentence for one in problems)

    def _absent(self, report: ToolReport, why: Unusable | None) -> None:
        """Say of a tool that could not be made why that is; or it is still being made."""
        self.report.converged = False
        if why is None:
            return
        report.state, report.message, report.mistaken = why.state, why.why, why.mistaken
        self.report.problems.append(why.why)
