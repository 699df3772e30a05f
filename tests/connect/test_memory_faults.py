"""A service in memory: what can be made to go wrong, and what it refuses."""

from dataclasses import replace

import pytest

from syncd.errors import Changed, HoldTool, SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import PAGE_URL, Op, Remote, Write
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


class Killed(BaseException):
    """Ends the process that meets it."""


def ids(items: tuple[Remote, ...]) -> list[str]:
    return [it.id for it in items]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda it: it.name)
def test_a_lost_reply_leaves_the_work_done(shape: Capabilities) -> None:
    harness = started(shape)

    def lose(write: Write) -> None:
        harness.tool.faults.after = None
        raise Unclear("Lost.")

    write = harness.new_write(harness.kinds()[0], "There")
    harness.tool.faults.after = lose
    outcome = harness.do(write)
    assert len(harness.tool.items) == 1
    assert isinstance(outcome, Remote if Op.CREATE in harness.connector.idempotent else Unclear)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda it: it.name)
def test_a_refusal_before_the_work_leaves_nothing_done(shape: Capabilities) -> None:
    harness = started(shape)

    def refuse(write: Write) -> None:
        raise SkipItem(f"No to {write.fields['title']}.")

    harness.tool.faults.before = refuse
    assert isinstance(harness.do(harness.new_write(harness.kinds()[0], "No")), SkipItem)
    assert (harness.tool.items, harness.tool.log) == ({}, [])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda it: it.name)
def test_a_process_that_is_killed_at_a_write_is_killed(shape: Capabilities, when: str) -> None:
    harness = started(shape)

    def kill(_: Write) -> None:
        raise Killed

    setattr(harness.tool.faults, when, kill)
    with pytest.raises(Killed):
        harness.connector.write([harness.new_write(harness.kinds()[0], "Half done")])
    assert len(harness.tool.items) == (when == "after")
    harness.heal()
    harness.restart()
    assert len(harness.connector.pull(None).items) == (when == "after")


def test_a_service_that_keeps_no_keys_makes_two_after_a_restart(pages: MemoryHarness) -> None:
    write = pages.new_write(TASK, "Two")
    pages.made(write)
    pages.restart()
    pages.made(write)
    assert pages.person.titles(TASK) == ["Two", "Two"]


@pytest.mark.parametrize("shape", [LIKE_CALENDAR, LIKE_TODOS], ids=lambda it: it.name)
def test_a_service_with_keys_or_chosen_ids_makes_one_after_a_restart(
    shape: Capabilities,
) -> None:
    harness = started(shape)
    write = harness.new_write(harness.kinds()[0], "One")
    first = harness.made(write)
    harness.restart()
    assert harness.made(write).id == first.id
    assert len(harness.tool.items) == 1


def test_a_repeated_update_does_not_undo_what_came_after(todos: MemoryHarness) -> None:
    item = todos.create(TASK, "Read")
    write = todos.new_update(item, title="Read on")
    todos.made(write)
    todos.tool.edit(item.id, title="The person's")
    assert todos.made(write).fields["title"] == "The person's"


def test_an_empty_listing_comes_as_often_as_it_is_told(pages: MemoryHarness) -> None:
    remote = pages.tool.add(TASK, "Read")
    pages.tool.faults.empty_listings = 2
    found = [ids(pages.connector.pull(None).items) for _ in range(3)]
    assert found == [[], [], [remote]]


def test_a_short_listing_comes_once(pages: MemoryHarness) -> None:
    for number in range(5):
        pages.tool.add(TASK, f"Task {number}")
    pages.tool.faults.short_by = 3
    assert [len(pages.connector.pull(None).items) for _ in range(2)] == [2, 5]


def test_a_connection_that_breaks_at_a_page_brings_nothing(pages: MemoryHarness) -> None:
    for number in range(250):
        pages.tool.add(TASK, f"Task {number}")
    turned: list[int] = []

    def turn(page: int) -> None:
        turned.append(page)
        if page == 2:
            raise TryLater("The connection broke: trying again later.")

    pages.tool.faults.page = turn
    with pytest.raises(TryLater):
        pages.connector.pull(None)
    assert turned == [1, 2] * 4


def test_what_is_edited_during_a_listing_comes_again() -> None:
    harness = started(INCREMENTAL)
    remote = harness.tool.add(TASK, "Read")

    def edit(_: int) -> None:
        harness.tool.faults.page = None
        harness.tool.edit(remote, title="Edited meanwhile")

    harness.tool.faults.page = edit
    pull = harness.connector.pull(None)
    assert ids(harness.connector.pull(pull.cursor).items) == [remote]


def test_a_service_that_is_down_is_down_for_all(pages: MemoryHarness) -> None:
    item = pages.create(TASK, "Read")
    pages.tool.faults.down = True
    for ask in (pages.connector.bind, lambda: pages.connector.pull(None)):
        with pytest.raises(TryLater):
            ask()
    with pytest.raises(TryLater):
        pages.connector.read(TASK, item.id)
    assert isinstance(pages.update(item, title="No"), TryLater)
    pages.heal()
    assert pages.connector.read(TASK, item.id) == item


def test_a_service_that_stores_something_else_answers_with_it(pages: MemoryHarness) -> None:
    pages.tool.faults.normalise = lambda _, fields: {**fields, "title": "shouted".upper()}
    assert pages.create(TASK, "Read").fields["title"] == "SHOUTED"


def test_a_calendar_holds_no_milestone_without_a_day() -> None:
    harness = started(LIKE_CALENDAR)
    assert not harness.connector.can_hold(Kind.MILESTONE, {"title": "Someday", "due": None})
    write = harness.new_write(Kind.MILESTONE, "Someday", due=None)
    assert isinstance(harness.do(write), SkipItem)


def test_a_delete_that_relies_on_an_old_version_is_refused() -> None:
    harness = started(LIKE_CALENDAR)
    item = harness.create(Kind.MILESTONE, "Exam")
    harness.tool.edit(item.id, title="The exam")
    assert isinstance(harness.delete(item), Changed)
    assert item.id in harness.tool.items


def test_one_lost_container_holds_the_tool_and_comes_back(pages: MemoryHarness) -> None:
    kept = pages.tool.containers["tasks"]
    pages.tool.vanish("tasks")
    with pytest.raises(HoldTool, match="'tasks'"):
        pages.connector.pull(None)
    assert isinstance(pages.do(pages.new_write(TASK, "Nowhere")), HoldTool)
    pages.tool.containers["tasks"] = kept
    assert pages.connector.pull(None).items == ()


def test_a_dry_run_before_the_first_reads_nothing_and_makes_nothing() -> None:
    harness = MemoryHarness(LIKE_NOTION)
    assert len(harness.connector.bind().missing) == 9
    assert harness.connector.pull(None).items == ()
    assert harness.tool.containers == {}


def test_long_texts_are_cut_for_the_tool_alone(todos: MemoryHarness) -> None:
    fitted = todos.connector.fit(TASK, {"title": "x" * 501, PAGE_URL: None, "done": False})
    assert fitted == {"title": "x" * 499 + "…", PAGE_URL: "", "done": False}


def test_a_pull_tells_what_is_wrong_with_a_container(pages: MemoryHarness) -> None:
    pages.tool.problems.append("'Due' of Tasks is now a text: make it a date again.")
    pages.tool.paused[TASK] = frozenset({"due"})
    pull = pages.connector.pull(None)
    assert pull.problems == ("'Due' of Tasks is now a text: make it a date again.",)
    assert pull.unmapped_fields == {TASK: {"due"}}
