"""Doist's Python client drives the sandbox, and its models parse every object."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from todoist_api_python.api import TodoistAPI
from todoist_api_python.models import Comment, Label, Project, Section, Task

from syncd.clock import SystemClock
from syncd.connect.http import ServiceAddress, Transport
from syncd.connect.network import Network, RateLimiter
from syncd.testing.sandbox import Served
from syncd_todoist.sandbox.app import TodoistSandbox

MODELS: dict[str, Any] = {
    "items": Task,
    "projects": Project,
    "sections": Section,
    "labels": Label,
    "notes": Comment,
}
REQUIRED = {
    "id",
    "user_id",
    "project_id",
    "section_id",
    "parent_id",
    "added_by_uid",
    "assigned_by_uid",
    "responsible_uid",
    "labels",
    "deadline",
    "duration",
    "is_collapsed",
    "checked",
    "is_deleted",
    "added_at",
    "completed_at",
    "completed_by_uid",
    "updated_at",
    "due",
    "priority",
    "child_order",
    "order_key",
    "content",
    "description",
    "note_count",
    "day_order",
    "completed_count",
    "postponed_count",
}
"""The keys of ``ItemSyncView`` that Doist's OpenAPI document requires."""


def client_of(served: Served) -> httpx.Client:
    """Return an HTTP client for whom Todoist's own address is the sandbox."""
    place = ServiceAddress(origin=served.origin, named="https://api.todoist.com")
    way = Transport(place, Network(limiter=RateLimiter(SystemClock())))
    return httpx.Client(transport=way, trust_env=False)


@pytest.fixture
def api(served: Served, sandbox: TodoistSandbox) -> Iterator[TodoistAPI]:
    with (
        client_of(served) as client,
        TodoistAPI(sandbox.token, client=client) as made,
    ):
        yield made


def test_every_object_is_parsed(lived_in: dict[str, list[dict[str, Any]]]) -> None:
    for name, rows in lived_in.items():
        assert rows, name
        for raw in rows:
            assert MODELS[name].from_dict(raw).id == raw["id"]


def test_every_task_has_the_required_keys(lived_in: dict[str, list[dict[str, Any]]]) -> None:
    for raw in lived_in["items"]:
        assert set(raw) >= REQUIRED


def test_a_task_from_beginning_to_end(api: TodoistAPI) -> None:
    project = api.add_project("Learning")
    section = api.add_section("SQL", project.id)
    task = api.add_task(
        "Read",
        project_id=project.id,
        section_id=section.id,
        due_date=date(2026, 6, 1),
        priority=3,
        duration=45,
        duration_unit="minute",
        labels=["deep"],
        deadline_date=date(2026, 6, 30),
    )
    assert task.due is not None
    assert (task.due.date, task.priority, task.section_id) == (date(2026, 6, 1), 3, section.id)
    at = datetime(2026, 6, 1, 7, tzinfo=UTC)
    timed = api.update_task(task.id, due_datetime=at)
    assert timed.due is not None
    assert (timed.due.date, timed.due.timezone) == (at, "Europe/Berlin")
    assert api.update_task(task.id, due_string="no date").due is None
    assert api.move_task(task.id, project_id=project.id)
    assert api.get_task(task.id).section_id is None
    assert api.complete_task(task.id)
    with pytest.raises(httpx.HTTPStatusError) as refused:
        api.get_task(task.id)
    assert refused.value.response.json()["error_code"] == 478
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    (page,) = api.get_completed_tasks_by_completion_date(
        since=now - timedelta(days=1), until=now
    )
    assert [(one.id, one.is_completed) for one in page] == [(task.id, True)]
    assert api.uncomplete_task(task.id)
    assert api.delete_task(task.id)


def test_a_habit_moves_on_when_it_is_ticked(api: TodoistAPI) -> None:
    habit = api.add_task("Practise", due_string="every day")
    assert habit.due is not None
    assert habit.due.is_recurring
    assert api.complete_task(habit.id)
    again = api.get_task(habit.id)
    assert again.due is not None
    assert again.completed_at is None
    assert str(again.due.date) > str(habit.due.date)


def test_pages_come_one_after_another(api: TodoistAPI) -> None:
    for number in range(5):
        api.add_task(f"Task {number}")
    pages = list(api.get_tasks(limit=2))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({one.id for page in pages for one in page}) == 5


def test_projects_sections_labels_and_comments(api: TodoistAPI) -> None:
    project = api.add_project("Learning")
    assert api.archive_project(project.id).is_archived is False  # as it was before
    assert api.get_project(project.id).is_archived is True
    assert api.unarchive_project(project.id).id == project.id
    assert api.update_project(project.id, name="Learn").name == "Learn"
    assert [one.name for page in api.search_projects("lea") for one in page] == ["Learn"]
    section = api.add_section("SQL", project.id)
    assert api.update_section(section.id, name="Databases").name == "Databases"
    assert [one.id for page in api.get_sections(project_id=project.id) for one in page] == [
        section.id
    ]
    label = api.add_label("home")
    assert api.get_label(label.id).name == "home"
    task = api.add_task("Read", labels=["shared"])
    assert [name for page in api.get_shared_labels() for name in page] == ["shared"]
    assert api.rename_shared_label("shared", "ours")
    assert api.get_task(task.id).labels == ["ours"]
    assert api.remove_shared_label("ours")
    comment = api.add_comment("Well done", task_id=task.id)
    assert comment.task_id == task.id
    assert api.delete_comment(comment.id)
    assert api.delete_section(section.id)
    assert api.delete_label(label.id)
    assert api.delete_project(project.id)


def test_quick_add_answers_with_what_it_understood(api: TodoistAPI) -> None:
    assert api.add_task_quick("Draft outline").content == "Draft outline"


def test_a_stranger_is_refused(served: Served) -> None:
    client = client_of(served)
    api = TodoistAPI("of-no-one", client=client)
    with pytest.raises(httpx.HTTPStatusError) as refused:
        api.get_task("7qWc3Fh9RvX2mJ5p")
    assert refused.value.response.status_code == 401
    assert refused.value.response.headers["www-authenticate"].startswith("Bearer")
