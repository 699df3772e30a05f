"""Both sides hold things already, or everything that syncd knew is gone."""

from datetime import date

import pytest

from syncd.engine.report import Report
from syncd.model.entities import Goal, Kind, Task
from syncd.model.values import GoalStatus
from tests.engine.checks import assert_agrees, portrait, rows, services
from tests.engine.world import World, ident, sample


def created(report: Report) -> dict[str, int]:
    return {name: it.created for name, it in report.tools.items()}


def test_equal_things_in_two_tools_are_one(world: World) -> None:
    world.services["pages"].add(Kind.TASK, "Read a book")
    world.services["todos"].add(Kind.TASK, "read  a BOOK", priority=1)
    report = world.sync()
    assert created(report) == {"calendar": 0, "pages": 0, "todos": 0}
    assert report.matches == ["todos: 'read  a BOOK' is the plan's own (tasks)"]
    assert len(list(world.store.plan.every(Kind.TASK))) == 1
    assert world.settle().converged
    assert_agrees(world)


def test_a_title_that_differs_only_in_case_has_one_winner_and_both_are_known(
    world: World,
) -> None:
    world.services["pages"].add(Kind.TASK, "Read a book")
    world.clock.advance(minutes=3)
    world.services["todos"].add(Kind.TASK, "READ A BOOK")
    world.sync()
    assert world.titles("pages", Kind.TASK) == ["READ A BOOK"]
    (lost,) = world.store.history.conflicts()
    assert lost.lost == "Read a book"


def test_equal_titles_under_different_goals_are_two(world: World) -> None:
    now = world.clock.now()
    world.plan(
        Goal(id=ident("G1"), title="One", created_at=now, status=GoalStatus.ACTIVE),
        Goal(id=ident("G2"), title="Two", created_at=now, status=GoalStatus.ACTIVE),
        Task(id=ident("T1"), title="Read", created_at=now, goal=ident("G1")),
    )
    world.sync(only=["pages"])
    other = world.remote("pages", Kind.GOAL, "Two")
    world.services["pages"].add(Kind.TASK, "Read", goal=other)
    world.settle()
    assert len(list(world.store.plan.every(Kind.TASK))) == 2
    assert world.titles("todos", Kind.TASK) == ["Read", "Read"]
    assert_agrees(world)


def test_a_plan_put_in_by_hand_meets_what_the_tools_hold(world: World) -> None:
    world.services["pages"].add(Kind.GOAL, "Become a lead", why="Mine", due=date(2027, 1, 1))
    world.services["todos"].add(Kind.TASK, "Task 1")
    world.plan(*sample(world))
    report = world.sync()
    assert len(report.matches) == 2
    assert world.settle().converged
    assert len(world.titles("pages", Kind.GOAL)) == 1
    assert world.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert_agrees(world)


def test_a_dry_run_at_a_first_meeting_shows_the_matches_and_writes_nothing(
    world: World,
) -> None:
    for service in world.services.values():
        service.containers.update({name: name for name in service.shape.containers})
    world.services["pages"].add(Kind.TASK, "Read a book")
    world.services["todos"].add(Kind.TASK, "Read a book")
    kept, there = rows(world.store), services(world)
    shown = world.preview()
    assert shown.matches == ["todos: 'Read a book' is the plan's own (tasks)"]
    assert (rows(world.store), services(world)) == (kept, there)


def test_a_dry_run_before_anything_was_provisioned_shows_all_that_would_be_made(
    world: World,
) -> None:
    world.plan(*sample(world))
    shown = world.preview()
    assert {name: len(it.plan) for name, it in shown.tools.items()} == {
        "calendar": 2,
        "pages": 6,
        "todos": 4,
    }
    assert all(not service.containers for service in world.services.values())


