"""Texts and dates that a tool can't hold, and properties that changed under our feet."""

from datetime import date
from typing import Any

import pytest

from syncd.model.entities import Kind
from tests.journeys.homes import Home, only_sentence

PLAN = """
goals:
  - {title: Lead a team, status: active, due: +300d}
  - {title: Speak in public, status: active, due: +200d}
milestones:
  - {title: First project led, goal: Lead a team, due: +40d}
tasks:
  - title: Read the book
    goal: Lead a team
    due: 2027-02-01
    priority: 2
    estimate_minutes: 60
    labels: [reading]
    notes: Chapter one first.
"""
TASK = Kind.TASK
BOOK = "Read the book"
DAY = date(2027, 3, 14)

LONG_NOTE = " ".join(f"word{number}" for number in range(340))
LONG_TITLE = " ".join(f"word{number}" for number in range(90))
assert len(LONG_NOTE) > 2500
assert len(LONG_TITLE) > 600
TEXTS = {
    "a note of 2,500 characters": ("notes", LONG_NOTE),
    "a note of 2,500 emoji": ("notes", "🌱" * 2500),
    "a note of many lines": ("notes", "\n".join(["- a line", "", "  indented"] * 20)),
    "emoji": ("title", "Plan the 🎉 for 👩‍👩‍👧‍👦 in 🇵🇹"),
    "right to left": ("title", "קרא את הספר (chapter 3) عربي"),
    "marks and commands": ("title", "**Call** @home #career p1 tomorrow, [x](y) & <b>"),
    "what looks like a date": ("title", "Prepare the talk every monday at 10am"),
    "what looks like a formula": ("title", '=HYPERLINK("x") %s {0} \\n'),
    "accents on their own": ("title", "Cafe\u0301 mit o\u0308ffnen"),
    "a tick in front": ("title", "✓ the boxes"),
}


