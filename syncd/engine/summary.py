"""What a cycle comes to, for one tool."""

from syncd.engine.context import Context
from syncd.engine.report import Report
from syncd.engine.workshop import Unusable
from syncd.model.ids import ToolName
from syncd.store.tool_store import ToolState


def summarise(
    context: Context, whole: Report, name: ToolName, *, busy: bool, dry: bool = False
) -> None:
    """Say whether anything is left to do in a tool, and what went wrong, in sentences.

    busy: it is still being read or written. dry: what is left was never meant to be done.
    """
    store, tool, report = context.store, context.tools[name], whole.tools[name]
    problems = store.tools.problems(name)
    refused = any(one.refused for one in problems)
    left = store.tools.waiting(name) > 0 or bool(store.journal.entities(name))
    if report.state is not ToolState.OK or refused or busy or (left and not dry):
        whole.converged = False
    if report.message:
        whole.problems.append(f"{tool.title}: {report.message}")
    whole.problems.extend(one.sentence for one in problems)


def summarise_absent(whole: Report, name: ToolName, why: Unusable | None) -> None:
    """Say of a tool that could not be made why that is; or it is still being made."""
    whole.converged = False
    if why is None:
        return
    report = whole.tools[name]
    report.state, report.message, report.mistaken = why.state, why.why, why.mistaken
    whole.problems.append(why.why)
