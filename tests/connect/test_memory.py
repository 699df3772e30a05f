"""A service in memory: what a person does there, and what can be made to go wrong."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.errors import Gone
from syncd.model.entities import Kind
from syncd.model.remote import Op, Remote
from syncd.testing.in_memory_capabilities import (
    LIKE_CALENDAR,
    LIKE_NOTION,
    LIKE_TODOS,
    Capabilities,
)
from syncd.testing.in_memory_harness import MemoryHarness
from tests.connect.conftest import started

SHAPES = [LIKE_NOTION, LIKE_CALENDAR, LIKE_TODOS]
INCREMENTAL = replace(LIKE_NOTION, whole_listing=False, tombstones=True)
TASK = Kind.TASK


def ids(items: tuple[Remote, ...]) -> list[str]:
    return [it.id for it in items]


def test_what_a_person_adds_has_no_mark_and_every_field(pages: MemoryHarness) -> None:
    remote = pages.tool.add(TASK, "Read", priority=2)
    item = pages.connector.read(TASK, remote)
    assert item.mark is None
    assert (item.fields["title"], item.fields["priority"]) == ("Read", 2)
    assert set(item.fields) == LIKE_NOTION.capabilities[TASK].fields
    assert item.created_at == item.edited_at == pages.tool.now()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda it: it.name)
def test_edit_times_are_as_fine_as_the_service_keeps_them(shape: Capabilities) -> None:
    harness = started(shape)
    kind = harness.kinds()[0]
    remote = harness.tool.add(kind, "Read")
    harness.clock.advance(seconds=90.123456)
    harness.tool.edit(remote, title="Write")
    edited = harness.tool.items[remote].edited_at
    assert edited is not None
    age = harness.clock.now() - edited
    assert timedelta(0) <= age < shape.edit_resolution
    assert edited.replace(second=0, microsecond=0) == harness.clock.now().replace(
        second=0, microsecond=0
    )


def test_a_service_whose_clock_is_wrong_says_so(pages: MemoryHarness) -> None:
    pages.tool.shift = timedelta(hours=5)
    remote = pages.tool.add(TASK, "Read")
    pull = pages.connector.pull(None)
    assert pull.clock_offset == timedelta(hours=5)
    assert pull.items[0].id == remote
    edited = pull.items[0].edited_at
    assert edited is not None
    assert edited > pages.clock.now() + timedelta(hours=4)


def test_a_copy_carries_the_mark_and_the_link_of_the_first(todos: MemoryHarness) -> None:
    first = todos.create(TASK, "Read")
    copy = todos.tool.items[todos.tool.duplicate(first.id)]
    assert copy.id != first.id
    assert (copy.mark, copy.link, copy.fields) == (first.mark, first.link, first.fields)


def test_what_is_restored_has_its_old_id(pages: MemoryHarness) -> None:
    first = pages.create(TASK, "Read")
    pages.tool.delete(first.id)
    with pytest.raises(Gone):
        pages.connector.read(TASK, first.id)
    pages.tool.restore(first.id)
    assert pages.connector.read(TASK, first.id).fields == first.fields


def test_what_cannot_be_read_is_left_out_and_told(pages: MemoryHarness) -> None:
    remote = pages.tool.add(TASK, "Read", due=date(2026, 6, 1))
    pages.tool.spoil(remote, "due", "'Someday' is no date: give a day such as 2026-12-01.")
    item = pages.connector.read(TASK, remote)
    assert "due" not in item.fields
    assert item.problems["due"].startswith("'Someday'")
    pages.tool.edit(remote, due=date(2026, 7, 1))
    item = pages.connector.read(TASK, remote)
    assert (item.fields["due"], item.problems) == (date(2026, 7, 1), {})


def test_a_repeating_item_that_is_ticked_goes_on(todos: MemoryHarness) -> None:
    remote = todos.tool.add(TASK, "Water", due=date(2026, 6, 1))
    todos.tool.complete(remote, date(2026, 6, 8))
    item = todos.connector.read(TASK, remote)
    assert (item.completions, item.fields["done"]) == (1, False)
    assert item.fields["due"] == date(2026, 6, 8)


def test_what_is_done_is_told_once_and_then_hidden(todos: MemoryHarness) -> None:
    remote = todos.tool.add(TASK, "Read")
    cursor = todos.connector.pull(None).cursor
    todos.tool.edit(remote, done=True)
    assert ids(todos.connector.pull(cursor).items) == [remote]
    assert ids(todos.connector.pull(None).items) == []
    assert todos.connector.read(TASK, remote).fields["done"] is True


def test_a_small_database_is_read_whole_each_time(pages: MemoryHarness) -> None:
    remote = pages.tool.add(TASK, "Read")
    pull = pages.connector.pull(pages.connector.pull(None).cursor)
    assert ids(pull.items) == [remote]
    assert pull.whole == set(LIKE_NOTION.capabilities)
    pages.tool.delete(remote)
    pull = pages.connector.pull(pull.cursor)
    assert (pull.items, pull.gone) == ((), frozenset())


def test_an_incremental_read_brings_what_changed_in_its_order() -> None:
    harness = started(INCREMENTAL)
    first, second, third = (harness.tool.add(TASK, title) for title in "abc")
    cursor = harness.connector.pull(None).cursor
    harness.tool.edit(second, title="B")
    harness.tool.delete(third)
    harness.tool.edit(first, title="A")
    harness.tool.edit(second, title="BB")
    pull = harness.connector.pull(cursor)
    assert ids(pull.items) == [first, second]
    assert pull.gone == {third}
    assert pull.whole == frozenset()


def test_an_incremental_read_looks_at_nothing_else() -> None:
    harness = started(INCREMENTAL)
    for number in range(1000):
        harness.tool.add(TASK, f"Task {number}")
    before = harness.tool.counter
    harness.tool.edit(harness.tool.titled(TASK, "Task 7"), title="New")
    assert len(list(harness.tool.changed_since(before))) == 1
    pages = harness.tool.reads["pull"]
    assert len(harness.connector.pull(f"0:{before}").items) == 1
    assert harness.tool.reads["pull"] == pages + 1


def test_pages_are_counted_as_requests(todos: MemoryHarness) -> None:
    for number in range(250):
        todos.tool.add(TASK, f"Task {number}")
    before = todos.limiter.total
    todos.connector.pull(None)
    assert todos.limiter.total - before == 3


def test_a_batch_is_one_request(todos: MemoryHarness) -> None:
    before = todos.limiter.total
    todos.connector.write([todos.new_write(TASK, f"Task {number}") for number in range(100)])
    assert todos.limiter.total - before == 1
    assert todos.tool.writes[Op.CREATE] == 100
    assert len(todos.tool.log) == 100
