"""Todoist's connector on its sandbox, for all tests of both."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Op, Remote, Write
from syncd.model.values import Value
from syncd.testing.harness import seen
from syncd.testing.sandbox_harness import Matching, SandboxHarness
from syncd_todoist.connector import PLUGIN
from syncd_todoist.sandbox.app import TodoistSandbox, make
from syncd_todoist.sandbox.wire import invalid_argument, not_found, too_many, unauthorized


def _error(status: int, tag: str) -> dict[str, Any]:
    return {
        "error": tag.capitalize(),
        "error_code": status,
        "error_extra": {"event_id": "0f0f0f0f0f0f0f0f"},
        "error_tag": tag,
        "http_code": status,
    }


class TodoistHarness(SandboxHarness):
    writes = Matching(method="POST", path="/api/v1/sync", body="commands=")
    errors: Mapping[int, Any] = {
        400: invalid_argument("commands").body,
        401: unauthorized().body,
        403: _error(403, "FORBIDDEN"),
        404: not_found("Task").body,
        410: _error(410, "GONE"),
        429: too_many(66).body,
        500: _error(500, "SERVER_ERROR"),
        503: _error(503, "UNAVAILABLE"),
    }
    conditional = True  # by looking just before writing
    sandbox: TodoistSandbox

    def __init__(self, directory: Path) -> None:
        super().__init__(PLUGIN, make, directory)
        # The suite makes more goals in one account than a project holds of sections.
        self.sandbox.switches.limits.sections_per_project = 1000

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

    # What the tests of this folder need beside.

    def task(self, title: str = "Read a book", **fields: Value) -> Remote:
        return self.create(Kind.TASK, title, **fields)

    def goal(self, title: str = "Become an engineer") -> Remote:
        return self.create(Kind.GOAL, title)

    def raw(self, remote: str) -> dict[str, Any]:
        """Return an object as the sandbox holds it."""
        tables = self.sandbox.state.tables
        return next(table[remote] for table in tables.values() if remote in table)

    def cursor(self) -> str:
        cursor = self.connector.pull(None).cursor
        assert cursor is not None
        return cursor

    def now(self, item: Remote) -> Remote:
        return self.connector.read(item.kind, item.id)

    def deletion(self, item: Remote) -> Write:
        return Write(
            op=Op.DELETE,
            key=self.key(),
            kind=item.kind,
            entity=item.mark or EntityId("e"),
            seen=seen(item),
        )

    def sent(self) -> list[dict[str, Any]]:
        """Return the commands of all requests so far."""
        return [command for logged in self.server.log for command in commands_in(logged.body)]


def commands_in(body: str) -> list[dict[str, Any]]:
    found = parse_qs(body).get("commands", ["[]"])[0]
    return list(json.loads(found))
