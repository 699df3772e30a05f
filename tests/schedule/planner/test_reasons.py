"""Why a block is there, why it moved, why some effort has none."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from syncd.model.ids import EntityId
from syncd.schedule.explain import Reasons, reasons
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import (
    Effort,
    Firmness,
    Placed,
    Problem,
    ScheduledBlock,
    Score,
    Span,
    TaskDemand,
    Timetable,
)
from tests.schedule.planner.problems import at, days, problem, problems, stands, weeks, work

EVENING = 1080


def told(given: Problem, effort: Effort = Effort.REPAIR) -> Reasons:
    rng = random.Random(1)  # noqa: S311  not a secret
    return reasons(given, Annealer().plan(given, effort, rng))


def at_hand(given: Problem, *blocks: tuple[str | None, str, int, int]) -> Reasons:
    """Return the reasons of a timetable that is given block by block."""
    placed = tuple(
        Placed(
            id=EntityId(name) if name else None,
            task=EntityId(task),
            span=Span(start, start + minutes),
        )
        for name, task, start, minutes in blocks
    )
    return reasons(given, Timetable(blocks=placed, unplaced={}, score=Score()))


def test_a_block_on_the_first_day_with_room_says_so() -> None:
    assert told(problem(7, work("book", 60))).placed == ("The first day with room",)


def test_a_due_date_is_named_by_the_day_that_it_ends() -> None:
    assert told(problem(7, work("book", 60, due=at(5, 0)))).placed == (
        "Due 6 Mar; the first day with room",
    )


def test_the_only_day_before_a_due_date_is_told() -> None:
    given = problem(7, work("book", 60, due=at(1, 0)))
    assert told(given).placed == ("Due 2 Mar; the only day with room before that",)


def test_a_task_that_others_wait_for_is_due_for_them() -> None:
    given = problem(
        7, work("book", 60), work("talk", 60, due=at(6, 0), after=(EntityId("book"),))
    )
    assert told(given).placed == (
        "Needed for 'talk', due 7 Mar; the first day with room",
        "Due 7 Mar; the first day with room after 'book'",
    )


def test_a_task_that_begins_later_names_the_day() -> None:
    given = problem(7, work("book", 60, release=at(3, 600)))
    assert told(given).placed == ("The first day with room from 5 Mar on",)


def test_a_late_block_says_that_nothing_earlier_has_room() -> None:
    given = problem(7, work("book", 60, due=at(0, 600)))
    assert told(given).placed == ("Due 2 Mar; no earlier day has room",)


@pytest.mark.parametrize(
    ("day", "words"),
    [(2, "A day after the last block of the same task"), (4, "Three days after the last")],
)
def test_the_distance_to_the_block_before_is_told(day: int, words: str) -> None:
    given = problem(7, work("book", 120))
    found = at_hand(
        given, (None, "book", at(1, EVENING), 60), (None, "book", at(day, EVENING), 60)
    )
    assert found.placed[1].startswith(words)


def test_a_liked_time_is_told() -> None:
    liked = tuple(
        type(day)(date=day.date, span=day.span, week=0, free=day.free, liked=day.free)
        for day in days(7)
    )
    given = problem(7, work("book", 60), days=liked)
    found = at_hand(given, (None, "book", at(3, EVENING), 60))
    assert found.placed == ("At a time of day that you like",)


def test_a_frozen_block_stays_for_it_starts_soon() -> None:
    stood = stands("a", "book", at(0, EVENING), 60, Firmness.FROZEN)
    assert told(problem(7, work("book", 60), standing=(stood,))).placed == (
        "Starts so soon that it stays",
    )


def moved(
    stood_at: int,
    *works: TaskDemand,
    minutes: int = 60,
    others: Sequence[ScheduledBlock] = (),
    firmness: Firmness = Firmness.PUBLISHED,
    **how: object,
) -> str:
    """Return why the block of the first task moved or went."""
    stood = stands("a", "book", stood_at, minutes, firmness)
    given = problem(7, *works, standing=(stood, *others), **how)
    found = told(given)
    return {**found.moved, **found.dropped}[EntityId("a")]


def test_what_moves_a_block_is_told() -> None:
    book, talk = work("book", 60), work("talk", 60, due=at(1, 0))
    pinned = stands("b", "talk", at(1, EVENING + 30), 60, Firmness.FIXED)
    long = stands("b", "talk", at(1, 600), 90, Firmness.FIXED)
    empty = (*days(1, ()), *days(7)[1:])
    freed = work("book", 60, avoid=(Span(at(1, EVENING), at(1, EVENING + 60)),))
    first = work("essay", 120)
    then = work("book", 60, after=(EntityId("essay"),))
    assert moved(at(1, 600), book) == "the time is no longer free"
    assert moved(at(0, EVENING), book, days=empty) == "nothing is free on that day any more"
    assert moved(at(1, EVENING), book, talk, others=(pinned,)) == "'talk' is pinned there"
    assert moved(at(1, EVENING), book, talk, others=(long,)) == "the day was full"
    assert moved(at(1, EVENING), freed) == "that day was freed of it"
    assert moved(at(0, EVENING), then, first) == "'essay' has to be done first"
    assert moved(at(1, EVENING), work("book", 60, release=at(3, 0))) == (
        "it does not begin before 5 Mar"
    )
    assert moved(at(1, EVENING), work("book", 0)) == "nothing is left to do for it"
    assert moved(at(1, EVENING), work("book", 75)) == "its task needs more time"
    assert moved(at(1, EVENING), book, minutes=90, firmness=Firmness.DRAFT) == (
        "its task needs less time"
    )
    assert moved(at(8, EVENING), book) == "that day is not planned"


def test_a_block_that_makes_room_names_for_what() -> None:
    talk = work("talk", 60, due=at(1, 0))
    stood = stands("a", "book", at(0, EVENING), 120, Firmness.PUBLISHED)
    found = told(problem(7, work("book", 120), talk, standing=(stood,)))
    assert found.moved == {"a": "makes room for 'talk', due 2 Mar"}


def test_a_block_without_a_task_is_dropped_for_there_is_nothing_to_do() -> None:
    stood = stands("a", "gone", at(1, EVENING), 60, Firmness.PUBLISHED)
    found = told(problem(7, work("book", 60), standing=(stood,)))
    assert found.dropped == {"a": "nothing is left to do for it"}


def lacking(*works: TaskDemand, **how: object) -> dict[str, str]:
    given = problem(7, *works, **how)
    return {str(task): words for task, words in told(given).unplaced.items()}


def test_what_keeps_effort_from_having_a_block_is_told() -> None:
    book = work("book", 60)
    much = work("book", 900)
    then = work("then", 60, after=(EntityId("book"),))
    freed = work("book", 60, avoid=(Span(at(0, 0), at(7, 0)),))
    assert lacking(book, days=days(7, ())) == {"book": "nothing is free in the next 7 days"}
    assert lacking(book, days=(), weeks=()) == {"book": "no days are planned"}
    assert lacking(book, weeks=weeks(7, 0)) == {"book": "the weekly limit of 0 min is used up"}
    assert lacking(much) == {"book": "the weekly limit of 8 h is used up"}
    assert lacking(book, daily=0) == {"book": "the daily limit of 0 min is used up"}
    assert lacking(much, weeks=weeks(7, 2000), daily=300) == {
        "book": "every day with room has a block of it already"
    }
    assert lacking(work("book", 900), then)["then"] == (
        "it waits for 'book', which has no room itself"
    )
    assert lacking(freed) == {"book": "the days with room were freed of it"}
    assert lacking(work("book", 60, release=at(9, 0))) == {
        "book": "it does not begin before 11 Mar"
    }


@given(problem=problems())
@settings(max_examples=60)
def test_there_is_a_reason_for_everything(problem: Problem) -> None:
    rng = random.Random(1)  # noqa: S311  not a secret
    timetable = Annealer().plan(problem, Effort.REPAIR, rng)
    found = reasons(problem, timetable)
    now_at = {block.id: block.span for block in timetable.blocks}
    loose = [block for block in problem.standing if block.firmness is not Firmness.FIXED]
    assert len(found.placed) == len(timetable.blocks)
    assert all(found.placed)
    assert set(found.unplaced) == set(timetable.unplaced)
    assert set(found.dropped) == {one.id for one in loose if one.id not in now_at}
    assert set(found.moved) == {
        one.id for one in loose if one.id in now_at and now_at[one.id] != one.span
    }
