"""Where a reading stands, and from where the next one begins."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import StartOver
from syncd_notion.cursor import (
    ReadPosition,
    ReadResult,
    cursor_of,
    position_after,
    positions_from,
)

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def reading(
    edits: list[datetime],
    *,
    rows: int | None = None,
    polled: datetime | None = None,
    whole: bool = True,
) -> ReadResult:
    count = len(edits) if rows is None else rows
    return ReadResult(at=NOON, rows=count, edits=edits, polled=polled, whole=whole, sure=True)


def ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


def test_a_cursor_is_read_as_it_was_written() -> None:
    places = {
        "a": position_after(None, reading([ago(3)], polled=NOON)),
        "b": ReadPosition(rows=0, swept=""),
    }
    assert positions_from(cursor_of(places)) == places
    assert positions_from(None) == {}


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "{}",
        "[]",
        "7",
        '{"sources": 3}',
        '{"sources": {"a": {"rows": 1}}}',
        '{"sources": {"a": {"rows": 1, "swept": "yesterday"}}}',
    ],
)
def test_a_cursor_of_someone_else_starts_over(cursor: str) -> None:
    with pytest.raises(StartOver):
        positions_from(cursor)


def test_without_the_services_date_reading_begins_before_the_newest_edit() -> None:
    place = position_after(None, reading([ago(30), ago(9)], rows=200))
    assert place.since() == ago(11)


def test_a_date_that_was_never_near_an_edit_is_not_trusted() -> None:
    place = position_after(None, reading([ago(30)], rows=200, polled=NOON))
    assert place.since() == ago(32)


def test_a_date_that_agrees_with_edits_moves_on_with_time() -> None:
    place = position_after(None, reading([ago(2)], rows=200, polled=NOON))
    later = position_after(place, reading([], polled=NOON + timedelta(hours=1), whole=False))
    assert later.since() == NOON + timedelta(minutes=55)


def test_edits_of_the_future_do_not_hide_those_of_now() -> None:
    place = position_after(None, reading([NOON + timedelta(days=1)], rows=200, polled=NOON))
    assert place.since() == ago(2)


def test_a_whole_reading_forgets_edit_times_that_are_gone() -> None:
    place = position_after(None, reading([NOON + timedelta(days=1)], rows=200))
    assert position_after(place, reading([ago(5)], rows=200)).since() == ago(7)


@given(st.integers(0, 300), st.integers(-100, 100))
def test_a_small_database_is_always_read_whole(rows: int, minutes: int) -> None:
    place = position_after(None, reading([ago(5)], rows=rows))
    whole = place.is_whole(NOON + timedelta(minutes=minutes))
    assert whole == (rows <= 100 or not 0 <= minutes < 10)


times = st.integers(0, 600).map(ago)


@given(st.lists(times, min_size=1), st.lists(times), times | st.none(), times | st.none())
def test_no_edit_after_a_reading_is_missed(
    first: list[datetime], then: list[datetime], one: datetime | None, two: datetime | None
) -> None:
    """Whatever the service's date says, an edit that is newer than all is read."""
    place = position_after(None, reading(first, rows=200, polled=one))
    place = position_after(place, reading(then, polled=two, whole=False))
    newest = max([*first, *then, *(it for it in (one, two) if it)])
    assert place.since() <= newest
