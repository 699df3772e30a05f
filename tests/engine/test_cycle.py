"""A cycle, seen from outside: what the person did in a tool arrives in the others."""

from syncd.model.entities import Kind
from tests.engine.world import World


def test_a_plan_appears_in_every_tool(synced: World) -> None:
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.titles("calendar", Kind.MILESTONE) == ["Step 1", "Step 2"]


def test_a_second_cycle_writes_nothing(synced: World) -> None:
    report = synced.sync()
    assert report.writes == 0
    assert report.changes == 0
    assert report.converged


def test_a_task_ticked_in_todos_is_ticked_on_its_page(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", done=True)
    report = synced.sync()
    assert report.converged
    assert synced.shows("pages", Kind.TASK, "Task 1")["done"] is True
    assert synced.sync().writes == 0


def test_a_page_carries_the_address_into_todos(synced: World) -> None:
    link = synced.shows("todos", Kind.TASK, "Task 1")["link"]
    remote = synced.remote("pages", Kind.TASK, "Task 1")
    assert link == synced.services["pages"].address(remote)


def test_different_fields_changed_in_two_tools_both_survive(synced: World) -> None:
    synced.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    synced.edit("todos", Kind.TASK, "Task 1", priority=1)
    report = synced.sync()
    assert report.conflicts == 0
    task = synced.entity(Kind.TASK, "Renamed")
    assert task.priority == 1
    assert synced.shows("pages", Kind.TASK, "Renamed")["priority"] == 1
    assert synced.shows("todos", Kind.TASK, "Renamed")["title"] == "Renamed"


def test_one_field_changed_in_two_tools_is_a_conflict_that_the_later_edit_wins(
    synced: World,
) -> None:
    synced.edit("pages", Kind.TASK, "Task 1", title="Earlier")
    synced.clock.advance(minutes=5)
    synced.edit("todos", Kind.TASK, "Task 1", title="Later")
    report = synced.sync()
    assert report.conflicts == 1
    assert synced.shows("pages", Kind.TASK, "Later")["title"] == "Later"
    (lost,) = synced.store.history.conflicts()
    assert (lost.lost, lost.lost_by) == ("Earlier", "pages")


def test_a_task_deleted_in_todos_leaves_the_pages_too(synced: World) -> None:
    synced.delete("todos", Kind.TASK, "Task 2")
    report = synced.sync()
    assert report.converged
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 3"]
    assert synced.sync().writes == 0


def test_a_task_trashed_as_a_page_leaves_todos_too(synced: World) -> None:
    synced.delete("pages", Kind.TASK, "Task 2")
    synced.sync()
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 3"]
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 3"]


def test_a_task_deleted_in_one_tool_and_edited_in_another_is_kept(synced: World) -> None:
    synced.delete("pages", Kind.TASK, "Task 2")
    synced.edit("todos", Kind.TASK, "Task 2", title="Still wanted")
    report = synced.sync()
    assert "Still wanted" in synced.titles("pages", Kind.TASK)
    assert report.conflicts == 1
    assert synced.sync().writes == 0


def test_a_task_added_in_todos_becomes_a_page(synced: World) -> None:
    synced.services["todos"].add(Kind.TASK, "Bought a book")
    synced.sync()
    assert "Bought a book" in synced.titles("pages", Kind.TASK)
    assert synced.sync().writes == 0


def test_a_duplicated_page_becomes_an_entity_of_its_own(synced: World) -> None:
    pages = synced.services["pages"]
    pages.duplicate(pages.titled(Kind.TASK, "Task 1"))
    synced.sync()
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 1", "Task 2", "Task 3"]
    marks = [item.mark for item in pages.items.values() if item.kind is Kind.TASK]
    assert len(set(marks)) == 4
    assert synced.sync().writes == 0


def test_nothing_is_made_twice_when_the_state_is_lost(synced: World) -> None:
    before = synced.snapshot()
    synced.lose_state()
    report = synced.sync()
    assert report.converged
    assert report.conflicts == 0
    assert synced.snapshot() == before
    assert sum(tool.created for tool in report.tools.values()) == 0
    assert synced.sync().writes == 0


def test_a_paused_goal_takes_its_open_tasks_out_of_todos_and_gets_them_back(
    synced: World,
) -> None:
    synced.edit("todos", Kind.TASK, "Task 3", done=True)
    synced.edit("pages", Kind.GOAL, "Become a lead", status="paused")
    assert synced.sync().converged
    assert synced.titles("todos", Kind.TASK) == ["Task 3"]
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    synced.edit("pages", Kind.GOAL, "Become a lead", status="active")
    assert synced.sync().converged
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.shows("todos", Kind.TASK, "Task 1")["goal"] == synced.remote(
        "todos", Kind.GOAL, "Become a lead"
    )
    assert synced.sync().writes == 0
