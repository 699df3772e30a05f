"""``syncd plan check``: what goals lack to be SMART, and what else can't work."""

from typing import Any

from syncd.bootstrap import App
from syncd.cli.past import TITLE
from syncd.cli.plain import one_line
from syncd.cli.session import Session
from syncd.cli.words import count, kind_word
from syncd.engine.room import room
from syncd.engine.view import today
from syncd.model.entities import kind_of
from syncd.model.plan import Plan
from syncd.review.checks.finding import Facts, Finding
from syncd.review.checks.plan import check_plan

WHOLE = "plan"
"""The kind, for programs, of what is not of one thing alone."""


def check(session: Session, *, as_json: bool) -> int:
    """Say what goals lack to be SMART, and what else in the plan can't work."""
    with session.app() as app:
        found = check_plan(facts(app))
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


def facts(app: App) -> Facts:
    """Return what the checks look at."""
    records = list(app.store.plan.every())
    return Facts(
        plan=Plan.of(one.entity for one in records),
        today=today(app.clock, app.zone),
        zone=app.zone,
        set_at={
            (one.entity.id, name): author.at
            for one in records
            for name, author in one.authors.items()
            if author.at is not None
        },
        room=room(app.plan_context(), app.clock.now()),
    )


def sentence(one: Finding) -> str:
    """Return a finding as a person reads it."""
    if one.entity is None:
        said = one.what
    else:
        title = one_line(one.entity.title, TITLE)
        said = f"{kind_word(kind_of(one.entity))} '{title}' {one.what}"
    return one_line(f"{said[0].upper()}{said[1:]}: {one.mend}.")


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
