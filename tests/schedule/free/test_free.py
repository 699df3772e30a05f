"""Free time on days that have gone wrong elsewhere."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.schedule.free_time import calendar, reach
from syncd.schedule.problem import PlanDay, Preferences, Span, instant, minute_of

DAILY = range(7)
MONDAY = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)


def every_day(*windows: tuple[int, int]) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return the same hours for each weekday."""
    return dict.fromkeys(DAILY, windows)


def at(text: str, zone: str = "UTC") -> int:
    """Return the minute of a wall-clock time."""
    return minute_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def shown(preferences: Preferences, spans: tuple[Span, ...]) -> list[str]:
    """Return spans as a clock on the wall shows them."""
    zone = ZoneInfo(preferences.zone)
    return [
        " ".join(
            instant(edge).astimezone(zone).strftime("%H:%M") for edge in (one.start, one.end)
        )
        for one in spans
    ]


def the_day(preferences: Preferences, text: str, busy: Sequence[Span] = ()) -> PlanDay:
    """Return one day of the calendar, seen from the day before it."""
    day = date.fromisoformat(text)
    noon = datetime.combine(day - timedelta(1), datetime.min.time(), ZoneInfo(preferences.zone))
    days, _ = calendar(preferences, busy, minute_of(noon) + 600)
    return next(one for one in days if one.date == day)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-03-30", "2026-10-25"])
def test_an_evening_is_the_same_wall_time_in_winter_and_in_summer(day: str) -> None:
    preferences = Preferences(zone="Europe/Berlin")
    assert shown(preferences, the_day(preferences, day).free) == ["18:00 21:00"]


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("Europe/Berlin", "2026-03-29", 23 * 60),
        ("Europe/Berlin", "2026-10-25", 25 * 60),
        ("America/Sao_Paulo", "2017-10-15", 23 * 60),
        ("Asia/Beirut", "2023-03-26", 23 * 60),
        ("Africa/Cairo", "2025-04-25", 23 * 60),
        ("Africa/Cairo", "2025-10-30", 25 * 60),
        ("Australia/Lord_Howe", "2026-10-04", 23 * 60 + 30),
        ("Australia/Lord_Howe", "2026-04-05", 24 * 60 + 30),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_days_are_as_long_as_their_clock_changes_make_them(
    zone: str, day: str, minutes: int
) -> None:
    preferences = Preferences(zone=zone, hours=every_day((0, 1440)))
    found = the_day(preferences, day)
    assert found.span.minutes == minutes
    assert sum(span.minutes for span in found.free) == minutes


@pytest.mark.parametrize(
    ("zone", "day", "window", "expected"),
    [
        ("Europe/Berlin", "2026-03-29", (135, 165), ["03:15 03:45"]),
        ("Europe/Berlin", "2026-03-29", (60, 240), ["01:00 04:00"]),
        ("Europe/Berlin", "2026-03-29", (120, 180), []),
        ("Pacific/Apia", "2011-12-30", (1080, 1260), []),
        ("Europe/Berlin", "2026-10-25", (135, 165), ["02:15 02:45"]),
        ("America/Sao_Paulo", "2017-10-15", (0, 30), ["01:00 01:30"]),
        ("America/Sao_Paulo", "2017-10-15", (0, 120), ["01:00 02:00"]),
        ("Australia/Lord_Howe", "2026-10-04", (120, 180), ["02:30 03:00"]),
    ],
)
def test_a_window_in_a_skipped_hour_moves_on_and_in_a_doubled_one_is_the_first(
    zone: str, day: str, window: tuple[int, int], expected: list[str]
) -> None:
    preferences = Preferences(zone=zone, hours=every_day(window))
    found = the_day(preferences, day)
    assert shown(preferences, found.free) == expected
    assert all(span.minutes <= window[1] - window[0] for span in found.free)


def test_a_window_that_ends_at_half_past_is_not_overrun() -> None:
    preferences = Preferences(hours=every_day((18 * 60 + 30, 20 * 60 + 15)))
    free = the_day(preferences, "2026-01-06").free
    assert shown(preferences, free) == ["18:30 20:15"]


def test_the_hours_are_those_of_the_persons_zone_and_not_of_the_machine() -> None:
    free = the_day(Preferences(zone="America/New_York"), "2026-01-06").free
    assert [instant(span.start).hour for span in free] == [23]


def test_today_is_the_date_in_the_persons_zone() -> None:
    late = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
    days, _ = calendar(Preferences(zone="Asia/Tokyo"), (), minute_of(late))
    assert days[0].date == date(2026, 1, 6)


