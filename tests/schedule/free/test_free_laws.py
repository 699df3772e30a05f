"""Laws of free time, minute by minute, in zones whose clocks change in many ways."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import floor
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from syncd.schedule.free_time import calendar, reach
from syncd.schedule.problem import Preferences, Span, instant, minute_of
from tests.examples import examples

# A zone, and a moment some days before its clock changes.
PLACES = [
    ("UTC", datetime(2026, 1, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 3, 25, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 21, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 30, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2017, 10, 12, tzinfo=UTC)),  # no midnight on the 15th
    ("Asia/Beirut", datetime(2023, 3, 23, tzinfo=UTC)),  # no midnight either
    ("Africa/Cairo", datetime(2025, 10, 27, tzinfo=UTC)),  # an hour twice before midnight
    ("Australia/Lord_Howe", datetime(2026, 10, 1, tzinfo=UTC)),  # by half an hour
    ("Asia/Kathmandu", datetime(2026, 5, 1, tzinfo=UTC)),  # 5 h 45 ahead
    ("Pacific/Apia", datetime(2011, 12, 28, tzinfo=UTC)),  # a date that never was
]

CLOCK = st.integers(min_value=0, max_value=96).map(lambda quarter: quarter * 15)
WINDOW = st.tuples(CLOCK, CLOCK).filter(lambda window: window[0] < window[1])
HOURS = st.dictionaries(
    st.integers(min_value=0, max_value=6), st.lists(WINDOW, max_size=2).map(tuple)
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Preferences, list[Span], int, list[Span]]:
    """Draw preferences, busy time, a moment and freed time."""
    zone, about = draw(st.sampled_from(PLACES))
    now = minute_of(about) + draw(st.integers(min_value=0, max_value=3 * 1440))
    today = instant(now).astimezone(ZoneInfo(zone)).date()
    days = st.integers(min_value=0, max_value=9).map(lambda ahead: today + timedelta(ahead))
    preferences = Preferences(
        zone=zone,
        hours=draw(HOURS),
        rest_weekdays=draw(st.frozensets(st.integers(min_value=0, max_value=6), max_size=2)),
        rest_dates=draw(st.frozensets(days, max_size=1)),
        pauses=tuple(
            (first, first + timedelta(2)) for first in draw(st.lists(days, max_size=1))
        ),
        weekly=draw(st.sampled_from([0, 240, 10_000])),
        buffer=draw(st.sampled_from([0, 10, 25])),
        share=draw(st.sampled_from([0.0, 0.29, 0.6, 1.0])),
        horizon_days=draw(st.integers(min_value=0, max_value=10)),
    )
    spans = st.lists(
        st.builds(
            lambda start, length: Span(now + start, now + start + length),
            st.integers(min_value=-5000, max_value=15_000),
            st.sampled_from([0, 1, 45, 60, 1440]),
        ),
        max_size=6,
    )
    return preferences, draw(spans), now, draw(spans)


def wall(zone: str, minute: int) -> tuple[date, int]:
    """Return the date and the minute of the day that a clock on the wall shows."""
    at = instant(minute).astimezone(ZoneInfo(zone))
    return at.date(), at.hour * 60 + at.minute


def changes(zone: str, minute: int) -> bool:
    """Say whether the clock of a zone is changed within a day of a minute."""
    at = instant(minute)
    offsets = {
        (at + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).utcoffset()
        for hours in range(-26, 27)
    }
    return len(offsets) > 1


def wanted(preferences: Preferences, busy: list[Span], minute: int) -> bool:
    """Say whether the wall clock is inside the hours and nothing is near, by plain reading."""
    day, clock = wall(preferences.zone, minute)
    hours = preferences.hours.get(day.weekday(), ())
    return (
        any(opens <= clock < closes for opens, closes in hours)
        and day.weekday() not in preferences.rest_weekdays
        and day not in preferences.rest_dates
        and not any(first <= day <= last for first, last in preferences.pauses)
        and not any(
            one.start - preferences.buffer <= minute < one.end + preferences.buffer
            for one in busy
            if one.start < one.end
        )
    )


@examples(40)
@given(situations())
def test_a_minute_is_free_if_and_only_if_every_rule_lets_it_be(
    situation: tuple[Preferences, list[Span], int, list[Span]],
) -> None:
    preferences, busy, now, taken = situation
    days, _ = calendar(preferences, busy, now, taken)
    free = {
        minute for day in days for span in day.free for minute in range(span.start, span.end)
    }
    for day in days:
        for minute in range(day.span.start, day.span.end, 7):
            if changes(preferences.zone, minute):
                continue
            expected = (
                minute >= now
                and wanted(preferences, busy, minute)
                and not any(one.start <= minute < one.end for one in taken)
            )
            assert (minute in free) == expected, instant(minute)


@examples(100)
@given(situations())
def test_days_follow_each_other_from_today_to_the_horizon(
    situation: tuple[Preferences, list[Span], int, list[Span]],
) -> None:
    preferences, busy, now, taken = situation
    days, weeks = calendar(preferences, busy, now, taken)
    assert len(days) == preferences.horizon_days
    for earlier, later in pairwise(days):
        assert later.date == earlier.date + timedelta(1)
        assert later.span.start == earlier.span.end
    for day in days:
        week = weeks[day.week]
        assert week.monday.weekday() == 0
        assert 0 <= (day.date - week.monday).days < 7
    if days:
        assert days[0].span.start <= now < days[0].span.end
        assert days[-1].week == len(weeks) - 1


@examples(100)
@given(situations())
def test_free_spans_are_in_order_apart_and_inside_their_day(
    situation: tuple[Preferences, list[Span], int, list[Span]],
) -> None:
    preferences, busy, now, taken = situation
    for day in calendar(preferences, busy, now, taken)[0]:
        edges = [edge for span in day.free for edge in (span.start, span.end)]
        assert edges == sorted(set(edges))
        assert all(day.span.start <= edge <= day.span.end for edge in edges)
        assert not (day.free and preferences.rests(day.date))


@examples(60)
@given(situations())
def test_the_room_of_a_week_is_the_cap_or_the_share_of_its_free_time(
    situation: tuple[Preferences, list[Span], int, list[Span]],
) -> None:
    preferences, busy, now, taken = situation
    for week in calendar(preferences, busy, now, taken)[1]:
        start = minute_of(datetime.combine(week.monday, datetime.min.time(), UTC)) - 1440
        minutes = range(start, start + 9 * 1440)
        if any(changes(preferences.zone, minute) for minute in minutes[::1440]):
            continue
        inside = sum(
            wanted(preferences, busy, minute)
            for minute in minutes
            if 0 <= (wall(preferences.zone, minute)[0] - week.monday).days < 7
        )
        percent = floor(preferences.share * 100 + 0.5)
        assert week.capacity == min(preferences.weekly, percent * inside // 100)


@examples(60)
@given(situations(), st.integers(min_value=1, max_value=6 * 1440))
def test_the_room_does_not_shrink_as_the_week_passes(
    situation: tuple[Preferences, list[Span], int, list[Span]], later: int
) -> None:
    preferences, busy, now, taken = situation
    before = {week.monday: week.capacity for week in calendar(preferences, busy, now, taken)[1]}
    after = {week.monday: week.capacity for week in calendar(preferences, busy, now + later)[1]}
    assert all(after[monday] == before[monday] for monday in before.keys() & after.keys())


@examples(60)
@given(situations())
def test_nothing_beyond_its_reach_changes_the_calendar(
    situation: tuple[Preferences, list[Span], int, list[Span]],
) -> None:
    preferences, busy, now, taken = situation
    known = reach(preferences, now)
    beyond = [Span(known.start - 500, known.start), Span(known.end, known.end + 500)]
    assert calendar(preferences, busy, now, taken) == calendar(
        preferences, [*busy, *beyond], now, taken
    )
    assert date.fromisoformat("2011-01-01") < instant(known.start).date()
