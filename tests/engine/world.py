"""A small world: three services in memory, one syncd, a person, and time."""

import random
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, TypeVar, cast

from syncd.connect.contract import Connector, Toolbox
from syncd.connect.network import Network, RateLimiter
from syncd.connect.wrappers import DryRun, Retry, RetryLimits, Throttle
from syncd.engine.context import Context
from syncd.engine.cycle import Engine
from syncd.engine.edits import put_all
from syncd.engine.report import Report
from syncd.engine.tool import OnDelete, Tool
from syncd.model.entities import Block, Entity, Goal, Kind, Milestone, Task
from syncd.model.ids import EntityId, RemoteId, ToolName
from syncd.model.remote import Pull, Remote
from syncd.model.values import GoalStatus, Moment, Value
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Planner, Preferences
from syncd.store.database import Database
from syncd.store.store import Store, private_store
from syncd.store.tool_store import ToolMemory
from syncd.sync.limits import Limits
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_capabilities import (
    LIKE_CALENDAR,
    LIKE_NOTION,
    LIKE_TODOS,
    Capabilities,
)
from syncd.testing.in_memory_connector import InMemoryConnector
from syncd.testing.in_memory_service import InMemoryFaults, InMemoryService
from tests.planning import LITTLE

ZONE = "Europe/Berlin"
QUICK = Annealer(**LITTLE)
"""A planner that searches little."""
ALL = (LIKE_NOTION, LIKE_CALENDAR, LIKE_TODOS)
T = TypeVar("T")


