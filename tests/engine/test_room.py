"""The time that there is for goals follows from the settings."""

from dataclasses import replace
from datetime import UTC, datetime

from syncd.engine.plan_check import daily, limits
from syncd.schedule.problem import Preferences

MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)
EVENINGS = Preferences(
    hours={0: ((1080, 1260),), 1: ((1080, 1260),), 6: ((600, 1200),)},
    rest_weekdays=frozenset({6}),
    daily=120,
    weekly=1000,
    share=1.0,
    horizon_days=14,
)


def week(**changes: object) -> list[int]:
    return list(daily(replace(EVENINGS, **changes), MONDAY))[:7]  # type: ignore[arg-type]  # its fields, by name


def test_a_day_has_its_hours_up_to_the_daily_limit() -> None:
    assert week() == [120, 120, 0, 0, 0, 0, 0]
    assert week(daily=1000) == [180, 180, 0, 0, 0, 0, 0]


def test_a_week_has_no_more_than_its_limit() -> None:
    assert week(weekly=150) == [120, 30, 0, 0, 0, 0, 0]
    assert week(share=0.25) == [90, 0, 0, 0, 0, 0, 0]


def test_hours_too_short_for_a_block_are_none() -> None:
    assert week(shortest=181) == [0] * 7


def test_days_of_rest_have_no_limits_to_check() -> None:
    assert limits(EVENINGS).windows == {0: (180,), 1: (180,)}
