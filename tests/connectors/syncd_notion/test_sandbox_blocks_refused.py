"""The sandbox refuses blocks that the service refuses, in its words.

Each fact is from the service's public documentation, its published types or recorded
messages.
"""

from typing import Any

import pytest

from syncd_notion.sandbox.as_read import draft
from syncd_notion.sandbox.block_types import BLOCK_TYPES, TYPES
from tests.connectors.syncd_notion.blocks import BAD, append, ids, p, page_with, refused, shown
from tests.connectors.syncd_notion.caller import NOWHERE, Caller, text


def nested(levels: int) -> dict[str, Any]:
    return p("x", nested(levels - 1)) if levels else p("x")


LIMITS: list[tuple[list[Any], str]] = [
    ([p("x")] * 101, "body.children.length should be ≤ `100`, instead was `101`."),
    (
        [draft("paragraph", [text("x" * 2001)])],
        "body.children[0].paragraph.rich_text[0].text.content.length should be ≤ `2000`,"
        " instead was `2001`.",
    ),
    (
        [p("a"), draft("paragraph", [text("🌱" * 1001)])],
        "body.children[1].paragraph.rich_text[0].text.content.length should be ≤ `2000`,"
        " instead was `2002`.",
    ),
    (
        [draft("quote", [text("x")] * 101)],
        "body.children[0].quote.rich_text.length should be ≤ `100`, instead was `101`.",
    ),
    (
        [nested(3)],
        "body.children[0].paragraph.children[0].paragraph.children[0].paragraph.children should"
        ' be not present, instead was `[{"type":"paragraph","paragraph":{"rich_text":[{"type":...`.',
    ),
    (
        [p("x", *[p("y")] * 100)] * 10,
        "body.children should be at most `1000` block elements, instead was `1010`.",
    ),
]


@pytest.mark.parametrize(("blocks", "why"), LIMITS, ids=[it[1][:40] for it in LIMITS])
def test_what_is_too_much_is_refused_whole(it: Caller, blocks: list[Any], why: str) -> None:
    page = page_with(it)
    assert refused(it, page, *blocks) == f"body failed validation: {why}"
    assert ids(it, page) == []
    before = len(it.sandbox.workspace.pages)
    body = {"parent": {"page_id": it.sandbox.parent_page}, "children": blocks}
    assert it.refused("POST", "/pages", body) == (*BAD, f"body failed validation: {why}")
    assert len(it.sandbox.workspace.pages) == before


def test_as_much_as_is_allowed_is_taken(it: Caller) -> None:
    page = page_with(it, nested(2))
    full = draft("paragraph", [text("🌱" * 1000, bold=bool(it % 2)) for it in range(100)])
    append(it, page, full, *[p("x")] * 99)
    assert len(ids(it, page)) == 100
    assert len(it.call("GET", f"/blocks/{page}/children?page_size=100")["results"]) == 100


def test_a_request_of_more_than_500_kilobytes_is_refused(it: Caller) -> None:
    many = [text("x" * 2000, bold=bool(number % 2)) for number in range(100)]
    why = refused(it, page_with(it), *[draft("paragraph", many)] * 3)
    assert "500000" in why


@pytest.mark.parametrize("block", [{"nope": {}}, {"type": "nope", "paragraph": {}}, {}])
def test_a_block_of_no_known_type_is_answered_with_all_types(it: Caller, block: Any) -> None:
    why = refused(it, page_with(it), p("x"), block).split("\n")
    assert why[0] == "body failed validation. Fix one:"
    assert why[1] == "body.children[1].embed should be defined, instead was `undefined`."
    assert len(why) == len(TYPES) + 1


