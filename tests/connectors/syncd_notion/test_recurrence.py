"""How a task repeats, in words and as a rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd_notion.dates import from_words, tidy, to_words

SAID = [
    ("every day", "FREQ=DAILY"),
    ("every week", "FREQ=WEEKLY"),
    ("every month", "FREQ=MONTHLY"),
    ("every year", "FREQ=YEARLY"),
    ("every 2 days", "FREQ=DAILY;INTERVAL=2"),
    ("every 3 weeks", "FREQ=WEEKLY;INTERVAL=3"),
    ("every monday", "FREQ=WEEKLY;BYDAY=MO"),
    ("every monday, thursday", "FREQ=WEEKLY;BYDAY=MO,TH"),
    ("every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
    ("FREQ=WEEKLY;COUNT=10", "FREQ=WEEKLY;COUNT=10"),
    ("", ""),
]


@pytest.mark.parametrize(("words", "rule"), SAID)
def test_a_rule_is_shown_in_words_and_read_from_them(words: str, rule: str) -> None:
    assert to_words(rule) == words
    assert from_words(words) == rule


HEARD = [
    ("Every Week", "FREQ=WEEKLY"),
    ("  every   2   days. ", "FREQ=DAILY;INTERVAL=2"),
    ("weekly", "FREQ=WEEKLY"),
    ("every other week", "FREQ=WEEKLY;INTERVAL=2"),
    ("every 1 week", "FREQ=WEEKLY"),
    ("every mon and thu", "FREQ=WEEKLY;BYDAY=MO,TH"),
    ("every Mondays", "FREQ=WEEKLY;BYDAY=MO"),
    ("every monday, wednesday, and friday", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
    ("RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=mo", "FREQ=WEEKLY;BYDAY=MO"),
    ("BYDAY=MO;FREQ=WEEKLY;", "FREQ=WEEKLY;BYDAY=MO"),
]


@pytest.mark.parametrize(("words", "rule"), HEARD)
def test_a_person_may_say_it_in_other_ways(words: str, rule: str) -> None:
    assert from_words(words) == rule


@pytest.mark.parametrize(
    "words",
    [
        "when it rains",
        "every",
        "every 0 days",
        "every moonday",
        "every 2 mondays",
        "FREQ=SOMETIMES",
        "FREQ=WEEKLY;FREQ=DAILY",
        "INTERVAL=2",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;X-OWN=1",
    ],
)
def test_what_is_no_repetition_is_not_guessed(words: str) -> None:
    assert from_words(words) is None


parts = st.lists(
    st.sampled_from(
        [
            "INTERVAL=1",
            "INTERVAL=4",
            "COUNT=3",
            "BYDAY=MO",
            "BYDAY=SU,MO",
            "BYMONTHDAY=-1",
            "BYDAY=1MO,-1FR",
            "UNTIL=20261231T235959Z",
            "WKST=SU",
            "BYSETPOS=-1",
            "BYMONTH=1,7",
        ]
    ),
    max_size=4,
)


@given(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), parts)
def test_every_rule_survives_its_words(frequency: str, more: list[str]) -> None:
    rule = tidy(";".join([f"FREQ={frequency}", *more]))
    if rule is not None:
        assert from_words(to_words(rule)) == rule
        assert tidy(rule) == rule
