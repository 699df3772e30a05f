"""Where settings come from: a TOML file, environment variables, this machine."""

import contextlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs

from syncd.errors import Mistake
from syncd.forms import is_zone
from syncd.tables import Name

PREFIX = "SYNCD_"
FILE_VARIABLE = "SYNCD_CONFIG"


def file_table(path: Path | None, environ: Mapping[str, str]) -> tuple[Path, dict[str, Any]]:
    """Return the settings file and what it holds; nothing if no file was asked for.

    Raises Mistake for a file that was named and is not there, or is no TOML.
    """
    named = path or environ.get(FILE_VARIABLE, "")
    if named:
        file = Path(named).expanduser()
        return file, _read(file)
    xdg = environ.get("XDG_CONFIG_HOME", "")
    folder = Path(xdg) / "syncd" if xdg else platformdirs.user_config_path("syncd")
    file = folder / "syncd.toml"
    return file, _read(file) if file.exists() else {}


def state_folder(environ: Mapping[str, str]) -> Path:
    """Return the platform's folder for syncd's state."""
    xdg = environ.get("XDG_STATE_HOME", "")
    return Path(xdg) / "syncd" if xdg else platformdirs.user_state_path("syncd")


def put_variables(table: dict[str, Any], environ: Mapping[str, str]) -> dict[Name, str]:
    """Put every SYNCD_A__B variable at ``a.b`` of the table; return which stands where.

    Raises Mistake where one variable is a value and another goes inside it.
    """
    placed: dict[Name, str] = {}
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable != FILE_VARIABLE:
            name = tuple(variable.removeprefix(PREFIX).lower().split("__"))
            _put(table, name, environ[variable], variable)
            placed[name] = variable
    return placed


def machine_zone(environ: Mapping[str, str], etc: Path = Path("/etc")) -> str:
    """Return this machine's time zone, UTC when it does not say."""
    named = [environ.get("TZ", "").lstrip(":")]
    with contextlib.suppress(OSError):
        named.append(str((etc / "localtime").readlink()).partition("zoneinfo/")[2])
    with contextlib.suppress(OSError):
        named.append((etc / "timezone").read_text().strip())
    return next((name for name in named if is_zone(name)), "UTC")


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


def _put(table: dict[str, Any], name: Name, value: str, variable: str) -> None:
    here = table
    for part in name[:-1]:
        here = here.setdefault(part, {})
        if not isinstance(here, dict):
            raise Mistake(
                f"{variable} goes into `{part}`, which is set to a single value:"
                " remove one of the two."
            )
    here[name[-1]] = value
