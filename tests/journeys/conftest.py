"""The parts of every journey."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import Forker, Home


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    made = Forker()
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path, forker: Forker) -> Iterator[Home]:
    made = Home(tmp_path, forker)
    yield made
    made.close()
