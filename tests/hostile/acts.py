"""What a service, or whatever stands before it, may do instead of answering."""

import json
from collections.abc import Callable
from typing import Any

from tests.hostile.front import Act, Exchange, head

JSON = (("Content-Type", "application/json"),)
PORTAL = "<html><title>Welcome to Hotel WiFi</title><form>Accept our terms</form></html>"
Headers = tuple[tuple[str, str], ...]


def unknown_encoding(name: str) -> Act:
    """Return what sends a body in an encoding that nobody asked for."""
    return plain(200, b"\x0b\x02\x80{}\x03" * 20, (*JSON, ("Content-Encoding", name)))


def short_length(it: Exchange) -> None:
    """Announce less than comes."""
    body = it.forward().body
    it.send(head(200, (*JSON, ("Content-Length", str(max(1, len(body) // 2))))) + body)


def long_length(it: Exchange) -> None:
    """Announce more than comes, then hang up."""
    body = it.forward().body
    it.send(head(200, (*JSON, ("Content-Length", str(len(body) + 1000)))) + body)


def odd_length(value: str) -> Act:
    """Return what announces a length that is none."""
    return lambda it: it.send(head(200, (*JSON, ("Content-Length", value))) + b"{}")


def reset_head(it: Exchange) -> None:
    """Break off amid the headers."""
    it.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    it.wait(0.02)
    it.reset()


def reset_body(it: Exchange) -> None:
    """Do the work, break off amid the body."""
    body = it.forward().body
    it.send(head(200, (*JSON, ("Content-Length", str(len(body))))) + body[: len(body) // 2])
    it.wait(0.02)
    it.reset()


def no_http(it: Exchange) -> None:
    """Talk another protocol."""
    it.send(b"220 mail.example.org ESMTP\r\n\x00\xff\xfe\r\n\r\n")


def hang_up(it: Exchange) -> None:
    """End the connection without a word."""


def plain(status: int, body: bytes | str, headers: Headers = JSON) -> Act:
    """Return what answers every request alike."""
    data = body if isinstance(body, bytes) else body.encode("utf-8", "surrogateescape")
    return lambda it: it.answer(status, headers, data)


def redirect(status: int, where: str) -> Act:
    """Return what sends people to another host, with the path that they asked for."""
    return lambda it: it.answer(status, (("Location", where + it.asked.target),), b"")


def circle(status: int) -> Act:
    """Return what sends people to where they are."""
    return lambda it: it.answer(status, (("Location", it.asked.target),), b"")


def portal(status: int) -> Act:
    """Return what a hotel's network answers."""
    return plain(status, PORTAL, (("Content-Type", "text/html; charset=utf-8"),))


def limited(status: int, *values: str) -> Act:
    """Return what asks to wait, in a header for each value and in the body."""
    waits = tuple(("Retry-After", value) for value in values)
    body = json.dumps({"error": "slow down", "error_extra": {"retry_after": values[0]}})
    return plain(status, body, (*JSON, *waits))


def echo(status: int) -> Act:
    """Return what repeats the whole request, and the secret in it, in an error's message."""

    def act(it: Exchange) -> None:
        raw, secret = it.asked.raw.decode("latin-1"), it.asked.header("authorization")
        said = f"You sent {secret}; bare: {secret.partition(' ')[2]}; all of it: {raw}"
        form = it.asked.body.decode("latin-1")
        body: dict[str, Any] = {"object": "error", "status": status, "code": "unauthorized"}
        body |= {"message": said, "error_description": form, "error_extra": {"message": said}}
        body["error"] = {"code": status, "message": said, "errors": [{"reason": said}]}
        it.answer(status, (*JSON, ("X-Echo", secret)), json.dumps(body).encode())

    return act


def echo_flat(status: int) -> Act:
    """Return the same where the error is one text, as in Todoist's and OAuth's replies."""

    def act(it: Exchange) -> None:
        secret = it.asked.header("authorization")
        said = f"{secret} in {it.asked.body.decode('latin-1')}"
        body = {"error": said, "error_tag": said, "error_code": 400, "http_code": status}
        it.answer(status, JSON, json.dumps(body).encode())

    return act


def mutated(change: Callable[[Any], Any]) -> Act:
    """Return what passes the sandbox's own reply on, changed."""

    def act(it: Exchange) -> None:
        reply = it.forward()
        try:
            body = json.dumps(change(json.loads(reply.body))).encode()
        except ValueError:
            body = reply.body
        it.answer(reply.status, reply.headers, body)

    return act
