"""The state directory is lost, or old: nothing is made twice, and nothing is lost."""

import shutil
from datetime import date
from typing import Any

import pytest

from syncd.model.entities import Kind
from tests.journeys.homes import Home, counted, only_sentence

PLAN = """
profile:
  - {title: Patient, aspect: strength}
goals:
  - {title: Lead a team, status: active, due: +300d}
  - {title: Speak in public, status: active, due: +200d}
  - {title: Learn to sail, status: paused}
milestones:
  - {title: First project led, goal: Lead a team, due: +40d}
  - {title: First talk, goal: Speak in public, due: +50d, done: true}
skills:
  - {title: Facilitation, level: 1, target_level: 3, goals: [Lead a team]}
resources:
  - {title: The book on leading, type: book, skill: Facilitation}
tasks:
  - {title: Read the book, goal: Lead a team, due: +20d, skill: Facilitation, priority: 1}
  - {title: Ask for feedback, goal: Lead a team, recurrence: every week, due: +3d}
  - {title: Give a talk, goal: Speak in public, notes: Short., labels: [stage]}
  - {title: Write an outline, goal: Speak in public, parent: Give a talk}
  - {title: Write an outline, goal: Lead a team}
  - {title: Rent a boat, goal: Learn to sail}
  - {title: Call Jo, estimate_minutes: 30}
contacts:
  - {title: Maria, role: mentor, cadence_days: 30}
"""
TASK = Kind.TASK


def everything(home: Home) -> dict[str, Any]:
    """Return all that the three services hold, containers included."""
    world = home.notion._workspace
    tables = home.todoist._state.tables
    calendars = home.calendar._account.calendars
    return {
        "titles": home.titles(),
        "pages": sorted(one for one, page in world.pages.items() if not page.in_trash),
        "databases": sorted(world.databases),
        "columns": {key: sorted(it.props) for key, it in world.sources.items()},
        "projects": sorted(raw["name"] for raw in tables["projects"].values()),
        "sections": len(tables["sections"]),
        "items": {key: raw["content"] for key, raw in tables["items"].items()},
        "calendars": len(calendars),
        "events": sum(len(one.events) for one in calendars.values()),
    }


def lose_state(home: Home) -> None:
    shutil.rmtree(home.state)


def test_nothing_is_made_twice_when_the_state_is_lost(synced: Home) -> None:
    before, plan = everything(synced), synced.syncd("plan", "export").out
    lose_state(synced)
    synced.later(minutes=5)
    report = synced.sync()
    assert everything(synced) == before
    assert counted(report, "created", "deleted") == 0
    assert report["conflicts"] == 0
    synced.rest()
    assert sans_ids(synced.syncd("plan", "export").out) == sans_ids(plan)
    synced.later(minutes=5)
    synced.todoist.edit(TASK, "Call Jo", "title", "Call Jo again")
    synced.sync_and_rest()
    assert "Call Jo again" in synced.notion.titles(TASK)
    assert len(synced.notion.titles(TASK)) == len(before["titles"]["notion tasks"])


def sans_ids(text: str) -> list[str]:
    """Return the lines of an export but for when things were made and done."""
    own = ("created_at", "done_at")
    return sorted(line for line in text.splitlines() if not line.strip().startswith(own))


def test_nothing_is_made_twice_when_it_is_lost_again_and_again(synced: Home) -> None:
    before = everything(synced)
    for _ in range(3):
        lose_state(synced)
        synced.later(minutes=5)
        synced.sync()
        assert everything(synced) == before


def test_what_was_edited_while_the_state_was_lost_agrees_in_the_end(synced: Home) -> None:
    lose_state(synced)
    synced.todoist.edit(TASK, "Call Jo", "due", date(2027, 3, 14))
    synced.todoist.edit(TASK, "Give a talk", "done", True)
    synced.notion.edit(TASK, "Read the book", "notes", "Chapter one first.")
    synced.calendar.edit(Kind.MILESTONE, "First project led", "due", date(2027, 4, 1))
    synced.sync()
    synced.rest()
    for tool in (synced.todoist, synced.notion):
        assert tool.shows(TASK, "Call Jo")["due"] == date(2027, 3, 14)
        assert tool.shows(TASK, "Read the book")["notes"] == "Chapter one first."
        assert tool.shows(TASK, "Give a talk")["done"] is True
    for tool in (synced.calendar, synced.notion):
        shown = tool.shows(Kind.MILESTONE, "First project led")
        assert shown["due"] == date(2027, 4, 1)
    assert len(synced.notion.titles(TASK)) == 7