RUN = "body.children[0].paragraph.rich_text"
WRONG: list[tuple[Any, str]] = [
    ("x", 'body.children[0] should be an object, instead was `"x"`.'),
    ({"type": "paragraph"}, "body.children[0].paragraph should be defined"),
    ({"type": "quote", "paragraph": {}}, "body.children[0].quote should be defined"),
    ({"paragraph": {}, "quote": {}}, "should be not present"),
    ({"paragraph": {}}, f"{RUN} should be defined, instead was `undefined`."),
    ({"paragraph": None}, "body.children[0].paragraph should be an object"),
    ({"paragraph": {"rich_text": "x"}}, f"{RUN} should be an array"),
    ({"paragraph": {"rich_text": [{"type": "text"}]}}, f"{RUN}[0].text should be defined"),
    ({"paragraph": {"rich_text": [text("x", bold="yes")]}}, f"{RUN}[0].annotations.bold"),
    ({"paragraph": {"rich_text": [text("x", color="pale")]}}, f"{RUN}[0].annotations.color"),
    (p("x", colour="red"), 'paragraph.colour should be not present, instead was `"red"`.'),
    (p("x", color="pale"), "body.children[0].paragraph.color should be a color"),
    (
        p("x", icon=None),
        "paragraph.icon should be an object or `undefined`, instead was `null`",
    ),
    (p("x", checked=True), "paragraph.checked should be not present"),
    ({**p("x"), "id": NOWHERE}, "body.children[0].id should be not present"),
    ({**p("x"), "object": "page"}, "body.children[0].object should be"),
    (draft("to_do", "x", checked="yes"), "to_do.checked should be a boolean"),
    (draft("code", "x"), "body.children[0].code.language should be defined"),
    (draft("code", "x", language="cobol-2"), "code.language should be"),
    (draft("code", "x", p("y"), language="sql"), "code.children should be not present"),
    (p("x", {"nope": {}}), "body.children[0].paragraph.children[0].embed should be defined"),
]


@pytest.mark.parametrize(("block", "why"), WRONG, ids=[it[1][-40:] for it in WRONG])
def test_a_block_of_another_shape_is_refused(it: Caller, block: Any, why: str) -> None:
    page = page_with(it)
    assert why in refused(it, page, block)
    assert ids(it, page) == []


def test_types_that_are_not_imitated_say_so(it: Caller) -> None:
    path = f"/blocks/{page_with(it)}/children"
    for sort in set(TYPES) - set(BLOCK_TYPES):
        assert it.refused("PATCH", path, {"children": [{sort: {}}]})[0] == 501


@pytest.mark.parametrize(
    "position",
    [
        {},
        {"type": "middle"},
        {"type": "after_block"},
        {"type": "after_block", "after_block": {"id": "AAA"}},
        {"type": "start", "after_block": {"id": NOWHERE}},
        {"type": "page_end"},
    ],
)
def test_a_position_of_another_shape_is_refused(it: Caller, position: Any) -> None:
    assert "body.position" in refused(it, page_with(it), p("x"), position=position)


def test_the_parameter_of_older_versions_is_refused(it: Caller) -> None:
    page = page_with(it, p("a"))
    why = refused(it, page, p("x"), after=ids(it, page)[0])
    assert why.startswith("body failed validation: body.after should be not present, instead")
    assert shown(it, page) == ["a"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"heading_1": {}}, "body.heading_1.rich_text should be defined"),
        ({"heading_1": "x"}, "body.heading_1 should be an object"),
        ({"type": "heading_1"}, "body.heading_1 should be defined"),
        ({"heading_1": {"rich_text": [], "children": []}}, "children should be not present"),
        ({"heading_1": {"rich_text": [text("x" * 2001)]}}, "should be ≤ `2000`"),
        ({"colour": "red"}, "body.colour should be not present"),
        ({"archived": True}, "body.archived should be not present"),
        ({"in_trash": "yes"}, "body.in_trash should be a boolean"),
    ],
)
def test_a_change_of_another_shape_is_refused(it: Caller, body: Any, why: str) -> None:
    page = page_with(it, draft("heading_1", "x"))
    assert why in it.refused("PATCH", f"/blocks/{ids(it, page)[0]}", body)[2]
    assert shown(it, page) == ["x"]
