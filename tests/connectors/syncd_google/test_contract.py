"""The contract of a connector, held by the Google connector against its sandbox."""

from pathlib import Path

from syncd.testing.contract import HttpContractSuite
from tests.connectors.syncd_google.harness import GoogleHarness


class TestContract(HttpContractSuite):
    def make(self, directory: Path) -> GoogleHarness:
        return GoogleHarness(directory)
