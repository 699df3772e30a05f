"""The holds: what would be too much at once waits until the person says so."""

import pytest

from syncd.engine.approvals import record_approval
from syncd.engine.edits import bring_back, set_field
from syncd.engine.tool import OnDelete
from syncd.errors import Mistake, TryLater
from syncd.model.entities import Goal, Kind, Task
from syncd.model.ids import ToolName
from syncd.model.remote import Write
from syncd.model.values import GoalStatus
from syncd.store.tool_store import Consent, ToolState
from syncd.sync.limits import Limits
from tests.engine.checks import assert_agrees, assert_forgot_nothing
from tests.engine.world import World, ident

TASKS = [f"Task {n:02}" for n in range(1, 13)]
DELETED = TASKS[:7]
KEPT = TASKS[7:]


def many(
    *,
    titles: list[str] = TASKS,
    on_delete: OnDelete = OnDelete.ARCHIVE,
    limits: Limits | None = None,
) -> World:
    """A world with a goal and twelve tasks, in pages and todos."""
    world = World(on_delete=on_delete, limits=limits or Limits())
    now = world.clock.now()
    world.plan(Goal(id=ident("G"), title="Lead", created_at=now, status=GoalStatus.ACTIVE))
    world.plan(
        *(
            Task(id=ident(f"T{n:02}"), title=title, created_at=now, goal=ident("G"))
            for n, title in enumerate(titles, start=1)
        )
    )
    assert world.settle().converged
    return world


@pytest.fixture
def crowd() -> World:
    return many()


def delete_all(world: World, tool: str, titles: list[str] = DELETED) -> None:
    for title in titles:
        world.delete(tool, Kind.TASK, title)


def state(world: World, tool: str) -> ToolState:
    return world.store.tools.get(ToolName(tool)).state


def decide(world: World, tool: str, consent: Consent) -> None:
    record_approval(world.store, ToolName(tool), consent)


def test_a_mass_deletion_is_held_and_nothing_is_removed_anywhere(crowd: World) -> None:
    delete_all(crowd, "todos")
    report = crowd.sync()
    assert report.tools["todos"].state is ToolState.HELD
    assert not report.converged
    assert crowd.titles("pages", Kind.TASK) == TASKS
    assert crowd.titles("todos", Kind.TASK) == KEPT


def test_a_held_tool_says_why_and_what_to_do(crowd: World) -> None:
    delete_all(crowd, "todos")
    (sentence,) = crowd.sync().problems
    assert "7 of 13 items are gone there at once" in sentence
    assert "syncd approve todos" in sentence
    assert "syncd reject todos" in sentence
    held = crowd.store.tools.get(ToolName("todos")).held
    assert held["lines"] == [f"gone: {title}" for title in DELETED]


