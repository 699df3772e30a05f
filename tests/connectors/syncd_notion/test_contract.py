"""The contract of a connector, kept by Notion's against its sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syncd.errors import SkipItem
from syncd.model.entities import Kind
from syncd.testing.contract import Errors, HttpContractSuite
from syncd.testing.harness import Harness
from syncd.testing.sandbox_harness import Matching, SandboxHarness
from syncd_notion.connector import PLUGIN
from syncd_notion.sandbox.app import NotionSandbox, make
from syncd_notion.sandbox.rich_text import plain, run_of


def _error(status: int, code: str, message: str) -> dict[str, Any]:
    return {"object": "error", "status": status, "code": code, "message": message}


class NotionHarness(SandboxHarness):
    writes = Matching(method="POST|PATCH", path="/v1/(pages|databases).*")
    errors: Mapping[int, Any] = {
        400: _error(400, "validation_error", "body failed validation: body.x should be y."),
        401: _error(401, "unauthorized", "API token is invalid."),
        403: _error(403, "restricted_resource", "API token does not have access to this."),
        404: _error(404, "object_not_found", "Could not find database with ID: 1."),
        409: _error(409, "conflict_error", "Conflict occurred while saving."),
        429: _error(429, "rate_limited", "You have been rate limited."),
        500: _error(500, "internal_server_error", "Unexpected error."),
        503: _error(503, "service_unavailable", "Notion is unavailable."),
        504: _error(504, "gateway_timeout", "The request timed out."),
    }
    sandbox: NotionSandbox

    def containers(self) -> list[str]:
        databases = self.sandbox.workspace.databases.values()
        return [plain(it.title) for it in databases]

    def keep_aside(self, kind: Kind, title: str) -> bool:
        person = self.sandbox.person
        if "My own column" not in [it.name for it in person.source(kind).props.values()]:
            person.add_property(kind, "My own column", "rich_text")
        person.write_runs(kind, title, "My own column", [run_of("Mine", bold=True)])
        return True

    def kept_aside(self, kind: Kind, title: str) -> bool:
        page = self.sandbox.person.page(kind, title)
        prop = self.sandbox.person.prop(kind, "My own column")
        return bool(page.values[prop.id] == [run_of("Mine", bold=True)])


class TestContract(HttpContractSuite):
    on_read: Mapping[int, Errors] = {410: (SkipItem,)}  # Notion has no such status

    def make(self, directory: Path) -> Harness:
        return NotionHarness(PLUGIN, make, directory)
