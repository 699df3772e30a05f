"""What a service may do without an end: slowly, or as fast as it is taken."""

import functools
import gzip
import itertools
import json
import struct
import zlib
from typing import Any

from tests.hostile.acts import JSON, plain
from tests.hostile.front import Act, Exchange, head

MEGA = 1 << 20


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
