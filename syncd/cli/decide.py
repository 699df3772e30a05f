"""``syncd approve`` and ``syncd reject``: what happens to a held tool."""

from syncd.cli import lookup
from syncd.cli.session import Session
from syncd.cli.sync import title_of
from syncd.engine.consent import say
from syncd.store.tool_store import Consent

_DECIDED = {
    Consent.APPROVED: "You accept this.",
    Consent.REJECTED: "You refuse this: the plan's side is restored there.",
}


def approve(session: Session, tool: str, plan: str) -> int:
    """Accept exactly what a tool is held for."""
    return _say(session, tool, plan, Consent.APPROVED)


def reject(session: Session, tool: str, plan: str) -> int:
    """Refuse what a tool is held for: the plan's side is restored there."""
    return _say(session, tool, plan, Consent.REJECTED)


def _say(session: Session, text: str, plan: str, consent: Consent) -> int:
    with session.app() as app:
        name = lookup.tool(app, text)
        say(app.store, name, consent, plan or None)
        row = app.store.tools.get(name)
        title = title_of(app, name)
        session.speech.line(f"{title}: {row.held['why']}.")
        session.speech.line(
            f"{_DECIDED[consent]} This holds once, for plan {row.held['hash']}."
        )
        session.speech.note("The next sync does it: `syncd sync`, or the daemon soon.")
        return 0
