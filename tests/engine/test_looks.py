"""Nothing is written over unseen: what counts as seen, and for how long."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.model.entities import Goal, Kind, Task
from syncd.model.remote import Write
from syncd.model.values import GoalStatus
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_TODOS
from tests.engine.world import World, ident

TASK = Kind.TASK
ALL, MANY = 40, 12
"""How many tasks there are, and how many of them are edited at once."""


@pytest.fixture
def crowd() -> Iterator[World]:
    """Forty tasks in pages without versions, and in a list of to-dos."""
    world = World(shapes=(LIKE_NOTION, LIKE_TODOS))
    now = world.clock.now()
    tasks = (Task(id=ident(f"T{n}"), title=f"Task {n}", created_at=now) for n in range(ALL))
    goal = Goal(id=ident("G"), title="Goal", created_at=now, status=GoalStatus.ACTIVE)
    world.plan(goal, *tasks)
    world.settle()
    world.clock.advance(minutes=10)
    world.settle()
    yield world
    world.services["pages"].faults.before = None


def before_writes(world: World, do: Callable[[int], None]) -> None:
    """Do something before each write to the pages; it is told how many there were."""
    count = iter(range(10_000))

    def hook(_write: Write) -> None:
        do(next(count))

    world.services["pages"].faults.before = hook


def slowly(world: World, seconds: float) -> None:
    """Have every write to the pages take so long."""
    before_writes(world, lambda _: world.clock.advance(seconds=seconds))


def edit_all(world: World, **fields: object) -> None:
    for number in range(MANY):
        world.edit("todos", TASK, f"Task {number}", **fields)  # type: ignore[arg-type]  # as typed in the schema


def asked(world: World) -> tuple[int, int]:
    """Return how often pages were read one by one, and by what was edited."""
    reads = world.services["pages"].reads
    return reads.get("read", 0), reads.get("edited", 0)


def test_what_was_read_within_five_seconds_is_written_without_another_look(
    crowd: World,
) -> None:
    slowly(crowd, 0.3)
    before = asked(crowd)
    edit_all(crowd, priority=1)
    report = crowd.sync()
    assert report.tools["pages"].updated == MANY
    assert asked(crowd) == before


def test_many_that_were_read_longer_ago_are_looked_at_once_in_five_seconds(
    crowd: World,
) -> None:
    slowly(crowd, 1.0)
    reads, looks = asked(crowd)
    edit_all(crowd, priority=1)
    report = crowd.sync()
    assert report.tools["pages"].updated == MANY
    assert asked(crowd)[0] == reads, "none by itself"
    assert 1 <= asked(crowd)[1] - looks <= 2


def test_one_that_was_read_longer_ago_is_read_again(crowd: World) -> None:
    crowd.edit("todos", TASK, "Task 3", title="Edited")
    crowd.edit("todos", Kind.GOAL, "Goal", title="Another goal")
    reads, looks = asked(crowd)
    slowly(crowd, 20)  # the goal's page is written first
    crowd.sync()
    assert "Edited" in crowd.titles("pages", TASK)
    assert asked(crowd) == (reads + 1, looks)


def test_what_its_user_edits_while_others_are_written_merges(crowd: World) -> None:
    def meanwhile(number: int) -> None:
        crowd.clock.advance(seconds=3)
        if number == 2:
            for which in range(MANY):
                crowd.edit("pages", TASK, f"Task {which}", priority=4, notes="by hand")

    before_writes(crowd, meanwhile)
    edit_all(crowd, priority=1)
    crowd.sync()
    before_writes(crowd, lambda _: None)
    assert crowd.settle(8).converged
    for number in range(MANY):
        page = crowd.shows("pages", TASK, f"Task {number}")
        assert page["notes"] == "by hand"
    kept = crowd.store.history.conflicts()
    values = {crowd.shows("pages", TASK, f"Task {n}")["priority"] for n in range(MANY)}
    assert values <= {1, 4}
    written_over = [
        n for n in range(MANY) if crowd.shows("pages", TASK, f"Task {n}")["priority"] == 1
    ]
    assert len(written_over) + len(kept) >= 3, "no edit is gone without a word"


def test_an_answer_counts_for_a_minute(crowd: World) -> None:
    """Each page is made, and then written once more for what came after it."""
    now = crowd.clock.now()
    first, second = ident("A"), ident("B")
    crowd.plan(
        Task(id=first, title="First", created_at=now, parent=second),
        Task(id=second, title="Second", created_at=now),
    )
    before = asked(crowd)
    slowly(crowd, 10)
    crowd.settle()
    assert crowd.titles("pages", TASK)[:2] == ["First", "Second"]
    assert asked(crowd) == before
    assert crowd.clock.now() - now >= timedelta(seconds=20)


def test_a_page_deleted_meanwhile_is_no_reason_to_make_it_again(crowd: World) -> None:
    def meanwhile(number: int) -> None:
        crowd.clock.advance(seconds=4)
        if number == 1:
            crowd.delete("pages", TASK, "Task 9")

    before_writes(crowd, meanwhile)
    for number in range(MANY):
        if number != 9:  # the one that is deleted
            crowd.edit("todos", TASK, f"Task {number}", priority=1)
    crowd.sync()
    before_writes(crowd, lambda _: None)
    assert crowd.settle(8).converged
    assert "Task 9" not in crowd.titles("pages", TASK)
    assert "Task 9" not in crowd.titles("todos", TASK)


@pytest.mark.parametrize("seconds", [0, 100], ids=["at once", "after a while"])
def test_what_an_answer_showed_besides_is_not_written_over(crowd: World, seconds: int) -> None:
    """Its user types into the page just as syncd writes to it: the answer shows both."""
    pages = crowd.services["pages"]

    def typed(_write: Write) -> None:
        pages.faults.before = None
        crowd.edit("pages", TASK, "Task 3", notes="typed by hand")

    def another_edit(_write: Write) -> None:
        pages.faults.after = None
        crowd.clock.advance(seconds=seconds)
        task = crowd.entity(TASK, "Renamed")
        crowd.plan(replace(task, notes="from the command line"))

    pages.faults.before, pages.faults.after = typed, another_edit
    crowd.edit("todos", TASK, "Task 3", title="Renamed")
    crowd.sync()
    assert crowd.settle(8).converged
    notes = str(crowd.shows("pages", TASK, "Renamed")["notes"])
    kept = [one.lost for one in crowd.store.history.conflicts()]
    assert {notes, *kept} == {"typed by hand", "from the command line"}
