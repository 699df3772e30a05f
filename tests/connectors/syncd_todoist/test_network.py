"""How requests leave, how long they may take, and what their failures mean."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from syncd.clock import SystemClock
from syncd.errors import Gone, Mistake, SignIn, SkipItem, TryLater, Unclear
from syncd_todoist import transport
from syncd_todoist.failures import Forbidden, answered, command_failed
from tests.connectors.syncd_todoist.harness import TodoistHarness


def test_requests_go_to_the_configured_origin_with_the_token(todoist: TodoistHarness) -> None:
    todoist.cursor()
    logged = todoist.server.log[-1]
    assert logged.headers["host"] == todoist.server.origin.removeprefix("http://")
    assert logged.headers["authorization"] == f"Bearer {todoist.sandbox.token}"
    assert logged.headers["content-type"] == "application/x-www-form-urlencoded"


def test_the_service_is_spoken_to_at_its_own_host() -> None:
    heard: list[str | None] = []
    way = transport.Redirect("https://api.todoist.com", SystemClock(), heard.append)
    assert str(way._origin) == "https://api.todoist.com"
    way.close()


@pytest.fixture
def dripping() -> Iterator[str]:
    """Give the origin of a server that sends a byte now and then, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            while not stop.wait(0.05):
                connection.sendall(b" ")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    stop.set()
    thread.join(5)
    listener.close()


class Hurried(SystemClock):
    """A clock on which a second lasts a hundredth."""

    def monotonic(self) -> float:
        return time.monotonic() * 100


def test_a_reply_that_never_ends_is_cut_off(dripping: str) -> None:
    way = transport.Redirect(dripping, Hurried(), lambda _: None)
    with httpx.Client(transport=way) as client, pytest.raises(httpx.ReadTimeout):
        client.get("http://x.invalid/", timeout=60)


def test_all_waits_together_are_less_than_twenty_seconds() -> None:
    begin = transport._WAITS["connect"] + transport._WAITS["write"] + transport._WAITS["read"]
    assert begin <= transport._WHOLE
    assert transport._WHOLE + transport._LAST <= 20


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
        (401, "/sync", True, SignIn),
        (403, "/sync", False, SignIn),
        (403, "/tasks/1", False, Forbidden),
        (404, "/sync", True, Mistake),
        (404, "/tasks/1", False, Gone),
        (410, "/sync", False, Mistake),
        (408, "/sync", True, TryLater),
        (409, "/sync", False, TryLater),
        (429, "/sync", True, TryLater),
        (302, "/sync", True, TryLater),
        (500, "/sync", True, Unclear),
        (500, "/sync", False, TryLater),
        (503, "/sync", True, Unclear),
    ],
)
def test_every_status_says_what_is_next(
    status: int, path: str, write: bool, error: type[Exception]
) -> None:
    assert type(answered(_reply(status, path=path), write=write)) is error


@pytest.mark.parametrize("status", [400, 403, 404, 410])
@pytest.mark.parametrize(
    "body",
    [{"error": "Invalid sync token"}, {"error_extra": {"argument": "sync_token"}}],
    ids=["in-words", "as-argument"],
)
def test_a_sync_token_may_be_refused_with_any_status(status: int, body: Any) -> None:
    assert type(answered(_reply(status, body), write=False)) is SkipItem


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
    error = answered(_reply(429, body, **headers), write=True)
    assert isinstance(error, TryLater)
    assert error.seconds == seconds


def test_a_403_that_is_a_limit_waits() -> None:
    body = {"error_tag": "LIMITS_REACHED", "error_code": 35}
    assert isinstance(answered(_reply(403, body), write=True), TryLater)


def test_a_404s_retry_after_means_nothing() -> None:
    body = {"error": "Task not found", "error_extra": {"retry_after": 3}}
    assert isinstance(answered(_reply(404, body, "/tasks/1"), write=False), Gone)


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
    assert isinstance(command_failed(status), error)
