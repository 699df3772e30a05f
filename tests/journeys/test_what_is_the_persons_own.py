"""What tools hold beside the plan: the person's own sections, spans and side effects."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.model.values import Moment
from tests.journeys.beginnings import Beginnings, settle
from tests.journeys.homes import Home, counted

TASK, GOAL, STEP = Kind.TASK, Kind.GOAL, Kind.MILESTONE
PLAN = """
goals:
  - {title: Lead a team, status: active, due: +300d}
  - {title: Speak in public, status: active, due: +200d}
milestones:
  - {title: First project led, goal: Lead a team, due: +40d}
tasks:
  - {title: Read the book, goal: Lead a team, due: +20d, estimate: 60}
  - {title: Ask for feedback, goal: Lead a team, priority: 2}
"""
BOOK = "Read the book"
ERRANDS = [f"Errand {one:02}" for one in range(9)]


def own_section(home: Home) -> None:
    """The person keeps a section of their own, which has most of the project's tasks."""
    settle(home, PLAN)
    home.todoist.add(GOAL, "Errands")
    for title in ERRANDS:
        home.todoist.add(TASK, title, goal="Errands")


@pytest.fixture
def sectioned(home: Home, begun: Beginnings) -> Home:
    begun(home, own_section)
    return home


def everything_anew(home: Home) -> None:
    """Todoist no longer knows where reading stopped, so all of it is listed again."""
    home.sandbox("todoist").expire_cursors()
    home.later(minutes=5)


def test_a_section_of_the_persons_own_never_holds_todoist(sectioned: Home) -> None:
    sectioned.sync_and_rest()
    for _ in range(2):
        everything_anew(sectioned)
        assert counted(sectioned.rest(), "pulled") == 0, "what was seen is known"
    assert set(ERRANDS) <= set(sectioned.notion.titles(TASK))


def test_a_task_stays_in_a_section_of_the_persons_own_whatever_goal_it_has(
    sectioned: Home,
) -> None:
    sectioned.todoist.edit(TASK, BOOK, "goal", "Errands")
    sectioned.sync_and_rest()
    assert sectioned.todoist.shows(TASK, BOOK)["goal"] == "Errands"
    assert sectioned.notion.shows(TASK, BOOK)["goal"] == "Lead a team"

    sectioned.later(minutes=5)
    sectioned.notion.edit(TASK, BOOK, "goal", "Speak in public")
    sectioned.notion.edit(TASK, BOOK, "title", "Read the whole book")
    sectioned.sync_and_rest()
    assert sectioned.todoist.shows(TASK, "Read the whole book")["goal"] == "Errands"


def test_a_task_moved_from_a_section_of_ones_own_to_a_goal_s_belongs_to_that_goal(
    sectioned: Home,
) -> None:
    sectioned.sync_and_rest()
    sectioned.later(minutes=5)
    sectioned.todoist.edit(TASK, ERRANDS[0], "goal", "Speak in public")
    sectioned.sync_and_rest()
    assert sectioned.notion.shows(TASK, ERRANDS[0])["goal"] == "Speak in public"
    sectioned.later(minutes=5)
    sectioned.notion.edit(TASK, ERRANDS[0], "goal", "Lead a team")
    sectioned.sync_and_rest()
    assert sectioned.todoist.shows(TASK, ERRANDS[0])["goal"] == "Lead a team"


def test_a_repeating_task_in_a_section_of_ones_own_has_each_completion_recorded(
    sectioned: Home,
) -> None:
    sectioned.todoist.edit(TASK, ERRANDS[0], "recurrence", "every day")
    sectioned.sync_and_rest()
    sectioned.later(minutes=5)
    sectioned.todoist.edit(TASK, ERRANDS[0], "done", True)
    sectioned.sync_and_rest()
    found = sectioned.syncd("history", "--json").json
    assert [it["title"] for it in found["changes"] if it["field"] == "occurrence"] == [
        ERRANDS[0]
    ]


def test_a_relation_to_a_page_that_becomes_the_plan_s_later_counts_then(
    sectioned: Home,
) -> None:
    """The goal's row is out of sight when the task's relation to it is read."""
    notion = sectioned.notion
    notion.add(GOAL, "Write a book", status="active", due=date(2027, 9, 1))
    page = notion.page(GOAL, "Write a book")
    notion.put(TASK, BOOK, "Goal", [page.id])
    notion.delete(GOAL, "Write a book")
    sectioned.sync_and_rest()
    sectioned.later(minutes=5)
    notion.restore(page.id)
    sectioned.sync()
    sectioned.sync_and_rest()
    assert sectioned.plan(TASK)[BOOK]["goal"] == sectioned.plan(GOAL)["Write a book"]["id"]
    assert sectioned.todoist.shows(TASK, BOOK)["goal"] == "Write a book"


# What a page keeps beside the fields.


