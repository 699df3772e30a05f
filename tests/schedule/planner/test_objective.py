"""What a timetable costs, fault by fault, counted by hand."""

from dataclasses import fields, replace

import pytest

from syncd.model.ids import EntityId
from syncd.schedule.problem import Firmness, Placed, Problem, Score, Span, Weights
from syncd.schedule.search.objective import day_number, score
from tests.schedule.planner.problems import at, days, problem, stands, work

EVENING = 1080


def block(task: str, day: int, minutes: int = 60, name: str | None = None) -> Placed:
    start = at(day, EVENING)
    return Placed(
        id=EntityId(name) if name else None,
        task=EntityId(task),
        span=Span(start, start + minutes),
    )


def costs(given: Problem, *blocks: Placed) -> dict[str, float]:
    """Return what costs anything."""
    found = score(replace(given, weights=replace(given.weights, wait=0.0)), blocks)
    by_cause = {one.name: getattr(found, one.name) for one in fields(Score)}
    return {name: cost for name, cost in by_cause.items() if cost}


def test_a_slot_without_a_block_costs_by_weight() -> None:
    assert costs(problem(7, work("book", 50, weight=2.0))) == {"unplaced": 4 * 40 * 2.0}


def test_a_minute_late_is_a_day_late_and_tight_besides() -> None:
    late = problem(7, work("book", 60, weight=2.0, due=at(2, EVENING + 59)))
    assert costs(late, block("book", 2)) == {"late": 20.0, "tight": 8.0}


def test_an_end_less_than_three_days_before_the_due_date_is_tight() -> None:
    tight = problem(7, work("book", 60, due=at(5, EVENING + 59)))
    fine = problem(7, work("book", 60, due=at(5, EVENING + 60)))
    assert costs(tight, block("book", 2)) == {"tight": 4.0}
    assert costs(fine, block("book", 2)) == {}


def test_a_slot_at_a_time_that_is_not_liked_costs() -> None:
    liked = tuple(
        replace(day, liked=(Span(day.span.start + 1110, day.span.start + 1200),))
        for day in days(7)
    )
    assert costs(problem(7, work("book", 60), days=liked), block("book", 1)) == {
        "taste": pytest.approx(0.4)
    }


def test_each_day_of_waiting_costs_by_weight() -> None:
    given = problem(7, work("book", 60, weight=4.0))
    assert score(given, [block("book", 3)]).wait == pytest.approx(0.1 * 4 * 3)


def test_a_second_block_on_a_day_costs() -> None:
    pinned = stands("a", "book", at(1, 600), 60, Firmness.FIXED)
    given = problem(7, work("book", 120), standing=(pinned,))
    assert costs(given, block("book", 1)) == {"same_day": 12.0}


def test_days_beyond_ten_between_blocks_cost_past_ones_counted() -> None:
    done = stands("a", "book", at(-1, 600), 60, Firmness.FIXED)
    given = problem(28, work("book", 120), standing=(done,))
    assert costs(given, block("book", 11), block("book", 23)) == {"gap": 2.0 + 2.0}


def test_a_third_topic_on_a_day_costs_fixed_ones_counted() -> None:
    pinned = stands("a", "three", at(1, 600), 60, Firmness.FIXED)
    works = [work(name, 60) for name in ("one", "two", "three")]
    given = problem(7, *works, standing=(pinned,))
    assert costs(given, block("one", 1), block("two", 1)) == {"topic": 3.0}


def test_a_slot_over_nine_hours_a_week_costs_past_ones_counted() -> None:
    done = stands("a", "other", at(0, 300), 500, Firmness.FIXED)
    given = problem(7, work("book", 60), standing=(done,), now=at(1, 0), days=days(7)[1:])
    assert costs(given, block("book", 1)) == {"busy_week": 2 * 2.0}


@pytest.mark.parametrize(
    ("stood", "firmness", "cost"),
    [
        (2, Firmness.PUBLISHED, 10 + 10 + 1),
        (8, Firmness.PUBLISHED, 10 + 5),
        (8, Firmness.DRAFT, 0.5 * (10 + 5)),
    ],
)
def test_a_move_costs_more_if_it_is_soon_and_by_its_distance(
    stood: int, firmness: Firmness, cost: float
) -> None:
    old = stands("a", "book", at(stood, EVENING), 60, firmness)
    given = problem(14, work("book", 60), standing=(old,), weights=Weights(draft_move=0.5))
    assert costs(given, block("book", 3, name="a")) == {"move": cost}
    assert costs(given, block("book", stood, name="a")) == {}


def test_a_block_that_is_dropped_counts_as_moved_by_a_week() -> None:
    old = stands("a", "book", at(8, EVENING), 60, Firmness.PUBLISHED)
    assert costs(problem(14, work("book", 60), standing=(old,)), block("book", 3)) == {
        "move": 17.0
    }
    gone = stands("a", "gone", at(8, EVENING), 60, Firmness.PUBLISHED)
    assert costs(problem(14, standing=(gone,))) == {}


def test_a_week_lacks_of_its_budget_only_what_later_work_could_give() -> None:
    weights = Weights(budget=3.0)
    given = problem(
        14, work("book", 120), weights=weights, budgets={"book": 120, "nothing": 60}
    )
    late = costs(given, block("book", 7), block("book", 8))
    half = costs(given, block("book", 0), block("book", 8))
    assert late == {"budget": 8 * 3.0}
    assert half == {"budget": 4 * 3.0}
    assert costs(given, block("book", 0), block("book", 1)) == {}


@pytest.mark.parametrize(("minutes", "odd"), [(45, 1), (60, 0), (90, 0), (105, 1)])
def test_a_block_under_an_hour_or_over_one_and_a_half_costs(minutes: int, odd: int) -> None:
    given = problem(7, work("book", minutes), weights=Weights(length=2.0))
    assert costs(given, block("book", 1, minutes)) == ({"length": 2.0} if odd else {})


def test_the_total_is_the_sum() -> None:
    given = problem(7, work("book", 75, due=at(0, 600)))
    found = score(given, [block("book", 1)])
    assert found.total == pytest.approx(40 + 20 + 4 + 0.1)


def test_days_are_numbered_from_today_also_where_clocks_change() -> None:
    short_and_long = [0, 1380, 2820, 4320]
    minutes = (-1441, -1, 0, 1379, 1380, 2820, 4319, 4320, 5760)
    numbers = [day_number(short_and_long, minute) for minute in minutes]
    assert numbers == [-2, -1, 0, 0, 1, 2, 2, 3, 4]
