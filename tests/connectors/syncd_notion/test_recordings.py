"""What the connector and Notion say to each other, kept and replayed."""

from collections.abc import Callable
from datetime import date

import pytest

from syncd.connect.contract import Plugin
from syncd.errors import Gone
from syncd.model.entities import Kind
from syncd.model.ids import derived_id
from syncd.model.remote import PAGE_CONTENT, Op, Remote, Seen, Write
from syncd.model.values import GoalStatus, Value
from syncd.testing.recording import Make, Recorded
from syncd_notion.connector import PLUGIN
from syncd_notion.sandbox.app import make


def test_a_goal_and_its_task_go_there_and_back(
    recorded: Callable[[Plugin, Make], Recorded],
) -> None:
    it = recorded(PLUGIN, make)
    assert len(it.connector.bind().missing) == 9
    it.connector.provision()
    fields = {"title": "Learn SQL", "status": GoalStatus.ACTIVE, "due": date(2026, 12, 1)}
    goal = _made(it, _create(it, Kind.GOAL, fields))
    task = _made(it, _create(it, Kind.TASK, {"title": "Book the course", "goal": goal.id}))
    pull = it.connector.pull(None)
    shown = {item.id: item.fields for item in pull.items}
    assert shown == {goal.id: goal.fields, task.id: task.fields}
    assert shown[task.id]["goal"] == goal.id
    done = _made(it, _change(it, task, done=True))
    assert done.fields == {**task.fields, "done": True}
    it.restart()
    assert it.connector.bind().missing == ()
    assert it.connector.read(Kind.TASK, task.id).fields == done.fields
    (removed,) = it.connector.write([_change(it, goal, Op.DELETE)])
    assert removed is None
    with pytest.raises(Gone):
        it.connector.read(Kind.GOAL, goal.id)
    assert [item.id for item in it.connector.pull(pull.cursor).items] == [task.id]


def test_a_review_s_page_is_made_read_and_answered(
    recorded: Callable[[Plugin, Make], Recorded],
) -> None:
    it = recorded(PLUGIN, make)
    it.connector.bind()
    it.connector.provision()
    asked = (("What went well?", ""), ("What will I change?", ""))
    fields = {
        "title": "Week 47, 2026",
        "period_start": date(2026, 11, 16),
        "period_end": date(2026, 11, 22),
        "answers": asked,
        PAGE_CONTENT: (
            ("text", "A fair week."),
            ("heading", "Goals"),
            ("item", "Learn SQL: 45 %"),
        ),
    }
    made = _made(it, _create(it, Kind.REVIEW, fields))
    assert made.fields["answers"] == asked
    assert it.connector.read(Kind.REVIEW, made.id).fields == made.fields
    answered = (("What went well?", "The talk.\nAnd the walk."), asked[1])
    after = _made(it, _change(it, made, answers=answered))
    assert after.fields == {**made.fields, "answers": answered}
    it.restart()
    assert it.connector.read(Kind.REVIEW, made.id).fields == after.fields


def _create(it: Recorded, kind: Kind, fields: dict[str, object]) -> Write:
    key = it.key()
    entity = derived_id("recorded", str(fields["title"]))
    return Write(op=Op.CREATE, key=key, kind=kind, entity=entity, fields=fields)  # type: ignore[arg-type]


def _change(it: Recorded, item: Remote, op: Op = Op.UPDATE, **fields: Value) -> Write:
    known = Seen(id=item.id, mark=item.mark, fields=item.fields, extra=item.extra)
    entity = item.mark or derived_id(item.id)
    return Write(op=op, key=it.key(), kind=item.kind, entity=entity, fields=fields, seen=known)


def _made(it: Recorded, write: Write) -> Remote:
    (outcome,) = it.connector.write([write])
    assert isinstance(outcome, Remote), outcome
    return outcome
