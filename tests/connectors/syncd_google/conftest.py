"""What the tests of the Google connector share."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.connectors.syncd_google.harness import GoogleHarness


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[GoogleHarness]:
    """Give a connector on an account that has no calendar of syncd's yet."""
    harness = GoogleHarness(tmp_path)
    yield harness
    harness.close()


@pytest.fixture
def google(fresh: GoogleHarness) -> GoogleHarness:
    """Give a connector whose calendar is made, with an empty log."""
    fresh.start()
    fresh.server.log.clear()
    return fresh


@pytest.fixture
def api(google: GoogleHarness) -> Iterator[httpx.Client]:
    """Give a plain HTTP client that may do everything, at the API's root."""
    headers = {"authorization": f"Bearer {google.sandbox.grant('calendar')}"}
    base = f"{google.server.origin}/calendar/v3"
    with httpx.Client(base_url=base, headers=headers, timeout=10) as harness:
        yield harness
