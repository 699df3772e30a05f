"""The sandbox answers as Todoist does, quirks and refusals too."""

import json
from typing import Any

import httpx
import pytest

from syncd.model.entities import Kind
from syncd.testing.fake_clock import FakeClock
from syncd_todoist.sandbox import due
from syncd_todoist.sandbox.wire import ALPHABET, is_id
from tests.connectors.syncd_todoist.wire import Wire

BERLIN = "Europe/Berlin"


def test_ids_and_times_have_the_recorded_shape(wire: Wire) -> None:
    task = wire.task()
    assert is_id(task["id"])
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert len(task["added_at"]) == len("2026-05-04T08:16:25.324095Z")
    assert task["added_at"] < task["updated_at"]


def test_forms_and_json_are_the_same_to_sync(wire: Wire) -> None:
    form = {"sync_token": "*", "resource_types": json.dumps(["projects"])}
    as_form = wire.http.post("/sync", data=form).json()
    as_json = wire.http.post(
        "/sync", json={"sync_token": "*", "resource_types": ["projects"]}
    ).json()
    assert as_form["projects"] == as_json["projects"]
    assert [one["inbox_project"] for one in as_form["projects"]] == [True]
    assert set(as_form) == {
        "full_sync",
        "full_sync_date_utc",
        "projects",
        "sync_token",
        "temp_id_mapping",
    }


def test_a_full_read_has_what_is_active_and_no_tombstone(wire: Wire) -> None:
    kept, done, gone = (wire.task(name) for name in ("Kept", "Done", "Gone"))
    wire.post(f"/tasks/{done['id']}/close")
    wire.http.delete(f"/tasks/{gone['id']}")
    full = wire.sync()
    assert [one["id"] for one in full["items"]] == [kept["id"]]
    assert full["full_sync"] is True


def test_an_incremental_read_has_only_what_changed_with_tombstones(wire: Wire) -> None:
    kept, done, gone = (wire.task(name) for name in ("Kept", "Done", "Gone"))
    token = wire.sync()["sync_token"]
    wire.post(f"/tasks/{done['id']}/close")
    wire.http.delete(f"/tasks/{gone['id']}")
    delta = wire.sync(token=token)
    told = {one["id"]: (one["checked"], one["is_deleted"]) for one in delta["items"]}
    assert told == {done["id"]: (True, False), gone["id"]: (False, True)}
    assert kept["id"] not in told
    assert delta["full_sync"] is False
    assert "user" not in delta
    assert wire.sync(token=delta["sync_token"])["items"] == []


@pytest.mark.parametrize("refuses", [True, False])
def test_an_old_token_is_refused_or_answered_in_full(wire: Wire, refuses: bool) -> None:
    wire.harness.sandbox.switches.refuses_old_tokens = refuses
    answer = wire.http.post("/sync", json={"sync_token": "old", "resource_types": ["items"]})
    assert answer.status_code == (400 if refuses else 200)
    if not refuses:
        assert answer.json()["full_sync"] is True


def test_commands_fail_one_by_one_with_all_five_keys(wire: Wire) -> None:
    reply = wire.sync(
        {"type": "item_add", "uuid": "u1", "temp_id": "t", "args": {"content": "Good"}},
        {"type": "item_add", "uuid": "u2", "args": {"content": ""}},
        {"type": "item_update", "uuid": "u3", "args": {"id": "t", "content": "Better"}},
    )
    assert reply["sync_status"]["u1"] == reply["sync_status"]["u3"] == "ok"
    failed = reply["sync_status"]["u2"]
    assert set(failed) == {"error", "error_code", "error_extra", "error_tag", "http_code"}
    assert failed["error_extra"]["argument"] == "content"
    assert [one["content"] for one in reply["items"]] == ["Better"]


