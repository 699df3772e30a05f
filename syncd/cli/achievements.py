"""``syncd plan achievements``: the brag sheet."""

from dataclasses import dataclass
from typing import Any

from syncd.bootstrap import App
from syncd.cli import lookup
from syncd.cli.lookup import day_given
from syncd.cli.session import Session
from syncd.cli.output import count
from syncd.errors import Mistake
from syncd.model.entities import Kind
from syncd.model.plan import Plan
from syncd.review.brag import Asked, Win, brag_sheet, wins


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The options, as they were typed."""

    since: str | None = None
    until: str | None = None
    goal: str | None = None


def achievements(session: Session, typed: Typed, *, as_json: bool) -> int:
    """Write the achievements as Markdown."""
    with session.app() as app:
        plan = Plan.of(record.entity for record in app.store.plan.every())
        found = wins(plan, _asked(app, typed))
        if as_json:
            session.speech.json({"achievements": [_as_json(one) for one in found]})
            return 0
        if found:
            session.speech.data(brag_sheet(found))
        session.warn(list(_notes(found)))
        return 0


def _asked(app: App, typed: Typed) -> Asked:
    """Return what is asked for. Raises ``Mistake``."""
    since = day_given(app, typed.since, "--since") if typed.since else None
    until = day_given(app, typed.until, "--until") if typed.until else None
    if since and until and since > until:
        raise Mistake(f"`--since` ({since}) is after `--until` ({until}): swap the two.")
    goal = None
    if typed.goal:
        goal = lookup.only(typed.goal, lookup.matching(app.store, typed.goal, (Kind.GOAL,)))
    return Asked(since=since, until=until, goal=goal.entity.id if goal else None)


def _notes(found: list[Win]) -> list[str]:
    if not found:
        return [
            "No achievement is known for that: finish a milestone, or add one to Achievements."
        ]
    drafts = sum(not one.it.impact.strip() for one in found)
    if not drafts:
        return []
    have = "has" if drafts == 1 else "have"
    return [f"{count(drafts, 'achievement')} {have} no impact yet: write it under Impact."]


def _as_json(one: Win) -> dict[str, Any]:
    return {
        "id": one.it.id,
        "title": one.it.title,
        "date": str(one.it.date) if one.it.date else None,
        "quarter": one.quarter,
        "category": one.category,
        "goal": one.it.goal,
        "skill": one.it.skill,
        "impact": one.it.impact,
        "evidence_url": one.it.evidence_url,
    }
