"""Repair: what may stay stays, and only what is broken moves."""

import random
from dataclasses import replace

import pytest

from syncd.model.ids import EntityId
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Effort, Firmness, Problem, Span, Timetable, Weights
from tests.schedule.planner.problems import at, days, problem, stands, weeks, work

EVENING = 1080


def plan(given: Problem, effort: Effort = Effort.REPAIR) -> Timetable:
    return Annealer().plan(given, effort, random.Random(1))  # noqa: S311  not a secret


def spans(found: Timetable) -> dict[str | None, Span]:
    return {block.id: block.span for block in found.blocks}


def test_a_block_that_is_still_valid_stays_though_an_earlier_day_is_free() -> None:
    stood = stands("a", "book", at(5, EVENING), 60, Firmness.DRAFT)
    found = plan(problem(7, work("book", 60), standing=(stood,)))
    assert spans(found) == {"a": stood.span}


def test_a_block_that_lost_its_time_moves_and_keeps_its_id_and_length() -> None:
    stood = stands("a", "book", at(2, 600), 75, Firmness.PUBLISHED)
    found = plan(problem(7, work("book", 75), standing=(stood,)))
    assert [(block.id, block.span.minutes) for block in found.blocks] == [("a", 75)]
    assert found.blocks[0].span.start == at(2, EVENING), "the same day is the least way"


def test_effort_without_a_block_gets_one() -> None:
    stood = stands("a", "book", at(2, EVENING), 60, Firmness.PUBLISHED)
    found = plan(problem(7, work("book", 150), standing=(stood,)))
    assert spans(found)["a"] == stood.span
    assert sum(block.span.minutes for block in found.blocks) == 150


def test_a_quarter_of_an_hour_more_makes_a_block_longer_instead_of_adding_one() -> None:
    stood = stands("a", "book", at(2, EVENING), 60, Firmness.PUBLISHED)
    found = plan(problem(7, work("book", 75), standing=(stood,)))
    assert spans(found) == {"a": Span(at(2, EVENING), at(2, EVENING + 75))}


@pytest.mark.parametrize("minutes", [0, -30])
def test_a_block_of_a_task_that_is_done_is_dropped(minutes: int) -> None:
    stood = stands("a", "book", at(2, EVENING), 60, Firmness.FROZEN)
    assert plan(problem(7, work("book", minutes), standing=(stood,))).blocks == ()


def test_a_block_of_a_task_that_is_unknown_is_dropped() -> None:
    stood = stands("a", "gone", at(2, EVENING), 60, Firmness.PUBLISHED)
    assert plan(problem(7, work("book", 60), standing=(stood,))).blocks[0].task == "book"


def test_of_two_blocks_the_later_one_goes_when_less_is_left_to_do() -> None:
    one = stands("a", "book", at(1, EVENING), 60, Firmness.PUBLISHED)
    two = stands("b", "book", at(3, EVENING), 60, Firmness.PUBLISHED)
    found = plan(problem(7, work("book", 60), standing=(two, one)))
    assert spans(found) == {"a": one.span}


@pytest.mark.parametrize(
    ("firmness", "minutes"), [(Firmness.DRAFT, 60), (Firmness.PUBLISHED, 90)]
)
def test_a_draft_shrinks_when_less_is_left_to_do_what_is_shown_stays(
    firmness: Firmness, minutes: int
) -> None:
    stood = stands("a", "book", at(1, EVENING), 90, firmness)
    found = plan(problem(7, work("book", 60), standing=(stood,)))
    assert spans(found) == {"a": Span(at(1, EVENING), at(1, EVENING + minutes))}


def test_what_a_pinned_block_covers_is_not_planned_again() -> None:
    pinned = stands("a", "book", at(1, 600), 60, Firmness.FIXED)
    found = plan(problem(7, work("book", 120), standing=(pinned,)))
    assert [block.span.minutes for block in found.blocks] == [60]
    assert found.blocks[0].span.start >= at(0, EVENING)
    assert not at(1, 0) <= found.blocks[0].span.start < at(2, 0), "one block a day"


def test_a_block_that_was_pinned_onto_another_one_makes_that_one_move() -> None:
    stood = stands("a", "book", at(1, EVENING), 60, Firmness.FROZEN)
    pinned = stands("b", "essay", at(1, EVENING + 30), 60, Firmness.FIXED)
    found = plan(problem(7, work("book", 60), work("essay", 60), standing=(stood, pinned)))
    assert [block.id for block in found.blocks] == ["a"]
    assert not found.blocks[0].span.meets(pinned.span)


@pytest.mark.parametrize(
    ("firmness", "stays"), [(Firmness.PUBLISHED, False), (Firmness.FROZEN, True)]
)
def test_a_day_that_a_pinned_block_fills_loses_blocks_that_are_not_frozen(
    firmness: Firmness, stays: bool
) -> None:
    stood = stands("a", "book", at(1, EVENING), 60, firmness)
    pinned = stands("b", "essay", at(1, 600), 120, Firmness.FIXED)
    found = plan(problem(7, work("book", 60), work("essay", 120), standing=(stood, pinned)))
    assert (spans(found)["a"] == stood.span) is stays


def test_a_week_that_lost_room_keeps_its_blocks_but_gets_no_more() -> None:
    stood = stands("a", "book", at(1, EVENING), 60, Firmness.PUBLISHED)
    given = problem(
        14, work("book", 60), work("essay", 60), standing=(stood,), weeks=weeks(14, capacity=29)
    )
    found = plan(given)
    assert spans(found) == {"a": stood.span}
    assert found.unplaced == {"essay": 60}


