"""The sandbox admits, refuses and shows as the service does.

Each fact is from the service's public documentation or from recorded replies.
"""

import re

import pytest

from syncd_notion.sandbox.app import VERSION
from tests.connectors.syncd_notion.caller import NOWHERE, Caller, named, text, titles


def test_only_its_own_token_is_accepted(it: Caller) -> None:
    it.http.headers["Authorization"] = "Bearer ntn_another"
    assert it.refused("GET", "/users/me") == (401, "unauthorized", "API token is invalid.")


def test_a_version_is_required_and_only_one_is_spoken(it: Caller) -> None:
    del it.http.headers["Notion-Version"]
    assert it.refused("GET", "/users/me")[:2] == (400, "missing_version")
    it.http.headers["Notion-Version"] = "2025-09-03"
    status, code, message = it.refused("GET", "/users/me")
    assert (status, code) == (400, "validation_error")
    assert "2025-09-03" in message
    assert VERSION in message


def test_every_reply_has_its_id_and_the_date_of_the_sandboxs_clock(it: Caller) -> None:
    reply = it.http.get("/v1/users/me")
    assert reply.headers["x-notion-request-id"] == reply.json()["request_id"]
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["date"] == "Mon, 04 May 2026 08:16:25 GMT"
    assert not {"etag", "last-modified"} & set(reply.headers)
    assert reply.json()["bot"]["owner"] == {"type": "workspace", "workspace": True}


def test_what_it_does_not_imitate_it_says(it: Caller) -> None:
    status, code, message = it.refused("GET", "/comments?block_id=1")
    assert (status, code) == (501, "not_implemented")
    assert "GET /v1/comments" in message


BAD_IDS = ["AAA", "12345678-1234-1234-1234-123456789abc", "5e000000", f"{NOWHERE}0"]


@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_of_another_shape_is_refused(it: Caller, bad: str) -> None:
    assert it.refused("GET", f"/pages/{bad}") == (
        400,
        "validation_error",
        f'path failed validation: path.page_id should be a valid uuid, instead was `"{bad}"`.',
    )


@pytest.mark.parametrize("good", [NOWHERE, NOWHERE.replace("-", ""), "0" * 32])
def test_what_is_not_there_or_not_shared_is_not_found(it: Caller, good: str) -> None:
    for path, what in (
        ("pages", "page"),
        ("databases", "database"),
        ("data_sources", "database"),
    ):
        status, code, message = it.refused("GET", f"/{path}/{good}")
        assert (status, code) == (404, "object_not_found")
        assert message.startswith(f"Could not find {what} with ID: ")
    it.sandbox.workspace.hidden.add(it.sandbox.parent_page)
    assert it.refused("GET", f"/pages/{it.sandbox.parent_page}")[0] == 404


def test_a_body_that_is_no_json_is_refused(it: Caller) -> None:
    reply = it.http.post(
        "/v1/search", content=b"{", headers={"content-type": "application/json"}
    )
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_json")


def test_a_page_is_as_recorded(it: Caller) -> None:
    database, source = it.database({"Effort": {"number": {}}})
    page = it.row(source, {"Name": named("Draft outline"), "Effort": {"number": 3}})
    assert list(page)[:9] == [
        "object",
        "id",
        "created_time",
        "last_edited_time",
        "created_by",
        "last_edited_by",
        "cover",
        "icon",
        "parent",
    ]
    assert page["created_time"] == page["last_edited_time"] == "2026-05-04T08:16:00.000Z"
    assert page["parent"] == {
        "type": "data_source_id",
        "data_source_id": source,
        "database_id": database,
    }
    assert re.fullmatch(r"https://www\.notion\.so/Draft-outline-[0-9a-f]{32}", page["url"])
    assert page["properties"]["Effort"]["number"] == 3
    title = page["properties"]["Name"]
    assert (title["id"], title["title"][0]["annotations"]["color"]) == ("title", "default")
    assert page["request_id"]
    (listed,) = it.query(source)["results"]
    assert {**listed, "request_id": page["request_id"]} == page


def test_a_database_is_a_container_of_data_sources(it: Caller) -> None:
    database, source = it.database({})
    shown = it.call("GET", f"/databases/{database}")
    assert shown["data_sources"] == [{"id": source, "name": "Plans"}]
    assert "properties" not in shown
    assert shown["created_time"] == "2026-05-04T08:16:25.324+00:00"
    it.clock.advance(minutes=1)
    changed = it.call("PATCH", f"/databases/{database}", {"title": [text("New")]})
    assert changed["last_edited_time"] == shown["last_edited_time"]
    schema = it.call("GET", f"/data_sources/{source}")
    assert schema["parent"] == {"type": "database_id", "database_id": database}
    assert schema["database_parent"]["page_id"] == it.sandbox.parent_page
    assert schema["title"][0]["plain_text"] == "New"


def test_ids_of_properties_are_short_and_encoded(it: Caller) -> None:
    _, source = it.database({f"P{number}": {"number": {}} for number in range(30)})
    props = it.call("GET", f"/data_sources/{source}")["properties"]
    ids = {prop["id"] for prop in props.values()}
    assert "title" in ids
    assert len(ids) == 31
    assert any("%" in one for one in ids)
    assert not any(re.search(r"[:;<=>?@\[\]^`{|}]", one) for one in ids)


def test_a_trashed_page_is_shown_but_neither_listed_nor_edited(it: Caller) -> None:
    _, source = it.database({})
    page = it.row(source, {"Name": named("a")})
    path = f"/pages/{page['id']}"
    it.call("PATCH", path, {"in_trash": True})
    assert it.call("GET", path)["in_trash"] is True
    assert it.query(source)["results"] == []
    body = {"properties": {"Name": named("b")}}
    assert it.refused("PATCH", path, body)[2].startswith("Can't edit block that is archived.")
    it.call("PATCH", path, {"in_trash": False})
    assert titles(it.query(source)) == ["a"]
    block = it.call("DELETE", f"/blocks/{page['id']}")
    assert (block["type"], block["in_trash"]) == ("child_page", True)


def test_what_is_below_something_in_the_trash_is_in_the_trash(it: Caller) -> None:
    database, source = it.database({})
    page = it.row(source, {"Name": named("a")})
    it.call("PATCH", f"/databases/{database}", {"in_trash": True})
    assert it.call("GET", f"/pages/{page['id']}")["in_trash"] is True
    assert it.call("GET", f"/data_sources/{source}")["in_trash"] is True
    assert it.refused("POST", f"/data_sources/{source}/query", {})[0] == 404
    children = it.call("GET", f"/blocks/{it.sandbox.parent_page}/children")
    assert children["results"] == []


def test_a_search_sees_what_is_new_late(it: Caller) -> None:
    it.sandbox.workspace.search_lag = 2
    it.database({}, "Career goals")
    asked = {"query": "goals", "filter": {"property": "object", "value": "data_source"}}
    found = [len(it.call("POST", "/search", asked)["results"]) for _ in range(3)]
    assert found == [0, 0, 1]
    wrong = {"filter": {"property": "object", "value": "database"}}
    assert it.refused("POST", "/search", wrong)[0] == 400
