"""The contract of a connector, held by Todoist's against its sandbox."""

from pathlib import Path
from typing import Any, ClassVar

from syncd.connect.testing.contract import HttpContractSuite
from syncd.connect.testing.harness import Harness
from syncd.connect.testing.sandboxed import Matching, SandboxHarness
from syncd.errors import Mistake
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd_todoist.connector import PLUGIN
from syncd_todoist.sandbox.app import TodoistSandbox, make
from syncd_todoist.sandbox.wire import bad, not_found, too_many, unauthorized


def _error(status: int, code: int, tag: str) -> dict[str, Any]:
    extra = {"event_id": "0f0f0f0f0f0f0f0f"}
    return {
        "error": tag.capitalize(),
        "error_code": code,
        "error_extra": extra,
        "error_tag": tag,
        "http_code": status,
    }


class TodoistHarness(SandboxHarness):
    writes = Matching(method="POST", path="/api/v1/sync", body="commands=")
    errors: ClassVar[dict[int, Any]] = {
        400: bad("commands").body,
        401: unauthorized().body,
        403: _error(403, 403, "FORBIDDEN"),
        404: not_found("Task").body,
        410: _error(410, 410, "GONE"),
        429: too_many(66).body,
        500: _error(500, 500, "SERVER_ERROR"),
        503: _error(503, 503, "UNAVAILABLE"),
    }
    sandbox: TodoistSandbox

    def address(self, number: int) -> str:
        return f"https://www.notion.so/A-page-{number:032x}"

    def targets(self, kind: Kind) -> dict[str, RemoteId]:
        if kind is not Kind.TASK:
            return super().targets(kind)
        # In Todoist a sub-task is always in its parent's section.
        goal = self.create(Kind.GOAL, "For tasks: goals").id
        parent = self.create(Kind.TASK, "For tasks: tasks", goal=goal).id
        return {Kind.GOAL: goal, Kind.TASK: parent}

    def containers(self) -> list[str]:
        live = self.sandbox.state.live("projects")
        return [raw["name"] for raw in live if not raw["inbox_project"]]

    def keep_aside(self, kind: Kind, title: str) -> bool:
        if kind is not Kind.TASK:
            return False
        self.sandbox.person.aside(title, "A comment", "2026-06-30")
        return True

    def kept_aside(self, kind: Kind, title: str) -> bool:
        return self.sandbox.person.keeps_aside(title, "A comment", "2026-06-30")


class TestContract(HttpContractSuite):
    # Every write goes to one address: without it, the settings are wrong.
    on_write: ClassVar[dict[int, Any]] = {404: (Mistake,)}

    def make(self, directory: Path) -> Harness:
        return TodoistHarness(PLUGIN, make, directory)
