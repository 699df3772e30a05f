"""What a service asks for as a wait: anything at all, and what comes of it is bearable."""

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.connect.network import RateLimiter, asked_wait, http_date
from syncd.errors import TryLater, message_of, wait_of
from syncd.testing.fake_clock import FakeClock
from tests.connect.test_wrappers import Turns, patient

DAY = 86400.0
ABSURD: dict[str, Any] = {
    "more than any clock can tell": 10**20,
    "hundreds of digits": 10**400,
    "hundreds of digits, as text": "9" * 400,
    "thousands of digits, as text": "9" * 5000,
    "not a number": math.nan,
    "for ever": math.inf,
    "for ever backwards": -math.inf,
    "before now": -5,
    "as text, not a number": "nan",
    "a digit that is none": "²",
    "a word": "soon",
    "nothing": "",
    "a list": [7],
    "a map": {"seconds": 7},
    "a truth": True,
    "bytes": b"7",
}


@pytest.mark.parametrize("asked", ABSURD.values(), ids=ABSURD)
def test_whatever_is_asked_for_comes_to_none_or_to_a_day_at_most(asked: Any) -> None:
    for found in (
        TryLater("Busy: later.", asked).seconds,
        wait_of(asked),
        asked_wait(asked, FakeClock().now()),
    ):
        assert found is None or 0 < found <= DAY


@given(st.one_of(st.text(), st.floats(), st.integers(), st.binary(), st.none()))
def test_no_wait_that_is_asked_for_breaks_a_retry(asked: Any) -> None:
    error = TryLater("Busy: later.")
    error.seconds = asked
    turns = Turns(error)
    patient(turns, longest_wait=DAY, budget=DAY).pull(None)
    assert all(0 <= one <= DAY for one in turns.clock.slept)


def test_a_date_is_a_wait_by_the_clock_of_the_service() -> None:
    now = http_date("Mon, 04 May 2026 08:00:00 GMT")
    assert asked_wait("Mon, 04 May 2026 08:01:00 GMT", now) == 60
    assert asked_wait("Fri, 31 Dec 9999 23:59:59 GMT", now) == DAY
    assert asked_wait("Wed, 04 May 1995 08:00:00 GMT", now) == 0
    assert asked_wait("Mon, 04 May 2026 08:01:00 GMT", None) is None
    assert asked_wait(" 7 ", now) == 7
    assert asked_wait(2.5, None) == 2.5


NO_DATES = {
    "the first year": "Mon, 01 Jan 0001 00:00:00 GMT",
    "the first year, further east": "Mon, 01 Jan 0001 00:00:00 +1400",
    "the last year": "Fri, 31 Dec 9999 23:59:59 GMT",
    "the last year, further west": "Fri, 31 Dec 9999 23:59:59 -1200",
    "a year of seven digits": "Fri, 31 Dec 9999999 23:59:59 GMT",
    "a zone of many digits": "Mon, 04 May 2026 08:00:00 +" + "9" * 40,
    "a zone of thousands of digits": "Mon, 04 May 2026 08:00:00 +" + "9" * 5000,
    "a day that is none": "Mon, 32 May 2026 08:00:00 GMT",
    "garbage": "\x00\ud800,,,::",
    "commas": ",",
    "blanks": "   ",
}


@pytest.mark.parametrize("header", NO_DATES.values(), ids=NO_DATES)
def test_a_date_that_no_clock_shows_teaches_nothing_absurd(header: str) -> None:
    limiter = RateLimiter(FakeClock())
    limiter.note(header)
    assert limiter.offset is None or abs(limiter.offset) < timedelta(days=36600)


class Speechless(Exception):
    def __str__(self) -> str:
        raise ValueError("I can't tell")


def test_an_error_is_told_as_text_that_can_be_written_down() -> None:
    assert message_of(Speechless()) == ""
    assert message_of(ValueError("half \ud83d of it")) == "half ? of it"
    message_of(OverflowError("9" * 5000)).encode()
