"""The project's own files, to be held against what is true."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def example(root: Path) -> str:
    return (root / "config" / "syncd.example.toml").read_text(encoding="utf-8")
