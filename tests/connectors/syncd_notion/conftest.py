"""What the tests of Notion's connector share."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd_notion.connector import PLUGIN
from syncd_notion.sandbox.app import make
from tests.connectors.syncd_notion.caller import Caller
from tests.connectors.syncd_notion.desk import Desk


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
def it(tmp_path: Path) -> Iterator[Caller]:
    """Give a plain HTTP client of an empty workspace."""
    caller = Caller(tmp_path)
    yield caller
    caller.http.close()
    threading.Thread(target=caller.served.close).start()  # no one waits for it


@pytest.fixture
def counting(desk: Desk) -> Callable[[], int]:
    """Say how many requests were sent since the last time that this was asked."""
    seen = 0

    def count() -> int:
        nonlocal seen
        before, seen = seen, len(desk.server.log)
        return seen - before

    return count
