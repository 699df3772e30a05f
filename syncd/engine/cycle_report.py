"""What a cycle comes to, with what of the state can't be read, in sentences that say what to do."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from syncd.engine.context import Context
from syncd.engine.report import Report, ToolReport, WriteCounts
from syncd.engine.tool_status import Unusable
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.store.database import Damage
from syncd.store.store import Store
from syncd.store.tool_store import ToolState

_TODO = "put back a copy of the state that is whole, or correct its row in the table"


def look(store: Store) -> None:
    """Read every row there is, so that the store knows which can't be read."""
    store.plan.survey()
    for _ in store.plan.every():
        pass
    for _ in store.links.every():
        pass
    store.history.rows(limit=-1)
    store.history.conflicts()
    store.journal.every()


def sentences(store: Store) -> Iterator[str]:
    """Yield a sentence on each row that could not be read when that was last tried."""
    for damage in store.plan.damaged:
        yield (
            f"The {_word(damage)} {damage.key} of the plan can't be read ({damage.why}): syncd"
            f" leaves it alone everywhere; {_TODO} `entities`."
        )
    for damage in store.links.damaged:
        tool, _, entity = damage.key.partition(" ")
        yield (
            f"What {tool} holds of the {_word(damage)} {entity} can't be read ({damage.why}):"
            f" syncd leaves it alone there; {_TODO} `links`."
        )
    for damage in store.journal.damaged:
        yield (
            f"A write to {damage.of} that is in flight, of {damage.key}, can't be read"
            f" ({damage.why}): syncd leaves that alone there; {_TODO} `intents`."
        )
    yield from _of_the_past(store)


def _of_the_past(store: Store) -> Iterator[str]:
    for damage in store.history.damaged:
        yield (
            f"Change {damage.key} of {damage.of} in the history can't be read ({damage.why}):"
            f" it is left out; {_TODO} `history`."
        )
    for conflict in store.history.damaged_conflicts:
        yield (
            f"Value {conflict.key} of {conflict.of} that lost can't be read ({conflict.why}): it is left out;"
            f" {_TODO} `conflicts`."
        )


def _word(damage: Damage) -> str:
    return (
        Kind(damage.kind).name.lower()
        if damage.kind in list(Kind)
        else f"record ({damage.kind})"
    )


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
        reported = {ToolName(name) for name in self.report.tools}
        for name in sorted(chosen | reported | self.tally.names()):
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
        refused = any(problem.refused for problem in problems)
        left = store.tools.waiting(name) > 0 or bool(store.journal.entities(name))
        if report.state is not ToolState.OK or refused or busy or (left and not dry):
            self.report.converged = False
        if report.message:
            self.report.problems.append(f"{tool.title}: {report.message}")
        self.report.problems.extend(problem.sentence for problem in problems)

    def _absent(self, report: ToolReport, why: Unusable | None) -> None:
        """Say of a tool that could not be made why that is; or it is still being made."""
        self.report.converged = False
        if why is None:
            return
        report.state, report.message, report.mistaken = why.state, why.why, why.mistaken
        self.report.problems.append(why.why)
