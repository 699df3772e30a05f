"""What one act in Todoist does to other things, as its documentation and users tell."""

from datetime import date, timedelta
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from syncd_todoist.sandbox.user import TodoistUser
from tests.connectors.syncd_todoist.harness import TodoistHarness
from tests.connectors.syncd_todoist.wire import Wire

HOUR = {"amount": 60, "unit": "minute"}
DAY = {"date": "2026-06-01"}
TIME = {"date": "2026-06-01T09:00:00"}


# A duration stands on a due date.


@pytest.mark.parametrize(
    ("needs", "due", "kept"),
    [
        ("due", None, False),
        ("due", DAY, True),
        ("time", DAY, False),
        ("time", TIME, True),
        ("nothing", None, True),
    ],
)
def test_a_duration_without_what_it_needs_is_discarded_without_a_word(
    wire: Wire, needs: str, due: Any, kept: bool
) -> None:
    wire.harness.sandbox.switches.duration_needs = needs
    assert wire.do("item_add", content="Read", duration=HOUR, due=due) == "ok"
    (raw,) = wire.sync()["items"]
    assert raw["duration"] == (HOUR if kept else None)
    assert wire.do("item_update", id=raw["id"], duration={**HOUR, "amount": 5}) == "ok"
    assert (wire.sync()["items"][0]["duration"] is not None) is kept


def test_taking_a_due_date_away_takes_the_duration_along(wire: Wire) -> None:
    first = wire.task("By command", due_date="2026-06-01", duration=60, duration_unit="minute")
    other = wire.task("By REST", due_date="2026-06-01", duration=60, duration_unit="minute")
    assert first["duration"] == other["duration"] == HOUR
    assert wire.do("item_update", id=first["id"], due=None) == "ok"
    assert wire.post(f"/tasks/{other['id']}", due_string="no date").json()["duration"] is None
    assert [raw["duration"] for raw in wire.sync()["items"]] == [None, None]


def test_taking_the_time_away_may_take_the_duration_along(wire: Wire) -> None:
    wire.harness.sandbox.switches.duration_needs = "time"
    assert wire.do("item_add", content="Read", duration=HOUR, due=TIME) == "ok"
    (raw,) = wire.sync()["items"]
    assert wire.do("item_update", id=raw["id"], due=DAY) == "ok"
    assert wire.sync()["items"][0]["duration"] is None


# Families of tasks.


def test_ticking_a_parent_ticks_what_is_below_and_unticking_restores_what_is_above(
    wire: Wire,
) -> None:
    top = wire.task("Top")
    middle = wire.task("Middle", parent_id=top["id"])
    low = wire.task("Low", parent_id=middle["id"])
    assert wire.do("item_close", id=top["id"]) == "ok"
    assert wire.listed() == []
    assert wire.do("item_uncomplete", id=middle["id"]) == "ok"
    assert sorted(wire.listed()) == ["Middle", "Top"]
    assert wire.get(f"/tasks/{low['id']}").status_code == 404


@pytest.mark.parametrize("resets", [True, False])
def test_a_repeating_parent_that_moves_on_unticks_what_is_below(
    wire: Wire, resets: bool
) -> None:
    wire.harness.sandbox.switches.resets_subtasks = resets
    top = wire.task("Top", due_string="every day")
    low = wire.task("Low", parent_id=top["id"])
    assert wire.do("item_close", id=low["id"]) == "ok"
    assert wire.do("item_close", id=top["id"]) == "ok"
    assert sorted(wire.listed()) == (["Low", "Top"] if resets else ["Top"])


def test_closing_moves_a_repeating_task_on_and_completing_ends_it(wire: Wire) -> None:
    task = wire.task("Practise", due_string="every day")
    assert wire.do("item_close", id=task["id"]) == "ok"
    (raw,) = wire.sync()["items"]
    assert (raw["due"]["date"], raw["completed_count"]) == ("2026-05-05", 1)
    assert wire.do("item_complete", id=task["id"]) == "ok"
    assert wire.listed() == []


def test_a_client_may_choose_where_a_repeating_task_moves_to(wire: Wire) -> None:
    task = wire.task("Practise", due_string="every day")
    low = wire.task("Low", parent_id=task["id"])
    wire.do("item_close", id=low["id"])
    due = {"date": "2026-05-08", "string": "every day"}
    moved = {"id": task["id"], "due": due, "is_forward": 1, "reset_subtasks": 1}
    assert wire.do("item_update_date_complete", **moved) == "ok"
    top, below = sorted(wire.sync()["items"], key=lambda raw: str(raw["parent_id"] or ""))
    assert (top["due"]["date"], top["completed_count"]) == ("2026-05-08", 1)
    assert below["checked"] is False


