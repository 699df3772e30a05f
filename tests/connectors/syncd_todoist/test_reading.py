"""What reading Todoist brings, and what it takes for gone."""

import json
from datetime import timedelta

import pytest

from syncd.errors import Gone, HoldTool, Mistake, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.values import Moment
from syncd.testing.fault_injection import Fault
from syncd_todoist.sandbox.app import PROJECT, TodoistSandbox
from syncd_todoist.sandbox.user import TodoistUser
from tests.connectors.syncd_todoist.harness import TodoistHarness


def test_at_rest_a_pull_is_one_request(todoist: TodoistHarness) -> None:
    todoist.task()
    cursor = todoist.cursor()
    todoist.server.log.clear()
    assert todoist.connector.bind().missing == ()
    pull = todoist.connector.pull(cursor)
    assert (pull.items, pull.gone, pull.whole) == ((), frozenset(), frozenset())
    assert [logged.path for logged in todoist.server.log] == ["/api/v1/sync"]
    assert todoist.limiter.total >= 1


def test_reading_everything_reads_once_more_what_changed_meanwhile(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read a book")

    def meanwhile(_: object) -> None:
        person.edit(Kind.TASK, "Read a book", "title", "Read two books")

    todoist.server.faults.append(Fault(act="call-after", path=".*/sync", hook=meanwhile))
    (item,) = todoist.connector.pull(None).items
    assert (item.id, item.fields["title"]) == (made.id, "Read two books")


def test_everything_is_whole_and_changes_are_not(todoist: TodoistHarness) -> None:
    pull = todoist.connector.pull(None)
    assert pull.whole == {Kind.TASK, Kind.GOAL}
    assert todoist.connector.pull(pull.cursor).whole == frozenset()


def test_what_a_person_adds_comes_with_what_it_holds(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    cursor = todoist.cursor()
    person.add(Kind.TASK, "Buy milk", priority=1, labels=frozenset({"home"}))
    (item,) = todoist.connector.pull(cursor).items
    assert (item.fields["title"], item.fields["priority"]) == ("Buy milk", 1)
    assert item.fields["labels"] == {"home"}
    assert (item.link, item.mark, item.created_at is None) == (None, None, False)


def test_another_projects_tasks_are_none_of_ours(todoist: TodoistHarness) -> None:
    items = todoist.sandbox.person._tasks
    items.add({"content": "In the Inbox"})
    pull = todoist.connector.pull(None)
    assert (pull.items, pull.gone) == ((), frozenset())


def test_a_task_ticked_in_todoist_is_done(todoist: TodoistHarness, person: TodoistUser) -> None:
    made, cursor = todoist.task("Read a book"), todoist.cursor()
    person.edit(Kind.TASK, "Read a book", "done", True)
    (item,) = todoist.connector.pull(cursor).items
    assert (item.id, item.fields["done"]) == (made.id, True)
    assert todoist.now(made).fields["done"] is True
    person.edit(Kind.TASK, "Read a book", "done", False)
    assert todoist.now(made).fields["done"] is False


def test_a_task_deleted_in_todoist_is_gone(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made, cursor = todoist.task("Read a book"), todoist.cursor()
    person.delete(Kind.TASK, "Read a book")
    assert todoist.connector.pull(cursor).gone == {made.id}
    with pytest.raises(Gone):
        todoist.now(made)


def test_a_task_moved_out_of_the_project_is_gone_and_may_come_back(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made, cursor = todoist.task("Read a book"), todoist.cursor()
    person.move_out("Read a book")
    pull = todoist.connector.pull(cursor)
    assert pull.gone == {made.id}
    with pytest.raises(Gone):
        todoist.now(made)
    person.move_in("Read a book")
    (item,) = todoist.connector.pull(pull.cursor).items
    assert (item.id, item.link) == (made.id, made.link)


def test_absence_from_a_whole_listing_is_not_gone(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read a book")
    person.edit(Kind.TASK, "Read a book", "done", True)
    pull = todoist.connector.pull(None)
    assert (pull.items, pull.gone) == ((), frozenset())
    assert todoist.now(made).fields["done"] is True


def test_a_task_completed_long_ago_is_still_found(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read a book")
    person.edit(Kind.TASK, "Read a book", "done", True)
    todoist.clock.advance(days=250)
    assert todoist.now(made).fields["done"] is True


@pytest.mark.parametrize("how", ["delete", "archive"])
def test_a_section_that_its_person_removed_is_gone(
    todoist: TodoistHarness, person: TodoistUser, how: str
) -> None:
    made, cursor = todoist.goal("Become an engineer"), todoist.cursor()
    if how == "delete":
        person.delete(Kind.GOAL, "Become an engineer")
    else:
        person.archive_section("Become an engineer")
    assert made.id in todoist.connector.pull(cursor).gone
    assert todoist.connector.pull(None).items == ()
    with pytest.raises(Gone):
        todoist.now(made)


def test_a_completed_repetition_counts_and_its_due_follows(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    todoist.task("Practise")
    person.edit(Kind.TASK, "Practise", "recurrence", "every day")
    (before,) = todoist.connector.pull(None).items
    person.edit(Kind.TASK, "Practise", "done", True)
    (after,) = todoist.connector.pull(None).items
    assert (before.completions, after.completions) == (0, 1)
    assert after.fields["done"] is False
    assert str(after.fields["due"]) > str(before.fields["due"])


def test_a_project_that_was_archived_holds_the_tool_until_it_is_back(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    todoist.task("Read a book")
    cursor = todoist.cursor()
    person.archive_project(PROJECT)
    for since in (cursor, None):
        with pytest.raises(HoldTool, match="bring it back"):
            todoist.connector.pull(since)
    raw = next(r for r in todoist.sandbox.state.tables["projects"].values() if r["is_archived"])
    todoist.sandbox.state.change("projects", raw, is_archived=False)
    assert todoist.connector.pull(cursor).gone == frozenset()
    assert len(todoist.connector.pull(None).items) == 1


def test_a_deleted_projects_tasks_are_not_told_as_gone(
    todoist: TodoistHarness, sandbox: TodoistSandbox
) -> None:
    todoist.task("Read a book")
    cursor = todoist.cursor()
    sandbox.lose_container()
    with pytest.raises(HoldTool):
        todoist.connector.pull(cursor)


@pytest.mark.parametrize("refuses", [True, False])
def test_an_expired_cursor_leads_to_reading_everything(
    todoist: TodoistHarness, sandbox: TodoistSandbox, refuses: bool
) -> None:
    made, cursor = todoist.task("Read a book"), todoist.cursor()
    sandbox.switches.refuses_old_tokens = refuses
    sandbox.expire_cursors()
    if refuses:
        with pytest.raises(StartOver):
            todoist.connector.pull(cursor)
        return
    pull = todoist.connector.pull(cursor)
    assert pull.whole == {Kind.TASK, Kind.GOAL}
    assert [item.id for item in pull.items] == [made.id]


def test_a_sync_token_refused_as_forbidden_leads_to_reading_everything(
    todoist: TodoistHarness,
) -> None:
    cursor = todoist.cursor()
    body = {"error": "Invalid sync token", "error_tag": "FORBIDDEN", "http_code": 403}
    fault = Fault(act="status", status=403, path=".*/sync", reply=body)
    todoist.server.faults.append(fault)
    with pytest.raises(StartOver):
        todoist.connector.pull(cursor)


@pytest.mark.parametrize("cursor", ["", "{", "[]", "{}", '{"token": "x", "project": "y"}'])
def test_a_cursor_of_another_place_starts_over(todoist: TodoistHarness, cursor: str) -> None:
    with pytest.raises(StartOver):
        todoist.connector.pull(cursor)


def test_without_a_project_nothing_is_read(fresh: TodoistHarness) -> None:
    with pytest.raises(Mistake, match="syncd sync"):
        fresh.connector.pull(None)


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"sync_token": "t", "full_sync": True},
        {"sync_token": "t", "full_sync": True, "items": [], "sections": [], "projects": []},
    ],
)
def test_an_answer_that_is_not_whole_is_not_believed(
    todoist: TodoistHarness, reply: dict[str, object]
) -> None:
    todoist.task()
    fault = Fault(act="status", path=".*/sync", status=200, reply=reply, times=0)
    todoist.server.faults.append(fault)
    with pytest.raises(TryLater, match="not whole"):
        todoist.connector.pull(None)


def test_a_project_missing_from_a_stale_answer_is_looked_at_itself(
    todoist: TodoistHarness,
) -> None:
    todoist.task()
    inbox = todoist.sandbox.state.tables["projects"][todoist.sandbox.state.inbox]
    reply = {"sync_token": "*", "full_sync": True, "items": [], "projects": [inbox]}
    fault = Fault(act="status", path=".*/sync", status=200, reply=reply, times=0)
    todoist.server.faults.append(fault)
    with pytest.raises(TryLater, match="not whole"):
        todoist.connector.pull(None)


def test_floating_times_follow_their_person_to_another_zone(
    todoist: TodoistHarness, sandbox: TodoistSandbox, person: TodoistUser
) -> None:
    made = todoist.task("Call")
    sandbox.person._tasks.update(made.id, {"due": {"date": "2026-06-01T09:00:00"}})
    pull = todoist.connector.pull(None)
    due = pull.items[0].fields["due"]
    assert isinstance(due, Moment)
    assert (due.zone, due.at.hour) == ("Europe/Berlin", 7)
    sandbox.travel("America/New_York")
    due = todoist.connector.pull(pull.cursor).items[0].fields["due"]
    assert isinstance(due, Moment)
    assert (due.zone, due.at.hour) == ("America/New_York", 13)


def test_without_a_paid_plan_estimates_are_paused(
    todoist: TodoistHarness, sandbox: TodoistSandbox
) -> None:
    todoist.task("Read a book", estimate_minutes=30)
    cursor = todoist.cursor()
    sandbox.downgrade()
    pull = todoist.connector.pull(cursor)
    assert pull.unmapped_fields == {Kind.TASK: {"estimate_minutes"}}
    assert "estimate_minutes" not in todoist.connector.fit(Kind.TASK, {"estimate_minutes": 5})
    made = todoist.task("Write a book")
    assert "estimate_minutes" not in made.fields


def test_keys_that_no_one_knows_are_ignored(
    todoist: TodoistHarness, sandbox: TodoistSandbox
) -> None:
    made = todoist.task()
    sandbox.switches.extra_keys = {"order_key": "a0", "brand_new": {"x": [1]}}
    (item,) = todoist.connector.pull(None).items
    assert (item.id, item.fields) == (made.id, made.fields)
    assert todoist.now(made).fields == made.fields


def test_an_object_that_the_library_cannot_parse_is_still_read(
    todoist: TodoistHarness, sandbox: TodoistSandbox
) -> None:
    made = todoist.task()
    raw = todoist.raw(made.id)
    sandbox.state.put("items", {k: v for k, v in raw.items() if k != "assigned_by_uid"})
    assert todoist.now(made).fields == made.fields


def test_the_cursor_tells_no_secret_and_the_project(todoist: TodoistHarness) -> None:
    told = json.loads(todoist.cursor())
    assert set(told) == {"token", "project", "zone", "at"}
    assert todoist.sandbox.token not in json.dumps(told)


def test_the_services_clock_is_learned(todoist: TodoistHarness) -> None:
    todoist.sandbox.switches.skew = timedelta(hours=1)
    made = todoist.task()
    offset = todoist.connector.pull(None).clock_offset
    assert offset is not None
    assert abs(offset - timedelta(hours=1)) < timedelta(seconds=2)
    assert made.edited_at is not None
    assert made.edited_at - todoist.clock.now() >= timedelta(hours=1)


def test_a_list_without_an_end_is_given_up(todoist: TodoistHarness) -> None:
    made = todoist.new_write(Kind.TASK, "Nowhere")
    reply = {"results": [], "next_cursor": "again.and-again"}
    todoist.server.faults.append(
        Fault(act="status", status=200, path=".*/tasks", reply=reply, times=0)
    )
    with pytest.raises(TryLater, match="in circles"):
        todoist.connector.find(made)
