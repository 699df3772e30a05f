"""The contract of a connector as a test suite: subclass ``contract.ContractSuite``."""

import pytest

pytest.register_assert_rewrite(
    "syncd.connect.testing.binding",
    "syncd.connect.testing.blocks",
    "syncd.connect.testing.creating",
    "syncd.connect.testing.failing",
    "syncd.connect.testing.fitting",
    "syncd.connect.testing.harness",
    "syncd.connect.testing.holding",
    "syncd.connect.testing.reading",
    "syncd.connect.testing.telling",
    "syncd.connect.testing.writing",
)
