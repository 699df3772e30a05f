"""``syncd approve`` and ``syncd reject``: what happens to a held tool."""

from typing import Annotated

import typer

from syncd.cli.lookup import ToolArgument, find_tool, tool_title
from syncd.cli.session import Session
from syncd.engine.approvals import record_approval
from syncd.store.tool_store import Consent

_DECIDED = {
    Consent.APPROVED: "You accept this.",
    Consent.REJECTED: "You refuse this: the plan's side is restored there.",
}


PlanHash = Annotated[
    str, typer.Option("--plan", metavar="HASH", help="Decide only if it is still this plan.")
]


def approve(ctx: typer.Context, tool: ToolArgument, *, plan: PlanHash = "") -> int:
    """Accept what a held tool is held for, once."""
    return _decide(ctx.obj, tool, plan, Consent.APPROVED)


def reject(ctx: typer.Context, tool: ToolArgument, *, plan: PlanHash = "") -> int:
    """Refuse what a held tool is held for.

    The plan's side is restored there.
    """
    return _decide(ctx.obj, tool, plan, Consent.REJECTED)


def _decide(session: Session, text: str, plan: str, consent: Consent) -> int:
    with session.app() as app:
        name = find_tool(app, text)
        record_approval(app.store, name, consent, plan or None)
        row = app.store.tools.get(name)
        title = tool_title(app, name)
        session.speech.line(f"{title}: {row.held['why']}.")
        session.speech.line(
            f"{_DECIDED[consent]} This holds once, for plan {row.held['hash']}."
        )
        session.speech.note("The next sync does it: `syncd sync`, or the daemon soon.")
        return 0
