"""When each tool is looked at."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.daemon.due import NOTHING, Poll, State, broken, done, due, next_poll, off_the_mark

NOW = datetime(2026, 3, 2, 10, 20, 17, tzinfo=UTC)
POLLS = (Poll(tool="notion", every=60), Poll(tool="google", every=300))
TOOLS = [it.tool for it in POLLS]


def _later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


FRESH = done(State(), None, TOOLS, {}, NOW)
"""Everything was looked at just now."""


def test_at_the_start_everything_is_checked() -> None:
    assert due(POLLS, State(), NOW, 0) is None


@pytest.mark.parametrize(
    ("seconds", "tools"),
    [
        (0, set()),
        (59, set()),
        (60, {"notion"}),
        (299, {"notion", "google"}),
        (3600, {"notion", "google"}),
        (86399, {"notion", "google"}),
    ],
)
def test_each_tool_has_an_interval_of_its_own(seconds: int, tools: set[str]) -> None:
    assert due(POLLS, FRESH, _later(seconds), 0) == tools


def test_tools_that_are_nearly_due_join_the_cycle() -> None:
    state = done(FRESH, frozenset({"notion"}), TOOLS, {}, _later(237))
    assert due(POLLS, state, _later(297), 0) == {"notion", "google"}


def test_everything_is_checked_once_a_day() -> None:
    assert due(POLLS, FRESH, _later(86400), 0) is None


def test_some_tools_being_looked_at_is_no_full_check() -> None:
    state = done(FRESH, frozenset({"notion"}), TOOLS, {}, _later(60))
    assert state.full == NOW
    assert state.last == {"notion": _later(60), "google": NOW}


def test_a_tool_that_backs_off_is_left_alone_until_then() -> None:
    state = done(FRESH, None, TOOLS, {"notion": _later(900)}, NOW)
    assert due(POLLS, state, _later(300), 0) == {"google"}
    assert due(POLLS, state, _later(899), 0) == {"google"}
    assert due(POLLS, state, _later(901), 0) == {"google", "notion"}


def test_a_tool_that_answers_again_backs_off_no_more() -> None:
    state = done(FRESH, frozenset({"notion"}), TOOLS, {"notion": _later(900)}, NOW)
    state = done(state, frozenset({"notion"}), TOOLS, {}, _later(901))
    assert state.until == {}


def test_a_tool_that_was_not_looked_at_goes_on_backing_off() -> None:
    state = done(FRESH, frozenset({"notion"}), TOOLS, {"notion": _later(900)}, NOW)
    state = done(state, frozenset({"google"}), TOOLS, {}, _later(300))
    assert state.until == {"notion": _later(900)}


def test_a_wait_without_end_is_not_believed() -> None:
    state = done(FRESH, None, TOOLS, {"notion": _later(86400 * 300)}, NOW)
    assert due(POLLS, state, _later(60), 0) == {"notion"}


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    assert due(POLLS, FRESH, _later(-3600), 0) is None
    assert next_poll(POLLS[0], FRESH, _later(-3600), 0) == _later(-3600)


def test_after_a_broken_cycle_there_is_rest_longer_each_time() -> None:
    state, rests = FRESH, []
    for _ in range(8):
        state = broken(state, NOW)
        assert state.rest is not None
        rests.append((state.rest - NOW).total_seconds())
    assert rests == [30, 60, 120, 240, 480, 900, 900, 900]
    assert state.failures == 8


def test_nothing_is_due_while_there_is_rest() -> None:
    state = broken(FRESH, _later(600))
    assert due(POLLS, state, _later(629), 0) == NOTHING
    assert due(POLLS, state, _later(630), 0) == {"notion", "google"}


def test_a_full_check_that_broke_is_made_up_for() -> None:
    assert due(POLLS, broken(State(), NOW), _later(30), 0) is None


def test_a_cycle_that_works_ends_the_rest() -> None:
    state = done(broken(FRESH, NOW), frozenset({"notion"}), TOOLS, {}, NOW)
    assert (state.rest, state.failures) == (None, 0)


def test_without_tools_only_the_daily_check_is_due() -> None:
    assert due((), FRESH, _later(600), 0) == NOTHING


@pytest.mark.parametrize(
    ("moment", "moved"),
    [
        ("10:20:17", "10:20:17"),
        ("10:20:00", "10:20:05"),
        ("10:20:04", "10:20:05"),
        ("10:20:59", "10:21:05"),
        ("10:59:58", "11:00:30"),
        ("11:00:00", "11:00:30"),
        ("11:00:29", "11:00:30"),
        ("11:00:31", "11:00:31"),
    ],
)
def test_polls_keep_off_full_minutes_and_more_off_full_hours(moment: str, moved: str) -> None:
    day = "2026-03-02T{}+00:00"
    at = datetime.fromisoformat(day.format(moment))
    assert off_the_mark(at, 0) == datetime.fromisoformat(day.format(moved))


def test_installations_differ_in_where_they_move_to() -> None:
    full = datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert len({off_the_mark(full, offset) for offset in range(28)}) == 28


@given(
    moment=st.datetimes(
        min_value=NOW.replace(tzinfo=None),
        max_value=NOW.replace(tzinfo=None, year=2040),
        timezones=st.just(UTC),
    ),
    offset=st.integers(min_value=0),
)
def test_a_poll_is_moved_later_by_less_than_a_minute_and_once(
    moment: datetime, offset: int
) -> None:
    moved = off_the_mark(moment, offset)
    assert timedelta(0) <= moved - moment <= timedelta(minutes=1)
    assert 5 <= moved.second < 58
    assert off_the_mark(moved, offset) == moved