def test_a_held_tool_is_neither_written_nor_believed(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.edit("todos", Kind.TASK, KEPT[0], title="Not yet")
    crowd.edit("pages", Kind.TASK, KEPT[1], title="Nor this")
    crowd.sync()
    assert "Not yet" not in crowd.titles("pages", Kind.TASK)
    assert "Nor this" not in crowd.titles("todos", Kind.TASK)


def test_the_other_tools_go_on_while_one_is_held(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.sync()
    crowd.services["pages"].add(Kind.MILESTONE, "Step", due=crowd.clock.now().date())
    report = crowd.sync()
    assert report.tools["pages"].state is ToolState.OK
    assert crowd.titles("calendar", Kind.MILESTONE) == ["Step"]
    assert state(crowd, "todos") is ToolState.HELD


def test_five_deletions_are_an_ordinary_day(crowd: World) -> None:
    delete_all(crowd, "todos", DELETED[:5])
    assert crowd.sync().converged
    assert crowd.titles("pages", Kind.TASK) == TASKS[5:]


def test_seven_deletions_of_forty_are_an_ordinary_day_too() -> None:
    titles = [f"Task {n:02}" for n in range(1, 41)]
    world = many(titles=titles)
    delete_all(world, "todos")
    assert world.sync().converged
    assert world.titles("pages", Kind.TASK) == titles[7:]


def test_an_approved_deletion_is_done_everywhere_and_trips_no_other_brake(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.sync()
    decide(crowd, "todos", Consent.APPROVED)
    report = crowd.sync()
    assert report.converged, report.problems
    assert crowd.titles("pages", Kind.TASK) == KEPT
    assert crowd.sync().writes == 0


def test_a_rejected_deletion_is_put_back(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.sync()
    decide(crowd, "todos", Consent.REJECTED)
    assert crowd.sync().converged
    assert crowd.titles("todos", Kind.TASK) == TASKS
    assert crowd.titles("pages", Kind.TASK) == TASKS
    assert_agrees(crowd)
    assert crowd.sync().writes == 0


def test_an_approval_is_bound_to_what_was_shown(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.sync()
    decide(crowd, "todos", Consent.APPROVED)
    delete_all(crowd, "todos", KEPT[:1])
    crowd.sync()
    assert state(crowd, "todos") is ToolState.HELD
    assert crowd.titles("pages", Kind.TASK) == TASKS


def test_an_approval_holds_once(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.sync()
    decide(crowd, "todos", Consent.APPROVED)
    crowd.sync()
    for remote in list(crowd.services["todos"].removed):
        crowd.services["todos"].restore(remote)
    crowd.settle()
    assert crowd.titles("pages", Kind.TASK) == TASKS
    delete_all(crowd, "todos")
    crowd.sync()
    assert state(crowd, "todos") is ToolState.HELD
    assert crowd.titles("pages", Kind.TASK) == TASKS


def test_what_came_back_before_anyone_decided_needs_no_decision(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.sync()
    for remote in list(crowd.services["todos"].removed):
        crowd.services["todos"].restore(remote)
    assert crowd.sync().converged
    assert state(crowd, "todos") is ToolState.OK
    assert crowd.titles("pages", Kind.TASK) == TASKS


def test_a_hold_outlives_a_restart(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.sync()
    crowd.start()
    crowd.sync()
    assert state(crowd, "todos") is ToolState.HELD
    assert crowd.titles("pages", Kind.TASK) == TASKS


def test_deciding_on_a_tool_that_is_not_held_is_a_mistake(crowd: World) -> None:
    with pytest.raises(Mistake, match="not held"):
        decide(crowd, "todos", Consent.APPROVED)


def test_deciding_on_another_plan_than_the_one_shown_is_a_mistake(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.sync()
    with pytest.raises(Mistake, match="has changed"):
        record_approval(crowd.store, ToolName("todos"), Consent.APPROVED, "0123456789ab")


def test_pages_trashed_en_masse_are_held_though_only_a_listing_shows_it(crowd: World) -> None:
    delete_all(crowd, "pages")
    assert crowd.sync().tools["pages"].state is ToolState.HELD
    assert crowd.titles("todos", Kind.TASK) == TASKS
    decide(crowd, "pages", Consent.APPROVED)
    assert crowd.sync().converged
    assert crowd.titles("todos", Kind.TASK) == KEPT


def test_everything_trashed_is_held_whole_and_approved_whole(crowd: World) -> None:
    delete_all(crowd, "pages", TASKS)
    crowd.sync()
    assert len(crowd.store.tools.get(ToolName("pages")).held["lines"]) == len(TASKS)
    decide(crowd, "pages", Consent.APPROVED)
    assert crowd.sync().converged
    assert crowd.titles("todos", Kind.TASK) == []


def test_an_empty_listing_is_no_deletion(crowd: World) -> None:
    for name in crowd.services:
        crowd.services[name].faults.empty_listings = 1
        crowd.services[name].expire_cursors()
    report = crowd.sync()
    assert report.writes == 0
    assert report.converged
    assert_agrees(crowd)


def test_a_mass_change_is_held(crowd: World) -> None:
    for title in TASKS:
        crowd.edit("pages", Kind.TASK, title, notes="<script>")
    assert crowd.sync().tools["pages"].state is ToolState.HELD
    assert crowd.shows("todos", Kind.TASK, TASKS[0])["notes"] == ""


def test_an_approved_mass_change_is_taken_over(crowd: World) -> None:
    for title in TASKS:
        crowd.edit("pages", Kind.TASK, title, notes="Reviewed")
    crowd.sync()
    decide(crowd, "pages", Consent.APPROVED)
    assert crowd.sync().converged
    assert crowd.shows("todos", Kind.TASK, TASKS[0])["notes"] == "Reviewed"


def test_a_rejected_mass_change_is_taken_back(crowd: World) -> None:
    for title in TASKS:
        crowd.edit("pages", Kind.TASK, title, notes="<script>")
    crowd.sync()
    decide(crowd, "pages", Consent.REJECTED)
    assert crowd.sync().converged
    assert crowd.shows("pages", Kind.TASK, TASKS[0])["notes"] == ""
    assert_agrees(crowd)


def copy_all(world: World) -> None:
    pages = world.services["pages"]
    for title in TASKS:
        pages.duplicate(pages.titled(Kind.TASK, title))


def test_second_copies_of_most_are_held(crowd: World) -> None:
    copy_all(crowd)
    assert crowd.sync().tools["pages"].state is ToolState.HELD
    assert crowd.titles("todos", Kind.TASK) == TASKS


def test_approved_copies_become_tasks_of_their_own(crowd: World) -> None:
    copy_all(crowd)
    crowd.sync()
    decide(crowd, "pages", Consent.APPROVED)
    assert crowd.sync().converged
    assert crowd.titles("todos", Kind.TASK) == sorted(TASKS * 2)


def test_rejected_copies_are_left_alone_for_good(crowd: World) -> None:
    copy_all(crowd)
    crowd.sync()
    decide(crowd, "pages", Consent.REJECTED)
    for _ in range(3):
        report = crowd.sync()
        assert report.converged
        assert report.writes == 0
    assert crowd.titles("todos", Kind.TASK) == TASKS
    assert crowd.titles("pages", Kind.TASK) == sorted(TASKS * 2)


def test_what_was_added_while_copies_were_rejected_is_taken_in(crowd: World) -> None:
    copy_all(crowd)
    crowd.services["pages"].add(Kind.TASK, "Quite new")
    crowd.sync()
    decide(crowd, "pages", Consent.REJECTED)
    assert crowd.sync().converged
    assert crowd.titles("todos", Kind.TASK) == ["Quite new", *TASKS]


def test_rejecting_a_deletion_takes_nothing_else_back(crowd: World) -> None:
    delete_all(crowd, "todos")
    crowd.edit("todos", Kind.TASK, KEPT[0], title="Renamed meanwhile")
    crowd.services["todos"].add(Kind.TASK, "Added meanwhile")
    crowd.sync()
    decide(crowd, "todos", Consent.REJECTED)
    assert crowd.sync().converged
    assert {"Renamed meanwhile", "Added meanwhile"} < set(crowd.titles("pages", Kind.TASK))
    assert_agrees(crowd)


def test_a_rejected_change_is_kept_among_what_lost(crowd: World) -> None:
    for title in TASKS:
        crowd.edit("pages", Kind.TASK, title, notes="<script>")
    crowd.sync()
    decide(crowd, "pages", Consent.REJECTED)
    report = crowd.sync()
    assert report.conflicts == len(TASKS)
    lost = crowd.store.history.conflicts()
    assert {(one.field, one.won, one.lost, one.lost_by) for one in lost} == {
        ("notes", "", "<script>", "pages")
    }


def test_a_deletion_too_many_and_a_change_too_many_are_rejected_one_by_one() -> None:
    world = many(limits=Limits(max_deletes=2))
    delete_all(world, "todos", TASKS[:3])
    for title in TASKS[3:]:
        world.edit("todos", Kind.TASK, title, notes="<script>")
    world.sync()
    for _ in range(2):
        assert state(world, "todos") is ToolState.HELD
        decide(world, "todos", Consent.REJECTED)
        world.sync()
    assert world.settle().converged
    assert_agrees(world)
    assert world.titles("pages", Kind.TASK) == TASKS
    assert world.shows("todos", Kind.TASK, TASKS[5])["notes"] == ""


def test_a_container_that_is_gone_is_held(crowd: World) -> None:
    crowd.services["todos"].vanish("Career plan")
    report = crowd.sync()
    assert report.tools["todos"].state is ToolState.HELD
    assert crowd.titles("pages", Kind.TASK) == TASKS
    assert "Career plan" not in crowd.services["todos"].containers


def lose_container(world: World) -> None:
    todos = world.services["todos"]
    for remote in list(todos.items):
        todos.delete(remote)
    todos.vanish("Career plan")
    world.sync()


def test_an_approved_loss_of_a_container_archives_what_it_held(crowd: World) -> None:
    lose_container(crowd)
    decide(crowd, "todos", Consent.APPROVED)
    assert crowd.settle().converged
    assert crowd.titles("pages", Kind.TASK) == []
    assert all(one.entity.archived for one in crowd.store.plan.every(Kind.TASK))


def test_a_rejected_loss_of_a_container_makes_it_again(crowd: World) -> None:
    lose_container(crowd)
    decide(crowd, "todos", Consent.REJECTED)
    assert crowd.settle().converged
    assert crowd.titles("todos", Kind.TASK) == TASKS
    assert crowd.titles("pages", Kind.TASK) == TASKS
    assert_agrees(crowd)


def archive_all(world: World) -> None:
    for n in range(1, 8):
        set_field(world.engine.context, ident(f"T{n:02}"), "archived", value=True, by="you")


def test_removals_that_begin_in_the_plan_are_held_in_each_tool(crowd: World) -> None:
    archive_all(crowd)
    report = crowd.sync()
    assert report.tools["pages"].state is ToolState.HELD
    assert report.tools["todos"].state is ToolState.HELD
    assert crowd.titles("pages", Kind.TASK) == crowd.titles("todos", Kind.TASK) == TASKS


def test_an_approved_removal_is_done_in_that_tool_and_no_other(crowd: World) -> None:
    archive_all(crowd)
    crowd.sync()
    decide(crowd, "pages", Consent.APPROVED)
    crowd.sync()
    assert crowd.titles("pages", Kind.TASK) == KEPT
    assert crowd.titles("todos", Kind.TASK) == TASKS
    decide(crowd, "todos", Consent.APPROVED)
    assert crowd.sync().converged
    assert crowd.titles("todos", Kind.TASK) == KEPT


def test_an_approved_removal_is_asked_for_again_the_next_time(crowd: World) -> None:
    archive_all(crowd)
    crowd.sync()
    for tool in ("pages", "todos"):
        decide(crowd, tool, Consent.APPROVED)
    crowd.sync()
    bring_back(crowd.engine.context, [ident(f"T{n:02}") for n in range(1, 8)])
    assert crowd.settle().converged
    archive_all(crowd)
    crowd.sync()
    assert state(crowd, "pages") is state(crowd, "todos") is ToolState.HELD
    assert crowd.titles("pages", Kind.TASK) == TASKS


def test_an_approved_removal_that_was_interrupted_goes_on_by_itself(crowd: World) -> None:
    archive_all(crowd)
    crowd.sync()
    decide(crowd, "pages", Consent.APPROVED)
    left = 1

    def busy(_: Write) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise TryLater("Too many requests: later.")

    crowd.services["pages"].faults.before = busy
    crowd.sync()
    assert len(crowd.titles("pages", Kind.TASK)) == len(TASKS) - 1
    crowd.services["pages"].faults.before = None
    crowd.sync()
    assert crowd.titles("pages", Kind.TASK) == KEPT


def test_a_rejected_removal_brings_them_back_into_the_plan(crowd: World) -> None:
    archive_all(crowd)
    crowd.sync()
    decide(crowd, "pages", Consent.REJECTED)
    assert crowd.settle().converged
    assert crowd.titles("pages", Kind.TASK) == crowd.titles("todos", Kind.TASK) == TASKS
    assert_agrees(crowd)


def test_an_approval_that_was_not_needed_any_more_is_void(crowd: World) -> None:
    archive_all(crowd)
    crowd.sync()
    decide(crowd, "pages", Consent.APPROVED)
    for n in range(1, 8):
        set_field(crowd.engine.context, ident(f"T{n:02}"), "archived", value=False, by="you")
    crowd.settle()
    archive_all(crowd)
    crowd.sync()
    assert state(crowd, "pages") is ToolState.HELD
    assert crowd.titles("pages", Kind.TASK) == TASKS


def test_pausing_a_goal_needs_no_consent(crowd: World) -> None:
    crowd.edit("pages", Kind.GOAL, "Lead", status=GoalStatus.PAUSED)
    assert crowd.sync().converged
    assert crowd.titles("todos", Kind.TASK) == []
    crowd.edit("pages", Kind.GOAL, "Lead", status=GoalStatus.ACTIVE)
    assert crowd.sync().converged
    assert crowd.titles("todos", Kind.TASK) == TASKS


def test_the_loss_of_a_container_means_forget_where_a_deletion_does() -> None:
    world = many(on_delete=OnDelete.FORGET)
    lose_container(world)
    decide(world, "todos", Consent.APPROVED)
    assert world.settle().converged
    assert world.titles("pages", Kind.TASK) == TASKS
    assert world.titles("todos", Kind.TASK) == []


def test_where_a_deletion_means_forget_it_is_kept_elsewhere_and_needs_no_consent() -> None:
    world = many(on_delete=OnDelete.FORGET)
    delete_all(world, "todos")
    assert world.sync().converged
    assert world.titles("pages", Kind.TASK) == TASKS
    assert world.titles("todos", Kind.TASK) == KEPT
    assert world.sync().writes == 0
    assert_forgot_nothing(world)


def test_what_was_forgotten_in_a_tool_is_not_made_again_when_it_is_edited_elsewhere() -> None:
    world = many(on_delete=OnDelete.FORGET)
    world.delete("todos", Kind.TASK, TASKS[0])
    world.sync()
    world.edit("pages", Kind.TASK, TASKS[0], title="Edited")
    world.sync()
    assert "Edited" not in world.titles("todos", Kind.TASK)
