"""Conversations with Todoist that were kept, replayed without a network."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from syncd.connect.contract import Connector
from syncd.model.entities import Kind
from syncd.model.ids import derived_id
from syncd.model.remote import PAGE_URL, Op, Remote, Write
from syncd.model.values import Moment
from syncd.testing.harness import seen
from syncd.testing.recording import Make, Recorded
from syncd_todoist.connector import PLUGIN
from syncd_todoist.sandbox.app import make

Record = Callable[[Any, Make], Recorded]
PAGE = "https://www.notion.so/Read-chapter-4-0123456789abcdef0123456789abcdef"


def _key(name: str) -> str:
    number = sum(name.encode())
    return f"5e000000-0000-4000-8000-{number:012}"


def _do(connector: Connector, op: Op, kind: Kind, item: Remote | None, **fields: Any) -> Any:
    write = Write(
        op=op,
        key=_key(f"{op} {kind} {sorted(fields)}"),
        kind=kind,
        entity=derived_id(kind),
        fields=connector.fit(kind, fields),
        seen=seen(item) if item else None,
    )
    (outcome,) = connector.write([write])
    return outcome


def test_a_goal_and_a_task_from_beginning_to_end(recorded: Record) -> None:
    connector = recorded(PLUGIN, make).connector
    assert connector.bind().missing
    connector.provision()
    cursor = connector.pull(None).cursor
    goal = _do(connector, Op.CREATE, Kind.GOAL, None, title="Become a data engineer")
    due = Moment(datetime(2027, 6, 1, 7, tzinfo=UTC), "Europe/Paris")
    task = _do(
        connector,
        Op.CREATE,
        Kind.TASK,
        None,
        title="Read chapter 4",
        notes="Then the quiz",
        due=due,
        goal=goal.id,
        priority=2,
        labels=frozenset({"deep work"}),
        **{PAGE_URL: PAGE},
    )
    assert (task.fields["due"], task.fields["goal"], task.link) == (due, goal.id, PAGE)
    pull = connector.pull(cursor)
    assert {item.id for item in pull.items} == {goal.id, task.id}
    moved = _do(connector, Op.UPDATE, Kind.TASK, task, due=date(2027, 6, 2), goal=None)
    assert (moved.fields["due"], moved.fields["goal"]) == (date(2027, 6, 2), None)
    assert moved.fields["notes"] == "Then the quiz"
    done = _do(connector, Op.UPDATE, Kind.TASK, moved, done=True)
    assert done.fields["done"] is True
    assert connector.read(Kind.TASK, task.id).fields["done"] is True
    assert _do(connector, Op.DELETE, Kind.TASK, done) is None
    assert _do(connector, Op.DELETE, Kind.GOAL, goal) is None
    assert connector.pull(pull.cursor).gone >= {goal.id, task.id}
