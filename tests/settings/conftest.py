"""A settings file, the environment, and what they come to."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from syncd.errors import Mistake
from syncd.settings.schema import Settings, load

Read = Callable[..., Settings]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Load settings from a text and variables, in a home of their own."""

    def load_these(toml: str = "", **variables: str) -> Settings:
        file = tmp_path / "syncd.toml"
        file.write_text(toml, encoding="utf-8")
        return load(file, home(tmp_path) | variables)

    return load_these


@pytest.fixture
def complaint(read: Read) -> Callable[..., str]:
    """Return what syncd says about wrong settings."""

    def of(toml: str = "", **variables: str) -> str:
        with pytest.raises(Mistake) as caught:
            read(toml, **variables)
        return str(caught.value)

    return of


def home(folder: Path) -> dict[str, str]:
    return {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "TZ": "Europe/Berlin",
    }


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """Return an environment whose folders are the test's own."""
    return home(tmp_path)
