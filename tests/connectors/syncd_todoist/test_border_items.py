"""What becomes of one item that is not what was asked for."""

from datetime import timedelta
from typing import Any

import pytest

from syncd.errors import Gone, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd_todoist.sandbox.user import TodoistUser
from tests.connectors.syncd_todoist.harness import TodoistHarness
from tests.connectors.syncd_todoist.hostile import MISSING, VALUES, altered, answer


@pytest.fixture(autouse=True)
def once(request: pytest.FixtureRequest) -> None:
    """Have the connector try nothing again: what one reply means is to be seen."""
    for name in {"todoist", "fresh"} & set(request.fixturenames):
        harness = request.getfixturevalue(name)
        harness.connector = harness.bare


TASKS, SECTIONS, COMPLETED = ".*/tasks", ".*/sections", ".*/by_completion_date"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("id", it) for it in (MISSING, None, 5, "2222222222222222", "..", [])],
        *[("is_deleted", it) for it in ("false", 1, None)],
        *[("project_id", it) for it in (MISSING, None, 5)],
        *[("checked", it) for it in ("yes", 1, None)],
        ("description", 5),
        ("due", "today"),
    ],
)
def test_a_task_that_is_read_and_cannot_be_is_left_alone(
    todoist: TodoistHarness, key: str, value: Any
) -> None:
    made = todoist.task("Read a book")
    answer(todoist, altered(todoist.raw(made.id), key, value), path=".*/tasks/.*")
    with pytest.raises(SkipItem, match=rf"'Read a book'.*`{key}`.*update syncd\.$"):
        todoist.now(made)


@pytest.mark.parametrize(
    ("key", "value"),
    [("id", 5), ("is_archived", "false"), ("is_deleted", 1), ("project_id", MISSING)],
)
def test_a_section_that_is_read_and_cannot_be_is_left_alone(
    todoist: TodoistHarness, key: str, value: Any
) -> None:
    made = todoist.goal("A goal")
    answer(todoist, altered(todoist.raw(made.id), key, value), path=".*/sections/.*")
    with pytest.raises(SkipItem, match="'A goal'"):
        todoist.now(made)


@pytest.mark.parametrize("reply", [{}, [], "", "null", "x", 5, [{}]])
@pytest.mark.parametrize("kind", [Kind.TASK, Kind.GOAL])
def test_no_item_where_one_was_asked_for_is_read_later(
    todoist: TodoistHarness, kind: Kind, reply: Any
) -> None:
    made = todoist.create(kind, "Something")
    answer(todoist, reply, path=".*/(tasks|sections)/.*")
    with pytest.raises(TryLater):
        todoist.now(made)


@pytest.mark.parametrize("value", VALUES[::4], ids=repr)
def test_whatever_a_task_holds_it_is_read_or_refused(
    todoist: TodoistHarness, value: Any
) -> None:
    made = todoist.task("Read a book")
    raw = todoist.raw(made.id)
    for key in ("due", "duration", "labels", "content", "priority", "added_at", "deadline"):
        answer(todoist, {**raw, key: value}, path=".*/tasks/.*")
        try:
            now = todoist.now(made)
        except SkipItem:
            assert key == "due"
        else:
            assert now.fields.keys() | now.problems.keys() >= made.fields.keys()
        todoist.heal()


def _completed(
    todoist: TodoistHarness, person: TodoistUser, change: Any
) -> tuple[Any, dict[str, Any]]:
    made = todoist.task("Read a book")
    person.edit(Kind.TASK, "Read a book", "done", True)
    raw = dict(todoist.raw(made.id))
    todoist.server.log.clear()
    answer(todoist, {"items": [change(raw)]}, path=COMPLETED)
    return made, raw


@pytest.mark.parametrize("key", ["checked", "is_deleted", "due"])
def test_a_completed_task_that_cannot_be_read_is_left_alone(
    todoist: TodoistHarness, person: TodoistUser, key: str
) -> None:
    made, _ = _completed(todoist, person, lambda raw: {**raw, key: 1})
    with pytest.raises(SkipItem, match="'Read a book'"):
        todoist.now(made)


@pytest.mark.parametrize("entry", [5, None, [], {"content": "Read a book"}, {"id": 5}])
def test_a_task_that_may_be_among_what_has_no_id_is_not_gone(
    todoist: TodoistHarness, person: TodoistUser, entry: Any
) -> None:
    made, _ = _completed(todoist, person, lambda _: entry)
    with pytest.raises(SkipItem, match="update syncd"):
        todoist.now(made)
    todoist.heal()
    answer(todoist, {"items": []}, path=COMPLETED)
    with pytest.raises(Gone):
        todoist.now(made)


def test_what_was_completed_while_a_list_was_interrupted_is_seen(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    first = todoist.task("First")
    person.edit(Kind.TASK, "First", "done", True)
    cursor = todoist.cursor()
    todoist.sandbox.expire_cursors()
    page = {"items": [dict(todoist.raw(first.id))], "next_cursor": "second"}
    answer(todoist, page, path=COMPLETED, times=1)
    answer(todoist, {}, path=COMPLETED, status=503)
    with pytest.raises(TryLater):
        _pull(todoist, cursor)
    todoist.heal()
    todoist.clock.advance(minutes=60)
    person.add(Kind.TASK, "Meanwhile")
    person.edit(Kind.TASK, "Meanwhile", "done", True)
    answer(todoist, {"items": []}, path=COMPLETED, times=1)
    todoist.server.log.clear()
    titles = {item.fields["title"] for item in _pull(todoist, cursor).items}
    assert titles == {"First", "Meanwhile"}
    asked = [it.query for it in todoist.server.log if "completed" in it.path]
    assert ["cursor=second" in query for query in asked] == [True, False]


def _pull(todoist: TodoistHarness, cursor: str) -> Any:
    """Read what changed; from the beginning, where the cursor is no longer good."""
    try:
        return todoist.connector.pull(cursor)
    except StartOver:
        return todoist.connector.pull(None)


def test_a_completed_task_that_cannot_be_read_keeps_the_cursor(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made, _ = _completed(todoist, person, lambda raw: {**raw, "is_deleted": "no"})
    todoist.memory.put("links", {})
    todoist.restart()
    pull = todoist.connector.pull(None)
    assert (pull.items, set(pull.unread), pull.cursor) == ((), {made.id}, None)


@pytest.mark.parametrize("kind", [Kind.TASK, Kind.GOAL])
@pytest.mark.parametrize("change", [{"id": 5}, {"is_deleted": "no"}, {"project_id": None}])
def test_what_was_made_may_be_what_cannot_be_read(
    todoist: TodoistHarness, kind: Kind, change: dict[str, Any]
) -> None:
    write = todoist.new_write(kind, "Made, perhaps")
    made = todoist.made(write)
    raw = todoist.raw(made.id) | change
    answer(todoist, {"results": [raw]}, path=f"{TASKS}|{SECTIONS}")
    with pytest.raises(SkipItem, match="'Made, perhaps'"):
        todoist.connector.find(write)
    todoist.heal()
    found = todoist.connector.find(write)
    assert found is not None
    assert found.id == made.id


def test_nothing_is_known_to_have_been_edited(todoist: TodoistHarness) -> None:
    since = todoist.clock.now() - timedelta(days=1)
    assert todoist.connector.edited(Kind.TASK, since) is None
