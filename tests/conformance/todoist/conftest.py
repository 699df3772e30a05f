"""A served sandbox of Todoist in which much has happened."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.model.values import Moment
from syncd.testing.fake_clock import FakeClock
from syncd.testing.sandbox import Served
from syncd_todoist.sandbox.app import TodoistSandbox, make
from syncd_todoist.sandbox.places import LabelOperations


@pytest.fixture
def sandbox(tmp_path: Path) -> TodoistSandbox:
    return make(tmp_path, FakeClock())


@pytest.fixture
def served(sandbox: TodoistSandbox) -> Iterator[Served]:
    server = Served(sandbox)
    yield server
    server.close()


@pytest.fixture
def lived_in(sandbox: TodoistSandbox) -> dict[str, list[dict[str, Any]]]:
    """Every object of an account in which everything was done, by table."""
    person, small = sandbox.person, LabelOperations(sandbox.state)
    for title in ("Kept", "Archived", "Deleted"):
        person.add(Kind.GOAL, title)
    at = Moment(datetime(2026, 6, 1, 9, tzinfo=UTC), "Europe/Paris")
    person.add(Kind.TASK, "A day", due=date(2026, 6, 1), goal="Kept", estimate_minutes=45)
    person.add(Kind.TASK, "A time", due=at, priority=1, labels=frozenset({"deep work"}))
    person.add(Kind.TASK, "Below", parent="A day", notes="In\ntwo lines")
    person.add(Kind.TASK, "A habit", recurrence="every 2 days")
    person.add(Kind.TASK, "Ticked")
    person.add(Kind.TASK, "Reopened")
    person.add(Kind.TASK, "Removed")
    person.add(Kind.TASK, "In the archive", goal="Archived")
    person.add(Kind.TASK, "Moved out")
    for title in ("A habit", "Ticked", "Reopened"):
        person.edit(Kind.TASK, title, "done", True)
    person.edit(Kind.TASK, "Reopened", "done", False)
    person.delete(Kind.TASK, "Removed")
    person.move_out("Moved out")
    person.archive_section("Archived")
    person.delete(Kind.GOAL, "Deleted")
    person.aside("A day", "Well done", "2026-06-30")
    small.add_label({"name": "deep work"})
    small.add_note({"project_id": person._plan_project()["id"], "content": "On the project"})
    person.add_project("Old")
    person.archive_project("Old")
    person.add_project("Gone")
    person.delete_project("Gone")
    return {name: list(table.values()) for name, table in sandbox.state.tables.items()}
