"""Reading what a person did, in small databases and in large ones."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from syncd.errors import Gone, HoldTool, SkipItem, TryLater
from syncd.model.entities import Kind
from syncd.model.remote import Remote
from syncd.testing.fault_injection import Fault
from syncd_notion.sandbox.rich_text import mention_of, run_of
from tests.connectors.syncd_notion.desk import Desk


def fill(desk: Desk, kind: Kind, count: int) -> None:
    for number in range(count):
        desk.person.add(kind, f"{kind} {number:03}")


def titles(desk: Desk, cursor: str | None) -> list[str]:
    return sorted(str(it.fields["title"]) for it in desk.connector.pull(cursor).items)


def test_up_to_a_hundred_rows_cost_one_query_and_are_whole(
    desk: Desk, counting: Callable[[], int]
) -> None:
    fill(desk, Kind.TASK, 100)
    pull = desk.connector.pull(None)
    assert counting() == 9
    pull = desk.connector.pull(pull.cursor)
    assert counting() == 9
    assert Kind.TASK in pull.whole
    assert len(pull.items) == 100


def test_over_a_hundred_rows_only_what_changed_is_read(
    desk: Desk, counting: Callable[[], int]
) -> None:
    fill(desk, Kind.TASK, 101)
    desk.clock.advance(minutes=5)
    desk.person.edit(Kind.TASK, "tasks 100", "title", "the newest")
    desk.clock.advance(minutes=5)
    pull = desk.connector.pull(None)
    assert counting() == 10
    pull = desk.connector.pull(pull.cursor)
    assert counting() == 9
    assert Kind.TASK not in pull.whole
    assert [it.fields["title"] for it in pull.items] == ["the newest"]
    desk.clock.advance(minutes=2)
    desk.person.edit(Kind.TASK, "tasks 007", "title", "edited")
    assert titles(desk, pull.cursor) == ["edited", "the newest"]


def test_an_edit_within_the_same_minute_is_read(desk: Desk) -> None:
    fill(desk, Kind.TASK, 101)
    desk.clock.advance(minutes=5)
    desk.person.edit(Kind.TASK, "tasks 000", "title", "first edit")
    cursor = desk.connector.pull(desk.connector.pull(None).cursor).cursor
    desk.person.edit(Kind.TASK, "tasks 001", "title", "second edit")
    assert "second edit" in titles(desk, cursor)


def test_every_ten_minutes_all_rows_are_read_to_learn_what_left(desk: Desk) -> None:
    fill(desk, Kind.TASK, 101)
    cursor = desk.connector.pull(None).cursor
    desk.person.delete(Kind.TASK, "tasks 050")
    desk.clock.advance(minutes=9)
    pull = desk.connector.pull(cursor)
    assert Kind.TASK not in pull.whole
    desk.clock.advance(minutes=2)
    pull = desk.connector.pull(pull.cursor)
    assert Kind.TASK in pull.whole
    assert len(pull.items) == 100
    assert Kind.TASK in desk.connector.pull(pull.cursor).whole


def test_a_clock_that_was_put_back_sweeps_at_once(desk: Desk) -> None:
    fill(desk, Kind.TASK, 101)
    cursor = desk.connector.pull(None).cursor
    desk.clock.advance(days=-1)
    assert Kind.TASK in desk.connector.pull(cursor).whole


def test_a_list_that_notion_cuts_off_is_read_to_its_end(desk: Desk) -> None:
    for minute in range(5):
        for number in range(30):
            desk.person.add(Kind.TASK, f"task {minute}.{number}")
        desk.clock.advance(minutes=1)
    desk.workspace.query_limit = 70
    assert len(desk.connector.pull(None).items) == 150


def test_more_rows_in_one_minute_than_notion_lists_are_not_taken_for_all(desk: Desk) -> None:
    fill(desk, Kind.TASK, 30)
    desk.workspace.query_limit = 20
    with pytest.raises(TryLater, match="cuts off"):
        desk.connector.pull(None)


def test_a_listing_without_a_next_cursor_is_not_taken_for_all(desk: Desk) -> None:
    reply = {"object": "list", "results": [], "has_more": True, "next_cursor": None}
    desk.server.faults.append(Fault(act="status", status=200, reply=reply, times=0))
    with pytest.raises(TryLater):
        desk.connector.pull(None)


def test_a_reply_without_results_is_not_taken_for_an_empty_list(desk: Desk) -> None:
    reply = {"object": "list", "has_more": False}
    desk.server.faults.append(Fault(act="status", status=200, reply=reply, times=0))
    with pytest.raises(TryLater):
        desk.connector.pull(None)


def test_unknown_keys_and_absent_optional_ones_do_no_harm(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    page = json.loads(json.dumps(_page(desk, made)))
    del page["parent"], page["in_trash"], page["is_archived"], page["url"]
    page["properties"]["New"] = {"id": "zzz", "type": "hologram", "hologram": {}}
    page["brand_new"] = True
    reply = {"object": "list", "results": [page], "extra": 1}
    path = f"/v1/data_sources/{desk.person.source(Kind.GOAL).id}/query"
    desk.server.faults.append(Fault(act="status", path=path, status=200, reply=reply))
    (item,) = desk.connector.pull(None).items
    assert item.fields == made.fields


def _page(desk: Desk, item: Remote) -> object:
    from syncd_notion.sandbox.render import page_of

    return page_of(desk.workspace, desk.workspace.pages[item.id])


def test_the_thirty_related_goals_of_a_skill_are_all_read(desk: Desk) -> None:
    fill(desk, Kind.GOAL, 30)
    goals = frozenset(it.id for it in desk.connector.pull(None).items)
    made = desk.create(Kind.SKILL, "Analysis", goals=goals)
    assert made.fields["goals"] == goals
    assert desk.connector.read(Kind.SKILL, made.id).fields["goals"] == goals
    (skill,) = [it for it in desk.connector.pull(None).items if it.kind is Kind.SKILL]
    assert skill.fields["goals"] == goals


def test_a_row_in_the_trash_is_gone_and_one_restored_is_back(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.person.delete(Kind.GOAL, "Learn SQL")
    with pytest.raises(Gone, match="trash"):
        desk.connector.read(Kind.GOAL, made.id)
    desk.person.restore(made.id)
    assert desk.connector.read(Kind.GOAL, made.id).fields == made.fields


def test_an_archived_row_is_gone(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.workspace.pages[made.id].is_archived = True
    with pytest.raises(Gone):
        desk.connector.read(Kind.GOAL, made.id)


def test_a_row_that_was_moved_elsewhere_is_gone(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.person.move(Kind.GOAL, "Learn SQL", desk.workspace.parent_page)
    with pytest.raises(Gone, match="moved"):
        desk.connector.read(Kind.GOAL, made.id)


def test_a_copy_made_by_duplicate_carries_the_same_mark(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    copy = desk.person.duplicate(Kind.GOAL, "Learn SQL")
    marks = {it.id: it.mark for it in desk.connector.pull(None).items}
    assert marks == {made.id: made.mark, copy: made.mark}


def test_a_mark_is_found_in_its_exact_letters_and_the_oldest_counts(desk: Desk) -> None:
    write = desk.new_write(Kind.GOAL, "Learn SQL")
    made = desk.made(write)
    desk.clock.advance(minutes=3)
    desk.person.duplicate(Kind.GOAL, "Learn SQL")
    found = desk.connector.find(write)
    assert found is not None
    assert found.id == made.id
    desk.person.put(Kind.GOAL, "Learn SQL", "Sync ID", [run_of(write.entity.lower())])
    desk.person.delete(Kind.GOAL, "Learn SQL")
    desk.person.put(Kind.GOAL, "Learn SQL", "Sync ID", [run_of(write.entity.lower())])
    assert desk.connector.find(write) is None


def test_a_service_that_knows_the_mark_by_its_name_alone_is_asked_so(desk: Desk) -> None:
    write = desk.new_write(Kind.GOAL, "Learn SQL")
    made = desk.made(write)
    mark = desk.person.prop(Kind.GOAL, "Sync ID").id
    message = f"Could not find property with name or id: {mark}"
    reply = {"object": "error", "status": 400, "code": "validation_error", "message": message}
    desk.server.faults.append(Fault(act="status", status=400, reply=reply, body=mark, times=0))
    found = desk.connector.find(write)
    assert found is not None
    assert found.id == made.id


def test_formatting_and_mentions_are_read_as_their_text(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    runs = [
        run_of("Ask ", italic=True),
        mention_of(made.id, "Ada"),
        run_of(" first", bold=True),
    ]
    desk.person.write_runs(Kind.GOAL, "Learn SQL", "Notes", runs)
    assert desk.connector.read(Kind.GOAL, made.id).fields["notes"] == "Ask Ada first"


def test_a_renamed_property_or_database_changes_nothing(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    cursor = desk.connector.pull(None).cursor
    desk.person.rename_property(Kind.GOAL, "Due", "Deadline")
    desk.person.rename_property(Kind.GOAL, "Name", "What")
    desk.person.source(Kind.GOAL).title = [run_of("My aims")]
    desk.server.log.clear()
    pull = desk.connector.pull(cursor)
    assert [it.fields for it in pull.items] == [made.fields]
    assert (pull.problems, pull.unmapped_fields) == ((), {})
    assert len(desk.server.log) == 9
    changed = desk.update(made, title="Learn more SQL")
    assert isinstance(changed, Remote)
    assert changed.fields["title"] == "Learn more SQL"


def test_a_deleted_property_pauses_its_field_and_is_never_made_again(
    desk: Desk, counting: Callable[[], int]
) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    cursor = desk.connector.pull(None).cursor
    desk.person.delete_property(Kind.GOAL, "Due")
    pull = desk.connector.pull(cursor)
    (item,) = pull.items
    assert "due" not in item.fields
    assert not item.problems
    assert pull.unmapped_fields == {Kind.GOAL: frozenset({"due"})}
    (problem,) = pull.problems
    assert "'Due'" in problem
    assert "'Goals'" in problem
    assert "restore it there" in problem
    counting()
    assert desk.connector.pull(pull.cursor).problems == (problem,)
    assert counting() == 9
    kept = desk.update(item, title="Learn SQL well", due=made.fields["due"])
    assert isinstance(kept, Remote)
    assert "Due" not in [it.name for it in desk.person.source(Kind.GOAL).props.values()]


def test_a_restored_property_is_read_again_with_its_values(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.person.delete_property(Kind.GOAL, "Due")
    cursor = desk.connector.pull(None).cursor
    desk.person.restore_property(Kind.GOAL, "Due")
    pull = desk.connector.pull(cursor)
    assert (pull.unmapped_fields, pull.problems) == ({}, ())
    assert [it.fields for it in pull.items] == [made.fields]


def test_a_new_property_of_the_old_name_is_not_taken_for_the_old_one(desk: Desk) -> None:
    desk.create(Kind.GOAL, "Learn SQL")
    desk.person.delete_property(Kind.GOAL, "Due")
    desk.person.add_property(Kind.GOAL, "Due", "date")
    assert desk.connector.pull(None).unmapped_fields == {Kind.GOAL: frozenset({"due"})}


def test_a_retyped_property_pauses_its_field_until_its_type_is_back(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    cursor = desk.connector.pull(None).cursor
    desk.person.retype_property(Kind.GOAL, "Due", "rich_text")
    pull = desk.connector.pull(cursor)
    assert pull.unmapped_fields == {Kind.GOAL: frozenset({"due"})}
    assert "change it back to date" in pull.problems[0]
    desk.person.retype_property(Kind.GOAL, "Due", "date")
    pull = desk.connector.pull(pull.cursor)
    assert pull.unmapped_fields == {}
    assert [it.fields for it in pull.items] == [made.fields]


def test_a_pause_outlives_a_restart(desk: Desk, counting: Callable[[], int]) -> None:
    desk.create(Kind.GOAL, "Learn SQL")
    desk.person.delete_property(Kind.GOAL, "Due")
    pull = desk.connector.pull(None)
    desk.restart()
    counting()
    desk.connector.bind()
    again = desk.connector.pull(pull.cursor)
    assert again.unmapped_fields == pull.unmapped_fields
    assert len(again.problems) == 1
    assert counting() == 9


def test_a_write_to_a_property_that_is_gone_says_so_and_pauses_it(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.person.delete_property(Kind.GOAL, "Due")
    outcome = desk.update(made, due=None, title="Learn more SQL")
    assert isinstance(outcome, SkipItem)
    assert "has changed in Notion" in str(outcome)
    assert desk.connector.pull(None).unmapped_fields == {Kind.GOAL: frozenset({"due"})}
    assert isinstance(desk.update(made, due=None, title="Learn more SQL"), Remote)


def test_the_service_tells_its_clock(desk: Desk) -> None:
    offset = desk.connector.pull(None).clock_offset
    assert offset is not None
    assert abs(offset) <= timedelta(seconds=1)


def test_many_rows_of_one_minute_are_not_read_again_for_ever(
    desk: Desk, counting: Callable[[], int]
) -> None:
    """Once Notion's date is known to be the clock of its edits, time passes on."""
    fill(desk, Kind.TASK, 250)
    cursor = desk.connector.pull(None).cursor
    desk.clock.advance(minutes=6)
    cursor = desk.connector.pull(cursor).cursor
    desk.clock.advance(minutes=1)
    counting()
    pull = desk.connector.pull(cursor)
    assert (counting(), pull.items) == (9, ())
    desk.person.edit(Kind.TASK, "tasks 017", "title", "edited")
    assert titles(desk, pull.cursor) == ["edited"]


def test_a_404_that_is_not_notions_own_is_no_evidence(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    fault = Fault(act="status", status=404, reply="<html>nginx</html>", times=0)
    desk.server.faults.append(fault)
    with pytest.raises(TryLater):
        desk.connector.read(Kind.GOAL, made.id)
    with pytest.raises(TryLater):
        desk.connector.pull(None)


def test_a_missing_page_is_gone_only_if_its_database_is_there(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.workspace.hidden.add(made.id)
    with pytest.raises(Gone):
        desk.connector.read(Kind.GOAL, made.id)
    desk.person.unshare(Kind.GOAL)
    with pytest.raises(HoldTool):
        desk.connector.read(Kind.GOAL, made.id)
