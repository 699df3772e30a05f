"""From what a tool should hold, and what it was last seen to hold, to operations."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import REFERENCE_ORDER, Kind
from syncd.model.ids import EntityId
from syncd.model.remote import Op
from syncd.model.schema import Fields
from syncd.sync.decide import (
    Case,
    Desired,
    KnownItem,
    Operation,
    Presence,
    decide,
    in_order,
    plan_hash,
)
from tests.examples import examples

FIT: Fields = {"title": "New", "priority": 1}


def case(  # noqa: PLR0913  # the columns of a table
    want: Desired = Desired.PRESENT,
    held: KnownItem | None = None,
    *,
    fit: Fields = FIT,
    hides_done: bool = False,
    archived: bool = False,
    recreate: bool = True,
) -> Case:
    return Case(
        kind=Kind.TASK,
        entity=EntityId("T1"),
        title="New",
        want=want,
        fit=fit,
        item=held,
        hides_done=hides_done,
        archived=archived,
        recreate=recreate,
    )


def held(
    presence: Presence = Presence.PRESENT,
    base: Fields = FIT,
    *,
    normalised: Fields | None = None,
    marked: bool = True,
) -> KnownItem:
    return KnownItem(presence=presence, base=base, normalised=normalised or {}, marked=marked)


def what(one: Operation | None) -> tuple[str, Fields] | None:
    return (one.op.value, dict(one.fields)) if one else None


CASES = {
    "wanted and not there: made": (case(), ("create", FIT)),
    "not wanted and not there: nothing": (case(Desired.ABSENT), None),
    "to be kept and not there: nothing": (case(Desired.UNCHANGED), None),
    "as wanted: nothing": (case(held=held()), None),
    "different: only what differs": (
        case(held=held(base={"title": "Old", "priority": 1})),
        ("update", {"title": "New"}),
    ),
    "to be kept and different: written": (
        case(Desired.UNCHANGED, held=held(base={"title": "Old", "priority": 1})),
        ("update", {"title": "New"}),
    ),
    "stored differently when it was asked: agreed": (
        case(held=held(base={"title": "N…", "priority": 1}, normalised={"title": "New"})),
        None,
    ),
    "stored differently, and changed since: written": (
        case(held=held(base={"title": "N…", "priority": 1}, normalised={"title": "Older"})),
        ("update", {"title": "New"}),
    ),
    "nothing asked for before is something asked for now": (
        case(fit={"title": None}, held=held(base={"title": "x"}, normalised={})),
        ("update", {"title": None}),
    ),
    "without its mark: marked": (case(held=held(marked=False)), ("update", {})),
    "there and not wanted: removed": (case(Desired.ABSENT, held=held()), ("delete", {})),
    "removed by syncd and wanted again: made": (
        case(held=held(Presence.REMOVED_BY_US)),
        ("create", FIT),
    ),
    "removed by its user and wanted: made": (case(held=held(Presence.GONE)), ("create", FIT)),
    "a heading removed by its user: not made": (
        case(held=held(Presence.GONE), recreate=False),
        None,
    ),
    "a heading that syncd removed: made": (
        case(held=held(Presence.REMOVED_BY_US), recreate=False),
        ("create", FIT),
    ),
    "forgotten there: not made": (case(held=held(Presence.DETACHED)), None),
    "nobody knows whether it is there: not made": (case(held=held(Presence.UNCONFIRMED)), None),
    "gone and not wanted: nothing": (case(Desired.ABSENT, held=held(Presence.GONE)), None),
    "done where done things are out of reach: nothing": (
        case(
            fit={"title": "New", "done": True},
            held=held(base={"title": "Old", "done": True}),
            hides_done=True,
        ),
        None,
    ),
}


@pytest.mark.parametrize(("given_", "expected"), CASES.values(), ids=CASES.keys())
def test_deciding(given_: Case, expected: tuple[str, Fields] | None) -> None:
    assert what(decide(given_)) == expected


def test_a_change_says_what_was_there_before() -> None:
    operation = decide(case(held=held(base={"title": "Old", "priority": 1})))
    assert operation is not None
    assert operation.before == {"title": "Old"}


@pytest.mark.parametrize("archived", [True, False])
def test_what_the_plan_keeps_is_withdrawn_and_what_it_let_go_of_is_removed(
    archived: bool,
) -> None:
    operation = decide(case(Desired.ABSENT, held=held(), archived=archived))
    assert operation is not None
    assert operation.withdraws is not archived


def operation(kind: Kind, entity: str, op: Op = Op.CREATE, **fields: str) -> Operation:
    return Operation(op=op, kind=kind, entity=EntityId(entity), title="", fields=fields)


operations = st.lists(
    st.builds(
        operation,
        st.sampled_from(list(Kind)),
        st.sampled_from("ABCDEFGH"),
        st.sampled_from(list(Op)),
    ),
    max_size=12,
)


@examples(200)
@given(operations)
def test_what_is_referred_to_is_made_first_and_removed_last(them: list[Operation]) -> None:
    ordered = in_order(them, {})
    assert sorted(map(repr, ordered)) == sorted(map(repr, them))
    for before, after in itertools.pairwise(ordered):
        first, second = (REFERENCE_ORDER.index(one.kind) for one in (before, after))
        if before.op is Op.DELETE:
            assert after.op is Op.DELETE
            assert first >= second
        elif after.op is not Op.DELETE:
            assert first <= second


def test_a_task_is_made_before_its_parts_and_removed_after_them() -> None:
    parents = {EntityId("A"): EntityId("B"), EntityId("B"): EntityId("C")}
    made = in_order([operation(Kind.TASK, one) for one in "ABC"], parents)
    removed = in_order([operation(Kind.TASK, one, Op.DELETE) for one in "CBA"], parents)
    assert [one.entity for one in made] == ["C", "B", "A"]
    assert [one.entity for one in removed] == ["A", "B", "C"]


def test_tasks_that_are_parts_of_each_other_are_still_put_in_some_order() -> None:
    parents = {EntityId("A"): EntityId("B"), EntityId("B"): EntityId("A")}
    both = [operation(Kind.TASK, one) for one in "AB"]
    assert len(in_order(both, parents)) == 2


def test_the_same_operations_have_the_same_fingerprint_in_any_order() -> None:
    one, other = operation(Kind.TASK, "A", title="x"), operation(Kind.GOAL, "B")
    assert plan_hash([one, other]) == plan_hash([other, one])


@pytest.mark.parametrize(
    "other",
    [
        operation(Kind.TASK, "B", title="x"),
        operation(Kind.GOAL, "A", title="x"),
        operation(Kind.TASK, "A", title="y"),
        operation(Kind.TASK, "A", Op.UPDATE, title="x"),
    ],
)
def test_another_operation_has_another_fingerprint(other: Operation) -> None:
    assert plan_hash([operation(Kind.TASK, "A", title="x")]) != plan_hash([other])
