"""``syncd plan``: show, import, export, check."""

import json
import sys
from pathlib import Path

import pytest

from syncd.model.entities import Kind
from tests.cli.desks import PLAN, Desk, complaint


def test_a_plan_is_shown_as_a_tree(bare: Desk) -> None:
    bare.import_plan()
    said = bare.syncd("plan", "show")
    assert said.status == 0
    goal, milestone, task = (
        said.out.index(it) for it in ("Lead a team", "First project led", "Ask for feedback")
    )
    assert goal < milestone < task
    assert "Not part of a goal" not in said.out
    assert "[ ] Read the book on leading  due 2026-12-01" in said.out
    assert "active, due 2027-06-30" in said.out


def test_moments_are_told_on_the_clock_of_the_plan(bare: Desk) -> None:
    bare.import_plan(
        "tasks:\n- {title: Call, due: 2026-07-01 18:00}\n"
        "- {title: Away, due: 2026-07-01 18:00 Asia/Tokyo}\n"
    )
    shown = bare.syncd("plan", "show").out
    assert "Call  due 2026-07-01 18:00" in shown
    assert "Away  due 2026-07-01 11:00" in shown
    assert "2026-07-01 18:00" in bare.syncd("why", "Call").out
    assert "2026-07-01 18:00 Asia/Tokyo" in " ".join(bare.syncd("why", "Away").out.split())
    told = bare.syncd("why", "Call", "--json").json["fields"]["due"]["value"]
    assert told == "2026-07-01T18:00:00+02:00"


def test_an_empty_plan_says_how_to_begin(bare: Desk) -> None:
    said = bare.syncd("plan", "show")
    assert said.status == 0
    assert "syncd plan import" in complaint(said)


def test_an_export_has_a_list_for_every_kind(bare: Desk) -> None:
    bare.import_plan()
    told = bare.syncd("plan", "export", "--format", "json").json
    assert list(told) == [str(kind) for kind in Kind]
    (goal,) = told["goals"]
    assert goal["title"] == "Lead a team"
    assert {one["goal"] for one in told["tasks"]} == {goal["id"]}
    assert told == bare.syncd("plan", "show", "--json").json


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_what_was_exported_is_imported_without_a_change(bare: Desk, form: str) -> None:
    bare.import_plan()
    path = bare.place / f"out.{form}"
    assert bare.syncd("plan", "export", "--format", form, "--out", str(path)).status == 0
    said = bare.syncd("plan", "import", str(path))
    assert said.status == 0
    assert "the plan holds them already" in said.out
    assert len(bare.syncd("history", "--json").json["changes"]) == 4


def test_a_place_that_an_export_can_not_be_written_to_is_told(
    bare: Desk, tmp_path: Path
) -> None:
    said = bare.syncd("plan", "export", "--out", str(tmp_path / "nowhere" / "plan.yaml"))
    assert said.status == 2
    assert complaint(said).endswith("(No such file or directory): name another file.")


def test_an_export_as_markdown_is_a_page(bare: Desk) -> None:
    bare.import_plan()
    assert "### Lead a team" in bare.syncd("plan", "export", "--format", "markdown").out


def test_importing_twice_doubles_nothing(bare: Desk) -> None:
    bare.import_plan()
    bare.import_plan(PLAN.replace("priority: 2", "priority: 1"))
    assert len(bare.syncd("plan", "show", "--json").json["tasks"]) == 2
    (change, *_) = bare.syncd("history", "--json").json["changes"]
    assert (change["field"], change["before"], change["after"]) == ("priority", 2, 1)


def test_what_can_not_be_read_is_told_and_the_rest_is_imported(bare: Desk) -> None:
    path = bare.place / "plan.yaml"
    path.write_text("tasks:\n- {title: Fine}\n- {title: Odd, due: someday}\n", "utf-8")
    said = bare.syncd("plan", "import", str(path))
    assert said.status == 1
    assert "someday" in said.err
    titles = [one["title"] for one in bare.syncd("plan", "show", "--json").json["tasks"]]
    assert titles == ["Fine", "Odd"]


@pytest.mark.parametrize("text", ["a: [b", "- - -\n&a *a", '{"tasks": '])
def test_a_file_that_is_no_plan_at_all_is_a_mistake(bare: Desk, text: str) -> None:
    path = bare.place / "plan.yaml"
    path.write_text(text, "utf-8")
    said = bare.syncd("plan", "import", str(path))
    assert said.status == 2
    complaint(said)


def test_a_file_that_is_not_there_is_a_mistake(bare: Desk) -> None:
    assert "nowhere.yaml" in complaint(bare.syncd("plan", "import", "nowhere.yaml"))
    assert "UTF-8" in complaint(bare.syncd("plan", "import", sys.executable))


def test_a_form_that_is_none_is_a_mistake(bare: Desk) -> None:
    assert "yaml, json or markdown" in complaint(bare.syncd("plan", "export", "--format", "x"))


def test_importing_needs_no_lock(desk: Desk) -> None:
    from syncd.store.database import StateLock

    desk.syncd("status")
    lock = StateLock(desk.state)
    lock.acquire()
    try:
        desk.import_plan()
    finally:
        lock.release()
    assert desk.sync()["tools"]["todoist"]["created"] == 3


def test_a_check_says_what_a_goal_lacks_and_how_to_mend_it(bare: Desk) -> None:
    bare.import_plan(
        "goals:\n- {title: Be happy, status: active, due: 2026-12-31, why: Yes}\n"
        "milestones:\n- {title: Late, goal: Be happy, due: 2027-02-01}\n- {title: Lost}\n"
    )
    said = bare.syncd("plan", "check")
    assert said.status == 0
    flat = " ".join(said.out.split())
    assert "Goal 'Be happy' has no number to reach: set Target" in flat
    assert "due date" not in flat
    assert "Milestone 'Late' is due on 2027-02-01, after its goal (2026-12-31)" in flat
    assert "Milestone 'Lost' belongs to no goal" in flat
    told = bare.syncd("plan", "check", "--json").json["problems"]
    assert ("Be happy", "target") in {(one["title"], one["field"]) for one in told}


def test_a_check_of_a_good_plan_finds_nothing(bare: Desk) -> None:
    bare.import_plan(
        "goals:\n- {title: Lead a team of five, status: active, due: +40d, why: W,"
        " achievable: A, unit: projects, baseline: 0, target: 4, current: 1}\n"
        "profile:\n- {title: I lead a department, aspect: vision}\n"
    )
    assert json.loads(bare.syncd("plan", "check", "--json").out) == {"problems": []}
    assert "SMART" in bare.syncd("plan", "check").out
