"""One record that can't be read: every command works without it, and status names it."""

import sqlite3

import pytest

from syncd.model.entities import Kind
from tests.cli.desks import Desk

DAMAGE = {
    "no JSON": ("fields", "{"),
    "a day that is none": ("fields", '{"title": "Ask for feedback", "due": "2026-02-30"}'),
    "of no kind": ("kind", "widgets"),
    "authors that are none": ("authors", "{"),
}
READING = [
    ("plan", "show"),
    ("plan", "show", "--json"),
    ("plan", "export"),
    ("plan", "export", "--format", "json"),
    ("plan", "export", "--format", "markdown"),
    ("plan", "check"),
    ("plan", "achievements"),
    ("schedule",),
    ("schedule", "--dry-run"),
    ("history",),
    ("conflicts",),
    ("why", "Read the book on leading"),
    ("review", "weekly"),
]


def spoil(desk: Desk, table: str, column: str, value: str, where: str) -> None:
    with sqlite3.connect(desk.state / "syncd.db") as connection:
        done = connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value,))  # noqa: S608  # a test's own words
        assert done.rowcount
    connection.close()


@pytest.mark.parametrize("way", DAMAGE.values(), ids=DAMAGE)
def test_reading_commands_work_without_what_cannot_be_read(
    bare: Desk, way: tuple[str, str]
) -> None:
    bare.import_plan()
    spoil(bare, "entities", *way, "natural_key = 'ask for feedback' AND kind = 'tasks'")
    for words in READING:
        said = bare.syncd(*words)
        assert said.status in (0, 1), (words, said.err)
        assert "Traceback" not in said.err, words
    assert "Read the book on leading" in bare.syncd("plan", "export").out
    assert bare.syncd("plan", "export").status == 0


def test_the_plan_is_shown_with_a_word_on_what_cannot_be_read(bare: Desk) -> None:
    bare.import_plan()
    spoil(bare, "entities", "fields", "{", "natural_key = 'ask for feedback'")
    for words in (("plan", "show"), ("plan", "export")):
        said = bare.syncd(*words)
        assert said.status == 0
        assert "can't be read" in said.err
        assert "can't be read" not in said.out


def test_what_cannot_be_read_is_not_imported_a_second_time(bare: Desk) -> None:
    bare.import_plan()
    spoil(bare, "entities", "fields", "{", "natural_key = 'ask for feedback'")
    path = bare.place / "plan.yaml"
    said = bare.syncd("plan", "import", str(path))
    assert said.status == 2
    assert "'Ask for feedback' is in the plan already and can't be read" in said.err
    with sqlite3.connect(bare.state / "syncd.db") as connection:
        (number,) = connection.execute("SELECT count(*) FROM entities").fetchone()
    connection.close()
    assert number == 4
    path.write_text("tasks: [{title: Another}]\n", "utf-8")
    assert bare.syncd("plan", "import", str(path)).status == 0


@pytest.mark.parametrize("way", DAMAGE.values(), ids=DAMAGE)
def test_status_names_what_cannot_be_read_and_the_rest_is_synced(
    synced: Desk, way: tuple[str, str]
) -> None:
    spoil(synced, "entities", *way, "natural_key = 'ask for feedback' AND kind = 'tasks'")
    synced.person("todoist").add(Kind.TASK, "Added")
    said = synced.syncd("sync", "--json")
    assert said.status in (0, 1)
    assert {one["state"] for one in said.json["tools"].values()} == {"ok"}
    assert "Added" in synced.person("notion").titles(Kind.TASK)
    for tool in ("notion", "todoist"):
        assert synced.person(tool).titles(Kind.TASK).count("Ask for feedback") == 1
    status = synced.syncd("status", "--json")
    assert status.status == 1
    found = [one for one in status.json["problems"] if "can't be read" in one]
    assert len(found) == 1, found
    (sentence,) = found
    assert sentence in status.json["next"]
    assert "put back a copy of the state" in sentence
    shown = synced.syncd("status")
    assert "can't be read" in shown.out
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("table", "column"), [("history", "after"), ("history", "at"), ("links", "base")]
)
def test_status_names_other_rows_too(synced: Desk, table: str, column: str) -> None:
    spoil(synced, table, column, "{", f"rowid = (SELECT max(rowid) FROM {table})")  # noqa: S608  # a test's own words
    for words in READING:
        said = synced.syncd(*words)
        assert said.status in (0, 1), (words, said.err)
        assert "Traceback" not in said.err, words
    status = synced.syncd("status", "--json")
    found = [one for one in status.json["problems"] if "can't be read" in one]
    assert len(found) == 1, found
    (sentence,) = found
    assert f"`{table}`" in sentence


def test_a_history_that_cannot_be_read_is_not_told_as_none(bare: Desk) -> None:
    bare.import_plan()
    spoil(bare, "history", "before", "{x", "1")
    said = bare.syncd("history")
    assert "Nothing has changed yet" not in said.err
    assert "in the history can't be read" in said.err
