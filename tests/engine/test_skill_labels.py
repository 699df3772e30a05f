"""A task's skill is a label in the to-do tool, and comes back from there."""

import pytest

from syncd.model.entities import Kind, Skill, Task
from syncd.model.ids import EntityId
from tests.engine.world import World


@pytest.fixture
def skilled(synced: World) -> World:
    now = synced.clock.now()
    names = {"S1": "Public speaking", "S2": "SQL"}
    synced.plan(
        *(Skill(id=EntityId(one), title=it, created_at=now) for one, it in names.items())
    )
    synced.plan(
        Task(
            id=EntityId("T9"),
            title="Give a talk",
            created_at=now,
            skill=EntityId("S1"),
            labels=frozenset({"stage"}),
        )
    )
    assert synced.sync().converged
    return synced


def labels(world: World) -> frozenset[str]:
    shown = world.shows("todos", Kind.TASK, "Give a talk")["labels"]
    assert isinstance(shown, frozenset)
    return shown


def test_the_skill_stands_among_the_labels(skilled: World) -> None:
    assert labels(skilled) == {"stage", "Public_speaking"}
    assert skilled.entity(Kind.TASK, "Give a talk").labels == {"stage"}
    assert skilled.sync().writes == 0


def test_another_skills_label_changes_the_skill(skilled: World) -> None:
    skilled.edit("todos", Kind.TASK, "Give a talk", labels=frozenset({"stage", "SQL"}))
    assert skilled.sync().converged
    task = skilled.entity(Kind.TASK, "Give a talk")
    assert (task.skill, task.labels) == ("S2", {"stage"})
    assert skilled.sync().writes == 0


def test_taking_the_label_off_takes_the_skill_off(skilled: World) -> None:
    skilled.edit("todos", Kind.TASK, "Give a talk", labels=frozenset({"stage"}))
    skilled.sync()
    assert skilled.entity(Kind.TASK, "Give a talk").skill is None
    assert labels(skilled) == {"stage"}


def test_a_renamed_skill_renames_its_label(skilled: World) -> None:
    skilled.edit("pages", Kind.SKILL, "Public speaking", title="Speaking")
    assert skilled.sync().converged
    assert labels(skilled) == {"stage", "Speaking"}
    assert skilled.entity(Kind.TASK, "Give a talk").skill == "S1"
    assert skilled.sync().writes == 0


def test_the_label_is_still_the_skills_when_the_state_is_lost(skilled: World) -> None:
    skilled.lose_state()
    assert skilled.sync().conflicts == 0
    task = skilled.entity(Kind.TASK, "Give a talk")
    assert (task.skill, task.labels) == ("S1", {"stage"})
    assert labels(skilled) == {"stage", "Public_speaking"}
