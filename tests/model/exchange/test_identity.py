"""Who is who when a plan file is imported again, or meets a plan."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.model.entities import Entity, Goal, Kind, ProfileEntry, Skill, Task, kind_of
from syncd.model.exchange.reading import Imported, read_plan
from syncd.model.ids import EntityId, derived_id, is_id
from syncd.model.values import Aspect

THEN = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
ULID = "01KE8M3N5VQ2T4W6Y8Z0A1B2C3"


def read(source: Any, existing: tuple[Entity, ...] = ()) -> Imported:
    found = read_plan(source, NOW, existing)
    assert found.problems == ()
    return found


def task(name: str, **fields: object) -> Task:
    return Task(id=EntityId(name), title="Read", created_at=THEN, **fields)  # type: ignore[arg-type]  # its fields, by name


HAND_WRITTEN: dict[str, Any] = {
    "goals": [
        {
            "key": "g",
            "title": "Lead",
            "milestones": [{"title": "Talk", "tasks": ["Read", "Read"]}],
        },
        {"title": "Learn", "tasks": ["Read", {"title": "Write", "tasks": ["Read"]}]},
    ],
    "tasks": ["Read", {"title": "Call", "goal": "g"}],
    "profile": [{"title": "Calm", "aspect": "value"}, {"title": "Calm", "aspect": "strength"}],
}


def test_importing_twice_changes_nothing() -> None:
    first = read(HAND_WRITTEN)
    assert len({one.id for one in first.entities}) == len(first.entities) == 12
    assert all(is_id(one.id) for one in first.entities)
    later = read_plan(HAND_WRITTEN, NOW + timedelta(days=9), first.entities)
    assert later == first


def test_the_order_of_a_file_does_not_matter_for_who_is_who() -> None:
    turned = {**HAND_WRITTEN, "goals": HAND_WRITTEN["goals"][::-1]}
    assert set(read(turned).entities) == set(read(HAND_WRITTEN).entities)


def test_absent_fields_keep_their_values_and_empty_ones_are_cleared() -> None:
    old = task("t-1", due=date(2026, 5, 1), priority=1, notes="mine", done=True)
    (new,) = read({"tasks": [{"id": "t-1", "priority": 3, "due": None}]}, (old,)).entities
    assert new == task("t-1", priority=3, notes="mine", done=True)


def test_a_key_lets_the_title_change() -> None:
    first = read({"goals": [{"key": "g", "title": "Lead"}]})
    second = read({"goals": [{"key": "g", "title": "Lead well"}]}, first.entities)
    assert [one.id for one in second.entities] == [one.id for one in first.entities]


def test_what_was_renamed_elsewhere_since_is_still_known_by_its_first_title() -> None:
    (first,) = read({"tasks": ["Read"]}).entities
    renamed = Task(id=first.id, title="Read it all", created_at=NOW)
    assert [one.id for one in read({"tasks": ["Read"]}, (renamed,)).entities] == [first.id]


@pytest.mark.parametrize(
    ("item", "existing", "expected"),
    [
        pytest.param("read ", [task("old")], "old", id="the-same-title"),
        pytest.param({"key": "k", "title": "Read"}, [task("old")], "old", id="with-a-key"),
        pytest.param("Read", [task("old", goal="elsewhere")], None, id="of-another-goal"),
        pytest.param("Read", [task("old", archived=True)], None, id="archived"),
        pytest.param(
            "Read", [task("ticked", done=True), task("open")], "open", id="open-first"
        ),
    ],
)
def test_an_entity_of_the_plan_that_is_the_same_keeps_its_id(
    item: Any, existing: list[Entity], expected: str | None
) -> None:
    (found,) = read({"tasks": [item]}, tuple(existing)).entities
    assert found.id == expected or (expected is None and is_id(found.id))


def test_what_was_taken_in_without_its_goal_is_known_again_with_it() -> None:
    wrong = {"goals": ["Lead"], "tasks": [{"title": "Read", "goal": "Led"}]}
    first = read_plan(wrong, NOW)
    assert first.problems
    second = read({**wrong, "tasks": [{"title": "Read", "goal": "Lead"}]}, first.entities)
    assert [one.id for one in second.entities] == [one.id for one in first.entities]
    assert second.entities[1].goal == second.entities[0].id  # type: ignore[attr-defined]  # they are tasks


def test_two_of_a_file_never_become_the_same_entity() -> None:
    found = read({"tasks": ["Read", "Read", "Read"]}, (task("a"), task("b")))
    ids = [one.id for one in found.entities]
    assert len(set(ids)) == 3
    assert {"a", "b"} < set(ids)


def test_what_a_key_has_taken_is_not_taken_again_by_its_title() -> None:
    first = read({"tasks": ["Read"]}).entities
    found = read({"tasks": [{"key": "k", "title": "Read"}, "Read"]}, first).entities
    assert found[0].id == first[0].id
    assert found[1].id != first[0].id


def test_equal_titles_of_different_aspects_are_different_things() -> None:
    old = ProfileEntry(id=EntityId("p"), title="Calm", created_at=THEN, aspect=Aspect.VALUE)
    found = read({"profile": [{"title": "Calm", "aspect": "strength"}]}, (old,))
    assert found.entities[0].id != "p"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ULID, ULID),
        ("my-goal_1", "my-goal_1"),
        ("1", derived_id("import", Kind.GOAL, "1")),
        (7, derived_id("import", Kind.GOAL, "7")),
        ("a goal of mine", derived_id("import", Kind.GOAL, "a goal of mine")),
        ("x" * 65, derived_id("import", Kind.GOAL, "x" * 65)),
    ],
)
def test_an_id_may_be_any_text(given: Any, expected: str) -> None:
    plan = {"goals": [{"id": given, "title": "A"}], "tasks": [{"title": "T", "goal": given}]}
    goal, it = read(plan).entities
    assert goal.id == expected
    assert isinstance(it, Task)
    assert it.goal == expected
    assert read(plan, (goal, it)).entities == (goal, it)


def test_one_id_in_two_lists_means_two_things() -> None:
    plan = {
        "goals": [{"id": "sql", "title": "Learn SQL"}],
        "skills": [{"id": "sql", "title": "SQL", "goals": ["sql"]}],
        "tasks": [{"title": "Query", "goal": "sql", "skill": "sql"}],
    }
    found = {kind_of(one): one for one in read(plan).entities}
    goal, skill, it = found[Kind.GOAL], found[Kind.SKILL], found[Kind.TASK]
    assert isinstance(skill, Skill)
    assert isinstance(it, Task)
    assert (it.goal, it.skill) == (goal.id, skill.id)
    assert skill.goals == {goal.id}
    assert read(plan, tuple(found.values())) == read(plan)


def test_a_title_means_what_is_live() -> None:
    gone = Goal(id=EntityId("gone"), title="Lead", created_at=THEN, archived=True)
    found = read_plan({"tasks": [{"title": "T", "goal": "Lead"}]}, NOW, [gone])
    assert "there is no goal 'Lead'" in found.problems[0]


def test_a_file_keeps_what_is_archived_archived() -> None:
    (first,) = read({"tasks": ["Read"]}).entities
    gone = Task(id=first.id, title="Read", created_at=NOW, archived=True)
    assert read({"tasks": ["Read"]}, (gone,)).entities == (gone,)
