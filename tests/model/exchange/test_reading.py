from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import Mistake
from syncd.model.entities import Entity, Goal, Kind, Milestone, Resource, Skill, Task
from syncd.model.exchange.output import known_names
from syncd.model.exchange.reading import Imported, read_plan
from syncd.model.ids import EntityId
from syncd.model.values import GoalStatus, Moment

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def read(source: Any, existing: list[Entity] | None = None) -> Imported:
    return read_plan(source, NOW, existing or [], BERLIN)


def named(imported: Imported) -> dict[str, Any]:
    assert imported.problems == ()
    return {one.title: one for one in imported.entities}


def test_a_plan_written_by_hand_is_read() -> None:
    found = named(
        read(
            """
            Goals:
              - key: lead
                title: Lead a team
                Status: Active
                priority: P1
                target: 5
                weekly minutes: 2h
                due: 2026-12-01
                milestones:
                  - title: First talk
                    due: +6w
                    tasks:
                      - Write the outline
                      - title: Rehearse
                        due: +3d 18:00
                        repeat: every monday
                        tasks:
                          - Borrow a projector
                tasks:
                  - {title: Ask around, labels: "talk, home", done: yes}
            Skills:
              - {name: Speaking, level: 2, target-level: 4, goals: lead}
            resources:
              - {title: A book, goal: lead, skill: Speaking, cost: 12.5}
            """
        )
    )
    goal, talk, task = found["Lead a team"], found["First talk"], found["Rehearse"]
    assert goal == Goal(
        id=goal.id,
        title="Lead a team",
        created_at=NOW,
        status=GoalStatus.ACTIVE,
        priority=1,
        target=5,
        weekly_minutes=120,
        due=date(2026, 12, 1),
    )
    assert talk == Milestone(
        id=talk.id, title="First talk", created_at=NOW, goal=goal.id, due=date(2026, 4, 21)
    )
    assert task == Task(
        id=task.id,
        title="Rehearse",
        created_at=NOW,
        goal=goal.id,
        milestone=talk.id,
        due=Moment(datetime(2026, 3, 13, 17, tzinfo=UTC)),
        recurrence="FREQ=WEEKLY;BYDAY=MO",
    )
    assert found["Write the outline"].milestone == talk.id
    sub = found["Borrow a projector"]
    assert (sub.parent, sub.goal, sub.milestone) == (task.id, goal.id, talk.id)
    asked = found["Ask around"]
    assert (asked.goal, asked.milestone, asked.done) == (goal.id, None, True)
    assert asked.labels == {"talk", "home"}
    skill = found["Speaking"]
    assert isinstance(skill, Skill)
    assert (skill.goals, skill.target_level) == (frozenset({goal.id}), 4)
    book = found["A book"]
    assert isinstance(book, Resource)
    assert (book.goal, book.skill, book.cost) == (goal.id, skill.id, 12.5)


def test_a_reference_may_be_a_key_an_id_or_a_title() -> None:
    known = Goal(id=EntityId("G-1"), title="Known already", created_at=NOW)
    found = read(
        {
            "tasks": [
                {"title": "by id", "goal": "G-1"},
                {"title": "by title", "goal": "known  ALREADY"},
                {"title": "by key", "goal": "new"},
                {"title": "by the id of this file", "goal": "my-own-id"},
            ],
            "goals": [{"title": "New", "key": "new"}, {"title": "Own", "id": "my-own-id"}],
        },
        [known],
    )
    by_title = named(found)
    assert by_title["by id"].goal == by_title["by title"].goal == known.id
    assert by_title["by key"].goal == by_title["New"].id
    assert by_title["by the id of this file"].goal == by_title["Own"].id == "my-own-id"


