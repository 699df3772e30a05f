"""What a service, or whatever stands before it, may do instead of answering."""

import functools
import gzip
import itertools
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

from tests.hostile.front import Act, Exchange, head

JSON = (("Content-Type", "application/json"),)
MEGA = 1 << 20
PORTAL = "<html><title>Welcome to Hotel WiFi</title><form>Accept our terms</form></html>"
Headers = tuple[tuple[str, str], ...]


# Endless and slow.


def drip_head(pause: float) -> Act:
    """Send the status line and then headers without end, a byte each time."""

    def act(it: Exchange) -> None:
        drip(it, b"HTTP/1.1 200 OK\r\n", pause)
        for number in itertools.count():
            drip(it, f"X-{number}: y\r\n".encode(), pause)

    return act


def drip_body(pause: float) -> Act:
    """Send a body without end, a byte each time."""

    def act(it: Exchange) -> None:
        it.send(head(200, (*JSON, ("Content-Length", str(10**9)))))
        for _ in itertools.count():
            drip(it, b" ", pause)

    return act


def drip(it: Exchange, data: bytes, pause: float) -> None:
    for number in range(len(data)):
        it.send(data[number : number + 1])
        it.wait(pause)


def silence(it: Exchange) -> None:
    """Send headers, then nothing."""
    it.send(head(200, (*JSON, ("Content-Length", "100"))))
    it.wait()


def endless_chunks(it: Exchange) -> None:
    """Send chunks of white space, as fast as they are taken."""
    it.send(head(200, (*JSON, ("Transfer-Encoding", "chunked"))))
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    while True:
        it.send(chunk)


def endless_head(it: Exchange) -> None:
    """Send header lines without end."""
    it.send(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        it.send(f"X-{number}: {'y' * 60}\r\n".encode())


def endless_header(it: Exchange) -> None:
    """Send one header line without end."""
    it.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        it.send(b"y" * 65536)


def endless_continue(it: Exchange) -> None:
    """Say 100 Continue without end."""
    while True:
        it.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        it.wait(0.001)


def flood(it: Exchange) -> None:
    """Send a plain body of 200 MB."""
    it.send(head(200, (*JSON, ("Content-Length", str(200 * MEGA)))))
    for _ in range(200):
        it.send(b" " * MEGA)


@functools.cache
def bomb(layers: int = 1) -> Act:
    """Return what sends some bytes that decode to 2 GB; two layers make them few."""
    # The checksum at the end is wrong: whoever reads that far has read too much anyway.
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b" " * MEGA) + packer.flush(zlib.Z_FULL_FLUSH)
    body = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + piece * 2048
    body += packer.flush(zlib.Z_FINISH) + struct.pack("<LL", 0, 1 << 31)
    for _ in range(layers - 1):
        body = gzip.compress(body, mtime=0)
    coding = ("Content-Encoding", ", ".join(["gzip"] * layers))
    return plain(200, body, (*JSON, coding))


def unknown_encoding(name: str) -> Act:
    """Return what sends a body in an encoding that nobody asked for."""
    return plain(200, b"\x0b\x02\x80{}\x03" * 20, (*JSON, ("Content-Encoding", name)))


# Lies and breaks.


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


# Well-formed replies that are not what was asked for.


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


def endless_pages(*, repeating: bool) -> Act:
    """Return what has always a further page: with a new cursor each time, or the same."""
    first: dict[str, Any] = {}
    count = itertools.count(1)

    def act(it: Exchange) -> None:
        key = f"{it.asked.method} {it.asked.path}"
        if key not in first:
            first[key] = it.forward()
        reply = first[key]
        body = json.loads(reply.body)
        cursor = "again" if repeating else f"page-{next(count)}"
        body |= {"has_more": True, "next_cursor": cursor, "nextPageToken": cursor}
        body.pop("nextSyncToken", None)
        it.answer(reply.status, reply.headers, json.dumps(body).encode())

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
