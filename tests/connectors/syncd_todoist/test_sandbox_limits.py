"""What an account of Todoist does not hold, and how that is said."""

from typing import Any

import pytest

from syncd_todoist.sandbox.account import TodoistLimits
from tests.connectors.syncd_todoist.wire import Wire

FULL = "MAX_ITEMS_LIMIT_REACHED"


@pytest.fixture
def limits(wire: Wire) -> TodoistLimits:
    wire.harness.sandbox.switches.limits = TodoistLimits(
        tasks_per_project=2, sections_per_project=2
    )
    return wire.harness.sandbox.switches.limits


def said(status: Any) -> tuple[str, int]:
    return status["error_tag"], status["http_code"]


def test_a_project_holds_three_hundred_active_tasks(wire: Wire) -> None:
    add = [
        {"type": "item_add", "uuid": f"u{at}", "args": {"content": "x"}} for at in range(300)
    ]
    for start in (0, 100, 200):
        wire.sync(*add[start : start + 100])
    refused = wire.do("item_add", content="One too many")
    assert refused["error"] == "Maximum number of items per user project limit reached"
    assert (refused["error_code"], *said(refused)) == (49, FULL, 403)
    assert refused["error_extra"]["max_count"] == 300
    assert len(wire.listed()) == 300


@pytest.mark.parametrize("status", [403, 400])
def test_the_rest_api_refuses_likewise(wire: Wire, limits: TodoistLimits, status: int) -> None:
    limits.refused_with = status
    wire.task()
    wire.task()
    answer = wire.post("/tasks", content="One too many")
    assert answer.status_code == status
    assert said(answer.json()) == (FULL, status)


def test_what_is_done_or_deleted_makes_room_and_what_comes_back_needs_it(
    wire: Wire, limits: TodoistLimits
) -> None:
    done, gone = wire.task(), wire.task()
    wire.do("item_close", id=done["id"])
    wire.do("item_delete", id=gone["id"])
    wire.task()
    parent = wire.task()
    assert said(wire.do("item_uncomplete", id=done["id"])) == (FULL, 403)
    below = {"content": "x", "parent_id": parent["id"]}
    assert said(wire.do("item_add", **below)) == (FULL, 403)


def test_a_move_needs_room_for_the_whole_family(wire: Wire, limits: TodoistLimits) -> None:
    (section,) = wire.sections(1)
    inbox = wire.task()
    top = wire.task("Top", section_id=section["id"])
    low = wire.task("Low", parent_id=top["id"])
    to_inbox = {"project_id": inbox["project_id"]}
    assert said(wire.do("item_move", id=top["id"], **to_inbox)) == (FULL, 403)
    wire.do("item_close", id=low["id"])
    assert wire.do("item_move", id=top["id"], **to_inbox) == "ok"
    assert wire.do("item_move", id=top["id"], **to_inbox) == "ok", "it is there already"


def test_a_section_needs_room_to_come_back_and_to_move(
    wire: Wire, limits: TodoistLimits
) -> None:
    first, _ = wire.sections(2)
    project = first["project_id"]
    wire.task(section_id=first["id"])
    assert said(wire.do("section_add", name="x", project_id=project)) == (
        "MAX_SECTIONS_LIMIT_REACHED",
        403,
    )
    wire.do("section_archive", id=first["id"])
    for _ in range(2):
        wire.task(project_id=project)
    assert said(wire.do("section_unarchive", id=first["id"])) == (FULL, 403)
    assert wire.do("section_add", name="x", project_id=project) == "ok"
    refused = wire.do("section_unarchive", id=first["id"])
    assert said(refused)[0] == "MAX_SECTIONS_LIMIT_REACHED"
    other = wire.post("/projects", name="Other").json()["id"]
    own = wire.post("/sections", name="Own", project_id=other).json()["id"]
    refused = wire.do("section_move", id=own, project_id=project)
    assert said(refused)[0] == "MAX_SECTIONS_LIMIT_REACHED"


def test_a_free_plan_has_five_projects_beside_the_inbox(wire: Wire) -> None:
    wire.harness.sandbox.downgrade()
    projects = [wire.post("/projects", name=str(at)).json()["id"] for at in range(5)]
    assert said(wire.do("project_add", name="x")) == ("MAX_PROJECTS_LIMIT_REACHED", 403)
    wire.do("project_archive", id=projects[0])
    assert wire.do("project_add", name="x") == "ok"
    assert said(wire.do("project_unarchive", id=projects[0]))[0] == "MAX_PROJECTS_LIMIT_REACHED"
    assert wire.sync()["user_plan_limits"]["current"]["max_projects"] == 5


def test_there_is_an_end_to_labels(wire: Wire, limits: TodoistLimits) -> None:
    limits.labels = 1
    assert wire.do("label_add", name="a") == "ok"
    assert said(wire.do("label_add", name="b")) == ("MAX_LABELS_LIMIT_REACHED", 403)


def test_a_free_plan_may_say_that_it_has_durations(wire: Wire) -> None:
    wire.harness.sandbox.switches.durations_are_paid = False
    wire.harness.sandbox.downgrade()
    assert wire.sync()["user_plan_limits"]["current"]["durations"] is True
    added: dict[str, Any] = {
        "due": {"date": "2026-06-01"},
        "duration": {"amount": 5, "unit": "minute"},
    }
    assert wire.do("item_add", content="x", **added) == "ok"
    assert wire.sync()["items"][0]["duration"] is not None


@pytest.mark.parametrize("deadline", [{"date": "soon"}, {"date": "2026-06-01", "time": 9}, "x"])
def test_a_deadline_is_a_day(wire: Wire, deadline: Any) -> None:
    assert wire.do("item_add", content="x", deadline=deadline)["http_code"] == 400
    assert wire.do("item_add", content="x", deadline={"date": "2026-06-01"}) == "ok"
    assert wire.sync()["items"][0]["deadline"] == {"date": "2026-06-01", "lang": "en"}
    wire.harness.sandbox.downgrade()
    assert wire.do("item_add", content="x", deadline={"date": "2026-06-01"})["http_code"] == 403


def test_words_for_a_due_date_are_not_too_long(wire: Wire) -> None:
    assert wire.post("/tasks", content="x", due_string="d" * 151).status_code == 400


@pytest.mark.parametrize(("kind", "most"), [("full_syncs", 100), ("partial_syncs", 1000)])
def test_so_many_syncs_are_answered_in_a_quarter_of_an_hour(
    wire: Wire, kind: str, most: int
) -> None:
    known = wire.sync()["sync_token"]
    token = "*" if kind == "full_syncs" else known
    limits = wire.harness.sandbox.switches.limits
    assert getattr(limits, kind) == most
    setattr(limits, kind, 3)
    asked = {"sync_token": token, "resource_types": ["labels"]}
    answers = [wire.http.post("/sync", json=asked) for _ in range(4)]
    assert answers[-1].status_code == 429
    wait = answers[-1].json()["error_extra"]["retry_after"]
    assert answers[-1].headers["retry-after"] == str(wait)
    wire.harness.clock.advance(seconds=wait)
    assert wire.http.post("/sync", json=asked).status_code == 200


@pytest.mark.parametrize("path", ["/sync", "/tasks"])
def test_a_request_holds_a_mebibyte(wire: Wire, path: str) -> None:
    body = {"content": "x" * (1 << 20)}
    assert wire.http.post(path, json=body).status_code == 413
