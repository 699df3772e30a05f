"""What a damaged row of the state costs: what it says, and nothing else."""

import pytest
from sqlalchemy import text

from syncd.model.ids import ToolName
from syncd.store.rows import Problem
from syncd.store.store import Store, private_store
from syncd.store.tool_store import ToolRow, ToolState

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
def test_a_tool_of_which_one_column_cannot_be_read_is_known_by_the_others(column, value):
    store = private_store()
    store.tools.save(ToolRow(tool=TODOS, cursor="7", message="Fine."))
    spoil(store, column, value)
    row = store.tools.get(TODOS)
    assert (row.cursor, row.message) == ("7", "Fine.")
    assert row.state in (ToolState.OK, ToolState.DEGRADED)


def test_what_the_engine_noted_and_cannot_be_read_was_not_noted():
    store = private_store()
    for owner in ("engine", "todos"):
        store.tools.remember(owner, "full_on", "2026-05-04")
    with store._database.transaction() as connection:
        connection.execute(text("UPDATE memory SET value = '{'"))
    assert store.tools.recall("engine", "full_on") is None
    with pytest.raises(ValueError, match="property name"):
        store.tools.recall("todos", "full_on")


def test_halves_of_characters_are_no_obstacle_to_writing_a_sentence_down():
    store = private_store()
    store.tools.save(ToolRow(tool=TODOS, message="half \ud83d"))
    sentence = Problem(tool=TODOS, entity=None, field="0", sentence="half \ud83d")
    store.tools.put_problems([sentence])
    assert store.tools.get(TODOS).message == "half ?"
    assert [one.sentence for one in store.tools.problems()] == ["half ?"]
