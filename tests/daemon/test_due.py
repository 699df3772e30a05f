"""When each tool is read, and what comes next."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.daemon.due import (
    ERRANDS,
    Due,
    JobHistory,
    JobId,
    JobKind,
    Poll,
    cycle_done,
    errand_done,
    failed,
    jitter,
    next_poll,
    requested,
    upcoming,
)
from syncd.model.ids import ToolName

NOW = datetime(2026, 3, 2, 10, 20, 17, tzinfo=UTC)
NOTION, GOOGLE = ToolName("notion"), ToolName("google")
POLLS = (Poll(tool=NOTION, every=60), Poll(tool=GOOGLE, every=300))
TOOLS = [poll.tool for poll in POLLS]
CHECK = JobId(kind=JobKind.CHECK)
REVIEWS, MAILS = JobId(kind=JobKind.REVIEWS), JobId(kind=JobKind.MAILS)
NOTHING: Due = frozenset()


def _later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def due(polls: Iterable[Poll], history: JobHistory, now: datetime, offset: int = 0) -> Due:
    """Return what the cycle that begins now reads: None is everything."""
    moments = upcoming(polls, history, now, offset)
    if moments[CHECK] <= now:
        return None
    return frozenset(it.tool for it, at in moments.items() if it.tool and at <= now)


def errands_due(history: JobHistory, now: datetime) -> list[JobId]:
    moments = upcoming(POLLS, history, now, 0)
    return [it for it, at in moments.items() if it.kind in ERRANDS and at <= now]


def with_errands(history: JobHistory, now: datetime) -> JobHistory:
    for errand in ERRANDS:
        history = errand_done(history, errand, {}, now)
    return history


FRESH = with_errands(cycle_done(JobHistory(), None, TOOLS, {}, NOW), NOW)
"""Everything was read just now."""


def test_at_the_start_everything_is_checked() -> None:
    assert due(POLLS, JobHistory(), NOW, 0) is None


@pytest.mark.parametrize(
    ("seconds", "tools"),
    [
        (0, set()),
        (59, set()),
        (60, {NOTION}),
        (299, {NOTION, GOOGLE}),
        (3600, {NOTION, GOOGLE}),
        (86399, {NOTION, GOOGLE}),
    ],
)
def test_each_tool_has_an_interval_of_its_own(seconds: int, tools: set[ToolName]) -> None:
    assert due(POLLS, FRESH, _later(seconds), 0) == frozenset(tools)


def test_tools_that_are_nearly_due_join_the_cycle() -> None:
    history = cycle_done(FRESH, frozenset({NOTION}), TOOLS, {}, _later(237))
    assert due(POLLS, history, _later(297), 0) == frozenset({NOTION, GOOGLE})


def test_everything_is_checked_once_a_day() -> None:
    assert due(POLLS, FRESH, _later(86400), 0) is None


def test_some_tools_being_looked_at_is_no_full_check() -> None:
    history = cycle_done(FRESH, frozenset({NOTION}), TOOLS, {}, _later(60))
    assert history.checked == NOW
    assert history.polled == {NOTION: _later(60), GOOGLE: NOW}


def test_a_tool_that_backs_off_is_left_alone_until_then() -> None:
    history = cycle_done(FRESH, None, TOOLS, {NOTION: _later(900)}, NOW)
    assert due(POLLS, history, _later(300), 0) == frozenset({GOOGLE})
    assert due(POLLS, history, _later(899), 0) == frozenset({GOOGLE})
    assert due(POLLS, history, _later(901), 0) == frozenset({GOOGLE, NOTION})


def test_a_tool_that_answers_again_backs_off_no_more() -> None:
    history = cycle_done(FRESH, frozenset({NOTION}), TOOLS, {NOTION: _later(900)}, NOW)
    history = cycle_done(history, frozenset({NOTION}), TOOLS, {}, _later(901))
    assert history.until == {}


def test_a_tool_that_was_not_looked_at_goes_on_backing_off() -> None:
    history = cycle_done(FRESH, frozenset({NOTION}), TOOLS, {NOTION: _later(900)}, NOW)
    history = cycle_done(history, frozenset({GOOGLE}), TOOLS, {}, _later(300))
    assert history.until == {NOTION: _later(900)}


def test_a_wait_without_end_is_not_believed() -> None:
    history = cycle_done(FRESH, None, TOOLS, {NOTION: _later(86400 * 300)}, NOW)
    assert due(POLLS, history, _later(60), 0) == frozenset({NOTION})


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    assert due(POLLS, FRESH, _later(-3600), 0) is None
    assert next_poll(POLLS[0], FRESH, _later(-3600), 0) == _later(-3600)


def test_after_a_broken_cycle_there_is_rest_longer_each_time() -> None:
    history, rests = FRESH, []
    for _ in range(8):
        history = failed(history, JobKind.POLL, NOW)
        assert history.rest is not None
        rests.append((history.rest - NOW).total_seconds())
    assert rests == [30, 60, 120, 240, 480, 900, 900, 900]
    assert history.failures == 8


def test_nothing_is_due_while_there_is_rest() -> None:
    history = failed(FRESH, JobKind.POLL, _later(600))
    assert due(POLLS, history, _later(629), 0) == NOTHING
    assert due(POLLS, history, _later(630), 0) == frozenset({NOTION, GOOGLE})


def test_a_full_check_that_broke_is_made_up_for() -> None:
    assert due(POLLS, failed(JobHistory(), JobKind.POLL, NOW), _later(30), 0) is None


def test_a_cycle_that_works_ends_the_rest() -> None:
    history = cycle_done(failed(FRESH, JobKind.POLL, NOW), frozenset({NOTION}), TOOLS, {}, NOW)
    assert (history.rest, history.failures) == (None, 0)


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
    assert jitter(at, 0) == datetime.fromisoformat(day.format(moved))


def test_installations_differ_in_where_they_move_to() -> None:
    full = datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert len({jitter(full, offset) for offset in range(28)}) == 28


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
    moved = jitter(moment, offset)
    assert timedelta(0) <= moved - moment <= timedelta(minutes=1)
    assert 5 <= moved.second < 58
    assert jitter(moved, offset) == moved


# What comes next, as a list.


def test_errands_follow_each_cycle_whether_it_went_well_or_not() -> None:
    well = cycle_done(FRESH, frozenset({NOTION}), TOOLS, {}, _later(1))
    for history in (well, failed(FRESH, JobKind.POLL, _later(1))):
        assert errands_due(history, _later(1)) == [REVIEWS, MAILS]
        assert errands_due(with_errands(history, _later(1)), _later(1)) == []


def test_errands_are_run_every_minute() -> None:
    assert errands_due(FRESH, _later(59)) == []
    assert errands_due(FRESH, _later(60)) == [REVIEWS, MAILS]


def test_an_errand_that_failed_rests_and_keeps_no_other_one() -> None:
    history = failed(cycle_done(FRESH, None, TOOLS, {}, NOW), JobKind.REVIEWS, NOW)
    assert errands_due(history, NOW) == [MAILS]
    assert errands_due(history, _later(29)) == [MAILS]
    history = errand_done(history, JobKind.MAILS, {}, NOW)
    assert errands_due(history, _later(59)) == []


def test_an_errand_that_works_does_not_end_the_rest_of_a_failed_cycle() -> None:
    history = with_errands(failed(FRESH, JobKind.POLL, NOW), _later(1))
    assert (history.failures, history.rest) == (1, _later(30))
    history = with_errands(history, _later(31))
    assert (history.failures, history.rest) == (0, None)


def test_an_errand_that_fails_in_a_rest_does_not_make_it_longer() -> None:
    history = failed(FRESH, JobKind.POLL, NOW)
    for errand in ERRANDS:
        history = failed(history, errand, _later(1))
    assert (history.failures, history.rest) == (1, _later(30))


def test_what_a_person_asks_for_is_due_at_once_even_in_a_rest_and_once() -> None:
    history = requested(failed(FRESH, JobKind.POLL, NOW))
    assert due(POLLS, history, _later(1)) is None
    after = cycle_done(history, None, TOOLS, {}, _later(1))
    assert due(POLLS, after, _later(2)) == NOTHING
    assert due(POLLS, failed(history, JobKind.CHECK, _later(1)), _later(2)) == NOTHING


def test_the_list_names_every_job_in_the_order_of_doing_it() -> None:
    assert [*upcoming(POLLS, JobHistory(), NOW, 0)] == [
        CHECK,
        JobId(kind=JobKind.POLL, tool=NOTION),
        JobId(kind=JobKind.POLL, tool=GOOGLE),
        REVIEWS,
        MAILS,
    ]


MOMENTS = st.integers(min_value=-90_000, max_value=200_000).map(_later)
HISTORIES = st.builds(
    JobHistory,
    polled=st.dictionaries(st.sampled_from(TOOLS), MOMENTS),
    until=st.dictionaries(st.sampled_from(TOOLS), MOMENTS),
    errands=st.dictionaries(st.sampled_from(ERRANDS), MOMENTS),
    checked=st.none() | MOMENTS,
    owed=st.sets(st.sampled_from(ERRANDS)).map(frozenset),
    requested=st.booleans(),
    rest=st.none() | MOMENTS,
    failures=st.integers(min_value=0, max_value=20),
)
"""Whatever was done, at whatever times: the clock may have been set meanwhile."""


@given(history=HISTORIES, now=MOMENTS, offset=st.integers(min_value=0))
def test_whatever_the_clock_was_set_to_nothing_waits_longer_than_it_may(
    history: JobHistory, now: datetime, offset: int
) -> None:
    """A clock set back by hours, or a sleep of a day, leaves no job in the far future."""
    longest = timedelta(days=1)
    for moment in upcoming(POLLS, history, now, offset).values():
        assert timedelta(0) <= moment - now <= longest


@given(history=HISTORIES, now=MOMENTS, offset=st.integers(min_value=0))
def test_what_comes_first_stays_first_until_its_moment(
    history: JobHistory, now: datetime, offset: int
) -> None:
    """So a list that is made anew each second says the same as one that is kept."""
    moments = upcoming(POLLS, history, now, offset)
    first = min(moments.values())
    # a clock that was set back and reaches the moment of the last run once more: just done
    lasts = {history.checked, *history.errands.values(), *history.polled.values()}
    assume(first == now or first not in lasts)
    again = upcoming(POLLS, history, first, offset)
    assert {job for job, at in moments.items() if at <= first} <= {
        job for job, at in again.items() if at <= first
    }