def test_a_parent_takes_its_family_along_when_it_moves_and_when_it_goes(wire: Wire) -> None:
    here, there = wire.sections(2)
    top = wire.task("Top", section_id=here["id"])
    low = wire.task("Low", parent_id=top["id"])
    wire.do("item_move", id=top["id"], section_id=there["id"])
    assert wire.get(f"/tasks/{low['id']}").json()["section_id"] == there["id"]
    inbox = wire.harness.sandbox.state.inbox
    wire.do("item_move", id=top["id"], project_id=inbox)
    moved = wire.get(f"/tasks/{low['id']}").json()
    assert (moved["project_id"], moved["section_id"]) == (inbox, None)
    assert moved["parent_id"] == top["id"]
    wire.do("item_delete", id=top["id"])
    assert wire.get(f"/tasks/{low['id']}").status_code == 404


# Sections and projects.


@pytest.mark.parametrize(
    ("how", "told", "listed", "direct"),
    [
        ("gone", [], [], 404),
        ("marked", [("Read", True, False)], [], 200),
        ("untouched", [], ["Read"], 200),
        ("completed", [("Read", None, True)], [], 404),
    ],
)
def test_archiving_a_section_archives_its_tasks_in_one_of_the_ways_that_are_open(
    wire: Wire, how: str, told: Any, listed: list[str], direct: int
) -> None:
    wire.harness.sandbox.switches.archived_tasks = how
    (section,) = wire.sections(1)
    task = wire.task("Read", section_id=section["id"])
    token = wire.sync()["sync_token"]
    assert wire.do("section_archive", id=section["id"]) == "ok"
    delta = wire.sync(token=token)
    items = [(it["content"], it.get("is_archived"), it["checked"]) for it in delta["items"]]
    assert items == told
    assert [it["is_archived"] for it in delta["sections"]] == [True]
    assert wire.listed() == listed
    assert wire.get(f"/tasks/{task['id']}").status_code == direct


@pytest.mark.parametrize("how", ["gone", "marked", "untouched"])
def test_a_section_that_comes_back_brings_its_tasks(wire: Wire, how: str) -> None:
    wire.harness.sandbox.switches.archived_tasks = how
    (section,) = wire.sections(1)
    wire.task("Read", section_id=section["id"])
    assert wire.post(f"/sections/{section['id']}/archive").json()["is_archived"] is False
    token = wire.sync()["sync_token"]
    assert wire.post(f"/sections/{section['id']}/unarchive").json()["is_archived"] is True
    assert wire.listed() == ["Read"]
    told = [it["content"] for it in wire.sync(token=token)["items"]]
    assert told == ([] if how == "untouched" else ["Read"])


def test_what_changes_in_an_archived_section_is_not_told_where_its_tasks_are_gone(
    wire: Wire,
) -> None:
    (section,) = wire.sections(1)
    task = wire.task("Read", section_id=section["id"])
    token = wire.sync()["sync_token"]
    wire.do("item_update", id=task["id"], content="Write")
    wire.do("section_archive", id=section["id"])
    assert wire.sync(token=token)["items"] == []


def test_projects_take_those_below_along_and_come_back_alone(wire: Wire) -> None:
    top = wire.post("/projects", name="Top").json()["id"]
    low = wire.post("/projects", name="Low").json()["id"]
    assert wire.do("project_move", id=low, parent_id=top) == "ok"
    assert wire.do("project_move", id=top, parent_id=low)["http_code"] == 400
    wire.task("Read", project_id=low)
    wire.do("project_archive", id=top)
    assert wire.listed() == []
    token = wire.sync()["sync_token"]
    wire.do("project_unarchive", id=low)
    back = wire.get(f"/projects/{low}").json()
    assert (back["is_archived"], back["parent_id"]) == (False, None)
    assert [it["content"] for it in wire.sync(token=token)["items"]] == ["Read"]
    wire.do("project_unarchive", id=top)
    wire.do("project_move", id=low, parent_id=top)
    wire.do("project_delete", id=top)
    assert wire.listed() == []
    assert [it["name"] for it in wire.sync()["projects"]] == ["Inbox"]


