"""The stored plan, read as the rules of the plan read it."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from syncd.clock import Clock
from syncd.model.entities import Entity, Kind
from syncd.model.ids import EntityId
from syncd.model.plan import Part
from syncd.store.store import Store


class StoredPlanView:
    """A ``PlanView`` over the store; remembers single entities until it is dropped."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[EntityId, Entity | None] = {}

    def learn(self, ids: Iterable[EntityId]) -> None:
        """Read many entities at once."""
        missing = [one for one in set(ids) if one not in self._seen]
        found = self._store.plan.many(missing)
        for one in missing:
            record = found.get(one)
            self._seen[one] = record.entity if record else None

    def known(self, entities: Iterable[Entity]) -> None:
        """Take these as read."""
        self._seen.update({one.id: one for one in entities})

    def get(self, entity_id: EntityId) -> Entity | None:
        """Return an entity, archived ones too."""
        if entity_id not in self._seen:
            self.learn([entity_id])
        return self._seen[entity_id]

    def referring(self, target: EntityId, kind: Kind, field: str) -> Iterable[Entity]:
        """Return the live entities of ``kind`` whose ``field`` is or holds ``target``."""
        ids = self._store.plan.referring(target, field)
        kinds = self._store.plan.kinds(ids)
        live = [one for one in ids if kinds.get(one) == (kind, False)]
        self.learn(live)
        found = (self._seen[one] for one in live)
        return [one for one in found if one is not None]

    def parts_of(self, goal: EntityId) -> Iterable[Part]:
        """Return all live milestones and tasks of a goal."""
        return self._store.plan.parts_of(goal)

    def of_kind(self, kind: Kind) -> Iterable[Entity]:
        """Return the live entities of a kind."""
        return [record.entity for record in self._store.plan.every(kind, archived=False)]


def today(clock: Clock, zone: str) -> date:
    """Return the calendar day in the plan's zone."""
    return clock.now().astimezone(ZoneInfo(zone)).date()
