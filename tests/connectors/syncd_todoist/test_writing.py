"""What writing does in Todoist, and how it does it once."""

import dataclasses
from datetime import UTC, date, datetime

import pytest

from syncd.errors import Changed, Gone, SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import PAGE_URL, Op, Remote
from syncd.model.values import Moment, Value
from syncd.testing.fault_injection import Fault
from syncd_todoist.sandbox.app import TodoistSandbox
from syncd_todoist.sandbox.user import TodoistUser
from syncd_todoist.sandbox.wire import invalid_argument, too_many
from tests.connectors.syncd_todoist.harness import TodoistHarness, commands_in

OTHER = "https://www.notion.so/Another-00000000000000000000000000000001"


def test_a_task_goes_into_its_goals_section_with_all_it_has(todoist: TodoistHarness) -> None:
    goal = todoist.goal()
    due = Moment(datetime(2026, 6, 1, 7, tzinfo=UTC), "Europe/Berlin")
    made = todoist.task("Read @night", goal=goal.id, due=due, estimate_minutes=45, notes="Why")
    raw = todoist.raw(made.id)
    assert raw["section_id"] == goal.id
    assert raw["content"] == "Read @night"
    assert raw["due"]["date"] == "2026-06-01T07:00:00Z"
    assert raw["duration"] == {"amount": 45, "unit": "minute"}
    assert raw["description"] == f"Why\n\n{made.link}"


def test_a_new_item_is_answered_without_another_request(todoist: TodoistHarness) -> None:
    todoist.cursor()
    todoist.server.log.clear()
    todoist.task()
    assert len(todoist.server.log) == 1


def test_only_what_changed_is_sent(todoist: TodoistHarness) -> None:
    made = todoist.task()
    todoist.server.log.clear()
    assert isinstance(todoist.update(made, due=None), Remote)
    (command,) = todoist.sent()
    assert command["args"] == {"id": made.id, "due": None}