def test_a_day_may_have_more_than_one_window_and_windows_that_touch_are_one() -> None:
    preferences = Preferences(hours=every_day((420, 480), (1080, 1140), (1140, 1260)))
    free = the_day(preferences, "2026-01-06").free
    assert shown(preferences, free) == ["07:00 08:00", "18:00 21:00"]


def test_the_buffer_is_kept_free_before_and_after_busy_time() -> None:
    preferences = Preferences(buffer=10)
    busy = [Span(at("2026-01-06 19:00"), at("2026-01-06 19:30"))]
    free = the_day(preferences, "2026-01-06", busy).free
    assert shown(preferences, free) == ["18:00 18:50", "19:40 21:00"]


def test_an_event_just_outside_the_hours_still_has_its_buffer() -> None:
    busy = [Span(at("2026-01-06 17:00"), at("2026-01-06 18:00"))]
    preferences = Preferences(buffer=10)
    assert shown(preferences, the_day(preferences, "2026-01-06", busy).free) == ["18:10 21:00"]


def test_an_event_that_lasts_all_day_leaves_nothing_of_it() -> None:
    zone = "America/Sao_Paulo"
    preferences = Preferences(zone=zone, hours=every_day((0, 1440)), buffer=0)
    busy = [Span(at("2017-10-15", zone), at("2017-10-16", zone))]
    assert the_day(preferences, "2017-10-15", busy).free == ()
    assert the_day(preferences, "2017-10-16", busy).free != ()


def test_an_event_without_length_takes_no_time() -> None:
    busy = [Span(at("2026-01-06 19:00"), at("2026-01-06 19:00"))]
    assert len(the_day(Preferences(), "2026-01-06", busy).free) == 1


def test_time_that_a_deleted_block_gave_back_is_off_without_a_buffer_and_keeps_the_room() -> (
    None
):
    preferences = Preferences()
    given_back = [Span(at("2026-01-05 19:00"), at("2026-01-05 20:00"))]
    days, weeks = calendar(preferences, (), minute_of(MONDAY), given_back)
    assert shown(preferences, days[0].free) == ["18:00 19:00", "20:00 21:00"]
    assert weeks == calendar(preferences, (), minute_of(MONDAY))[1]


def test_what_is_past_today_is_off() -> None:
    preferences = Preferences()
    days, _ = calendar(preferences, (), at("2026-01-05 19:17"))
    assert shown(preferences, days[0].free) == ["19:17 21:00"]


def test_days_of_rest_and_leave_have_no_free_time() -> None:
    preferences = Preferences(
        rest_weekdays=frozenset({6}),
        rest_dates=frozenset({date(2026, 1, 6)}),
        pauses=((date(2026, 1, 8), date(2026, 1, 9)),),
        horizon_days=7,
    )
    days, _ = calendar(preferences, (), minute_of(MONDAY))
    assert [day.date.day for day in days if day.free] == [5, 7, 10]


def test_the_room_is_the_share_of_the_whole_weeks_free_time_on_a_sunday_too() -> None:
    # Seven evenings of three hours are 21 h, 60 % of which are 756 minutes.
    preferences = Preferences(weekly=2000)
    for day in range(7):
        _, weeks = calendar(preferences, (), minute_of(MONDAY + timedelta(day)))
        assert weeks[0].capacity == 756


def test_the_weekly_cap_holds_where_it_is_less_than_the_share() -> None:
    assert calendar(Preferences(weekly=300), (), minute_of(MONDAY))[1][0].capacity == 300


def test_a_share_is_reckoned_in_hundredths_not_in_binary_fractions() -> None:
    preferences = Preferences(share=0.29, hours={0: ((0, 100),)}, weekly=999)
    assert calendar(preferences, (), minute_of(MONDAY))[1][0].capacity == 29


def test_the_hours_liked_best_follow_the_wall_clock_too() -> None:
    preferences = Preferences(zone="Europe/Berlin", liked=every_day((1110, 1170)))
    for day in ("2026-03-28", "2026-03-29"):
        assert shown(preferences, the_day(preferences, day).liked) == ["18:30 19:30"]


def test_busy_time_is_needed_from_this_monday_to_the_last_sunday() -> None:
    preferences = Preferences(horizon_days=9, buffer=10)
    known = reach(preferences, minute_of(MONDAY + timedelta(2)))
    assert known == Span(at("2026-01-04 23:50"), at("2026-01-19 00:10"))
