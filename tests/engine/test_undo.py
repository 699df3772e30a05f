"""Taking back: a change, a whole cycle, a value that lost."""

from datetime import date

import pytest

from syncd.engine.edits import Undone, bring_back, set_field, take_lost, undo
from syncd.errors import Mistake
from syncd.model.entities import Kind
from syncd.model.values import GoalStatus
from syncd.store.rows import ConflictRow, HistoryRow
from tests.engine.checks import assert_agrees, portrait
from tests.engine.world import World, ident


def last_cycle(world: World) -> list[HistoryRow]:
    store = world.store
    return store.history.rows(cycle=store.history.last_cycle())


def row(world: World, entity: str, field: str) -> HistoryRow:
    """Return the newest change of a field."""
    rows = world.store.history.rows(entity=ident(entity))
    return next(one for one in rows if one.field == field)


def take_back(world: World, rows: list[HistoryRow]) -> Undone:
    world.clock.advance(minutes=1)
    undone = undo(world.engine.context, rows)
    assert world.settle().converged
    assert_agrees(world)
    return undone


def test_a_change_that_is_taken_back_is_taken_back_everywhere(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", title="Oops")
    synced.sync()
    undone = take_back(synced, [row(synced, "T1", "title")])
    assert [one.after for one in undone.taken_back] == ["Oops"]
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]


def test_a_cycle_that_is_taken_back_leaves_all_as_it_was(synced: World) -> None:
    before = portrait(synced)
    synced.edit("todos", Kind.TASK, "Task 1", title="Oops", labels=frozenset({"x"}))
    synced.edit("pages", Kind.TASK, "Task 2", due=date(2027, 1, 1))
    synced.delete("todos", Kind.TASK, "Task 3")
    synced.services["pages"].add(Kind.TASK, "Added")
    synced.edit("calendar", Kind.MILESTONE, "Step 2", due=date(2026, 12, 1))
    synced.sync()
    assert portrait(synced) != before
    undone = take_back(synced, last_cycle(synced))
    assert undone.kept == ()
    assert portrait(synced) == before


def test_what_a_rule_made_is_taken_back_with_what_it_followed_from(synced: World) -> None:
    before = portrait(synced)
    synced.edit("calendar", Kind.MILESTONE, "Step 1", done=True)
    synced.sync()
    assert synced.titles("pages", Kind.ACHIEVEMENT) == ["Finished: Step 1"]
    take_back(synced, last_cycle(synced))
    assert portrait(synced) == before


def test_what_was_edited_since_stays_and_is_listed(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", title="First", priority=2)
    synced.sync()
    cycle = last_cycle(synced)
    synced.edit("pages", Kind.TASK, "First", title="Second")
    synced.sync()
    undone = take_back(synced, cycle)
    assert [(one.field, one.after) for one in undone.kept] == [("title", "First")]
    assert [one.field for one in undone.taken_back] == ["priority"]
    assert synced.shows("todos", Kind.TASK, "Second")["priority"] is None


def test_a_deletion_that_is_taken_back_makes_it_again_everywhere(synced: World) -> None:
    synced.delete("todos", Kind.TASK, "Task 3")
    synced.sync()
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 2"]
    take_back(synced, [row(synced, "T3", "archived")])
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]


def test_a_thing_that_is_unmade_leaves_every_tool(synced: World) -> None:
    synced.services["todos"].add(Kind.TASK, "Added")
    synced.sync()
    take_back(synced, last_cycle(synced))
    assert "Added" not in synced.titles("pages", Kind.TASK)
    assert "Added" not in synced.titles("todos", Kind.TASK)


def test_taking_back_can_be_taken_back(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", title="Wanted after all")
    synced.sync()
    take_back(synced, [row(synced, "T1", "title")])
    take_back(synced, [row(synced, "T1", "title")])
    assert synced.titles("pages", Kind.TASK)[-1] == "Wanted after all"


def test_taking_back_is_told_in_history_as_the_persons(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", title="Oops")
    synced.sync()
    take_back(synced, [row(synced, "T1", "title")])
    assert row(synced, "T1", "title").by == "you (undo)"


def test_an_edit_made_while_a_change_was_being_taken_back_is_not_lost(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", title="Oops")
    synced.sync()
    synced.clock.advance(minutes=1)
    undo(synced.engine.context, [row(synced, "T1", "title")])
    synced.clock.advance(minutes=1)
    synced.edit("todos", Kind.TASK, "Oops", title="Better")
    synced.settle()
    assert synced.titles("pages", Kind.TASK)[0] == "Better"
    assert [one.lost for one in synced.store.history.conflicts()] == ["Task 1"]


def conflict(world: World) -> ConflictRow:
    world.edit("pages", Kind.TASK, "Task 1", title="Earlier")
    world.clock.advance(minutes=5)
    world.edit("todos", Kind.TASK, "Task 1", title="Later")
    world.sync()
    (lost,) = world.store.history.conflicts(resolved=False)
    return lost


def test_a_value_that_lost_can_be_taken_and_the_conflict_is_settled(synced: World) -> None:
    assert take_lost(synced.engine.context, conflict(synced).seq) == "Later"
    assert synced.settle().converged
    assert synced.titles("todos", Kind.TASK)[0] == "Earlier"
    assert synced.titles("pages", Kind.TASK)[0] == "Earlier"
    assert synced.store.history.conflicts(resolved=False) == []


def test_a_deletion_that_lost_can_be_taken(synced: World) -> None:
    synced.delete("pages", Kind.TASK, "Task 2")
    synced.edit("todos", Kind.TASK, "Task 2", priority=1)
    synced.sync()
    (lost,) = synced.store.history.conflicts()
    take_lost(synced.engine.context, lost.seq)
    assert synced.settle().converged
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 3"]


def test_there_is_no_such_conflict(synced: World) -> None:
    with pytest.raises(Mistake, match="no conflict 99"):
        take_lost(synced.engine.context, 99)


def test_what_was_deleted_can_be_restored(synced: World) -> None:
    synced.delete("pages", Kind.TASK, "Task 2")
    synced.sync()
    assert bring_back(synced.engine.context, [ident("T2")]) > 0
    assert synced.settle().converged
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert_agrees(synced)


def test_a_section_that_its_user_removed_can_be_restored(synced: World) -> None:
    synced.delete("todos", Kind.GOAL, "Become a lead")
    synced.settle()
    assert synced.titles("todos", Kind.GOAL) == []
    bring_back(synced.engine.context, [ident("G1")])
    assert synced.settle().converged
    assert synced.titles("todos", Kind.GOAL) == ["Become a lead"]
    assert_agrees(synced)


def test_restoring_what_never_was_is_a_mistake(synced: World) -> None:
    with pytest.raises(Mistake, match="no Nobody"):
        bring_back(synced.engine.context, [ident("Nobody")])


def test_setting_what_is_set_already_is_no_change(synced: World) -> None:
    rows = len(synced.store.history.rows())
    set_field(synced.engine.context, ident("G1"), "status", GoalStatus.ACTIVE, "you")
    assert len(synced.store.history.rows()) == rows
    assert synced.sync().writes == 0


def test_setting_a_field_of_nothing_is_a_mistake(synced: World) -> None:
    with pytest.raises(Mistake, match="no Nobody"):
        set_field(synced.engine.context, ident("Nobody"), "title", "x", "you")
