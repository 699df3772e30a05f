"""``syncd plan check``: what goals lack to be SMART, and what else can't work."""

from typing import Any

from syncd.text import one_line
from syncd.cli.session import Session
from syncd.cli.output import count
from syncd.engine.checking import checked
from syncd.model.entities import kind_of
from syncd.review.checks.finding import Finding
from syncd.review.render.lacks import sentence

WHOLE = "plan"
"""The kind, for programs, of what is not of one thing alone."""


def check(session: Session, *, as_json: bool) -> int:
    """Say what goals lack to be SMART, and what else in the plan can't work."""
    with session.app() as app:
        found = checked(app.plan_context(), list(app.store.plan.every()))
        if as_json:
            session.speech.json({"problems": [_as_json(one) for one in found]})
            return 0
        for one in found:
            session.speech.line(sentence(one))
        if not found:
            session.speech.line("Every goal is SMART, and the plan can work as it is.")
        else:
            things = count(len(found), "thing")
            session.speech.note(
                f"{things} to look at: edit them in your tools, or in a file to import."
            )
        return 0


def _as_json(one: Finding) -> dict[str, Any]:
    return {
        "id": one.entity.id if one.entity else None,
        "kind": kind_of(one.entity) if one.entity else WHOLE,
        "title": one.entity.title if one.entity else "",
        "field": one.field,
        "rule": one.rule,
        "what": one_line(one.what),
        "mend": one_line(one.mend),
        "sentence": sentence(one),
    }
