"""What tests, sandboxes and authors of connectors use; the contract as a test suite."""

import sys

if "pytest" in sys.modules:  # the demonstration and the sandboxes run where there is none
    import pytest

    pytest.register_assert_rewrite(
        "syncd.testing.contract",
        "syncd.testing.harness",
        "syncd.testing.item_laws",
        "syncd.testing.reading_laws",
        "syncd.testing.tool_laws",
        "syncd.testing.value_laws",
    )
