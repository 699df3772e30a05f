"""What the tests of Notion's connector share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.connect.sandbox import Logged
from syncd.connect.testing.sandboxed import SandboxHarness
from syncd_notion.connector import PLUGIN, Notion
from syncd_notion.sandbox.app import NotionSandbox, make
from syncd_notion.sandbox.person import NotionPerson
from syncd_notion.sandbox.world import World


class Desk(SandboxHarness):
    """A connector, the sandbox it talks to, and the person who works there."""

    sandbox: NotionSandbox
    person: NotionPerson
    connector: Notion

    @property
    def world(self) -> World:
        return self.sandbox.world

    def with_settings(self, **other: Any) -> Notion:
        """Replace the connector by one with these settings; it remembers nothing."""
        self.connector.close()
        self.memory.kept.clear()
        self.connector = self._built(other)  # type: ignore[assignment]
        return self.connector

    def again_with(self, **other: Any) -> Notion:
        """Replace the connector by one with these settings that remembers all."""
        self.connector.close()
        self.connector = self._built(other)  # type: ignore[assignment]
        return self.connector

    def sent(self, method: str, path: str) -> list[Logged]:
        """Return what was sent to an address, by its beginning."""
        log = self.server.log
        return [it for it in log if it.method == method and it.path.startswith(path)]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Desk]:
    """Give a workspace with one shared page and nothing in it."""
    desk = Desk(PLUGIN, make, tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def desk(bare: Desk) -> Desk:
    """Give a workspace in which the databases are made."""
    bare.start()
    bare.server.log.clear()
    return bare


@pytest.fixture
def counting(desk: Desk) -> Callable[[], int]:
    """Say how many requests were sent since the last time that this was asked."""
    seen = 0

    def count() -> int:
        nonlocal seen
        before, seen = seen, len(desk.server.log)
        return seen - before

    return count
