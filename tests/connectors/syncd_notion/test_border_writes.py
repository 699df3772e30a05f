"""The answer to a write tells of that write, or nobody knows what became of it."""

import dataclasses
from typing import Any

import pytest

from syncd.errors import Gone, SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import PAGE_CONTENT, Remote
from tests.connectors.syncd_notion.desk import Desk
from tests.connectors.syncd_notion.hostile import (
    ADVICE,
    GONE,
    NO_PAGES,
    blocks,
    database,
    listed,
    page,
    says,
    source,
    spoilt,
)

SPOILT: dict[str, tuple[str, Any]] = {
    "no id": ("id", GONE),
    "an id of a number": ("id", 5),
    "no properties": ("properties", GONE),
    "properties of a list": ("properties", []),
    "a parent of null": ("parent", None),
    "trash of a text": ("in_trash", "false"),
    "a time of a number": ("last_edited_time", 5),
    "a mark of a text": ("properties/Sync ID/rich_text", "x"),
}
NO_ROWS: dict[str, Any] = {
    "nothing": {},
    "null": None,
    "a list": [],
    "a text": "text",
    "a listing": listed(),
    "a property": {"object": "property_item", "id": 5},
}


def nonsense(table: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("wrong", table.values(), ids=table.keys())


def done_and(desk: Desk, method: str, path: str, reply: Any) -> None:
    """Have writes done and answered by this."""
    says(desk, path, reply, method, act="status-after")


def other_page(desk: Desk, wrong: Any) -> Any:
    """Return a page of another goal, spoilt where ``wrong`` says so."""
    other = page(desk, desk.create(Kind.GOAL, "Run 10 km").id)
    return spoilt(other, *wrong) if isinstance(wrong, tuple) else wrong


@nonsense(SPOILT | NO_ROWS)
def test_a_row_that_was_made_and_not_told_of_is_looked_for(desk: Desk, wrong: Any) -> None:
    write = desk.new_write(Kind.GOAL, "Learn SQL")
    done_and(desk, "POST", "/v1/pages", other_page(desk, wrong))
    assert isinstance(desk.do(write), Unclear)
    desk.heal()
    found = desk.connector.find(write)
    assert found is not None
    assert found.fields == write.fields


@nonsense(
    {
        "another row": lambda desk, row: row,
        "in the trash": lambda desk, row: spoilt(row, "in_trash", True),
        "elsewhere": lambda desk, row: spoilt(row, "parent", {"workspace": True}),
    }
)
def test_a_row_that_can_not_be_the_one_that_was_made_is_not_taken_for_it(
    desk: Desk, wrong: Any
) -> None:
    row = page(desk, desk.create(Kind.GOAL, "Run 10 km").id)
    done_and(desk, "POST", "/v1/pages", wrong(desk, row))
    assert isinstance(desk.do(desk.new_write(Kind.GOAL, "Learn SQL")), Unclear)


@nonsense(SPOILT | NO_ROWS | {"another row": None})
def test_a_change_that_is_not_told_of_is_looked_at_before_it_is_made_again(
    desk: Desk, wrong: Any
) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    row = page(desk, made.id)
    reply = (
        spoilt(row, *wrong)
        if isinstance(wrong, tuple)
        else wrong or other_page(desk, ("url", ""))
    )
    done_and(desk, "PATCH", "/v1/pages/.*", reply)
    assert isinstance(desk.update(made, current=50.0), Unclear)
    desk.heal()
    assert desk.connector.read(Kind.GOAL, made.id).fields["current"] == 50.0


@nonsense(
    SPOILT | NO_ROWS | {"not in the trash": ("in_trash", False), "not told": ("in_trash", GONE)}
)
def test_a_removal_that_is_not_told_of_is_unclear(desk: Desk, wrong: Any) -> None:
    if wrong == SPOILT["a mark of a text"]:
        return  # whose row it was is known by its id
    made = desk.create(Kind.GOAL, "Learn SQL")
    reply = spoilt(page(desk, made.id), "in_trash", True)
    done_and(
        desk,
        "PATCH",
        "/v1/pages/.*",
        spoilt(reply, *wrong) if isinstance(wrong, tuple) else wrong,
    )
    assert isinstance(desk.delete(made), Unclear)
    desk.heal()
    with pytest.raises(Gone):
        desk.connector.read(Kind.GOAL, made.id)


@nonsense(SPOILT | NO_ROWS)
def test_a_row_that_comes_back_and_is_not_told_of_is_looked_for(desk: Desk, wrong: Any) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.delete(made)
    write = dataclasses.replace(
        desk.new_write(Kind.GOAL, "Learn SQL after all"), seen=desk.new_update(made).seen
    )
    row = spoilt(page(desk, made.id), "in_trash", False)
    done_and(
        desk,
        "PATCH",
        "/v1/pages/.*",
        spoilt(row, *wrong) if isinstance(wrong, tuple) else wrong,
    )
    assert isinstance(desk.do(write), Unclear)
    desk.heal()
    assert len(desk.connector.pull(None).items) == 1


def test_a_value_in_the_answer_that_is_none_is_that_field_s_problem(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    row = spoilt(page(desk, made.id), "properties/Target/number", "x")
    done_and(desk, "PATCH", "/v1/pages/.*", row)
    after = desk.update(made, current=50.0)
    assert isinstance(after, Remote)
    assert set(after.problems) == {"target"}


@pytest.mark.parametrize("status", [400, 404, 418, 503])
def test_a_row_that_was_made_and_whose_relations_are_not_told_is_looked_for(
    desk: Desk, status: int
) -> None:
    goals = frozenset(desk.create(Kind.GOAL, f"Goal {number}").id for number in range(26))
    write = desk.new_write(Kind.SKILL, "Analysis", goals=goals)
    code = "object_not_found" if status == 404 else "validation_error"
    reply = {"object": "error", "status": status, "code": code, "message": "No."}
    says(desk, "/v1/pages/.*/properties/.*", reply, status=status)
    assert isinstance(desk.do(write), Unclear)
    desk.heal()
    assert desk.made(write).fields["goals"] == goals
    assert desk.person.titles(Kind.SKILL) == ["Analysis"]


# The pages of reviews.

WEEK, WELL, WAY = "Week 47", "What went well?", "What got in the way?"
ASKED = ((WELL, "The talk."), (WAY, ""))


def review(desk: Desk) -> Remote:
    return desk.create(Kind.REVIEW, WEEK, answers=ASKED, **{PAGE_CONTENT: ()})


BLOCKS: dict[str, tuple[str, Any]] = {
    "no id": ("id", GONE),
    "an id of a number": ("id", 5),
    "no type": ("type", GONE),
    "a type of a list": ("type", []),
    "trash of a text": ("in_trash", "false"),
    "children of a text": ("has_children", "true"),
    "another sort": ("object", "page"),
    "no content": ("paragraph", GONE),
    "content of null": ("paragraph", None),
    "a text of null": ("paragraph/rich_text", None),
    "a text with a hole": ("paragraph/rich_text/0", None),
    "a run of a number": ("paragraph/rich_text/0/plain_text", 5),
}


@nonsense(BLOCKS)
def test_an_answer_that_can_not_be_read_whole_is_neither_shortened_nor_overwritten(
    desk: Desk, wrong: tuple[str, Any]
) -> None:
    made = review(desk)
    there = blocks(desk, made.id)
    there[1] = spoilt(there[1], *wrong)
    desk.clock.advance(minutes=5)
    desk.person.edit(Kind.REVIEW, WEEK, "answers", ((WELL, "All."),))
    says(desk, f"/v1/blocks/{made.id}/.*", listed(*there), "GET")
    (item,) = desk.connector.pull(None).items
    assert "answers" not in item.fields
    assert item.problems["answers"].endswith(ADVICE)
    assert item.fields["title"] == WEEK
    before = desk.person.body(WEEK)
    assert isinstance(desk.update(made, answers=((WELL, "Mine."), (WAY, ""))), SkipItem)
    assert desk.person.body(WEEK) == before


@nonsense(NO_PAGES)
def test_a_page_s_text_that_is_not_told_is_as_it_was(desk: Desk, wrong: Any) -> None:
    made = review(desk)
    cursor = desk.connector.pull(None).cursor
    desk.clock.advance(minutes=5)
    desk.person.edit(Kind.REVIEW, WEEK, "answers", ((WELL, "All."),))
    says(desk, f"/v1/blocks/{made.id}/.*", wrong, "GET")
    (item,) = desk.connector.pull(cursor).items
    assert item.fields["answers"] == ASKED
    assert isinstance(desk.update(made, answers=((WELL, "Mine."), (WAY, ""))), TryLater)


@nonsense({"nothing": {}, "a listing": listed(), "another": {"object": "block", "id": "x"}})
def test_an_answer_that_was_written_and_not_told_of_is_unclear(desk: Desk, wrong: Any) -> None:
    made = review(desk)
    done_and(desk, "PATCH|DELETE", "/v1/blocks/.*", wrong)
    assert isinstance(desk.update(made, answers=((WELL, "More."), (WAY, ""))), Unclear)
    desk.heal()
    answers = desk.connector.read(Kind.REVIEW, made.id).fields["answers"]
    assert isinstance(answers, tuple)
    assert dict(answers)[WELL] == "More."


def test_blocks_that_hold_each_other_without_end_end(desk: Desk) -> None:
    made = review(desk)
    there = [spoilt(it, "has_children", True) for it in blocks(desk, made.id) * 20]
    many = [{**it, "id": f"b{number}"} for number, it in enumerate(there)]
    desk.clock.advance(minutes=5)
    says(desk, "/v1/blocks/.*", listed(*many), "GET")
    (item,) = desk.connector.pull(None).items
    assert item.problems["answers"].endswith("keep answers simple in Notion.")


@nonsense({"null": None, "a text": "x", "a list": ["x"], "no id": {}, "a number": {"id": 5}})
def test_who_edited_a_page_may_be_anything(desk: Desk, wrong: Any) -> None:
    made = review(desk)
    row = page(desk, made.id)
    row |= {"last_edited_by": wrong, "created_by": wrong}
    says(desk, f"/v1/pages/{made.id}", row)
    assert desk.connector.read(Kind.REVIEW, made.id).fields == made.fields


# Databases: none is made in place of one that can't be read.

CONTAINERS: dict[str, tuple[str, str, Any]] = {
    "no title": ("database", "title", GONE),
    "a title of null": ("database", "title", None),
    "a title with a hole": ("database", "title", [None]),
    "no line": ("database", "description", GONE),
    "a line of a number": ("database", "description", [{"plain_text": 5}]),
    "trash of a text": ("database", "in_trash", "true"),
    "no data sources": ("database", "data_sources", GONE),
    "data sources of null": ("database", "data_sources", None),
    "a data source of a number": ("database", "data_sources", [{"id": 5}]),
    "another database": ("database", "id", "x"),
    "a parent of a list": ("database", "parent", []),
    "no properties": ("source", "properties", GONE),
    "no title property": ("source", "properties", {}),
    "a property of null": ("source", "properties/Due", None),
    "a property without id": ("source", "properties/Due/id", GONE),
    "a type of a number": ("source", "properties/Due/type", 5),
    "options of null": ("source", "properties/Status/select/options", None),
    "an option of a text": ("source", "properties/Status/select/options", ["x"]),
    "a name of a number": ("source", "properties/Status/select/options/0/name", 5),
    "a trashed source": ("source", "in_trash", "false"),
    "another source": ("source", "id", "x"),
}


@nonsense(CONTAINERS)
def test_a_database_that_can_not_be_read_does_not_lead_to_a_second_one(
    desk: Desk, wrong: tuple[str, str, Any]
) -> None:
    sort, path, value = wrong
    thing = {"database": database, "source": source}[sort](desk, Kind.GOAL)
    where = {"database": "databases", "source": "data_sources"}[sort]
    desk.restart(remembering=False)
    says(desk, f"/v1/{where}/{thing['id']}", spoilt(thing, path, value), "GET")
    _makes_nothing(desk)


ENTRIES: dict[str, Any] = {
    "null": None,
    "a text": "x",
    "no id": {"object": "block", "type": "child_database", "title": []},
    "an id of a number": {"object": "block", "id": 5, "type": "child_database"},
    "trash of a text": {"object": "block", "id": "x", "type": "x", "in_trash": "no"},
}


@pytest.mark.parametrize("path", ["/v1/blocks/.*", "/v1/search"])
@nonsense(ENTRIES | {f"listing: {name}": [it] for name, it in NO_PAGES.items()})
def test_a_list_of_databases_that_can_not_be_read_does_not_lead_to_second_ones(
    desk: Desk, path: str, wrong: Any
) -> None:
    desk.restart(remembering=False)
    desk.workspace.databases[
        desk.person.source(Kind.GOAL).parent
    ].parent = ""  # by search alone
    says(desk, path, wrong[0] if isinstance(wrong, list) else listed(wrong))
    _makes_nothing(desk)


def _makes_nothing(desk: Desk) -> None:
    for act in (desk.connector.bind, desk.connector.provision, desk.connector.bind):
        with pytest.raises(TryLater):
            act()
    assert len(desk.workspace.databases) == 9
    desk.heal()
    desk.start()
    assert len(desk.workspace.databases) == 9


@nonsense(
    NO_ROWS
    | {
        "no data sources": {"object": "database", "id": "x", "title": [], "description": []},
        "none of them": {"id": "x", "title": [], "description": [], "data_sources": []},
    }
)
def test_a_database_that_was_made_and_not_told_of_is_found(bare: Desk, wrong: Any) -> None:
    done_and(bare, "POST", "/v1/databases", wrong)
    with pytest.raises(Unclear):
        bare.start()
    bare.heal()
    bare.start()
    assert len(bare.workspace.databases) == 9


@nonsense({"nothing": {}, "another": {"object": "data_source", "id": "x", "properties": {}}})
def test_a_column_that_was_added_and_not_told_of_is_found(desk: Desk, wrong: Any) -> None:
    desk.create(Kind.GOAL, "Learn SQL")
    desk.person.delete_property(Kind.GOAL, "Sync ID")
    desk.connector.pull(None)
    done_and(desk, "PATCH", "/v1/data_sources/.*", wrong)
    with pytest.raises(Unclear):
        desk.connector.provision()
    desk.heal()
    columns = len(desk.person.source(Kind.GOAL).props)
    desk.restart()
    desk.start()
    assert len(desk.person.source(Kind.GOAL).props) == columns
