"""What an item's vanishing and returning say of its entity."""

from syncd.engine.rules import by_rule
from syncd.model.entities import Block, Entity, Kind
from syncd.model.schema import Fields, fields_of
from syncd.model.values import BlockState
from syncd.sync.merge import Author, Conflict, FieldChange


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
