"""A conversation with Google Calendar, kept and replayed."""

from collections.abc import Callable
from datetime import date

from syncd.connect.contract import Plugin
from syncd.connect.testing.harness import seen
from syncd.connect.testing.recording import Make, Recorded
from syncd.model.entities import Kind
from syncd.model.ids import derived_id
from syncd.model.remote import Op, Remote, Write
from syncd_google.connector import PLUGIN
from syncd_google.sandbox.app import make

Start = Callable[[Plugin, Make], Recorded]
ENTITY = derived_id("recorded", "milestone")


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
