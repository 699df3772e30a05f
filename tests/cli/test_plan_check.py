"""``syncd plan check``: what it says, and what it tells programs."""

import json
from typing import Any

from tests.cli.desks import Desk, complaint
from tests.cli.evenings import Evenings

GOOD = """
profile:
  - {title: I lead a department, aspect: vision}
goals:
  - {key: lead, title: Lead a team of five, status: active, due: +40d, why: To shape,
     achievable: Two evenings a week, unit: projects, baseline: 0, current: 1, target: 4}
"""


def told(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.syncd("plan", "check", "--json").json["problems"]
    return found


def rules(desk: Desk) -> list[str]:
    return [one["rule"] for one in told(desk)]


def test_a_good_plan_has_no_faults(unplanned: Evenings) -> None:
    unplanned.import_plan(GOOD.replace("status: active", "status: planned"))
    assert [one for one in told(unplanned) if one["title"] == "Lead a team of five"] == []


def test_a_finding_has_a_rule_a_sentence_and_a_way_to_mend_it(bare: Desk) -> None:
    bare.import_plan(GOOD.replace("unit: projects, ", ""))
    (one,) = told(bare)
    assert (one["rule"], one["kind"], one["field"]) == ("measurable", "goals", "unit")
    assert one["title"] == "Lead a team of five"
    assert one["what"] == "has no unit"
    assert one["mend"] == "set Unit to what its numbers count"
    assert one["sentence"] == (
        "Goal 'Lead a team of five' has no unit: set Unit to what its numbers count."
    )
    said = bare.syncd("plan", "check")
    assert said.status == 0
    assert "has no unit: set Unit" in " ".join(said.out.split())
    assert "1 thing to look at" in said.err


def test_a_plan_that_asks_for_more_than_the_hours_is_told(bare: Desk) -> None:
    tasks = "tasks:\n  - {title: Write it all, goal: lead, estimate: 200h}\n"
    bare.import_plan(GOOD + tasks)
    (one,) = told(bare)
    assert one["rule"] == "too-little-time"
    assert "needs 200 h until" in one["what"]
    command = one["mend"].split("`")[1].split()
    assert bare.syncd(*command[1:]).status == 0


def test_leave_leaves_less_time(bare: Desk) -> None:
    tasks = "tasks:\n  - {title: Write it, goal: lead, estimate: 30h}\n"
    bare.import_plan(GOOD + tasks)
    assert told(bare) == []
    assert bare.syncd("pause", "--until", "+30d").status == 0
    assert rules(bare) == ["too-little-time"]


def test_settings_that_contradict_the_hours_are_told(bare: Desk) -> None:
    bare.settings("\n[schedule]\ndaily_minutes = 20\n")
    (one,) = told(bare)
    assert (one["rule"], one["id"], one["kind"]) == ("limits-contradict", None, "plan")
    assert one["sentence"].startswith("The schedule has no room for a block")


def test_a_level_is_as_old_as_its_last_change(evenings: Evenings) -> None:
    evenings.import_plan("skills:\n  - {title: SQL, level: 3}\n")
    evenings.later(days=300)
    assert "self-assessment-old" not in rules(evenings)
    evenings.import_plan("skills:\n  - {title: SQL, notes: Joins}\n")
    evenings.later(days=100)
    assert "self-assessment-old" in rules(evenings)
    evenings.import_plan("skills:\n  - {title: SQL, level: 4}\n")
    assert "self-assessment-old" not in rules(evenings)


def test_titles_can_not_steer_the_terminal(bare: Desk) -> None:
    title = json.dumps("Lead \x1b[2J a\u202e team '; `rm`" + " very" * 2000)
    bare.import_plan(f"goals:\n  - {{title: {title}, status: active}}\n")
    said = bare.syncd("plan", "check")
    assert said.status == 0
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert all(len(line) < 200 for line in said.out.splitlines())
    assert all(len(one["sentence"]) < 300 for one in told(bare))


def test_the_smart_column_says_the_same_as_the_check(bare: Desk) -> None:
    bare.import_plan(GOOD.replace("Lead a team of five", "Improve").replace("40d", "3y"))
    (goal,) = bare.syncd("plan", "export", "--format", "json").json["goals"]
    assert goal["smart_gaps"] == (
        "a title that only says to get better; a due date more than 18 months away and no"
        " milestones"
    )
    assert rules(bare) == ["specific", "time-bound"]
    step = "milestones:\n  - {title: Half way, goal: lead, due: +300d}\n"
    bare.import_plan(step.replace("goal: lead", "goal: Improve"))
    (goal,) = bare.syncd("plan", "export", "--format", "json").json["goals"]
    assert goal["smart_gaps"] == "a title that only says to get better"


def test_an_unknown_option_is_a_mistake(bare: Desk) -> None:
    assert bare.syncd("plan", "check", "--everything").status == 2
    assert complaint(bare.syncd("plan", "check", "--everything"))