def test_a_persons_deadline_and_comment_survive(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read")
    person.aside("Read", "Well done", "2026-06-30")
    todoist.update(todoist.now(made), title="Read more", due=date(2026, 7, 1), notes="New")
    assert person.keeps_aside("Read more", "Well done", "2026-06-30")


def test_moving_between_goals_parents_and_none(todoist: TodoistHarness) -> None:
    one, two = todoist.goal("One"), todoist.goal("Two")
    parent, made = todoist.task("Parent", goal=two.id), todoist.task("Child", goal=one.id)
    for goal, above in ((two.id, None), (two.id, parent.id), (one.id, None), (None, None)):
        outcome = todoist.update(made, goal=goal, parent=above)
        assert isinstance(outcome, Remote), outcome
        assert (outcome.fields["goal"], outcome.fields["parent"]) == (goal, above)
        made = outcome


def test_a_sub_task_stays_with_its_parent_whatever_its_goal(todoist: TodoistHarness) -> None:
    one, two = todoist.goal("One"), todoist.goal("Two")
    parent = todoist.task("Parent", goal=one.id)
    child = todoist.task("Child", goal=one.id, parent=parent.id)
    todoist.server.log.clear()
    outcome = todoist.update(child, goal=two.id)
    assert todoist.sent() == []
    assert isinstance(outcome, Remote)
    assert (outcome.fields["goal"], outcome.fields["parent"]) == (one.id, parent.id)


def test_ticking_and_unticking(todoist: TodoistHarness) -> None:
    made = todoist.task()
    done = todoist.update(made, done=True, title="Done now")
    assert isinstance(done, Remote)
    assert (done.fields["done"], done.fields["title"]) == (True, "Done now")
    again = todoist.update(done, done=False)
    assert isinstance(again, Remote)
    assert again.fields["done"] is False


def test_a_task_can_be_made_done(todoist: TodoistHarness) -> None:
    assert todoist.task(done=True).fields["done"] is True


def test_a_repetition_of_the_persons_own_is_left_alone(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Practise")
    person.edit(Kind.TASK, "Practise", "recurrence", "every week")
    seen = todoist.now(made)
    outcome = todoist.update(seen, due=date(2027, 1, 1))
    assert isinstance(outcome, Remote)
    assert outcome.fields["due"] == seen.fields["due"]
    assert todoist.raw(made.id)["due"]["string"] == "every week"
    finished = todoist.update(outcome, done=True)
    assert isinstance(finished, Remote)
    assert finished.fields["done"] is True
    assert todoist.raw(made.id)["checked"] is True


def test_the_link_changes_and_the_notes_stay(todoist: TodoistHarness) -> None:
    made = todoist.task(notes="Why")
    outcome = todoist.update(made, **{PAGE_URL: OTHER})
    assert isinstance(outcome, Remote)
    assert todoist.raw(made.id)["description"] == f"Why\n\n{OTHER}"
    assert todoist.update(outcome, notes="Because")
    assert todoist.raw(made.id)["description"] == f"Because\n\n{OTHER}"


def test_a_page_address_that_the_person_wrote_is_kept(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    person.add(Kind.TASK, "Read")
    person.describe("Read", OTHER)
    (item,) = todoist.connector.pull(None).items
    assert item.link == OTHER
    ours = todoist.address(1)
    outcome = todoist.update(item, **{PAGE_URL: ours})
    assert isinstance(outcome, Remote)
    assert person.description("Read") == f"{OTHER}\n\n{ours}"
    assert (outcome.fields["notes"], outcome.link) == (OTHER, ours)


def test_writing_below_the_link_keeps_it_the_link(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read", notes="Why")
    person.describe("Read", f"Why\n\n{made.link}\nand how")
    now = todoist.now(made)
    assert (now.fields["notes"], now.link) == ("Why\nand how", made.link)


def test_a_link_is_known_again_after_the_memory_was_lost(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read", notes="Why")
    todoist.restart(remembering=False)
    todoist.start()
    assert isinstance(todoist.update(todoist.now(made), priority=1), Remote)
    person.describe("Read", f"Why\n\n{made.link}\nand how")
    assert todoist.now(made).link == made.link


def test_a_link_to_anywhere_is_known_again_where_it_was_written(
    todoist: TodoistHarness,
) -> None:
    there = "https://pages.example.org/1"
    write = dataclasses.replace(todoist.new_write(Kind.TASK, "Read"))
    fields = todoist.connector.fit(Kind.TASK, {**write.fields, PAGE_URL: there})
    made = todoist.made(dataclasses.replace(write, fields=fields))
    assert made.link == there
    todoist.restart()
    assert todoist.now(made).link == there


def test_what_the_person_edited_meanwhile_is_not_written_over(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read", notes="Why")
    person.edit(Kind.TASK, "Read", "notes", "The person's own")
    assert isinstance(todoist.update(made, **{PAGE_URL: OTHER}), Changed)
    assert isinstance(todoist.delete(made), Changed)
    assert "The person's own" in person.description("Read")


def test_a_change_of_nothing_that_syncd_carries_is_no_hindrance(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read")
    person.aside("Read", "Well done", "2026-06-30")
    assert isinstance(todoist.update(made, title="Read more"), Remote)


def test_an_update_of_a_task_that_was_moved_away_is_gone_and_a_delete_leaves_it(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read")
    person.move_out("Read")
    assert isinstance(todoist.update(made, title="Mine"), Gone)
    assert todoist.delete(made) is None
    assert "Read" in person.titles(Kind.TASK)


def test_one_refused_write_does_not_spoil_the_others(todoist: TodoistHarness) -> None:
    good = [todoist.new_write(Kind.TASK, f"Task {number}") for number in range(2)]
    spoiled = todoist.new_write(Kind.TASK, "Spoiled")
    fields = {**spoiled.fields, "goal": "2222222222222222"}
    writes = [good[0], dataclasses.replace(spoiled, fields=fields), good[1]]
    first, bad_one, last = todoist.connector.write(writes)
    assert isinstance(first, Remote)
    assert isinstance(bad_one, SkipItem)
    assert isinstance(last, Remote)


def test_one_write_that_spoils_a_whole_request_is_found(todoist: TodoistHarness) -> None:
    writes = [todoist.new_write(Kind.TASK, f"Task {number}") for number in range(3)]
    fault = Fault(
        act="status", status=400, body="Task.1", reply=invalid_argument("content").body, times=0
    )
    todoist.server.faults.append(fault)
    first, refused, last = todoist.connector.write(writes)
    assert isinstance(first, Remote)
    assert isinstance(refused, SkipItem)
    assert isinstance(last, Remote)


def test_a_command_that_met_a_limit_is_for_later(todoist: TodoistHarness) -> None:
    write = todoist.new_write(Kind.TASK, "Later")
    reply = {"sync_token": "*", "sync_status": {write.key: too_many(300).body}}
    todoist.server.faults.append(Fault(act="status", status=200, body="item_add", reply=reply))
    outcome = todoist.do(write)
    assert isinstance(outcome, TryLater)
    assert outcome.seconds == 300
    assert isinstance(todoist.do(write), Remote)


def test_a_command_without_a_status_is_unclear(todoist: TodoistHarness) -> None:
    reply = {"sync_token": "*", "sync_status": {}}
    fault = Fault(act="status", status=200, body="item_add", reply=reply, times=0)
    todoist.server.faults.append(fault)
    assert isinstance(todoist.do(todoist.new_write(Kind.TASK, "What now")), Unclear)


def test_more_than_a_hundred_commands_go_in_several_requests(todoist: TodoistHarness) -> None:
    made = [todoist.new_write(Kind.TASK, f"Task {it}", done=True) for it in range(60)]
    outcomes = todoist.connector.write(made)
    assert all(isinstance(one, Remote) and one.fields["done"] for one in outcomes)
    sizes = [len(commands_in(logged.body)) for logged in todoist.server.log]
    assert max(sizes) == 100


def test_a_second_request_that_meets_a_limit_leaves_the_rest_for_later(
    todoist: TodoistHarness,
) -> None:
    made = [todoist.new_write(Kind.TASK, f"Task {it}", done=True) for it in range(60)]
    fault = Fault(act="status", status=429, body="commands", skip=1, times=0)
    fault.reply = too_many(66).body
    todoist.server.faults.append(fault)
    outcomes = todoist.connector.write(made)
    assert [type(one) for one in outcomes] == [Remote] * 50 + [TryLater] * 10


@pytest.mark.parametrize("kind", [Kind.TASK, Kind.GOAL])
def test_a_repeated_create_without_its_mapping_finds_what_it_made(
    todoist: TodoistHarness, sandbox: TodoistSandbox, kind: Kind
) -> None:
    sandbox.switches.repeats_mapping = False
    write = todoist.new_write(kind, "Only once")
    todoist.lose_reply()
    first = todoist.made(write)
    assert todoist.made(write).id == first.id
    assert sandbox.person.titles(kind) == ["Only once"]


def test_two_that_look_alike_leave_a_repeated_create_unclear(
    todoist: TodoistHarness, sandbox: TodoistSandbox
) -> None:
    sandbox.switches.repeats_mapping = False
    write = todoist.new_write(Kind.GOAL, "Twice")
    todoist.made(write)
    sandbox.person.add(Kind.GOAL, "Twice")
    assert isinstance(todoist.do(write), Unclear)


def test_writing_leaves_the_engines_cursor_where_it_is(todoist: TodoistHarness) -> None:
    cursor = todoist.cursor()
    made = todoist.task()
    changed = todoist.update(made, title="Another")
    assert isinstance(changed, Remote)
    (item,) = todoist.connector.pull(cursor).items
    assert (item.id, item.version, item.fields) == (made.id, changed.version, changed.fields)


def test_a_cursor_that_expired_hinders_no_write(
    todoist: TodoistHarness, sandbox: TodoistSandbox
) -> None:
    made = todoist.task()
    sandbox.expire_cursors()
    assert isinstance(todoist.update(made, title="After all"), Remote)
    sandbox.expire_cursors()
    todoist.task("One more")


def test_an_answer_without_the_items_is_completed_by_reading_them(
    todoist: TodoistHarness, sandbox: TodoistSandbox
) -> None:
    made = todoist.task()
    sandbox.switches.hides_changes = True
    outcome = todoist.update(made, title="Read back", done=True)
    assert isinstance(outcome, Remote)
    assert (outcome.fields["title"], outcome.fields["done"]) == ("Read back", True)


def test_what_is_done_and_listed_nowhere_is_what_was_asked(
    todoist: TodoistHarness, sandbox: TodoistSandbox
) -> None:
    made = todoist.task()
    sandbox.switches.hides_changes = True
    fault = Fault(act="status", status=200, path=".*completed.*", reply={"items": []}, times=0)
    todoist.server.faults.append(fault)
    outcome = todoist.update(made, done=True)
    assert isinstance(outcome, Remote)
    assert outcome.fields == {**made.fields, "done": True}


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("ignores", [True, False])
def test_an_account_without_durations_gets_the_task_all_the_same(
    todoist: TodoistHarness, sandbox: TodoistSandbox, ignores: bool, told: bool
) -> None:
    sandbox.switches.premium = False
    sandbox.switches.ignores_durations = ignores
    sandbox.switches.hides_changes = not told
    made = todoist.task("Read", estimate_minutes=30)
    assert made.fields.get("estimate_minutes") is None
    assert sandbox.person.titles(Kind.TASK) == ["Read"]
    again = todoist.task("Read more", estimate_minutes=30)
    assert again.fields.get("estimate_minutes") is None
    assert len(sandbox.person.titles(Kind.TASK)) == 2
    keys = [command["uuid"] for command in todoist.sent() if command["type"] == "item_add"]
    assert len(set(keys)) == len(keys)
    refused = [command for command in todoist.sent() if "duration" in command["args"]]
    assert len(refused) == (2 if ignores and not told else 1)


def test_a_duration_that_is_refused_for_itself_is_left_out_once(
    todoist: TodoistHarness,
) -> None:
    write = todoist.new_write(Kind.TASK, "Too long", estimate_minutes=9)
    reply = {"sync_token": "*", "sync_status": {write.key: invalid_argument("duration").body}}
    todoist.server.faults.append(Fault(act="status", status=200, body="item_add", reply=reply))
    assert todoist.made(write).fields["estimate_minutes"] is None
    assert todoist.task("As usual", estimate_minutes=30).fields["estimate_minutes"] == 30


@pytest.mark.parametrize("field", ["title", "done"])
def test_a_completed_task_that_takes_no_commands_stays_as_it_is(
    todoist: TodoistHarness, field: str
) -> None:
    made = todoist.task()
    done = todoist.update(made, done=True)
    assert isinstance(done, Remote)
    changes: dict[str, Value] = {"title": "Late", "done": False}
    write = todoist.write_of(Op.UPDATE, done, {field: changes[field]})
    error = {"error": "Item not found", "error_code": 22, "http_code": 404}
    reply = {"sync_token": "*", "sync_status": {write.key: error}}
    fault = Fault(act="status", status=200, body="item_u", reply=reply)
    todoist.server.faults.append(fault)
    outcome = todoist.do(write)
    if field == "done":
        assert isinstance(outcome, SkipItem)
        return
    assert isinstance(outcome, Remote)
    assert outcome.fields == done.fields


@pytest.mark.parametrize("act", ["close-after", "reset-after", "garbage", "tear"])
def test_an_update_whose_answer_is_lost_is_done_and_told_as_done(
    todoist: TodoistHarness, act: str
) -> None:
    made = todoist.task("Read")
    todoist.server.faults.append(Fault(act=act, body="item_update"))
    outcome = todoist.update(made, title="Read on")
    assert isinstance(outcome, Remote)
    assert outcome.fields["title"] == "Read on"
