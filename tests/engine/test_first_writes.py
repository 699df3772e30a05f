"""What is made is made once: with its times, and with the address that others give."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from syncd.connect.contract import Connector, Outcome
from syncd.errors import SkipItem, TryLater
from syncd.model.entities import Block, Goal, Kind, Task
from syncd.model.ids import ToolName
from syncd.model.remote import Op, Write
from syncd.model.values import BlockState, GoalStatus, Moment
from syncd.store.tool_store import ToolState
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import World, ident, sample
from tests.schedule.life.person import Person
from tests.schedule.life.wishes import BERLIN, MONDAY, START, plan_of

TASK = Kind.TASK
SHAPES = (LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS)


def planned(*, threads: bool = False) -> World:
    """Return a person's plan for two weeks, on its first morning."""
    world = World(shapes=SHAPES, preferences=BERLIN, clock=FakeClock(START), threads=threads)
    rng = random.Random(2)  # noqa: S311  # one seed, one plan
    Person(world, BERLIN, rng).known_meetings(MONDAY, 14)
    world.plan(*plan_of(rng, 2))
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


class Ticking(FakeClock):
    """A clock whose seconds pass as the machine's do, where patience is counted."""

    def monotonic(self) -> float:
        return time.monotonic()


def waits_for(go: threading.Event) -> Callable[[object], None]:
    """Return what hangs until the test lets it go on."""

    def wait(_: object) -> None:
        go.wait(30)

    return wait


@pytest.fixture
def hanging() -> Iterator[World]:
    """A sample plan, and pages whose first writes hang until the test lets them go on."""
    world = World(shapes=SHAPES, threads=True, grace=0.3, clock=Ticking())
    go = threading.Event()
    world.services["pages"].faults.before = waits_for(go)
    world.plan(*sample(world))
    yield world
    go.set()
    world.services["pages"].faults.before = None
    world.engine.close()


def test_what_a_tool_wrote_before_does_not_make_it_wait_longer(hanging: World) -> None:
    """The goal's heading shows no address, so it is made while the tasks wait."""
    hanging.sync(patience=3)
    assert hanging.titles("todos", Kind.GOAL)
    assert hanging.titles("todos", TASK) == ["Task 1", "Task 2", "Task 3"]


def test_a_lane_that_hangs_through_many_short_runs_is_not_waited_for(hanging: World) -> None:
    for _ in range(6):
        hanging.sync(patience=0.5)
    assert hanging.titles("todos", TASK) == ["Task 1", "Task 2", "Task 3"]


def block_of(world: World, task: Task) -> Block:
    """Return a block of a task, tomorrow, that is in the calendar."""
    start = world.clock.now() + timedelta(hours=30)
    return Block(
        id=ident("B"),
        title="Block",
        created_at=world.clock.now(),
        task=task.id,
        start=Moment(start, BERLIN.zone),
        end=Moment(start + timedelta(hours=1), BERLIN.zone),
        state=BlockState.PUBLISHED,
        zone=BERLIN.zone,
    )


def test_what_was_to_be_made_in_a_tool_that_is_down_now_holds_nothing_back() -> None:
    world, go = World(shapes=SHAPES, threads=True, grace=5.0), threading.Event()
    world.services["pages"].faults.before = waits_for(go)
    task = Task(id=ident("T"), title="Task", created_at=world.clock.now())
    world.plan(task, block_of(world, task))
    world.sync(patience=0.3)
    assert world.titles("todos", TASK) == [], "it waits for its page"
    world.services["todos"].faults.down = True
    go.set()
    assert waits(lambda: bool(world.titles("pages", TASK)))
    world.sync()
    assert world.titles("calendar", Kind.BLOCK) == ["Block"]
    world.engine.close()


def test_an_address_that_goes_away_is_taken_off_a_block() -> None:
    world = World(shapes=SHAPES)
    task = Task(id=ident("T"), title="Task", created_at=world.clock.now())
    world.plan(task, block_of(world, task))
    world.settle()
    assert "Todos" in str(world.shows("calendar", Kind.BLOCK, "Block")["links"])
    world.plan(replace(task, archived=True))
    world.settle()
    assert world.shows("calendar", Kind.BLOCK, "Block")["links"] == ""
    world.engine.check_everything()
    assert world.sync().writes == 0


def test_a_block_that_is_refused_is_not_sent_again_until_it_changes() -> None:
    world, sent = World(shapes=SHAPES), list[str]()

    def refuse(write: Write) -> None:
        sent.append(write.kind.value)
        raise SkipItem("No: mend it.")

    world.services["calendar"].faults.before = refuse
    task = Task(id=ident("T"), title="Task", created_at=world.clock.now())
    world.plan(task, block_of(world, task))
    world.sync()
    assert sent == ["blocks"]
    world.store.links.mark_dirty(ToolName("calendar"), [ident("B")])
    world.sync()
    assert sent == ["blocks"]


def test_a_lane_that_ended_between_two_runs_is_not_written_again_unread() -> None:
    world, go = World(threads=True, grace=0.3, clock=Ticking()), threading.Event()
    world.plan(*sample(world))
    world.settle()
    world.services["pages"].faults.before = waits_for(go)
    world.edit("todos", TASK, "Task 1", notes="first")
    world.sync(patience=0.3)
    go.set()
    assert waits(lambda: world.shows("pages", TASK, "Task 1")["notes"] == "first")
    assert waits(world.engine._writers.lanes[ToolName("pages")].done)
    world.edit("todos", TASK, "Task 2", notes="second")
    world.sync(only=["todos"])
    assert world.shows("pages", TASK, "Task 2")["notes"] == ""
    world.settle()
    assert world.shows("pages", TASK, "Task 2")["notes"] == "second"
    world.engine.close()
