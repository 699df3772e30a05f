"""What must be so after every cycle, said a second time and differently."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from syncd.engine.write_plan import write_plan
from syncd.model.entities import Entity, Goal, Milestone, Task, kind_of
from syncd.model.ids import EntityId, RemoteId, ToolName
from syncd.model.remote import PAGE_URL, Remote
from syncd.model.schema import FIELDS, fields_of, value_to_json
from syncd.model.values import FieldType, GoalStatus, Value
from syncd.store import tables
from syncd.store.store import Store
from syncd.sync.decide import Presence
from syncd.testing.in_memory_service import InMemoryService
from tests.engine.world import World

AT_REST = (GoalStatus.PAUSED, GoalStatus.DROPPED)


def assert_agrees(world: World) -> None:
    """Every tool holds what the plan projects to it: that, no more, once each."""
    assert list(disagreements(world)) == []


def disagreements(world: World) -> Iterator[str]:
    """Yield in words where a tool and the plan differ."""
    plan = {one.entity.id: one.entity for one in world.store.plan.every()}
    links = {name: present(world.store, name) for name in world.services}
    for name, service in world.services.items():
        held = links[name]
        yield from _strangers(service, set(held.values()))
        for entity in plan.values():
            wanted = _wanted(entity, plan, service)
            item = service.items.get(held.get(entity.id, RemoteId("")))
            if item is None and wanted is True and not _let_go(world.store, name, entity):
                yield f"{name} lacks {kind_of(entity)} {entity.title!r}"
            if item is not None and wanted is False:
                yield f"{name} still holds {kind_of(entity)} {entity.title!r}"
            hidden = wanted is None and item is not None and item.fields["done"]
            if item is not None and wanted is not False and not hidden:
                shown = _expected(entity, service, links, world)
                yield from _different(name, item, shown, set(service.items))


def present(store: Store, tool: str) -> dict[EntityId, RemoteId]:
    found = store.links.with_presence(ToolName(tool), Presence.PRESENT)
    return {link.entity: link.remote for link in found}


def _let_go(store: Store, tool: str, entity: Entity) -> bool:
    """A heading that its user removed there is not made again."""
    link = store.links.of_entity(entity.id).get(ToolName(tool))
    gone = link is not None and link.presence is Presence.GONE
    forgotten = link is not None and link.presence is Presence.DETACHED
    return forgotten or (gone and isinstance(entity, Goal) and tool == "todos")


def _strangers(service: InMemoryService, known: set[RemoteId]) -> Iterator[str]:
    for item in service.items.values():
        if item.id not in known and service.shape.capabilities[item.kind].imports:
            yield f"{service.shape.name} holds {item.id}, which nobody knows: {item.fields}"


def _wanted(
    entity: Entity, plan: Mapping[EntityId, Entity], service: InMemoryService
) -> bool | None:
    kind = kind_of(entity)
    if entity.archived or not service.shape.can_hold(kind, fields_of(entity)):
        return False
    if not service.shape.capabilities[kind].live_only:
        return True
    if isinstance(entity, Goal):
        return entity.status is GoalStatus.ACTIVE
    if isinstance(entity, Task) and entity.done:
        return None
    goal = plan.get(_goal(entity, plan) or EntityId(""))
    return not (isinstance(goal, Goal) and goal.status in AT_REST)


def _goal(entity: Entity | None, plan: Mapping[EntityId, Entity]) -> EntityId | None:
    for _ in range(10):
        if not isinstance(entity, Task):
            return None
        if entity.goal:
            return entity.goal
        step = plan.get(entity.milestone or EntityId(""))
        if isinstance(step, Milestone) and not step.archived and step.goal:
            return step.goal
        entity = plan.get(entity.parent or EntityId(""))
    return None


def _expected(
    entity: Entity,
    service: InMemoryService,
    links: Mapping[str, Mapping[EntityId, RemoteId]],
    world: World,
) -> dict[str, Any]:
    kind, held = kind_of(entity), links[service.shape.name]
    shown: dict[str, Any] = fields_of(entity)
    skill = world.store.plan.get(shown.get("skill") or EntityId(""))
    if skill is not None and "skill" not in service.shape.capabilities[kind].fields:
        shown["labels"] |= {skill.entity.title.replace(" ", "_")}
    for name, spec in FIELDS[kind].items():
        if spec.type is FieldType.REF and shown[name]:
            shown[name] = held.get(shown[name])
        if spec.type is FieldType.REFS:
            shown[name] = frozenset(held[one] for one in shown[name] if one in held)
    page = links.get("pages", {}).get(entity.id)
    shown[PAGE_URL] = world.services["pages"].address(page) if page else None
    return service.shape.fit(kind, shown)


def _different(
    tool: str, item: Remote, expected: Mapping[str, Value], items: set[RemoteId]
) -> Iterator[str]:
    for name, value in expected.items():
        shown = item.fields.get(name)
        spec = FIELDS[item.kind].get(name)
        if spec is not None and spec.type is FieldType.REF and shown not in items:
            shown = None
        if spec is not None and spec.type is FieldType.REFS:
            shown = frozenset(one for one in shown or () if one in items)  # type: ignore[union-attr]  # a set of references
        if shown != value:
            yield f"{tool} shows {name}={shown!r} of {item.fields['title']!r}, not {value!r}"


def assert_forgot_nothing(world: World) -> None:
    """Deciding for everything yields what deciding for the marked entities yields."""
    links = world.store.links
    for name, tool in world.engine.context.tools.items():
        marked = links.dirty(name)
        some = write_plan(world.engine.context, tool).operations
        links.mark_dirty(name, world.store.plan.ids())
        every = write_plan(world.engine.context, tool).operations
        fresh = {one: stamp for one, stamp in links.dirty(name).items() if one not in marked}
        links.clear_dirty(name, fresh)
        assert every == some, f"{name} forgot to decide"


def rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that a store keeps."""
    found = {}
    with store._database.transaction() as connection:
        for table in tables.metadata.sorted_tables:
            found[table.name] = sorted(map(tuple, connection.execute(select(table))), key=repr)
    return found


