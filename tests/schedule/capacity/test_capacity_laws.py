"""Laws of the capacity check."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

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
from tests.examples import examples

NOW = minute_of(datetime(2026, 3, 26, 9, 0, tzinfo=UTC))
CLOCK = st.integers(min_value=0, max_value=48).map(lambda half: half * 30)
WINDOW = st.tuples(CLOCK, CLOCK).filter(lambda window: window[0] < window[1])
MINUTES = st.integers(min_value=0, max_value=20).map(lambda quarter: quarter * 15)
AHEAD = st.integers(min_value=-1440, max_value=20 * 1440)


@st.composite
def preferences(draw: st.DrawFn) -> Preferences:
    """Draw settings for two weeks across a clock change."""
    zone = st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe"])
    weekdays = st.integers(min_value=0, max_value=6)
    return Preferences(
        zone=draw(zone),
        hours=draw(st.dictionaries(weekdays, st.lists(WINDOW, max_size=2).map(tuple))),
        rest_weekdays=draw(st.frozensets(weekdays, max_size=2)),
        daily=draw(st.sampled_from([0, 60, 120, 240])),
        weekly=draw(st.sampled_from([120, 480, 2000])),
        share=draw(st.sampled_from([0.3, 0.6, 1.0])),
        longest=draw(st.sampled_from([60, 120])),
        horizon_days=draw(st.integers(min_value=0, max_value=14)),
    )


@st.composite
def works(draw: st.DrawFn) -> tuple[TaskDemand, ...]:
    """Draw tasks, some dated, some waiting for others."""
    names = [EntityId(f"t{number}") for number in range(draw(st.integers(0, 6)))]
    return tuple(
        TaskDemand(
            id=name,
            title=name,
            topic=name,
            minutes=draw(MINUTES) * 2,
            due=draw(st.none() | AHEAD.map(lambda ahead: NOW + ahead)),
            release=draw(st.none() | AHEAD.map(lambda ahead: NOW + ahead)),
            after=tuple(draw(st.lists(st.sampled_from(names), max_size=1))),
        )
        for name in names
    )


@st.composite
def problems(draw: st.DrawFn) -> tuple[Problem, Preferences]:
    """Draw a problem with its settings."""
    wants = draw(preferences())
    busy = draw(
        st.lists(st.builds(lambda at: Span(NOW + at, NOW + at + 90), AHEAD), max_size=5)
    )
    tasks = draw(works())
    standing = tuple(
        ScheduledBlock(
            id=EntityId(f"b{number}"),
            task=tasks[0].id if len(tasks) > 0 and draw(st.booleans()) else None,
            span=Span(NOW + at, NOW + at + 60),
            firmness=draw(st.sampled_from([Firmness.FIXED, Firmness.DRAFT])),
        )
        for number, at in enumerate(draw(st.lists(AHEAD, max_size=3)))
    )
    return problem(wants, busy, tasks, standing), wants


def problem(
    wants: Preferences,
    busy: Sequence[Span],
    tasks: tuple[TaskDemand, ...],
    standing: tuple[ScheduledBlock, ...] = (),
) -> Problem:
    """Return a problem."""
    days, weeks = calendar(wants, busy, NOW)
    return Problem(
        now=NOW,
        days=days,
        weeks=weeks,
        works=tasks,
        standing=standing,
        daily=wants.daily,
        shortest=wants.shortest,
        longest=wants.longest,
    )


def short(given_: Problem, wants: Preferences, missed: float = 0.0) -> dict[str, int]:
    """Return the shortfalls by task."""
    return {one.task: one.minutes for one in capacity(given_, wants, missed)}


def filled(problem_: Problem) -> set[EntityId]:
    """Fill time minute by minute, earliest date first; return the tasks that are late."""
    week = [one.capacity for one in problem_.weeks]
    day = [problem_.daily] * len(problem_.days)
    left = [[(run.start, run.end) for run in one.free] for one in problem_.days]
    for block in (one for one in problem_.standing if one.firmness is Firmness.FIXED):
        for number, one in enumerate(problem_.days):
            if one.span.start <= block.span.start < one.span.end:
                day[number] -= block.span.minutes
                week[one.week] -= block.span.minutes
            left[number] = [
                part
                for start, end in left[number]
                for part in (
                    (start, min(end, block.span.start)),
                    (max(start, block.span.end), end),
                )
                if part[0] < part[1]
            ]
    late = set()
    known = problem_.days[-1].span.end if problem_.days else NOW
    dated = [
        (one.due, one) for one in problem_.works if one.due is not None and one.due <= known
    ]
    for due, work in sorted(dated, key=lambda one: one[0]):
        needs = work.minutes - sum(
            one.span.minutes
            for one in problem_.standing
            if one.task == work.id
            and one.firmness is Firmness.FIXED
            and problem_.now < one.span.end <= due
        )
        for number, one in enumerate(problem_.days):
            runs, left[number] = left[number], []
            for start, end in runs:
                room = min(end, due) - start
                takes = max(0, min(needs, room, day[number], week[one.week]))
                needs, day[number] = needs - takes, day[number] - takes
                week[one.week] -= takes
                left[number].append((start + takes, end))
        if needs > 0:
            late.add(work.id)
    return late


@examples(150)
@given(problems())
def test_where_nothing_is_short_serving_the_earliest_date_first_keeps_all_dates(
    drawn: tuple[Problem, Preferences],
) -> None:
    given_, wants = drawn
    # What comes before what, and when it may begin, is the planner's business.
    free = tuple(replace(one, after=(), release=None) for one in given_.works)
    given_ = replace(given_, works=free)
    short_ones = {one.task for one in capacity(given_, wants) if one.due is not None}
    if not short_ones:
        assert filled(given_) == set()


@examples(150)
@given(problems(), st.sampled_from([0.0, 0.2, 0.5]))
def test_a_task_is_short_by_some_of_its_effort_and_each_can_be_told(
    drawn: tuple[Problem, Preferences], missed: float
) -> None:
    given_, wants = drawn
    minutes = {one.id: one.minutes for one in given_.works}
    for one in capacity(given_, wants, missed):
        assert 0 < one.minutes <= minutes[one.task] / (1 - missed) + 1
        assert one.helps
        assert sentence(one, wants.zone)


@examples(150)
@given(problems(), WINDOW, st.integers(0, 6))
def test_more_hours_make_nothing_worse(
    drawn: tuple[Problem, Preferences], window: tuple[int, int], weekday: int
) -> None:
    given_, wants = drawn
    tasks, standing = given_.works, given_.standing
    more = {**wants.hours, weekday: (*wants.hours.get(weekday, ()), window)}
    wider = replace(wants, hours=more)
    before = sum(short(problem(wants, (), tasks, standing), wants).values())
    after = sum(short(problem(wider, (), tasks, standing), wider).values())
    assert after <= before


@examples(120)
@given(problems(), AHEAD)
def test_more_busy_time_makes_nothing_better(
    drawn: tuple[Problem, Preferences], ahead: int
) -> None:
    _, wants = drawn
    tasks = drawn[0].works
    busy = [Span(NOW + ahead, NOW + ahead + 120)]
    before = sum(short(problem(wants, (), tasks), wants).values())
    assert sum(short(problem(wants, busy, tasks), wants).values()) >= before


@examples(120)
@given(problems(), st.integers(0, 5), MINUTES)
def test_more_effort_makes_nothing_better(
    drawn: tuple[Problem, Preferences], at: int, minutes: int
) -> None:
    given_, wants = drawn
    if at >= len(given_.works):
        return
    grown = list(given_.works)
    grown[at] = replace(grown[at], minutes=grown[at].minutes + minutes)
    more = replace(given_, works=tuple(grown))
    assert sum(short(more, wants).values()) >= sum(short(given_, wants).values())


@examples(120)
@given(problems())
def test_more_that_is_missed_makes_nothing_better(drawn: tuple[Problem, Preferences]) -> None:
    given_, wants = drawn
    sums = [sum(short(given_, wants, rate).values()) for rate in (0.0, 0.1, 0.3, 0.5, 0.9)]
    assert sums == sorted(sums)


@examples(150)
@given(problems())
def test_a_date_that_is_proposed_makes_a_task_fit(drawn: tuple[Problem, Preferences]) -> None:
    given_, wants = drawn
    given_ = replace(given_, works=tuple(replace(one, after=()) for one in given_.works))
    before = short(given_, wants)
    named = {f"{day.date.day} {day.date:%b}": day.span.end for day in given_.days}
    for one in capacity(given_, wants):
        words = next(
            (help_ for help_ in one.helps if help_.startswith("move the date to ")), ""
        )
        if not words:
            continue
        due = named[words.removeprefix("move the date to ")]
        assert one.due is not None
        assert due > one.due
        moved = tuple(
            replace(work, due=due) if work.id == one.task else work for work in given_.works
        )
        dated = {work.id for work in moved if work.due is not None}
        after = short(replace(given_, works=moved), wants)
        assert one.task not in after
        assert sum(after.get(name, 0) for name in dated) <= sum(
            before.get(name, 0) for name in dated
        )


@examples(100)
@given(problems())
def test_the_same_problem_in_another_order_is_told_the_same(
    drawn: tuple[Problem, Preferences],
) -> None:
    given_, wants = drawn
    backwards = replace(given_, works=given_.works[::-1], standing=given_.standing[::-1])
    assert capacity(backwards, wants) == capacity(given_, wants)
