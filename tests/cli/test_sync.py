"""``syncd sync`` and its dry run, against the sandboxes."""

from syncd.model.entities import Kind
from tests.cli.desks import Desk, writes


def test_what_a_sync_tells_programs_has_exactly_its_shape(desk: Desk) -> None:
    desk.import_plan()
    told = desk.sync()
    assert set(told) == {"converged", "conflicts", "problems", "tools"}
    assert told["converged"] is True
    assert set(told["tools"]) == {"google", "notion", "todoist"}
    for tool in told["tools"].values():
        assert set(tool) == {
            *("state", "message", "pulled", "created", "updated", "deleted", "requests")
        }
    assert told["tools"]["notion"]["created"] == 4
    assert told["tools"]["google"]["created"] == 1 + 2  # the milestone; a block a task
    quiet = desk.sync()
    assert {it["created"] + it["updated"] for it in quiet["tools"].values()} == {0}


def test_a_dry_run_shows_what_a_sync_would_write_and_writes_nothing(desk: Desk) -> None:
    desk.import_plan()
    said = desk.syncd("sync", "--dry-run")
    assert said.status == 0
    assert "make the database 'Tasks' in Notion" in said.out
    assert "Read the book on leading" in said.out
    assert "due: 2026-12-01" in said.out
    assert {name: writes(one) for name, one in desk.served.items()} == {
        "google": [],
        "notion": [],
        "todoist": [],
    }
    assert any(one.log for one in desk.served.values())
    assert desk.syncd("status", "--json").json["tools"]["notion"]["last_ok"] is None


def test_a_dry_run_shows_each_field_before_and_after(synced: Desk) -> None:
    synced.person("notion").edit(Kind.TASK, "Ask for feedback", "priority", 1)
    for one in synced.served.values():
        one.log.clear()
    said = synced.syncd("sync", "--dry-run")
    assert "priority: 2 → 1" in said.out
    told = synced.syncd("sync", "--dry-run", "--json").json
    plan = told["tools"]["todoist"]["plan"]
    assert [one["what"] for one in plan] == ["update"]
    assert plan[0]["fields"] == {"priority": {"before": 2, "after": 1}}
    assert told["tools"]["todoist"]["plan_hash"] in said.out
    assert not any(writes(one) for one in synced.served.values())
    assert synced.person("todoist").shows(Kind.TASK, "Ask for feedback")["priority"] == 2


def test_a_dry_run_speaks_of_what_is_referred_to_by_its_title(synced: Desk) -> None:
    synced.person("notion").edit(Kind.TASK, "Ask for feedback", "goal", None)
    said = synced.syncd("sync", "--dry-run")
    assert "goal: Lead a team → nothing" in said.out


def test_a_dry_run_of_some_tools_leaves_the_others_alone(desk: Desk) -> None:
    desk.import_plan()
    said = desk.syncd("sync", "--dry-run", "--only", "Todoist", "--json")
    assert list(said.json["tools"]) == ["todoist"]
    assert desk.served["notion"].log == []


def test_what_both_sides_held_already_is_matched_and_shown(desk: Desk) -> None:
    desk.import_plan()
    desk.sync()
    (desk.state / "syncd.db").unlink()
    desk.import_plan()
    said = desk.syncd("sync", "--dry-run")
    assert "Lead a team" in said.out
    assert "create" not in said.out.replace("created", "")
    told = desk.sync()
    assert sum(one["created"] for one in told["tools"].values()) == 0


def test_a_sync_of_some_tools_leaves_the_others_alone(synced: Desk) -> None:
    for one in synced.served.values():
        one.log.clear()
    told = synced.syncd("sync", "--only", "notion", "--json").json
    assert list(told["tools"]) == ["notion"]
    assert synced.served["todoist"].log == []


def test_a_sync_tells_a_person_what_it_did(desk: Desk) -> None:
    desk.import_plan()
    said = desk.syncd("sync")
    assert "Notion           4 created" in said.out
    assert said.out.endswith("Everything agrees.\n")
    assert said.err == ""


def test_a_dry_run_tells_programs_whether_anything_would_be_written(desk: Desk) -> None:
    desk.import_plan()
    said = desk.syncd("sync", "--dry-run", "--json")
    assert (said.status, said.json["converged"]) == (0, False)
    desk.sync()
    assert desk.syncd("sync", "--dry-run", "--json").json["converged"] is True
    desk.person("notion").edit(Kind.TASK, "Ask for feedback", "priority", 1)
    assert desk.syncd("sync", "--dry-run", "--json").json["converged"] is False


def test_not_everything_agrees_while_nothing_can_be_planned(desk: Desk) -> None:
    desk.settings(google={"busy_calendars": ["work"]})
    desk.import_plan()
    said = desk.syncd("sync")
    assert said.status == 1
    assert "Everything agrees" not in said.out
    assert "No new blocks: a calendar can't be read for busy time" in said.err
    assert desk.syncd("sync", "--json").json["converged"] is False
    assert desk.syncd("status").status == 1
    desk.settings()
    assert desk.syncd("sync").out.endswith("Everything agrees.\n")


def test_bad_input_is_told_and_the_rest_goes_on(synced: Desk) -> None:
    notion = synced.person("notion")
    notion.edit(Kind.TASK, "Ask for feedback", "recurrence", "whenever I like")
    said = synced.syncd("sync")
    assert "whenever I like" in said.err
    assert "whenever I like" in synced.syncd("status").out
    assert synced.syncd("status", "--json").json["problems"]


def test_secrets_that_others_may_read_are_warned_of(synced: Desk) -> None:
    synced.config.chmod(0o644)
    said = synced.syncd("sync")
    assert "chmod 600" in said.err
    assert said.status == 0
    assert synced.syncd("sync", "--json").err == ""
