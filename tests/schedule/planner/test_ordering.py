"""In which order tasks are served."""

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.ids import EntityId
from syncd.schedule.problem import TaskDemand
from syncd.schedule.search.objective import in_order
from tests.schedule.planner.problems import at, work


def names(*works: TaskDemand) -> list[str]:
    return [str(works[index].id) for index in in_order(works).ranked]


def after(*others: str) -> tuple[EntityId, ...]:
    return tuple(EntityId(other) for other in others)


def test_what_is_due_first_is_served_first_and_undated_tasks_last() -> None:
    one, two = work("one", 60, due=at(9, 0)), work("two", 60, due=at(3, 0))
    assert names(work("three", 60), one, two) == ["two", "one", "three"]


def test_of_tasks_due_at_once_the_weightier_is_served_first() -> None:
    assert names(work("one", 60), work("two", 60, weight=4.0)) == ["two", "one"]


def test_what_an_urgent_task_waits_for_is_as_urgent() -> None:
    first = work("first", 60)
    other = work("other", 60, due=at(5, 0))
    urgent = work("urgent", 60, due=at(2, 0), after=after("first"))
    assert names(other, urgent, first) == ["first", "urgent", "other"]


def test_a_circle_is_cut_and_what_only_hangs_on_it_keeps_its_order() -> None:
    hanging = work("hanging", 60, after=after("one"))
    one = work("one", 60, after=after("two"))
    two = work("two", 60, after=after("one"))
    found = names(hanging, one, two)
    assert found.index("one") < found.index("hanging")


def test_tasks_that_are_not_there_are_waited_for_by_nobody() -> None:
    assert in_order((work("one", 60, after=after("gone", "one")),)).before == [()]


@given(links=st.lists(st.sets(st.integers(0, 7), max_size=4), min_size=1, max_size=8))
def test_every_task_is_served_once_and_behind_what_it_waits_for(links: list[set[int]]) -> None:
    works = [
        work(f"task-{number}", 60, after=after(*(f"task-{other}" for other in others)))
        for number, others in enumerate(links)
    ]
    order = in_order(works)
    place = {index: at for at, index in enumerate(order.ranked)}
    assert sorted(order.ranked) == list(range(len(works)))
    assert all(
        place[other] < place[index]
        for index, others in enumerate(order.before)
        for other in others
    )
