"""The pages of reviews: what they begin with, and what a person answers there."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from syncd.errors import Changed
from syncd.model.entities import Kind
from syncd.model.remote import PAGE_CONTENT, Remote
from syncd.testing.fault_injection import Fault
from syncd.testing.harness import seen
from syncd_notion.page_content import MOST_BLOCKS, children_of, fit_answers
from syncd_notion.reviews import MARGIN
from syncd_notion.sandbox.as_read import draft
from tests.connectors.syncd_notion.desk import Desk

WEEK = "Week 47, 2026"
WELL, WAY, CHANGE = "What went well?", "What got in the way?", "What will I change?"
ASKED = ((WELL, ""), (WAY, ""), (CHANGE, ""))
TOLD = (
    ("text", "A fair week."),
    ("heading", "Goals"),
    ("item", "Lead a team: 45 %"),
    ("quote", "Well said"),
)


def made(desk: Desk, *answers: tuple[str, str], body: Any = TOLD) -> Remote:
    return desk.create(Kind.REVIEW, WEEK, answers=answers or ASKED, **{PAGE_CONTENT: body})


def pulled(desk: Desk, cursor: str | None = None) -> dict[str, Any]:
    (item,) = [it for it in desk.connector.pull(cursor).items if it.kind is Kind.REVIEW]
    return dict(item.fields)


def answered(desk: Desk, *answers: tuple[str, str]) -> None:
    desk.person.edit(Kind.REVIEW, WEEK, "answers", answers)


def looks(desk: Desk) -> int:
    """Return how often a page's text was read since this was last asked."""
    found = len(desk.sent("GET", "/v1/blocks/"))
    desk.server.log.clear()
    return found


# What a page begins with.


def test_a_review_is_a_page_with_its_facts_and_a_heading_for_each_prompt(desk: Desk) -> None:
    made(desk)
    assert desk.person.body(WEEK) == [
        "A fair week.",
        "Goals",
        "Lead a team: 45 %",
        "Well said",
        WELL,
        "",
        WAY,
        "",
        CHANGE,
        "",
    ]


def test_a_page_is_made_whole_by_one_request(desk: Desk) -> None:
    made(desk)
    assert [it.method for it in desk.server.log] == ["POST"]


def test_facts_that_are_too_long_for_one_request_end_in_one_paragraph(desk: Desk) -> None:
    body = tuple(("item", f"Entry {number}") for number in range(300))
    made(desk, body=body)
    lines = "\n".join(desk.person.body(WEEK))
    assert all(f"Entry {number}\n" in lines for number in range(300))
    assert lines.endswith(f"{CHANGE}\n")


def test_blocks_of_a_page_are_never_more_than_a_request_may_hold() -> None:
    for told in (0, 1, 93, 94, 95, 200):
        for asked in (0, 1, 3, 6, 49, 50, 60):
            body = tuple(("item", str(it)) for it in range(told))
            answers = tuple((f"Prompt {it}?", "Yes.") for it in range(asked))
            assert len(children_of(body, answers)) <= MOST_BLOCKS


# What the person answers.


def test_what_is_written_under_a_prompt_is_its_answer(desk: Desk) -> None:
    made(desk)
    cursor = desk.connector.pull(None).cursor
    desk.clock.advance(seconds=300)
    answered(desk, (WELL, "The talk.\nAnd the walk."), (WAY, "Rain."))
    assert pulled(desk, cursor)["answers"] == (
        (WELL, "The talk.\nAnd the walk."),
        (WAY, "Rain."),
        (CHANGE, ""),
    )


def test_an_answer_may_be_a_list_a_quote_and_nested(desk: Desk) -> None:
    made(desk)
    desk.clock.advance(seconds=300)
    desk.person.write(
        WEEK,
        WELL,
        draft("bulleted_list_item", "The talk", draft("paragraph", "slides")),
        draft("to_do", "Thank them", checked=True),
    )
    text = dict(pulled(desk)["answers"])[WELL]
    assert text == "- The talk\n  slides\n[x] Thank them"


