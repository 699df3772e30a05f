"""What a person writes into the bodies of pages, and who is said to have edited them.

Each fact is from the service's public documentation or from recorded replies.
"""

from collections.abc import Callable
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd_notion.sandbox.as_read import draft
from syncd_notion.sandbox.rich_text import run_of
from syncd_notion.sandbox.workspace import USER
from tests.connectors.syncd_notion.blocks import append, changed, ids, p, page_with, shown
from tests.connectors.syncd_notion.caller import Caller, named, text

WELL, WAY = "What went well?", "What got in the way?"
PROMPTS = (draft("heading_2", WELL), draft("heading_2", WAY))


def review(it: Caller, *blocks: dict[str, Any]) -> str:
    """Make a review whose body has these blocks, then the prompts; return its id."""
    _, source = it.database({}, "Reviews")
    body = {"parent": {"data_source_id": source}, "properties": {"Name": named("Week 47")}}
    return str(it.call("POST", "/pages", {**body, "children": [*blocks, *PROMPTS]})["id"])


def answers(it: Caller) -> Any:
    return it.sandbox.person.shows(Kind.REVIEW, "Week 47")["answers"]


def write(it: Caller, *pairs: tuple[str, str]) -> None:
    it.sandbox.person.edit(Kind.REVIEW, "Week 47", "answers", pairs)


def test_a_person_writes_under_the_headings_a_paragraph_a_line(it: Caller) -> None:
    page = review(it, draft("heading_1", "Facts"), p("6 h 20 of 8 h"))
    assert answers(it) == ((WELL, ""), (WAY, ""))
    write(it, (WELL, "Sleep.\n\nAnd food."), (WAY, "Rain"))
    told = ["Facts", "6 h 20 of 8 h", WELL, "Sleep.", "", "And food.", WAY, "Rain"]
    assert shown(it, page) == told == it.sandbox.person.body("Week 47")
    assert answers(it) == ((WELL, "Sleep.\n\nAnd food."), (WAY, "Rain"))


def test_what_is_written_again_takes_the_place_of_what_was_there(it: Caller) -> None:
    page = review(it)
    write(it, (WELL, "one\ntwo\nthree"))
    it.sandbox.person.write("Week 47", WELL, draft("to_do", "four"))
    before = ids(it, page)
    write(it, (WELL, "one\nTWO"))
    assert shown(it, page) == [WELL, "one", "TWO", WAY]
    assert ids(it, page) == [*before[:3], before[-1]]
    write(it, (WELL, ""))
    assert answers(it) == ((WELL, ""), (WAY, ""))


def test_an_answer_to_a_question_that_is_not_there_brings_its_heading(it: Caller) -> None:
    review(it)
    write(it, ("And else?", "Nothing"))
    assert it.sandbox.person.body("Week 47")[-2:] == ["And else?", "Nothing"]
    assert answers(it)[-1] == ("And else?", "Nothing")


def test_an_answer_ends_at_the_next_heading_of_its_level_or_above(it: Caller) -> None:
    review(it)
    person = it.sandbox.person
    person.write(
        "Week 47",
        WELL,
        draft("heading_3", "At work"),
        draft("bulleted_list_item", "much", p("indeed")),
        draft("paragraph", "soft\nbreak"),
        {"divider": {}},
    )
    person.write("Week 47", WAY, draft("heading_1", "End"), p("not an answer"))
    assert answers(it) == ((WELL, "At work\nmuch\nindeed\nsoft\nbreak"), (WAY, ""))


def test_a_person_writes_blocks_of_all_sorts(it: Caller) -> None:
    page = review(it)
    toggle = draft("toggle", "more", p("inside"))
    bold = draft("paragraph", [run_of("so "), run_of("bold", bold=True)])
    it.sandbox.person.write("Week 47", WELL, draft("to_do", "tick", checked=True), toggle, bold)
    found = it.call("GET", f"/blocks/{page}/children")["results"][1:4]
    assert [block["type"] for block in found] == ["to_do", "toggle", "paragraph"]
    assert found[0]["to_do"]["checked"] is True
    assert shown(it, found[1]["id"]) == ["inside"]
    assert [run["annotations"]["bold"] for run in found[2]["paragraph"]["rich_text"]] == [
        False,
        True,
    ]
    assert it.sandbox.person.body("Week 47")[1:5] == ["tick", "more", "inside", "so bold"]


