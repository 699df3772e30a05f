"""What people change in one tool is seen in the others, and then nothing moves any more."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.model.values import Moment
from tests.journeys.homes import Home

PLAN = """
goals:
  - {title: Lead a team, status: active, due: +300d}
  - {title: Speak in public, status: active, due: +200d}
milestones:
  - {title: First project led, goal: Lead a team, due: +40d}
skills:
  - {title: Facilitation, level: 1, target_level: 3}
tasks:
  - {title: Read the book, goal: Lead a team, due: +20d, notes: Chapter one first.}
  - {title: Ask for feedback, goal: Lead a team, priority: 2, labels: [people]}
  - {title: Give a talk, goal: Speak in public, due: +30d}
  - {title: Write an outline, goal: Speak in public, parent: Give a talk}
"""
TASK = Kind.TASK
BOOK = "Read the book"
DAY = date(2027, 3, 14)
EVENING = Moment(datetime(2027, 3, 14, 18, 30, tzinfo=UTC), "Europe/Berlin")
LISBON = Moment(datetime(2027, 7, 14, 18, 30, tzinfo=UTC), "Europe/Lisbon")

FIELDS: dict[str, tuple[str, Any]] = {
    "title": ("title", "Read the whole book"),
    "notes": ("notes", "Chapter two first.\nThen the rest."),
    "no notes any more": ("notes", ""),
    "ticked": ("done", True),
    "due day": ("due", DAY),
    "no due day any more": ("due", None),
    "due time": ("due", EVENING),
    "due time in another zone": ("due", LISBON),
    "priority": ("priority", 1),
    "labels": ("labels", frozenset({"reading", "quiet"})),
    "estimate": ("estimate_minutes", 45),
    "goal": ("goal", "Speak in public"),
    "no goal any more": ("goal", None),
}


@pytest.mark.parametrize(("field", "value"), FIELDS.values(), ids=FIELDS)
@pytest.mark.parametrize(
    ("here", "there"), [("todoist", "notion"), ("notion", "todoist")], ids=["todoist", "notion"]
)
def test_a_field_of_a_task_changed_in_one_tool_is_changed_in_the_other(
    synced: Home, here: str, there: str, field: str, value: Any
) -> None:
    synced.person(here).edit(TASK, BOOK, field, value)
    report = synced.sync_and_rest()
    title = value if field == "title" else BOOK
    assert instant(synced.person(there).shows(TASK, title)[field]) == instant(value)
    assert instant(synced.person(here).shows(TASK, title)[field]) == instant(value)
    assert report["conflicts"] == 0


def instant(value: Any) -> Any:
    """Return what all tools can hold: some keep the instant and lose the zone."""
    return value.at if isinstance(value, Moment) else value


@pytest.mark.parametrize("ticks", ["todoist", "notion"])
@pytest.mark.parametrize("unticks", ["todoist", "notion"])
def test_a_task_ticked_and_then_unticked_is_open_everywhere(
    synced: Home, ticks: str, unticks: str
) -> None:
    synced.person(ticks).edit(TASK, BOOK, "done", True)
    synced.sync_and_rest()
    synced.later(minutes=5)
    synced.person(unticks).edit(TASK, BOOK, "done", False)
    synced.sync_and_rest()
    assert BOOK in synced.todoist.titles(TASK)
    assert synced.notion.shows(TASK, BOOK)["done"] is False
    assert synced.plan(TASK)[BOOK]["done_at"] is None


def test_a_task_moved_out_of_the_project_leaves_the_plan_and_comes_back_with_it(
    synced: Home,
) -> None:
    synced.todoist.move_out(BOOK)
    synced.sync_and_rest()
    assert BOOK not in synced.plan(TASK)
    assert BOOK not in synced.notion.titles(TASK)
    assert BOOK in synced.todoist.titles(TASK), "it is the person's again, in their Inbox"

    synced.later(minutes=5)
    synced.todoist.move_in(BOOK)
    synced.sync_and_rest()
    assert BOOK in synced.plan(TASK)
    assert synced.notion.titles(TASK).count(BOOK) == 1
    assert synced.todoist.titles(TASK).count(BOOK) == 1


def test_a_sub_task_stays_with_its_parent(synced: Home) -> None:
    shown = synced.todoist.shows(TASK, "Write an outline")
    assert shown["parent"] == "Give a talk"
    synced.todoist.add(TASK, "Choose a topic", parent="Give a talk")
    synced.notion.edit(TASK, "Give a talk", "title", "Give a long talk")
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, "Choose a topic")["parent"] == "Give a long talk"
    parent = synced.plan(TASK)["Give a long talk"]["id"]
    assert synced.plan(TASK)["Choose a topic"]["parent"] == parent
    assert "Choose a topic" in synced.notion.titles(TASK)


def test_a_sub_task_goes_along_when_its_parent_changes_the_section(synced: Home) -> None:
    synced.todoist.edit(TASK, "Give a talk", "goal", "Lead a team")
    synced.sync_and_rest()
    assert synced.notion.shows(TASK, "Give a talk")["goal"] == "Lead a team"
    assert synced.todoist.shows(TASK, "Write an outline")["parent"] == "Give a talk"


def test_a_parent_deleted_in_todoist_takes_its_sub_tasks_along(synced: Home) -> None:
    synced.todoist.delete(TASK, "Give a talk")
    synced.sync_and_rest()
    assert {"Give a talk", "Write an outline"}.isdisjoint(synced.notion.titles(TASK))


def test_each_completion_of_a_task_made_recurring_in_todoist_is_recorded_once(
    synced: Home,
) -> None:
    synced.todoist.edit(TASK, BOOK, "recurrence", "every day")
    synced.sync_and_rest()
    for _ in range(2):
        before = synced.todoist.shows(TASK, BOOK)["due"]
        synced.later(minutes=5)
        synced.todoist.edit(TASK, BOOK, "done", True)
        synced.sync_and_rest()
        after = synced.todoist.shows(TASK, BOOK)
        assert after["due"] > before
        assert synced.notion.shows(TASK, BOOK)["due"] == after["due"]
        assert synced.notion.shows(TASK, BOOK)["done"] is False
    changes = synced.syncd("history", BOOK, "--json").json["changes"]
    assert len([one for one in changes if one["field"] == "occurrence"]) == 2
    assert synced.notion.titles(TASK).count(BOOK) == 1


def test_a_task_added_in_todoist_is_a_page_with_all_it_has(synced: Home) -> None:
    given = {
        "goal": "Speak in public",
        "due": DAY,
        "priority": 1,
        "labels": frozenset({"stage"}),
        "estimate_minutes": 30,
        "notes": "In front of the mirror.",
    }
    synced.todoist.add(TASK, "Rehearse", **given)
    synced.sync_and_rest()
    shown = synced.notion.shows(TASK, "Rehearse")
    assert {name: shown[name] for name in given} == given
    assert synced.todoist.shows(TASK, "Rehearse")["link"], "it shows where its page is"


def test_a_task_added_in_notion_is_a_task_with_all_it_has(synced: Home) -> None:
    given = {
        "goal": "Speak in public",
        "due": DAY,
        "priority": 3,
        "labels": frozenset({"stage"}),
        "estimate_minutes": 30,
        "notes": "In front of the mirror.",
    }
    synced.notion.add(TASK, "Rehearse", **given)
    synced.sync_and_rest()
    shown = synced.todoist.shows(TASK, "Rehearse")
    assert {name: shown[name] for name in given} == given


STEP = "First project led"
STEPS: dict[str, tuple[str, Any]] = {
    "moved": ("due", DAY),
    "renamed": ("title", "First team led"),
    "ticked with a ✓": ("done", True),
}


@pytest.mark.parametrize(("field", "value"), STEPS.values(), ids=STEPS)
@pytest.mark.parametrize(
    ("here", "there"), [("google", "notion"), ("notion", "google")], ids=["calendar", "notion"]
)
def test_a_milestone_changed_in_one_tool_is_changed_in_the_other(
    synced: Home, here: str, there: str, field: str, value: Any
) -> None:
    synced.person(here).edit(Kind.MILESTONE, STEP, field, value)
    synced.sync_and_rest()
    title = value if field == "title" else STEP
    for tool in (here, there):
        shown = synced.person(tool).shows(Kind.MILESTONE, title)
        assert shown[field] == value
        assert shown["done"] is (field == "done")


def test_a_milestone_unticked_in_the_calendar_is_open_again(synced: Home) -> None:
    synced.calendar.edit(Kind.MILESTONE, STEP, "done", True)
    synced.sync_and_rest()
    synced.later(minutes=5)
    synced.calendar.edit(Kind.MILESTONE, STEP, "done", False)
    synced.sync_and_rest()
    assert synced.notion.shows(Kind.MILESTONE, STEP)["done"] is False


def test_a_milestone_deleted_in_the_calendar_is_in_notions_trash(synced: Home) -> None:
    synced.calendar.delete(Kind.MILESTONE, STEP)
    synced.sync_and_rest()
    assert STEP not in synced.notion.titles(Kind.MILESTONE)
    assert STEP not in synced.plan(Kind.MILESTONE)


def test_a_milestone_added_in_notion_stands_in_the_calendar(synced: Home) -> None:
    synced.notion.add(Kind.MILESTONE, "Second project led", goal="Lead a team", due=DAY)
    synced.sync_and_rest()
    assert synced.calendar.shows(Kind.MILESTONE, "Second project led")["due"] == DAY


def test_a_page_duplicated_in_notion_is_an_entity_of_its_own(synced: Home) -> None:
    synced.notion.duplicate(TASK, BOOK)
    synced.sync_and_rest()
    assert synced.notion.titles(TASK).count(BOOK) == 2
    assert synced.todoist.titles(TASK).count(BOOK) == 2
    synced.later(minutes=5)
    synced.todoist.edit(TASK, BOOK, "title", "Read the other book")
    synced.sync_and_rest()
    assert synced.notion.titles(TASK).count(BOOK) == 1
    assert synced.notion.titles(TASK).count("Read the other book") == 1


def test_a_row_trashed_in_notion_and_restored_is_gone_and_back_everywhere(
    synced: Home,
) -> None:
    page = synced.notion.page(TASK, BOOK)
    before = synced.todoist.shows(TASK, BOOK)
    synced.notion.delete(TASK, BOOK)
    synced.sync_and_rest()
    assert BOOK not in synced.todoist.titles(TASK)
    assert BOOK not in synced.plan(TASK)

    synced.later(minutes=5)
    synced.notion.restore(page.id)
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, BOOK) == before
    assert synced.todoist.titles(TASK).count(BOOK) == 1
    assert synced.notion.titles(TASK).count(BOOK) == 1


def test_a_goal_that_is_paused_takes_its_tasks_along_and_gets_them_back(
    synced: Home,
) -> None:
    before = set(synced.todoist.titles(TASK))
    synced.notion.edit(Kind.GOAL, "Speak in public", "status", "paused")
    synced.sync_and_rest()
    assert set(synced.todoist.titles(TASK)) == {BOOK, "Ask for feedback"}
    assert synced.todoist.titles(Kind.GOAL) == ["Lead a team"]
    assert set(synced.notion.titles(TASK)) == before, "the plan keeps them"

    synced.later(days=1)
    synced.notion.edit(Kind.GOAL, "Speak in public", "status", "active")
    synced.sync_and_rest()
    assert set(synced.todoist.titles(TASK)) == before
    assert len(synced.todoist.titles(TASK)) == len(before)
    assert sorted(synced.todoist.titles(Kind.GOAL)) == ["Lead a team", "Speak in public"]
    assert synced.todoist.shows(TASK, "Write an outline")["parent"] == "Give a talk"


@pytest.mark.parametrize(
    ("here", "there"), [("todoist", "notion"), ("notion", "todoist")], ids=["todoist", "notion"]
)
def test_a_goal_renamed_as_a_section_or_as_a_page_is_renamed_everywhere(
    synced: Home, here: str, there: str
) -> None:
    synced.person(here).edit(Kind.GOAL, "Lead a team", "title", "Lead two teams")
    synced.sync_and_rest()
    assert "Lead two teams" in synced.person(there).titles(Kind.GOAL)
    assert len(synced.notion.titles(Kind.GOAL)) == 2
    assert synced.todoist.shows(TASK, BOOK)["goal"] == "Lead two teams"


def test_a_section_deleted_in_todoist_deletes_no_goal(synced: Home) -> None:
    synced.todoist.delete(Kind.GOAL, "Speak in public")
    synced.sync_and_rest()
    assert "Speak in public" in synced.notion.titles(Kind.GOAL)


def test_a_section_archived_in_todoist_loses_nothing(synced: Home) -> None:
    synced.todoist.archive_section("Speak in public")
    synced.sync_and_rest()
    assert "Speak in public" in synced.plan(Kind.GOAL)
    assert "Give a talk" in synced.plan(TASK)


def test_a_skill_of_a_task_is_a_label_in_todoist(synced: Home) -> None:
    synced.notion.edit(TASK, BOOK, "skill", "Facilitation")
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, BOOK)["labels"] == frozenset({"Facilitation"})
    synced.later(minutes=5)
    synced.todoist.edit(TASK, BOOK, "labels", frozenset())
    synced.sync_and_rest()
    assert synced.notion.shows(TASK, BOOK)["skill"] is None


def test_a_relation_taken_away_in_notion_takes_the_task_out_of_its_section(
    synced: Home,
) -> None:
    synced.notion.put(TASK, BOOK, "Goal", [])
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, BOOK)["goal"] is None


def test_a_contact_whose_time_has_come_is_a_task_that_ticked_starts_anew(
    synced: Home,
) -> None:
    today = synced.world.now().date()
    synced.notion.add(
        Kind.CONTACT, "Maria", cadence_days=30, last_contact=today - timedelta(days=45)
    )
    synced.sync_and_rest()
    (task,) = (one for one in synced.todoist.titles(TASK) if "Maria" in one)
    assert task == "Catch up with Maria"
    synced.later(days=1)
    synced.todoist.edit(TASK, task, "done", True)
    synced.sync_and_rest()
    ticked = today + timedelta(days=1)
    shown = synced.notion.shows(Kind.CONTACT, "Maria")
    assert shown["last_contact"] in (ticked, ticked + timedelta(days=1))
    assert shown["next_contact"] - shown["last_contact"] == timedelta(days=30)
    assert task not in synced.todoist.titles(TASK)

    synced.later(days=32)
    synced.sync_and_rest()
    assert synced.todoist.titles(TASK).count(task) == 1, "its time has come again"


@pytest.mark.parametrize("ticks", ["todoist", "notion"])
def test_a_repeated_task_that_is_ticked_yields_its_next_occurrence_once(
    synced: Home, ticks: str
) -> None:
    synced.notion.edit(TASK, BOOK, "recurrence", "every week")
    synced.sync_and_rest()
    due = synced.todoist.shows(TASK, BOOK)["due"]
    synced.later(minutes=5)
    synced.person(ticks).edit(TASK, BOOK, "done", True)
    synced.sync_and_rest()
    assert synced.todoist.titles(TASK).count(BOOK) == 1
    assert synced.todoist.shows(TASK, BOOK)["due"] == due + timedelta(days=7)
    assert synced.todoist.shows(TASK, BOOK)["done"] is False
    shown = [
        synced.notion._read(TASK, "done", synced.notion.prop(TASK, "Done"), page)
        for page in synced.notion._workspace.rows(synced.notion.source(TASK))
        if page.values["title"][0]["plain_text"] == BOOK
    ]
    assert sorted(shown) == [False, True]


def test_several_people_s_worth_of_edits_at_once_all_arrive(synced: Home) -> None:
    synced.todoist.edit(TASK, BOOK, "due", DAY)
    synced.notion.edit(TASK, BOOK, "title", "Read the long book")
    synced.todoist.edit(TASK, "Ask for feedback", "labels", frozenset({"people", "weekly"}))
    synced.notion.edit(TASK, "Ask for feedback", "labels", frozenset({"people", "brave"}))
    synced.calendar.edit(Kind.MILESTONE, STEP, "due", DAY)
    synced.notion.edit(Kind.MILESTONE, STEP, "title", "One project led")
    report = synced.sync_and_rest()
    assert report["conflicts"] == 0
    for tool in (synced.todoist, synced.notion):
        assert tool.shows(TASK, "Read the long book")["due"] == DAY
        labels = tool.shows(TASK, "Ask for feedback")["labels"]
        assert labels == frozenset({"people", "weekly", "brave"})
    for tool in (synced.calendar, synced.notion):
        assert tool.shows(Kind.MILESTONE, "One project led")["due"] == DAY


def test_what_syncd_does_not_model_stays(synced: Home) -> None:
    synced.todoist.aside(BOOK, "Ask Jo for her copy.", "2027-05-01")
    synced.notion.edit(TASK, BOOK, "title", "Read the long book")
    synced.sync_and_rest()
    assert synced.todoist.keeps_aside(
        "Read the long book", "Ask Jo for her copy.", "2027-05-01"
    )


def test_at_rest_each_tool_is_asked_once(synced: Home) -> None:
    synced.rest()
    for one in synced.served.values():
        one.log.clear()
    synced.rest()
    asked = {name: [it.path for it in one.log] for name, one in synced.served.items()}
    databases = {it for it in asked["notion"] if it.endswith("/query")}
    assert len(asked["todoist"]) == 1
    google = [it.rpartition("/")[2] for it in asked["google"]]
    assert sorted(it for it in google if it != "token") == ["events", "freeBusy"]
    assert len(asked["notion"]) == len(databases)
