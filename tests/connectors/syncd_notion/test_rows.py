"""Writing rows: only what changed, and nothing of the person's is lost."""

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

from syncd.errors import Gone, SkipItem, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import Op, Remote
from syncd.model.values import Moment
from syncd.testing.fault_injection import Fault
from syncd_notion.sandbox.rich_text import run_of
from tests.connectors.syncd_notion.desk import Desk


def last_body(desk: Desk, method: str, path: str = "/v1/pages") -> dict[str, Any]:
    body: dict[str, Any] = desk.sent(method, path)[-1].json()
    return body


def test_a_create_sends_the_mark_and_the_parent(desk: Desk) -> None:
    write = desk.new_write(Kind.GOAL, "Learn SQL")
    desk.made(write)
    body = last_body(desk, "POST")
    source = desk.person.source(Kind.GOAL)
    assert body["parent"] == {"type": "data_source_id", "data_source_id": source.id}
    mark = body["properties"][desk.person.prop(Kind.GOAL, "Sync ID").id]
    assert mark == {"rich_text": [{"type": "text", "text": {"content": write.entity}}]}


def test_an_update_sends_what_changed_and_no_more(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    assert isinstance(desk.update(made, current=50.0), Remote)
    current = desk.person.prop(Kind.GOAL, "Current").id
    assert last_body(desk, "PATCH") == {"properties": {current: {"number": 50.0}}}


def test_a_text_that_reads_the_same_is_not_sent_so_its_formatting_stays(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL", notes="Start soon")
    runs = [run_of("Start ", bold=True), run_of("soon", link="https://example.org")]
    desk.person.write_runs(Kind.GOAL, "Learn SQL", "Notes", runs)
    now = desk.connector.read(Kind.GOAL, made.id)
    assert isinstance(desk.update(now, notes="Start soon", current=3.0), Remote)
    assert list(last_body(desk, "PATCH")["properties"]) == [
        desk.person.prop(Kind.GOAL, "Current").id
    ]
    page = desk.workspace.pages[made.id]
    assert page.values[desk.person.prop(Kind.GOAL, "Notes").id] == runs


def test_an_update_of_nothing_reads_the_item(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.server.log.clear()
    assert desk.update(made) == made
    assert [(it.method) for it in desk.server.log] == ["GET"]


def test_the_copy_of_an_item_gets_its_own_mark(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.person.duplicate(Kind.GOAL, "Learn SQL")
    (copy,) = [it for it in desk.connector.pull(None).items if it.id != made.id]
    write = desk.new_update(copy)
    own = desk.new_write(Kind.GOAL, "").entity
    marked = desk.made(dataclasses.replace(write, entity=own))
    assert marked.mark == own
    assert list(last_body(desk, "PATCH")["properties"]) == [
        desk.person.prop(Kind.GOAL, "Sync ID").id
    ]


def test_pages_beside_the_first_related_one_stay(desk: Desk) -> None:
    first, second, third = (desk.create(Kind.GOAL, f"Goal {it}") for it in "abc")
    made = desk.create(Kind.TASK, "Write", goal=first.id)
    desk.person.put(Kind.TASK, "Write", "Goal", [first.id, second.id])
    now = desk.connector.read(Kind.TASK, made.id)
    assert now.fields["goal"] == first.id
    after = desk.update(now, goal=third.id)
    assert isinstance(after, Remote)
    assert after.fields["goal"] == third.id
    page = desk.workspace.pages[made.id]
    related = page.values[desk.person.prop(Kind.TASK, "Goal").id]
    assert related == [third.id, second.id]


def test_more_related_pages_than_a_reply_shows_survive_a_change_of_the_first(
    desk: Desk,
) -> None:
    goals = [desk.create(Kind.GOAL, f"Goal {number}").id for number in range(31)]
    made = desk.create(Kind.TASK, "Write")
    desk.person.put(Kind.TASK, "Write", "Goal", goals[:30])
    now = desk.connector.read(Kind.TASK, made.id)
    assert isinstance(desk.update(now, goal=goals[30]), Remote)
    page = desk.workspace.pages[made.id]
    related = page.values[desk.person.prop(Kind.TASK, "Goal").id]
    assert related == [goals[30], *goals[1:30]]


def test_a_goal_added_to_thirty_keeps_them_all(desk: Desk) -> None:
    goals = [desk.create(Kind.GOAL, f"Goal {number}").id for number in range(31)]
    made = desk.create(Kind.SKILL, "Analysis", goals=frozenset(goals[:30]))
    after = desk.update(made, goals=frozenset(goals))
    assert isinstance(after, Remote)
    assert after.fields["goals"] == frozenset(goals)


def test_the_end_of_a_due_range_stays_when_its_start_moves(desk: Desk) -> None:
    made = desk.create(Kind.TASK, "Write")
    ranged = {"start": "2026-06-01", "end": "2026-06-05"}
    desk.person.put(Kind.TASK, "Write", "Due", ranged)
    now = desk.connector.read(Kind.TASK, made.id)
    desk.update(now, due=date(2026, 6, 3))
    due = desk.person.prop(Kind.TASK, "Due").id
    assert desk.workspace.pages[made.id].values[due] == {
        "start": "2026-06-03",
        "end": "2026-06-05",
    }


def test_a_moment_is_kept_to_the_minute_and_without_zone(desk: Desk) -> None:
    chosen = Moment(datetime(2026, 6, 1, 7, 30, 15, tzinfo=UTC), "Europe/Berlin")
    made = desk.create(Kind.TASK, "Write")
    after = desk.update(made, due=chosen)
    assert isinstance(after, Remote)
    assert after.fields["due"] == Moment(datetime(2026, 6, 1, 7, 30, tzinfo=UTC))
    due = desk.person.prop(Kind.TASK, "Due").id
    assert last_body(desk, "PATCH")["properties"][due]["date"] == {
        "start": "2026-06-01T09:30:00",
        "time_zone": "Europe/Berlin",
    }
    kept = desk.workspace.pages[made.id].values[due]["start"]
    assert kept == "2026-06-01T09:30:00.000+02:00"


def test_a_removed_page_is_revived_with_its_body_and_not_made_again(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    assert desk.delete(made) is None
    write = desk.new_write(Kind.GOAL, "Learn SQL after all")
    again = desk.made(dataclasses.replace(write, seen=desk.new_update(made).seen))
    assert again.id == made.id
    assert again.fields == write.fields
    assert desk.person.titles(Kind.GOAL) == ["Learn SQL after all"]


def test_an_archived_page_is_revived(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.workspace.pages[made.id].is_archived = True
    write = desk.new_write(Kind.GOAL, "Learn SQL after all")
    again = desk.made(dataclasses.replace(write, seen=desk.new_update(made).seen))
    assert again.id == made.id
    assert desk.person.titles(Kind.GOAL) == ["Learn SQL after all"]


def test_a_page_that_is_really_gone_is_made_anew(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.workspace.hidden.add(made.id)
    write = desk.new_write(Kind.GOAL, "Learn SQL after all")
    again = desk.made(dataclasses.replace(write, seen=desk.new_update(made).seen))
    assert again.id != made.id


def test_a_page_that_was_moved_elsewhere_is_made_anew_and_left_there(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.person.move(Kind.GOAL, "Learn SQL", desk.workspace.parent_page)
    write = desk.new_write(Kind.GOAL, "Learn SQL after all")
    again = desk.made(dataclasses.replace(write, seen=desk.new_update(made).seen))
    assert again.id != made.id


def test_an_edit_of_a_page_in_the_trash_is_gone(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.person.delete(Kind.GOAL, "Learn SQL")
    assert isinstance(desk.update(made, title="Too late"), Gone)


def test_a_value_that_notion_refuses_skips_the_item_and_no_other(desk: Desk) -> None:
    reply = {
        "object": "error",
        "status": 400,
        "code": "validation_error",
        "message": "Bad url.",
    }
    desk.server.faults.append(Fault(act="status", status=400, reply=reply, body="bad one"))
    bad = desk.new_write(Kind.RESOURCE, "bad one")
    good = desk.new_write(Kind.RESOURCE, "good one")
    refused, made = desk.connector.write([bad, good])
    assert isinstance(refused, SkipItem)
    assert "Bad url." in str(refused)
    assert isinstance(made, Remote)


def test_a_change_that_was_saved_though_503_is_unclear(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    reply = {
        "object": "error",
        "status": 503,
        "code": "service_unavailable",
        "message": "The change was saved, but the response could not be built in time.",
        "additional_data": {"committed_resource_id": made.id},
    }
    fault = Fault(act="status-after", method="PATCH", status=503, reply=reply)
    desk.server.faults.append(fault)
    assert isinstance(desk.update(made, title="Learn more"), Unclear)
    assert len(desk.sent("PATCH", "/v1/pages")) == 1
    assert desk.connector.read(Kind.GOAL, made.id).fields["title"] == "Learn more"


def test_a_delete_is_repeated_until_it_is_answered(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.server.faults.append(Fault(act="close-after", method="PATCH"))
    assert desk.delete(made) is None
    assert desk.person.titles(Kind.GOAL) == []


def test_an_update_that_names_no_item_is_skipped(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    write = dataclasses.replace(desk.new_update(made, title="x"), seen=None)
    assert isinstance(desk.do(write), SkipItem)
    assert desk.do(dataclasses.replace(write, op=Op.DELETE)) is None
