"""Where settings come from: a TOML file, environment variables over it, this machine."""

import contextlib
import json
import os
import tomllib
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import platformdirs
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from syncd.errors import Mistake
from syncd.settings.messages import Name, SettingsOrigin, is_zone, model_of

PREFIX = "SYNCD_"
FILE_VARIABLE = "SYNCD_CONFIG"

WITHOUT_EFFECT: Mapping[Name, str] = {
    ("daemon", "dashboard"): "there is no dashboard yet",
}
"""Settings that files of earlier versions may hold, and why they have no effect."""


def environment() -> Mapping[str, str]:
    """Return the environment of this process, to be passed on."""
    return os.environ


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was set, before it is checked.

    origin: the settings file, and which variables there are. tables: what the file holds.
    variables: what the variables say, by the setting's name. secrets: secrets that were
    fetched. machine: what this machine says. warnings: a sentence for each setting without
    effect.
    """

    origin: SettingsOrigin = field(default_factory=SettingsOrigin)
    tables: Mapping[str, Any] = field(default_factory=dict, repr=False)
    variables: Mapping[Name, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[Name, Any] = field(default_factory=dict, repr=False)
    machine: Mapping[Name, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def given(path: Path | None, environ: Mapping[str, str]) -> Given:
    """Read ``path``, else $SYNCD_CONFIG, else the user's own file, and the variables.

    Raises Mistake for a file that was named and is not there, or is no TOML, and where one
    variable is a value and another goes inside it.
    """
    file, tables = _file_tables(path, environ)
    named = _variables(environ)
    _check_places(named, environ, tables)
    origin = SettingsOrigin(file=file, variables=named)
    ignored = [
        name for name in WITHOUT_EFFECT if name in named or _at(tables, name) is not None
    ]
    return Given(
        origin=origin,
        tables=_without(tables, ignored),
        variables={
            name: environ[variable] for name, variable in named.items() if name not in ignored
        },
        machine={
            ("state_dir",): str(state_folder(environ)),
            ("plan", "timezone"): machine_zone(environ),
        },
        warnings=tuple(
            f"{origin.of(name)} has no effect, as {WITHOUT_EFFECT[name]}: remove it."
            for name in ignored
        ),
    )


class TableSource(PydanticBaseSettingsSource):
    """A source that has its tables at hand, with every name in them, known or not.

    Values stay as they are: a variable is a text, and the model that checks it knows what it
    must be. But a variable has no way to say a list, so a text is split where one is wanted.
    """

    def __init__(self, settings_cls: type[BaseSettings], tables: Mapping[str, Any]) -> None:
        super().__init__(settings_cls)
        self.tables = tables

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002  # the library's signature
        """Return a field's value, its key, and that it is not to be decoded."""
        return self.tables.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return all of it."""
        return _with_lists(self.settings_cls, self.tables)


class Sourced(BaseSettings):
    """Settings that are read from what was given, and from nowhere else."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    def __init__(self, given: Given) -> None:
        super().__init__(given=given)

    @classmethod
    def settings_customise_sources(  # the library's signature
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # it reads the process's own
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # no such file is read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # see credentials.py
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources of what was given, the one that wins first; decision 0022."""
        given: Given = cast("InitSettingsSource", init_settings).init_kwargs["given"]
        secrets, variables = _tree(given.secrets), _tree(given.variables)
        tables = (secrets, variables, given.tables, _tree(given.machine))
        return tuple(TableSource(settings_cls, table) for table in tables)


def state_folder(environ: Mapping[str, str]) -> Path:
    """Return the platform's folder for syncd's state."""
    xdg = environ.get("XDG_STATE_HOME", "")
    return Path(xdg) / "syncd" if xdg else platformdirs.user_state_path("syncd")


def machine_zone(environ: Mapping[str, str], etc: Path = Path("/etc")) -> str:
    """Return this machine's time zone, UTC when it does not say."""
    named = [environ.get("TZ", "").lstrip(":")]
    with contextlib.suppress(OSError):
        named.append(str((etc / "localtime").readlink()).partition("zoneinfo/")[2])
    with contextlib.suppress(OSError):
        named.append((etc / "timezone").read_text().strip())
    return next((name for name in named if is_zone(name)), "UTC")


def _file_tables(path: Path | None, environ: Mapping[str, str]) -> tuple[Path, dict[str, Any]]:
    """Return the settings file and what it holds; nothing if no file was asked for."""
    named = path or environ.get(FILE_VARIABLE, "")
    if named:
        file = Path(named).expanduser()
        return file, _read(file)
    xdg = environ.get("XDG_CONFIG_HOME", "")
    folder = Path(xdg) / "syncd" if xdg else platformdirs.user_config_path("syncd")
    file = folder / "syncd.toml"
    return file, _read(file) if file.exists() else {}


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at ")
        place = where.rstrip(")") or "something"
        raise Mistake(
            f"{place[0].upper()}{place[1:]} of {file} is no TOML ({what}): correct it."
        ) from error
    except UnicodeDecodeError as error:
        raise Mistake(f"{file} is not UTF-8 text: save it as UTF-8.") from error
    except OSError as error:
        raise Mistake(
            f"The settings file {file} can't be read ({error.strerror}):"
            " name another, or begin with a copy of config/syncd.example.toml."
        ) from error


def _variables(environ: Mapping[str, str]) -> dict[Name, str]:
    """Return each variable SYNCD_A__B by the name of its setting, a.b."""
    return {
        tuple(variable.removeprefix(PREFIX).lower().split("__")): variable
        for variable in sorted(environ)
        if variable.startswith(PREFIX) and variable != FILE_VARIABLE
    }


def _check_places(
    named: Mapping[Name, str], environ: Mapping[str, str], tables: Mapping[str, Any]
) -> None:
    """Raise Mistake where a variable goes inside what is set to a single value."""
    for name, variable in named.items():
        for above in (name[:end] for end in range(1, len(name))):
            value = environ[named[above]] if above in named else _at(tables, above)
            if value is not None and not isinstance(value, Mapping):
                raise Mistake(
                    f"{variable} goes into `{above[-1]}`, which is set to a single value:"
                    " remove one of the two."
                )


def _at(tables: Mapping[str, Any], name: Name) -> Any:
    """Return what stands at a name; None where nothing does."""
    here: Any = tables
    for part in name:
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def _without(tables: Mapping[str, Any], names: Iterable[Name]) -> dict[str, Any]:
    """Return tables without what stands at these names."""
    whole = dict(tables)
    for first, *rest in names:
        if not rest:
            whole.pop(first, None)
        elif isinstance(whole.get(first), Mapping):
            whole[first] = _without(whole[first], [tuple(rest)])
    return whole


def _tree(values: Mapping[Name, Any]) -> dict[str, Any]:
    """Return values by their names as tables in tables."""
    whole: dict[str, Any] = {}
    for (*above, last), value in values.items():
        here = whole
        for part in above:
            here = here.setdefault(part, {})
        here[last] = value
    return whole


def _with_lists(model: type[BaseModel], tables: Mapping[str, Any]) -> dict[str, Any]:
    """Split texts (commas, or JSON) where the model wants a list."""
    whole = dict(tables)
    for name, info in _by_key(model):
        value, inner = whole.get(name), model_of(info.annotation)
        if inner is not None and isinstance(value, Mapping):
            whole[name] = _with_lists(inner, value)
        elif isinstance(value, str) and _wants_list(info):
            whole[name] = _listed(value)
    return whole


def _by_key(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        yield info.alias or name, info


def _listed(text: str) -> Any:
    if text.lstrip().startswith("["):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(text)
    return [part.strip() for part in text.split(",") if part.strip()]


def _wants_list(info: FieldInfo) -> bool:
    return typing.get_origin(info.annotation) in (list, tuple, set, frozenset)
