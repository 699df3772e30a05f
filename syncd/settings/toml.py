"""Settings files that syncd writes."""

from collections.abc import Mapping
from typing import Any

import tomlkit


def document(table: Mapping[str, Any]) -> str:
    """Return a table of texts, numbers, truths, lists and tables as TOML."""
    return tomlkit.dumps(_known(table))


def _known(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table without what is not set, and with paths as texts."""
    return {name: _value(value) for name, value in table.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _known(value)
    return value if isinstance(value, bool | int | float | list | tuple) else str(value)
