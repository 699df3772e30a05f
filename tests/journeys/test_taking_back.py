"""Conflicts, and taking back: nothing that was written is ever out of reach."""

from datetime import date
from typing import Any

import pytest

from syncd.model.entities import Kind
from tests.journeys.homes import Home, only_sentence

TASK = Kind.TASK
BOOK = "Read the book on leading"
ASK = "Ask for feedback"
FIRST, SECOND = date(2027, 3, 14), date(2027, 4, 15)


def conflicts(home: Home) -> list[Any]:
    done = home.syncd("conflicts", "--json")
    assert done.status == 0
    return list(done.json["conflicts"])


def changes(home: Home, *words: str) -> list[Any]:
    done = home.syncd("history", *words, "--json")
    assert done.status == 0, done.err
    return list(done.json["changes"])


def everywhere(home: Home, title: str, field: str) -> list[Any]:
    """Return what Notion, Todoist and the plan hold in a field."""
    shown = [one.shows(TASK, title)[field] for one in (home.notion, home.todoist)]
    held = home.plan(TASK)[title][field]
    return [*shown, date.fromisoformat(held) if field == "due" else held]


@pytest.mark.parametrize(
    ("first", "second"),
    [("notion", "todoist"), ("todoist", "notion")],
    ids=["todoist", "notion"],
)
def test_of_two_edits_the_later_wins_and_the_other_is_kept(
    synced: Home, first: str, second: str
) -> None:
    synced.person(first).edit(TASK, BOOK, "title", "Read half of it")
    synced.later(minutes=5)
    synced.person(second).edit(TASK, BOOK, "title", "Read all of it")
    assert synced.sync()["conflicts"] == 1
    assert everywhere(synced, "Read all of it", "title") == ["Read all of it"] * 3
    (kept,) = conflicts(synced)
    assert (kept["won"], kept["lost"]) == ("Read all of it", "Read half of it")
    assert {kept["won_by"].lower(), kept["lost_by"].lower()} == {first, second}
    synced.rest()

    done = synced.syncd("conflicts", "--take", str(kept["conflict"]))
    assert done.status == 0
    synced.sync_and_rest()
    assert everywhere(synced, "Read half of it", "title") == ["Read half of it"] * 3
    assert conflicts(synced) == []
    why = synced.syncd("why", "Read half of it", "--json").json["fields"]["title"]
    assert why["by"] == "you"


def test_within_the_same_minute_the_home_of_a_field_wins(synced: Home) -> None:
    for tool, day in (("todoist", FIRST), ("notion", SECOND)):
        synced.person(tool).edit(TASK, BOOK, "due", day)
    synced.notion.edit(TASK, ASK, "title", "Ask Jo")
    synced.todoist.edit(TASK, ASK, "title", "Ask Kim")
    assert synced.sync()["conflicts"] == 2
    assert everywhere(synced, BOOK, "due") == [FIRST] * 3, "dates are at home in Todoist"
    assert everywhere(synced, "Ask Jo", "title") == ["Ask Jo"] * 3, "titles in Notion"
    synced.rest()


def test_keeping_what_won_takes_a_conflict_off_the_list(synced: Home) -> None:
    synced.notion.edit(TASK, BOOK, "due", FIRST)
    synced.later(minutes=5)
    synced.todoist.edit(TASK, BOOK, "due", SECOND)
    synced.sync()
    (kept,) = conflicts(synced)
    assert synced.syncd("conflicts", "--keep", str(kept["conflict"])).status == 0
    assert conflicts(synced) == []
    synced.sync_and_rest()
    assert everywhere(synced, BOOK, "due") == [SECOND] * 3


def test_the_same_edit_made_twice_is_no_conflict(synced: Home) -> None:
    synced.notion.edit(TASK, BOOK, "due", FIRST)
    synced.todoist.edit(TASK, BOOK, "due", FIRST)
    report = synced.sync_and_rest()
    assert report["conflicts"] == 0


def test_an_edit_beats_a_deletion(synced: Home) -> None:
    synced.todoist.delete(TASK, BOOK)
    synced.notion.edit(TASK, BOOK, "due", FIRST)
    synced.sync_and_rest()
    assert synced.todoist.titles(TASK).count(BOOK) == 1
    assert everywhere(synced, BOOK, "due") == [FIRST] * 3


def test_done_in_one_tool_beats_an_edit_in_another(synced: Home) -> None:
    synced.todoist.edit(TASK, BOOK, "done", True)
    synced.later(minutes=5)
    synced.notion.edit(TASK, BOOK, "due", FIRST)
    report = synced.sync_and_rest()
    assert synced.notion.shows(TASK, BOOK)["done"] is True
    assert synced.notion.shows(TASK, BOOK)["due"] == FIRST
    assert report["conflicts"] == 0


def test_why_tells_who_set_a_field_when_and_what_it_beat(synced: Home) -> None:
    synced.notion.edit(TASK, BOOK, "due", FIRST)
    synced.later(minutes=5)
    synced.todoist.edit(TASK, BOOK, "due", SECOND)
    synced.sync()
    due = synced.syncd("why", BOOK, "--json").json["fields"]["due"]
    assert (due["value"], due["by"]) == (SECOND.isoformat(), "Todoist")
    (beaten,) = due["beat"]
    assert (beaten["value"], beaten["by"]) == (FIRST.isoformat(), "Notion")
    assert beaten["at"] < due["at"]
    told = synced.syncd("why", BOOK)
    assert told.status == 0
    assert "Todoist" in told.out
    assert FIRST.isoformat() in told.out