def put_and_sync(home: Home, kind: Kind, title: str, name: str, value: Any) -> None:
    home.notion.put(kind, title, name, value)
    home.sync_and_rest()
    home.later(minutes=5)


def raw(home: Home, kind: Kind, title: str, name: str) -> Any:
    prop = home.notion.prop(kind, name)
    return home.notion.page(kind, title).values[prop.id]


def test_an_end_added_to_a_date_outlives_a_change_of_its_start(synced: Home) -> None:
    start = raw(synced, TASK, BOOK, "Due")["start"]
    end = (date.fromisoformat(start) + timedelta(days=40)).isoformat()
    put_and_sync(synced, TASK, BOOK, "Due", {"start": start, "end": end})
    later = date.fromisoformat(start) + timedelta(days=3)
    synced.todoist.edit(TASK, BOOK, "due", later)
    synced.sync_and_rest()
    assert raw(synced, TASK, BOOK, "Due") == {"start": later.isoformat(), "end": end}


def test_a_second_related_page_outlives_a_change_of_the_first(synced: Home) -> None:
    first, second = (
        synced.notion.page(GOAL, it).id for it in ("Lead a team", "Speak in public")
    )
    synced.notion.add(GOAL, "Third", status="active")
    third = synced.notion.page(GOAL, "Third").id
    put_and_sync(synced, TASK, BOOK, "Goal", [first, third])
    synced.todoist.edit(TASK, BOOK, "goal", "Speak in public")
    synced.sync_and_rest()
    assert raw(synced, TASK, BOOK, "Goal") == [second, third]


def test_a_time_of_day_on_a_goal_s_date_outlives_a_change_of_its_day(synced: Home) -> None:
    start = raw(synced, STEP, "First project led", "Due")["start"]
    put_and_sync(
        synced,
        STEP,
        "First project led",
        "Due",
        {"start": f"{start}T15:30:00.000+01:00", "end": None},
    )
    later = date.fromisoformat(start) + timedelta(days=2)
    synced.calendar.edit(STEP, "First project led", "due", later)
    synced.sync_and_rest()
    now = raw(synced, STEP, "First project led", "Due")["start"]
    assert now.startswith(f"{later.isoformat()}T15:30")


# What Todoist does by itself.


@pytest.mark.parametrize("tool", ["todoist", "notion"])
def test_a_due_date_that_goes_takes_no_estimate_along_and_brings_it_back(
    synced: Home, tool: str
) -> None:
    synced.person(tool).edit(TASK, BOOK, "due", None)
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, BOOK)["estimate_minutes"] is None
    assert synced.notion.shows(TASK, BOOK)["estimate_minutes"] == 60
    assert synced.plan(TASK)[BOOK]["estimate_minutes"] == 60
    synced.later(minutes=5)
    evening = Moment(datetime(2027, 3, 14, 18, 30, tzinfo=UTC), "Europe/Berlin")
    synced.person(tool).edit(TASK, BOOK, "due", evening)
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, BOOK)["estimate_minutes"] == 60


def test_a_task_without_a_due_date_keeps_its_estimate(synced: Home) -> None:
    synced.notion.edit(TASK, "Ask for feedback", "estimate_minutes", 45)
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, "Ask for feedback")["estimate_minutes"] is None
    assert synced.plan(TASK)["Ask for feedback"]["estimate_minutes"] == 45
    everything_anew(synced)
    synced.rest()
    assert synced.plan(TASK)["Ask for feedback"]["estimate_minutes"] == 45


def test_an_estimate_that_is_changed_twice_in_todoist_does_not_contradict_itself(
    synced: Home,
) -> None:
    """It is held there without a due date too, though syncd can't put it there."""
    switches = synced.sandbox("todoist").switches
    needs, switches.duration_needs = switches.duration_needs, "nothing"
    for minutes in (35, 40):
        synced.later(minutes=5)
        synced.todoist.edit(TASK, "Ask for feedback", "estimate_minutes", minutes)
        synced.sync_and_rest()
        assert synced.plan(TASK)["Ask for feedback"]["estimate_minutes"] == minutes
    assert synced.syncd("conflicts", "--json").json["conflicts"] == []
    switches.duration_needs = needs


@pytest.mark.parametrize("tool", ["todoist", "notion"])
def test_where_a_duration_needs_a_time_it_is_sent_once_there_is_one(
    synced: Home, tool: str
) -> None:
    synced.sandbox("todoist").switches.duration_needs = "time"
    synced.notion.edit(TASK, BOOK, "estimate_minutes", 75)
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, BOOK)["estimate_minutes"] in (None, 60)
    synced.later(minutes=5)
    evening = Moment(datetime(2027, 3, 14, 18, 30, tzinfo=UTC), "Europe/Berlin")
    synced.person(tool).edit(TASK, BOOK, "due", evening)
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, BOOK)["estimate_minutes"] == 75
    assert synced.plan(TASK)[BOOK]["estimate_minutes"] == 75
    synced.later(minutes=5)
    synced.person(tool).edit(TASK, BOOK, "due", date(2027, 3, 15))
    synced.sync_and_rest()
    assert synced.plan(TASK)[BOOK]["estimate_minutes"] == 75


