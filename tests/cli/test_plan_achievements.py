"""``syncd plan achievements``: the brag sheet."""

import pytest

from tests.cli.desks import complaint
from tests.cli.evenings import Evenings

PLAN = """
goals:
  - {title: Lead a team, status: active}
achievements:
  - {title: First talk, date: 2026-02-10, impact: Two teams asked., goal: Lead a team,
     evidence url: "https://example.org/talk"}
  - {title: A <b>win</b>, date: 2025-12-24}
"""


@pytest.fixture
def proud(unplanned: Evenings) -> Evenings:
    unplanned.import_plan(PLAN)
    return unplanned


def titles(desk: Evenings, *words: str) -> list[str]:
    said = desk.told("plan", "achievements", *words)
    return [one["title"] for one in said["achievements"]]


def test_achievements_are_written_as_markdown(proud: Evenings) -> None:
    said = proud.syncd("plan", "achievements")
    assert said.status == 0
    assert said.out == (
        "# Achievements\n\n## 2026, 1st quarter\n\n### Other wins\n\n#### Lead a team\n\n"
        "- 2026-02-10: **First talk**. Two teams asked."
        " ([evidence](<https://example.org/talk>))\n\n"
        "## 2025, 4th quarter\n\n### Other wins\n\n#### No goal\n\n"
        "- 2025-12-24: **A \\<b\\>win\\</b\\>**\n"
    )
    assert said.err == "1 achievement has no impact yet: write it under Impact.\n"


def test_a_period_and_a_goal_can_be_asked_for(proud: Evenings) -> None:
    assert titles(proud) == ["First talk", "A <b>win</b>"]
    assert titles(proud, "--since", "2026-01-01") == ["First talk"]
    assert titles(proud, "--since", "-2m") == ["First talk"]
    assert titles(proud, "--until", "2025-12-31") == ["A <b>win</b>"]
    assert titles(proud, "--goal", "Lead a team") == ["First talk"]


def test_a_milestone_that_was_reached_is_one_of_them(proud: Evenings) -> None:
    proud.import_plan("milestones:\n  - {title: Begun, goal: Lead a team}\n")
    proud.import_plan("milestones:\n  - {title: Begun, goal: Lead a team, done: yes}\n")
    (one,) = [
        it
        for it in proud.told("plan", "achievements")["achievements"]
        if it["category"] == "Milestones"
    ]
    assert (one["title"], one["quarter"]) == ("Finished: Begun", "2026, 1st quarter")


def test_nothing_achieved_is_said_on_stderr(proud: Evenings) -> None:
    said = proud.syncd("plan", "achievements", "--since", "tomorrow")
    assert (said.status, said.out) == (0, "")
    assert "No achievement is known" in said.err
    assert titles(proud, "--since", "tomorrow") == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--since", "soon"], "`--since`"),
        (["--until", "2026-02-30"], "`--until`"),
        (["--since", "today", "--until", "yesterday"], "swap the two"),
        (["--goal", "First talk"], "name a goal"),
    ],
)
def test_options_that_make_no_sense_are_mistakes(
    proud: Evenings, options: list[str], words: str
) -> None:
    said = proud.syncd("plan", "achievements", *options)
    assert said.status == 2
    assert words in complaint(said)
