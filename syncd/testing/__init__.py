"""What tests, sandboxes and authors of connectors use; the contract as a test suite."""

import pytest

pytest.register_assert_rewrite(
    "syncd.testing.contract",
    "syncd.testing.harness",
    "syncd.testing.item_laws",
    "syncd.testing.reading_laws",
    "syncd.testing.tool_laws",
    "syncd.testing.value_laws",
)
