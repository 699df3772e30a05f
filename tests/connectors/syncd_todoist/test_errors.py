"""What Todoist's refusals mean."""

from typing import Any

import httpx
import pytest

from syncd.errors import (
    Forbidden,
    Gone,
    Mistake,
    NotFound,
    Refused,
    SignIn,
    SkipItem,
    TryLater,
    Unclear,
)
from syncd_todoist.client import error_of_command, error_of_response


class Answers(httpx.BaseTransport):
    def __init__(self, response: httpx.Response) -> None:
        self.response = response

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.response


def _reply(
    status: int, body: Any = None, path: str = "/sync", **headers: str
) -> httpx.Response:
    made = httpx.Response(status, json=body if body is not None else {}, headers=headers)
    with httpx.Client(transport=Answers(made)) as client:
        return client.get(f"https://x.invalid/api/v1{path}")


@pytest.mark.parametrize(
    ("status", "path", "write", "error"),
    [
        (400, "/sync", False, SkipItem),
        (400, "/tasks/1", True, Refused),
        (401, "/sync", True, SignIn),
        (403, "/sync", False, SignIn),
        (403, "/tasks/1", False, Forbidden),
        (404, "/sync", True, Mistake),
        (404, "/tasks/1", False, NotFound),
        (410, "/sync", False, Mistake),
        (408, "/sync", True, TryLater),
        (409, "/sync", False, TryLater),
        (429, "/sync", True, TryLater),
        (302, "/sync", True, Unclear),
        (302, "/sync", False, TryLater),
        (500, "/sync", True, Unclear),
        (500, "/sync", False, TryLater),
        (503, "/sync", True, Unclear),
    ],
)
def test_every_status_says_what_is_next(
    status: int, path: str, write: bool, error: type[Exception]
) -> None:
    assert type(error_of_response(_reply(status, path=path), write=write)) is error


@pytest.mark.parametrize("status", [400, 403, 404, 410])
@pytest.mark.parametrize(
    "body",
    [{"error": "Invalid sync token"}, {"error_extra": {"argument": "sync_token"}}],
    ids=["in-words", "as-argument"],
)
def test_a_sync_token_may_be_refused_with_any_status(status: int, body: Any) -> None:
    assert type(error_of_response(_reply(status, body), write=False)) is SkipItem


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({}, {}, None),
        ({"error_extra": {"retry_after": 66}}, {}, 66),
        ({"error_extra": {"retry_after": 66}}, {"retry-after": "7"}, 7),
        (
            {},
            {
                "retry-after": "Mon, 04 May 2026 08:01:00 GMT",
                "date": "Mon, 04 May 2026 08:00:00 GMT",
            },
            60,
        ),
        ({"error_extra": {"retry_after": "soon"}}, {}, None),
    ],
)
def test_a_limit_says_how_long(body: Any, headers: dict[str, str], seconds: float) -> None:
    error = error_of_response(_reply(429, body, **headers), write=True)
    assert isinstance(error, TryLater)
    assert error.seconds == seconds


def test_a_403_that_is_a_limit_waits() -> None:
    body = {"error_tag": "LIMITS_REACHED", "error_code": 35}
    assert isinstance(error_of_response(_reply(403, body), write=True), TryLater)


def test_a_404s_retry_after_means_nothing() -> None:
    body = {"error": "Task not found", "error_extra": {"retry_after": 3}}
    assert isinstance(error_of_response(_reply(404, body, "/tasks/1"), write=False), Gone)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("ok", type(None)),
        (None, Unclear),
        ({"error_code": 15, "error": "Invalid temporary id"}, SkipItem),
        ({"error_tag": "NOT_FOUND", "error_code": 478, "http_code": 404}, Gone),
        ({"error": "Item not found", "http_code": 400}, Gone),
        ({"error": "Non-base32 digit found", "http_code": 400}, Gone),
        ({"http_code": 403, "error": "Premium only"}, SkipItem),
        ({"http_code": 429, "error": "Too many"}, TryLater),
        ({"http_code": 503, "error": "Away"}, TryLater),
        ({"http_code": 400, "error_code": 35}, TryLater),
    ],
)
def test_every_commands_status_says_what_is_next(status: Any, error: type[Any]) -> None:
    assert isinstance(error_of_command(status), error)
