"""Checking the plan: from the store to what is missing or can't work."""

from collections.abc import Sequence

from syncd.engine.context import Context
from syncd.engine.room import time_available
from syncd.engine.view import today
from syncd.model.plan import Plan
from syncd.review.checks.finding import Facts, Finding
from syncd.review.checks.plan import check_plan
from syncd.store.rows import Record


def checked(context: Context, records: Sequence[Record]) -> list[Finding]:
    """Return what is missing in a plan or can't work; ``records``: all of it."""
    planned = context.preferences is not None
    return check_plan(
        Facts(
            plan=Plan.of(one.entity for one in records),
            today=today(context.clock, context.zone),
            zone=context.zone,
            set_at={
                (one.entity.id, name): author.at
                for one in records
                for name, author in one.authors.items()
                if author.at is not None
            },
            room=time_available(context, context.clock.now()) if planned else None,
        )
    )
