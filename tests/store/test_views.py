"""The stored plan reads as the same plan in memory does."""

from hypothesis import given
from hypothesis import strategies as st

from syncd.engine.context import StoredPlanView
from syncd.model.entities import Kind, kind_of
from syncd.model.ids import EntityId
from syncd.model.plan import Plan, normalised
from syncd.store.rows import Record
from syncd.store.store import Store
from tests.examples import examples
from tests.store.made_up import fresh, records

KINDS = (Kind.GOAL, Kind.MILESTONE, Kind.TASK, Kind.SKILL)
plans = st.lists(records(KINDS), max_size=8, unique_by=lambda record: record.entity.id)


def stored(them: list[Record]) -> Store:
    store = fresh()
    store.plan.save(them)
    return store


@examples(100)
@given(plans)
def test_who_refers_to_whom_and_what_belongs_to_a_goal(them: list[Record]) -> None:
    view = StoredPlanView(stored(them))
    plan = Plan.of(record.entity for record in them)
    for target in map(EntityId, "ABCDEFGH"):
        assert view.get(target) == plan.get(target)
        assert sorted(map(repr, view.parts_of(target))) == sorted(
            map(repr, plan.parts_of(target))
        )
        for kind, field in (
            (Kind.TASK, "goal"),
            (Kind.TASK, "milestone"),
            (Kind.TASK, "parent"),
            (Kind.MILESTONE, "goal"),
            (Kind.SKILL, "goals"),
        ):
            found = {one.id for one in view.referring(target, kind, field)}
            assert found == {one.id for one in plan.referring(target, kind, field)}


@examples(60)
@given(plans)
def test_what_there_is_of_a_kind(them: list[Record]) -> None:
    view = StoredPlanView(stored(them))
    plan = Plan.of(record.entity for record in them)
    for kind in KINDS:
        assert {one.id for one in view.of_kind(kind)} == {one.id for one in plan.of_kind(kind)}


@examples(60)
@given(plans)
def test_titles_that_read_the_same(them: list[Record]) -> None:
    store = stored(them)
    plan = Plan.of(record.entity for record in them if not record.entity.archived)
    for entity in plan:
        kind = kind_of(entity)
        alike = {one.id for one in plan.of_kind(kind) if same(one.title, entity.title)}
        for title in (entity.title, f"  {entity.title} "):
            assert {one.entity.id for one in store.plan.titled(kind, title)} == alike


def same(one: str, other: str) -> bool:
    return normalised(one) == normalised(other)
