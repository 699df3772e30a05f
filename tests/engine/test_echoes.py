"""One's own writes seen again, edits seen late, and clocks that are wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from tests.engine.checks import assert_agrees, rows
from tests.engine.world import World, sample

TOOLS = ("pages", "calendar", "todos")


def rewind(world: World, tool: str, cursor: str) -> None:
    tools = world.store.tools
    tools.save(replace(tools.get(ToolName(tool)), cursor=cursor))


def test_one_s_own_writes_seen_again_change_nothing(synced: World) -> None:
    before = rows(synced.store)["entities"]
    report = synced.sync()
    assert (report.writes, report.changes, report.conflicts) == (0, 0, 0)
    assert rows(synced.store)["entities"] == before


@pytest.mark.parametrize("tool", TOOLS)
def test_all_that_ever_happened_in_a_tool_told_again_changes_nothing(
    synced: World, tool: str
) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", priority=2)
    synced.delete("todos", Kind.TASK, "Task 3")
    synced.settle()
    rewind(synced, tool, "0:0")
    report = synced.sync()
    assert (report.writes, report.changes, report.conflicts) == (0, 0, 0)
    assert_agrees(synced)


def test_items_listed_twice_in_one_answer_are_taken_once(synced: World) -> None:
    synced.services["todos"].add(Kind.TASK, "Once")
    synced.echo("todos", skip=0)
    synced.sync()
    assert synced.titles("pages", Kind.TASK).count("Once") == 1


@pytest.mark.parametrize("minutes", [0, 5], ids=["in the same minute", "later"])
@pytest.mark.parametrize("tool", ["pages", "todos"])
def test_a_listing_older_than_our_write_is_no_edit(
    synced: World, tool: str, minutes: int
) -> None:
    other = "todos" if tool == "pages" else "pages"
    synced.edit(other, Kind.TASK, "Task 1", title="Renamed")
    synced.echo(tool)
    synced.clock.advance(minutes=minutes)
    synced.engine.run()
    assert tool in synced.late
    report = synced.engine.run()
    assert tool not in synced.late
    assert (report.writes, report.changes, report.conflicts) == (0, 0, 0)
    assert synced.titles("pages", Kind.TASK) == ["Renamed", "Task 2", "Task 3"]
    synced.settle()
    assert_agrees(synced)


def test_a_listing_older_than_our_last_two_writes_is_no_edit(synced: World) -> None:
    synced.echo("pages", skip=2)
    for title in ("Renamed", "Renamed again"):
        task = synced.titles("todos", Kind.TASK)[0]
        synced.edit("todos", Kind.TASK, task, title=title)
        synced.sync()
    report = synced.sync()
    assert "pages" not in synced.late
    assert report.writes == report.changes == 0
    assert synced.titles("pages", Kind.TASK) == ["Renamed again", "Task 2", "Task 3"]


def test_an_edit_taken_back_by_its_user_in_the_same_minute_is_believed(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", title="Renamed")
    synced.engine.run()
    assert synced.titles("pages", Kind.TASK)[0] == "Renamed"
    synced.edit("pages", Kind.TASK, "Renamed", title="Task 1")
    synced.engine.run()
    assert synced.titles("todos", Kind.TASK)[0] == "Task 1"


def test_a_page_edited_again_in_the_same_minute_is_found_in_the_next_cycle(
    synced: World,
) -> None:
    synced.edit("pages", Kind.TASK, "Task 1", title="First")
    synced.engine.run()
    synced.edit("pages", Kind.TASK, "First", title="Second")
    synced.engine.run()
    assert synced.titles("todos", Kind.TASK)[0] == "Second"
    assert synced.engine.run().writes == 0


def test_an_item_listed_late_after_syncd_removed_it_does_not_come_back(synced: World) -> None:
    synced.delete("pages", Kind.TASK, "Task 1")
    synced.echo("todos")
    synced.sync()
    assert synced.titles("todos", Kind.TASK) == ["Task 2", "Task 3"]
    report = synced.sync()
    assert "todos" not in synced.late
    assert report.writes == report.changes == 0
    assert synced.titles("pages", Kind.TASK) == ["Task 2", "Task 3"]


def test_what_was_deleted_everywhere_stays_deleted_when_a_token_is_lost(synced: World) -> None:
    synced.delete("pages", Kind.TASK, "Task 1")
    synced.settle()
    for service in synced.services.values():
        service.expire_cursors()
    report = synced.sync()
    assert report.writes == report.changes == 0
    assert synced.titles("pages", Kind.TASK) == ["Task 2", "Task 3"]


@pytest.mark.parametrize("tool", ["calendar", "todos"])
def test_a_deletion_while_the_token_was_lost_is_applied(synced: World, tool: str) -> None:
    kind, title = {
        "calendar": (Kind.MILESTONE, "Step 1"),
        "todos": (Kind.TASK, "Task 1"),
    }[tool]
    synced.delete(tool, kind, title)
    synced.services[tool].expire_cursors()
    assert synced.sync().converged
    assert title not in synced.titles("pages", kind)


@pytest.mark.parametrize("fault", ["empty_listings", "short_by"])
def test_what_was_added_is_found_though_the_first_whole_listing_lacked_it(
    synced: World, fault: str
) -> None:
    todos = synced.services["todos"]
    todos.add(Kind.TASK, "Added")
    todos.expire_cursors()
    setattr(todos.faults, fault, 1 if fault == "empty_listings" else 3)
    synced.sync()
    assert synced.settle().converged
    assert "Added" in synced.titles("pages", Kind.TASK)
    assert str(synced.store.tools.get(ToolName("todos")).cursor).startswith(f"{todos.epoch}:")


def test_a_ticked_task_is_no_sign_of_a_short_listing(synced: World) -> None:
    todos = synced.services["todos"]
    synced.edit("todos", Kind.TASK, "Task 1", done=True)
    todos.expire_cursors()
    synced.sync()
    assert synced.entity(Kind.TASK, "Task 1").done
    assert str(synced.store.tools.get(ToolName("todos")).cursor).startswith(f"{todos.epoch}:")


def test_a_task_ticked_while_the_token_was_lost_is_done_and_not_gone(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", done=True)
    synced.services["todos"].expire_cursors()
    assert synced.sync().converged
    assert synced.entity(Kind.TASK, "Task 1").done
    assert synced.shows("pages", Kind.TASK, "Task 1")["done"] is True


SHIFTS = [timedelta(0), timedelta(hours=24), timedelta(hours=-24)]


@pytest.mark.parametrize("of_todos", SHIFTS, ids=str)
@pytest.mark.parametrize("of_pages", SHIFTS, ids=str)
def test_the_later_edit_wins_whatever_the_services_clocks_say(
    synced: World, of_pages: timedelta, of_todos: timedelta
) -> None:
    synced.services["pages"].shift = of_pages
    synced.services["todos"].shift = of_todos
    synced.edit("pages", Kind.TASK, "Task 1", title="Earlier")
    synced.edit("todos", Kind.TASK, "Task 2", title="First")
    synced.clock.advance(minutes=5)
    synced.edit("todos", Kind.TASK, "Task 1", title="Later")
    synced.edit("pages", Kind.TASK, "Task 2", title="Second")
    assert synced.sync().conflicts == 2
    assert synced.titles("pages", Kind.TASK) == ["Later", "Second", "Task 3"]


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_when_two_tools_meet_first_the_later_edit_wins_whatever_the_clocks_say(
    shift: timedelta,
) -> None:
    world = World()
    world.services["pages"].shift = shift
    world.services["pages"].add(Kind.TASK, "Buy a book", priority=2)
    world.clock.advance(minutes=5)
    world.services["todos"].add(Kind.TASK, "Buy a book", priority=3)
    world.sync()
    assert world.entity(Kind.TASK, "Buy a book").priority == 3
    assert world.shows("pages", Kind.TASK, "Buy a book")["priority"] == 3


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_things_were_made_when_our_clock_says_so(shift: timedelta) -> None:
    world = World()
    world.services["todos"].shift = shift
    world.services["todos"].add(Kind.TASK, "Bought a book")
    made = world.clock.now()
    world.sync()
    assert abs(world.entity(Kind.TASK, "Bought a book").created_at - made) < timedelta(
        minutes=1
    )


@pytest.mark.parametrize("shift", SHIFTS[1:], ids=str)
def test_an_edit_after_a_service_s_clock_jumped_is_found(
    synced: World, shift: timedelta
) -> None:
    for title in ("Once", "Twice"):
        synced.services["todos"].shift += shift
        synced.edit("todos", Kind.TASK, synced.titles("todos", Kind.TASK)[0], title=title)
        synced.sync()
        assert title in synced.titles("pages", Kind.TASK)


def edit_both(world: World) -> None:
    world.edit("pages", Kind.TASK, "Task 1", title="In pages")
    world.clock.advance(seconds=5)
    world.edit("todos", Kind.TASK, "Task 1", title="In todos")


def test_within_a_minute_the_home_wins_whichever_tool_was_read_first() -> None:
    results = []
    for order in ([*TOOLS], ["todos"], ["pages"]):
        world = World()
        world.plan(*sample(world))
        world.settle()
        world.clock.advance(seconds=35)
        edit_both(world)
        world.engine.run(only=[ToolName(tool) for tool in order])
        world.settle()
        results.append(
            (world.titles("pages", Kind.TASK)[0], len(world.store.history.conflicts()))
        )
    assert results == [("In pages", 1)] * 3
