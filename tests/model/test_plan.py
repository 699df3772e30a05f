from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Goal, Kind, Milestone, ProfileEntry, Skill, Task
from syncd.model.ids import EntityId
from syncd.model.plan import Part, Plan, natural_key, normalised
from syncd.model.values import Aspect

THEN = datetime(2026, 1, 5, 9, tzinfo=UTC)
GOAL = EntityId("goal")


def task(name: str, **fields: object) -> Task:
    return Task(id=EntityId(name), title=name, created_at=THEN, **fields)  # type: ignore[arg-type]  # its fields, by name


def milestone(name: str, **fields: object) -> Milestone:
    return Milestone(id=EntityId(name), title=name, created_at=THEN, **fields)  # type: ignore[arg-type]  # its fields, by name


def test_a_plan_gives_archived_entities_by_id_but_lists_only_live_ones() -> None:
    plan = Plan.of([task("a"), task("b", archived=True)])
    assert plan.get(EntityId("b")) == task("b", archived=True)
    assert list(plan.of_kind(Kind.TASK)) == [task("a")]
    assert plan.get(EntityId("c")) is None


def test_a_changed_plan_leaves_the_old_one_as_it_was() -> None:
    old = Plan.of([task("a")])
    new = old.with_entity(task("a", done=True), task("b"))
    assert len(old) == 1
    assert old.get(EntityId("a")) == task("a")
    assert new.get(EntityId("a")) == task("a", done=True)
    assert len(new) == 2


def test_what_refers_to_something_is_found_by_single_and_by_many_references() -> None:
    goal = Goal(id=GOAL, title="Lead", created_at=THEN)
    skill = Skill(id=EntityId("s"), title="SQL", created_at=THEN, goals=frozenset({GOAL}))
    plan = Plan.of([goal, skill, task("a", goal=GOAL), task("gone", goal=GOAL, archived=True)])
    assert list(plan.referring(GOAL, Kind.SKILL, "goals")) == [skill]
    assert list(plan.referring(GOAL, Kind.TASK, "goal")) == [task("a", goal=GOAL)]
    assert list(plan.referring(GOAL, Kind.TASK, "milestone")) == []


def test_the_parts_of_a_goal_include_tasks_that_only_name_its_milestone() -> None:
    step = EntityId("step")
    plan = Plan.of(
        [
            milestone("step", goal=GOAL, done=True),
            task("own", goal=GOAL, estimate_minutes=30),
            task("both", goal=GOAL, milestone=step),
            task("through", milestone=step, done=True),
            task("elsewhere", goal=EntityId("other"), milestone=step),
            task("habit", goal=GOAL, recurrence="FREQ=WEEKLY"),
            task("gone", goal=GOAL, archived=True),
        ]
    )
    assert sorted(plan.parts_of(GOAL), key=repr) == sorted(
        [
            Part(kind=Kind.MILESTONE, done=True),
            Part(kind=Kind.TASK, done=False, estimate_minutes=30),
            Part(kind=Kind.TASK, done=False),
            Part(kind=Kind.TASK, done=True),
            Part(kind=Kind.TASK, done=False, repeats=True),
        ],
        key=repr,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Learn SQL", "learn  sql ", id="case-and-spaces"),
        pytest.param("Cafe\u0301", "Caf\u00e9", id="composed-and-decomposed"),
        pytest.param("Stra\u00dfe", "STRASSE", id="case-folding"),
        pytest.param("\uff33\uff31\uff2c", "SQL", id="full-width"),
        pytest.param("a\u00a0b", "a b", id="no-break-space"),
    ],
)
def test_titles_that_look_the_same_are_the_same(one: str, other: str) -> None:
    assert natural_key(Task(id=EntityId("x"), title=one, created_at=THEN)) == (
        natural_key(Task(id=EntityId("y"), title=other, created_at=THEN))
    )


@given(st.text())
def test_normalising_a_title_twice_changes_nothing_more(title: str) -> None:
    assert normalised(normalised(title)) == normalised(title)


def test_equal_titles_under_different_parents_are_different_things() -> None:
    assert natural_key(task("a", goal=GOAL)) != natural_key(task("a"))
    assert natural_key(milestone("a", goal=GOAL)) != natural_key(milestone("a"))
    assert natural_key(milestone("a")) != natural_key(task("a"))
    strength, value = (
        ProfileEntry(id=GOAL, title="Curiosity", created_at=THEN, aspect=aspect)
        for aspect in (Aspect.STRENGTH, Aspect.VALUE)
    )
    assert natural_key(strength) != natural_key(value)


def test_a_plan_is_searched_by_natural_key_with_all_that_share_it() -> None:
    found = Plan.of([task("a"), milestone("a")]).by_natural_key()
    assert {len(same) for same in found.values()} == {1}
    twice = Plan.of([task("a"), Task(id=EntityId("b"), title="A", created_at=THEN)])
    assert [len(same) for same in twice.by_natural_key().values()] == [2]
