"""Writes in flight, and what they rely on."""

from datetime import date

from syncd.errors import Unclear
from syncd.model.entities import Kind


def lose_reply(service):
    """Have the next write done, its reply lost."""

    def lose(_):
        service.faults.after = None
        raise Unclear("The reply was lost: looking before writing again.")

    service.faults.after = lose


def test_an_event_that_was_edited_and_edited_back_can_still_be_written(synced):
    synced.edit("calendar", Kind.MILESTONE, "Step 1", due=date(2026, 9, 1))
    synced.edit("calendar", Kind.MILESTONE, "Step 1", due=date(2026, 6, 1))
    synced.edit("pages", Kind.MILESTONE, "Step 1", title="First step")
    report = synced.sync()
    assert report.converged
    assert synced.titles("calendar", Kind.MILESTONE) == ["First step", "Step 2"]
    assert report.tools["calendar"].updated == 1


def test_a_page_made_unheard_is_still_told_to_the_to_do_tool(synced):
    synced.services["todos"].add(Kind.TASK, "Bought a book")
    lose_reply(synced.services["pages"])
    assert not synced.sync().converged
    assert synced.sync().converged
    page = synced.services["pages"].address(synced.remote("pages", Kind.TASK, "Bought a book"))
    assert synced.shows("todos", Kind.TASK, "Bought a book")["link"] == page


def test_a_tool_that_was_not_read_is_not_written(synced):
    synced.edit("pages", Kind.TASK, "Task 1", title="In pages")
    synced.edit("todos", Kind.TASK, "Task 1", title="In todos")
    synced.engine.run(only=["todos"])
    assert synced.titles("pages", Kind.TASK) == ["In pages", "Task 2", "Task 3"]
    synced.sync()
    (lost,) = synced.store.history.conflicts()
    assert {lost.won, lost.lost} == {"In pages", "In todos"}