def test_a_full_project_is_told_once_and_not_asked_for_each_task_again(synced: Home) -> None:
    state = synced.sandbox("todoist").state
    state.switches.limits.tasks_per_project = len(synced.todoist.titles(TASK)) + 5
    for number in range(40):
        synced.notion.add(TASK, f"More {number:02}", due=date(2027, 3, 1), estimate_minutes=30)
    asked = len(synced.served["todoist"].log)
    report = synced.sync_badly(1)
    assert len(synced.served["todoist"].log) - asked <= 14
    assert sum("More" in it for it in synced.todoist.titles(TASK)) == 5
    assert all("as many tasks" in it for it in report["problems"])


def test_a_task_added_and_ticked_while_todoist_forgot_where_reading_stopped_is_known(
    synced: Home,
) -> None:
    synced.todoist.add(TASK, "Quick one", goal="Lead a team")
    synced.todoist.edit(TASK, "Quick one", "done", True)
    everything_anew(synced)
    synced.sync_and_rest()
    assert synced.notion.shows(TASK, "Quick one")["done"] is True


def test_a_copy_of_a_task_leads_to_its_own_page_alone(synced: Home) -> None:
    synced.todoist.duplicate(BOOK)
    synced.sync()
    synced.sync_and_rest()
    assert synced.todoist.titles(TASK).count(BOOK) == 2
    first, second = (synced.todoist.shows(TASK, it) for it in synced.todoist.ids(TASK, BOOK))
    assert first["notes"] == second["notes"] == ""
    assert first["link"] != second["link"]


def test_a_task_that_was_copied_before_it_was_deleted_is_the_same_task(synced: Home) -> None:
    entity = synced.plan(TASK)[BOOK]["id"]
    synced.todoist.copy_and_delete(BOOK)
    synced.sync_and_rest()
    assert synced.plan(TASK)[BOOK]["id"] == entity
    assert synced.notion.titles(TASK).count(BOOK) == 1
    assert synced.todoist.titles(TASK).count(BOOK) == 1


@pytest.mark.parametrize("kept", [True, False], ids=["with-marks", "without"])
def test_a_milestone_copied_before_it_was_deleted_is_the_same_milestone(
    synced: Home, kept: bool
) -> None:
    synced.sandbox("google").switches.keeps_private = kept
    title = "First project led"
    entity = synced.plan(STEP)[title]["id"]
    synced.calendar.copy_and_delete(STEP, title)
    synced.sync()
    synced.sync_and_rest()
    if kept:
        assert synced.plan(STEP)[title]["id"] == entity
        assert synced.notion.titles(STEP).count(title) == 1
    else:
        assert title not in synced.plan(STEP), "nothing tells that the copy is the milestone"


LAST = {"todoist": (TASK, BOOK), "notion": (TASK, BOOK), "google": (STEP, "First project led")}
ENDS = [("todoist", "full"), ("notion", ""), ("google", "full"), ("google", "id")]


@pytest.mark.parametrize(("tool", "tombstones"), ENDS)
def test_what_was_written_into_an_item_before_it_was_deleted_is_in_the_history(
    synced: Home, tool: str, tombstones: str
) -> None:
    kind, title = LAST[tool]
    if tombstones:
        synced.sandbox(tool).switches.tombstones = tombstones
    synced.person(tool).edit(kind, title, "title", "A last thought")
    synced.person(tool).delete(kind, "A last thought")
    synced.sync_and_rest()
    assert title not in synced.plan(kind)
    assert "A last thought" not in synced.plan(kind), "it is deleted all the same"
    found = synced.syncd("history", "--json").json["changes"]
    assert any(it["after"] == "A last thought" for it in found)
    assert synced.syncd("restore", "A last thought").status == 0
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert "A last thought" in synced.notion.titles(kind)


# Likeness.


def test_a_new_task_named_like_one_that_is_done_is_a_new_one(synced: Home) -> None:
    synced.todoist.edit(TASK, BOOK, "done", True)
    synced.sync_and_rest()
    synced.later(minutes=5)
    synced.todoist.add(TASK, BOOK, goal="Lead a team")
    synced.sync_and_rest()
    assert sorted(synced.notion.titles(TASK)).count(BOOK) == 2


def test_a_new_task_named_like_one_of_a_goal_at_rest_is_a_new_one(synced: Home) -> None:
    synced.notion.edit(GOAL, "Lead a team", "status", "paused")
    synced.sync_and_rest()
    synced.later(minutes=5)
    assert BOOK not in synced.todoist.titles(TASK)
    synced.todoist.add(TASK, BOOK)
    synced.sync_and_rest()
    assert sorted(synced.notion.titles(TASK)).count(BOOK) == 2
    assert synced.todoist.titles(TASK).count(BOOK) == 1
