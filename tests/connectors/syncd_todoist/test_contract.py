"""The contract of a connector, held by Todoist's against its sandbox."""

from collections.abc import Mapping
from pathlib import Path

from syncd.errors import Mistake
from syncd.testing.contract import Errors, HttpContractSuite
from tests.connectors.syncd_todoist.harness import TodoistHarness


class TestContract(HttpContractSuite):
    # Every write goes to one address: without it, the settings are wrong.
    on_write: Mapping[int, Errors] = {404: (Mistake,)}

    def make(self, directory: Path) -> TodoistHarness:
        return TodoistHarness(directory)