class OneAfterAnother(Executor):
    """Lanes that do their work at once: one seed tells one story, whatever the machine."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # as a thread would; a crash flies on
            future.set_exception(error)
        return future


@dataclass
class Echo:
    """Items as they were, to be shown by a pull that comes too late."""

    items: dict[RemoteId, Remote]
    skip: int = 1


class Late:
    """A connector whose pulls may show older states of what syncd wrote since."""

    def __init__(self, connector: InMemoryConnector, world: "World") -> None:
        self._connector = connector
        self._world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def pull(self, cursor: str | None) -> Pull:
        pull = self._connector.pull(cursor)
        echo = self._world.late.get(self._connector.name)
        if echo is None:
            return pull
        echo.skip -= 1
        if echo.skip >= 0:
            return pull
        del self._world.late[self._connector.name]
        listed = {item.id: item for item in pull.items}
        return replace(pull, items=tuple({**listed, **echo.items}.values()))


@dataclass
class World:
    """Services that outlive every start of syncd, and the state that may be lost.

    threads: give every tool a real thread, as the product does. grace: as the engine's, in
    seconds of the machine. preferences: how the
    person wants their time planned; without any, no blocks are. planner: the product's own
    takes its time over a first plan, for the sake of a quality that few tests look at.
    """

    shapes: tuple[Capabilities, ...] = ALL
    seed: int = 1
    on_delete: OnDelete = OnDelete.ARCHIVE
    limits: Limits = field(default_factory=Limits)
    threads: bool = False
    grace: float = 10.0
    preferences: Preferences | None = None
    planner: Planner = QUICK
    clock: FakeClock = field(default_factory=FakeClock)
    services: dict[str, InMemoryService] = field(default_factory=dict)
    store: Store = field(default_factory=private_store)
    engine: Engine = field(init=False)
    rng: random.Random = field(init=False)
    late: dict[str, "Echo"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for shape in self.shapes:
            self.services.setdefault(shape.name, InMemoryService(shape, self.clock))
        self.start()

    def start(self) -> None:
        """Start syncd anew on the state that there is."""
        self.rng = random.Random(self.seed)  # noqa: S311  # one seed, one story
        self.seed += 1
        tools = {ToolName(name): self.tool(name) for name in self.services}
        context = self._context(self.store, self.rng, tools)
        lanes: dict[str, Any] = {} if self.threads else {"pool": OneAfterAnother()}
        lanes["grace"] = self.grace
        self.engine = Engine(context, remake=self.tool, planner=self.planner, **lanes)

    def tool(self, name: str) -> Tool:
        limiter = RateLimiter(self.clock)
        box = Toolbox(
            clock=self.clock,
            memory=ToolMemory(self.store.tools, name),
            network=Network(limiter=limiter),
            timezone=ZONE,
            new_key=lambda: str(self.rng.random()),
        )
        return Tool(
            name=ToolName(name),
            title=name,
            connector=Retry(
                Throttle(
                    cast("Connector", Late(InMemoryConnector(self.services[name], box), self)),
                    limiter,
                ),
                limiter,
                self.rng,
                RetryLimits(attempts=1),
            ),
            limiter=limiter,
            on_delete=self.on_delete,
            limits=self.limits,
        )

    def lose_state(self) -> None:
        self.store = private_store()
        self.start()

    def fork(self, database: Database | None = None) -> "World":
        """Return a world of its own that begins as this one stands now."""
        clock = FakeClock(self.clock.now())
        services = {name: _twin(one, clock) for name, one in self.services.items()}
        copy = database or Database(None)
        _pour(self.store._database, copy)
        return World(
            shapes=self.shapes,
            seed=self.seed,
            on_delete=self.on_delete,
            limits=self.limits,
            preferences=self.preferences,
            planner=self.planner,
            clock=clock,
            services=services,
            store=Store(copy),
        )

    def sync(self, **options: Any) -> Report:
        """One cycle, a minute after the last."""
        self.clock.advance(minutes=1)
        return self.engine.run(**options)

    def settle(self, cycles: int = 4) -> Report:
        """Cycles until one writes nothing."""
        report = self.sync()
        for _ in range(cycles):
            if not report.writes and report.converged:
                break
            report = self.sync()
        return report

    def preview(self) -> Report:
        """What a dry run tells: the same ids and keys as the cycle that would follow."""
        copy = self.store.copy()
        rng = random.Random()  # noqa: S311  # the same story, not told
        rng.setstate(self.rng.getstate())
        real, now = self.rng, self.store
        self.rng, self.store = rng, copy
        try:
            tools = {ToolName(name): self._reading(name) for name in self.services}
        finally:
            self.rng, self.store = real, now
        context = self._context(copy, rng, tools)
        try:
            engine = Engine(context, planner=self.planner, pool=OneAfterAnother())
            return engine.preview()
        finally:
            copy.close()

    def _context(
        self, store: Store, rng: random.Random, tools: dict[ToolName, Tool]
    ) -> Context:
        return Context(
            store=store,
            clock=self.clock,
            rng=rng,
            zone=ZONE,
            tools=tools,
            preferences=self.preferences,
        )

    def _reading(self, name: str) -> Tool:
        tool = self.tool(name)
        return replace(tool, connector=DryRun(tool.connector))

    def echo(self, tool: str, *, skip: int = 1) -> None:
        """Have the pull after so many others show what the tool holds now."""
        self.late[tool] = Echo(dict(self.services[tool].items), skip)

    def plan(self, *entities: Entity) -> None:
        """Put entities into the plan by hand."""
        put_all(self.engine.context, entities, "you")

    def entity(self, kind: Kind, title: str) -> Any:
        """Return the one live entity with this title."""
        found = [
            one.entity
            for one in self.store.plan.every(kind, archived=False)
            if one.entity.title == title
        ]
        assert len(found) == 1, f"{len(found)} {kind} called {title!r}"
        return found[0]

    def titles(self, tool: str, kind: Kind) -> list[str]:
        """Return the titles that a service holds, sorted."""
        items = self.services[tool].items.values()
        return sorted(str(item.fields["title"]) for item in items if item.kind is kind)

    def shows(self, tool: str, kind: Kind, title: str) -> dict[str, Value]:
        service = self.services[tool]
        return dict(service.items[service.titled(kind, title)].fields)

    def edit(self, tool: str, kind: Kind, which: str, **fields: Value) -> None:
        service = self.services[tool]
        service.edit(service.titled(kind, which), **fields)

    def delete(self, tool: str, kind: Kind, title: str) -> None:
        service = self.services[tool]
        service.delete(service.titled(kind, title))

    def remote(self, tool: str, kind: Kind, title: str) -> RemoteId:
        return self.services[tool].titled(kind, title)

    def snapshot(self) -> dict[str, list[Any]]:
        """Return all that the services hold, without ids and times."""
        found = {}
        for name, service in self.services.items():
            shown = [
                (item.kind.value, sorted((k, repr(v)) for k, v in item.fields.items()))
                for item in service.items.values()
            ]
            found[name] = sorted(shown, key=repr)
        return found


def _twin(service: InMemoryService, clock: FakeClock) -> InMemoryService:
    held: dict[str, Any] = {
        one.name: type(value)(value)
        for one in fields(service)
        if isinstance(value := getattr(service, one.name), dict | list)
    }
    return replace(service, clock=clock, faults=InMemoryFaults(), **held)


def _pour(source: Database, target: Database) -> None:
    connections = [one._connection.connection.driver_connection for one in (source, target)]
    connections[0].backup(connections[1])  # type: ignore[union-attr]  # SQLite's own


def ident(text: str) -> EntityId:
    return EntityId(text)


def moment(item: Remote, name: str) -> Moment:
    """Return a moment that an item shows."""
    value = item.fields[name]
    assert isinstance(value, Moment)
    return value


def start_of(block: Block) -> Moment:
    assert block.start is not None
    return block.start


def end_of(block: Block) -> Moment:
    assert block.end is not None
    return block.end


def sample(world: World) -> list[Entity]:
    """A goal with two milestones and three tasks."""
    now = world.clock.now()
    goal = Goal(
        id=ident("G1"),
        title="Become a lead",
        created_at=now,
        status=GoalStatus.ACTIVE,
        why="To shape things",
        due=date(2027, 5, 1),
    )
    steps = [
        Milestone(
            id=ident(f"M{n}"),
            title=f"Step {n}",
            goal=goal.id,
            created_at=now,
            due=date(2026, 6, n),
        )
        for n in (1, 2)
    ]
    tasks = [
        Task(
            id=ident(f"T{n}"),
            title=f"Task {n}",
            goal=goal.id,
            milestone=steps[0].id,
            created_at=now,
            due=date(2026, 6, n),
            estimate_minutes=30 * n,
            labels=frozenset({"deep"}),
        )
        for n in (1, 2, 3)
    ]
    return [goal, *steps, *tasks]
