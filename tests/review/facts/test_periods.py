"""Weeks, quarters and years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.values import ReviewKind
from syncd.review.periods import last_ended, period_of, read_period

WEEKLY, QUARTERLY, ANNUAL = ReviewKind.WEEKLY, ReviewKind.QUARTERLY, ReviewKind.ANNUAL
DAYS = st.dates(date(1971, 1, 1), date(8990, 1, 1))


@pytest.mark.parametrize(
    ("kind", "text", "first", "last", "title"),
    [
        (WEEKLY, "2026-W47", "2026-11-16", "2026-11-22", "Week 47, 2026"),
        (WEEKLY, "2026-w53", "2026-12-28", "2027-01-03", "Week 53, 2026"),
        (WEEKLY, "2025-W1", "2024-12-30", "2025-01-05", "Week 1, 2025"),
        (QUARTERLY, "2026-Q4", "2026-10-01", "2026-12-31", "Quarter 4, 2026"),
        (QUARTERLY, "2024-Q1", "2024-01-01", "2024-03-31", "Quarter 1, 2024"),
        (ANNUAL, "2026", "2026-01-01", "2026-12-31", "The year 2026"),
    ],
)
def test_a_period_is_read_as_it_is_written(
    kind: ReviewKind, text: str, first: str, last: str, title: str
) -> None:
    found = read_period(kind, text)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert found.title == title


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (WEEKLY, "2026-W54", "no week 54"),
        (WEEKLY, "2025-W53", "no week 53"),
        (WEEKLY, "2026-Q4", "2026-W47"),
        (QUARTERLY, "2026-Q5", "2026-Q4"),
        (QUARTERLY, "2026", "2026-Q4"),
        (ANNUAL, "2026-W47", "as 2026"),
        (WEEKLY, "next week", "2026-W47"),
        (ANNUAL, "0000", "as 2026"),
    ],
)
def test_what_is_no_such_period_is_told_with_how_to_write_it(
    kind: ReviewKind, text: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        read_period(kind, text)


@given(st.sampled_from(ReviewKind), DAYS)
def test_every_day_is_in_one_period_that_can_be_read_back(kind: ReviewKind, day: date) -> None:
    found = period_of(kind, day)
    assert found.contains(day)
    assert read_period(kind, found.code) == found
    assert not period_of(kind, found.last + timedelta(days=1)).contains(found.last)


@given(st.sampled_from(ReviewKind), DAYS)
def test_the_last_ended_period_ends_where_the_running_one_begins(
    kind: ReviewKind, day: date
) -> None:
    found = last_ended(kind, day)
    assert found.last + timedelta(days=1) == period_of(kind, day).first


def test_a_week_in_which_the_clocks_change_is_an_hour_short_or_long() -> None:
    for text, hours in (("2026-W13", 167), ("2026-W43", 169)):
        week = read_period(WEEKLY, text)
        span = week.end("Europe/Berlin") - week.start("Europe/Berlin")
        assert span == timedelta(hours=hours)
