"""A small plan to try rules on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from syncd.model.entities import Entity
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.consequences import Consequence, consequences

BERLIN = "Europe/Berlin"


@dataclass
class Story:
    """A plan to which things happen; after each, its rules are followed."""

    now: datetime
    zone: str = BERLIN
    plan: Plan = field(default_factory=Plan)
    last: list[Consequence] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def happens(self, *entities: Entity) -> Plan:
        """These are new or changed."""
        before = {one.id: self.plan.get(one.id) for one in entities}
        return self._settle(before, self.plan.with_entity(*entities))

    def a_day_begins(self, now: datetime) -> Plan:
        """Nothing but the date changed."""
        self.now = now
        return self._settle({one.id: one for one in self.plan}, self.plan)

    def _settle(self, before: dict[EntityId, Entity | None], plan: Plan) -> Plan:
        self.last = consequences(before, plan, self.today, self.zone, self.now)
        self.plan = plan.with_entity(*(it.entity for it in self.last))
        again = consequences(before, self.plan, self.today, self.zone, self.now)
        assert again == [], "following the rules twice must change nothing more"
        return self.plan

    def rules(self) -> list[str]:
        """Which rules had something to say."""
        return [it.rule for it in self.last]

    def made(self) -> list[Entity]:
        """What the rules made, as it finally is."""
        new = {it.entity.id for it in self.last if it.new}
        return [one for one in self.plan if one.id in new]


@pytest.fixture
def story() -> Callable[..., Story]:
    def begin(entities: Iterable[Entity] = (), now: str = "2026-03-10T08:00") -> Story:
        begun = datetime.fromisoformat(now).replace(tzinfo=UTC)
        return Story(now=begun, plan=Plan.of(entities))

    return begin
