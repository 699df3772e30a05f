"""What is made is made once: with its times, and with the address that others give."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from syncd.connect.contract import Connector, Outcome
from syncd.connect.memory import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from syncd.connect.testing.clock import FakeClock
from syncd.errors import TryLater
from syncd.model.entities import Goal, Kind, Task
from syncd.model.remote import Op, Write
from syncd.model.values import GoalStatus
from syncd.store.tool_store import ToolState
from tests.engine.world import World, ident
from tests.schedule.life.person import Person
from tests.schedule.life.wishes import BERLIN, MONDAY, START, plan_of

TASK = Kind.TASK
SHAPES = (LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS)


def planned(*, threads: bool = False) -> World:
    """Return a person's plan for two weeks, on its first morning."""
    world = World(shapes=SHAPES, preferences=BERLIN, clock=FakeClock(START), threads=threads)
    dice = random.Random(2)  # noqa: S311  # one seed, one plan
    Person(world, BERLIN, dice).known_meetings(MONDAY, 14)
    world.plan(*plan_of(dice, 2))
    return world


@pytest.fixture(params=[False, True], ids=["one lane after the other", "lanes at once"])
def first(request: pytest.FixtureRequest) -> Iterator[World]:
    world = planned(threads=request.param)
    yield world
    world.engine.close()


def test_a_first_sync_makes_each_item_once_and_changes_none(first: World) -> None:
    report = first.sync()
    assert report.converged, report.problems
    for name, service in first.services.items():
        assert service.writes[Op.CREATE] == len(service.items), name
        assert service.writes.get(Op.UPDATE, 0) == 0, name
    assert first.titles("calendar", Kind.BLOCK)
    (block, *_) = first.titles("calendar", Kind.BLOCK)
    assert str(first.shows("calendar", Kind.BLOCK, block)["links"]).count("\n") == 1
    times = [first.shows("pages", TASK, it)["next_block"] for it in first.titles("pages", TASK)]
    assert any(times)
    quiet = first.sync()
    assert (quiet.writes, quiet.converged) == (0, True)


class Batches:
    """A connector that notes how many writes came at once."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self.sizes: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        self.sizes.append(len(writes))
        return self._connector.write(writes)


def batches(world: World) -> list[int]:
    """Sync a plan into to-dos, and return how many were made at once."""
    (tool,) = world.engine.context.tools.values()
    noted = Batches(tool.connector)
    world.engine.context.tools[tool.name] = replace(tool, connector=cast("Connector", noted))
    assert world.sync().converged
    return noted.sizes


def test_batches_are_full_however_many_there_are() -> None:
    world = World(shapes=(LIKE_TODOS,))
    now = world.clock.now()
    goal = Goal(id=ident("G"), title="Goal", created_at=now, status=GoalStatus.ACTIVE)
    tasks = [
        Task(id=ident(f"T{n:03}"), title=f"Task {n}", created_at=now, goal=goal.id)
        for n in range(530)
    ]
    world.plan(goal, *tasks)
    assert batches(world) == [1, 100, 100, 100, 100, 100, 30]


def test_a_sub_task_is_made_below_its_task_at_once() -> None:
    world = World(shapes=(LIKE_TODOS,))
    now = world.clock.now()
    above = [Task(id=ident(f"A{n}"), title=f"Above {n}", created_at=now) for n in range(3)]
    below = [
        Task(id=ident(f"B{n}"), title=f"Below {n}", created_at=now, parent=it.id)
        for n, it in enumerate(above)
    ]
    world.plan(*below, *above)
    assert batches(world) == [3, 3]
    for number in range(3):
        parent = world.shows("todos", TASK, f"Below {number}")["parent"]
        assert parent == world.remote("todos", TASK, f"Above {number}")


def waits(what: Callable[[], bool]) -> bool:
    """Wait until something is so; say whether it came to be."""
    ends = time.monotonic() + 20
    while not what() and time.monotonic() < ends:
        time.sleep(0.01)
    return what()


@pytest.fixture
def slow() -> Iterator[tuple[World, threading.Semaphore]]:
    """Twenty tasks, and pages each of which is made only when it is let."""
    world, let = World(threads=True, grace=0.4), threading.Semaphore(0)
    now = world.clock.now()
    world.plan(*(Task(id=ident(f"T{n}"), title=f"Task {n}", created_at=now) for n in range(20)))

    def gate(_write: Write) -> None:
        assert let.acquire(timeout=30)

    world.services["pages"].faults.before = gate
    yield world, let
    world.services["pages"].faults.before = None
    let.release(100)
    world.engine.close()


def test_a_task_waits_for_the_page_that_is_being_made(
    slow: tuple[World, threading.Semaphore],
) -> None:
    world, let = slow
    running = threading.Thread(target=world.sync)
    running.start()
    for number in range(1, 20):
        let.release()
        assert waits(lambda n=number: len(world.titles("pages", TASK)) == n)  # type: ignore[misc]  # called at once
        time.sleep(0.1)
    assert world.titles("todos", TASK) == []
    let.release(100)
    running.join(timeout=20)
    assert len(world.titles("todos", TASK)) == 20
    assert world.services["todos"].writes.get(Op.UPDATE, 0) == 0


def test_a_tool_whose_lane_stands_still_holds_up_none_of_the_others(
    slow: tuple[World, threading.Semaphore],
) -> None:
    world, let = slow
    running = threading.Thread(target=world.sync)
    running.start()
    assert waits(lambda: len(world.titles("todos", TASK)) == 20)
    assert world.titles("pages", TASK) == []
    let.release(100)
    running.join(timeout=20)
    assert world.settle().converged
    links = {str(world.shows("todos", TASK, f"Task {n}")["link"]) for n in range(20)}
    assert len(links) == 20, "each has its address by now"


def test_a_task_whose_page_can_not_be_made_is_made_without_its_address() -> None:
    world = World()
    now = world.clock.now()
    world.plan(*(Task(id=ident(f"T{n}"), title=f"Task {n}", created_at=now) for n in range(3)))

    def refuse(_write: Write) -> None:
        raise TryLater("Too many requests: later.")

    world.services["pages"].faults.before = refuse
    report = world.sync()
    assert report.tools["pages"].state is ToolState.BACKING_OFF
    assert len(world.titles("todos", TASK)) == 3
    world.services["pages"].faults.before = None
    assert world.settle().converged
    assert world.services["todos"].writes[Op.CREATE] == 3
