"""A connector at work in a sandbox, and the person who works there too."""

from typing import Any

from syncd.connect.contract import Connector
from syncd.testing.fault_injection import RequestLog
from syncd.testing.sandbox_harness import SandboxHarness
from syncd_notion.sandbox.app import NotionSandbox
from syncd_notion.sandbox.user import NotionUser
from syncd_notion.sandbox.workspace import NotionWorkspace


class Desk(SandboxHarness):
    """A connector, the sandbox it talks to, and the person who works there."""

    sandbox: NotionSandbox
    person: NotionUser

    @property
    def workspace(self) -> NotionWorkspace:
        return self.sandbox.workspace

    def with_settings(self, **other: Any) -> Connector:
        """Replace the connector by one with these settings; it remembers nothing."""
        self.connector.close()
        self.memory.kept.clear()
        self.connector = self._built(other)
        return self.connector

    def again_with(self, **other: Any) -> Connector:
        """Replace the connector by one with these settings that remembers all."""
        self.connector.close()
        self.connector = self._built(other)
        return self.connector

    def sent(self, method: str, path: str) -> list[RequestLog]:
        """Return what was sent to an address, by its beginning."""
        log = self.server.log
        return [it for it in log if it.method == method and it.path.startswith(path)]