def counts(store: Store) -> dict[str, int]:
    return {name: len(found) for name, found in rows(store).items()}


def services(world: World) -> dict[str, Any]:
    """Return all that the services hold, ids and times too."""
    return {
        name: (dict(one.items), dict(one.removed), dict(one.containers))
        for name, one in world.services.items()
    }


def portrait(world: World) -> dict[str, Any]:
    """Return what the services hold in a person's terms: no ids, no times."""
    found = {}
    for name, service in world.services.items():
        called = {one.id: f"{one.kind.value}:{one.fields['title']}" for one in _all(service)}
        found[name] = sorted(
            json.dumps([one.kind, *_told(one, called)], sort_keys=True)
            for one in service.items.values()
        )
    return found


def _all(service: InMemoryService) -> list[Remote]:
    return [*service.items.values(), *service.removed.values()]


def _told(item: Remote, called: Mapping[RemoteId, str]) -> Iterator[list[Any]]:
    for name, value in sorted(item.fields.items()):
        spec = FIELDS[item.kind].get(name)
        told: Any = value_to_json(value)
        if name == PAGE_URL:
            told = bool(value)
        elif spec is not None and spec.type is FieldType.REF:
            told = called.get(RemoteId(str(value)))
        elif spec is not None and spec.type is FieldType.REFS:
            told = sorted(called.get(RemoteId(one), "") for one in told)
        elif name in ("done_at",):
            told = bool(value)
        yield [name, told]


def lost(store: Store) -> Counter[str]:
    """Return the values that lost, in words."""
    return Counter(
        f"{one.kind} {one.field}: {one.won!r} by {one.won_by} beat {one.lost!r} by {one.lost_by}"
        for one in store.history.conflicts()
    )