@pytest.mark.parametrize("repeats", [True, False])
def test_a_command_seen_before_is_not_done_again(wire: Wire, repeats: bool) -> None:
    wire.harness.sandbox.switches.repeats_mapping = repeats
    command = {"type": "item_add", "uuid": "u", "temp_id": "t", "args": {"content": "Once"}}
    first, second = wire.sync(command), wire.sync(command)
    assert second["sync_status"] == {"u": "ok"}
    assert second["temp_id_mapping"] == (first["temp_id_mapping"] if repeats else {})
    assert len(second["items"]) == 1


@pytest.mark.parametrize(
    ("kind", "args", "argument"),
    [
        ("item_add", {"content": "x" * 501}, "content"),
        ("item_add", {"content": "x", "description": "d" * 16_384}, "description"),
        ("item_add", {"content": "x", "labels": ["l" * 61]}, "labels"),
        ("item_add", {"content": "x", "labels": [str(it) for it in range(101)]}, "labels"),
        ("item_add", {"content": "x", "priority": 5}, "priority"),
        ("item_add", {"content": "x", "due": {"date": "2026-02-30"}}, "due"),
        ("item_add", {"content": "x", "due": {"datetime": "2026-02-03"}}, "due"),
        ("item_add", {"content": "x", "duration": {"amount": 0, "unit": "minute"}}, "duration"),
        ("item_add", {"content": "x", "duration": {"amount": 5}}, "duration"),
        ("item_add", {"content": "x", "colour": "red"}, "colour"),
        ("item_move", {"id": "ID"}, "parent_id"),
        ("item_move", {"id": "ID", "parent_id": "ID"}, "parent_id"),
        ("item_move", {"id": "ID", "project_id": "p", "section_id": "s"}, "parent_id"),
        ("item_update", {"id": "ID", "project_id": "p"}, "project_id"),
        ("section_add", {"name": "s" * 2049, "project_id": "PROJECT"}, "name"),
        ("project_add", {"name": "p" * 121}, "name"),
        ("item_fly", {}, "type"),
    ],
)
def test_what_todoist_refuses_is_refused(
    wire: Wire, kind: str, args: dict[str, Any], argument: str
) -> None:
    named = {"ID": wire.task()["id"], "PROJECT": wire.harness.sandbox.state.inbox}
    filled = {key: named.get(it, it) if isinstance(it, str) else it for key, it in args.items()}
    status = wire.do(kind, **filled)
    assert (status["http_code"], status["error_code"]) == (400, 20)
    assert status["error_extra"]["argument"] == argument


def test_an_id_of_another_form_is_a_bad_argument(wire: Wire) -> None:
    answer = wire.get("/tasks/tmp-1")
    assert (answer.status_code, answer.json()["error"]) == (400, "Non-base32 digit found")


def test_more_than_a_hundred_commands_are_refused(wire: Wire) -> None:
    commands = [
        {"type": "item_add", "uuid": str(it), "args": {"content": "x"}} for it in range(101)
    ]
    assert wire.http.post("/sync", json={"commands": commands}).status_code == 400


def test_words_with_an_at_become_labels_unless_told_otherwise(wire: Wire) -> None:
    assert wire.do("item_add", content="Call @home") == "ok"
    assert wire.do("item_add", content="Call @work", auto_parse_labels=False) == "ok"
    parsed, plain = wire.sync()["items"]
    assert (parsed["content"], parsed["labels"]) == ("Call", ["home"])
    assert (plain["content"], plain["labels"]) == ("Call @work", [])