@pytest.mark.parametrize(("field", "text"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(
    ("here", "there"), [("todoist", "notion"), ("notion", "todoist")], ids=["todoist", "notion"]
)
def test_a_text_arrives_as_it_was_written(
    synced: Home, here: str, there: str, field: str, text: str
) -> None:
    synced.person(here).edit(TASK, BOOK, field, text)
    report = synced.sync_and_rest()
    title = text if field == "title" else BOOK
    for tool in (here, there):
        assert synced.person(tool).shows(TASK, title)[field] == text
    assert synced.plan(TASK)[title][field] == text
    assert report["problems"] == []
    assert report["conflicts"] == 0


@pytest.mark.parametrize("title", [LONG_TITLE, "🌱" * 600], ids=["words", "emoji"])
def test_a_title_of_600_characters_is_shortened_in_todoist_alone(
    synced: Home, title: str
) -> None:
    synced.notion.edit(TASK, BOOK, "title", title)
    synced.sync_and_rest()
    (short,) = synced.todoist.titles(TASK)
    assert len(short) <= 500
    assert title.startswith(short.rstrip("….")[:400])
    assert synced.notion.titles(TASK) == [title]

    synced.later(minutes=5)
    synced.todoist.edit(TASK, short, "due", DAY)
    synced.sync_and_rest()
    assert synced.notion.titles(TASK) == [title], "another edit there does not shorten it"
    assert synced.notion.shows(TASK, title)["due"] == DAY

    synced.later(minutes=5)
    synced.todoist.edit(TASK, short, "title", "Read it")
    synced.sync_and_rest()
    assert synced.notion.titles(TASK) == ["Read it"], "what the person writes there counts"


@pytest.mark.parametrize("title", ["Done with the first one", "✓ List the risks", "✔️ it"])
def test_a_milestone_whose_title_looks_ticked_is_not(synced: Home, title: str) -> None:
    synced.notion.edit(Kind.MILESTONE, "First project led", "title", title)
    synced.sync_and_rest()
    assert synced.notion.shows(Kind.MILESTONE, title)["done"] is False
    assert synced.plan(Kind.MILESTONE)[title]["done"] is False


def far(home: Home, tool: str) -> None:
    """Put a due date in year 10000 into a tool, as only the tool itself would take it."""
    if tool == "notion":
        home.notion.put(TASK, BOOK, "Due", {"start": "10000-01-01", "end": None})
        return
    state = home.todoist._state
    raw = home.todoist._find(TASK, BOOK)
    state.change("items", raw, due={**raw["due"], "date": "10000-01-01"})


@pytest.mark.parametrize(
    ("here", "there"), [("todoist", "notion"), ("notion", "todoist")], ids=["todoist", "notion"]
)
def test_a_date_in_year_10000_is_told_and_the_last_good_one_stays(
    synced: Home, here: str, there: str
) -> None:
    far(synced, here)
    synced.person(here).edit(TASK, BOOK, "priority", 1)
    report = synced.sync()
    sentence = only_sentence(report["problems"])
    assert "10000" in sentence
    assert BOOK in sentence
    shown = synced.person(there).shows(TASK, BOOK)
    assert shown["priority"] == 1, "the rest of the task goes on"
    assert shown["due"] == date(2027, 2, 1)
    assert sentence in " ".join(synced.syncd("status").out.split())
    synced.rest()

    synced.later(minutes=5)
    synced.person(here).edit(TASK, BOOK, "due", DAY)
    assert synced.sync_and_rest()["problems"] == []
    assert synced.person(there).shows(TASK, BOOK)["due"] == DAY


def test_an_unknown_option_is_told_and_the_last_good_one_stays(synced: Home) -> None:
    synced.notion.choose(Kind.GOAL, "Lead a team", "Status", "Someday")
    synced.notion.edit(Kind.GOAL, "Lead a team", "why", "To shape what we build")
    report = synced.sync()
    assert "'Someday'" in only_sentence(report["problems"])
    goal = synced.plan(Kind.GOAL)["Lead a team"]
    assert (goal["status"], goal["why"]) == ("active", "To shape what we build")
    assert "Lead a team" in synced.todoist.titles(Kind.GOAL)
    synced.rest()
    synced.notion.edit(Kind.GOAL, "Lead a team", "status", "paused")
    assert synced.sync_and_rest()["problems"] == []
    assert synced.todoist.titles(TASK) == []


def test_a_repetition_that_is_none_is_told_and_the_rest_goes_on(synced: Home) -> None:
    synced.notion.edit(TASK, BOOK, "recurrence", "whenever I like")
    synced.notion.edit(TASK, BOOK, "due", DAY)
    report = synced.sync()
    assert "every week" in only_sentence(report["problems"])
    assert synced.todoist.shows(TASK, BOOK)["due"] == DAY


# Properties of Notion's databases.


def test_a_property_or_a_database_that_is_renamed_goes_on(synced: Home) -> None:
    synced.notion.rename_property(TASK, "Due", "Deadline")
    synced.notion.rename_property(TASK, "Name", "What")
    raw = synced.notion.page(TASK, BOOK)
    synced.notion.source(TASK).title = [{"plain_text": "To do"}]
    synced.todoist.edit(TASK, BOOK, "due", DAY)
    report = synced.sync_and_rest()
    assert report["problems"] == []
    due = next(
        it
        for it in synced.notion._workspace.sources[raw.parent].props.values()
        if it.name == "Deadline"
    )
    assert raw.values[due.id]["start"] == DAY.isoformat()
    raw.values[due.id] = {"start": "2027-04-01", "end": None}
    synced.notion._workspace.mark_edited(raw)
    synced.sync_and_rest()
    assert synced.todoist.shows(TASK, BOOK)["due"] == date(2027, 4, 1)


BROKEN: dict[str, tuple[str, str, str, Any]] = {
    "Due is text": ("Due", "due", "rich_text", DAY),
    "Due is gone": ("Due", "due", "", DAY),
    "Priority is a number": ("Priority", "priority", "number", 1),
    "Priority is gone": ("Priority", "priority", "", 1),
    "Labels is text": ("Labels", "labels", "rich_text", frozenset({"quiet"})),
    "Estimate is text": ("Estimate", "estimate_minutes", "rich_text", 45),
    "Goal is gone": ("Goal", "goal", "", "Speak in public"),
    "Goal is text": ("Goal", "goal", "rich_text", "Speak in public"),
    "Done is gone": ("Done", "done", "", True),
    "Notes is gone": ("Notes", "notes", "", "Chapter two first."),
}


@pytest.mark.parametrize(("name", "field", "new", "value"), BROKEN.values(), ids=BROKEN)
def test_a_property_that_was_retyped_or_deleted_is_told_and_comes_back(
    synced: Home, name: str, field: str, new: str, value: Any
) -> None:
    old = synced.notion.prop(TASK, name)
    before, config = old.type, dict(old.config)
    if new:
        synced.notion.retype_property(TASK, name, new)
    else:
        synced.notion.delete_property(TASK, name)
    synced.notion.edit(TASK, BOOK, "title", "Read all of it")
    synced.todoist.edit(TASK, BOOK, field, value)
    report = synced.sync()
    sentence = only_sentence(report["problems"])
    assert f"'{name}'" in sentence
    assert ("change it back" if new else "restore it") in sentence
    # Todoist takes no edits of what is completed there
    there = BOOK if field == "done" else "Read all of it"
    assert "Read all of it" in synced.plan(TASK)
    assert synced.todoist.shows(TASK, there)[field] == value, "nothing is lost"
    assert sentence in " ".join(synced.syncd("status").out.split())
    synced.rest()

    synced.later(minutes=5)
    if new:
        synced.notion.retype_property(TASK, name, before)
        old.config = config
    else:
        synced.notion.restore_property(TASK, name)
    report = synced.sync_and_rest()
    assert report["problems"] == []
    assert synced.notion.shows(TASK, "Read all of it")[field] == value
    assert synced.todoist.shows(TASK, there)[field] == value


def test_a_property_that_broke_for_all_keeps_every_value(home: Home) -> None:
    tasks = [f"{{title: Step {n}, due: 2027-02-{n:02}, priority: 2}}" for n in range(1, 13)]
    home.import_plan(f"tasks: [{', '.join(tasks)}]")
    home.sync()
    home.later(minutes=10)
    before = home.plan(TASK)
    config = dict(home.notion.prop(TASK, "Priority").config)
    home.notion.retype_property(TASK, "Due", "rich_text")
    home.notion.retype_property(TASK, "Priority", "number")
    assert home.notion.shows(TASK, "Step 3")["priority"] is None, "the values are gone"
    assert len(home.sync()["problems"]) == 2
    home.later(minutes=10)
    home.notion.retype_property(TASK, "Due", "date")
    home.notion.retype_property(TASK, "Priority", "select")
    home.notion.prop(TASK, "Priority").config = config
    report = home.sync_and_rest()
    assert report["problems"] == []
    assert home.plan(TASK) == before
    assert home.notion.shows(TASK, "Step 3")["priority"] == 2, "and are put back"
    assert home.notion.shows(TASK, "Step 3")["due"] == date(2027, 2, 3)


def test_pages_whose_key_column_was_deleted_are_not_doubled(synced: Home) -> None:
    titles = synced.titles()
    synced.notion.delete_property(TASK, "Sync ID")
    synced.todoist.edit(TASK, BOOK, "due", DAY)
    synced.sync()
    assert synced.titles() == titles
    assert synced.notion.shows(TASK, BOOK)["due"] == DAY
    synced.sync_and_rest()
    assert synced.titles() == titles


# Access.


def revoke(home: Home, tool: str) -> Any:
    """Take access away; return what gives it back."""
    sandbox = home.sandbox(tool)
    sandbox.revoke_token()
    if tool == "google":
        grants = sandbox.grants

        def sign_in() -> None:
            grants.refresh_token = grants._lasting(tuple(GOOGLE_SCOPES))
            sandbox.token = grants.token = grants.grant(tuple(GOOGLE_SCOPES))

        return sign_in
    holder = sandbox.workspace if tool == "notion" else sandbox.state
    return lambda: setattr(holder, "token", sandbox.token)


GOOGLE_SCOPES = tuple(
    f"https://www.googleapis.com/auth/{name}"
    for name in (
        "calendar.app.created",
        "calendar.calendarlist.readonly",
        "calendar.events.freebusy",
    )
)


@pytest.mark.parametrize("tool", ["notion", "google", "todoist"])
def test_a_revoked_token_asks_for_a_sign_in_while_the_others_go_on(
    synced: Home, tool: str
) -> None:
    titles = synced.titles()
    give_back = revoke(synced, tool)
    synced.import_plan("goals: [{title: Learn to sail, status: active}]")
    report = synced.sync_badly(4)
    only_sentence(report["problems"])
    states = {name: one["state"] for name, one in report["tools"].items()}
    assert states.pop(tool) == "needs sign-in"
    assert set(states.values()) == {"ok"}
    others = [one for one in (synced.notion, synced.todoist) if one is not synced.person(tool)]
    assert all("Learn to sail" in one.titles(Kind.GOAL) for one in others)
    status = synced.syncd("status")
    assert status.status == 4
    assert f"syncd auth {tool}" in status.out

    give_back()
    synced.write_settings()
    synced.sync_and_rest()
    added = {"notion goals", "todoist goals"}
    after = synced.titles()
    assert {one for one in after if after[one] != titles[one]} == added
    assert all(after[one] == sorted([*titles[one], "Learn to sail"]) for one in added)
