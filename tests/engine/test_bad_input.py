"""Bad input gets a sentence and is left alone; everything else goes on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from syncd.errors import SkipItem
from syncd.model.entities import Kind, Task
from syncd.model.ids import RemoteId, ToolName
from syncd.model.remote import Write
from syncd.model.schema import Fields
from syncd.model.values import Value
from tests.engine.checks import assert_agrees
from tests.engine.world import World, sample

NO_DATE = "'Someday' is no date that syncd can read: give a day such as 2026-12-01"


def spoil(world: World, title: str = "Task 1", name: str = "due") -> None:
    pages = world.services["pages"]
    pages.spoil(pages.titled(Kind.TASK, title), name, NO_DATE)


def refuse(world: World, tool: str, title: str) -> list[Write]:
    """Have a tool refuse everything with this title; return how often it was asked."""
    asked: list[Write] = []

    def before(write: Write) -> None:
        if write.fields.get("title") == title:
            asked.append(write)
            raise SkipItem(f"'{title}' is not allowed here: rename it.")

    world.services[tool].faults.before = before
    return asked


@pytest.mark.parametrize("tool", ["pages", "todos"])
def test_one_item_that_is_refused_stops_no_other(world: World, tool: str) -> None:
    refuse(world, tool, "Task 2")
    world.plan(*sample(world))
    report = world.sync()
    assert world.titles(tool, Kind.TASK) == ["Task 1", "Task 3"]
    assert [one for one in report.problems if "is not allowed here" in one]
    assert not report.converged


@pytest.mark.parametrize("tool", ["pages", "todos"])
def test_what_was_refused_is_not_sent_again_until_it_changes(world: World, tool: str) -> None:
    asked = refuse(world, tool, "Task 2")
    world.plan(*sample(world))
    for _ in range(3):
        world.sync()
    before = len(asked)
    for _ in range(3):
        world.sync()
    assert len(asked) == before
    task = world.entity(Kind.TASK, "Task 2")
    world.plan(replace(task, title="Task two"))
    assert world.settle().converged
    assert "Task two" in world.titles(tool, Kind.TASK)
    assert_agrees(world)


def test_a_refused_change_leaves_the_tool_as_it_is(synced: World) -> None:
    asked = refuse(synced, "todos", "Not here")
    synced.edit("pages", Kind.TASK, "Task 1", title="Not here")
    synced.sync()
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.titles("pages", Kind.TASK)[0] == "Not here"
    synced.edit("pages", Kind.TASK, "Not here", milestone=None)
    synced.sync()
    assert len(asked) == 1


def test_a_field_that_cannot_be_read_keeps_its_last_good_value_and_the_rest_syncs(
    synced: World,
) -> None:
    spoil(synced)
    synced.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    report = synced.sync()
    assert report.problems == [f"pages, 'Renamed', due: {NO_DATE}"]
    assert synced.shows("todos", Kind.TASK, "Renamed")["due"] == date(2026, 6, 1)
    assert synced.entity(Kind.TASK, "Renamed").due == date(2026, 6, 1)


def test_what_cannot_be_read_is_not_overwritten(synced: World) -> None:
    spoil(synced)
    for _ in range(2):
        assert synced.sync().writes == 0
    assert "due" not in synced.shows("pages", Kind.TASK, "Task 1")


def test_what_was_mended_is_read_and_no_longer_told(synced: World) -> None:
    spoil(synced)
    assert synced.sync().problems
    synced.edit("pages", Kind.TASK, "Task 1", due=date(2026, 12, 1))
    report = synced.sync()
    assert (report.problems, report.converged) == ([], True)
    assert synced.shows("todos", Kind.TASK, "Task 1")["due"] == date(2026, 12, 1)


def test_a_new_item_with_a_field_that_cannot_be_read_is_taken_in_without_it(
    synced: World,
) -> None:
    pages = synced.services["pages"]
    pages.add(Kind.TASK, "Added", priority=2)
    spoil(synced, "Added")
    report = synced.sync()
    assert any(NO_DATE in one for one in report.problems)
    assert synced.shows("todos", Kind.TASK, "Added")["priority"] == 2


def test_a_value_given_elsewhere_takes_the_place_of_what_cannot_be_read(synced: World) -> None:
    spoil(synced)
    synced.sync()
    synced.edit("todos", Kind.TASK, "Task 1", due=date(2026, 7, 7))
    synced.settle()
    assert synced.shows("pages", Kind.TASK, "Task 1")["due"] == date(2026, 7, 7)
    assert synced.settle().problems == []


def pause(world: World, name: str = "due") -> dict[RemoteId, Value]:
    """Retype a property: it is neither read nor written until that is undone."""
    pages = world.services["pages"]
    pages.paused[Kind.TASK] = frozenset({name})
    pages.problems[:] = [f"'{name}' of tasks has another type now: change it back."]
    values = {}
    for item in [it for it in pages.items.values() if it.kind is Kind.TASK]:
        values[item.id] = item.fields[name]
        kept = {key: value for key, value in item.fields.items() if key != name}
        pages.items[item.id] = replace(item, fields=kept)
    return values


def resume(world: World, values: Mapping[RemoteId, Value], name: str = "due") -> None:
    pages = world.services["pages"]
    pages.paused.clear()
    pages.problems.clear()
    for remote, value in values.items():
        item = pages.items[remote]
        pages.items[remote] = replace(item, fields={**item.fields, name: value})


def test_a_retyped_property_pauses_its_field_with_a_sentence(synced: World) -> None:
    pause(synced)
    report = synced.sync()
    assert report.problems == ["'due' of tasks has another type now: change it back."]
    assert report.writes == 0
    assert synced.entity(Kind.TASK, "Task 1").due == date(2026, 6, 1)


def test_a_paused_field_is_not_written_and_the_others_are(synced: World) -> None:
    pause(synced)
    synced.edit("todos", Kind.TASK, "Task 1", due=date(2026, 7, 7), priority=1)
    synced.sync()
    shown = synced.shows("pages", Kind.TASK, "Task 1")
    assert shown["priority"] == 1
    assert "due" not in shown


def test_what_is_made_meanwhile_is_made_without_the_paused_field(synced: World) -> None:
    pause(synced)
    synced.services["todos"].add(Kind.TASK, "Added", due=date(2026, 7, 7))
    synced.sync()
    (write,) = (
        one for one in synced.services["pages"].log if one.fields.get("title") == "Added"
    )
    assert "due" not in write.fields


def test_a_field_that_is_back_catches_up(synced: World) -> None:
    values = pause(synced)
    synced.edit("todos", Kind.TASK, "Task 1", due=date(2026, 7, 7))
    synced.sync()
    resume(synced, values)
    report = synced.settle()
    assert (report.problems, report.converged) == ([], True)
    assert synced.shows("pages", Kind.TASK, "Task 1")["due"] == date(2026, 7, 7)
    assert_agrees(synced)


def test_a_column_that_comes_back_empty_takes_no_values_away(synced: World) -> None:
    values = pause(synced)
    synced.sync()
    resume(synced, dict.fromkeys(values))
    assert synced.settle().converged
    assert synced.shows("pages", Kind.TASK, "Task 1")["due"] == date(2026, 6, 1)
    assert synced.shows("todos", Kind.TASK, "Task 1")["due"] == date(2026, 6, 1)


def test_what_a_tool_cannot_hold_is_shortened_there_and_kept_whole_in_the_plan(
    synced: World,
) -> None:
    long = "x" * 600
    synced.edit("pages", Kind.TASK, "Task 1", title=long)
    assert synced.sync().converged
    assert len(synced.titles("todos", Kind.TASK)[-1]) == 500
    assert synced.entity(Kind.TASK, long).title == long
    assert synced.shows("pages", Kind.TASK, long)["title"] == long
    assert synced.sync().writes == 0


def test_what_a_tool_stores_otherwise_than_it_was_asked_is_no_tug_of_war(synced: World) -> None:
    def shout(kind: Kind, fields: Fields) -> Fields:
        return (
            {**fields, "title": str(fields["title"]).upper()} if "title" in fields else fields
        )

    synced.services["todos"].faults.normalise = shout
    synced.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    assert synced.sync().converged
    assert synced.titles("todos", Kind.TASK)[0] == "RENAMED"
    assert synced.sync().writes == 0
    synced.engine.check_everything()
    assert synced.sync().writes == 0
    assert synced.entity(Kind.TASK, "Renamed")


def test_an_edit_of_what_was_stored_otherwise_is_an_edit(synced: World) -> None:
    test_what_a_tool_stores_otherwise_than_it_was_asked_is_no_tug_of_war(synced)
    synced.services["todos"].faults.normalise = None
    synced.edit("todos", Kind.TASK, "RENAMED", title="Quietly")
    synced.sync()
    assert synced.titles("pages", Kind.TASK)[0] == "Quietly"
    synced.edit("pages", Kind.TASK, "Quietly", title="Renamed")
    synced.sync()
    assert synced.titles("todos", Kind.TASK)[0] == "Renamed"


def test_what_a_person_keeps_beside_an_item_survives_its_writes(synced: World) -> None:
    todos = synced.services["todos"]
    todos.foreign[synced.remote("todos", Kind.TASK, "Task 1")] = {"comment": "mine"}
    synced.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    synced.sync()
    assert todos.foreign[synced.remote("todos", Kind.TASK, "Renamed")] == {"comment": "mine"}


def test_a_task_that_repeats_in_the_tool_is_recorded_once_for_each_time(synced: World) -> None:
    todos = synced.services["todos"]
    remote = synced.remote("todos", Kind.TASK, "Task 1")
    todos.complete(remote, date(2026, 6, 8))
    synced.sync()
    synced.sync()
    (row,) = (one for one in synced.store.history.rows() if one.field == "occurrence")
    assert (row.before, row.after, row.by) == (date(2026, 6, 1), date(2026, 6, 8), "todos")
    task = synced.entity(Kind.TASK, "Task 1")
    assert (task.done, task.due) == (False, date(2026, 6, 8))
    assert synced.shows("pages", Kind.TASK, "Task 1")["due"] == date(2026, 6, 8)


def test_unticking_is_no_new_task(synced: World) -> None:
    synced.edit("todos", Kind.TASK, "Task 1", done=True)
    synced.sync()
    synced.edit("pages", Kind.TASK, "Task 1", done=False)
    assert synced.settle().converged
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.shows("todos", Kind.TASK, "Task 1")["done"] is False


def test_a_repeated_task_that_is_ticked_yields_one_next_one() -> None:
    world = World()
    first = sample(world)[3]
    assert isinstance(first, Task)
    task = replace(first, goal=None, milestone=None, recurrence="FREQ=WEEKLY")
    world.plan(task)
    world.settle()
    world.edit("todos", Kind.TASK, "Task 1", done=True)
    world.edit("pages", Kind.TASK, "Task 1", done=True)
    assert world.settle().converged
    dues = sorted(str(it.fields["due"]) for it in world.services["todos"].items.values())
    assert dues == ["2026-06-01", "2026-06-08"]
    assert world.store.tools.waiting(ToolName("todos")) == 0
