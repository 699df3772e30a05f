"""What refers to what, and what stands and falls with it."""

from datetime import date

from syncd.engine.tool import OnDelete
from syncd.model.entities import Goal, Kind, Milestone, Task
from syncd.model.values import GoalStatus
from tests.engine.checks import assert_agrees, assert_forgot_nothing
from tests.engine.world import World, ident, sample


def test_pages_keep_referring_to_a_goal_that_their_user_threw_away(synced: World) -> None:
    goal = synced.remote("pages", Kind.GOAL, "Become a lead")
    synced.delete("pages", Kind.GOAL, "Become a lead")
    synced.sync()
    assert synced.shows("pages", Kind.TASK, "Task 1")["goal"] == goal
    assert synced.services["pages"].writes["update"] == 0
    assert_forgot_nothing(synced)


def test_tasks_let_go_of_a_heading_before_it_is_removed(synced: World) -> None:
    synced.services["todos"].log.clear()
    synced.delete("pages", Kind.GOAL, "Become a lead")
    synced.sync()
    written = [(write.op, write.fields) for write in synced.services["todos"].log]
    assert written == [("update", {"goal": None})] * 3 + [("delete", {})]
    assert synced.sync().writes == 0


def test_a_step_moved_to_a_paused_goal_takes_its_tasks_along(world: World) -> None:
    now = world.clock.now()
    world.plan(
        Goal(id=ident("G1"), title="Lead", created_at=now, status=GoalStatus.ACTIVE),
        Goal(id=ident("G2"), title="Rest", created_at=now, status=GoalStatus.PAUSED),
        Milestone(id=ident("M1"), title="Step", created_at=now, goal=ident("G1")),
        Task(id=ident("T1"), title="Walk", created_at=now, milestone=ident("M1")),
    )
    world.settle()
    assert world.titles("todos", Kind.TASK) == ["Walk"]
    resting = world.remote("pages", Kind.GOAL, "Rest")
    world.edit("pages", Kind.MILESTONE, "Step", goal=resting)
    assert world.sync().converged
    assert world.titles("todos", Kind.TASK) == []
    assert_forgot_nothing(world)


def test_a_page_that_comes_back_is_referred_to_again(synced: World) -> None:
    synced.delete("calendar", Kind.MILESTONE, "Step 1")
    synced.sync()
    pages = synced.services["pages"]
    assert synced.shows("pages", Kind.TASK, "Task 1")["milestone"] is None
    (step,) = (one for one in pages.removed if pages.removed[one].fields["title"] == "Step 1")
    pages.restore(step)
    assert synced.sync().converged
    assert synced.shows("pages", Kind.TASK, "Task 1")["milestone"] == step
    assert_forgot_nothing(synced)


def test_a_step_that_is_gone_is_let_go_of_where_nobody_could_look(synced: World) -> None:
    synced.services["pages"].faults.down = True
    synced.delete("calendar", Kind.MILESTONE, "Step 1")
    synced.sync()
    assert_forgot_nothing(synced)
    synced.services["pages"].faults.down = False
    synced.sync()
    assert_agrees(synced)


def test_a_task_added_under_a_task_added_with_it_keeps_its_place(synced: World) -> None:
    todos = synced.services["todos"]
    below = todos.add(Kind.TASK, "Below")
    above = todos.add(Kind.TASK, "Above")
    todos.edit(below, parent=above)
    synced.sync()
    task = synced.entity(Kind.TASK, "Below")
    assert task.parent == synced.entity(Kind.TASK, "Above").id


def test_steps_that_lost_their_day_leave_the_calendar_and_come_back_with_one(
    synced: World,
) -> None:
    synced.edit("pages", Kind.MILESTONE, "Step 1", due=None)
    synced.sync()
    assert synced.titles("calendar", Kind.MILESTONE) == ["Step 2"]
    assert synced.titles("pages", Kind.MILESTONE) == ["Step 1", "Step 2"]
    synced.edit("pages", Kind.MILESTONE, "Step 1", due=date(2026, 8, 1))
    synced.sync()
    assert synced.shows("calendar", Kind.MILESTONE, "Step 1")["due"] == date(2026, 8, 1)
    assert synced.sync().writes == 0


def test_a_page_that_was_forgotten_and_restored_is_referred_to_again() -> None:
    world = World(on_delete=OnDelete.FORGET)
    world.plan(*sample(world))
    world.settle()
    goal = world.remote("pages", Kind.GOAL, "Become a lead")
    world.services["pages"].delete(goal)
    world.settle()
    world.services["pages"].restore(goal)
    assert world.settle().converged
    assert world.shows("pages", Kind.TASK, "Task 1")["goal"] == goal
    assert_forgot_nothing(world)
