"""What Todoist's listings are when something in them is not what it should be."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import HoldTool, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.values import Moment
from syncd_todoist.border import AccountShape, parse_sync_reply
from syncd_todoist.sandbox.app import TodoistSandbox
from syncd_todoist.sandbox.wire import new_item
from tests.connectors.syncd_todoist.harness import TodoistHarness
from tests.connectors.syncd_todoist.hostile import (
    JSON,
    MISSING,
    VALUES,
    altered,
    answer,
    change_rows,
    each,
    sync_reply,
)


@pytest.fixture(autouse=True)
def once(request: pytest.FixtureRequest) -> None:
    """Have the connector try nothing again: what one reply means is to be seen."""
    for name in {"todoist", "fresh"} & set(request.fixturenames):
        harness = request.getfixturevalue(name)
        harness.connector = harness.bare


NO_EVIDENCE: dict[str, list[Any]] = {
    "is_deleted": ["false", "true", 0, 1, None, [], {}],
    "checked": ["false", "true", 0, 1, None],
    "project_id": [MISSING, None, 5, "", "a/b", ["x"]],
    "section_id": [5, "", [], {}, True],
    "parent_id": [5, "", [], {}, True],
    "updated_at": [5, [], "\ud800", "x" * 100],
    "completed_at": [5, True],
    "due": [5, "tomorrow", [], {"date": "2026-06-01", "is_recurring": "no"}],
    "completed_count": ["3", None, -1, True, 10**400, float("nan"), 2.5],
    "description": [MISSING, None, 5, ["Notes"]],
}
NO_IDS: list[Any] = [MISSING, None, 5, "", "a/b", "..", "a b", "é", [], {}, True, "x" * 2000]
NO_OBJECTS: list[Any] = [None, 5, "x", [], [{}], True]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("key", NO_EVIDENCE)
def test_a_task_that_cannot_be_read_is_neither_gone_nor_changed(
    todoist: TodoistHarness, key: str, whole: bool
) -> None:
    cursor = None if whole else todoist.cursor()
    bad, good = todoist.task("Read a book"), todoist.task("Write a book")
    for value in NO_EVIDENCE[key]:
        _alter(todoist, cursor, bad.id, key, value)
        pull = todoist.connector.pull(cursor)
        assert [item.id for item in pull.items] == [good.id], value
        assert (pull.gone, pull.last, pull.cursor) == (frozenset(), (), None)
        assert pull.whole == ({Kind.TASK, Kind.GOAL} if whole else frozenset())
        assert pull.unread.keys() == {bad.id}
        assert "'Read a book'" in pull.unread[bad.id]
        assert key in pull.unread[bad.id]
        assert pull.unread[bad.id].endswith("update syncd.")


def _alter(todoist: TodoistHarness, cursor: str | None, bad: str, key: str, value: Any) -> None:
    def change(rows: list[Any]) -> list[Any]:
        return [altered(raw, key, value) if raw["id"] == bad else raw for raw in rows]

    todoist.heal()
    change_rows(todoist, cursor, "items", change)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("is_deleted", it) for it in ("false", 0, None)],
        *[("is_archived", it) for it in ("false", 0, 1, None)],
        *[("project_id", it) for it in (MISSING, None, 5)],
        ("updated_at", {}),
    ],
)
def test_a_section_that_cannot_be_read_is_neither_gone_nor_changed(
    todoist: TodoistHarness, key: str, value: Any
) -> None:
    made, cursor = todoist.goal("A goal"), todoist.cursor()
    todoist.update(made, title="Another goal")
    change_rows(
        todoist, cursor, "sections", lambda rows: [altered(raw, key, value) for raw in rows]
    )
    pull = todoist.connector.pull(cursor)
    assert (pull.items, pull.gone, pull.cursor) == ((), frozenset(), None)
    assert "'Another goal'" in pull.unread[made.id]


@pytest.mark.parametrize("whole", [True, False])
def test_an_entry_without_an_id_is_no_new_task(todoist: TodoistHarness, whole: bool) -> None:
    cursor = None if whole else todoist.cursor()
    made = todoist.task("Read a book")
    called = [altered({"content": "Who am I"}, "id", it) for it in NO_IDS]
    reply = sync_reply(todoist, cursor)
    for entry in (*called, *NO_OBJECTS):
        answer(todoist, {**reply, "items": [entry, *reply["items"]]})
        pull = todoist.connector.pull(cursor)
        assert [item.id for item in pull.items] == [made.id]
        assert (pull.gone, dict(pull.unread)) == (frozenset(), {})
        assert (pull.whole, pull.cursor) == (frozenset(), None)
        (problem,) = pull.problems
        assert ("'Who am I'" in problem) == isinstance(entry, dict)
        assert problem.endswith("update syncd.")
        todoist.heal()


def test_a_tombstone_of_the_wrong_form_is_none(todoist: TodoistHarness) -> None:
    made, cursor = todoist.task(), todoist.cursor()
    reply = {**sync_reply(todoist, cursor), "items": [{"id": made.id, "is_deleted": "true"}]}
    answer(todoist, reply)
    pull = todoist.connector.pull(cursor)
    assert (pull.gone, set(pull.unread)) == (frozenset(), {made.id})


def test_an_entry_that_is_told_twice_and_not_alike_is_not_read(todoist: TodoistHarness) -> None:
    cursor = todoist.cursor()
    made = todoist.task("Read a book")

    def twice(rows: list[Any], *last: dict[str, Any]) -> list[Any]:
        return [*rows, *({**rows[0], **one} for one in last)]

    change_rows(todoist, cursor, "items", lambda rows: twice(rows, {"content": "Read on"}))
    assert todoist.connector.pull(cursor).unread.keys() == {made.id}
    todoist.heal()
    change_rows(todoist, cursor, "items", lambda rows: twice(rows, {"checked": 1}))
    assert todoist.connector.pull(cursor).unread.keys() == {made.id}
    todoist.heal()
    change_rows(todoist, cursor, "items", lambda rows: twice(rows, {}))
    assert [it.id for it in todoist.connector.pull(cursor).items] == [made.id]


def test_what_was_read_again_and_well_counts(todoist: TodoistHarness) -> None:
    made = todoist.task("Read a book")
    reply = sync_reply(todoist, None)
    answer(todoist, {**reply, "items": [{**reply["items"][0], "checked": 0}]}, times=1)
    answer(todoist, {**reply, "full_sync": False})
    pull = todoist.connector.pull(None)
    assert ([it.id for it in pull.items], dict(pull.unread)) == ([made.id], {})
    todoist.heal()
    answer(todoist, reply, times=1)
    answer(todoist, {**reply, "items": [{**reply["items"][0], "checked": 0}]})
    pull = todoist.connector.pull(None)
    assert (pull.items, set(pull.unread)) == ((), {made.id})


_LISTS: list[dict[str, Any]] = [
    {name: it} for name in ("items", "sections", "projects") for it in each(None, {}, "x", 5)
]
_TOKENS: list[dict[str, Any]] = [{"sync_token": it} for it in each(None, "", 5, [], "\ud800")]
_FLAGS: list[dict[str, Any]] = [{"full_sync": it} for it in ("false", 0, None, "true")]


@pytest.mark.parametrize("whole", [True, False])
def test_a_reply_that_is_none_is_not_nothing_new(todoist: TodoistHarness, whole: bool) -> None:
    cursor = None if whole else todoist.cursor()
    todoist.task()
    reply = sync_reply(todoist, cursor)
    for wrong in (*_LISTS, *_TOKENS, *_FLAGS):
        answer(todoist, reply | wrong)
        with pytest.raises(TryLater, match="later"):
            todoist.connector.pull(cursor)
        todoist.heal()


@pytest.mark.parametrize("reply", [{}, [], "", "null", "x", 5, "[" * 50, {"error": "no"}])
def test_an_answer_that_is_no_reply_ends_the_reading(
    todoist: TodoistHarness, reply: Any
) -> None:
    cursor = todoist.cursor()
    answer(todoist, reply)
    for since in (None, cursor):
        with pytest.raises(TryLater, match="later"):
            todoist.connector.pull(since)


def test_an_empty_answer_ends_the_reading(todoist: TodoistHarness) -> None:
    made, cursor = todoist.task(), todoist.cursor()
    answer(todoist, "", path=".*", status=204)
    for since in (None, cursor):
        with pytest.raises(TryLater):
            todoist.connector.pull(since)
    with pytest.raises(TryLater):
        todoist.now(made)


@pytest.mark.parametrize("name", ["items", "sections", "projects"])
def test_a_list_that_is_left_out_is_asked_for_again(todoist: TodoistHarness, name: str) -> None:
    cursor = todoist.cursor()
    answer(todoist, altered(sync_reply(todoist, cursor), name, MISSING))
    assert todoist.connector.pull(cursor).cursor is None
    todoist.heal()
    answer(todoist, altered(sync_reply(todoist, None), name, MISSING))
    with pytest.raises(TryLater, match="not whole"):
        todoist.connector.pull(None)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("key", "value"),
    [*[(key, it) for key in ("is_deleted", "is_archived") for it in ("true", 1, None)]],
)
def test_a_project_that_cannot_be_read_neither_holds_nor_frees(
    todoist: TodoistHarness, key: str, value: Any, whole: bool
) -> None:
    cursor = None if whole else todoist.cursor()
    todoist.sandbox.person.rename_project("Career plan", "My plan")
    change_rows(
        todoist, cursor, "projects", lambda rows: [altered(raw, key, value) for raw in rows]
    )
    with pytest.raises(TryLater, match="'My plan'"):
        todoist.connector.pull(cursor)


def test_another_project_that_cannot_be_read_is_none_of_ours(todoist: TodoistHarness) -> None:
    todoist.task()
    other = {"id": "7qWc3Fh9RvX2mJ5p", "name": 5}
    change_rows(todoist, None, "projects", lambda rows: [*rows, other])
    pull = todoist.connector.pull(None)
    assert (len(pull.items), pull.problems, pull.cursor is None) == (1, (), False)


def test_a_project_without_an_id_may_be_ours(todoist: TodoistHarness) -> None:
    cursor = todoist.cursor()
    change_rows(todoist, cursor, "projects", lambda rows: [{"name": "Career plan"}])
    pull = todoist.connector.pull(cursor)
    assert (len(pull.problems), pull.cursor) == (1, None)


@pytest.mark.parametrize(
    "raw", [{}, {"id": "other", "name": "Ours", "is_deleted": True}, {"is_archived": True}]
)
def test_a_project_read_by_itself_is_gone_only_by_what_can_be_read(
    todoist: TodoistHarness, raw: dict[str, Any]
) -> None:
    inbox = todoist.sandbox.state.inbox
    change_rows(
        todoist, None, "projects", lambda rows: [it for it in rows if it["id"] == inbox]
    )
    answer(todoist, raw, path=".*/projects/.*")
    with pytest.raises(TryLater):
        todoist.connector.pull(None)


@pytest.mark.parametrize(
    "user",
    [
        *[{"user": it} for it in each(5, [], {"tz_info": 5}, {"tz_info": {"timezone": ["x"]}})],
        *[{"user_plan_limits": it} for it in ("x", {"current": {"durations": "no"}})],
    ],
)
def test_an_account_that_cannot_be_read_is_as_it_was(
    todoist: TodoistHarness, sandbox: TodoistSandbox, user: dict[str, Any]
) -> None:
    made = todoist.task("Call")
    sandbox.person._tasks.update(made.id, {"due": {"date": "2026-06-01T09:00:00"}})
    todoist.cursor()
    reply = sync_reply(todoist, None) | user
    answer(todoist, reply)
    pull = todoist.connector.pull(None)
    due = pull.items[0].fields["due"]
    assert isinstance(due, Moment)
    assert (due.zone, pull.cursor, dict(pull.unmapped_fields)) == ("Europe/Berlin", None, {})
    assert pull.problems[0].endswith("update syncd.")


@given(JSON)
def test_whatever_a_reply_is_it_is_told_apart(reply: Any) -> None:
    found = parse_sync_reply(reply if isinstance(reply, dict) else {"items": reply})
    assert found.invalid
    assert not found.fully_read


@given(
    st.dictionaries(st.sampled_from([*AccountShape.model_fields, "items", "full_sync"]), JSON)
)
def test_whatever_is_in_a_reply_is_told_apart(parts: dict[str, Any]) -> None:
    reply = {"sync_token": "t", "items": [], "sections": [], "projects": [], **parts}
    found = parse_sync_reply(reply)
    rows = [rows for rows in found.rows.values() if rows.unread or rows.nameless]
    assert not (found.fully_read and (found.invalid or found.account_problem or rows))


@given(st.dictionaries(st.sampled_from(list(new_item("x", ("a", "b")))), JSON, max_size=3))
def test_whatever_a_task_holds_it_is_read_or_left_alone(parts: dict[str, Any]) -> None:
    raw = new_item("7qWc3Fh9RvX2mJ5p", ("2026-06-01T07:00:00Z",) * 2) | parts
    rows = parse_sync_reply({"sync_token": "t", "items": [raw]}).rows[Kind.TASK]
    assert len(rows.good) + len(rows.unread) + len(rows.nameless) == 1


@pytest.mark.parametrize(
    "value",
    [MISSING, *VALUES[::6]],
    ids=lambda it: "missing" if it is MISSING else repr(it)[:30],
)
def test_whatever_stands_anywhere_in_a_reply_only_known_errors_come_out(
    todoist: TodoistHarness, value: Any
) -> None:
    goal = todoist.goal()
    todoist.task("Read a book", goal=goal.id)
    reply = sync_reply(todoist, None)
    for name in ("items", "sections", "projects"):
        for key in reply[name][-1]:
            changed = [*reply[name][:-1], altered(reply[name][-1], key, value)]
            answer(todoist, {**reply, name: changed})
            with suppress(TryLater, HoldTool, StartOver):
                pull = todoist.connector.pull(None)
                assert len(pull.items) + len(pull.unread) + len(pull.problems) >= 1, key
            todoist.heal()


def test_tasks_that_are_below_each_other_in_a_circle_are_not_read(
    todoist: TodoistHarness,
) -> None:
    cursor = todoist.cursor()
    made = [todoist.task(f"Task {number}") for number in range(4)]
    below = {made[0].id: made[1].id, made[1].id: made[2].id, made[2].id: made[0].id}
    below[made[3].id] = made[0].id

    def circle(rows: list[Any]) -> list[Any]:
        return [{**row, "parent_id": below[row["id"]]} for row in rows]

    change_rows(todoist, cursor, "items", circle)
    pull = todoist.connector.pull(cursor)
    assert pull.unread.keys() == {it.id for it in made[:3]}
    assert [it.id for it in pull.items] == [made[3].id]
    assert pull.cursor is None
