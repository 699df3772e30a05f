"""Requests and replies as TypeScript constants of the types in Notion's own package.

The compiler then says what is missing, unknown or of another type: in the connector's
requests and in the sandbox's replies.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.conformance.notion.tap import Exchange

_ONE = r"/v1/{}/([^/]+)"
_KINDS: list[tuple[str, str, str | None, str, str | None]] = [
    ("GET", "/v1/users/me", None, "GetSelfResponse", None),
    ("POST", "/v1/search", "SearchParameters", "SearchResponse", None),
    ("POST", "/v1/databases", "CreateDatabaseParameters", "DatabaseObjectResponse", None),
    ("GET", _ONE.format("databases"), None, "DatabaseObjectResponse", None),
    (
        "PATCH",
        _ONE.format("databases"),
        "UpdateDatabaseParameters",
        "DatabaseObjectResponse",
        "database_id",
    ),
    ("GET", _ONE.format("data_sources"), None, "DataSourceObjectResponse", None),
    (
        "PATCH",
        _ONE.format("data_sources"),
        "UpdateDataSourceParameters",
        "DataSourceObjectResponse",
        "data_source_id",
    ),
    (
        "POST",
        _ONE.format("data_sources") + "/query",
        "QueryDataSourceParameters",
        "QueryDataSourceResponse",
        "data_source_id",
    ),
    ("POST", "/v1/pages", "CreatePageParameters", "PageObjectResponse", None),
    ("GET", _ONE.format("pages"), None, "PageObjectResponse", None),
    ("PATCH", _ONE.format("pages"), "UpdatePageParameters", "PageObjectResponse", "page_id"),
    ("GET", _ONE.format("pages") + "/properties/[^/]+", None, "GetPagePropertyResponse", None),
    ("GET", _ONE.format("blocks") + "/children", None, "ListBlockChildrenResponse", None),
    (
        "PATCH",
        _ONE.format("blocks") + "/children",
        "AppendBlockChildrenParameters",
        "AppendBlockChildrenResponse",
        "block_id",
    ),
    ("GET", _ONE.format("blocks"), None, "GetBlockResponse", None),
    (
        "PATCH",
        _ONE.format("blocks"),
        "UpdateBlockParameters",
        "UpdateBlockResponse",
        "block_id",
    ),
    ("DELETE", _ONE.format("blocks"), None, "DeleteBlockResponse", None),
]


def typescript(exchanges: Iterable[Exchange]) -> tuple[str, int]:
    """Return a program of typed constants, and how many there are."""
    names = sorted({name for it in _KINDS for name in it[2:4] if name})
    lines = [f"import type {{ {', '.join(names)} }} from '@notionhq/client';"]
    for number, it in enumerate(exchanges):
        lines += _constants(it, number)
    return "\n".join(lines) + "\n", len(lines) - 1


def _constants(it: Exchange, number: int) -> list[str]:
    for method, path, asked, told, name in _KINDS:
        match = re.fullmatch(path, it.path)
        if it.method != method or match is None or it.status != 200:
            continue
        said = f"// {it.method} {it.path}"
        found = [f"export const told{number}: {told} = {_shown(_bare(it.reply))}; {said}"]
        if asked:
            body = {**it.body, **({name: match[1]} if name else {})}
            found.append(f"export const asked{number}: {asked} = {_shown(body)}; {said}")
        return found
    return []


_OBJECTS = ("page", "database", "data_source", "block")


def _bare(value: Any) -> Any:
    """Return a reply as the package's types have it: those of an older version.

    They lack ``request_id`` and a relation's ``has_more``, and ask for ``archived``, which
    the version that is spoken here no longer sends (recorded replies).
    """
    if isinstance(value, list):
        return [_bare(it) for it in value]
    if not isinstance(value, dict):
        return value
    lacking = {"request_id"} | ({"has_more"} if value.get("type") == "relation" else set())
    found = {name: _bare(it) for name, it in value.items() if name not in lacking}
    old = value.get("object") in _OBJECTS and "in_trash" in value
    return {**found, "archived": value["in_trash"]} if old else found


def _shown(value: Any) -> str:
    return json.dumps(value)
