"""Letting the rules of the plan follow what changed; what a deletion means; the daily check."""

from collections.abc import Mapping

from syncd.engine.context import Context, StoredPlanView, today
from syncd.engine.unit_of_work import UnitOfWork
from syncd.model.entities import Block, Entity, Goal, Kind
from syncd.model.ids import EntityId
from syncd.model.rules.consequences import consequences
from syncd.model.schema import Fields, fields_of
from syncd.model.values import BlockState
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
        seen = {entity_id: view.get(entity_id) for entity_id in part}
        _follow(
            context,
            work,
            view,
            {entity_id: entity for entity_id, entity in seen.items() if entity is not None},
        )
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
    follow_ups = consequences(changed, view, day, context.zone, work.now)
    work.load(consequence.entity.id for consequence in follow_ups)
    beside = context.store.plan.beside_damaged() if context.store.plan.damaged else set()
    for consequence in follow_ups:
        if isinstance(consequence.entity, Goal) and consequence.entity.id in beside:
            continue  # its progress would be reckoned without what can't be read
        work.put(consequence.entity, f"{BY} ({consequence.rule})")


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
