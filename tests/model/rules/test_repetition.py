import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.rules.recurrence import recurrence_problem, repetition, tidy


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("", ""),
        ("   ", ""),
        ("daily", "FREQ=DAILY"),
        ("Every day", "FREQ=DAILY"),
        ("every  2 days", "FREQ=DAILY;INTERVAL=2"),
        ("every other day", "FREQ=DAILY;INTERVAL=2"),
        ("every week.", "FREQ=WEEKLY"),
        ("every 1 week", "FREQ=WEEKLY"),
        ("fortnightly", "FREQ=WEEKLY;INTERVAL=2"),
        ("every Monday", "FREQ=WEEKLY;BYDAY=MO"),
        ("every mon, wed and fri", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("every tuesdays, and thursdays", "FREQ=WEEKLY;BYDAY=TU,TH"),
        ("every monday and monday", "FREQ=WEEKLY;BYDAY=MO"),
        ("every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every weekend", "FREQ=WEEKLY;BYDAY=SA,SU"),
        ("every 2 weeks on tuesday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("every month", "FREQ=MONTHLY"),
        ("every month on the 15th", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
        ("every 3 months", "FREQ=MONTHLY;INTERVAL=3"),
        ("every year", "FREQ=YEARLY"),
        ("RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO"),
        ("byday=mo;freq=weekly;", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"),
        ("FREQ=DAILY;UNTIL=20261231T235959Z", "FREQ=DAILY;UNTIL=20261231T235959Z"),
    ],
)
def test_a_repetition_is_read(said: str, rule: str) -> None:
    assert repetition(said) == rule
    assert recurrence_problem(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "sometimes",
        "every",
        "every 0 days",
        "every blue moon",
        "every monday or so",
        "every month on the 32nd",
        "every day on monday",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;COLOUR=RED",
        "INTERVAL=2",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=tomorrow",
        "DTSTART:20260101T000000\nRRULE:FREQ=DAILY",
        "FREQ=DAILY;" * 100,
    ],
)
def test_what_is_no_repetition_gets_a_sentence_that_says_what_to_write(said: str) -> None:
    assert repetition(said) is None
    sentence = recurrence_problem(said)
    assert sentence is not None
    assert "no repetition that syncd can read" in sentence
    assert "'every week'" in sentence


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=9MO",
        "FREQ=WEEKLY;BYSETPOS=0",
        "FREQ=DAILY;UNTIL=20261399",
        "FREQ=DAILY;BYHOUR=25",
    ],
)
def test_a_repetition_that_never_comes_is_found_out(rule: str) -> None:
    assert "never comes" in (recurrence_problem(rule) or "")


@given(st.text())
def test_any_text_is_a_repetition_or_gets_a_sentence(text: str) -> None:
    assert (repetition(text) is None) <= (recurrence_problem(text) is not None)


@given(st.sampled_from(["every 3 weeks", "every fri", "monthly", "rrule:freq=yearly"]))
def test_a_tidy_rule_is_its_own_tidy_form(said: str) -> None:
    rule = repetition(said)
    assert rule
    assert tidy(rule) == rule == repetition(rule)
