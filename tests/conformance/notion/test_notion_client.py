"""The pinned Python client gets from the sandbox what it expects of the service."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from notion_client import APIResponseError, Client
from notion_client.errors import APIErrorCode, UnknownHTTPResponseError
from notion_client.helpers import (
    collect_paginated_api,
    is_full_block,
    is_full_data_source,
    is_full_database,
    is_full_page,
)

from syncd.testing.fault_injection import Fault
from syncd.testing.sandbox import Served
from syncd_notion.sandbox.app import VERSION, NotionSandbox

pytestmark = pytest.mark.conformance


@pytest.fixture
def notion(served: Served, sandbox: NotionSandbox) -> Any:
    """Return a client; by its types, each of its answers may be one to await."""
    return Client(
        auth=sandbox.token, base_url=served.origin, notion_version=VERSION, retry=False
    )


def words(content: str) -> list[dict[str, object]]:
    return [{"type": "text", "text": {"content": content}}]


def made(notion: Any, sandbox: NotionSandbox) -> str:
    """Make a database; return its data source."""
    database = notion.databases.create(
        parent={"type": "page_id", "page_id": sandbox.parent_page},
        title=words("Goals"),
        initial_data_source={
            "properties": {
                "Name": {"title": {}},
                "Due": {"date": {}},
                "Sync ID": {"rich_text": {}},
            }
        },
    )
    assert is_full_database(database)
    source: str = database["data_sources"][0]["id"]
    return source


def test_a_database_is_made_filled_and_listed(notion: Any, sandbox: NotionSandbox) -> None:
    source = made(notion, sandbox)
    assert is_full_data_source(notion.data_sources.retrieve(source))
    for number in range(5):
        page = notion.pages.create(
            parent={"data_source_id": source},
            properties={"Name": {"title": words(f"Goal {number}")}},
        )
        assert is_full_page(page)
    rows = collect_paginated_api(notion.data_sources.query, data_source_id=source, page_size=2)
    assert [row["properties"]["Name"]["title"][0]["plain_text"] for row in rows] == [
        f"Goal {number}" for number in (4, 3, 2, 1, 0)
    ]
    children = notion.blocks.children.list(sandbox.parent_page)
    assert [it["type"] for it in children["results"]] == ["child_database"]
    found = notion.search(query="goal", filter={"property": "object", "value": "data_source"})
    assert [it["id"] for it in found["results"]] == [source]
    assert notion.users.me()["type"] == "bot"


def test_a_page_is_changed_read_trashed_and_restored(
    notion: Any, sandbox: NotionSandbox
) -> None:
    source = made(notion, sandbox)
    schema = notion.data_sources.retrieve(source)["properties"]
    page = notion.pages.create(
        parent={"data_source_id": source}, properties={"Name": {"title": words("One")}}
    )
    due = {"start": "2026-06-01T09:00:00", "time_zone": "Europe/Berlin"}
    changed = notion.pages.update(page["id"], properties={schema["Due"]["id"]: {"date": due}})
    assert changed["properties"]["Due"]["date"]["start"] == "2026-06-01T09:00:00.000+02:00"
    item = notion.pages.properties.retrieve(page["id"], schema["Due"]["id"])
    assert item["object"] == "property_item"
    assert notion.blocks.delete(page["id"])["in_trash"] is True
    assert notion.pages.retrieve(page["id"])["in_trash"] is True
    assert notion.pages.update(page["id"], in_trash=False)["in_trash"] is False


def block(sort: str, content: str, **more: object) -> dict[str, object]:
    return {"object": "block", "type": sort, sort: {"rich_text": words(content), **more}}


def bodied(notion: Any, sandbox: NotionSandbox) -> str:
    """Make a page with a body; return its id."""
    page = notion.pages.create(
        parent={"data_source_id": made(notion, sandbox)},
        properties={"Name": {"title": words("Week 47")}},
        children=[
            block("heading_2", "What went well?"),
            block("toggle", "More", children=[block("paragraph", "inside")]),
            block("heading_2", "What will I change?"),
        ],
    )
    return str(page["id"])


def told(notion: Any, holder: str) -> list[str]:
    pages = collect_paginated_api(notion.blocks.children.list, block_id=holder, page_size=2)
    assert all(is_full_block(it) for it in pages)
    return [it[it["type"]]["rich_text"][0]["plain_text"] for it in pages]


def test_a_body_is_made_listed_and_added_to(notion: Any, sandbox: NotionSandbox) -> None:
    page = bodied(notion, sandbox)
    assert told(notion, page) == ["What went well?", "More", "What will I change?"]
    first, toggle, _ = notion.blocks.children.list(page)["results"]
    assert toggle["has_children"] is True
    assert told(notion, toggle["id"]) == ["inside"]
    reply = notion.blocks.children.append(
        page,
        children=[block("paragraph", "Sleep.")],
        position={"type": "after_block", "after_block": {"id": first["id"]}},
    )
    assert len(reply["results"]) == 3
    notion.blocks.children.append(page, children=[block("to_do", "Rest", checked=True)])
    notion.blocks.children.append(
        page, children=[block("quote", "Facts")], position={"type": "start"}
    )
    assert told(notion, page) == [
        "Facts",
        "What went well?",
        "Sleep.",
        "More",
        "What will I change?",
        "Rest",
    ]


def test_a_block_is_changed_deleted_and_brought_back(
    notion: Any, sandbox: NotionSandbox
) -> None:
    page = bodied(notion, sandbox)
    heading, toggle, _ = notion.blocks.children.list(page)["results"]
    new = notion.blocks.update(heading["id"], heading_2={"rich_text": words("What else?")})
    assert is_full_block(new)
    assert notion.blocks.retrieve(heading["id"])["heading_2"] == new["heading_2"]
    assert notion.blocks.delete(toggle["id"])["in_trash"] is True
    assert told(notion, page) == ["What else?", "What will I change?"]
    notion.blocks.update(toggle["id"], in_trash=False)
    assert told(notion, page) == ["What else?", "More", "What will I change?"]
    refusals: tuple[tuple[Callable[[], object], str], ...] = (
        (
            lambda: notion.blocks.update(heading["id"], quote={"rich_text": []}),
            "Expected block",
        ),
        (lambda: notion.blocks.children.append(page, children=[{"nope": {}}]), "Fix one"),
        (lambda: notion.blocks.children.append(page, children=[], after="x"), "body.after"),
    )
    for refused, why in refusals:
        with pytest.raises(APIResponseError, match=why):
            refused()


def test_a_schema_is_changed(notion: Any, sandbox: NotionSandbox) -> None:
    source = made(notion, sandbox)
    after = notion.data_sources.update(
        source, properties={"Due": {"name": "When"}, "New": {"number": {}}}
    )
    assert {"When", "New"} <= set(after["properties"])


def test_refusals_are_errors_of_the_client(notion: Any, sandbox: NotionSandbox) -> None:
    with pytest.raises(APIResponseError) as refused:
        notion.pages.retrieve("5e000000-0000-4000-8000-000000000999")
    assert refused.value.code == APIErrorCode.ObjectNotFound
    assert (refused.value.additional_data or {})["integration_id"]
    with pytest.raises(APIResponseError, match="not a property that exists"):
        notion.pages.create(
            parent={"data_source_id": made(notion, sandbox)}, properties={"Genre": {}}
        )


def test_a_version_of_before_is_refused_by_name(served: Served, sandbox: NotionSandbox) -> None:
    old = Client(auth=sandbox.token, base_url=served.origin, retry=False)
    with pytest.raises(APIResponseError, match="2025-09-03"):
        old.users.me()


def test_faults_look_to_the_client_as_the_services_do(notion: Any, served: Served) -> None:
    reply = {"object": "error", "status": 529, "code": "service_overload", "message": "Later."}
    served.faults.append(Fault(act="status", status=529, reply=reply))
    with pytest.raises(UnknownHTTPResponseError):
        notion.users.me()
    served.faults[:] = [Fault(act="close-after")]
    with pytest.raises(httpx.RemoteProtocolError):
        notion.users.me()