def test_the_facts_are_the_person_s_to_edit_and_stay_as_they_left_them(desk: Desk) -> None:
    item = made(desk)
    desk.person.clear_body(WEEK)
    answered(desk, (WELL, "All."))
    now = desk.connector.read(Kind.REVIEW, item.id)
    after = desk.made(desk.new_update(now, title="Another title"))
    assert after.fields["answers"] == ((WELL, "All."),)
    assert desk.person.body("Another title") == [WELL, "All."]


def test_a_heading_of_the_person_s_own_is_one_more_prompt(desk: Desk) -> None:
    made(desk)
    desk.clock.advance(seconds=300)
    answered(desk, *ASKED, ("Whom do I thank?", "Everybody."))
    assert pulled(desk)["answers"][-1] == ("Whom do I thank?", "Everybody.")


def test_other_pages_texts_are_not_even_read(desk: Desk) -> None:
    desk.create(Kind.GOAL, "Learn SQL")
    desk.connector.pull(None)
    assert looks(desk) == 0


def test_a_heading_of_level_1_is_a_prompt_too(desk: Desk) -> None:
    made(desk)
    desk.clock.advance(seconds=300)
    desk.person.write(WEEK, CHANGE, draft("heading_1", "More"), draft("paragraph", "Sleep."))
    assert pulled(desk)["answers"][-1] == ("More", "Sleep.")


# When a page cannot be read.


@pytest.mark.parametrize("act", ["close-before", "status"])
def test_a_page_that_can_not_be_read_for_now_holds_up_nothing(desk: Desk, act: str) -> None:
    made(desk)
    desk.create(Kind.GOAL, "Learn SQL")
    cursor = desk.connector.pull(None).cursor
    desk.clock.advance(seconds=300)
    answered(desk, (WELL, "All."))
    desk.person.edit(Kind.GOAL, "Learn SQL", "current", 3.0)
    desk.server.faults.append(Fault(act=act, path="/v1/blocks/.*", times=0, status=500))
    pull = desk.connector.pull(cursor)
    told = {it.kind: it for it in pull.items}
    assert told[Kind.GOAL].fields["current"] == 3.0
    assert told[Kind.REVIEW].fields["answers"] == ASKED
    assert not told[Kind.REVIEW].problems
    desk.server.faults.clear()
    assert pulled(desk, pull.cursor)["answers"][0] == (WELL, "All.")


@pytest.mark.parametrize(
    ("status", "code"), [(400, "validation_error"), (403, "restricted_resource")]
)
def test_a_page_whose_text_is_refused_is_told_and_keeps_its_answers(
    desk: Desk, status: int, code: str
) -> None:
    made(desk)
    cursor = desk.connector.pull(None).cursor
    reply = {"object": "error", "status": status, "code": code, "message": "No."}
    desk.server.faults.append(
        Fault(act="status", path="/v1/blocks/.*", times=0, status=status, reply=reply)
    )
    desk.clock.advance(seconds=300)
    answered(desk, (WELL, "All."))
    (item,) = [it for it in desk.connector.pull(cursor).items if it.kind is Kind.REVIEW]
    assert item.problems["answers"].startswith("The text of the page can't be read. ")
    assert "answers" not in item.fields
    assert item.fields["title"] == WEEK


# When a page is read.


def test_what_is_answered_in_the_minute_of_its_making_is_found_at_once(desk: Desk) -> None:
    made(desk)
    cursor = desk.connector.pull(None).cursor
    answered(desk, (WELL, "All."))
    assert dict(pulled(desk, cursor)["answers"])[WELL] == "All."