def test_a_person_deletes_headings_and_whole_bodies(it: Caller) -> None:
    page = review(it)
    write(it, (WELL, "a"), (WAY, "b"))
    it.sandbox.person.delete_heading("Week 47", WAY)
    assert answers(it) == ((WELL, "a\nb"),)
    it.sandbox.person.clear_body("Week 47")
    assert (answers(it), shown(it, page)) == ((), [])
    for lacking in (
        lambda: it.sandbox.person.delete_heading("Week 47", WAY),
        lambda: it.sandbox.person.body("Week 48"),
        lambda: it.sandbox.person.write("Week 48", WELL),
    ):
        with pytest.raises(KeyError):
            lacking()


def test_a_copied_page_has_a_body_of_its_own(it: Caller) -> None:
    page = review(it, p("outer", p("inner")))
    write(it, (WELL, "Sleep."))
    copy = it.sandbox.person.duplicate(Kind.REVIEW, "Week 47")
    assert shown(it, copy) == shown(it, page) == ["outer", WELL, "Sleep.", WAY]
    assert not set(ids(it, copy)) & set(ids(it, page))
    assert shown(it, ids(it, copy)[0]) == ["inner"]
    changed(it, ids(it, copy)[2], {"paragraph": {"rich_text": [text("Other.")]}})
    assert shown(it, page)[2] == "Sleep."


# Who edited when.


def edited(it: Caller, page: str) -> tuple[str, str]:
    found = it.call("GET", f"/pages/{page}")
    return found["last_edited_time"], found["last_edited_by"]["id"]


def edit_by_api(it: Caller, page: str) -> None:
    (first, *_) = ids(it, page)
    (added,) = append(it, page, p("more"))["results"]
    changed(it, first, {"paragraph": {"rich_text": [text("other")]}})
    it.call("DELETE", f"/blocks/{added['id']}")


def test_an_edit_by_the_api_is_none_of_the_page(it: Caller) -> None:
    page = page_with(it, p("a"))
    before = edited(it, page)
    it.clock.advance(minutes=5)
    edit_by_api(it, page)
    assert edited(it, page) == before
    (block,) = it.call("GET", f"/blocks/{page}/children")["results"]
    assert block["created_time"] == before[0]
    assert block["last_edited_time"] == "2026-05-04T08:21:00.000Z"


def test_where_it_is_one_it_still_is_none_inside_of_a_block(it: Caller) -> None:
    it.sandbox.workspace.api_edits_move_pages = True
    page = page_with(it, p("a", p("inner")))
    (block,) = ids(it, page)
    before = edited(it, page)
    it.clock.advance(minutes=5)
    edit_by_api(it, block)
    assert edited(it, page) == before
    edit_by_api(it, page)
    assert edited(it, page) == ("2026-05-04T08:21:00.000Z", before[1])


def test_an_edit_by_hand_is_one_of_the_page(it: Caller) -> None:
    page = review(it, p("a", p("inner")))
    acts: list[Callable[[], None]] = [
        lambda: write(it, (WELL, "Sleep.")),
        lambda: write(it, (WELL, "Rest.")),
        lambda: write(it, (WELL, "")),
        lambda: it.sandbox.person.delete_heading("Week 47", WAY),
        lambda: it.sandbox.person.clear_body("Week 47"),
    ]
    for act in acts:
        it.clock.advance(minutes=1)
        act()
        now = it.clock.now().strftime("%Y-%m-%dT%H:%M:00.000Z")
        assert edited(it, page) == (now, USER)


def test_what_is_written_again_as_it_stands_is_no_edit(it: Caller) -> None:
    page = review(it)
    write(it, (WELL, "Sleep."))
    before = edited(it, page)
    it.clock.advance(minutes=1)
    write(it, (WELL, "Sleep."))
    assert edited(it, page) == before
