"""One fault is planted into a timetable that has none; the checker names that one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncd.model.ids import EntityId
from syncd.schedule.check import CheckInput, HardRule, Slot, check
from syncd.schedule.problem import Preferences

BERLIN = ZoneInfo("Europe/Berlin")
SQL, RUST, TALK = EntityId("sql"), EntityId("rust"), EntityId("talk")


def at(text: str) -> datetime:
    """Return an instant by the clock in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def slot(
    name: str, task: EntityId | None, start: str, minutes: int = 60, *, fixed: bool = False
) -> Slot:
    """Return a block."""
    begins = at(start)
    # By the clock on the wall; no hour is skipped or doubled inside a block here.
    ends = begins + timedelta(minutes=minutes)
    return Slot(id=EntityId(name), task=task, start=begins, end=ends, fixed=fixed)


# Wednesday; evenings from 18 to 21 and Saturday mornings; no Sundays.
HOURS = {**dict.fromkeys(range(7), ((1080, 1260),)), 5: ((480, 720), (1080, 1260))}
PREFERENCES = Preferences(
    zone="Europe/Berlin",
    hours=HOURS,
    rest_weekdays=frozenset({6}),
    rest_dates=frozenset({date(2026, 3, 31)}),
    pauses=((date(2026, 4, 10), date(2026, 4, 12)),),
    weekly=999,
    horizon_days=28,
)
GIVEN = CheckInput(
    preferences=PREFERENCES,
    now=at("2026-03-25 12:00:30"),
    busy=(
        (at("2026-03-27 18:00"), at("2026-03-27 19:00")),
        (at("2026-04-13 00:00"), at("2026-04-14 00:00")),
    ),
    order=frozenset({(SQL, TALK)}),
    freed=((at("2026-03-26 20:00"), at("2026-03-26 21:00")),),
    avoid={RUST: ((at("2026-04-01 19:00"), at("2026-04-01 20:00")),)},
)
VALID = (
    slot("past", SQL, "2026-03-24 18:00", fixed=True),
    slot("a", SQL, "2026-03-25 18:00"),
    slot("b", RUST, "2026-03-25 19:00"),
    slot("c", SQL, "2026-03-26 18:00"),
    slot("d", RUST, "2026-03-28 08:00"),
    slot("e", TALK, "2026-04-02 18:00", 90),
    slot("pinned", RUST, "2026-04-03 06:00", 200, fixed=True),
)


def named(
    given: CheckInput, before: tuple[Slot, ...], after: Sequence[Slot]
) -> set[tuple[HardRule, EntityId]]:
    """Return each rule and block that the checker names."""
    return {(fault.rule, fault.block) for fault in check(given, before, after)}


def with_moved(name: str, start: str, minutes: int = 60, **changes: Any) -> tuple[Slot, ...]:
    """Return the timetable with one block put elsewhere."""
    begins = at(start)
    moved = {"start": begins, "end": begins + timedelta(minutes=minutes), **changes}
    return tuple(replace(one, **moved) if one.id == name else one for one in VALID)


def test_a_timetable_without_faults_is_let_be() -> None:
    assert check(GIVEN, VALID, VALID) == ()
    assert check(GIVEN, (), VALID) == ()


