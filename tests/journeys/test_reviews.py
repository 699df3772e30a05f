"""Reviews: a page in Notion, the person's answers, and what comes of them."""

from pathlib import Path
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from tests.journeys.beginnings import Beginnings, settle
from tests.journeys.homes import PLAN, Home

WELL = "What went well?"
PROMPTS = [WELL, "What got in the way?", "What will I change?"]
ONLY_SLEEP = {**dict.fromkeys(PROMPTS, ""), PROMPTS[2]: "Sleep more."}


def look_back(home: Home) -> None:
    settle(home, PLAN)
    home.later(days=8)
    home.sync_and_rest()
    assert home.syncd("review", "weekly").status == 0
    home.sync_and_rest()


@pytest.fixture
def told(home: Home, begun: Beginnings) -> Home:
    """Give a home whose last week is reviewed, with the review on its page in Notion."""
    begun(home, look_back)
    return home


def review(home: Home) -> dict[str, Any]:
    """Return the one review of the plan."""
    found: dict[str, Any]
    (found,) = home.plan(Kind.REVIEW).values()
    return found


def title(home: Home) -> str:
    (found,) = home.notion.titles(Kind.REVIEW)
    return str(found)


def answer(home: Home, *answers: tuple[str, str]) -> None:
    home.person("notion").edit(Kind.REVIEW, title(home), "answers", answers)


def answers(home: Home) -> dict[str, str]:
    return {one["prompt"]: one["text"] for one in review(home)["answers"]}


def test_a_review_is_a_page_with_the_facts_and_a_heading_for_each_prompt(told: Home) -> None:
    body = told.notion.body(title(told))
    assert "Goals" in body
    assert [line for line in body if line in PROMPTS] == PROMPTS
    said = told.syncd("review", "weekly").out
    assert " ".join(said.split("\n\n")[1].split()).startswith(body[0])


def test_an_answer_stands_in_the_plan_and_is_quoted_in_the_next_review(told: Home) -> None:
    answer(told, (WELL, "The talk.\nAnd the walk."))
    told.sync_and_rest()
    assert answers(told) == {**dict.fromkeys(PROMPTS, ""), WELL: "The talk.\nAnd the walk."}
    told.later(days=7)
    said = told.syncd("review", "weekly").out
    assert "YOUR OWN WORDS" in said
    assert f"{WELL}\n> The talk.\n> And the walk.\n" in said


def test_what_the_person_makes_of_the_page_stays(told: Home, tmp_path: Path) -> None:
    told.notion.clear_body(title(told))
    answer(told, ("My own question", "My own answer"))
    told.later(minutes=10)
    told.sync_and_rest()
    told.later(days=1)
    told.sync_and_rest()
    assert told.notion.body(title(told)) == ["My own question", "My own answer"]
    assert answers(told) == {"My own question": "My own answer"}


def test_an_answer_that_was_replaced_comes_back_by_undo(told: Home) -> None:
    answer(told, (WELL, "First."))
    told.later(minutes=10)
    told.sync_and_rest()
    answer(told, (WELL, "Second."))
    told.later(minutes=10)
    told.sync_and_rest()
    history = told.syncd("history", review(told)["id"], "--json").json
    last = next(it for it in history["changes"] if it["field"] == "answers")
    assert told.syncd("undo", str(last["change"])).status == 0
    told.sync_and_rest()
    assert answers(told)[WELL] == "First."
    assert dict(told.notion.shows(Kind.REVIEW, title(told))["answers"])[WELL] == "First."


def test_taking_one_answer_back_leaves_what_was_just_written_under_another(told: Home) -> None:
    change = first_answer(told)
    answer(told, (PROMPTS[2], "Sleep more."))
    told.later(minutes=5)
    assert told.syncd("undo", change).status == 0
    told.sync_and_rest()
    assert answers(told) == ONLY_SLEEP
    assert dict(told.notion.shows(Kind.REVIEW, title(told))["answers"]) == ONLY_SLEEP
    assert told.syncd("conflicts", "--json").json["conflicts"] == []


def test_an_answer_is_undone_though_another_was_given_since(told: Home) -> None:
    change = first_answer(told)
    answer(told, (PROMPTS[2], "Sleep more."))
    told.later(minutes=10)
    told.sync_and_rest()
    told.syncd("undo", change)
    told.sync_and_rest()
    assert answers(told) == ONLY_SLEEP


def test_a_file_that_names_one_prompt_leaves_the_others(told: Home) -> None:
    answer(told, ("My own question", "My own answer"))
    told.later(minutes=10)
    told.sync_and_rest()
    one = f"{{id: {review(told)['id']}, answers: {{'{WELL}': Imported}}}}"
    told.import_plan(f"reviews: [{one}]")
    told.sync_and_rest()
    assert answers(told)[WELL] == "Imported"
    assert answers(told)["My own question"] == "My own answer"
    assert "My own answer" in told.notion.body(title(told))


def test_words_that_are_typed_while_syncd_writes_reach_the_plan(told: Home) -> None:
    change = first_answer(told)
    assert told.syncd("undo", change).status == 0
    typed = Fault(
        act="call-after",
        method="PATCH",
        path="/v1/blocks/.*",
        hook=lambda _request: answer(told, (PROMPTS[2], "Sleep more.")),
    )
    told.fault("notion", typed)
    told.sync()
    told.later(minutes=5)
    told.sync_and_rest()
    assert answers(told) == ONLY_SLEEP


def first_answer(home: Home) -> str:
    """Answer the first prompt; return the number of that change."""
    answer(home, (WELL, "First."))
    home.later(minutes=10)
    home.sync_and_rest()
    history = home.syncd("history", review(home)["id"], "--json").json["changes"]
    return str(next(it["change"] for it in history if it["field"] == "answers"))


def test_a_review_that_was_trashed_stays_away(told: Home) -> None:
    told.person("notion").delete(Kind.REVIEW, title(told))
    told.later(minutes=10)
    told.sync_and_rest()
    told.syncd("review", "weekly")
    told.sync_and_rest()
    assert told.notion.titles(Kind.REVIEW) == []


def test_with_the_state_lost_the_review_and_its_answers_are_recognised(told: Home) -> None:
    answer(told, (WELL, "The talk."))
    told.later(minutes=10)
    told.sync_and_rest()
    for one in told.state.iterdir():
        one.unlink()
    told.sync_and_rest()
    assert len(told.notion.titles(Kind.REVIEW)) == 1
    assert answers(told)[WELL] == "The talk."
