"""What one act in Notion does elsewhere, and what a person does."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd_notion.sandbox.errors import NotionRefusal
from syncd_notion.sandbox.rich_text import run_of
from syncd_notion.sandbox.schema import ELSEWHERE
from tests.connectors.syncd_notion.caller import NOWHERE, Caller, named, text, titles
from tests.connectors.syncd_notion.desk import Desk

STATE: dict[str, Any] = {"State": {"status": {}}}


def chosen(row: Any, name: str) -> str | None:
    value = row["properties"][name][row["properties"][name]["type"]]
    shown: str | None = value and value["name"]
    return shown


# Status and options.


def test_a_new_row_has_the_default_status(it: Caller) -> None:
    _, source = it.database(STATE, "Goals")
    assert chosen(it.row(source, {"Name": named("a")}), "State") == "Not started"
    it.sandbox.person.add(Kind.GOAL, "By hand")
    assert {chosen(row, "State") for row in it.query(source)["results"]} == {"Not started"}
    done = {"property": "State", "status": {"equals": "Not started"}}
    assert len(it.query(source, filter=done)["results"]) == 2


def test_rows_that_were_there_get_the_default_of_a_new_status(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    it.row(source, {"Name": named("a")})
    it.call("PATCH", f"/data_sources/{source}", {"properties": STATE})
    (row,) = it.query(source)["results"]
    assert chosen(row, "State") == "Not started"


def test_a_row_whose_status_was_deleted_has_the_default(it: Caller) -> None:
    _, source = it.database(
        {**STATE, "Choice": {"select": {"options": [{"name": "x"}]}}}, "Goals"
    )
    given = {"State": {"status": {"name": "Done"}}, "Choice": {"select": {"name": "x"}}}
    it.row(source, given)
    it.sandbox.person.delete_option(Kind.GOAL, "State", "Done")
    it.sandbox.person.delete_option(Kind.GOAL, "Choice", "x")
    (row,) = it.query(source)["results"]
    assert (chosen(row, "State"), chosen(row, "Choice")) == ("Not started", None)


@pytest.mark.parametrize("by", ["hand", "id"])
def test_a_renamed_option_keeps_its_id_and_its_rows(it: Caller, by: str) -> None:
    _, source = it.database({"Choice": {"select": {"options": [{"name": "One"}]}}}, "Goals")
    before = chosen_option(it.row(source, {"Choice": {"select": {"name": "One"}}}))
    if by == "hand":
        it.sandbox.person.rename_option(Kind.GOAL, "Choice", "One", "Uno")
    else:
        options = [{"id": before["id"], "name": "Uno"}, {"name": "Two"}]
        changed = {"properties": {"Choice": {"select": {"options": options}}}}
        it.call("PATCH", f"/data_sources/{source}", changed)
    (row,) = it.query(source)["results"]
    assert chosen_option(row) == {**before, "name": "Uno"}
    with pytest.raises(KeyError):
        it.sandbox.person.rename_option(Kind.GOAL, "Choice", "One", "Eins")


def chosen_option(row: Any) -> Any:
    return row["properties"]["Choice"]["select"]


# Names of properties.


def test_two_properties_cannot_have_one_name(it: Caller) -> None:
    _, source = it.database({"One": {"number": {}}, "Two": {"number": {}}}, "Goals")
    path = f"/data_sources/{source}"
    status, code, why = it.refused("PATCH", path, {"properties": {"One": {"name": "Two"}}})
    assert (status, code) == (400, "validation_error")
    assert "Two" in why
    for change in (
        {"One": {"name": "One"}},
        {"One": {"name": "Other"}},
        {"Two": {"name": "One"}},
    ):
        it.call("PATCH", path, {"properties": change})
    assert set(it.call("GET", path)["properties"]) == {"Name", "Other", "One"}
    with pytest.raises(NotionRefusal):
        it.sandbox.person.rename_property(Kind.GOAL, "Other", "One")
    with pytest.raises(NotionRefusal):
        it.sandbox.person.add_property(Kind.GOAL, "One", "number")


def test_a_property_that_comes_back_to_a_taken_name_gets_another(it: Caller) -> None:
    _, source = it.database({"One": {"number": {}}}, "Goals")
    it.sandbox.person.delete_property(Kind.GOAL, "One")
    it.sandbox.person.add_property(Kind.GOAL, "One", "number")
    it.sandbox.person.restore_property(Kind.GOAL, "One")
    names = set(it.call("GET", f"/data_sources/{source}")["properties"])
    assert names == {"Name", "One", "One (1)"}


@pytest.mark.parametrize("notion_type", sorted(ELSEWHERE))
def test_a_person_has_properties_of_any_type_and_none_of_these_is_written(
    it: Caller, notion_type: str
) -> None:
    _, source = it.database({}, "Goals")
    it.sandbox.person.add_property(Kind.GOAL, "Own", notion_type)
    assert it.call("GET", f"/data_sources/{source}")["properties"]["Own"]["type"] == notion_type
    row = it.row(source, {"Name": named("a")})
    shown = row["properties"]["Own"]
    assert shown["type"] == notion_type
    assert notion_type in shown
    body: dict[str, Any] = {"properties": {"Own": {notion_type: {}}}}
    assert it.refused("PATCH", f"/pages/{row['id']}", body)[0] == 400


def test_titles_are_sorted_with_their_numbers(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    for name in ("Week 10", "week 9", "Week 1", "9 lives", "Weekend"):
        it.row(source, {"Name": named(name)})
    sorts = [{"property": "Name", "direction": "ascending"}]
    expected = ["9 lives", "Week 1", "week 9", "Week 10", "Weekend"]
    assert titles(it.query(source, sorts=sorts)) == expected


# Relations.


@pytest.fixture
def related(it: Caller) -> tuple[str, str, str]:
    """Give two data sources, the second with a relation to the first, and a row there."""
    _, goals = it.database({}, "Goals")
    goal = {"relation": {"data_source_id": goals, "single_property": {}}}
    _, tasks = it.database({"Goal": goal}, "Tasks")
    return goals, tasks, it.row(goals, {"Name": named("g")})["id"]


@pytest.mark.parametrize("gone", ["trashed", "missing"])
@pytest.mark.parametrize("how", ["refused", "taken"])
def test_a_relation_to_a_page_that_is_gone(
    it: Caller, related: tuple[str, str, str], how: str, gone: str
) -> None:
    it.sandbox.switches.relates_to_gone = how
    _, tasks, goal = related
    page = goal if gone == "trashed" else NOWHERE
    if gone == "trashed":
        it.call("PATCH", f"/pages/{goal}", {"in_trash": True})
    body = {
        "parent": {"data_source_id": tasks},
        "properties": {"Goal": {"relation": [{"id": page}]}},
    }
    if how == "refused":
        status, code, why = it.refused("POST", "/pages", body)
        assert (status, code) == (404, "object_not_found")
        assert f"page with ID: {page}" in why
        assert it.query(tasks)["results"] == [], "nothing is half done"
    else:
        made = it.call("POST", "/pages", body)["properties"]["Goal"]["relation"]
        assert made == ([{"id": goal}] if gone == "trashed" else [])


@pytest.mark.parametrize("shows", [True, False])
def test_a_relation_may_hide_what_is_in_the_trash(
    it: Caller, related: tuple[str, str, str], shows: bool
) -> None:
    it.sandbox.switches.shows_trashed = shows
    _, tasks, goal = related
    row = it.row(tasks, {"Goal": {"relation": [{"id": goal}]}})["id"]
    it.call("PATCH", f"/pages/{goal}", {"in_trash": True})
    shown = it.call("GET", f"/pages/{row}")["properties"]["Goal"]["relation"]
    assert shown == ([{"id": goal}] if shows else [])
    it.call("PATCH", f"/pages/{goal}", {"in_trash": False})
    shown = it.call("GET", f"/pages/{row}")["properties"]["Goal"]["relation"]
    assert shown == [{"id": goal}]


# Trash, archive and moves.


def test_filters_tell_trashed_and_archived_rows_apart_from_live_ones(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    for name in ("live", "trashed", "archived"):
        it.row(source, {"Name": named(name)})
    it.sandbox.person.delete(Kind.GOAL, "trashed")
    it.sandbox.person.archive(Kind.GOAL, "archived")
    search = {"filter": {"property": "object", "value": "page"}}
    for asked, expected in (
        ({}, ["live"]),
        ({"in_trash": False}, ["live"]),
        ({"in_trash": True}, ["trashed"]),
        ({"is_archived": True}, ["archived"]),
    ):
        assert titles(it.query(source, **asked)) == expected, asked
        found = it.call("POST", "/search", {**search, **asked})["results"]
        assert [it["id"] for it in found if "Name" in it["properties"]] == [
            it["id"] for it in it_rows(it, source, expected)
        ]
    it.sandbox.person.archive(Kind.GOAL, "archived", archived=False)
    it.sandbox.person.restore("trashed")
    assert sorted(titles(it.query(source))) == ["archived", "live", "trashed"]
    acts: list[Callable[[], None]] = [
        lambda: it.sandbox.person.restore("x"),
        lambda: it.sandbox.person.archive(Kind.GOAL, "x"),
    ]
    for act in acts:
        with pytest.raises(KeyError):
            act()
    body = {"in_trash": "yes"}
    assert it.refused("POST", f"/data_sources/{source}/query", body)[0] == 400


def it_rows(it: Caller, source: str, names: list[str]) -> list[Any]:
    pages = it.sandbox.workspace.pages.values()
    return [
        {"id": page.id}
        for page in pages
        if page.parent == source and page.values["title"][0]["plain_text"] in names
    ]


def test_a_trashed_database_takes_its_rows_along_and_brings_them_back(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    row = it.row(source, {"Name": named("a")})["id"]
    it.sandbox.person.trash_database(Kind.GOAL)
    assert it.call("GET", f"/pages/{row}")["in_trash"] is True
    it.sandbox.person.restore_database(Kind.GOAL)
    assert it.call("GET", f"/pages/{row}")["in_trash"] is False
    assert titles(it.query(source)) == ["a"]
    with pytest.raises(KeyError):
        it.sandbox.person.restore_database(Kind.GOAL)


COLUMNS: dict[str, Any] = {
    "Text": {"rich_text": {}},
    "Choice": {"select": {"options": [{"name": "One"}]}},
    "Many": {"multi_select": {"options": [{"name": "x"}, {"name": "y"}]}},
    "Kind": {"number": {}},
}


@pytest.mark.parametrize("by", ["hand", "api"])
def test_a_page_moved_to_another_database_takes_what_has_a_place_there(
    it: Caller, by: str
) -> None:
    _, source = it.database({**COLUMNS, **STATE}, "Goals")
    there = {**COLUMNS, "Many": {"multi_select": {"options": [{"name": "y"}]}}}
    _, other = it.database(
        {**there, "Kind": {"rich_text": {}}, "State": {"status": {}}}, "Tasks"
    )
    values = {
        "Name": named("a"),
        "Text": {"rich_text": [text("words")]},
        "Choice": {"select": {"name": "One"}},
        "Many": {"multi_select": [{"name": "x"}, {"name": "y"}]},
        "Kind": {"number": 3},
        "State": {"status": {"name": "Done"}},
    }
    row = it.row(source, values)["id"]
    if by == "hand":
        it.sandbox.person.move_to(Kind.GOAL, "a", Kind.TASK)
    else:
        moved = it.call("POST", f"/pages/{row}/move", {"parent": {"data_source_id": other}})
        assert moved["parent"]["data_source_id"] == other
    assert titles(it.query(source)) == []
    (shown,) = it.query(other)["results"]
    assert (shown["id"], shown["parent"]["data_source_id"]) == (row, other)
    assert shown["properties"]["Text"]["rich_text"][0]["plain_text"] == "words"
    assert (chosen(shown, "Choice"), chosen(shown, "State")) == ("One", "Done")
    assert [it["name"] for it in shown["properties"]["Many"]["multi_select"]] == ["y"]
    assert shown["properties"]["Kind"]["rich_text"] == []
    it.call("POST", f"/pages/{row}/move", {"parent": {"data_source_id": source}})
    assert it.call("GET", f"/pages/{row}")["properties"]["Kind"]["number"] == 3


def test_moves_that_make_no_sense_are_refused(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    row = it.row(source, {"Name": named("a")})["id"]
    path = f"/pages/{row}/move"
    assert it.refused("POST", path, {})[0] == 400
    assert it.refused("POST", path, {"parent": {"page_id": row}})[0] == 400
    assert it.refused("POST", path, {"parent": {"page_id": NOWHERE}})[0] == 404
    below = {"parent": {"page_id": it.sandbox.parent_page}}
    assert it.call("POST", path, below)["parent"]["type"] == "page_id"
    it.call("PATCH", f"/pages/{row}", {"in_trash": True})
    assert it.refused("POST", path, below)[0] == 400


# What a person does.


def test_a_person_relates_ends_copies_and_moves(desk: Desk) -> None:
    person = desk.person
    for title in ("One", "Two"):
        person.add(Kind.GOAL, title)
    person.add(Kind.TASK, "Read", due=date(2026, 6, 1), goal="One", labels=frozenset({"a"}))
    person.relate(Kind.TASK, "Read", "goal", "Two")
    due = person.prop(Kind.TASK, "Due").id
    goal = person.prop(Kind.TASK, "Goal").id
    page = person.page(Kind.TASK, "Read")
    assert len(page.values[goal]) == 2
    person.set_end(Kind.TASK, "Read", "due", date(2026, 6, 3))
    assert page.values[due] == {"start": "2026-06-01", "end": "2026-06-03"}
    person.set_end(Kind.TASK, "Read", "due", None)
    assert page.values[due]["end"] is None
    with pytest.raises(KeyError):
        person.set_end(Kind.GOAL, "One", "due", date(2026, 6, 3))
    person.put(Kind.TASK, "Read", "Sync ID", [run_of("01ARZ")])
    before = page.created
    desk.clock.advance(minutes=5)
    copy = person.duplicate(Kind.TASK, "Read")
    assert person.ids(Kind.TASK, "Read") == [copy, page.id]
    made = person.page(Kind.TASK, copy)
    assert made.values == page.values
    assert (made.created - before, made.edited) == (timedelta(minutes=5), made.created)
    person.edit(Kind.TASK, copy, "title", "Read again")
    after = person.copy_and_delete(Kind.TASK, "Read")
    assert person.ids(Kind.TASK, "Read") == [after]
    person.move_to(Kind.TASK, "Read", Kind.MILESTONE)
    assert person.titles(Kind.MILESTONE) == ["Read"]
