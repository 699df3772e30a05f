"""Fields that a tool has no place for: what it never got is no reason for anything."""

import pytest

from syncd.model.entities import Kind, Task
from tests.engine.world import World, ident


@pytest.fixture
def lacking() -> World:
    """A world whose pages have no column for notes, and a task that has notes."""
    world = World()
    world.services["pages"].paused[Kind.TASK] = frozenset({"notes"})
    created = world.clock.now()
    world.plan(Task(id=ident("T"), title="Read", notes="Chapter one", created_at=created))
    world.sync()
    assert world.settle().converged
    assert world.titles("pages", Kind.TASK) == ["Read"]
    return world


def test_a_task_that_is_deleted_where_a_column_is_missing_stays_deleted(lacking: World) -> None:
    lacking.delete("pages", Kind.TASK, "Read")
    report = lacking.sync()
    assert report.conflicts == 0
    assert lacking.titles("pages", Kind.TASK) == []
    assert lacking.titles("todos", Kind.TASK) == []
    assert lacking.sync().writes == 0
    assert lacking.titles("pages", Kind.TASK) == []


def test_an_edit_of_another_field_still_beats_the_deletion(lacking: World) -> None:
    lacking.delete("pages", Kind.TASK, "Read")
    lacking.edit("todos", Kind.TASK, "Read", title="Read on")
    lacking.settle()
    assert lacking.titles("pages", Kind.TASK) == ["Read on"]
