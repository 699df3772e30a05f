"""What a service that talks nonsense says: replies as the sandbox gives them, spoilt."""

import json
from typing import Any

from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.testing.fault_injection import Fault
from syncd_notion.sandbox.render import block_of, database_of, page_of, source_of
from tests.connectors.syncd_notion.desk import Desk

GONE = object()
"""Stands for a key that is not there."""

ADVICE = (
    "if that lasts, update syncd.",
    "if that does not help, update syncd.",
    "give one such as 3.",
    "give at most 10000000.",
    "give a day such as 2026-12-01.",
)
"""How a sentence about what can't be read ends."""

NO_PAGES: dict[str, Any] = {
    "nothing": {},
    "null": None,
    "a list": [],
    "a text": "text",
    "a number": 5,
    "no results": {"object": "list"},
    "results of null": {"object": "list", "results": None},
    "results that are no list": {"object": "list", "results": {"0": {}}},
    "more of a text": {"object": "list", "results": [], "has_more": "false"},
    "more of a number": {"object": "list", "results": [], "has_more": 0},
    "more of null": {"object": "list", "results": [], "has_more": None},
    "a cursor of a number": {"object": "list", "results": [], "next_cursor": 5},
    "a cursor of a list": {
        "object": "list",
        "results": [],
        "has_more": True,
        "next_cursor": [],
    },
    "more and no cursor": {"object": "list", "results": [], "has_more": True},
    "an item": {"object": "page", "id": "5e000000-0000-4000-8000-000000000101"},
}
"""Replies to a question for a listing that are none."""


def copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


def page(desk: Desk, item: RemoteId) -> Any:
    return copied(page_of(desk.workspace, desk.workspace.pages[item]))


def database(desk: Desk, kind: Kind) -> Any:
    source = desk.person.source(kind)
    return copied(database_of(desk.workspace, desk.workspace.databases[source.parent]))


def source(desk: Desk, kind: Kind) -> Any:
    return copied(source_of(desk.workspace, desk.person.source(kind)))


def blocks(desk: Desk, holder: str) -> list[Any]:
    thing = desk.workspace.pages[holder]
    return [copied(block_of(desk.workspace, it)) for it in desk.workspace.children(thing)]


def spoilt(thing: Any, path: str, value: Any) -> Any:
    """Return a copy with one part replaced (``a/b/0``), or taken away."""
    found = copied(thing)
    at, *rest = found, *path.split("/")
    for key in rest[:-1]:
        at = at[int(key) if isinstance(at, list) else key]
    last: Any = int(rest[-1]) if isinstance(at, list) else rest[-1]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return found


def listed(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"object": "list", "results": list(rows), "has_more": False, **more}


def says(desk: Desk, path: str, reply: Any, method: str = ".*", **more: Any) -> None:
    """Have what is asked at a path answered so, until ``heal``; nothing is done."""
    how = {"act": "status", "status": 200, "times": 0, **more}
    if how["status"] != 204:
        how["reply"] = json.dumps(reply)  # a fault sends a text as it is
    desk.server.faults.append(Fault(method=method, path=path, **how))


def query(desk: Desk, kind: Kind) -> str:
    return f"/v1/data_sources/{desk.person.source(kind).id}/query"
