"""When a review is due: by the wall clock of the plan's zone, once for each period."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.values import ReviewKind
from syncd.review.periods import DueReview, ReviewRule, period_before
from syncd.review.periods import last_due as due_by
from syncd.settings.messages import review_moment

BERLIN = "Europe/Berlin"
RULES = [
    (ReviewKind.WEEKLY, "mon 07:00"),
    (ReviewKind.WEEKLY, "sun 23:59"),
    (ReviewKind.QUARTERLY, "day 1 07:00"),
    (ReviewKind.QUARTERLY, "day 28 00:00"),
    (ReviewKind.ANNUAL, "jan 2 07:00"),
    (ReviewKind.ANNUAL, "dec 28 23:00"),
]


def due(kind: ReviewKind, text: str, now: datetime, zone: str) -> DueReview:
    month, day, hour, minute = review_moment(text)
    return due_by(kind, ReviewRule(month=month, day=day, hour=hour, minute=minute), now, zone)


def local(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("kind", "rule", "now", "code"),
    [
        pytest.param(
            ReviewKind.WEEKLY, "mon 07:00", "2026-11-23 07:00", "2026-W47", id="to the minute"
        ),
        pytest.param(
            ReviewKind.WEEKLY, "mon 07:00", "2026-11-23 06:59", "2026-W46", id="not yet"
        ),
        pytest.param(
            ReviewKind.WEEKLY, "mon 07:00", "2026-11-29 23:00", "2026-W47", id="slept all week"
        ),
        pytest.param(
            ReviewKind.WEEKLY, "wed 20:30", "2027-01-06 20:30", "2026-W53", id="a week 53"
        ),
        pytest.param(
            ReviewKind.QUARTERLY, "day 1 07:00", "2027-01-01 07:00", "2026-Q4", id="a quarter"
        ),
        pytest.param(
            ReviewKind.ANNUAL, "jan 2 07:00", "2027-01-01 12:00", "2025", id="a year, not yet"
        ),
        pytest.param(ReviewKind.ANNUAL, "jan 2 07:00", "2027-01-02 07:00", "2026", id="a year"),
    ],
)
def test_the_review_that_is_due_is_that_of_the_period_before(
    kind: ReviewKind, rule: str, now: str, code: str
) -> None:
    found = due(kind, rule, local(now), BERLIN)
    assert found.period.code == code


def test_seven_in_the_morning_is_so_by_the_clock_on_the_wall_in_summer_and_winter() -> None:
    summer = due(ReviewKind.WEEKLY, "mon 07:00", local("2026-10-20 00:00"), BERLIN)
    winter = due(ReviewKind.WEEKLY, "mon 07:00", local("2026-10-27 00:00"), BERLIN)
    assert (summer.since.astimezone(UTC).hour, winter.since.astimezone(UTC).hour) == (5, 6)


def test_a_time_that_the_clock_skips_comes_when_it_has_skipped_it() -> None:
    found = due(ReviewKind.WEEKLY, "sun 02:30", local("2026-03-29 03:31"), BERLIN)
    assert found.since.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(
    st.sampled_from(RULES),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # the strategy adds the zone
    st.sampled_from([BERLIN, "Pacific/Kiritimati", "America/St_Johns", "UTC"]),
)
def test_every_review_is_due_once_and_its_period_is_over(
    rule: tuple[ReviewKind, str], now: datetime, zone: str
) -> None:
    found = due(*rule, now, zone)
    assert found.since <= now
    assert found.period.end(zone) <= found.since
    just_before = due(*rule, found.since.astimezone(UTC) - timedelta(seconds=1), zone)
    assert just_before.period == period_before(found.period)
