"""The contract, held by a connector that was written by the guide alone."""

from pathlib import Path

from syncd.testing.contract import ContractSuite
from syncd.testing.harness import Harness
from tests.markdown_connector.harness import MarkdownHarness


class TestToDoFile(ContractSuite):
    def make(self, directory: Path) -> Harness:
        return MarkdownHarness(directory)