def test_a_label_deleted_alone_stays_on_its_tasks(wire: Wire) -> None:
    one, other = (wire.post("/labels", name=name).json()["id"] for name in ("a", "b"))
    wire.task(labels=["a", "b"])
    assert wire.do("label_delete", id=one, cascade="none") == "ok"
    assert wire.do("label_delete", id=other, cascade="all") == "ok"
    assert wire.sync()["items"][0]["labels"] == ["a"]


# How things are told.


@pytest.mark.parametrize("shows", [True, False])
def test_a_completed_task_may_be_read_directly(wire: Wire, shows: bool) -> None:
    wire.harness.sandbox.switches.shows_completed = shows
    task = wire.task()
    wire.post(f"/tasks/{task['id']}/close")
    answer = wire.get(f"/tasks/{task['id']}")
    assert answer.status_code == (200 if shows else 404)
    if shows:
        assert answer.json()["checked"] is True


@pytest.mark.parametrize("how", ["full", "id"])
def test_a_tombstone_has_everything_or_the_id_alone(wire: Wire, how: str) -> None:
    wire.harness.sandbox.switches.tombstones = how
    task = wire.task("Gone")
    token = wire.sync()["sync_token"]
    wire.http.delete(f"/tasks/{task['id']}")
    (raw,) = wire.sync(token=token)["items"]
    assert (raw["id"], raw["is_deleted"]) == (task["id"], True)
    assert ("content" in raw) is (how == "full")


def test_a_zone_may_have_no_name(wire: Wire) -> None:
    wire.harness.sandbox.travel("GMT -7:00")
    told = wire.sync()["user"]["tz_info"]
    assert told == {
        "timezone": "GMT -7:00",
        "hours": -7,
        "minutes": 0,
        "is_dst": 0,
        "gmt_string": "-07:00",
    }
    # 08:16 on 4 May in London is 01:16 there, and Z without a zone gets the user's own.
    due = wire.task(due_string="today")["due"]
    assert due["date"] == "2026-05-04"
    fixed = wire.task(due_datetime="2026-06-01T09:00:00Z")["due"]
    assert (fixed["date"], fixed["timezone"]) == ("2026-06-01T09:00:00Z", "GMT -7:00")


def test_a_full_read_may_be_old_and_the_next_reading_tells_the_rest(wire: Wire) -> None:
    early = wire.task("Early")
    wire.harness.clock.advance(minutes=10)
    wire.http.delete(f"/tasks/{early['id']}")
    wire.task("Late")
    wire.harness.sandbox.switches.stale_full = timedelta(minutes=5)
    full = wire.sync()
    assert [it["content"] for it in full["items"]] == ["Early"]
    assert full["full_sync_date_utc"] == "2026-05-04T08:21:25Z"
    rest = wire.sync(token=full["sync_token"])
    told = {it["content"]: it["is_deleted"] for it in rest["items"]}
    assert told == {"Early": True, "Late": False}


def test_every_listing_may_be_answered_from_an_older_state(wire: Wire) -> None:
    task = wire.task("Early")
    token = wire.sync()["sync_token"]
    wire.harness.clock.advance(minutes=10)
    late = wire.task("Late")
    wire.harness.sandbox.switches.stale = timedelta(minutes=5)
    assert wire.listed() == ["Early"]
    assert [it["id"] for it in wire.get("/tasks").json()["results"]] == [task["id"]]
    assert wire.get(f"/tasks/{late['id']}").status_code == 200, "it is there"
    delta = wire.sync(token=token)
    assert delta["items"] == []
    wire.harness.clock.advance(minutes=5)
    assert [it["content"] for it in wire.sync(token=delta["sync_token"])["items"]] == ["Late"]


def test_an_old_listing_never_goes_back_behind_a_token(wire: Wire) -> None:
    wire.harness.sandbox.switches.stale = timedelta(minutes=5)
    command = {"type": "item_add", "uuid": "u", "args": {"content": "Own"}}
    done = wire.sync(command)
    assert [it["content"] for it in done["items"]] == ["Own"], "own work is always told"
    delta = wire.sync(token=done["sync_token"])
    assert delta["items"] == []
    wire.harness.clock.advance(minutes=6)
    assert wire.sync(token=delta["sync_token"])["items"] == []


def test_listings_may_come_back_empty_or_without_some_rows(wire: Wire) -> None:
    one, other = wire.task("One"), wire.task("Other")
    wire.harness.sandbox.empty_listing_once()
    full = wire.sync()
    assert (full["items"], len(full["projects"])) == ([], 1)
    wire.harness.sandbox.empty_listing_once()
    assert wire.get("/tasks").json()["results"] == []
    wire.harness.sandbox.switches.omits = frozenset({one["id"]})
    assert wire.listed() == ["Other"]
    assert [it["id"] for it in wire.get("/tasks").json()["results"]] == [other["id"]]
    wire.harness.sandbox.switches.omits = frozenset()
    assert wire.listed() == ["One", "Other"]


