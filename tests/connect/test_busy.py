"""Spans of busy time, merged."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from syncd.connect.contract import BusySpan, merged

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


MINUTES = st.integers(-60, 60)
SPANS = st.lists(st.builds(lambda a, b: BusySpan(at(a), at(b)), MINUTES, MINUTES), max_size=12)


def minutes(spans: list[BusySpan] | tuple[BusySpan, ...]) -> set[int]:
    """Return every minute in these spans."""
    return {it for it in range(-60, 60) if any(one.start <= at(it) < one.end for one in spans)}


@given(SPANS, MINUTES, MINUTES)
def test_merging_keeps_every_minute_within_and_no_other(
    spans: list[BusySpan], first: int, last: int
) -> None:
    found = merged(spans, at(first), at(last))
    assert minutes(found) == minutes(spans) & set(range(first, last))


@given(SPANS)
def test_merged_spans_are_in_order_apart_and_have_a_length(spans: list[BusySpan]) -> None:
    found = merged(spans, at(-60), at(60))
    assert all(one.start < one.end for one in found)
    assert all(one.end < other.start for one, other in itertools.pairwise(found))
    assert merged(found, at(-60), at(60)) == found


def test_other_offsets_are_told_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    span = BusySpan(at(0).astimezone(tokyo), at(30).astimezone(tokyo))
    (found,) = merged([span], at(0).astimezone(tokyo), at(60))
    assert found == BusySpan(at(0), at(30))
    assert {found.start.tzinfo, found.end.tzinfo} == {UTC}
