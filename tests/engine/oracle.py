"""What must have become of everything that a person did since all agreed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from syncd.model.entities import kind_of
from syncd.model.ids import EntityId, RemoteId, ToolName
from syncd.model.schema import FIELDS, fields_of
from syncd.model.values import FieldType, Value
from tests.engine.simulator import Edit, Simulator

Place = tuple[EntityId, str]


def assert_nothing_was_lost(sim: Simulator) -> None:
    """Every edit is in the result, or was beaten by another one, which history knows."""
    assert [*_overwritten(sim), *_forgotten(sim), *_vanished(sim), *_returned(sim)] == []


def _entity_of(sim: Simulator, tool: str, remote: RemoteId) -> EntityId | None:
    link = sim.world.store.links.by_remote(ToolName(tool), [remote]).get(remote)
    return link.entity if link else None


def _by_place(sim: Simulator) -> Mapping[Place, list[Edit]]:
    found: dict[Place, list[Edit]] = defaultdict(list)
    for edit in sim.edits:
        entity = _entity_of(sim, edit.tool, edit.remote)
        if entity is not None:
            found[entity, edit.field].append(edit)
    return found


def _touched(sim: Simulator) -> set[EntityId | None]:
    """Return the entities with an item that was removed, brought back or copied."""
    return {_entity_of(sim, tool, remote) for tool, remote in sim.deleted | sim.unsure}


def _overwritten(sim: Simulator) -> Iterator[str]:
    """An edited field holds what one of its editors wrote last."""
    if sim.lost_state:
        return
    touched = _touched(sim)
    for (entity, name), edits in _by_place(sim).items():
        spec = FIELDS[edits[0].kind][name]
        if entity in touched or spec.type in (FieldType.LABELS, FieldType.REFS):
            continue
        shown = [_shown(sim, edit) for edit in edits]
        aims = {_entity_of(sim, one.tool, RemoteId(str(one.value))) for one in edits}
        if spec.type is FieldType.REF and aims & (touched - {None}):
            continue
        if all(now != edit.value for now, edit in zip(shown, edits, strict=True)):
            yield f"{name} of {entity} is {shown}, where {edits} were written"


def _shown(sim: Simulator, edit: Edit) -> Value:
    item = sim.world.services[edit.tool].items.get(edit.remote)
    return item.fields.get(edit.field) if item else edit.value


def _forgotten(sim: Simulator) -> Iterator[str]:
    """A text that somebody wrote stands in the plan, its history or its conflicts."""
    if sim.lost_state:
        return
    for (entity, name), edits in _by_place(sim).items():
        known = set(_known(sim, entity, name))
        for edit in edits:
            if FIELDS[edit.kind][name].type is FieldType.TEXT and edit.value not in known:
                yield f"{edit} is nowhere"


def _known(sim: Simulator, entity: EntityId, name: str) -> Iterator[Value]:
    store = sim.world.store
    record = store.plan.get(entity)
    if record is not None:
        yield fields_of(record.entity)[name]
    for row in store.history.rows(entity=entity, limit=100_000):
        if row.field == name:
            yield from (row.before, row.after)
    for lost in store.history.conflicts(entity=entity):
        if lost.field == name:
            yield from (lost.lost, lost.won)


def _vanished(sim: Simulator) -> Iterator[str]:
    """Only what its user removed somewhere has left the plan."""
    removed = {_entity_of(sim, tool, remote) for tool, remote in sim.deleted}
    for record in sim.world.store.plan.every():
        entity = record.entity
        if entity.archived and entity.id not in removed:
            yield f"{kind_of(entity)} {entity.title!r} was archived by nobody"


def _returned(sim: Simulator) -> Iterator[str]:
    """What its user removed, and nobody edited or restored, stays away."""
    if sim.lost_state or sim.expired:
        return
    edited = {place[0] for place in _by_place(sim)}
    unsure = {_entity_of(sim, tool, remote) for tool, remote in sim.unsure}
    for tool, remote in sim.deleted:
        entity = _entity_of(sim, tool, remote)
        record = sim.world.store.plan.get(entity) if entity else None
        if record is None or entity in edited | unsure:
            continue
        if not record.entity.archived:
            yield f"{tool}'s {record.entity.title!r} was removed and is back"
