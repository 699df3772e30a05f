"""What the tests of all connectors share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.connect.contract import Plugin
from syncd.testing.recording import Make, Recorded, Recorder


@pytest.fixture
def recorded(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[Plugin, Make], Recorded]]:
    """Begin the conversation of this test, kept beside it in ``recordings/``."""
    kept = request.path.parent / "recordings"
    recorder = Recorder(kept, tmp_path, os.environ.get("SYNCD_RECORD", ""), os.environ)
    yield lambda plugin, make: recorder.start(plugin, make, request.node.name)
    recorder.finish()
