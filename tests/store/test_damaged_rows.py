"""What a damaged row of the state costs: what it says, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from syncd.errors import ToolError
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, ToolName
from syncd.store.rows import HistoryRow, ToolProblem
from syncd.store.store import Store, private_store
from syncd.store.tool_store import ToolMemory, ToolRow, ToolState

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)

TODOS = ToolName("todos")


def spoil(store: Store, column: str, value: object) -> None:
    """Write something into a column of the tools that syncd would never write there."""
    change = text(f"UPDATE tools SET {column} = :value")  # noqa: S608  # a test's own words
    with store._database.transaction() as connection:
        connection.execute(change, {"value": value})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "on holiday"),
        ("until", "soon"),
        ("until", "2026-05-04T08:00:00"),
        ("last_ok", "+292277026596-12-04"),
        ("held", "{"),
        ("held", "7"),
        ("consent_kind", "maybe"),
        ("full_on", "2026-02-30"),
    ],
)
def test_a_tool_of_which_one_column_cannot_be_read_is_known_by_the_others(
    column: str, value: str
) -> None:
    store = private_store()
    store.tools.save(ToolRow(tool=TODOS, cursor="7", message="Fine."))
    spoil(store, column, value)
    row = store.tools.get(TODOS)
    assert (row.cursor, row.message) == ("7", "Fine.")
    assert row.state in (ToolState.OK, ToolState.DEGRADED)


@pytest.mark.parametrize("owner", ["engine", "engine:todos", "schedule"])
def test_what_the_engine_noted_and_cannot_be_read_was_not_noted(owner: str) -> None:
    store = private_store()
    store.tools.remember(owner, "it", [1])
    with store._database.transaction() as connection:
        connection.execute(text("UPDATE memory SET value = '{x'"))
    assert store.tools.recall(owner, "it") is None


def test_what_a_tool_remembers_and_cannot_be_read_is_nothing_to_guess_at() -> None:
    store = private_store()
    memory = ToolMemory(store.tools, TODOS)
    memory.put("project", "7")
    with store._database.transaction() as connection:
        connection.execute(text("UPDATE memory SET value = '{x'"))
    with pytest.raises(ToolError, match=r"'project'.*copy of the state"):
        memory.get("project")


def test_a_number_that_is_none_is_not_the_last_cycle() -> None:
    store = private_store()
    row = HistoryRow(
        cycle=7, at=NOW, by="you", entity=EntityId("E"), kind=Kind.TASK, title="It", field=""
    )
    store.history.add([row, replace(row, cycle=8)])
    with store._database.transaction() as connection:
        connection.execute(text("UPDATE history SET cycle = 'u' WHERE cycle = 7"))
    assert store.history.last_cycle() == 8


def test_halves_of_characters_are_no_obstacle_to_writing_a_sentence_down() -> None:
    store = private_store()
    store.tools.save(ToolRow(tool=TODOS, message="half \ud83d"))
    sentence = ToolProblem(tool=TODOS, entity=None, field="0", sentence="half \ud83d")
    store.tools.put_problems([sentence])
    assert store.tools.get(TODOS).message == "half ?"
    assert [one.sentence for one in store.tools.problems()] == ["half ?"]