def test_at_rest_a_page_is_read_no_more(desk: Desk) -> None:
    made(desk)
    cursor = desk.connector.pull(None).cursor
    desk.clock.advance(seconds=180)
    cursor = desk.connector.pull(cursor).cursor
    looks(desk)
    for _ in range(10):
        desk.clock.advance(seconds=60)
        cursor = desk.connector.pull(cursor).cursor
    assert looks(desk) == 0


def test_another_process_remembers_what_was_read(desk: Desk) -> None:
    made(desk)
    desk.clock.advance(seconds=180)
    cursor = desk.connector.pull(None).cursor
    looks(desk)
    desk.again_with()
    desk.clock.advance(seconds=60)
    assert pulled(desk, cursor)["answers"] == ASKED
    assert looks(desk) == 0


@pytest.mark.parametrize(("age", "hours"), [(0, 1), (70, 24)])
def test_what_moved_no_edit_time_is_found_within_hours(
    desk: Desk, age: int, hours: int
) -> None:
    """An edit by another program need not move the page's edit time."""
    item = made(desk)
    desk.clock.advance(seconds=age * 86400 + 180)
    cursor = desk.connector.pull(None).cursor
    heading = next(
        it
        for it in desk.workspace.blocks.values()
        if it.content.get("rich_text") and WELL in str(it)
    )
    edited = desk.workspace.pages[item.id].edited
    desk.workspace.actor = "another program"
    desk.workspace.add_block(item.id, "paragraph", heading.content)
    desk.workspace.pages[item.id].edited = edited
    desk.clock.advance(seconds=hours * 3600 - 300)
    early = pulled(desk, cursor)["answers"]
    desk.clock.advance(seconds=600)
    late = pulled(desk, cursor)["answers"]
    assert early == ASKED
    assert late == (*ASKED[:2], (CHANGE, WELL))


def test_a_reading_that_was_not_taken_in_is_not_lost(desk: Desk) -> None:
    """The process ends between reading a page and writing down what it said."""
    made(desk)
    cursor = desk.connector.pull(None).cursor
    desk.clock.advance(seconds=300)
    answered(desk, (WELL, "All."))
    desk.connector.pull(cursor)
    desk.again_with()
    assert dict(pulled(desk, cursor)["answers"])[WELL] == "All."


# When the plan changes an answer.


def test_an_answer_that_the_plan_brings_back_stands_under_its_prompt(desk: Desk) -> None:
    item = made(desk)
    wanted = ((WELL, "The talk.\nAnd the walk."), (WAY, ""), (CHANGE, "Less."))
    after = desk.made(desk.new_update(item, answers=wanted))
    assert after.fields["answers"] == wanted
    assert desk.person.body(WEEK)[4:] == [
        WELL,
        "The talk.",
        "And the walk.",
        WAY,
        "",
        CHANGE,
        "Less.",
    ]


def test_what_the_person_writes_meanwhile_is_not_overwritten(desk: Desk) -> None:
    item = made(desk)
    answered(desk, (WELL, "Mine."))
    outcome = desk.update(item, answers=((WELL, "Theirs."), (WAY, ""), (CHANGE, "")))
    assert isinstance(outcome, Changed)
    assert pulled(desk)["answers"][0] == (WELL, "Mine.")


def test_an_answer_to_another_prompt_does_not_hinder(desk: Desk) -> None:
    item = made(desk)
    answered(desk, *ASKED, ("Whom do I thank?", "Everybody."))
    wanted = ((WELL, "The talk."), (WAY, ""), (CHANGE, ""))
    cursor = desk.connector.pull(None).cursor
    after = desk.made(desk.new_update(item, answers=wanted))
    assert after.fields["answers"] == wanted
    assert pulled(desk, cursor)["answers"] == (*wanted, ("Whom do I thank?", "Everybody."))