@pytest.mark.parametrize(
    ("rule", "name", "start", "minutes"),
    [
        pytest.param(HardRule.BUSY, "c", "2026-03-27 18:30", 60, id="over an event"),
        pytest.param(HardRule.BUSY, "c", "2026-03-27 19:05", 60, id="inside its buffer"),
        pytest.param(
            HardRule.BUSY, "d", "2026-04-13 18:00", 60, id="a day that is busy all day"
        ),
        pytest.param(HardRule.OVERLAP, "b", "2026-03-25 18:30", 60, id="over another block"),
        pytest.param(
            HardRule.HOURS, "d", "2026-03-30 20:15", 60, id="beyond the window's minutes"
        ),
        pytest.param(HardRule.HOURS, "c", "2026-03-26 17:45", 60, id="before the window"),
        pytest.param(HardRule.HOURS, "d", "2026-03-28 13:00", 60, id="between two windows"),
        pytest.param(HardRule.REST, "d", "2026-03-29 18:00", 60, id="on a rest day"),
        pytest.param(HardRule.REST, "e", "2026-03-31 18:00", 60, id="on a date of rest"),
        pytest.param(HardRule.REST, "e", "2026-04-11 18:00", 60, id="in the leave"),
        pytest.param(
            HardRule.SHORT, "c", "2026-03-26 18:00", 25, id="shorter than a block may be"
        ),
        pytest.param(
            HardRule.ONE_A_DAY, "d", "2026-03-25 20:00", 30, id="two of a task on one day"
        ),
        pytest.param(HardRule.ORDER, "e", "2026-03-25 20:00", 30, id="before what comes first"),
        pytest.param(HardRule.ORDER, "c", "2026-04-04 18:00", 60, id="after what comes later"),
        pytest.param(HardRule.FREED, "c", "2026-03-26 19:30", 60, id="in time that was freed"),
        pytest.param(
            HardRule.FREED, "d", "2026-04-01 18:00", 30, id="on a day freed of its task"
        ),
        pytest.param(HardRule.HORIZON, "e", "2026-04-22 18:00", 60, id="beyond the horizon"),
    ],
)
def test_the_one_fault_that_is_planted_is_the_one_that_is_named(
    rule: HardRule, name: str, start: str, minutes: int
) -> None:
    given, after = GIVEN, with_moved(name, start, minutes)
    if rule in (HardRule.ONE_A_DAY, HardRule.ORDER, HardRule.FREED):
        given = replace(GIVEN, preferences=replace(PREFERENCES, daily=300))
    if rule is HardRule.FREED:
        given = replace(given, busy=())
    assert named(given, VALID, after) == {(rule, EntityId(name))}


def test_a_block_that_is_too_long_is_named() -> None:
    given = replace(GIVEN, preferences=replace(PREFERENCES, daily=300, longest=80))
    after = with_moved("e", "2026-04-02 18:00", 85)
    assert named(given, VALID, after) == {(HardRule.LONG, "e")}


def test_a_block_in_the_past_is_named_and_one_in_this_minute_is_not() -> None:
    given = replace(GIVEN, now=at("2026-03-25 18:05:40"))
    assert named(given, VALID, with_moved("a", "2026-03-25 18:04", 56)) == {
        (HardRule.PAST, "a")
    }
    assert named(given, VALID, with_moved("a", "2026-03-25 18:05", 55)) == set()


def test_a_day_over_the_cap_blames_only_the_block_that_came_to_it() -> None:
    after = (*VALID, slot("new", None, "2026-03-25 20:00", 30))
    assert named(GIVEN, VALID, after) == {(HardRule.DAILY, "new")}


def test_a_week_over_the_cap_counts_its_past_and_fixed_blocks() -> None:
    given = replace(GIVEN, preferences=replace(PREFERENCES, weekly=299))
    # Monday to Sunday: an hour is past, four are ahead; one of these is moved.
    assert named(given, VALID, with_moved("d", "2026-03-28 09:00")) == {(HardRule.WEEKLY, "d")}


def test_a_week_is_filled_up_to_its_share_of_the_free_time_and_no_further() -> None:
    # Free: five evenings of 180, Saturday 240 and 180, less 60 busy and 10 of buffer.
    given = replace(GIVEN, preferences=replace(PREFERENCES, share=0.24))
    new = slot("new", None, "2026-03-28 18:00", 30)
    shorter = with_moved("d", "2026-03-28 09:00", 60)
    assert (5 * 180 + 420 - 70) * 24 // 100 == 300
    assert named(given, VALID, shorter) == set()
    longer = with_moved("d", "2026-03-28 09:00", 61)
    assert named(given, VALID, longer) == {(HardRule.SHARE, "d")}
    assert named(given, VALID, (*VALID, new)) == {(HardRule.SHARE, "new")}


