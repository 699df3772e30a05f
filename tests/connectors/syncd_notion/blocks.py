"""Page bodies over a plain HTTP client, for the tests of the sandbox's fidelity."""

from typing import Any

from syncd_notion.sandbox.as_read import draft
from tests.connectors.syncd_notion.caller import Caller, named

BAD = (400, "validation_error")


def page_with(it: Caller, *blocks: dict[str, Any]) -> str:
    """Make a row whose body has these blocks; return its id."""
    _, source = it.database({})
    body = {"parent": {"data_source_id": source}, "properties": {"Name": named("Week 47")}}
    made = it.call("POST", "/pages", {**body, "children": list(blocks)})
    return str(made["id"])


def shown(it: Caller, holder: str, **query: Any) -> list[str]:
    """Return the texts of what stands right in a page or a block."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    reply = it.call("GET", f"/blocks/{holder}/children?{asked}")
    return [told(block) for block in reply["results"]]


def told(block: dict[str, Any]) -> str:
    content = block[block["type"]]
    return "".join(run["plain_text"] for run in content.get("rich_text", []))


def ids(it: Caller, holder: str) -> list[str]:
    reply = it.call("GET", f"/blocks/{holder}/children")
    return [str(block["id"]) for block in reply["results"]]


def append(it: Caller, holder: str, *blocks: Any, **more: Any) -> Any:
    body = {"children": list(blocks), **more}
    return it.call("PATCH", f"/blocks/{holder}/children", body)


def refused(it: Caller, holder: str, *blocks: Any, **more: Any) -> str:
    """Return why these blocks are not taken: of a page that is made, and of an append."""
    body = {"children": list(blocks), **more}
    status, code, why = it.refused("PATCH", f"/blocks/{holder}/children", body)
    assert (status, code) == BAD
    return why


def p(content: str, *inside: Any, **more: Any) -> dict[str, Any]:
    return draft("paragraph", content, *inside, **more)  # type: ignore[no-any-return]


def changed(it: Caller, block: str, body: Any) -> Any:
    return it.call("PATCH", f"/blocks/{block}", body)