def test_a_block_whose_deletion_was_done_and_not_answered_is_no_trouble(desk: Desk) -> None:
    made(desk)
    desk.person.write(
        WEEK, WELL, draft("paragraph", "One."), draft("bulleted_list_item", "Two")
    )
    desk.clock.advance(seconds=300)
    (item,) = [it for it in desk.connector.pull(None).items if it.kind is Kind.REVIEW]
    desk.server.faults.append(Fault(act="close-after", method="DELETE", path="/v1/blocks/.*"))
    wanted = ((WELL, "Three."), (WAY, ""), (CHANGE, ""))
    assert desk.made(desk.new_update(item, answers=wanted)).fields["answers"] == wanted


def test_a_list_that_is_replaced_leaves_nothing_behind(desk: Desk) -> None:
    made(desk)
    desk.person.write(
        WEEK, WELL, draft("paragraph", "One."), draft("bulleted_list_item", "Two")
    )
    desk.clock.advance(seconds=300)
    (item,) = [it for it in desk.connector.pull(None).items if it.kind is Kind.REVIEW]
    wanted = ((WELL, "Three."), (WAY, ""), (CHANGE, ""))
    assert desk.made(desk.new_update(item, answers=wanted)).fields["answers"] == wanted


def test_a_page_that_comes_back_from_the_trash_keeps_its_text(desk: Desk) -> None:
    item = made(desk)
    assert item.mark is not None
    answered(desk, (WELL, "All."))
    before = desk.person.body(WEEK)
    desk.delete(desk.connector.read(Kind.REVIEW, item.id))
    write = dataclasses.replace(
        desk.new_write(Kind.REVIEW, WEEK, answers=ASKED, **{PAGE_CONTENT: TOLD}),
        entity=item.mark,
        seen=seen(item),
    )
    desk.made(write)
    assert desk.person.body(WEEK) == before


def test_prompts_beyond_what_one_page_is_made_with_are_left_alone(desk: Desk) -> None:
    many = tuple((f"Prompt {number}?", f"Answer {number}.") for number in range(60))
    fits = fit_answers(many)
    assert 2 * len(fits) < MOST_BLOCKS
    item = made(desk, *fits)
    assert item.fields["answers"] == fits
    desk.person.edit(Kind.REVIEW, WEEK, "answers", many)
    desk.clock.advance(seconds=300)
    (now,) = [it for it in desk.connector.pull(None).items if it.kind is Kind.REVIEW]
    wanted = (("Prompt 0?", "Another."), *fits[1:])
    desk.made(desk.new_update(now, answers=wanted))
    assert "Answer 59." in desk.person.body(WEEK)
    assert pulled(desk)["answers"] == wanted


# What fits.


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ((" What\nwent well? ", " a \n\n b\r\n"), ("What went well?", "a\n\n b")),
        (("", ""), ("", "")),
        (("P", "\x00a"), ("P", "a")),
        (("P", "x" * 250_000), ("P", "x" * 200_000)),
    ],
    ids=["blanks", "nothing", "NUL", "too long"],
)
def test_answers_fit(given: tuple[str, str], fits: tuple[str, str]) -> None:
    assert fit_answers((given,)) == (fits,)
    assert fit_answers((fits,)) == (fits,)


HARD = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "# heading\n- item\n> quote\n```code```",
    "\u202egnp.exe \u2066 \u200f",
    "a\n\n\n\nb",
    "😀" * 3000,
    "x" * 10_000,
]


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_hostile_text_stays_text_and_comes_back(desk: Desk, text: str) -> None:
    item = made(desk, (WELL, text), (WAY, ""), body=(("text", text.replace("\n", " ")),))
    assert item.fields["answers"] == ((WELL, text), (WAY, ""))
    desk.clock.advance(seconds=300)
    assert pulled(desk)["answers"] == ((WELL, text), (WAY, ""))
    answers = ((WELL, "Short."), (WAY, text))
    outcome = desk.update(item, answers=answers)
    assert isinstance(outcome, Remote)
    assert outcome.fields["answers"] == answers


def test_the_margin_is_more_than_the_resolution_of_edit_times() -> None:
    assert timedelta(minutes=1) < MARGIN
