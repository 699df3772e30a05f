"""Plain text, Markdown and the subject of a review; what others may read of it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from syncd.app import html_writer
from syncd.model.values import GoalStatus, Pace, ReviewKind
from syncd.review.facts import Facts, Minutes, Skipped
from syncd.review.periods import DecisionWanted, SystemAction
from syncd.review.render.output import markdown, text
from syncd.review.render.page import page, subject, summary
from syncd.review.render.sections import ReviewPage

html = html_writer()
Form = Callable[[ReviewPage], str]
FORMS: list[Form] = [text, html, markdown]
STEERING = set("\u202e\u2066\u200f\x1b\x07\x00\u2028\r")


# The order, and who reads what.


def test_the_sections_stand_in_the_order_in_which_they_are_wanted(week: Facts) -> None:
    assert [
        one.title for one in page(replace(week, levels=(), setbacks=(), beliefs=())).sections
    ] == [
        "Goals",
        "Decisions wanted",
        "Done",
        "Since the last review",
        "Time",
        "The coming week",
        "What the plan lacks",
        "People to catch up with",
        "Money",
        "Well-being",
        "What syncd did",
        "Your own words",
        "One question",
    ]


def test_a_quarter_asks_the_larger_questions(quarter: Facts) -> None:
    titles = [one.title for one in page(quarter).sections]
    assert {"Skills", "Setbacks", "Values and visions"} <= set(titles)
    assert titles[-1] == "Questions"
    assert "Are my goals still the right ones?" in text(page(quarter))


def test_what_others_read_is_the_shared_sections_alone(week: Facts) -> None:
    private = "PRIVATE"
    told = replace(
        week,
        decisions=(DecisionWanted(what="conflict", sentence=private),),
        wins=tuple(replace(one, impact=private) for one in week.wins),
        people=tuple(replace(one, name=private) for one in week.people),
        money=tuple(replace(one, currency=private) for one in week.money),
        signs=tuple(replace(one, sentence=private) for one in week.signs),
        system_actions=(SystemAction(what="held", sentence=private),),
        words=((private, private),),
        plan_gaps=(private,),
        skipped=(Skipped(name=private, minutes=Minutes()),),
        beliefs=(private,),
        setbacks=(private,),
    )
    for form in FORMS:
        assert private in form(page(told))
        assert private not in form(page(told, shared=True))
    shared = page(told, shared=True)
    assert [one.title for one in shared.sections] == ["Goals", "Done", "The coming week"]


def test_what_there_is_nothing_to_tell_of_has_no_heading(week: Facts) -> None:
    titles = [one.title for one in page(replace(week, money=(), signs=())).sections]
    assert not {"Money", "Well-being"} & set(titles)


def test_weeks_without_a_digest_are_told_of_in_the_next_one(week: Facts) -> None:
    told = text(page(week)).split("SINCE THE LAST REVIEW")[1]
    assert "Week 45: 1 h of 1 h 30, reached: Lead a team" in told
    assert "Week 46: leave" in told


def test_what_the_plan_lacks_is_told_in_short_with_the_command_that_tells_all(
    week: Facts,
) -> None:
    told = text(page(replace(week, plan_gaps=tuple(f"Lack {it}." for it in range(5)))))
    assert "Lack 2." in told
    assert "Lack 3." not in told
    assert "and 2 more" in told
    assert "syncd plan check" in told


# Where to answer.


def test_a_digest_leads_to_where_its_answers_are_written(week: Facts) -> None:
    address = "https://notes.example.org/week-47?a=1&b=2"
    whole = page(week, answers_at=address)
    assert f'href="{address.replace("&", "&amp;")}"' in html(whole)
    assert f"\n{address}\n" in text(whole)
    assert f"[Write your answers](<{address}>)" in markdown(whole)


def test_others_are_not_led_to_the_person_s_own_page(week: Facts) -> None:
    address = "https://notes.example.org/week-47"
    assert not any(
        address in form(page(week, shared=True, answers_at=address)) for form in FORMS
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)//https://x.example",
        "data:text/html,x",
        "https://x.example/ javascript:alert(1)",
        "https://x.example/\nBcc: all@example.org",
        "https://x.example/<script>",
        'https://x.example/"onmouseover="alert(1)',
        "file:///etc/passwd",
        "https://x.example/\u202egnp.exe",
        "//x.example/y",
        "",
    ],
)
def test_an_address_that_is_none_of_http_is_no_link(week: Facts, address: str) -> None:
    for form in FORMS:
        assert form(page(week, answers_at=address)) == form(page(week))


# The subject.


def test_the_subject_states_the_result(week: Facts) -> None:
    assert subject(week) == "Week 47: 6 h 20 of 8 h, 1 goal at risk"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"minutes": Minutes(), "goals": ()}, "Week 47: nothing planned"),
        ({"minutes": Minutes(), "goals": (), "away_days": 7}, "Week 47: on leave"),
        ({"ended": False, "goals": ()}, "Week 47 so far: 6 h 20 of 8 h"),
        (
            {"kind": ReviewKind.ANNUAL, "first": date(2026, 1, 1), "goals": ()},
            "2026: 6 h 20 of 8 h",
        ),
    ],
)
def test_the_subject_fits_the_period(
    week: Facts,
    changes: dict[str, Any],
    words: str,
) -> None:
    assert subject(replace(week, **changes)) == words


def test_a_goal_reached_and_goals_behind_stand_in_the_subject(week: Facts) -> None:
    (goal,) = week.goals
    goals = (
        replace(goal, status=GoalStatus.DONE, pace=None),
        goal,
        replace(goal, pace=Pace.BEHIND),
    )
    assert subject(replace(week, goals=goals)) == (
        "Week 47: 6 h 20 of 8 h, 1 goal reached, 1 goal at risk, 1 behind"
    )


def test_no_text_of_a_user_comes_into_the_subject(hostile: Facts, week: Facts) -> None:
    assert subject(hostile) == subject(week)


@pytest.mark.parametrize(
    ("done", "word"), [(470, "A good week"), (300, "A fair week"), (30, "A thin week")]
)
def test_the_verdict_is_one_word_and_the_numbers(week: Facts, done: int, word: str) -> None:
    told = summary(replace(week, minutes=Minutes(confirmed=done, planned=480)))
    assert told.startswith(f"{word}: ")


def test_what_waits_and_what_comes_next_stand_under_the_verdict(week: Facts) -> None:
    said = "1 decision wanted. Next: Lead a team, Tue 24 Nov 18:00."
    for form in FORMS:
        shown = form(page(week)).replace("\N{NO-BREAK SPACE}", " ")
        assert said in shown.split("Due Thu")[0]
    assert page(week, shared=True).glance == "Next: Lead a team, Tue 24 Nov 18:00."
    assert page(replace(week, decisions=(), ahead=())).glance == ""


def test_a_command_within_a_sentence_is_code_and_a_lone_backtick_is_a_backtick(
    week: Facts,
) -> None:
    told = html(page(replace(week, plan_gaps=("See `syncd plan check` now.", "A ` alone <b>"))))
    assert re.search(r"See <code [^>]*>syncd plan check</code> now\.", told)
    assert "A ` alone &lt;b&gt;" in told


def test_numbers_stay_with_their_units_and_days_with_their_months(week: Facts) -> None:
    told = html(page(week))
    assert "79\N{NO-BREAK SPACE}%" in told
    assert "Tue\N{NO-BREAK SPACE}24\N{NO-BREAK SPACE}Nov 18:00" in told


# Harmless, whatever was written.


@pytest.mark.parametrize("form", FORMS)
def test_no_form_holds_what_steers(form: Form, hostile: Facts) -> None:
    assert not set(form(page(hostile))) & STEERING


@pytest.mark.parametrize("form", FORMS)
def test_no_form_grows_without_end(form: Form, hostile: Facts, much: Facts) -> None:
    assert len(form(page(hostile))) < 60_000
    assert len(form(page(much))) < 60_000


def test_plain_text_is_78_columns_wide(
    hostile: Facts, week: Facts, much: Facts, quarter: Facts
) -> None:
    for told in (hostile, week, much, quarter):
        assert max(map(len, text(page(told)).splitlines())) <= 78


def test_plain_text_has_no_markup(week: Facts) -> None:
    assert not {"Cf", "Cc"} & {
        unicodedata.category(it) for it in text(page(week)).replace("\n", "")
    }
    assert "<" not in text(page(week))


def test_markdown_shows_hostile_text_as_text(hostile: Facts) -> None:
    shown = markdown(page(hostile))
    for line in shown.splitlines():
        bare = line.replace("\\\\", "").replace("\\[", "").replace("\\<", "").replace("\\!", "")
        assert "](" not in bare.replace("\\](", "")
        assert "<" not in bare
    assert [it for it in shown.splitlines() if it.startswith("# ")] == ["# Week 47, 2026"]


def test_markdown_keeps_the_columns_of_its_tables(hostile: Facts) -> None:
    rows = [it for it in markdown(page(hostile)).splitlines() if it.startswith("|")]
    assert {it.replace("\\|", "").count("|") for it in rows} <= {4, 5, 6}


def test_the_three_forms_tell_the_same(week: Facts) -> None:
    for form in FORMS:
        shown = " ".join(form(page(week)).split())
        for words in (
            "6 h 20 of 8 h done",
            "Lead a team",
            "syncd schedule",
            "3 weeks in a row",
        ):
            assert words in shown
