"""What the guide for authors of connectors names is there, and it leaves out no part of the contract."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from syncd import errors
from syncd.connect.contract import Connector, Plugin, Toolbox
from syncd.model import remote
from syncd.model.remote import Carried, Pull, Remote, Seen, Write
from syncd.testing.harness import Harness

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "connector-guide.md").read_text(encoding="utf-8")
CLASSES: dict[str, type] = {
    owner.__name__: owner
    for owner in (Carried, Pull, Remote, Seen, Write, Plugin, Toolbox, Harness)
}
CONTRACT = sorted({*Connector.__annotations__, *vars(Connector)} - set(vars(object)))


def _names(pattern: str) -> list[str]:
    return sorted(set(re.findall(pattern, GUIDE)))


def _has(owner: Any, name: str) -> bool:
    return hasattr(owner, name) or name in getattr(owner, "__annotations__", {})


def _resolved(name: str) -> Any:
    """Return the module or the member of a module that a dotted name means."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        owner, _, member = name.rpartition(".")
        return getattr(_resolved(owner), member)


@pytest.mark.parametrize("name", _names(r"(?<![\w./])(syncd(?:\.\w+)+)"))
def test_a_module_or_a_member_that_is_named_is_there(name: str) -> None:
    if name not in {"syncd.connectors", "syncd.sandboxes"}:  # groups of entry points
        assert _resolved(name) is not None


@pytest.mark.parametrize("name", _names(rf"\b((?:{'|'.join(CLASSES)})\.[a-z_]+)"))
def test_a_field_that_is_named_is_there(name: str) -> None:
    owner, _, field = name.partition(".")
    assert _has(CLASSES[owner], field)


@pytest.mark.parametrize("name", _names(r"`([A-Z_]{4,})`"))
def test_a_constant_that_is_named_is_there(name: str) -> None:
    assert name == "PLUGIN" or hasattr(remote, name)


@pytest.mark.parametrize("path", _names(r"`((?:syncd|tests|connectors)/[\w/.]+)"))
def test_a_file_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", [name for name in CONTRACT if not name.startswith("_")])
def test_every_part_of_the_contract_is_named(name: str) -> None:
    assert re.search(rf"`{name}\b", GUIDE)


@pytest.mark.parametrize("name", sorted(Harness.__abstractmethods__))
def test_all_that_a_harness_must_have_is_named(name: str) -> None:
    assert re.search(rf"`{name}`", GUIDE)


def test_every_error_of_the_table_is_there() -> None:
    table = GUIDE.partition("| error |")[2].partition("\n\n")[0]
    names = re.findall(r"`([A-Z]\w+)", table)
    assert names
    assert [name for name in names if not hasattr(errors, name)] == []
