"""The lock pins what pyproject.toml asks for, and nothing but names and versions."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINES = (ROOT / "requirements.lock").read_text().splitlines()
LOCKED = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in LINES}
EXTRAS = PROJECT["project"]["optional-dependencies"]
WANTED = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(it for extra in EXTRAS.values() for it in extra if not it.startswith("syncd[")),
]


@pytest.mark.parametrize("wanted", WANTED)
def test_what_the_project_asks_for_is_locked_at_a_version_that_it_takes(wanted: str) -> None:
    requirement = Requirement(wanted)
    assert requirement.specifier.contains(LOCKED[canonicalize_name(requirement.name)])


def test_the_lock_holds_names_and_versions_alone() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []


def test_nothing_is_locked_twice() -> None:
    assert len(LOCKED) == len(LINES)
