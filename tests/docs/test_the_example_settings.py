"""The example settings name everything that can be set, and nothing else."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from syncd.connect.registry import connectors
from syncd.settings.credentials import Credentials
from syncd.settings.messages import Setting, described
from syncd.settings.plugins import COMMON, check_own_settings
from syncd.settings.schema import Settings, every_setting, load

PLUGINS = {it.name: it.plugin for it in connectors().all() if it.plugin}
BY_MACHINE = frozenset({"state_dir", "plan.timezone"})
"""What depends on the machine: the example shows how it looks."""


def _shown(settings: Iterable[Setting]) -> list[Setting]:
    """Return the settings whose default the example shows, not just how they look."""
    return [
        it
        for it in settings
        if it.name not in BY_MACHINE
        and (it.default not in (None, "", (), [], {}) or ".hours." in it.name)
    ]


def _own(name: str) -> list[Setting]:
    return list(described(PLUGINS[name].settings, f"connectors.{name}."))


@pytest.fixture(scope="module")
def uncommented(example: str) -> str:
    """Return the example with every setting in force."""
    return re.sub(r"^#(?=[a-z_]+ = |\[)", "", example, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def table(uncommented: str) -> dict[str, Any]:
    return tomllib.loads(uncommented)


def _names(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        yield f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _names(value, f"{prefix}{name}.")


def _value(table: Mapping[str, Any], dotted: str) -> Any:
    here: Any = table
    for name in dotted.split("."):
        here = here[name]
    return here


def _loaded(text: str, folder: Path) -> Settings:
    (folder / "syncd.toml").write_text(text)
    return load(folder / "syncd.toml", {"XDG_STATE_HOME": str(folder)})


def test_the_example_can_be_used_as_it_is(example: str, tmp_path: Path) -> None:
    settings = _loaded(example, tmp_path)
    assert set(settings.connectors) == set(PLUGINS)
    assert settings.schedule.hours.mon == ("18:00-21:00",)


def test_every_line_of_the_example_is_valid(uncommented: str, tmp_path: Path) -> None:
    settings = _loaded(uncommented, tmp_path)
    for plugin in PLUGINS.values():
        check_own_settings(plugin, settings.given, later=())


def test_every_setting_is_in_the_example(table: dict[str, Any]) -> None:
    shared = {f"connectors.NAME.{name}" for name in COMMON}
    wanted = {it.name for it in every_setting()} - shared
    wanted |= {it.name for name in PLUGINS for it in _own(name)}
    assert wanted - set(_names(table)) == set()


def test_what_all_tools_share_is_in_the_example(table: dict[str, Any]) -> None:
    tools = table["connectors"].values()
    assert {name for tool in tools for name in tool} >= COMMON


@pytest.mark.parametrize("setting", list(every_setting()), ids=lambda it: it.name)
def test_every_setting_says_what_it_is_for(setting: Setting) -> None:
    assert setting.doc.endswith(".")


@pytest.mark.parametrize("setting", _shown(every_setting()), ids=lambda it: it.name)
def test_the_example_shows_the_default(setting: Setting, table: dict[str, Any]) -> None:
    if setting.default in (None, "") or (
        setting.default == () and ".hours" not in setting.name
    ):
        pytest.skip("it has no default that could be shown")
    name = setting.name.replace(".NAME.", ".todoist.")
    shown = _value(table, name)
    assert (tuple(shown) if isinstance(shown, list) else shown) == setting.default


@pytest.mark.parametrize(
    "setting", _shown(it for name in PLUGINS for it in _own(name)), ids=lambda it: it.name
)
def test_the_example_shows_a_connectors_default(
    setting: Setting, table: dict[str, Any]
) -> None:
    assert _value(table, setting.name) == setting.default


def test_the_ways_to_give_a_secret_that_the_example_tells_work(
    uncommented: str, tmp_path: Path
) -> None:
    (tmp_path / "mail.password").write_text("from-a-file\n")
    table = {"password_file": "mail.password", "password_command": "false"}
    credentials = Credentials({}, tmp_path / "syncd.toml")
    filled = credentials.fill("mail", table, {"password"})
    assert filled.table == {"password": "from-a-file"}
    assert 'password_file = "mail.password"' in uncommented
