"""A sandbox of Todoist and a connector to it, with the project made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd_todoist.sandbox.app import TodoistSandbox
from syncd_todoist.sandbox.user import TodoistUser
from tests.connectors.syncd_todoist.harness import TodoistHarness
from tests.connectors.syncd_todoist.wire import Wire


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[TodoistHarness]:
    made = TodoistHarness(tmp_path)
    yield made
    made.close()


@pytest.fixture
def todoist(fresh: TodoistHarness) -> TodoistHarness:
    fresh.start()
    return fresh


@pytest.fixture
def sandbox(todoist: TodoistHarness) -> TodoistSandbox:
    return todoist.sandbox


@pytest.fixture
def person(sandbox: TodoistSandbox) -> TodoistUser:
    return sandbox.person


@pytest.fixture
def wire(fresh: TodoistHarness) -> Wire:
    return Wire(fresh)
