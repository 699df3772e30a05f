"""Google's own description of the API: its methods, their scopes and parameters."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from googleapiclient import discovery_cache

_DOCUMENT = Path(discovery_cache.__file__).with_name("documents") / "calendar.v3.json"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


@dataclass(frozen=True, slots=True)
class ApiMethod:
    """One method: its id, its address, the scopes that allow it and its parameters."""

    id: str
    verb: str
    path: re.Pattern[str]
    scopes: frozenset[str]
    parameters: dict[str, Any]
    takes: str | None
    required: frozenset[str]


@cache
def document() -> dict[str, Any]:
    """Return the discovery document that ships with Google's client library."""
    found: dict[str, Any] = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
    return found


@cache
def methods() -> tuple[ApiMethod, ...]:
    """Return every method of the API."""
    described = document()
    found = []
    for resource in described["resources"].values():
        found += [_method(it, described) for it in resource["methods"].values()]
    return tuple(found)


def match(verb: str, path: str) -> tuple[ApiMethod, dict[str, str]] | None:
    """Return the method at this address, and what stands in the path."""
    for method in methods():
        found = method.path.fullmatch(path) if method.verb == verb else None
        if found:
            return method, {name: unquote(text) for name, text in found.groupdict().items()}
    return None


def wrong_type(schema: str, value: Any) -> str | None:
    """Return which part of a request's body has the wrong type, if any.

    Unknown names are let through, and null, which clears.
    """
    return _wrong_type({"$ref": schema}, value, schema.lower())


def _method(it: dict[str, Any], described: dict[str, Any]) -> ApiMethod:
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(it["path"]))
    taken = it.get("request", {}).get("$ref")
    properties = described["schemas"].get(taken, {}).get("properties", {})
    needed = (
        name
        for name, one in properties.items()
        if it["id"] in one.get("annotations", {}).get("required", ())
    )
    return ApiMethod(
        id=it["id"].removeprefix("calendar."),
        verb=it["httpMethod"],
        path=re.compile(f"{described['basePath']}{pattern}"),
        scopes=frozenset(it.get("scopes", ())),
        parameters=it.get("parameters", {}) | described["parameters"],
        takes=taken,
        required=frozenset(needed),
    )


def _wrong_type(schema: dict[str, Any], value: Any, where: str) -> str | None:
    if "$ref" in schema:
        schema = document()["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if value is None or kind == "any":
        return None
    right = isinstance(value, _TYPES[kind]) and (kind == "boolean") == isinstance(value, bool)
    if not right:
        return where
    for name, inner, part in _parts(schema, value):
        found = _wrong_type(inner, part, f"{where}.{name}")
        if found:
            return found
    return None


def _parts(schema: dict[str, Any], value: Any) -> list[tuple[str, dict[str, Any], Any]]:
    if isinstance(value, list):
        return [(str(n), schema["items"], part) for n, part in enumerate(value)]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    other = schema.get("additionalProperties")
    found = [(name, known.get(name, other), part) for name, part in value.items()]
    return [(name, inner, part) for name, inner, part in found if inner is not None]
