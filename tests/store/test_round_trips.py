"""What was put into the store comes out again, whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Kind, kind_of
from syncd.model.ids import EntityId, RemoteId, ToolName
from syncd.model.remote import PAGE_URL, Op, Seen, Write
from syncd.model.schema import FIELDS, fields_of, references
from syncd.store.rows import ConflictRow, HistoryRow, Link, Record, ToolProblem
from syncd.store.store import Store
from syncd.store.tool_store import Consent, ToolMemory, ToolRow, ToolState
from syncd.sync.decide import Presence
from tests.examples import examples
from tests.store.made_up import (
    fields,
    fresh,
    instants,
    names,
    records,
    remote_ids,
    texts,
    values,
)

TODOS = ToolName("todos")
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
kinds = st.sampled_from(list(Kind))


@examples(150)
@given(records())
def test_an_entity_and_its_authors(record: Record) -> None:
    store = fresh()
    store.plan.save([record])
    assert store.plan.get(record.entity.id) == record
    assert list(store.plan.every()) == [record]
    kind = kind_of(record.entity)
    assert store.plan.kinds([record.entity.id]) == {
        record.entity.id: (kind, record.entity.archived)
    }


@examples(60)
@given(records(), st.data())
def test_an_entity_written_again_is_replaced_with_its_references(
    record: Record, data: st.DataObject
) -> None:
    store, kind = fresh(), kind_of(record.entity)
    store.plan.save([record])
    changes: dict[str, Any] = data.draw(fields(kind))
    again = Record(entity=replace(record.entity, **changes))
    store.plan.save([again])
    assert store.plan.get(record.entity.id) == again
    expected = {target for _, target in references(kind, fields_of(again.entity))}
    every = expected | {target for _, target in references(kind, fields_of(record.entity))}
    assert {one for one in every if store.plan.referring(one)} == expected


@st.composite
def links(draw: st.DrawFn) -> Link:
    kind = draw(kinds)
    return Link(
        tool=TODOS,
        entity=EntityId(draw(names)),
        kind=kind,
        remote=RemoteId(draw(remote_ids)),
        presence=draw(st.sampled_from(list(Presence))),
        url=draw(texts),
        version=draw(texts),
        mark=draw(st.none() | names.map(EntityId)),
        edited_at=draw(st.none() | instants),
        completions=draw(st.integers(0, 9)),
        content_hash=draw(texts),
        base={**draw(fields(kind)), PAGE_URL: draw(st.none() | texts)},
        normalised=draw(fields(kind)),
        before_write={"print": draw(texts), "edited_at": None},
        extra={"deep": [1, {"er": draw(texts)}]},
    )


@examples(100)
@given(links())
def test_a_link(link: Link) -> None:
    store = fresh()
    store.links.save([link])
    assert store.links.of_entity(link.entity) == {TODOS: link}
    assert store.links.by_remote(TODOS, [link.remote]) == {link.remote: link}
    assert store.links.of_entities(TODOS, [link.entity]) == {link.entity: link}
    assert store.links.with_presence(TODOS, link.presence) == [link]
    assert store.links.count(TODOS, link.presence) == 1


@examples(60)
@given(links())
def test_an_item_belongs_to_one_entity(link: Link) -> None:
    store = fresh()
    other = replace(link, entity=EntityId("Other"))
    store.links.save([other])
    store.links.save([link])
    assert store.links.by_remote(TODOS, [link.remote])[link.remote].entity == link.entity
    assert store.links.count(TODOS, link.presence) == 1


@st.composite
def writes(draw: st.DrawFn) -> Write:
    kind = draw(kinds)
    seen = Seen(
        id=RemoteId(draw(texts)),
        version=draw(texts),
        mark=draw(st.none() | names.map(EntityId)),
        fields={**draw(fields(kind)), PAGE_URL: draw(st.none() | texts)},
        extra={"n": draw(st.integers())},
    )
    return Write(
        op=draw(st.sampled_from(list(Op))),
        key=draw(texts),
        kind=kind,
        entity=EntityId(draw(names)),
        fields=draw(fields(kind)),
        seen=draw(st.none() | st.just(seen)),
    )


@examples(100)
@given(st.lists(writes(), max_size=4, unique_by=lambda write: write.key))
def test_writes_in_flight_in_the_order_in_which_they_were_opened(them: list[Write]) -> None:
    store = fresh()
    store.journal.open(TODOS, them, NOON)
    pending = store.journal.pending(TODOS)
    assert [one.write for one in pending] == them
    assert {one.at for one in pending} <= {NOON}
    assert store.journal.entities(TODOS) == {one.entity for one in them}
    store.journal.close([one.key for one in them[:1]])
    assert [one.write for one in store.journal.pending(TODOS)] == them[1:]


@st.composite
def history_rows(draw: st.DrawFn) -> HistoryRow:
    kind = draw(kinds)
    name = draw(st.sampled_from(sorted(FIELDS[kind])))
    return HistoryRow(
        cycle=draw(st.integers(1, 9)),
        at=draw(instants),
        by=draw(texts),
        set_at=draw(st.none() | instants),
        entity=EntityId(draw(names)),
        kind=kind,
        title=draw(texts),
        field=name,
        before=draw(values(FIELDS[kind][name])),
        after=draw(values(FIELDS[kind][name])),
    )


@examples(80)
@given(st.lists(history_rows(), max_size=4))
def test_history_newest_first(rows: list[HistoryRow]) -> None:
    store = fresh()
    store.history.add(rows)
    found = store.history.rows()
    assert [replace(one, seq=0) for one in reversed(found)] == rows
    assert [one.seq for one in found] == list(range(len(rows), 0, -1))
    for one in found:
        assert store.history.row(one.seq) == one
    assert store.history.last_cycle() == max((one.cycle for one in rows), default=0)


def test_a_repeated_tasks_occurrence_is_told_with_its_days(store: Store) -> None:
    row = HistoryRow(
        cycle=1,
        at=NOON,
        by="todos",
        entity=EntityId("T"),
        kind=Kind.TASK,
        title="Walk",
        field="occurrence",
        before=date(2026, 5, 4),
        after=date(2026, 5, 11),
    )
    store.history.add([row])
    assert [replace(one, seq=0) for one in store.history.rows()] == [row]


@examples(60)
@given(history_rows(), st.booleans())
def test_conflicts(row: HistoryRow, settled: bool) -> None:
    store = fresh()
    conflict = ConflictRow(
        cycle=row.cycle,
        at=row.at,
        entity=row.entity,
        kind=row.kind,
        title=row.title,
        field=row.field,
        won=row.after,
        won_by=row.by,
        lost=row.before,
        lost_by="todos",
        lost_at=row.set_at,
    )
    store.history.add_conflicts([conflict])
    assert [replace(one, seq=0) for one in store.history.conflicts()] == [conflict]
    if settled:
        store.history.resolve_conflict(1)
    assert len(store.history.conflicts(resolved=True)) == settled
    assert len(store.history.conflicts(resolved=False)) == (not settled)


@examples(60)
@given(
    st.builds(
        ToolRow,
        tool=st.just(TODOS),
        state=st.sampled_from(list(ToolState)),
        message=texts,
        until=st.none() | instants,
        last_ok=st.none() | instants,
        cursor=st.none() | texts,
        held=st.dictionaries(texts, texts, max_size=2),
        consent=st.none() | texts,
        consent_kind=st.none() | st.sampled_from(list(Consent)),
        full_on=st.none() | st.dates(),
        failures=st.integers(0, 99),
    )
)
def test_how_a_tool_is_doing(row: ToolRow) -> None:
    store = fresh()
    assert store.tools.get(TODOS) == ToolRow(tool=TODOS)
    store.tools.save(row)
    assert store.tools.get(TODOS) == row


def test_problems_are_told_once_and_taken_off_one_by_one(store: Store) -> None:
    def problem(field: str, sentence: str, entity: str | None = "T") -> ToolProblem:
        return ToolProblem(
            tool=TODOS,
            entity=EntityId(entity) if entity else None,
            field=field,
            sentence=sentence,
        )

    store.tools.put_problems(
        [problem("due", "Old"), problem("", "Refused"), problem("0", "!", None)]
    )
    store.tools.put_problems([problem("due", "New")])
    assert [one.sentence for one in store.tools.problems(TODOS)] == ["!", "Refused", "New"]
    store.tools.clear_problems(TODOS, EntityId("T"), field="due")
    assert [one.sentence for one in store.tools.problems()] == ["!", "Refused"]
    store.tools.clear_problems(TODOS, None)
    assert [one.entity for one in store.tools.problems()] == ["T"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@examples(60)
@given(texts, json_values)
def test_what_a_connector_remembers(
    name: str,
    value: Mapping[str, Sequence[bool | int | None] | dict[str, object] | int | str]
    | Sequence[
        Mapping[str, bool | int | str | None]
        | Sequence[Sequence[bool | str | None] | bool | dict[str, int] | int | str | None]
        | bool
        | int
        | None
    ]
    | bool
    | int
    | str
    | None,
) -> None:
    store = fresh()
    memory = ToolMemory(store.tools, "todos")
    assert memory.get(name) is None
    memory.put(name, value)
    assert memory.get(name) == value
    assert ToolMemory(store.tools, "pages").get(name) is None
    store.tools.forget("todos")
    assert memory.get(name) is None