@pytest.mark.parametrize(
    ("given", "date", "zone"),
    [
        ({"date": "2026-06-01"}, "2026-06-01", None),
        ({"date": "2026-06-01T09:00:00"}, "2026-06-01T09:00:00", None),
        ({"date": "2026-06-01T09:00:00Z"}, "2026-06-01T09:00:00Z", BERLIN),
        (
            {"date": "2026-06-01T09:00:00Z", "timezone": "Asia/Tokyo"},
            "2026-06-01T09:00:00Z",
            "Asia/Tokyo",
        ),
    ],
)
def test_the_three_kinds_of_due(
    wire: Wire, given: dict[str, str], date: str, zone: str | None
) -> None:
    assert wire.do("item_add", content="x", due=given) == "ok"
    (raw,) = wire.sync()["items"]
    assert (raw["due"]["date"], raw["due"]["timezone"]) == (date, zone)
    assert raw["due"]["is_recurring"] is False
    assert wire.do("item_update", id=raw["id"], due=None) == "ok"
    assert wire.sync()["items"][0]["due"] is None


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ("every day", "2026-05-04", "2026-05-05"),
        ("every 3 days", "2026-05-04", "2026-05-07"),
        ("every other day", "2026-05-04", "2026-05-06"),
        ("every week", "2026-05-04", "2026-05-11"),
        ("every 2 weeks", "2026-05-04", "2026-05-18"),
        ("every monday", "2026-05-04", "2026-05-11"),
        ("Every Thursday", "2026-05-07", "2026-05-14"),
        ("every weekday", "2026-05-04", "2026-05-05"),
        ("every month", "2026-05-04", "2026-06-04"),
        ("every 2 years", "2026-05-04", "2028-05-04"),
        ("every! 3 days", "2026-05-04", "2026-05-07"),
        ("every day at 9:00", "2026-05-04T09:00:00", "2026-05-05T09:00:00"),
    ],
)
def test_a_habit_moves_to_its_next_day(words: str, first: str, second: str) -> None:
    now = FakeClock().now()
    made = due.from_string(words, BERLIN, now)
    assert made is not None
    assert (made["date"], made["is_recurring"]) == (first, True)
    assert due.advanced(made, BERLIN, now)["date"] == second


def test_a_habit_counts_from_its_day_or_from_the_day_on_which_it_was_done() -> None:
    late = {"date": "2026-05-01", "string": "every 5 days"}
    now = FakeClock().now()  # on 4 May, a Monday
    assert due.advanced(late, BERLIN, now)["date"] == "2026-05-06"
    assert (
        due.advanced({**late, "string": "every! 5 days"}, BERLIN, now)["date"] == "2026-05-09"
    )
    friday = {"date": "2026-05-08", "string": "every workday"}
    assert due.advanced(friday, BERLIN, now)["date"] == "2026-05-11"


@pytest.mark.parametrize(
    ("words", "date"),
    [("today", "2026-05-04"), ("tomorrow", "2026-05-05"), ("2026-12-01", "2026-12-01")],
)
def test_some_words_for_a_day(words: str, date: str) -> None:
    made = due.from_string(words, BERLIN, FakeClock().now())
    assert made is not None
    assert (made["date"], made["is_recurring"]) == (date, False)


def test_closing_a_habit_counts_and_keeps_it_open(wire: Wire) -> None:
    habit = wire.task(due_string="every day")
    assert wire.post(f"/tasks/{habit['id']}/close").status_code == 204
    after = wire.get(f"/tasks/{habit['id']}").json()
    assert (after["checked"], after["completed_at"], after["completed_count"]) == (
        False,
        None,
        1,
    )
    assert wire.do("item_complete", id=habit["id"]) == "ok"
    assert wire.get(f"/tasks/{habit['id']}").status_code == 404


def test_a_completed_task_takes_and_brings_back_its_family(wire: Wire) -> None:
    top = wire.task("Top")
    below = wire.task("Below", parent_id=top["id"])
    wire.post(f"/tasks/{top['id']}/close")
    listed = wire.get(
        "/tasks/completed/by_completion_date",
        since="2026-05-01T00:00:00Z",
        until="2026-06-01T00:00:00Z",
    )
    assert {one["id"] for one in listed.json()["items"]} == {top["id"], below["id"]}
    assert "next_cursor" not in listed.json()
    assert list(listed.json()["items"][0]) == sorted(listed.json()["items"][0])
    wire.post(f"/tasks/{below['id']}/reopen")
    assert wire.get(f"/tasks/{top['id']}").status_code == 200


def test_completed_tasks_are_listed_for_three_months_at_most(wire: Wire) -> None:
    answer = wire.get(
        "/tasks/completed/by_completion_date",
        since="2026-01-01T00:00:00Z",
        until="2026-06-01T00:00:00Z",
    )
    assert answer.status_code == 400


