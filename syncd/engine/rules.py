"""Letting the rules of the plan follow what changed."""

from collections.abc import Mapping

from syncd.engine.context import Context
from syncd.engine.pen import UnitOfWork
from syncd.engine.view import StoredPlanView, today
from syncd.model.entities import Entity, Goal
from syncd.model.ids import EntityId
from syncd.model.rules.consequences import consequences

BY = "syncd"


def by_rule(author: str) -> bool:
    """Say whether a rule of the plan signed a change, and no person."""
    return author.startswith(f"{BY} (")


SLICE = 1000
"""How many entities are looked at together, where all of them are."""


def follow_rules(context: Context, pen: UnitOfWork) -> None:
    """Apply what follows from the changes so far; each rule signs its own."""
    view = StoredPlanView(context.store)
    view.learn(pen.before)
    _follow(context, pen, view, dict(pen.before))


def follow_all_rules(context: Context, pen: UnitOfWork) -> None:
    """Apply what follows from the date alone, for everything there is."""
    ids = context.store.plan.ids()
    for start in range(0, len(ids), SLICE):
        view = StoredPlanView(context.store)
        part = ids[start : start + SLICE]
        view.learn(part)
        seen = {one: view.get(one) for one in part}
        _follow(context, pen, view, {one: it for one, it in seen.items() if it is not None})
        pen.flush()


def _follow(
    context: Context,
    pen: UnitOfWork,
    view: StoredPlanView,
    changed: Mapping[EntityId, Entity | None],
) -> None:
    if not changed:
        return
    day = today(context.clock, context.zone)
    found = consequences(changed, view, day, context.zone, pen.now)
    pen.load(one.entity.id for one in found)
    beside = context.store.plan.beside_damaged() if context.store.plan.damaged else set()
    for one in found:
        if isinstance(one.entity, Goal) and one.entity.id in beside:
            continue  # its progress would be reckoned without what can't be read
        pen.put(one.entity, f"{BY} ({one.rule})")
