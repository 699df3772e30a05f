"""Finding syncd's project in Todoist, or making it once."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from syncd.errors import Mistake, SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from syncd_todoist.connector import PLUGIN, TodoistSettings
from syncd_todoist.sandbox.app import PROJECT
from syncd_todoist.sandbox.wire import invalid_argument, too_many
from tests.connectors.syncd_todoist.harness import TodoistHarness


def test_a_project_of_that_name_is_adopted(fresh: TodoistHarness) -> None:
    fresh.sandbox.person.add_project(f" {PROJECT.upper()} ")
    assert fresh.connector.bind().missing == ()
    fresh.connector.provision()
    assert len(fresh.containers()) == 1


def test_of_several_projects_the_oldest_is_ours(fresh: TodoistHarness) -> None:
    for _ in range(2):
        fresh.sandbox.person.add_project(PROJECT)
    (problem,) = fresh.connector.bind().problems
    assert "2 projects" in problem
    assert fresh.connector.bind().problems == ()
    fresh.sandbox.person.add(Kind.TASK, "In the oldest")
    assert [it.fields["title"] for it in fresh.connector.pull(None).items] == ["In the oldest"]


def test_a_project_in_the_archive_is_not_ours(fresh: TodoistHarness) -> None:
    fresh.sandbox.person.add_project(PROJECT)
    fresh.sandbox.person.archive_project(PROJECT)
    assert fresh.connector.bind().missing == (f"the Todoist project '{PROJECT}'",)


def test_a_renamed_project_stays_ours(todoist: TodoistHarness) -> None:
    todoist.task("Read")
    todoist.sandbox.person.rename_project(PROJECT, "My plan")
    todoist.restart()
    todoist.start()
    assert todoist.containers() == ["My plan"]
    assert len(todoist.connector.pull(None).items) == 1


def test_a_known_project_costs_no_request(todoist: TodoistHarness) -> None:
    todoist.restart()
    before = todoist.requests()
    assert todoist.connector.bind().missing == ()
    assert todoist.requests() == before


def test_a_lost_reply_makes_no_second_project(fresh: TodoistHarness) -> None:
    fresh.server.faults.append(Fault(act="close-after", body="project_add", times=0))
    with pytest.raises(Unclear):
        fresh.connector.provision()
    fresh.heal()
    fresh.restart()
    fresh.start()
    assert fresh.containers() == [PROJECT]


def test_a_project_is_asked_for_with_one_key_until_it_is_there(fresh: TodoistHarness) -> None:
    fresh.server.faults.append(Fault(act="status", body="project_add", times=0))
    with pytest.raises(Unclear):
        fresh.connector.provision()
    fresh.heal()
    fresh.restart()
    fresh.start()
    keys = [one["uuid"] for one in fresh.sent() if one["type"] == "project_add"]
    assert len(keys) > 1
    assert len(set(keys)) == 1


def test_a_repeated_creation_without_its_mapping_finds_the_project(
    fresh: TodoistHarness,
) -> None:
    fresh.sandbox.switches.repeats_mapping = False
    fresh.server.faults.append(Fault(act="close-after", body="project_add"))
    with pytest.raises(Unclear):
        fresh.connector.provision()
    fresh.connector.provision()
    assert fresh.containers() == [PROJECT]
    assert fresh.connector.pull(None).items == ()


def test_once_made_another_project_gets_another_key(fresh: TodoistHarness) -> None:
    fresh.connector.provision()
    assert fresh.memory.get("project_key") is None


def test_an_account_without_any_project_is_not_believed(fresh: TodoistHarness) -> None:
    reply = {"sync_token": "t", "full_sync": True, "projects": []}
    fresh.server.faults.append(Fault(act="status", status=200, reply=reply, times=0))
    with pytest.raises(TryLater):
        fresh.connector.bind()


@pytest.mark.parametrize(
    ("status", "error"),
    [(invalid_argument("name").body, SkipItem), (too_many(9).body, TryLater)],
)
def test_a_project_that_is_refused_says_why(
    fresh: TodoistHarness, status: object, error: type[Exception]
) -> None:
    key = "5e000000-0000-4000-8000-00000000bb01"
    fresh.memory.put("project_key", key)
    reply = {"sync_token": "t", "sync_status": {key: status}}
    fresh.server.faults.append(
        Fault(act="status", status=200, body="project_add", reply=reply, times=0)
    )
    with pytest.raises(error):
        fresh.connector.provision()


def test_without_a_token_the_settings_are_a_mistake(tmp_path: Path) -> None:
    with TodoistHarnessWithoutToken(tmp_path) as harness:
        for token in (None, "", "  "):
            settings = TodoistSettings.model_validate({"token": token})
            with pytest.raises(Mistake, match=r"connectors\.todoist\.token"):
                PLUGIN.build(settings, harness.toolbox(harness.memory))


class TodoistHarnessWithoutToken(TodoistHarness):
    def __enter__(self) -> "TodoistHarnessWithoutToken":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.mark.parametrize(
    "wrong",
    [{"base_url": "localhost"}, {"project": " "}, {"projet": "x"}, {"project": "p" * 121}],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        TodoistSettings.model_validate(wrong)


def test_settings_hide_the_token() -> None:
    settings = TodoistSettings.model_validate({"token": "secret-of-mine"})
    assert "secret-of-mine" not in repr(settings)
    assert PLUGIN.secrets == {"token"}
