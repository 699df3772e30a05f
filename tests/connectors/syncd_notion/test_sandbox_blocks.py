"""The sandbox keeps the bodies of pages as the service does.

Each fact is from the service's public documentation, its published types or recorded
replies and messages.
"""

from typing import Any

import pytest

from syncd_notion.sandbox.as_read import draft
from tests.connectors.syncd_notion.blocks import (
    BAD,
    append,
    changed,
    ids,
    p,
    page_with,
    refused,
    shown,
    told,
)
from tests.connectors.syncd_notion.caller import NOWHERE, Caller, text

# Making and reading.


def test_a_page_is_made_with_its_body(it: Caller) -> None:
    page = page_with(it, draft("heading_2", "What went well?"), p("Much."))
    assert shown(it, page) == ["What went well?", "Much."]


def test_a_block_is_as_recorded(it: Caller) -> None:
    page = page_with(it, {"paragraph": {"rich_text": []}})
    reply = it.call("GET", f"/blocks/{page}/children")
    (block,) = reply["results"]
    me = it.call("GET", "/users/me")["id"]
    assert {name: reply[name] for name in reply if name not in ("results", "request_id")} == {
        "object": "list",
        "next_cursor": None,
        "has_more": False,
        "type": "block",
        "block": {},
    }
    assert list(block.items()) == [
        ("object", "block"),
        ("id", block["id"]),
        ("parent", {"type": "page_id", "page_id": page}),
        ("created_time", "2026-05-04T08:16:00.000Z"),
        ("last_edited_time", "2026-05-04T08:16:00.000Z"),
        ("created_by", {"object": "user", "id": me}),
        ("last_edited_by", {"object": "user", "id": me}),
        ("has_children", False),
        ("in_trash", False),
        ("type", "paragraph"),
        ("paragraph", {"rich_text": [], "icon": None, "color": "default"}),
    ]
    alone = it.call("GET", f"/blocks/{block['id']}")
    assert {**block, "request_id": alone["request_id"]} == alone


CONTENTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (draft("heading_1", ""), {"is_toggleable": False, "color": "default"}),
    (draft("heading_2", "", color="red"), {"is_toggleable": False, "color": "red"}),
    (draft("heading_3", "", is_toggleable=True), {"is_toggleable": True, "color": "default"}),
    (draft("heading_4", ""), {"is_toggleable": False, "color": "default"}),
    (draft("to_do", ""), {"checked": False, "color": "default"}),
    (draft("to_do", "", checked=True), {"checked": True, "color": "default"}),
    (draft("bulleted_list_item", ""), {"color": "default"}),
    (draft("numbered_list_item", ""), {"color": "default"}),
    (draft("quote", "", color="blue_background"), {"color": "blue_background"}),
    (draft("toggle", ""), {"color": "default"}),
    (
        draft("callout", "", icon={"emoji": "🌱"}),
        {"icon": {"type": "emoji", "emoji": "🌱"}, "color": "default"},
    ),
    (draft("code", "", language="sql"), {"caption": [], "language": "sql"}),
]


