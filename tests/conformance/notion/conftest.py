"""A served sandbox of Notion that keeps all requests and replies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.testing.fake_clock import FakeClock
from syncd.testing.sandbox import Served
from syncd_notion.sandbox.app import NotionSandbox, make
from tests.conformance.notion.tap import Tap


@pytest.fixture
def sandbox(tmp_path: Path) -> NotionSandbox:
    return make(tmp_path, FakeClock())


@pytest.fixture
def tap(sandbox: NotionSandbox) -> Tap:
    tap = Tap(sandbox.app)
    sandbox.app = tap
    return tap


@pytest.fixture
def served(sandbox: NotionSandbox, tap: Tap) -> Iterator[Served]:
    it = Served(sandbox)
    yield it
    it.close()
    assert tap.exchanges
    assert [one.path for one in tap.exchanges if one.status == 501] == []