def test_lost_state_makes_nothing_twice_and_conflicts_with_nothing(synced: World) -> None:
    before, known = portrait(synced), set(synced.store.plan.ids())
    synced.lose_state()
    report = synced.sync()
    assert report.conflicts == 0
    assert created(report) == {"calendar": 0, "pages": 0, "todos": 0}
    assert portrait(synced) == before
    assert set(synced.store.plan.ids()) == known


def test_lost_state_and_edits_in_two_tools_meanwhile(synced: World) -> None:
    synced.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    synced.clock.advance(minutes=5)
    synced.edit("todos", Kind.TASK, "Task 2", priority=1)
    synced.lose_state()
    report = synced.sync()
    assert sum(created(report).values()) == 0
    assert synced.settle().converged
    task = synced.entity(Kind.TASK, "Renamed")
    assert task.id == "T1"
    assert synced.entity(Kind.TASK, "Task 2").priority == 1
    assert_agrees(synced)


@pytest.mark.parametrize("away", ["pages", "calendar", "todos"])
def test_lost_state_while_a_tool_is_away_makes_nothing_twice(synced: World, away: str) -> None:
    before = portrait(synced)
    synced.lose_state()
    synced.services[away].faults.down = True
    synced.sync()
    synced.services[away].faults.down = False
    assert synced.settle().converged
    assert portrait(synced) == before


def test_an_older_copy_of_the_state_takes_the_newer_values_from_the_tools(
    synced: World,
) -> None:
    older = synced.store.copy()
    synced.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    synced.services["todos"].add(Kind.TASK, "Added")
    synced.delete("todos", Kind.TASK, "Task 3")
    synced.settle()
    after = portrait(synced)
    synced.store = older
    synced.start()
    assert synced.settle().converged
    assert portrait(synced) == after
    assert synced.store.history.conflicts() == []


def test_a_copy_of_a_page_is_an_entity_of_its_own_in_every_tool(synced: World) -> None:
    pages = synced.services["pages"]
    copy = pages.duplicate(pages.titled(Kind.TASK, "Task 1"))
    pages.edit(copy, title="Another")
    assert synced.sync().converged
    assert synced.entity(Kind.TASK, "Another").id != "T1"
    assert pages.items[copy].mark == synced.entity(Kind.TASK, "Another").id
    assert "Another" in synced.titles("todos", Kind.TASK)
    assert synced.shows("todos", Kind.TASK, "Another")["link"] == pages.address(copy)
    assert_agrees(synced)


@pytest.mark.parametrize(
    ("tool", "kind", "title"),
    [("todos", Kind.TASK, "Task 1"), ("calendar", Kind.MILESTONE, "Step 1")],
)
def test_a_copy_in_any_tool_is_an_entity_of_its_own(
    synced: World, tool: str, kind: Kind, title: str
) -> None:
    synced.services[tool].duplicate(synced.remote(tool, kind, title))
    assert synced.settle().converged
    assert synced.titles("pages", kind).count(title) == 2
    assert_agrees(synced)


def test_a_section_that_its_user_made_stays_the_user_s_own(synced: World) -> None:
    synced.services["todos"].add(Kind.GOAL, "Household")
    assert synced.sync().converged
    assert synced.titles("pages", Kind.GOAL) == ["Become a lead"]
    assert "Household" in synced.titles("todos", Kind.GOAL)


def test_a_task_in_a_section_of_the_user_s_own_is_the_plans_and_stays_there(
    synced: World,
) -> None:
    todos = synced.services["todos"]
    home = todos.add(Kind.GOAL, "Household")
    todos.add(Kind.TASK, "Water the plants", goal=home)
    assert synced.sync().converged
    assert synced.entity(Kind.TASK, "Water the plants").goal is None
    assert synced.shows("todos", Kind.TASK, "Water the plants")["goal"] == home
    assert synced.sync().writes == 0
    synced.edit("pages", Kind.TASK, "Water the plants", priority=1)
    synced.sync()
    assert synced.shows("todos", Kind.TASK, "Water the plants")["goal"] == home
