"""Tables to TOML, for settings files that syncd writes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any


def document(table: Mapping[str, Any]) -> str:
    """Return a table of texts, numbers, truths, lists and tables as TOML."""
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, Any], above: tuple[str, ...]) -> Iterable[str]:
    tables = {name: value for name, value in table.items() if isinstance(value, Mapping)}
    for name, value in table.items():
        if name not in tables and value is not None:
            yield f"{name} = {_value(value)}"
    for name, inner in tables.items():
        here = (*above, name)
        yield f"\n[{'.'.join(here)}]"
        yield from _lines(inner, here)


def _value(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