def test_a_day_that_the_person_freed_is_left() -> None:
    stood = stands("a", "book", at(1, EVENING), 60, Firmness.PUBLISHED)
    freed = work("book", 60, avoid=(Span(at(1, EVENING), at(1, EVENING + 60)),))
    found = plan(problem(7, freed, standing=(stood,)))
    assert not at(1, 0) <= found.blocks[0].span.start < at(2, 0)


def test_a_task_that_is_put_first_moves_what_waits_for_it() -> None:
    later = stands("a", "essay", at(1, EVENING), 60, Firmness.PUBLISHED)
    given = problem(
        7,
        work("essay", 60, after=(EntityId("book"),)),
        work("book", 180),
        standing=(later,),
    )
    found = plan(given)
    essay = next(block.span for block in found.blocks if block.task == "essay")
    assert found.unplaced == {}
    assert all(block.span.end <= essay.start for block in found.blocks if block.task == "book")


def test_a_block_that_is_not_urgent_makes_room_for_one_that_is() -> None:
    stood = stands("a", "book", at(0, EVENING), 120, Firmness.PUBLISHED)
    given = problem(7, work("book", 120), work("talk", 60, due=at(1, 0)), standing=(stood,))
    found = plan(given)
    talk = next(block.span for block in found.blocks if block.task == "talk")
    assert talk.end <= at(1, 0)
    assert spans(found)["a"].start >= at(1, 0)


def test_a_frozen_block_makes_room_for_nothing() -> None:
    stood = stands("a", "book", at(0, EVENING), 120, Firmness.FROZEN)
    given = problem(7, work("book", 120), work("talk", 60, due=at(1, 0)), standing=(stood,))
    for effort in Effort:
        assert spans(plan(given, effort))["a"] == stood.span


def test_a_move_that_gains_less_than_it_disturbs_is_not_made() -> None:
    stood = stands("a", "book", at(3, EVENING), 60, Firmness.PUBLISHED)
    given = problem(7, work("book", 60), standing=(stood,))
    assert spans(plan(given, Effort.FULL)) == {"a": stood.span}
    free = replace(given, weights=Weights(move=0.0, near_move=0.0, wait=5.0))
    assert spans(plan(free, Effort.LIGHT))["a"].start == at(0, EVENING)


@pytest.mark.parametrize("effort", Effort)
def test_frozen_blocks_stay_even_if_moving_costs_nothing_and_gains_much(effort: Effort) -> None:
    works = [work(f"task-{number}", 240, due=at(2, 0)) for number in range(2)]
    stood = [
        stands(
            f"{number}-{day}", f"task-{number}", at(day, EVENING + 60 * number), 60, firmness
        )
        for number in range(2)
        for day, firmness in (
            (5, Firmness.FROZEN),
            (6, Firmness.FROZEN),
            (7, Firmness.PUBLISHED),
        )
    ]
    free = Weights(move=0.0, near_move=0.0, wait=5.0)
    found = plan(problem(14, *works, standing=tuple(stood), weights=free), effort)
    for one in stood:
        if one.firmness is Firmness.FROZEN:
            assert spans(found)[one.id] == one.span


@pytest.mark.parametrize("effort", Effort)
def test_a_frozen_block_changes_places_with_none_that_matters_more(effort: Effort) -> None:
    stood = (
        stands("a", "less", at(0, EVENING), 60, Firmness.FROZEN),
        stands("b", "more", at(5, EVENING), 60, Firmness.PUBLISHED),
    )
    hours = tuple(
        day if number in (0, 5) else replace(day, free=())
        for number, day in enumerate(days(7, ((EVENING, EVENING + 60),)))
    )
    given = problem(
        7,
        work("less", 60, weight=0.5),
        work("more", 60, weight=4.0, due=at(1, 0)),
        days=hours,
        standing=stood,
        weights=Weights(move=0.0, near_move=0.0, wait=5.0),
    )
    assert spans(plan(given, effort)) == {one.id: one.span for one in stood}


def test_moving_a_draft_can_be_made_to_cost_nothing() -> None:
    stood = stands("a", "book", at(3, EVENING), 60, Firmness.DRAFT)
    given = problem(7, work("book", 60), standing=(stood,), weights=Weights(draft_move=0.0))
    assert spans(plan(given, Effort.LIGHT))["a"].start == at(0, EVENING)


def test_a_block_that_starts_at_an_odd_minute_is_left_in_peace() -> None:
    stood = stands("a", "book", at(1, EVENING + 7), 60, Firmness.PUBLISHED)
    assert spans(plan(problem(7, work("book", 60), standing=(stood,)))) == {"a": stood.span}


def test_without_days_everything_goes_and_is_reported() -> None:
    stood = stands("a", "book", at(1, EVENING), 60, Firmness.PUBLISHED)
    given = problem(0, work("book", 60), standing=(stood,), days=days(0), weeks=())
    for effort in Effort:
        found = plan(given, effort)
        assert (found.blocks, found.unplaced) == ((), {"book": 60})


def test_a_frozen_block_is_not_shortened() -> None:
    stood = stands("a", "book", at(1, EVENING), 90, Firmness.FROZEN)
    assert spans(plan(problem(7, work("book", 60), standing=(stood,)))) == {"a": stood.span}