def test_a_fixed_block_that_moves_or_goes_is_a_fault() -> None:
    moved = with_moved("pinned", "2026-04-03 07:00", 200)
    assert named(GIVEN, VALID, moved) == {(HardRule.FIXED, "pinned")}
    assert named(GIVEN, VALID, VALID[:-1]) == {(HardRule.FIXED, "pinned")}


def test_a_fixed_block_is_not_judged_but_counts_for_the_others() -> None:
    dragged = slot("pin", TALK, "2026-03-26 17:00", 90, fixed=True)
    assert named(GIVEN, VALID, (*VALID, dragged)) == set()
    elsewhere = with_moved("c", "2026-03-26 18:15")
    assert named(GIVEN, VALID, (*elsewhere, dragged)) == {
        (HardRule.OVERLAP, "c"),
        (HardRule.DAILY, "c"),
    }


def test_a_block_that_stays_is_not_blamed_for_what_came_over_it() -> None:
    meeting = (at("2026-03-25 18:00"), at("2026-03-25 19:00"))
    given = replace(GIVEN, busy=(*GIVEN.busy, meeting))
    assert check(given, VALID, VALID) == ()
    assert named(given, (), VALID) == {(HardRule.BUSY, "a"), (HardRule.BUSY, "b")}


def test_a_later_task_that_the_person_pinned_early_holds_up_no_earlier_one() -> None:
    dragged = slot("pin", TALK, "2026-03-25 06:00", fixed=True)
    given = replace(GIVEN, preferences=replace(PREFERENCES, daily=300))
    assert named(given, (), (*VALID, dragged)) == set()


def test_tasks_that_wait_for_each_other_in_a_circle_bind_nobody() -> None:
    circle = frozenset({(SQL, RUST), (RUST, TALK), (TALK, SQL)})
    assert check(replace(GIVEN, order=circle), (), VALID) == ()
    longer = frozenset({(RUST, SQL), (TALK, TALK)})
    assert (HardRule.ORDER, "a") in named(replace(GIVEN, order=longer), (), VALID)


def test_one_block_given_twice_overlaps_itself() -> None:
    assert (HardRule.OVERLAP, "a") in named(GIVEN, (), (*VALID, VALID[1]))


def test_a_block_that_ends_before_it_starts_is_too_short() -> None:
    assert (HardRule.SHORT, "c") in named(
        GIVEN, VALID, with_moved("c", "2026-03-26 19:00", -60)
    )


@pytest.mark.parametrize(
    ("zone", "start", "inside"),
    [
        ("Europe/Berlin", "2026-03-28T17:00+00:00", True),
        ("Europe/Berlin", "2026-03-30T17:00+00:00", True),  # summer time: 19:00
        ("Europe/Berlin", "2026-03-30T16:00+00:00", True),
        ("Europe/Berlin", "2026-03-28T16:00+00:00", False),  # winter time: 17:00
        ("America/New_York", "2026-03-30T18:00+00:00", False),
        ("America/New_York", "2026-03-30T22:00+00:00", True),
        ("Asia/Kathmandu", "2026-03-30T12:15+00:00", True),
        ("Asia/Kathmandu", "2026-03-30T12:00+00:00", False),
    ],
)
def test_the_hours_are_the_persons_wall_clock_on_either_side_of_a_clock_change(
    zone: str, start: str, inside: bool
) -> None:
    given = CheckInput(preferences=Preferences(zone=zone), now=at("2026-03-25 12:00"))
    begins = datetime.fromisoformat(start)
    block = Slot(id=EntityId("x"), task=SQL, start=begins, end=begins + timedelta(hours=1))
    assert named(given, (), [block]) == (set() if inside else {(HardRule.HOURS, "x")})


