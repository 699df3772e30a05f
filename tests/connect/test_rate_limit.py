"""A service is asked as often as it allows, and no oftener."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.connect.network import RateLimit, RateLimiter
from syncd.errors import Stopped
from syncd.testing.fake_clock import START, FakeClock


def sent(limiter: RateLimiter, clock: FakeClock, number: int) -> list[float]:
    """Make requests as fast as it goes; return when each was made."""
    at = []
    for _ in range(number):
        limiter.request()
        at.append(clock.monotonic())
    return at


def test_without_an_allowance_nothing_waits() -> None:
    clock = FakeClock()
    limiter = RateLimiter(clock)
    sent(limiter, clock, 1000)
    assert (limiter.total, clock.slept) == (1000, [])


def test_what_is_within_the_allowance_does_not_wait() -> None:
    clock = FakeClock()
    sent(RateLimiter(clock, RateLimit(requests=180, seconds=60)), clock, 180)
    assert clock.slept == []


@given(
    requests=st.integers(1, 20),
    seconds=st.floats(1, 100),
    pauses=st.lists(st.floats(0, 30), max_size=60),
)
def test_in_no_window_are_there_more_requests_than_allowed(
    requests: int, seconds: float, pauses: list[float]
) -> None:
    clock = FakeClock()
    limiter = RateLimiter(clock, RateLimit(requests=requests, seconds=seconds))
    at = []
    for pause in pauses:
        clock.sleep(pause)
        at += sent(limiter, clock, 1)
    for place, start in enumerate(at):
        within = [one for one in at[place:] if one < start + seconds]
        assert len(within) <= requests


def test_five_hundred_requests_take_two_windows_more() -> None:
    clock = FakeClock()
    at = sent(RateLimiter(clock, RateLimit(requests=180, seconds=60)), clock, 500)
    assert 120 <= at[-1] - at[0] <= 125


def test_a_pause_is_seen_while_it_lasts() -> None:
    clock = FakeClock()
    limiter = RateLimiter(clock, RateLimit(requests=1, seconds=10))
    seen = []

    def stopping() -> bool:
        seen.append(limiter.pausing)
        return False

    limiter.request()
    limiter.heed(stopping)
    limiter.request()
    assert True in seen
    assert not limiter.pausing


def test_a_reading_is_given_up_in_a_pause_and_a_write_goes_out() -> None:
    clock = FakeClock()
    limiter = RateLimiter(clock, RateLimit(requests=1, seconds=1000))
    limiter.request()
    stop: list[bool] = []
    limiter.heed(lambda: bool(stop))
    stop.append(True)
    limiter.request()
    with limiter.reading(), pytest.raises(Stopped):
        limiter.request()
    assert limiter.total == 2
    assert sum(clock.slept) == 0


@pytest.mark.parametrize(
    ("rate_limit", "items"),
    [
        (RateLimit(requests=180, seconds=60), 180),
        (RateLimit(requests=1000, seconds=900, writes=100), 6667),
        (RateLimit(requests=1, seconds=900), 1),
    ],
)
def test_an_allowance_tells_how_many_items_a_minute_brings(
    rate_limit: RateLimit, items: int
) -> None:
    assert rate_limit.per_minute == items


@pytest.mark.parametrize(
    ("header", "offset"),
    [
        ("Mon, 04 May 2026 08:16:27 GMT", timedelta(seconds=2)),
        ("Mon, 04 May 2026 07:16:25 GMT", timedelta(hours=-1)),
        (None, None),
        ("", None),
        ("soon", None),
        ("Mon, 04 May 1626 08:15:25 GMT", None),
    ],
)
def test_a_services_clock_is_learnt_from_its_replies(
    header: str | None, offset: timedelta | None
) -> None:
    limiter = RateLimiter(FakeClock(START.replace(microsecond=0)))
    limiter.note(header)
    assert limiter.offset == offset


def test_what_is_no_date_does_not_unlearn_it() -> None:
    limiter = RateLimiter(FakeClock())
    limiter.note("Mon, 04 May 2026 09:16:25 GMT")
    limiter.note("soon")
    assert limiter.offset is not None