def test_replies_to_moves_and_archives_show_what_was_before(wire: Wire) -> None:
    project = wire.post("/projects", name="Learning").json()
    section = wire.post("/sections", name="SQL", project_id=project["id"]).json()
    task = wire.task(project_id=project["id"])
    moved = wire.post(f"/tasks/{task['id']}/move", section_id=section["id"]).json()
    assert (moved["section_id"], moved["updated_at"]) == (None, task["updated_at"])
    assert wire.get(f"/tasks/{task['id']}").json()["section_id"] == section["id"]
    assert wire.post(f"/projects/{project['id']}/archive").json()["is_archived"] is False
    assert wire.get(f"/projects/{project['id']}").json()["is_archived"] is True
    assert wire.get("/tasks").json()["results"] == []


def test_a_deleted_project_takes_all_with_it(wire: Wire) -> None:
    project = wire.post("/projects", name="Learning").json()
    section = wire.post("/sections", name="SQL", project_id=project["id"]).json()
    task = wire.task(section_id=section["id"])
    token = wire.sync()["sync_token"]
    assert wire.http.delete(f"/projects/{project['id']}").status_code == 204
    delta = wire.sync(token=token)
    for name, raw in (("projects", project), ("sections", section), ("items", task)):
        assert [one["id"] for one in delta[name] if one["is_deleted"]] == [raw["id"]]


@pytest.mark.parametrize(
    ("query", "argument"),
    [({"limit": 0}, "limit"), ({"limit": 201}, "limit"), ({"cursor": "x"}, "cursor")],
)
def test_a_bad_page_is_refused(wire: Wire, query: dict[str, Any], argument: str) -> None:
    answer = wire.get("/tasks", **query)
    assert answer.status_code == 400
    assert answer.json()["error_extra"]["argument"] == argument


def test_a_wrong_token_is_refused_everywhere(wire: Wire) -> None:
    wire.harness.sandbox.revoke_token()
    for answer in (wire.get("/user"), wire.post("/sync")):
        assert answer.status_code == 401
        assert answer.json()["error_code"] == 477
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sync/v9/sync", 410),
        ("POST", "/rest/v2/tasks", 410),
        ("GET", "/api/v1/sync", 501),
        ("GET", "/api/v1/workspaces", 501),
        ("PUT", "/api/v1/tasks", 501),
    ],
)
def test_other_addresses_say_so(wire: Wire, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, wire.harness.server.origin + path)
    assert answer.status_code == status
    if status == 501:
        assert method in answer.json()["error"]
        assert path in answer.json()["error"]


def test_what_only_paid_plans_have(wire: Wire) -> None:
    wire.harness.sandbox.switches.premium = False
    duration = {"amount": 5, "unit": "minute"}
    assert wire.do("item_add", content="x", duration=duration)["http_code"] == 403
    wire.harness.sandbox.switches.ignores_durations = True
    assert wire.do("item_add", content="x", duration=duration) == "ok"
    full = wire.sync()
    assert full["items"][0]["duration"] is None
    assert full["user_plan_limits"]["current"]["durations"] is False
    assert full["user"]["is_premium"] is False


def test_every_reply_tells_the_time(wire: Wire) -> None:
    assert wire.get("/user").headers["date"] == "Mon, 04 May 2026 08:16:25 GMT"


def test_a_body_that_is_no_json_is_refused(wire: Wire) -> None:
    for path in ("/tasks", "/sync"):
        headers = {"content-type": "application/json"}
        assert wire.http.post(path, content=b"{", headers=headers).status_code == 400


def test_a_person_sees_completed_tasks_only_when_asked(wire: Wire) -> None:
    person = wire.harness.sandbox.person
    person.add(Kind.TASK, "Read")
    person.edit(Kind.TASK, "Read", "done", True)
    assert person.titles(Kind.TASK) == []
    assert person.shows(Kind.TASK, "Read")["done"] is True
    with pytest.raises(KeyError):
        person.shows(Kind.TASK, "Write")
