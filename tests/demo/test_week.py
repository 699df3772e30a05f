"""Which week the demonstration plays, whatever the moment."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.demo.week import SampleWeek, sample_week

BERLIN = "Europe/Berlin"
NOW = st.datetimes(
    *(datetime.fromisoformat(it) for it in ("2024-01-01", "2040-01-01")), timezones=st.just(UTC)
)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN))


def acts(week: SampleWeek) -> list[datetime]:
    return [
        week.begins,
        week.monday_evening,
        week.thursday_evening,
        week.saturday_afternoon,
        week.sunday,
        week.due,
    ]


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-11-22 23:50", date(2026, 11, 9)),
        ("2026-11-23 00:10", date(2026, 11, 16)),
        ("2026-11-23 07:00", date(2026, 11, 16)),
        ("2027-01-04 12:00", date(2026, 12, 28)),
    ],
    ids=["a Sunday night", "minutes later", "a Monday morning", "after week 53"],
)
def test_it_is_the_last_whole_week(now: str, monday: date) -> None:
    assert sample_week(berlin(now), BERLIN).monday == monday


def test_the_day_is_that_of_the_plans_zone_not_of_the_machines() -> None:
    sunday_in_london = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert sample_week(sunday_in_london, BERLIN).monday == date(2026, 11, 16)


@given(now=NOW)
def test_nothing_is_played_that_is_still_to_come(now: datetime) -> None:
    found = acts(sample_week(now, BERLIN))
    assert found == sorted(found)
    assert found[-1] <= now < found[-1] + timedelta(days=7, hours=8)


@given(now=NOW)
def test_the_digest_is_due_on_the_monday_after_by_its_setting(now: datetime) -> None:
    week = sample_week(now, BERLIN)
    assert week.due.date() == week.monday + timedelta(days=7)
    assert week.setting == f"mon {week.due:%H:%M}"


@pytest.mark.parametrize(
    ("now", "setting"),
    [("2026-11-23 06:59", "mon 00:00"), ("2026-11-23 07:00", "mon 07:00")],
)
def test_before_the_usual_hour_of_a_monday_the_digest_is_due_at_midnight(
    now: str, setting: str
) -> None:
    assert sample_week(berlin(now), BERLIN).setting == setting


def test_wall_clock_times_hold_where_the_clocks_change() -> None:
    week = sample_week(berlin("2026-04-01 12:00"), BERLIN)
    assert week.monday == date(2026, 3, 23)
    assert (week.sunday - week.saturday_afternoon) == timedelta(hours=24, minutes=30)
    assert week.sunday.timestamp() - week.saturday_afternoon.timestamp() == 23.5 * 3600
    assert week.day(6, time(12)).utcoffset() == timedelta(hours=2)
