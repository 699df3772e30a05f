"""Once a day everything is decided anew: a check that nothing was forgotten."""

from syncd.engine.context import Context
from syncd.engine.pen import UnitOfWork
from syncd.engine.rules import follow_all_rules
from syncd.engine.view import today

_OWNER, _DAY = "engine", "full_on"


def full_check(context: Context) -> None:
    """Decide for everything, unless that was done today.

    What a tool refused is sent once more: the account may have room for it by now.
    """
    store, day = context.store, today(context.clock, context.zone)
    if store.tools.recall(_OWNER, _DAY) == day.isoformat():
        return
    with store.transaction():
        pen = UnitOfWork.fresh(context)
        follow_all_rules(context, pen)
        store.tools.forget_refusals()
        for name in context.names:
            store.links.touch_all(name)
        store.tools.remember(_OWNER, _DAY, day.isoformat())


def forget_check(context: Context) -> None:
    """Let the next cycle decide for everything."""
    context.store.tools.remember(_OWNER, _DAY, None)
