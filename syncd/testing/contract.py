"""The contract of a connector, as a suite to subclass.

    class TestContract(HttpContractSuite):
        def make(self, directory):
            return SandboxHarness(PLUGIN, make, directory)

Each promise of ``syncd.connect.contract`` is a test of one of its parents.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.testing.failure_laws import FailingLaws
from syncd.testing.harness import Harness
from syncd.testing.item_laws import CreatingLaws, WritingLaws
from syncd.testing.reading_laws import ReadingLaws
from syncd.testing.tool_laws import BindingLaws, BlockLaws, TellingLaws
from syncd.testing.value_laws import FittingLaws, HoldingLaws


class ContractSuite(
    FittingLaws,
    HoldingLaws,
    CreatingLaws,
    WritingLaws,
    ReadingLaws,
    BindingLaws,
    BlockLaws,
    TellingLaws,
):
    """Subclass it, and say in ``make`` what is to be tried."""

    def make(self, directory: Path) -> Harness:
        """Return a fresh connector on a fresh tool; ``directory`` is empty."""
        raise NotImplementedError

    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Iterator[Harness]:
        """Give a harness whose tool has no containers yet."""
        made = self.make(tmp_path)
        yield made
        made.close()

    @pytest.fixture
    def harness(self, fresh: Harness) -> Harness:
        """Give a harness whose containers are made."""
        fresh.start()
        return fresh


class HttpContractSuite(ContractSuite, FailingLaws):
    """The contract of a connector to a service over HTTP: with all that fails there."""
