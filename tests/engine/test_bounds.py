"""What a cycle costs: it grows with what changed, and with nothing else."""

import gc

from syncd.errors import Changed
from syncd.model.entities import Goal, Kind, Task
from syncd.model.remote import Write
from syncd.model.values import GoalStatus
from syncd.testing.in_memory_capabilities import LIKE_TODOS
from tests.engine.checks import counts
from tests.engine.world import World, ident
from tests.examples import times

CYCLES = times(60)


def crowd(size: int) -> World:
    """A goal with so many tasks, everywhere."""
    world = World()
    now = world.clock.now()
    world.plan(Goal(id=ident("G"), title="Lead", created_at=now, status=GoalStatus.ACTIVE))
    tasks = [
        Task(id=ident(f"T{n}"), title=f"Task {n}", created_at=now, goal=ident("G"))
        for n in range(size)
    ]
    world.plan(*tasks)
    assert world.settle().converged
    return world


def requests(world: World) -> dict[str, int]:
    """Return how often each service was asked in the next cycle, but for binding."""
    for service in world.services.values():
        service.reads.clear()
        service.writes.clear()
    world.sync()
    return {
        name: sum(it.reads.values()) - it.reads["bind"] + sum(it.writes.values())
        for name, it in world.services.items()
    }


def test_a_quiet_cycle_asks_each_tool_once() -> None:
    assert requests(crowd(30)) == {"pages": 1, "calendar": 1, "todos": 1}


def test_the_report_counts_the_requests() -> None:
    world = crowd(3)
    report = world.sync()
    assert {it.requests for it in report.tools.values()} == {2}


def test_requests_grow_with_what_changed_and_not_with_what_there_is() -> None:
    for size in (10, 60):
        world = crowd(size)
        for n in range(5):
            world.edit("todos", Kind.TASK, f"Task {n}", priority=1)
        assert requests(world) == {"pages": 1 + 5, "calendar": 1, "todos": 1}


def test_a_listing_that_is_empty_once_costs_a_few_reads_and_not_one_for_each_item() -> None:
    world = crowd(60)
    world.services["pages"].faults.empty_listings = 1
    world.sync()
    assert world.services["pages"].reads["read"] <= 0.2 * 61 + 1


def test_a_batch_is_one_request() -> None:
    world = World(shapes=(LIKE_TODOS,))
    now = world.clock.now()
    world.plan(*(Task(id=ident(f"T{n}"), title=f"{n}", created_at=now) for n in range(30)))
    report = world.sync()
    assert report.tools["todos"].created == 30
    assert report.tools["todos"].requests == 3


def test_an_item_that_keeps_changing_is_written_once_in_a_cycle() -> None:
    world = crowd(3)
    sent = []

    def changed(write: Write) -> None:
        sent.append(write)
        raise Changed("It was edited: looking at it again.")

    world.services["todos"].faults.before = changed
    world.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    assert not world.sync().converged
    assert len(sent) == 1
    world.services["todos"].faults.before = None
    assert world.sync().converged
    assert "Renamed" in world.titles("todos", Kind.TASK)


def test_what_was_read_long_ago_is_read_again_before_it_is_written_and_once() -> None:
    world = crowd(3)
    world.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    world.edit("todos", Kind.TASK, "Task 2", title="Something for the page")

    def slowly(_: Write) -> None:
        world.services["pages"].faults.before = None
        world.clock.advance(minutes=2)
        world.edit("todos", Kind.TASK, "Task 1", title="Meanwhile")

    world.services["pages"].faults.before = slowly
    world.services["todos"].reads.clear()
    assert not world.sync().converged
    assert world.services["todos"].reads["read"] == 1
    assert "Meanwhile" in world.titles("todos", Kind.TASK)
    assert world.settle().converged
    assert "Meanwhile" in world.titles("pages", Kind.TASK)
    assert [one.lost for one in world.store.history.conflicts()] == ["Renamed"]


def test_quiet_cycles_leave_no_trace() -> None:
    world = crowd(5)
    world.settle()
    before = counts(world.store)
    for _ in range(CYCLES):
        assert world.sync().writes == 0
    assert counts(world.store) == before


def test_cycles_with_edits_leave_history_and_nothing_else() -> None:
    world = crowd(5)
    world.edit("pages", Kind.TASK, "Task 1", notes="begin")
    world.settle()
    before = counts(world.store)
    for n in range(CYCLES):
        tool = ("pages", "todos")[n % 2]
        world.edit(tool, Kind.TASK, "Task 1", notes=str(n))
        assert world.sync().converged
    after = counts(world.store)
    assert after["history"] - before["history"] == CYCLES
    assert {**after, "history": 0} == {**before, "history": 0}


def test_memory_stays_flat() -> None:
    world = crowd(5)
    for n in range(20):
        world.edit("pages", Kind.TASK, "Task 1", notes=f"warm {n}")
        world.sync()
    gc.collect()
    before = len(gc.get_objects())
    for n in range(CYCLES):
        world.edit("pages", Kind.TASK, "Task 1", notes=str(n))
        world.sync()
        for service in world.services.values():
            service.log.clear()
    gc.collect()
    assert len(gc.get_objects()) - before < 5 * CYCLES
