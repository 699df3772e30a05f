"""The page on which a person looks at the sandbox, and the person in code."""

from datetime import UTC, date, datetime

import httpx
import pytest

from syncd.model.entities import Kind
from syncd.model.values import Moment, Value
from syncd_todoist.sandbox.user import TodoistUser
from tests.connectors.syncd_todoist.harness import TodoistHarness


@pytest.fixture
def page(todoist: TodoistHarness) -> httpx.Client:
    return httpx.Client(base_url=todoist.server.origin, follow_redirects=True)


def test_the_page_shows_projects_sections_and_tasks(
    page: httpx.Client, person: TodoistUser
) -> None:
    person.add(Kind.GOAL, "Become an engineer")
    person.add(Kind.TASK, "<script>Read</script>", goal="Become an engineer")
    shown = page.get("/").text
    for text in ("Career plan", "Inbox", "Become an engineer", "&lt;script&gt;Read"):
        assert text in shown
    assert "<script>" not in shown


def test_a_person_adds_ticks_edits_moves_and_deletes_there(
    page: httpx.Client, todoist: TodoistHarness, person: TodoistUser
) -> None:
    project = todoist.connector.pull(None).cursor
    assert project
    person.add(Kind.GOAL, "Goal")
    section = todoist.connector.pull(None).items[0].id
    project_id = todoist.raw(section)["project_id"]
    acts = "/_sandbox/todoist"
    page.post(f"{acts}/add", data={"content": "Read", "project_id": project_id, "due": "today"})
    (item,) = (it for it in todoist.connector.pull(None).items if it.kind is Kind.TASK)
    assert item.fields["due"] == date(2026, 5, 4)
    form = {
        "id": item.id,
        "content": "Read more",
        "due": "every day",
        "priority": "4",
        "description": "a\r\nb",
        "section_id": section,
    }
    page.post(f"{acts}/edit", data=form)
    shown = person.shows(Kind.TASK, "Read more")
    assert (shown["goal"], shown["priority"], shown["notes"]) == ("Goal", 1, "a\nb")
    page.post(f"{acts}/edit", data={**form, "section_id": "", "due": ""})
    assert person.shows(Kind.TASK, "Read more")["goal"] is None
    page.post(f"{acts}/tick", data={"id": item.id})
    assert "1 completed" in page.get("/").text
    page.post(f"{acts}/untick", data={"id": item.id})
    assert person.titles(Kind.TASK) == ["Read more"]
    page.post(f"{acts}/delete", data={"id": item.id})
    page.post(f"{acts}/section", data={"project_id": project_id, "name": "New"})
    assert person.titles(Kind.TASK) == []
    assert person.titles(Kind.GOAL) == ["Goal", "New"]


def test_what_cannot_be_done_is_said_on_the_page(page: httpx.Client) -> None:
    said = page.post("/_sandbox/todoist/add", data={"content": ""}).text
    assert 'role="alert"' in said


AT = Moment(datetime(2026, 6, 1, 7, tzinfo=UTC), "Europe/Berlin")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("title", "Write", "Write"),
        ("notes", "Why\nand how", "Why\nand how"),
        ("due", date(2026, 6, 1), date(2026, 6, 1)),
        ("due", AT, AT),
        ("due", Moment(AT.at), AT),
        ("due", None, None),
        ("estimate_minutes", 45, 45),
        ("estimate_minutes", None, None),
        ("priority", 1, 1),
        ("priority", None, 4),
        ("labels", frozenset({"a", "b"}), frozenset({"a", "b"})),
        ("goal", "Goal", "Goal"),
        ("goal", None, None),
        ("parent", "Other", "Other"),
        ("done", True, True),
    ],
)
def test_what_a_person_edits_is_shown_and_pulled(
    todoist: TodoistHarness, person: TodoistUser, field: str, value: Value, shown: Value
) -> None:
    person.add(Kind.GOAL, "Goal")
    person.add(Kind.TASK, "Other")
    person.add(Kind.TASK, "Read", due=date(2026, 5, 5), priority=2, estimate_minutes=5)
    cursor = todoist.connector.pull(None).cursor
    person.edit(Kind.TASK, "Read", field, value)
    title = "Write" if field == "title" else "Read"
    assert person.shows(Kind.TASK, title)[field] == shown
    (item,) = (it for it in todoist.connector.pull(cursor).items if it.fields["title"] == title)
    if field not in ("goal", "parent"):
        assert item.fields[field] == shown
    else:
        assert (item.fields[field] is None) is (shown is None)


def test_notes_are_edited_above_the_link(todoist: TodoistHarness, person: TodoistUser) -> None:
    made = todoist.task("Read", notes="Why")
    person.edit(Kind.TASK, "Read", "notes", "How")
    assert person.shows(Kind.TASK, "Read")["link"] == made.link
    now = todoist.now(made)
    assert (now.fields["notes"], now.link) == ("How", made.link)


def test_a_goal_is_renamed_as_a_section(todoist: TodoistHarness, person: TodoistUser) -> None:
    made = todoist.goal("Goal")
    person.edit(Kind.GOAL, "Goal", "title", "Other goal")
    assert todoist.now(made).fields == {"title": "Other goal"}
    assert person.shows(Kind.GOAL, "Other goal") == {"title": "Other goal"}
    with pytest.raises(KeyError):
        person.edit(Kind.GOAL, "Other goal", "due", None)
    with pytest.raises(KeyError):
        person.titles(Kind.CONTACT)