def test_without_state_one_tool_alone_makes_nothing_twice(synced: Home) -> None:
    before = everything(synced)
    lose_state(synced)
    for tool in ("todoist", "google", "notion"):
        done = synced.syncd("sync", "--only", tool)
        assert done.status in (0, 1), done.err
    synced.sync()
    assert everything(synced) == before
    synced.rest()


def test_a_plan_that_is_imported_again_into_a_lost_state_is_matched(synced: Home) -> None:
    before = everything(synced)
    lose_state(synced)
    synced.import_plan(PLAN)
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert everything(synced) == before


@pytest.fixture
def copied(synced: Home) -> Home:
    """A home whose state was copied, and in which much happened since."""
    shutil.copytree(synced.state, synced.place / "copy")
    synced.todoist.edit(TASK, "Call Jo", "title", "Call Jo again")
    synced.todoist.edit(TASK, "Read the book", "done", True)
    synced.notion.edit(TASK, "Give a talk", "due", date(2027, 3, 14))
    synced.notion.delete(TASK, "Rent a boat")
    synced.calendar.edit(Kind.MILESTONE, "First project led", "due", date(2027, 4, 1))
    synced.sync()
    synced.later(minutes=10)
    synced.notion.add(TASK, "Buy a notebook", goal="Lead a team")
    synced.todoist.add(TASK, "Buy a pen")
    synced.sync()
    synced.later(minutes=10)
    return synced


def test_an_old_copy_of_the_state_takes_the_tools_newer_values(copied: Home) -> None:
    before = everything(copied)
    plan = copied.plan(TASK)
    lose_state(copied)
    (copied.place / "copy").rename(copied.state)
    report = copied.sync()
    assert everything(copied) == before
    assert report["conflicts"] == 0
    after = copied.plan(TASK)
    assert after.keys() == plan.keys()
    for title, one in plan.items():
        assert {**after[title], "created_at": 0, "done_at": 0} == {
            **one,
            "created_at": 0,
            "done_at": 0,
        }
    copied.rest()


def test_a_second_machine_with_an_old_copy_makes_nothing_twice(copied: Home) -> None:
    before = everything(copied)
    ours = copied.state.rename(copied.place / "ours")
    (copied.place / "copy").rename(copied.state)
    copied.sync()
    copied.todoist.edit(TASK, "Buy a pen", "title", "Buy a good pen")
    copied.sync()
    copied.state.rename(copied.place / "theirs")
    ours.rename(copied.state)
    copied.later(minutes=5)
    copied.sync_and_rest()
    after = everything(copied)
    assert "Buy a good pen" in copied.plan(TASK)
    assert len(after["items"]) == len(before["items"])
    assert after["pages"] == before["pages"]


def test_a_state_that_is_damaged_is_told_and_then_made_again(synced: Home) -> None:
    before = everything(synced)
    (synced.state / "syncd.db").write_bytes(b"this is no database, " * 500)
    done = synced.syncd("sync")
    assert done.status == 1
    sentence = only_sentence(done.err)
    assert "syncd.db" in sentence
    lose_state(synced)
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert everything(synced) == before


def test_what_syncd_took_out_of_a_tool_since_an_older_state_is_not_taken_for_deleted(
    home: Home,
) -> None:
    home.import_plan(PLAN)
    home.sync()
    shutil.copytree(home.state, home.place / "older")
    home.later(minutes=10)
    home.notion.edit(Kind.GOAL, "Speak in public", "status", "paused")
    home.sync_and_rest()
    assert "Give a talk" not in home.todoist.titles(TASK)
    lose_state(home)
    shutil.copytree(home.place / "older", home.state)
    home.later(minutes=10)
    home.sync()
    home.sync_and_rest()
    assert "Give a talk" in home.plan(TASK)
    assert "Give a talk" in home.notion.titles(TASK)
    home.notion.edit(Kind.GOAL, "Speak in public", "status", "active")
    home.sync_and_rest()
    assert home.todoist.titles(TASK).count("Give a talk") == 1
