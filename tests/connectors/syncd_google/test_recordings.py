"""A conversation with Google Calendar, kept and replayed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from syncd.connect.contract import Plugin
from syncd.model.entities import Kind
from syncd.model.ids import derived_id
from syncd.model.remote import LINKS, Op, Remote, Write
from syncd.model.values import BlockState, Moment
from syncd.testing.harness import seen
from syncd.testing.recording import Make, Recorded
from syncd_google.connector import PLUGIN
from syncd_google.sandbox.app import make

Start = Callable[[Plugin, Make], Recorded]
ENTITY = derived_id("recorded", "milestone")
AT = datetime(2027, 6, 15, 16, 30, tzinfo=UTC)
BLOCK = {
    "title": "SQL course",
    "start": Moment(AT, "Europe/Paris"),
    "end": Moment(AT + timedelta(hours=1), "Europe/Paris"),
    "state": BlockState.PUBLISHED,
    "task": derived_id("recorded", "task"),
    "goal": derived_id("recorded", "goal"),
    LINKS: "Notion https://www.notion.so/a-task-1",
}


def written(it: Recorded, write: Write) -> Remote:
    (outcome,) = it.connector.write([write])
    assert isinstance(outcome, Remote), outcome
    return outcome


def created(it: Recorded) -> Write:
    fields = {"title": "Done with SQL", "due": date(2027, 6, 15), "done": False}
    return Write(op=Op.CREATE, key=it.key(), kind=Kind.MILESTONE, entity=ENTITY, fields=fields)


def changed(it: Recorded, item: Remote, op: Op, **fields: object) -> Write:
    return Write(
        op=op,
        key=it.key(),
        kind=item.kind,
        entity=ENTITY,
        fields=fields,  # type: ignore[arg-type]
        seen=seen(item),
    )


def test_a_milestone_goes_there_and_back(recorded: Start) -> None:
    it = recorded(PLUGIN, make)
    it.connector.bind()
    it.connector.provision()
    cursor = it.connector.pull(None).cursor
    create = created(it)
    made = written(it, create)
    assert written(it, create).id == made.id  # 409, and it is ours
    pull = it.connector.pull(cursor)
    assert [(one.id, one.mark) for one in pull.items] == [(made.id, ENTITY)]
    after = written(it, changed(it, made, Op.UPDATE, done=True, due=date(2027, 7, 1)))
    assert after.fields == {"title": "Done with SQL", "due": date(2027, 7, 1), "done": True}
    assert it.restart().read(Kind.MILESTONE, made.id).fields == after.fields
    assert it.connector.write([changed(it, after, Op.DELETE)]) == [None]
    assert it.connector.write([changed(it, after, Op.DELETE)]) == [None]  # 410, or 412
    assert it.connector.pull(pull.cursor).gone == {made.id}
    assert written(it, create).id == made.id  # revived


def test_a_block_goes_there_and_back(recorded: Start) -> None:
    it = recorded(PLUGIN, make)
    it.connector.bind()
    it.connector.provision()
    cursor = it.connector.pull(None).cursor
    create = Write(
        op=Op.CREATE, key=it.key(), kind=Kind.BLOCK, entity=ENTITY, fields=dict(BLOCK)
    )
    made = written(it, create)
    assert made.fields == BLOCK
    pull = it.connector.pull(cursor)
    assert [(one.kind, one.fields) for one in pull.items] == [(Kind.BLOCK, BLOCK)]
    done = {"state": BlockState.DONE, "end": Moment(AT + timedelta(hours=2), "Europe/Paris")}
    after = written(it, changed(it, made, Op.UPDATE, **done))
    assert after.fields == {**BLOCK, **done}
    assert it.connector.write([changed(it, after, Op.DELETE)]) == [None]
    assert it.connector.pull(pull.cursor).gone == {made.id}
    assert written(it, create).fields == BLOCK  # revived


def test_busy_time_is_read(recorded: Start) -> None:
    it = recorded(PLUGIN, make)
    monday = it.clock.now() - timedelta(days=it.clock.now().weekday())
    busy = it.connector.busy(monday, monday + timedelta(days=100))
    assert busy.calendars == ("primary",)
    assert busy.unreadable == ()
    assert busy.spans == tuple(sorted(busy.spans))
