"""What deleting tasks and goals does in Todoist, and how goals come back."""

import dataclasses

import pytest

from syncd.errors import TryLater
from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from syncd_todoist.sandbox.app import TodoistSandbox
from syncd_todoist.sandbox.user import TodoistUser
from tests.connectors.syncd_todoist.harness import TodoistHarness


def test_deleting_a_task_keeps_the_sub_tasks_that_are_not_deleted(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    goal = todoist.goal("Goal")
    top = todoist.task("Top", goal=goal.id)
    middle = todoist.task("Middle", goal=goal.id, parent=top.id)
    todoist.task("Bottom", goal=goal.id, parent=middle.id)
    person.add(Kind.TASK, "By hand", parent="Top")
    outcomes = todoist.connector.write([todoist.deletion(top), todoist.deletion(middle)])
    assert outcomes == [None, None]
    assert set(person.titles(Kind.TASK)) == {"Bottom", "By hand"}
    for title in ("Bottom", "By hand"):
        shown = person.shows(Kind.TASK, title)
        assert (shown["goal"], shown["parent"]) == ("Goal", None)


def test_removing_a_goal_archives_its_section_and_keeps_its_tasks(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    goal = todoist.goal("Goal")
    parent = todoist.task("Kept", goal=goal.id)
    todoist.task("Below", goal=goal.id, parent=parent.id)
    assert todoist.delete(goal) is None
    assert todoist.raw(goal.id)["is_archived"] is True
    assert person.shows(Kind.TASK, "Kept")["done"] is False
    assert person.shows(Kind.TASK, "Below")["parent"] == "Kept"
    assert "section_delete" not in {command["type"] for command in todoist.sent()}


def test_a_sub_task_that_cannot_be_kept_keeps_its_parent(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    top = todoist.task("Top")
    person.add(Kind.TASK, "By hand", parent="Top")
    todoist.server.faults.append(
        Fault(act="status", status=200, body="item_move", reply={"sync_token": "*"}, times=0)
    )
    assert isinstance(todoist.delete(top), TryLater)
    assert set(person.titles(Kind.TASK)) == {"Top", "By hand"}


def test_a_goal_comes_back_out_of_the_archive(todoist: TodoistHarness) -> None:
    goal = todoist.goal("Goal")
    assert todoist.delete(goal) is None
    write = todoist.new_write(Kind.GOAL, "Goal, again")
    again = todoist.made(dataclasses.replace(write, seen=todoist.deletion(goal).seen))
    assert (again.id, again.fields["title"]) == (goal.id, "Goal, again")


def test_a_section_that_cannot_be_archived_is_left_empty(
    todoist: TodoistHarness, sandbox: TodoistSandbox, person: TodoistUser
) -> None:
    sandbox.switches.lacks = frozenset({"section_archive", "section_unarchive"})
    goal = todoist.goal("Goal")
    todoist.task("Kept", goal=goal.id)
    assert todoist.delete(goal) is None
    assert person.shows(Kind.TASK, "Kept")["goal"] is None
    assert todoist.raw(goal.id)["is_deleted"] is False
    write = todoist.new_write(Kind.GOAL, "Goal, again")
    again = todoist.made(dataclasses.replace(write, seen=todoist.deletion(goal).seen))
    assert (again.id, person.titles(Kind.GOAL)) == (goal.id, ["Goal, again"])


def test_a_section_that_cannot_be_unarchived_is_made_anew(
    todoist: TodoistHarness, sandbox: TodoistSandbox, person: TodoistUser
) -> None:
    sandbox.switches.lacks = frozenset({"section_unarchive"})
    goal = todoist.goal("Goal")
    assert todoist.delete(goal) is None
    write = todoist.new_write(Kind.GOAL, "Goal")
    again = todoist.made(dataclasses.replace(write, seen=todoist.deletion(goal).seen))
    assert again.id != goal.id
    assert person.titles(Kind.GOAL) == ["Goal"]


@pytest.mark.parametrize("repeats", [True, False])
def test_a_goal_whose_section_was_deleted_gets_a_new_one(
    todoist: TodoistHarness, sandbox: TodoistSandbox, person: TodoistUser, repeats: bool
) -> None:
    sandbox.switches.repeats_mapping = repeats
    goal = todoist.goal("Goal")
    person.delete(Kind.GOAL, "Goal")
    write = todoist.new_write(Kind.GOAL, "Goal")
    write = dataclasses.replace(write, seen=todoist.deletion(goal).seen)
    again = todoist.made(write)
    assert again.id != goal.id
    assert todoist.made(write).id == again.id
    assert person.titles(Kind.GOAL) == ["Goal"]
