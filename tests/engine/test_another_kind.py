"""An item that its person moved to where the things of another kind are."""

from dataclasses import replace

import pytest

from syncd.model.entities import Kind
from tests.engine.world import World

KEPT = ("title", "goal", "due", "done", "notes")


@pytest.fixture
def moved(synced: World) -> World:
    """A world in which a task's page was moved to the milestones."""
    pages = synced.services["pages"]
    remote = synced.remote("pages", Kind.TASK, "Task 1")
    item = pages.items[remote]
    fields = {name: item.fields[name] for name in KEPT}
    pages.items[remote] = replace(item, kind=Kind.MILESTONE, fields=fields)
    pages.edit(remote, notes="Moved here")
    return synced


def test_a_task_whose_page_becomes_a_milestone_is_one_from_then_on(moved: World) -> None:
    task = moved.entity(Kind.TASK, "Task 1")
    assert moved.settle().converged
    step = moved.entity(Kind.MILESTONE, "Task 1")
    assert step.id != task.id
    assert step.notes == "Moved here"
    assert moved.titles("pages", Kind.TASK) == ["Task 2", "Task 3"]
    assert moved.titles("todos", Kind.TASK) == ["Task 2", "Task 3"]
    remote = moved.remote("pages", Kind.MILESTONE, "Task 1")
    assert moved.services["pages"].items[remote].mark == step.id
    assert moved.sync().writes == 0


def test_an_edit_elsewhere_keeps_the_task_beside_the_milestone(moved: World) -> None:
    moved.edit("todos", Kind.TASK, "Task 1", title="Task 1, in detail")
    assert moved.settle().converged
    assert moved.entity(Kind.MILESTONE, "Task 1").notes == "Moved here"
    assert "Task 1, in detail" in moved.titles("pages", Kind.TASK)
    assert moved.sync().writes == 0


def test_with_the_state_lost_nothing_is_doubled(moved: World) -> None:
    moved.settle()
    before = moved.snapshot()
    moved.lose_state()
    moved.settle()
    assert moved.snapshot() == before
