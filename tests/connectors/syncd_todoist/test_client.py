"""Where requests go, and how listings are read page by page."""

from typing import Any

import pytest

from syncd.connect.border import MOST_PAGES
from syncd.errors import TryLater
from syncd.model.entities import Kind
from tests.connectors.syncd_todoist.harness import TodoistHarness
from tests.connectors.syncd_todoist.hostile import answer, each


@pytest.fixture(autouse=True)
def once(request: pytest.FixtureRequest) -> None:
    """Have the connector try nothing again: what one reply means is to be seen."""
    for name in {"todoist", "fresh"} & set(request.fixturenames):
        harness = request.getfixturevalue(name)
        harness.connector = harness.bare


TASKS, SECTIONS, COMPLETED = ".*/tasks", ".*/sections", ".*/by_completion_date"


def test_requests_go_to_the_configured_origin_with_the_token(todoist: TodoistHarness) -> None:
    todoist.cursor()
    logged = todoist.server.log[-1]
    assert logged.headers["host"] == todoist.server.origin.removeprefix("http://")
    assert logged.headers["authorization"] == f"Bearer {todoist.sandbox.token}"
    assert logged.headers["content-type"] == "application/x-www-form-urlencoded"


NO_PAGES: list[Any] = [
    *({}, [], "", "null", 5, {"error": "no"}, {"next_cursor": "more"}),
    *[{"results": it, "items": it} for it in (None, 5, "ab", {}, {"a": 1}, True)],
    *[{"results": [], "items": [], "next_cursor": it} for it in each(5, [], {}, True)],
]


@pytest.mark.parametrize("page", NO_PAGES)
def test_a_page_that_is_none_ends_the_reading(todoist: TodoistHarness, page: Any) -> None:
    task, goal = todoist.new_write(Kind.TASK, "A"), todoist.new_write(Kind.GOAL, "B")
    made = todoist.task()
    todoist.restart()
    answer(todoist, page, path=f"{TASKS}|{SECTIONS}|{COMPLETED}")
    with pytest.raises(TryLater):
        todoist.connector.find(task)
    with pytest.raises(TryLater):
        todoist.connector.find(goal)
    answer(todoist, {"error": "Task not found"}, path=".*/tasks/.*", status=404)
    with pytest.raises(TryLater):
        todoist.now(made)
    todoist.memory.put("links", {})
    todoist.restart()
    with pytest.raises(TryLater):
        todoist.connector.pull(None)


def test_a_list_that_always_goes_on_is_given_up(todoist: TodoistHarness) -> None:
    write = todoist.new_write(Kind.TASK, "Nowhere")
    for number in range(MOST_PAGES + 1):
        page = {"results": [], "next_cursor": f"page-{number}"}
        answer(todoist, page, path=TASKS, times=1)
    todoist.server.log.clear()
    with pytest.raises(TryLater, match="does not end"):
        todoist.connector.find(write)
    assert len(todoist.server.log) == MOST_PAGES


def test_a_list_that_was_interrupted_goes_on_where_it_stopped(todoist: TodoistHarness) -> None:
    write = todoist.new_write(Kind.TASK, "Nowhere")
    answer(todoist, {"results": [], "next_cursor": "second"}, path=TASKS, times=1)
    answer(todoist, {}, path=TASKS, status=503)
    with pytest.raises(TryLater):
        todoist.connector.find(write)
    todoist.heal()
    todoist.server.log.clear()
    answer(todoist, {"results": []}, path=TASKS)
    assert todoist.connector.find(write) is None
    assert [("cursor=second" in logged.query) for logged in todoist.server.log] == [True]


def test_a_finished_reading_lets_go_of_what_was_interrupted(todoist: TodoistHarness) -> None:
    write = todoist.new_write(Kind.TASK, "Nowhere")
    answer(todoist, {"results": [], "next_cursor": "second"}, path=TASKS, times=1)
    answer(todoist, {}, path=TASKS, status=503)
    with pytest.raises(TryLater):
        todoist.connector.find(write)
    todoist.heal()
    todoist.cursor()
    todoist.server.log.clear()
    assert todoist.connector.find(write) is None
    assert "cursor" not in todoist.server.log[0].query
