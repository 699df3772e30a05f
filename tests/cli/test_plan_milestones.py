"""``syncd plan milestones``: shown first, added when asked for."""

import pytest

from tests.cli.desks import complaint
from tests.cli.evenings import Evenings

PLAN = """
goals:
  - {title: Speak to a hundred people, status: active, due: 2027-01-29, unit: talks, current: 0,
     target: 100}
  - {title: Someday, status: active}
  - {title: Last year, status: active, due: 2025-12-01}
  - {title: Tomorrow, status: active, due: 2026-03-24}
  - {title: Over, status: done, due: 2027-01-29}
milestones:
  - {title: First talk, goal: Speak to a hundred people, due: 2026-05-10}
tasks:
  - {title: Prepare, goal: Speak to a hundred people, estimate: 20h}
"""


@pytest.fixture
def planned(unplanned: Evenings) -> Evenings:
    """A desk on Monday, 23 March 2026."""
    unplanned.import_plan(PLAN)
    return unplanned


def shown(desk: Evenings) -> list[str]:
    every = desk.told("plan", "show")["milestones"]
    return sorted(one["due"] for one in every if not one["archived"])


def test_the_way_to_a_goal_is_shown_and_nothing_is_added(planned: Evenings) -> None:
    said = planned.syncd("plan", "milestones", "Speak to a hundred people")
    assert said.status == 0
    flat = " ".join(said.out.split())
    assert "due 2027-01-29, to be done by 2026-12-13" in flat
    assert "It needs 20 h" in flat
    assert "First talk" in flat
    assert "by June 2026" in flat
    assert "It can be done, with" in flat
    assert "`--apply` adds the 4 new milestones" in said.err
    assert shown(planned) == ["2026-05-10"]


def test_what_is_applied_is_in_the_plan_once(planned: Evenings) -> None:
    told = planned.told("plan", "milestones", "Speak to a hundred people", "--apply")
    assert told["added"] == 4
    after = shown(planned)
    assert after == [
        "2026-04-30",
        "2026-05-10",
        "2026-06-30",
        "2026-09-30",
        "2026-12-13",
    ]
    again = planned.syncd("plan", "milestones", "Speak to a hundred people", "--apply")
    assert "nothing to add" in again.err
    assert (
        planned.told("plan", "milestones", "Speak to a hundred people", "--apply")["added"] == 0
    )
    assert shown(planned) == after


def test_what_was_applied_is_history_by_you_and_can_be_taken_back(planned: Evenings) -> None:
    planned.syncd("plan", "milestones", "Speak to a hundred people", "--apply")
    changes = planned.told("history")["changes"][:4]
    assert {(one["by"], one["kind"]) for one in changes} == {("you", "milestones")}
    said = planned.syncd("undo", f"c{changes[0]['cycle']}")
    assert said.status == 0
    assert shown(planned) == ["2026-05-10"]
    assert (
        planned.told("plan", "milestones", "Speak to a hundred people", "--apply")["added"] == 0
    )


def test_programs_are_told_the_figures(planned: Evenings) -> None:
    told = planned.told("plan", "milestones", "Speak to a hundred people")
    assert (told["finish"], told["effort_minutes"], told["achievable"]) == (
        "2026-12-13",
        1200,
        True,
    )
    assert told["ways_out"] is None
    steps = told["milestones"]
    assert sum(one["effort_minutes"] for one in steps) == 1200
    assert [one["new"] for one in steps] == [True, False, True, True, True]
    assert steps[-1]["title"] == "Speak to a hundred people: 100 of 100 talks by December 2026"


def test_what_can_not_be_done_has_three_ways_out(planned: Evenings) -> None:
    planned.import_plan(
        "tasks:\n  - {title: Write, goal: Speak to a hundred people, estimate: 400h}\n"
    )
    said = planned.syncd("plan", "milestones", "Speak to a hundred people")
    flat = " ".join(said.out.split())
    assert said.status == 0
    assert "It can't be done by 2026-12-13" in flat
    out = planned.told("plan", "milestones", "Speak to a hundred people")["ways_out"]
    assert f"set Due to {out['due']}, do with" in flat
    assert "less effort" in flat
    assert "more a week" in flat
    assert out["less_minutes"] > 0
    assert out["more_weekly_minutes"] > 0


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Someday", "has no due date: set Due"),
        ("Last year", "was due on 2025-12-01"),
        ("Tomorrow", "too soon for milestones"),
        ("Over", "is done"),
        ("First talk", "is a milestone: name a goal"),
        ("Nonsense", "Nothing in the plan is called 'Nonsense'"),
    ],
)
def test_what_can_not_be_planned_gets_one_sentence(
    planned: Evenings, title: str, words: str
) -> None:
    said = planned.syncd("plan", "milestones", title, "--apply")
    assert said.status == 2
    assert words in complaint(said)
    assert shown(planned) == ["2026-05-10"]


def test_without_tasks_the_effort_is_not_known(planned: Evenings) -> None:
    planned.import_plan("goals:\n  - {title: Read a book, status: active, due: 2026-12-31}\n")
    said = planned.syncd("plan", "milestones", "Read a book")
    assert "How much effort it needs is not known" in " ".join(said.out.split())
    assert planned.told("plan", "milestones", "Read a book")["achievable"] is None
