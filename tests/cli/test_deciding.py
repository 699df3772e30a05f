"""``status``, ``approve`` and ``reject``: a tool that is held, and the person's word."""

import pytest

from syncd.model.entities import Kind
from tests.cli.desks import Desk, complaint

TASKS = [f"Task {number}" for number in range(9)]
MANY = "goals:\n- {title: G, status: active}\ntasks:\n" + "".join(
    f"- {{title: {title}, goal: G}}\n" for title in TASKS
)


@pytest.fixture
def held(desk: Desk) -> Desk:
    """Seven of nine tasks were deleted in Todoist at once."""
    desk.import_plan(MANY)
    desk.sync()
    for title in TASKS[:7]:
        desk.person("todoist").delete(Kind.TASK, title)
    assert desk.syncd("sync").status == 3
    return desk


def test_a_held_tool_is_shown_with_its_plan_and_both_commands(held: Desk) -> None:
    said = held.syncd("status")
    assert said.status == 3
    plan = held.syncd("status", "--json").json["tools"]["todoist"]["held"]
    assert f"`syncd approve todoist --plan {plan['hash']}`" in " ".join(said.out.split())
    assert f"`syncd reject todoist --plan {plan['hash']}`" in " ".join(said.out.split())
    assert len(plan["lines"]) == 7
    assert all(line in said.out for line in plan["lines"])
    assert sorted(held.person("notion").titles(Kind.TASK)) == TASKS


def test_what_is_approved_is_done(held: Desk) -> None:
    said = held.syncd("approve", "Todoist")
    assert said.status == 0
    assert "You approved this" in held.syncd("status").out
    assert held.syncd("status").status == 0
    held.sync()
    assert sorted(held.person("notion").titles(Kind.TASK)) == TASKS[7:]


def test_what_is_rejected_is_restored(held: Desk) -> None:
    assert held.syncd("reject", "todoist").status == 0
    held.sync()
    assert sorted(held.person("todoist").titles(Kind.TASK)) == TASKS


def test_a_plan_that_is_another_one_by_now_is_not_decided_on(held: Desk) -> None:
    said = held.syncd("approve", "todoist", "--plan", "0123456789ab")
    assert said.status == 2
    complaint(said)
    assert held.syncd("sync").status == 3


def test_a_tool_that_is_not_held_can_not_be_decided_on(desk: Desk) -> None:
    said = desk.syncd("reject", "notion")
    assert said.status == 2
    assert "not held" in complaint(said)


def test_status_says_what_to_do_first(desk: Desk) -> None:
    assert "`syncd sync --dry-run`" in desk.syncd("status").out
    desk.sync()
    assert desk.syncd("status").out.endswith("Nothing waits for you.\n")
    told = desk.syncd("status", "--json").json
    beside = {"daemon", "unconfirmed_blocks", "does_not_fit", "overdue", "leave", "mail"}
    assert set(told) == {"tools", "problems", "conflicts", "next"} | beside
    assert told["tools"]["notion"]["state"] == "ok"


def test_status_counts_what_waits(synced: Desk) -> None:
    synced.import_plan("tasks:\n- {title: One more}\n")
    told = synced.syncd("status", "--json").json["tools"]["todoist"]
    assert (told["items"], told["waiting"], told["in_flight"]) == (3, 1, 0)
    assert "holds 3 items, 1 waiting" in synced.syncd("status").out


def test_status_without_tools_says_how_to_add_one(bare: Desk) -> None:
    said = bare.syncd("status")
    assert said.status == 0
    assert "[connectors.notion]" in said.out


def test_connectors_lists_what_is_installed(desk: Desk) -> None:
    said = desk.syncd("connectors", "--json").json["connectors"]
    assert {name: one["installed"] for name, one in said.items()} == {
        "google": "ok",
        "notion": "ok",
        "todoist": "ok",
    }
    assert "Google Calendar" in desk.syncd("connectors").out


def test_a_connector_that_the_settings_name_and_nobody_installed_is_shown(bare: Desk) -> None:
    bare.settings("[connectors.slack]\n")
    said = bare.syncd("connectors")
    assert said.status == 2
    assert "slack" in said.out
    assert "no connector of that name" in " ".join(said.out.split())


def test_auth_says_whether_a_token_works(desk: Desk) -> None:
    assert desk.syncd("auth", "notion").status == 0
    desk.sync()
    assert desk.syncd("auth", "Todoist").status == 0
    desk.settings(todoist={"token": "wrong"}, notion={"token": None})
    wrong = desk.syncd("auth", "todoist")
    assert wrong.status == 4
    assert "wrong" not in wrong.err.replace("Something went wrong", "")
    missing = desk.syncd("auth", "notion")
    assert missing.status == 4
    assert "connectors.notion.token" in missing.err
    assert "did you mean" in complaint(desk.syncd("auth", "notions"))
