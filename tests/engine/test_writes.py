"""Writes in flight, and what they rely on."""

from datetime import date

from syncd.errors import Unclear
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.model.remote import Write
from syncd.testing.in_memory_service import InMemoryService
from tests.engine.world import World


def lose_reply(service: InMemoryService) -> None:
    """Have the next write done, its reply lost."""

    def lose(_: Write) -> None:
        service.faults.after = None
        raise Unclear("The reply was lost: looking before writing again.")

    service.faults.after = lose


def test_an_event_that_was_edited_and_edited_back_can_still_be_written(synced: World) -> None:
    synced.edit("calendar", Kind.MILESTONE, "Step 1", due=date(2026, 9, 1))
    synced.edit("calendar", Kind.MILESTONE, "Step 1", due=date(2026, 6, 1))
    synced.edit("pages", Kind.MILESTONE, "Step 1", title="First step")
    report = synced.sync()
    assert report.converged
    assert synced.titles("calendar", Kind.MILESTONE) == ["First step", "Step 2"]
    assert report.tools["calendar"].updated == 1


def test_a_page_made_unheard_is_still_told_to_the_to_do_tool(synced: World) -> None:
    synced.services["todos"].add(Kind.TASK, "Bought a book")
    lose_reply(synced.services["pages"])
    assert not synced.sync().converged
    assert synced.sync().converged
    page = synced.services["pages"].address(synced.remote("pages", Kind.TASK, "Bought a book"))
    assert synced.shows("todos", Kind.TASK, "Bought a book")["link"] == page


def test_a_tool_that_was_not_read_is_not_written(synced: World) -> None:
    synced.edit("pages", Kind.TASK, "Task 1", title="In pages")
    synced.edit("todos", Kind.TASK, "Task 1", title="In todos")
    synced.engine.run(only=[ToolName("todos")])
    assert synced.titles("pages", Kind.TASK) == ["In pages", "Task 2", "Task 3"]
    synced.sync()
    (lost,) = synced.store.history.conflicts()
    assert {lost.won, lost.lost} == {"In pages", "In todos"}


def test_an_edit_elsewhere_that_its_user_could_not_know_of_beats_a_deletion(
    synced: World,
) -> None:
    synced.clock.advance(minutes=2)
    synced.edit("pages", Kind.MILESTONE, "Step 1", notes="What it is about")
    synced.delete("calendar", Kind.MILESTONE, "Step 1")
    synced.sync(only=["pages"])
    synced.sync(only=["calendar"])
    assert synced.settle().converged
    assert "Step 1" in synced.titles("calendar", Kind.MILESTONE)
    assert synced.shows("pages", Kind.MILESTONE, "Step 1")["notes"] == "What it is about"


def test_a_deletion_of_what_was_edited_long_ago_is_a_deletion(synced: World) -> None:
    synced.edit("pages", Kind.MILESTONE, "Step 1", notes="What it is about")
    synced.sync()
    synced.delete("calendar", Kind.MILESTONE, "Step 1")
    assert synced.sync().converged
    assert synced.titles("pages", Kind.MILESTONE) == ["Step 2"]


def test_what_only_a_rule_changed_since_does_not_beat_a_deletion(synced: World) -> None:
    for title in ("Task 1", "Task 2"):
        synced.edit("todos", Kind.TASK, title, done=True)
    synced.sync(only=[ToolName("todos")])
    synced.delete("calendar", Kind.MILESTONE, "Step 2")
    synced.sync(only=["calendar"])
    assert synced.settle().converged
    assert synced.titles("pages", Kind.MILESTONE) == ["Step 1"]
