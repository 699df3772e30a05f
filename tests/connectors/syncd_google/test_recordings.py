"""A conversation with Google Calendar, kept and replayed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from syncd.connect.contract import Plugin
from syncd.model.entities import Kind
from syncd.model.ids import derived_id
from syncd.model.remote import LINKS, Op, Remote, Write
from syncd.model.schema import Fields
from syncd.model.values import BlockState, Moment, Value
from syncd.testing.harness import seen
from syncd.testing.recording import Make, Recorded
from syncd_google.connector import PLUGIN
from syncd_google.sandbox.app import make

Start = Callable[[Plugin, Make], Recorded]
ENTITY = derived_id("recorded", "milestone")
AT = datetime(2027, 6, 15, 16, 30, tzinfo=UTC)
BLOCK: Fields = {
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
    fields: Fields = {"title": "Done with SQL", "due": date(2027, 6, 15), "done": False}
    return Write(op=Op.CREATE, key=it.key(), kind=Kind.MILESTONE, entity=ENTITY, fields=fields)


def changed(it: Recorded, item: Remote, op: Op, **fields: Value) -> Write:
    return Write(
        op=op,
        key=it.key(),
        kind=item.kind,
        entity=ENTITY,
        fields=fields,
        seen=seen(item),
    )


def test_a_milestone_goes_there_and_back(recorded: Start) -> None:
    session = recorded(PLUGIN, make)
    session.connector.bind()
    session.connector.provision()
    cursor = session.connector.pull(None).cursor
    create = created(session)
    remote = written(session, create)
    assert written(session, create).id == remote.id  # 409, and it is ours
    pull = session.connector.pull(cursor)
    assert [(item.id, item.mark) for item in pull.items] == [(remote.id, ENTITY)]
    after = written(
        session, changed(session, remote, Op.UPDATE, done=True, due=date(2027, 7, 1))
    )
    assert after.fields == {"title": "Done with SQL", "due": date(2027, 7, 1), "done": True}
    assert session.restart().read(Kind.MILESTONE, remote.id).fields == after.fields
    assert session.connector.write([changed(session, after, Op.DELETE)]) == [None]
    assert session.connector.write([changed(session, after, Op.DELETE)]) == [
        None
    ]  # 410, or 412
    assert session.connector.pull(pull.cursor).gone == {remote.id}
    assert written(session, create).id == remote.id  # revived


def test_a_block_goes_there_and_back(recorded: Start) -> None:
    session = recorded(PLUGIN, make)
    session.connector.bind()
    session.connector.provision()
    cursor = session.connector.pull(None).cursor
    create = Write(
        op=Op.CREATE, key=session.key(), kind=Kind.BLOCK, entity=ENTITY, fields=dict(BLOCK)
    )
    remote = written(session, create)
    assert remote.fields == BLOCK
    pull = session.connector.pull(cursor)
    assert [(item.kind, item.fields) for item in pull.items] == [(Kind.BLOCK, BLOCK)]
    done: dict[str, Value] = {
        "state": BlockState.DONE,
        "end": Moment(AT + timedelta(hours=2), "Europe/Paris"),
    }
    after = written(session, changed(session, remote, Op.UPDATE, **done))
    assert after.fields == {**BLOCK, **done}
    assert session.connector.write([changed(session, after, Op.DELETE)]) == [None]
    assert session.connector.pull(pull.cursor).gone == {remote.id}
    assert written(session, create).fields == BLOCK  # revived


def test_busy_time_is_read(recorded: Start) -> None:
    session = recorded(PLUGIN, make)
    monday = session.clock.now() - timedelta(days=session.clock.now().weekday())
    busy = session.connector.busy(monday, monday + timedelta(days=100))
    assert busy.calendars == ("primary",)
    assert busy.unreadable == ()
    assert busy.spans == tuple(sorted(busy.spans))
