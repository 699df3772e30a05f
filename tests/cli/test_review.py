"""``syncd review``."""

import json
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from syncd.app import html_writer
from syncd.cli.errors import Exit
from syncd.engine.edits import set_field
from syncd.engine.reviews import letters
from syncd.mail.message import MailAudience
from syncd.model.rules.blocks import length
from syncd.model.values import BlockState
from syncd.review.facts import facts_from
from tests.cli.desks import complaint
from tests.cli.evenings import Evenings


@pytest.fixture
def week_later(evenings: Evenings) -> Evenings:
    """An evening's desk a week after its blocks were planned and came and went."""
    for block in evenings.blocks()[:2]:
        evenings.syncd("pin", block.id)
    evenings.later(days=8)
    evenings.plan_blocks()
    return evenings


def test_the_last_week_is_told_as_text(week_later: Evenings) -> None:
    said = week_later.syncd("review", "weekly")
    assert said.status == 0
    assert said.out.startswith("Week 13, 2026\n23 to 29 March 2026\n")
    assert "GOALS\n" in said.out
    assert "ONE QUESTION\n" in said.out
    assert max(map(len, said.out.splitlines())) <= 78
    assert said.err == ""


def test_a_review_is_weekly_unless_told_otherwise(week_later: Evenings) -> None:
    assert week_later.syncd("review").out == week_later.syncd("review", "weekly").out


def test_a_review_of_a_week_that_is_over_stays_as_it_was(week_later: Evenings) -> None:
    first = week_later.told("review", "weekly")
    assert first["id"]
    week_later.import_plan("goals:\n- {title: Another, status: active}\n")
    week_later.later(days=1)
    again = week_later.told("review", "weekly")
    assert again == first


def test_what_nobody_confirmed_is_told_as_assumed(week_later: Evenings) -> None:
    week_later.later(days=2)
    week_later.plan_blocks()
    first = next(one for one in week_later.blocks() if one.state is BlockState.DONE)
    week_later.syncd("missed", first.id)
    week_later.syncd("done", first.id)
    minutes = week_later.told("review", "--period", "2026-W13")["facts"]["minutes"]
    assert minutes["confirmed"] == length(first)
    assert minutes["assumed"] == minutes["planned"] - length(first) > 0


def test_a_running_week_is_told_and_not_kept(evenings: Evenings) -> None:
    told = evenings.told("review", "weekly", "--period", "2026-W13")
    assert told["id"] is None
    assert told["subject"].startswith("Week 13 so far: ")
    assert told["facts"]["ended"] is False


def test_a_week_before_the_plan_began_is_not_kept(evenings: Evenings) -> None:
    assert evenings.told("review", "weekly")["id"] is None
    assert evenings.told("review", "weekly", "--period", "2020-W53")["id"] is None


def test_the_review_stands_in_the_plan_with_what_it_asks(week_later: Evenings) -> None:
    first = week_later.told("review", "weekly")["id"]
    (kept,) = exported(week_later)
    assert kept["id"] == first
    assert kept["title"] == "Week 13, 2026"
    assert [(one["prompt"], one["text"]) for one in kept["answers"]] == [
        ("What went well?", ""),
        ("What got in the way?", ""),
        ("What will I change?", ""),
    ]


def test_what_was_answered_comes_back_in_the_next_review_and_stays_in_its_own(
    week_later: Evenings,
) -> None:
    first = week_later.told("review", "weekly")["id"]
    answers = (("What went well?", "The talk."),)
    app = week_later.app()
    set_field(app.plan_context(), first, "answers", answers, "notion")
    app.close()
    week_later.later(days=7)
    said = week_later.syncd("review", "weekly")
    assert said.out.startswith("Week 14, 2026")
    assert "What went well?\n> The talk.\n" in said.out
    week_later.told("review", "weekly", "--period", "2026-W13")
    kept = next(one for one in exported(week_later) if one["id"] == first)
    assert kept["answers"] == [{"prompt": "What went well?", "text": "The talk."}]


def exported(desk: Evenings) -> list[dict[str, Any]]:
    """Return the reviews in the plan."""
    found: list[dict[str, Any]]
    found = json.loads(desk.syncd("plan", "export", "--format", "json").out)["reviews"]
    return found


def test_quarterly_and_annual_reviews_ask_the_larger_questions(evenings: Evenings) -> None:
    for kind, period in (("quarterly", "2026-Q1"), ("annual", "2026")):
        said = evenings.syncd("review", kind, "--period", period)
        assert said.status == 0
        assert "Are my goals still the right ones?" in said.out


def test_a_review_is_written_to_files(week_later: Evenings, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    said = week_later.syncd("review", "weekly", "--out", str(folder))
    assert said.status == 0
    assert said.out == ""
    forms = {it.suffix: it.read_text(encoding="utf-8") for it in folder.iterdir()}
    assert sorted(forms) == [".eml", ".html", ".md", ".txt"]
    assert all(f"review-2026-W13{it}" in said.err for it in forms)
    assert forms[".txt"].rstrip() == week_later.syncd("review").out.rstrip()
    assert "<h1" in forms[".html"]
    assert forms[".md"].startswith("# Week 13, 2026\n")


def test_the_message_that_is_written_is_not_sent_and_reads_the_same(
    week_later: Evenings, tmp_path: Path
) -> None:
    week_later.syncd("review", "--out", str(tmp_path / "mail"))
    content = (tmp_path / "mail" / "review-2026-W13.eml").read_bytes()
    message = message_from_bytes(content, policy=default)
    assert message["Subject"] == week_later.told("review")["subject"]
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    told = plain.get_content().replace("\r\n", "\n")
    assert told.rstrip() == week_later.syncd("review").out.rstrip()
    assert "<h1" in html.get_content()


def test_others_get_a_letter_with_the_shared_sections_alone(week_later: Evenings) -> None:
    facts = facts_from(json.dumps(week_later.told("review")["facts"]))
    own, shared = letters(facts, "main", html_writer())
    assert own.audience is MailAudience.OWN
    assert shared.audience is MailAudience.SHARED
    for words in ("ONE QUESTION", "Lead a team"):
        assert words in own.text
    assert "ONE QUESTION" not in shared.text
    assert "Lead a team" in shared.html


@pytest.mark.parametrize(
    "words",
    [
        ["review", "daily"],
        ["review", "weekly", "--period", "soon"],
        ["review", "weekly", "--period", "2026-Q1"],
        ["review", "weekly", "--period", "2030-W01"],
        ["review", "--out", "/dev/null/there"],
    ],
    ids=" ".join,
)
def test_a_mistake_gets_a_sentence(evenings: Evenings, words: list[str]) -> None:
    said = evenings.syncd(*words)
    assert said.status == Exit.MISTAKE
    assert complaint(said)


def test_hostile_titles_steer_no_terminal(evenings: Evenings) -> None:
    evenings.import_plan('tasks:\n- {title: "Bad \\e[31m\\u202e\\x07 end", estimate: 60}\n')
    evenings.plan_blocks()
    evenings.later(days=8)
    for words in (["review"], ["review", "--json"]):
        assert not set(evenings.syncd(*words).out) & set("\x1b\x07\u202e")
