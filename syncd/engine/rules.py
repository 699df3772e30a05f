"""Letting the rules of the plan follow what changed."""

from syncd.engine.context import Context
from syncd.engine.pen import Pen
from syncd.engine.view import StoredPlan, today
from syncd.model.entities import Entity, Goal
from syncd.model.ids import EntityId
from syncd.model.rules.consequences import consequences

BY = "syncd"


def by_rule(author: str) -> bool:
    """Say whether a rule of the plan signed a change, and no person."""
    return author.startswith(f"{BY} (")


def follow_rules(context: Context, pen: Pen, *, everything: bool = False) -> None:
    """Apply what follows from the changes so far; each rule signs its own."""
    view = StoredPlan(context.store)
    if everything:
        ids = context.store.plan.ids()
        view.learn(ids)
        seen = {one: view.get(one) for one in ids}
        changed: dict[EntityId, Entity | None] = {
            one: it for one, it in seen.items() if it is not None
        }
    else:
        view.learn(pen.before)
        changed = dict(pen.before)
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
