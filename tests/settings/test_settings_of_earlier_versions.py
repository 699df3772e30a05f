"""Settings files of earlier versions open, with the values that they gave then."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from syncd.connect.registry import connectors
from syncd.settings.plugins import check_own_settings, own_settings
from syncd.settings.schema import load
from syncd.settings.sources import WITHOUT_EFFECT

KEPT = sorted((Path(__file__).parent / "kept").glob("*.toml"))


@pytest.mark.parametrize("file", KEPT, ids=lambda it: it.stem)
def test_a_file_of_an_earlier_version_gives_the_values_that_it_gave(file: Path) -> None:
    settings = load(file, {})
    values = _plain(settings.model_dump())
    for name, table in values["connectors"].items():
        plugin = connectors().require(name)
        check_own_settings(plugin, settings.given, later=())
        table["own"] = _plain(own_settings(plugin, settings.given, {}).model_dump())
    kept = json.loads(file.with_suffix(".json").read_text())
    assert {name: values[name] for name in kept} == kept  # what came later has its defaults


def test_what_the_file_of_0_1_0_holds_without_effect_is_told() -> None:
    warnings = load(KEPT[0], {}).given.warnings
    names = [".".join(name) for name in WITHOUT_EFFECT]
    assert [it for it, said in zip(names, warnings, strict=True) if it in said] == names


def _plain(value: Any) -> Any:
    """Return settings as JSON has them."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Path) else value