def test_a_window_in_a_skipped_hour_is_an_hour_later() -> None:
    hours = dict.fromkeys(range(7), ((120 + 15, 120 + 45),))
    given = CheckInput(
        preferences=Preferences(zone="Europe/Berlin", hours=hours, share=1.0),
        now=at("2026-03-25 12:00"),
    )
    begins = datetime.fromisoformat("2026-03-29T01:15+00:00")
    block = Slot(id=EntityId("x"), task=SQL, start=begins, end=begins + timedelta(minutes=30))
    assert named(given, (), [block]) == set()


def test_a_fault_says_when_the_block_is_and_what_is_wrong() -> None:
    (fault,) = check(GIVEN, VALID, with_moved("c", "2026-03-27 18:30"))
    assert fault.sentence == "2026-03-27 18:30-19:30 is over or too close to busy time"


@pytest.mark.parametrize(
    ("name", "start", "minutes"),
    [
        pytest.param("c", "2026-03-27 19:10", 60, id="where the buffer ends"),
        pytest.param("c", "2026-03-30 20:00", 60, id="until the window closes"),
        pytest.param(
            "c", "2026-03-30 18:00", 120, id="as long as may be, as much as a day holds"
        ),
        pytest.param("c", "2026-03-26 18:00", 30, id="as short as may be"),
        pytest.param("b", "2026-03-25 20:00", 60, id="after another block without a pause"),
        pytest.param("d", "2026-04-04 18:00", 60, id="the day after a pinned one of its task"),
    ],
)
def test_what_just_fits_is_let_be(name: str, start: str, minutes: int) -> None:
    given = replace(GIVEN, preferences=replace(PREFERENCES, longest=120))
    assert named(given, VALID, with_moved(name, start, minutes)) == set()


def test_one_minute_beyond_the_window_is_too_much() -> None:
    assert named(GIVEN, VALID, with_moved("d", "2026-03-30 20:01")) == {(HardRule.HOURS, "d")}


def test_an_event_without_length_is_in_nobodys_way() -> None:
    moment = at("2026-03-26 18:30")
    assert named(replace(GIVEN, busy=((moment, moment),)), (), VALID) == set()


def test_the_share_is_that_of_the_time_off_busy_time_and_its_buffers() -> None:
    # As above, and the end of Saturday evening with the buffer before it: 1181 min.
    evening = (at("2026-03-28 20:01"), at("2026-03-28 21:00"))
    exact = replace(PREFERENCES, share=0.5, weekly=9999, daily=9999, longest=999)
    given = replace(GIVEN, preferences=exact, busy=(*GIVEN.busy, evening))
    rest = slot("rest", None, "2026-03-26 21:00", 590 - 5 * 60 + 60)
    full = named(given, VALID, (*with_moved("c", "2026-03-30 18:00"), rest))
    over = replace(rest, end=rest.end + timedelta(minutes=1))
    fuller = named(given, VALID, (*with_moved("c", "2026-03-30 18:00"), over))
    assert (HardRule.SHARE, "rest") not in full
    assert (HardRule.SHARE, "rest") in fuller


def test_a_date_that_never_was_adds_no_free_time() -> None:
    # Samoa went from the 29th to the 31st of December 2011.
    given = CheckInput(
        preferences=Preferences(zone="Pacific/Apia", share=0.027, weekly=9999),
        now=datetime.fromisoformat("2011-12-27T12:00+00:00"),
    )
    begins = datetime.fromisoformat("2011-12-31T04:30+00:00")
    block = Slot(id=EntityId("x"), task=SQL, start=begins, end=begins + timedelta(minutes=30))
    # Six evenings of three hours are 1080 minutes: 2.7 % of them are 29, of seven evenings 34.
    (fault,) = check(given, (), [block])
    assert (fault.rule, fault.sentence[:16]) == (HardRule.SHARE, "2011-12-31 18:30")
