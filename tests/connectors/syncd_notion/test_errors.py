"""What each answer of Notion means for what happens next."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from syncd.errors import Gone, SignIn, SkipItem, StartOver, TryLater, Unclear
from syncd_notion import client
from syncd_notion.client import BLOCKED_SECONDS, StaleSchema

NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
TRASHED = "Can't edit block that is archived. You must unarchive the block before editing."
MISSING = "Could not find page with ID: 1. Make sure the relevant pages are shared."


def answered(
    status: int, code: str = "", message: str = "", *, write: bool, **more: Any
) -> Exception:
    body = {"object": "error", "status": status, "code": code, "message": message}
    data = more.get("data")
    text = json.dumps(body | ({"additional_data": data} if data else {}))
    headers = {"retry-after": more["after"]} if "after" in more else {}
    reply = httpx.Response(status, text=more.get("body", text), headers=headers)
    return client.error_of(reply, write=write, now=NOW)


CASES = [
    (400, "validation_error", "Bad.", SkipItem, SkipItem),
    (400, "validation_error", TRASHED, Gone, Gone),
    (400, "validation_error", "Due is not a property that exists.", StaleSchema, StaleSchema),
    (
        400,
        "validation_error",
        "Genre is expected to be multi_select.",
        StaleSchema,
        StaleSchema,
    ),
    (
        400,
        "validation_error",
        "Could not find property with name or id: X",
        StaleSchema,
        StaleSchema,
    ),
    (400, "validation_error", "The start_cursor provided is invalid: 1", StartOver, StartOver),
    (400, "missing_version", "Notion-Version header failed", SkipItem, SkipItem),
    (401, "unauthorized", "API token is invalid.", SignIn, SignIn),
    (403, "restricted_resource", "No access.", SignIn, SignIn),
    (404, "object_not_found", MISSING, Gone, Gone),
    (404, "", "nginx", TryLater, Unclear),
    (409, "conflict_error", "Conflict occurred while saving.", TryLater, TryLater),
    (409, "row_limit_exceeded", "Full.", SkipItem, SkipItem),
    (429, "rate_limited", "Slow down.", TryLater, TryLater),
    (529, "service_overload", "Slow down.", TryLater, TryLater),
    (500, "internal_server_error", "Oops.", TryLater, Unclear),
    (502, "bad_gateway", "", TryLater, Unclear),
    (503, "service_unavailable", "", TryLater, Unclear),
    (504, "gateway_timeout", "", TryLater, Unclear),
    (520, "", "", TryLater, Unclear),
    (302, "", "", TryLater, Unclear),
    (418, "", "", SkipItem, SkipItem),
]


@pytest.mark.parametrize(("status", "code", "message", "read", "write"), CASES)
def test_an_answer_says_what_happens_next(
    status: int, code: str, message: str, read: type, write: type
) -> None:
    assert type(answered(status, code, message, write=False)) is read
    assert type(answered(status, code, message, write=True)) is write


WAITS = [
    pytest.param({"after": "7"}, 7.0, id="seconds"),
    pytest.param({"after": "Mon, 04 May 2026 08:00:30 GMT"}, 30.0, id="date"),
    pytest.param({"after": "Mon, 04 May 2026 07:00:00 GMT"}, 0.0, id="date-that-has-passed"),
    pytest.param({"data": {"retry_after": "12"}}, 12.0, id="in-the-body"),
    pytest.param({"after": "soon"}, None, id="nonsense"),
    pytest.param({"after": "nan"}, None, id="not-a-number"),
    pytest.param({}, None, id="not-told"),
]


@pytest.mark.parametrize("status", [429, 529, 409])
@pytest.mark.parametrize(("told", "seconds"), WAITS)
def test_the_wait_that_notion_asks_for_is_known(
    status: int, told: dict[str, Any], seconds: float | None
) -> None:
    error = answered(status, "x", write=True, **told)
    assert isinstance(error, TryLater)
    assert error.seconds == seconds


def test_a_blocked_connection_is_left_alone_for_long() -> None:
    data = {"rate_limit_reason": "public_api_request_blocked"}
    error = answered(429, "rate_limited", write=False, data=data, after="1")
    assert isinstance(error, TryLater)
    assert error.seconds == BLOCKED_SECONDS


def test_a_full_free_workspace_skips_the_item() -> None:
    error = answered(403, "restricted_resource", write=True, data={"block_limit": "1000"})
    assert isinstance(error, SkipItem)


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", '"text"'])
def test_a_body_that_says_nothing_is_judged_by_its_status(body: str) -> None:
    assert isinstance(answered(503, write=True, body=body), Unclear)
    assert isinstance(answered(503, write=False, body=body), TryLater)


@pytest.mark.parametrize("case", CASES, ids=lambda it: f"{it[0]}-{it[1]}")
def test_every_message_is_one_sentence(case: tuple[Any, ...]) -> None:
    status, code, message, *_ = case
    for write in (False, True):
        said = str(answered(status, code, message, write=write))
        assert said.endswith(".")
        assert "\n" not in said