@pytest.mark.parametrize(("sent", "kept"), CONTENTS, ids=[it[0]["type"] for it in CONTENTS])
def test_a_block_of_each_type_shows_what_was_not_said_too(
    it: Caller, sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    (block,) = append(it, page_with(it), sent)["results"]
    assert block["type"] == sent["type"]
    assert block[sent["type"]] == {"rich_text": [], **kept}


def test_a_rule_has_no_content(it: Caller) -> None:
    (block,) = append(it, page_with(it), {"type": "divider", "divider": {}})["results"]
    assert block["divider"] == {}


def test_neighbouring_runs_of_one_style_are_one(it: Caller) -> None:
    runs = [text("a" * 2000), text("b"), text("c", bold=True), text("d", bold=True)]
    (block,) = append(it, page_with(it), draft("paragraph", runs))["results"]
    found = [
        (it["plain_text"], it["annotations"]["bold"]) for it in block["paragraph"]["rich_text"]
    ]
    assert found == [("a" * 2000 + "b", False), ("cd", True)]


def test_what_stands_in_a_block_is_listed_one_level_deep(it: Caller) -> None:
    page = page_with(it, p("a", p("b", p("c"))), p("d"))
    assert shown(it, page) == ["a", "d"]
    (outer, last) = ids(it, page)
    assert [it.call("GET", f"/blocks/{one}")["has_children"] for one in (outer, last)] == [
        True,
        False,
    ]
    (inner,) = it.call("GET", f"/blocks/{outer}/children")["results"]
    assert (told(inner), inner["parent"]) == ("b", {"type": "block_id", "block_id": outer})
    assert shown(it, inner["id"]) == ["c"]


def test_a_list_of_blocks_goes_on_at_the_next_block(it: Caller) -> None:
    page = page_with(it, *(p(str(number)) for number in range(5)))
    path = f"/blocks/{page}/children?page_size=2"
    first = it.call("GET", path)
    assert (first["has_more"], first["next_cursor"]) == (True, ids(it, page)[2])
    second = it.call("GET", f"{path}&start_cursor={first['next_cursor']}")
    last = it.call("GET", f"{path}&start_cursor={second['next_cursor']}")
    assert [told(block) for block in last["results"]] == ["4"]
    assert (last["has_more"], last["next_cursor"]) == (False, None)
    it.call("DELETE", f"/blocks/{first['next_cursor']}")
    assert it.refused("GET", f"{path}&start_cursor={first['next_cursor']}")[:2] == BAD


def test_databases_and_pages_stand_in_the_body_where_they_were_made(it: Caller) -> None:
    page = it.sandbox.parent_page
    append(it, page, p("before"))
    database, _ = it.database({})
    append(it, page, p("after"))
    child = it.call("POST", "/pages", {"parent": {"page_id": page}, "children": [p("in")]})
    found = it.call("GET", f"/blocks/{page}/children")["results"]
    kinds = ["paragraph", "child_database", "paragraph", "child_page"]
    assert [block["type"] for block in found] == kinds
    assert [found[1]["id"], found[3]["id"]] == [database, child["id"]]
    assert found[3]["has_children"] is True


# Appending.


def test_blocks_go_to_the_end_the_start_or_after_another(it: Caller) -> None:
    page = page_with(it, p("a"), p("b"))
    assert [told(it) for it in append(it, page, p("z"))["results"]] == ["z"]
    end = append(it, page, p("zz"), position={"type": "end"})
    assert [told(it) for it in end["results"]] == ["zz"]
    start = append(it, page, p("0"), p("1"), position={"type": "start"})
    assert [told(it) for it in start["results"]] == ["0", "1"]
    anchor = {"type": "after_block", "after_block": {"id": ids(it, page)[2]}}
    append(it, page, p("a1"), p("a2"), position=anchor)
    assert shown(it, page) == ["0", "1", "a", "a1", "a2", "b", "z", "zz"]
    append(it, page, p("last"))
    assert shown(it, page)[-1] == "last"


def test_after_a_block_the_reply_has_all_that_follows_too(it: Caller) -> None:
    page = page_with(it, p("a"), p("b"), p("c"))
    anchor = {"type": "after_block", "after_block": {"id": ids(it, page)[0]}}
    reply = append(it, page, p("new"), position=anchor)
    assert [told(block) for block in reply["results"]] == ["new", "b", "c"]
    assert (reply["type"], reply["has_more"], reply["next_cursor"]) == ("block", False, None)


def test_a_block_that_is_gone_or_elsewhere_is_no_place(it: Caller) -> None:
    page = page_with(it, p("a", p("inner")), p("b"))
    outer, gone = ids(it, page)
    it.call("DELETE", f"/blocks/{gone}")
    for anchor in (gone, ids(it, outer)[0], NOWHERE):
        position = {"type": "after_block", "after_block": {"id": anchor}}
        why = refused(it, page, p("x"), position=position)
        assert why == f"Block ID to append children after is not parented by {page}"


@pytest.mark.parametrize("sort", ["divider", "code", "heading_2"])
def test_some_blocks_hold_no_others(it: Caller, sort: str) -> None:
    sent = {"divider": {"divider": {}}, "code": draft("code", "x", language="sql")}
    page = page_with(it, sent.get(sort, draft("heading_2", "x")))
    refused(it, ids(it, page)[0], p("x"))


def test_a_heading_that_is_a_toggle_holds_blocks(it: Caller) -> None:
    page = page_with(
        it, draft("heading_2", "x", is_toggleable=True), draft("heading_3", "y", p("made"))
    )
    one, other = ids(it, page)
    append(it, one, p("added"))
    assert shown(it, one) == ["added"]
    assert it.call("GET", f"/blocks/{other}")["heading_3"]["is_toggleable"] is True
    plain: Any = {"heading_2": {"rich_text": [], "is_toggleable": False}}
    assert it.refused("PATCH", f"/blocks/{one}", plain)[:2] == BAD
    it.call("DELETE", f"/blocks/{ids(it, one)[0]}")
    assert changed(it, one, plain)["heading_2"]["is_toggleable"] is False


def test_only_what_holds_blocks_takes_some(it: Caller) -> None:
    database, _ = it.database({})
    for holder in (NOWHERE, database):
        path = f"/blocks/{holder}/children"
        status, code, why = it.refused("PATCH", path, {"children": [p("x")]})
        assert (status, code) == (404, "object_not_found")
        assert why.startswith(f"Could not find block with ID: {holder}.")
    assert it.refused("PATCH", f"/blocks/{page_with(it)}/children", {})[2] == (
        "body failed validation: body.children should be defined, instead was `undefined`."
    )


# Changing.


def test_a_change_replaces_the_text_whole_and_keeps_the_rest(it: Caller) -> None:
    page = page_with(it, draft("to_do", "old", p("inner"), checked=True, color="red"))
    (block,) = ids(it, page)
    runs = {"rich_text": [text("new "), text("words", italic=True)]}
    found = changed(it, block, {"to_do": runs})
    assert [run["plain_text"] for run in found["to_do"]["rich_text"]] == ["new ", "words"]
    assert (found["to_do"]["checked"], found["to_do"]["color"]) == (True, "red")
    assert found["has_children"] is True
    found = changed(it, block, {"type": "to_do", "to_do": {"checked": False}})
    assert (told(found), found["to_do"]["checked"]) == ("new words", False)
    assert shown(it, page) == ["new words"]


def test_a_block_keeps_its_type(it: Caller) -> None:
    page = page_with(it, draft("heading_1", "x"))
    (block,) = ids(it, page)
    others: list[Any] = [{"paragraph": {"rich_text": []}}, {"type": "quote"}]
    for body in others:
        why = it.refused("PATCH", f"/blocks/{block}", body)
        assert why == (*BAD, "Expected block type heading_1 in request body")
    title = {"child_page": {"title": "x"}}
    assert it.refused("PATCH", f"/blocks/{page}", title)[:2] == BAD
    assert shown(it, page) == ["x"]


# The trash.


def test_a_deleted_block_is_shown_as_such_and_stands_nowhere(it: Caller) -> None:
    page = page_with(it, p("a"), p("b", p("inner")))
    gone = ids(it, page)[1]
    (inner,) = ids(it, gone)
    block = it.call("DELETE", f"/blocks/{gone}")
    assert (block["id"], block["in_trash"], told(block)) == (gone, True, "b")
    assert shown(it, page) == ["a"]
    for one in (gone, inner):
        assert it.call("GET", f"/blocks/{one}")["in_trash"] is True
    changed(it, gone, {"in_trash": False})
    assert shown(it, page) == ["a", "b"]
    assert it.call("GET", f"/blocks/{inner}")["in_trash"] is False


def test_what_lies_in_the_trash_is_not_edited(it: Caller) -> None:
    page = page_with(it, p("a", p("inner")))
    (gone,) = ids(it, page)
    (inner,) = ids(it, gone)
    it.call("DELETE", f"/blocks/{gone}")
    body: Any = {"paragraph": {"rich_text": []}}
    for call in (
        ("PATCH", f"/blocks/{gone}", body),
        ("PATCH", f"/blocks/{inner}", body),
        ("PATCH", f"/blocks/{inner}", {"in_trash": False}),
        ("PATCH", f"/blocks/{gone}", {"in_trash": True}),
        ("PATCH", f"/blocks/{gone}/children", {"children": [p("x")]}),
        ("DELETE", f"/blocks/{gone}"),
        ("DELETE", f"/blocks/{inner}"),
    ):
        status, code, why = it.refused(*call)
        assert (status, code) == BAD
        assert why.startswith("Can't edit block that is archived. You must unarchive")


def test_the_trash_of_a_page_takes_its_body_along(it: Caller) -> None:
    page = page_with(it, p("a"))
    (block,) = ids(it, page)
    found = it.call("DELETE", f"/blocks/{page}")
    assert (found["type"], found["in_trash"]) == ("child_page", True)
    assert found["parent"]["type"] == "data_source_id"
    assert it.refused("PATCH", f"/pages/{page}", {"in_trash": True})[:2] == BAD
    assert it.call("GET", f"/blocks/{block}")["in_trash"] is True
    assert it.refused("PATCH", f"/blocks/{page}/children", {"children": [p("x")]})[:2] == BAD
    it.call("PATCH", f"/pages/{page}", {"in_trash": False})
    assert it.call("GET", f"/blocks/{block}")["in_trash"] is False


def test_a_block_of_what_is_not_shared_is_not_found(it: Caller) -> None:
    page = page_with(it, p("a", p("inner")))
    (block,) = ids(it, page)
    (inner,) = ids(it, block)
    it.sandbox.workspace.hidden.add(it.sandbox.parent_page)
    for one in (page, block, inner, NOWHERE):
        status, code, why = it.refused("GET", f"/blocks/{one}")
        assert (status, code) == (404, "object_not_found")
        assert why.startswith(f"Could not find block with ID: {one}.")