def test_history_tells_what_when_from_where_before_and_after(synced: Home) -> None:
    before = synced.plan(TASK)[BOOK]["due"]
    synced.todoist.edit(TASK, BOOK, "due", FIRST)
    synced.sync()
    newest = changes(synced, BOOK)[0]
    assert (newest["field"], newest["by"]) == ("due", "Todoist")
    assert (newest["before"], newest["after"]) == (before, FIRST.isoformat())
    assert changes(synced, "--cycle", f"c{newest['cycle']}") == [newest]


def test_a_change_that_is_undone_is_undone_in_every_tool(synced: Home) -> None:
    before = synced.todoist.shows(TASK, BOOK)["due"]
    synced.todoist.edit(TASK, BOOK, "due", FIRST)
    synced.sync()
    synced.later(minutes=5)
    number = changes(synced, BOOK)[0]["change"]
    assert synced.syncd("undo", str(number)).status == 0
    synced.sync_and_rest()
    assert everywhere(synced, BOOK, "due") == [before] * 3


def test_a_cycle_is_undone_but_for_later_edits_which_are_listed(synced: Home) -> None:
    before = synced.todoist.shows(TASK, BOOK)
    synced.todoist.edit(TASK, BOOK, "due", FIRST)
    synced.todoist.edit(TASK, BOOK, "priority", 1)
    synced.todoist.edit(TASK, ASK, "title", "Ask Jo")
    synced.todoist.add(TASK, "Buy a pen")
    synced.sync()
    cycle = changes(synced, BOOK)[0]["cycle"]
    synced.later(minutes=5)
    synced.notion.edit(TASK, BOOK, "due", SECOND)
    synced.sync()
    done = synced.syncd("undo", f"c{cycle}")
    assert done.status == 0
    assert SECOND.isoformat() in done.out, "the later edit is listed"
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert everywhere(synced, BOOK, "due") == [SECOND] * 3
    assert synced.todoist.shows(TASK, BOOK)["priority"] == before["priority"]
    assert sorted(synced.todoist.titles(TASK)) == [ASK, BOOK]
    assert sorted(synced.notion.titles(TASK)) == [ASK, BOOK]

    assert synced.syncd("undo", "c9999").status == 2
    again = changes(synced)[0]["cycle"]
    assert synced.syncd("undo", f"c{again}").status == 0, "an undo is undone like any other"
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert sorted(synced.todoist.titles(TASK)) == ["Ask Jo", "Buy a pen", BOOK]
    assert synced.todoist.shows(TASK, BOOK)["priority"] == 1


def test_an_undone_tick_opens_the_task_again(synced: Home) -> None:
    synced.todoist.edit(TASK, BOOK, "done", True)
    synced.sync()
    synced.later(minutes=5)
    cycle = changes(synced, BOOK)[0]["cycle"]
    assert synced.syncd("undo", f"c{cycle}").status == 0
    synced.sync_and_rest()
    assert everywhere(synced, BOOK, "done") == [False] * 3
    assert BOOK in synced.todoist.titles(TASK)


def test_an_undone_deletion_brings_the_task_back(synced: Home) -> None:
    before = synced.todoist.shows(TASK, BOOK)
    synced.todoist.delete(TASK, BOOK)
    synced.sync()
    cycle = changes(synced, BOOK)[0]["cycle"]
    assert synced.syncd("undo", f"c{cycle}").status == 0
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert {**synced.todoist.shows(TASK, BOOK), "link": ""} == {**before, "link": ""}
    assert synced.notion.titles(TASK).count(BOOK) == 1


DELETED = [
    ("todoist", TASK, BOOK),
    ("notion", TASK, BOOK),
    ("google", Kind.MILESTONE, "First project led"),
    ("notion", Kind.MILESTONE, "First project led"),
    ("notion", Kind.GOAL, "Lead a team"),
]


@pytest.mark.parametrize(
    ("tool", "kind", "title"), DELETED, ids=[f"{kind} in {tool}" for tool, kind, _ in DELETED]
)
def test_what_was_deleted_is_restored_in_every_tool(
    synced: Home, tool: str, kind: Kind, title: str
) -> None:
    before, plan = synced.titles(), synced.plan(kind)[title]
    shown = synced.notion.shows(kind, title)
    synced.person(tool).delete(kind, title)
    synced.sync_and_rest()
    assert title not in synced.plan(kind)
    assert title not in synced.notion.titles(kind)

    synced.later(minutes=5)
    done = synced.syncd("restore", title)
    assert done.status == 0
    only_sentence(done.err.splitlines()[:1])
    synced.sync_and_rest()
    assert synced.titles() == before
    assert synced.plan(kind)[title] == plan
    assert synced.notion.shows(kind, title) == shown


def test_restoring_what_was_not_deleted_changes_nothing(synced: Home) -> None:
    done = synced.syncd("restore", BOOK)
    assert done.status == 0
    assert "not deleted" in only_sentence(done.err)
    synced.rest()


NOTHING = [
    ("restore", "Nothing of this name"),
    ("why", "Nothing of this name"),
    ("undo", "99999"),
    ("undo", "nonsense"),
    ("conflicts", "--take", "7"),
    ("history", "--cycle", "x"),
    ("approve", "todoist"),
    ("reject", "notion"),
    ("approve", "todist"),
]


@pytest.mark.parametrize("words", NOTHING, ids=" ".join)
def test_a_command_that_means_nothing_is_a_mistake_in_a_sentence(
    synced: Home, words: tuple[str, ...]
) -> None:
    done = synced.syncd(*words)
    assert done.status == 2
    only_sentence(done.err)
    assert done.out == ""
