"""The capacity check, told in the words that the person reads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from syncd.model.ids import EntityId
from syncd.schedule.capacity import capacity, sentence
from syncd.schedule.free_time import calendar
from syncd.schedule.problem import (
    Firmness,
    Preferences,
    Problem,
    ScheduledBlock,
    Span,
    TaskDemand,
    minute_of,
)

MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
EVENINGS = Preferences(daily=120, weekly=600, share=1.0, horizon_days=28)


def by_end_of(day: date) -> int:
    """Return the moment at which a date ends."""
    return minute_of(datetime.combine(day + timedelta(1), datetime.min.time(), UTC))


def work(name: str, minutes: int, due: date | None = None, **more: Any) -> TaskDemand:
    """Return a task; its name is its title."""
    end = None if due is None else by_end_of(due)
    return TaskDemand(
        id=EntityId(name), title=name, topic=name, minutes=minutes, due=end, **more
    )


def problem(
    *works: TaskDemand,
    preferences: Preferences = EVENINGS,
    busy: Sequence[Span] = (),
    standing: tuple[ScheduledBlock, ...] = (),
    at: datetime = MONDAY,
) -> Problem:
    """Return a problem as it is on Monday morning, or later."""
    now = minute_of(at)
    days, weeks = calendar(preferences, busy, now)
    return Problem(
        now=now,
        days=days,
        weeks=weeks,
        works=works,
        standing=standing,
        daily=preferences.daily,
        shortest=preferences.shortest,
        longest=preferences.longest,
    )


def told(
    *works: TaskDemand, preferences: Preferences = EVENINGS, missed: float = 0.0, **more: Any
) -> list[str]:
    """Return what the person reads."""
    found = capacity(problem(*works, preferences=preferences, **more), preferences, missed)
    return [sentence(one, preferences.zone) for one in found]


def short(
    *works: TaskDemand,
    preferences: Preferences = EVENINGS,
    missed: float = 0.0,
    **more: Any,
) -> dict[str, int]:
    """Return by how much each task is short."""
    found = capacity(problem(*works, preferences=preferences, **more), preferences, missed)
    return {one.task: one.minutes for one in found}


def fixed(start: str, minutes: int, task: str | None = None) -> ScheduledBlock:
    """Return a pinned block."""
    begin = minute_of(datetime.fromisoformat(start).replace(tzinfo=UTC))
    span = Span(begin, begin + minutes)
    owner = EntityId(task) if task else None
    return ScheduledBlock(id=EntityId(start), task=owner, span=span, firmness=Firmness.FIXED)


FRIDAY, SUNDAY = date(2026, 12, 4), date(2026, 12, 6)


def test_what_fits_is_not_told() -> None:
    # Five evenings of two hours each are ten hours.
    assert told(work("SQL course", 600, FRIDAY)) == []


def test_what_is_short_says_by_how_much_before_when_and_what_would_help() -> None:
    wants = replace(EVENINGS, weekly=2000)
    assert told(
        work("SQL course", 150, FRIDAY), work("Talk", 600, FRIDAY), preferences=wants
    ) == [
        "'Talk' is short by 2 h 30 before 4 Dec: raise Monday's cap (`schedule.daily_minutes`,"
        " one for all days), move the date to 6 Dec, or drop a task"
    ]


def test_the_weekday_with_most_free_time_beyond_its_cap_is_named() -> None:
    hours = {**EVENINGS.hours, 1: ((600, 1260),)}
    wants = replace(EVENINGS, hours=hours, weekly=2000)
    assert "raise Tuesday's cap" in told(work("SQL", 700, FRIDAY), preferences=wants)[0]


def test_where_no_hours_are_left_more_hours_are_proposed_but_not_on_a_day_of_rest() -> None:
    hours = {0: ((1080, 1140),), 1: ((1080, 1140),), 2: (), 6: ()}
    wants = replace(EVENINGS, hours=hours, rest_weekdays=frozenset({6}))
    (words,) = told(work("SQL", 240, SUNDAY), preferences=wants)
    assert "add hours on Wednesday" in words
    wants = replace(wants, rest_weekdays=frozenset({2, 3, 4, 5}))
    (words,) = told(work("SQL", 240, SUNDAY), preferences=wants)
    assert "add hours on Sunday" in words


def test_where_the_week_is_full_its_limit_is_proposed() -> None:
    wants = replace(EVENINGS, weekly=300)
    (words,) = told(work("SQL", 330, FRIDAY), preferences=wants)
    assert words == (
        "'SQL' is short by 30 min before 4 Dec: raise the weekly limit of 5 h,"
        " move the date to 7 Dec, or shorten it"
    )


def test_where_the_share_of_free_time_is_used_up_that_is_said() -> None:
    wants = replace(EVENINGS, share=0.2, weekly=2000)
    assert (
        "let blocks fill more than 20 % of your free time"
        in told(work("SQL", 400, FRIDAY), preferences=wants)[0]
    )


def test_where_one_block_a_day_is_too_short_longer_ones_are_proposed() -> None:
    wants = replace(EVENINGS, longest=60)
    (words,) = told(work("SQL", 330, FRIDAY), preferences=wants)
    assert words == (
        "'SQL' is short by 30 min before 4 Dec: allow blocks longer than 1 h,"
        " move the date to 5 Dec, or shorten it"
    )


def test_the_date_that_is_proposed_is_the_first_at_which_it_fits() -> None:
    wants = replace(EVENINGS, weekly=2000)
    talk = work("Talk", 480, date(2026, 12, 9))
    (words,) = told(work("SQL course", 730, FRIDAY), talk, preferences=wants)
    assert "move the date to 9 Dec" not in words
    assert "move the date to 10 Dec" in words
    assert told(work("SQL course", 730, date(2026, 12, 10)), talk, preferences=wants) == []


def test_a_date_is_not_moved_to_where_it_would_make_another_task_short() -> None:
    works = [work("SQL", 700, FRIDAY), work("Talk", 480, date(2026, 12, 8))]
    wants = replace(EVENINGS, weekly=2000)
    (words,) = told(*works, preferences=wants)
    assert "move the date to 9 Dec" in words
    moved = [work("SQL", 700, date(2026, 12, 5)), works[1]]
    assert short(*moved, preferences=wants) == {"Talk": 100}


def test_a_date_is_not_moved_to_where_the_task_is_short_though_others_gain() -> None:
    wants = replace(EVENINGS, weekly=2000)
    words = told(work("A", 660, FRIDAY), work("B", 600, FRIDAY), preferences=wants)
    assert "'A' is short by 1 h before 4 Dec" in words[0]
    assert "move the date to 10 Dec" in words[0]


def test_where_no_date_is_early_enough_none_is_named() -> None:
    (words,) = told(work("SQL", 9000, FRIDAY))
    assert words.endswith(
        ": raise the daily and the weekly limit, move the date, or shorten it"
    )


def test_a_task_without_a_date_fits_into_the_weeks_ahead_or_that_is_said() -> None:
    # Four weeks of ten hours.
    assert told(work("SQL", 2400)) == []
    assert told(work("SQL", 2460)) == [
        "1 h of 'SQL' do not fit in the next 4 weeks: raise the weekly limit of 10 h"
        " or shorten it"
    ]


def test_tasks_without_a_date_come_after_those_with_one_and_after_what_these_were_short_of() -> (
    None
):
    assert short(work("SQL", 660, FRIDAY), work("Rust", 1800)) == {"SQL": 60, "Rust": 60}


def test_a_date_beyond_the_days_ahead_is_reckoned_at_their_average() -> None:
    # Four weeks of ten hours, and four more of the same (less this morning's share).
    due = date(2027, 1, 24)
    assert short(work("SQL", 4000, due)) == {}
    assert short(work("SQL", 6000, due)) != {}


def test_what_is_due_after_the_days_ahead_leaves_those_without_a_date_alone() -> None:
    far = work("SQL", 9000, date(2030, 1, 1))
    assert short(far, work("Rust", 2400)) == {}


def test_a_task_whose_date_has_passed_is_told_so() -> None:
    (words,) = told(work("SQL", 90, date(2026, 11, 27)))
    assert (
        words
        == "'SQL' was due on 27 Nov and still needs 1 h 30: move the date to 30 Nov or drop it"
    )


def test_what_pinned_blocks_cover_in_time_is_not_asked_for_again() -> None:
    pinned = fixed("2026-12-01T06:00", 120, "SQL")
    too_late = fixed("2026-12-07T06:00", 120, "SQL")
    assert short(work("SQL", 600, FRIDAY), standing=(pinned,)) == {}
    # Tuesday's two hours are the pinned ones; so are the week's.
    assert short(work("SQL", 660, FRIDAY), standing=(pinned,)) == {"SQL": 60}
    assert short(work("SQL", 660, FRIDAY), standing=(too_late,)) == {"SQL": 60}


def test_what_fixed_blocks_of_others_take_of_a_day_and_of_a_week_is_gone() -> None:
    other = fixed("2026-12-01T06:00", 90)
    assert short(work("SQL", 600, FRIDAY), standing=(other,)) == {"SQL": 90}
    on_sunday = fixed("2026-12-06T06:00", 90)
    assert short(work("SQL", 600, FRIDAY), standing=(on_sunday,)) == {"SQL": 90}
    last_week = fixed("2026-11-29T06:00", 90)
    assert short(work("SQL", 600, FRIDAY), standing=(last_week,)) == {}


def test_a_past_block_of_this_week_counts_for_the_week() -> None:
    this_morning = fixed("2026-11-30T05:00", 60)
    wants = replace(EVENINGS, daily=180, longest=180)
    assert short(work("SQL", 600, FRIDAY), preferences=wants) == {}
    found = short(work("SQL", 600, FRIDAY), preferences=wants, standing=(this_morning,))
    assert found == {"SQL": 60}


def test_blocks_earlier_in_the_week_count_for_it_and_those_of_last_week_do_not() -> None:
    wants = replace(EVENINGS, weekly=300)
    past = fixed("2026-11-30T05:00", 60), fixed("2026-11-29T23:00", 60)
    thursday = MONDAY + timedelta(days=3)
    task = work("SQL", 300, SUNDAY)
    assert short(task, preferences=wants, at=thursday) == {}
    assert short(task, preferences=wants, at=thursday, standing=past) == {"SQL": 60}


def test_a_block_in_the_last_week_counts_for_it_beyond_the_last_day_too() -> None:
    wants = replace(EVENINGS, weekly=300, horizon_days=4)
    task = work("SQL", 300, date(2026, 12, 3))
    beyond = fixed("2026-12-06T06:00", 60), fixed("2026-12-07T06:00", 60)
    assert short(task, preferences=wants) == {}
    assert short(task, preferences=wants, standing=beyond) == {"SQL": 60}


def test_busy_time_leaves_less() -> None:
    evening = minute_of(datetime(2026, 12, 1, 18, tzinfo=UTC))
    assert short(work("SQL", 600, FRIDAY), busy=[Span(evening, evening + 180)]) == {"SQL": 120}


def test_free_time_too_short_for_a_block_does_not_count() -> None:
    wants = replace(EVENINGS, hours=dict.fromkeys(range(7), ((1080, 1105),)))
    assert short(work("SQL", 30, FRIDAY), preferences=wants) == {"SQL": 30}


def test_what_is_missed_at_the_usual_rate_counts_into_the_demand() -> None:
    assert short(work("SQL", 480, FRIDAY), missed=0.2) == {}
    assert short(work("SQL", 481, FRIDAY), missed=0.2) == {"SQL": 2}


def test_a_task_that_others_wait_for_is_due_with_the_first_of_them() -> None:
    first = work("Basics", 660)
    then = work("Exam", 30, FRIDAY, after=(EntityId("Basics"),))
    found = capacity(problem(first, then), EVENINGS)
    assert {one.task: (one.minutes, one.due) for one in found} == {
        "Basics": (60, by_end_of(FRIDAY)),
        "Exam": (30, by_end_of(FRIDAY)),
    }
    words = next(sentence(one, "UTC") for one in found if one.task == "Basics")
    assert "move the date of what waits for it" in words


def test_tasks_that_wait_for_each_other_are_reckoned_all_the_same() -> None:
    one = work("A", 60, FRIDAY, after=(EntityId("B"),))
    two = work("B", 60, after=(EntityId("A"), EntityId("gone")))
    assert short(one, two) == {}


def test_days_freed_of_a_task_and_days_before_its_release_are_not_its_own() -> None:
    tuesday = minute_of(datetime(2026, 12, 1, 19, tzinfo=UTC))
    freed = work("SQL", 600, FRIDAY, avoid=(Span(tuesday, tuesday + 30),))
    assert short(freed) == {"SQL": 120}
    wednesday = minute_of(datetime(2026, 12, 2, tzinfo=UTC))
    assert short(work("SQL", 600, FRIDAY, release=wednesday)) == {"SQL": 240}


def test_without_any_room_everything_is_short_and_nothing_breaks() -> None:
    for wants in (
        replace(EVENINGS, horizon_days=0),
        replace(EVENINGS, hours={}),
        replace(EVENINGS, daily=0),
        replace(EVENINGS, share=0.0),
        replace(EVENINGS, pauses=((date(2026, 1, 1), date(2027, 12, 31)),)),
    ):
        assert short(work("SQL", 60, FRIDAY), work("Rust", 60), preferences=wants) == {
            "SQL": 60,
            "Rust": 60,
        }
        assert all(told(work("SQL", 60, FRIDAY), work("Rust", 60), preferences=wants))
    assert told() == []


def test_the_date_is_told_in_the_persons_zone() -> None:
    # The end of 4 December in Auckland is 11:00 in UTC.
    due = minute_of(datetime(2026, 12, 4, 11, 0, tzinfo=UTC))
    wants = replace(EVENINGS, zone="Pacific/Auckland", hours={})
    task = replace(work("SQL", 60), due=due)
    assert "before 4 Dec" in told(task, preferences=wants)[0]