def test_of_several_things_with_one_title_the_one_of_the_same_goal_is_meant() -> None:
    found = named(
        read(
            {
                "goals": [
                    {"title": "A", "milestones": ["Interview"]},
                    {"title": "B", "milestones": ["Interview"]},
                ],
                "tasks": [{"title": "Prepare", "goal": "B", "milestone": "Interview"}],
            }
        )
    )
    assert found["Interview"].goal == found["B"].id
    assert found["Prepare"].milestone == found["Interview"].id


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        pytest.param(
            {"goals": [{"title": "A", "due": "soon", "why": "because"}]},
            ["Goal 'A', due: 'soon' is no day that can be read: write it as 2026-12-01"],
            id="a-wrong-date",
        ),
        pytest.param(
            {"goals": [{"title": "A", "titel": "x"}]},
            ["Goal 'A': 'titel' is nothing that a goal has: did you mean 'title'?"],
            id="an-unknown-name",
        ),
        pytest.param(
            {"goals": [{"title": "A", "qwertz": "x"}]},
            ["Goal 'A': 'qwertz' is nothing that a goal has: take it out"],
            id="a-name-like-no-other",
        ),
        pytest.param(
            {"gaols": []}, ["A plan has no list 'gaols': did you mean 'goals'?"], id="a-list"
        ),
        pytest.param({"x": []}, ["A plan has no list 'x': use profile, goals"], id="no-list"),
        pytest.param({7: []}, ["A plan has no list '7'"], id="a-number-for-a-name"),
        pytest.param({"goals": "A"}, ["Goals: a list stands here"], id="no-list-at-all"),
        pytest.param({"goals": [5]}, ["Goal 1: it is no map of fields"], id="a-number"),
        pytest.param(
            {"goals": [{"title": "A", "tasks": {"title": "B"}}]},
            ["Tasks of goal 'A': a list stands here"],
            id="a-map-inside",
        ),
        pytest.param({"goals": [{"due": None}]}, ["Goal 1: it has no title"], id="no-title"),
        pytest.param(
            {"goals": [{"title": ["A"]}]},
            ["Goal what stands there, title:", "Goal what stands there: it has no title"],
            id="a-list-for-a-title",
        ),
        pytest.param(
            {"goals": [{"key": "k", "title": "A"}, {"key": "k", "title": "B"}]},
            ["Goal 'B': the key 'k' is used twice: change one."],
            id="one-key-twice",
        ),
        pytest.param(
            {"goals": [{"id": "abc", "title": "A"}, {"id": "abc", "title": "B"}]},
            ["Goal 'B': it is in this plan twice: change its id or its key."],
            id="one-id-twice",
        ),
        pytest.param(
            {"goals": [{"title": "A", "name": "B"}]},
            ["'name' says 'title' again: keep one of them."],
            id="one-field-twice",
        ),
        pytest.param(
            {"tasks": [{"title": "T", "goal": "Lerd"}], "goals": ["Lead"]},
            ["Task 'T', goal: there is no goal 'Lerd': did you mean 'Lead'?"],
            id="a-goal-that-is-not-there",
        ),
        pytest.param(
            {"tasks": [{"title": "T", "goal": {"title": "x"}}]},
            ["Task 'T', goal: this names no goal: write its title, key or id."],
            id="a-map-for-a-reference",
        ),
        pytest.param(
            {"skills": [{"title": "S", "goals": ["A", "B"]}], "goals": ["A"]},
            ["Skill 'S', goals: there is no goal 'B'"],
            id="one-of-two-goals",
        ),
        pytest.param(
            {
                "goals": [
                    {"title": "A", "milestones": ["M"]},
                    {"title": "B", "milestones": ["M"]},
                ],
                "tasks": [{"title": "T", "milestone": "M"}],
            },
            ["Task 'T', milestone: 'M' is the title of 2 milestones: give the one"],
            id="two-with-one-title",
        ),
        pytest.param(
            {"tasks": [{"title": "A", "parent": "B"}, {"title": "B", "parent": "A"}]},
            ["Task 'B', parent: a task can't be part of itself"],
            id="tasks-in-a-circle",
        ),
        pytest.param(
            {"tasks": [{"title": "T", "created at": "long ago"}]},
            ["Task 'T', created_at: 'long ago' is no moment"],
            id="made-at-no-time",
        ),
        pytest.param([], ["The plan is no map of lists"], id="a-list-for-a-plan"),
        pytest.param(5, ["The plan is no map of lists"], id="a-number-for-a-plan"),
        pytest.param("just text", ["The plan is no map of lists"], id="a-text-for-a-plan"),
        pytest.param("", ["The plan is empty"], id="nothing"),
        pytest.param(None, ["The plan is empty"], id="none"),
    ],
)
def test_what_can_not_be_read_gets_one_sentence(source: Any, sentences: list[str]) -> None:
    problems = read(source).problems
    assert len(problems) == len(sentences)
    for problem, sentence in zip(problems, sentences, strict=True):
        assert sentence in problem
        assert problem[-1] in ".?"


def test_a_sentence_names_the_line() -> None:
    found = read("goals:\n  - title: A\n  - title: B\n    due: soon\n")
    assert found.problems[0].startswith("Line 3, goal 'B', due: ")


def test_a_field_that_can_not_be_read_keeps_its_value_and_the_rest_is_imported() -> None:
    old = Goal(
        id=EntityId("goal-a"), title="A", created_at=NOW, due=date(2026, 5, 1), priority=2
    )
    found = read(
        {"goals": [{"title": "A", "due": "soon", "priority": 1, "why": "x"}, "B"]}, [old]
    )
    goal, other = found.entities
    assert goal == Goal(id=old.id, title="A", created_at=NOW, due=old.due, priority=1, why="x")
    assert other.title == "B"


def test_broken_yaml_is_one_mistake() -> None:
    with pytest.raises(Mistake, match=r"line \d+, column \d+"):
        read("goals:\n - title: [")


def test_very_many_problems_are_counted_not_listed() -> None:
    found = read({"tasks": [{"title": "T", "goal": f"nowhere {i}"} for i in range(3000)]})
    assert len(found.entities) == 3000
    assert len(found.problems) == 201
    assert "2800 more" in found.problems[-1]


def test_tasks_inside_tasks_go_only_so_deep() -> None:
    item: dict[str, Any] = {"title": "T"}
    for _ in range(30):
        item = {"title": "T", "tasks": [item]}
    assert "nested too deeply" in read({"tasks": [item]}).problems[0]


# Whatever it holds

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(sorted({name for kind in Kind for name in known_names(kind)}))
VALUES = st.recursive(
    SCALARS | st.sampled_from(["2026-12-01", "+3d", "active", "T", "k"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
ITEMS = st.lists(st.dictionaries(NAMES, VALUES, max_size=6) | VALUES, max_size=4)
PLANS = st.dictionaries(
    st.sampled_from([*map(str, Kind), "x", "Goal"]), ITEMS | VALUES, max_size=5
)


@given(PLANS | VALUES)
def test_anything_is_imported_or_gets_sentences(source: Any) -> None:
    try:
        found = read(source)
    except Mistake:
        return
    assert all(problem[-1] in ".?" and problem.isprintable() for problem in found.problems)
    again = read(source, list(found.entities))
    assert again.entities == found.entities
    assert again.problems == found.problems


def test_half_a_character_is_replaced() -> None:
    read = read_plan('{"goals": [{"title": "lone \\ud800 here", "notes": "\\udc00"}]}', NOW)
    (goal,) = read.entities
    assert (goal.title, goal.notes) == (
        "lone \N{REPLACEMENT CHARACTER} here",
        "\N{REPLACEMENT CHARACTER}",
    )
