"""Letting the rules of the plan follow what changed; what a deletion means; checking the plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.context import Context, StoredPlanView, today
from syncd.engine.unit_of_work import UnitOfWork
from syncd.model.entities import Block, Entity, Goal, Kind
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.consequences import consequences
from syncd.model.schema import Fields, fields_of
from syncd.model.values import BlockState
from syncd.review.available_time import AvailableTime, TimeLimits
from syncd.review.checks import check_plan
from syncd.review.finding import CheckedPlan, Finding
from syncd.schedule.free_time import calendar
from syncd.schedule.problem import Preferences, minute_of
from syncd.store.rows import Record
from syncd.sync.merge import Author, Conflict, FieldChange

BY = "syncd"
PLANNED = "planned"
"""Signs what the schedule made or changed, where there is no better reason."""


def by_rule(author: str) -> bool:
    """Say whether a rule of the plan signed a change, and no person."""
    return author.startswith(f"{BY} (")


SLICE = 1000
"""How many entities are looked at together, where all of them are."""


def follow_rules(context: Context, work: UnitOfWork) -> None:
    """Apply what follows from the changes so far; each rule signs its own."""
    view = StoredPlanView(context.store)
    view.learn(work.before)
    _follow(context, work, view, dict(work.before))


def follow_all_rules(context: Context, work: UnitOfWork) -> None:
    """Apply what follows from the date alone, for everything there is."""
    ids = context.store.plan.ids()
    for start in range(0, len(ids), SLICE):
        view = StoredPlanView(context.store)
        part = ids[start : start + SLICE]
        view.learn(part)
        seen = {one: view.get(one) for one in part}
        _follow(context, work, view, {one: it for one, it in seen.items() if it is not None})
        work.commit()


def _follow(
    context: Context,
    work: UnitOfWork,
    view: StoredPlanView,
    changed: Mapping[EntityId, Entity | None],
) -> None:
    if not changed:
        return
    day = today(context.clock, context.zone)
    found = consequences(changed, view, day, context.zone, work.now)
    work.load(one.entity.id for one in found)
    beside = context.store.plan.beside_damaged() if context.store.plan.damaged else set()
    for one in found:
        if isinstance(one.entity, Goal) and one.entity.id in beside:
            continue  # its progress would be reckoned without what can't be read
        work.put(one.entity, f"{BY} ({one.rule})")


def deletion_effect(entity: Entity, values: Fields, author: Author) -> list[FieldChange]:
    """Return what changes where an item's being gone means other values of its entity."""
    now = fields_of(entity)
    return [
        FieldChange(field=name, before=now[name], after=value, author=author)
        for name, value in values.items()
        if now[name] != value and not entity.archived
    ]


def is_over(entity: Entity) -> bool:
    """Say whether an item's being gone says nothing of its entity: it is over, and settled."""
    over = (BlockState.DONE, BlockState.MISSED, BlockState.SKIPPED)
    return isinstance(entity, Block) and entity.state in over


def restore_change(entity: Entity) -> FieldChange | None:
    """Return what a restored item says of an entity that its removal had put away."""
    nobody = Author(by="", at=None)
    if entity.archived:
        return FieldChange(field="archived", before=True, after=False, author=nobody)
    if isinstance(entity, Block) and entity.state is BlockState.SKIPPED:
        pinned = BlockState.PINNED
        return FieldChange(field="state", before=entity.state, after=pinned, author=nobody)
    return None


def by_person(kind: Kind, conflict: Conflict) -> bool:
    """Say whether a person gave the value that lost; where a block lies, syncd decides."""
    return not (kind is Kind.BLOCK and by_rule(conflict.lost_by))


def lost_deletion(author: Author, editor: str) -> Conflict:
    """Return a deletion that lost against an edit."""
    return Conflict(
        field="archived",
        won=False,
        won_by=editor,
        lost=True,
        lost_by=author.by,
        lost_at=author.at,
    )


_OWNER, _DAY = "engine", "full_on"


def full_check(context: Context) -> None:
    """Decide for everything, unless that was done today.

    What a tool refused is sent once more: the account may have room for it by now.
    """
    store, day = context.store, today(context.clock, context.zone)
    if store.tools.recall(_OWNER, _DAY) == day.isoformat():
        return
    with store.transaction():
        work = UnitOfWork.fresh(context)
        follow_all_rules(context, work)
        store.tools.forget_refusals()
        for name in context.names:
            store.links.mark_all_dirty(name)
        store.tools.remember(_OWNER, _DAY, day.isoformat())


def forget_check(context: Context) -> None:
    """Let the next cycle decide for everything."""
    context.store.tools.remember(_OWNER, _DAY, None)


DAYS = 364
"""How far ahead each day is looked at by itself."""


def time_available(context: Context, now: datetime) -> AvailableTime:
    """Return the time that blocks may take from today on, had nothing else been arranged."""
    assert context.preferences is not None  # noqa: S101  # the settings always say
    preferences = replace(
        context.preferences, pauses=PlannerState(context.store).pauses, horizon_days=DAYS
    )
    return AvailableTime(
        first=now.astimezone(ZoneInfo(preferences.zone)).date(),
        daily=tuple(daily(preferences, now)),
        limits=limits(preferences),
        default_minutes=preferences.default_minutes,
    )


def limits(preferences: Preferences) -> TimeLimits:
    """Return what the settings say of time, as the plan's checks look at it."""
    return TimeLimits(
        windows={
            day: tuple(closes - opens for opens, closes in spans)
            for day, spans in preferences.hours.items()
            if day not in preferences.rest_weekdays
        },
        daily=preferences.daily,
        weekly=preferences.weekly,
        shortest=preferences.shortest,
    )


def daily(preferences: Preferences, now: datetime) -> Iterator[int]:
    """Yield for each day the minutes that its caps and its week's leave."""
    days, weeks = calendar(preferences, (), minute_of(now))
    left = [week.capacity for week in weeks]
    for day in days:
        free = sum(one.minutes for one in day.free if one.minutes >= preferences.shortest)
        taken = min(free, preferences.daily, left[day.week])
        left[day.week] -= taken
        yield taken


def checked(context: Context, records: Sequence[Record]) -> list[Finding]:
    """Return what is missing in a plan or can't work; ``records``: all of it."""
    planned = context.preferences is not None
    return check_plan(
        CheckedPlan(
            plan=Plan.of(record.entity for record in records),
            today=today(context.clock, context.zone),
            zone=context.zone,
            set_at={
                (record.entity.id, name): author.at
                for record in records
                for name, author in record.authors.items()
                if author.at is not None
            },
            available=time_available(context, context.clock.now()) if planned else None,
        )
    )