def test_rows_may_come_again_on_the_next_page(wire: Wire) -> None:
    for title in ("One", "Two", "Three"):
        wire.task(title)
    wire.harness.sandbox.switches.repeats_rows = True
    first = wire.get("/tasks", limit=2).json()
    second = wire.get("/tasks", limit=2, cursor=first["next_cursor"]).json()
    assert [it["content"] for it in first["results"]] == ["One", "Two"]
    assert [it["content"] for it in second["results"]] == ["Two", "Three"]


def test_a_cursor_does_not_live_for_ever(wire: Wire) -> None:
    for title in ("One", "Two"):
        wire.task(title)
    cursor = wire.get("/tasks", limit=1).json()["next_cursor"]
    assert wire.get("/tasks", limit=1, cursor=cursor).status_code == 200
    wire.harness.sandbox.end_listings()
    answer = wire.get("/tasks", limit=1, cursor=cursor)
    assert answer.json()["error_extra"]["argument"] == "cursor"


@pytest.mark.parametrize(
    ("status", "tag"),
    [(429, "LIMITS_REACHED"), (503, "SERVICE_UNAVAILABLE"), (403, "FORBIDDEN")],
)
def test_trouble_sounds_like_todoists(wire: Wire, status: int, tag: str) -> None:
    sandbox = wire.harness.sandbox
    wire.harness.server.faults.append(Fault(act="status", **sandbox.trouble(status, 66)))
    answer = wire.get("/user")
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "66")
    assert (answer.json()["error_tag"], answer.json()["http_code"]) == (tag, status)
    if status == 429:
        assert answer.json()["error_extra"]["retry_after"] == 66


# What a person does.


@pytest.fixture
def people(todoist: TodoistHarness) -> TodoistUser:
    todoist.person.add(Kind.GOAL, "Goal")
    todoist.task("Read", notes="Why", due=date(2026, 6, 1), labels=frozenset({"a"}))
    todoist.person.add(Kind.TASK, "Below", parent="Read")
    return todoist.sandbox.person


def test_a_duplicate_has_all_of_the_original_its_link_too(people: TodoistUser) -> None:
    link = people.shows(Kind.TASK, "Read")["link"]
    people.edit(Kind.TASK, "Read", "goal", "Goal")
    copy = people.duplicate("Read")
    assert len(people.ids(Kind.TASK, "Read")) == len(people.ids(Kind.TASK, "Below")) == 2
    shown = people.shows(Kind.TASK, copy)
    assert shown == people.shows(Kind.TASK, "Read")
    assert (shown["link"], shown["goal"], shown["due"]) == (link, "Goal", date(2026, 6, 1))
    assert shown["labels"] == frozenset({"a"})
    people.edit(Kind.TASK, copy, "title", "Read again")
    assert len(people.ids(Kind.TASK, "Read")) == 1


def test_a_copy_may_take_the_place_of_the_original(people: TodoistUser) -> None:
    (before,) = people.ids(Kind.TASK, "Read")
    after = people.copy_and_delete("Read")
    assert people.ids(Kind.TASK, "Read") == [after]
    assert before != after


def test_a_person_archives_and_brings_back_sections_and_projects(people: TodoistUser) -> None:
    people.edit(Kind.TASK, "Read", "goal", "Goal")
    people.archive_section("Goal")
    assert people.titles(Kind.TASK) == people.titles(Kind.GOAL) == []
    people.unarchive_section("Goal")
    assert people.titles(Kind.TASK) == ["Read", "Below"]
    people.add_project("Other")
    people.move_section("Goal", "Other")
    people.archive_project("Other")
    assert people.titles(Kind.TASK) == []
    people.unarchive_project("Other")
    assert people.titles(Kind.TASK) == ["Read", "Below"]
    for act in (people.unarchive_section, people.unarchive_project):
        with pytest.raises(KeyError):
            act("Nothing")


def test_a_person_ends_a_repetition_and_renames_a_label(people: TodoistUser) -> None:
    people.edit(Kind.TASK, "Read", "recurrence", "every day")
    people.rename_label("a", "b")
    assert people.shows(Kind.TASK, "Read")["labels"] == frozenset({"b"})
    people.end("Read")
    assert people.shows(Kind.TASK, "Read")["done"] is True
