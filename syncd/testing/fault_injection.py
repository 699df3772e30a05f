"""What goes wrong with a sandbox on purpose, and the log of what it was asked.

``FaultInjection`` wraps a sandbox's application outermost, so that faults can be put in before
or after the work of a request.
"""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTROL = "/_sandbox"
"""Paths below this are the sandbox's own: never logged, never faulted."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing to go wrong.

    method, path: regular expressions that must match the whole of each.
    body: a regular expression to be found in the request's body.
    skip: how many matching requests pass before it begins.
    times: how many it meets; 0 means all that follow.
    act: ``status`` (answer with ``status``, ``headers``, ``reply``, without doing the
        work), ``status-after`` (the same, the work done), ``close-before`` and
        ``close-after`` (the connection closed without a reply; the former calls ``hook``),
        ``reset-before`` and ``reset-after`` (the same by a TCP reset), ``cut`` (the work
        done, half of the reply's body), ``tear`` (the work done, the connection closed
        amid the reply's body), ``delay`` (seconds, then as usual), ``garbage``
        (the work done, a body that is no JSON), ``call`` (``hook`` called before the
        work), ``call-after`` (``hook`` called after the work, before the reply).
    """

    act: str
    method: str = ".*"
    path: str = ".*"
    body: str = ""
    skip: int = 0
    times: int = 1
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    reply: Any = None
    seconds: float = 0.0
    hook: Callable[["RequestLog"], None] | None = None
    met: int = 0

    def meets(self, request: "RequestLog") -> bool:
        """Say whether this request is hit, counting it."""
        hit = (
            re.fullmatch(self.method, request.method)
            and re.fullmatch(self.path, request.path)
            and (not self.body or re.search(self.body, request.body))
        )
        if not hit:
            return False
        self.met += 1
        return self.met > self.skip and (not self.times or self.met <= self.skip + self.times)


@dataclass(slots=True, kw_only=True)
class RequestLog:
    """One request, as it came, and the status of its reply (0: none was sent)."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int = 0

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class FaultInjection:
    """An ASGI application with faults and a log around it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.faults: list[Fault] = []
        self.log: list[RequestLog] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, through the first fault that meets it."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        request, again = await _recorded(scope, receive)
        self.log.append(request)
        fault = next((fault for fault in self.faults if fault.meets(request)), None)
        await self._serve(fault, request, _Exchange(scope, again, receive, send))

    async def _serve(
        self, fault: Fault | None, request: RequestLog, exchange: "_Exchange"
    ) -> None:
        if fault is None or fault.act == "delay":
            await asyncio.sleep(fault.seconds if fault else 0)
            await exchange.through(self.app, request)
            return
        if fault.act == "call" and fault.hook:
            await asyncio.to_thread(fault.hook, request)
            await exchange.through(self.app, request)
            return
        if fault.act not in ("status", "close-before", "reset-before"):
            status, headers, body = await exchange.done(self.app)
            await _after(fault, request, exchange, (status, headers, body))
            return
        if fault.act in ("close-before", "reset-before"):
            if fault.hook:
                await asyncio.to_thread(fault.hook, request)
            await exchange.hang_up(reset=fault.act == "reset-before")
            return
        request.status = fault.status
        await exchange.reply(fault.status, fault.headers, fault.reply)


async def _after(
    fault: Fault, request: RequestLog, exchange: "_Exchange", answer: tuple[int, Any, bytes]
) -> None:
    status, headers, body = answer
    if fault.act in ("close-after", "reset-after"):
        await exchange.hang_up(reset=fault.act == "reset-after")
        return
    if fault.act == "status-after":
        request.status = fault.status
        await exchange.reply(fault.status, fault.headers, fault.reply)
        return
    if fault.act == "call-after" and fault.hook:
        await asyncio.to_thread(fault.hook, request)
    if fault.act == "tear":
        request.status = status
        await exchange.send(
            {"type": "http.response.start", "status": status, "headers": headers}
        )
        half = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        await exchange.send(half)
        await exchange.hang_up()
        return
    if fault.act == "cut":
        body = body[: len(body) // 2]
    if fault.act == "garbage":
        body = b"<html>upstream error</html>"
    request.status = status
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    kept.append((b"content-length", str(len(body)).encode()))
    await exchange.send({"type": "http.response.start", "status": status, "headers": kept})
    await exchange.send({"type": "http.response.body", "body": body})


class _Exchange:
    """One request and its reply, with the means to keep or drop the reply."""

    def __init__(self, scope: Scope, again: Receive, raw: Receive, send: Send) -> None:
        self.scope, self.receive, self.raw, self.send = scope, again, raw, send

    async def through(self, app: App, request: RequestLog) -> None:
        """Serve a request; its status is in the log before the client has the reply."""

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = int(message["status"])
            await self.send(message)

        await app(self.scope, self.receive, watch)

    async def done(self, app: App) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        status, headers, parts = 0, [], []

        async def keep(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = int(message["status"]), list(message["headers"])
            else:
                parts.append(message.get("body", b""))

        await app(self.scope, self.receive, keep)
        return status, headers, b"".join(parts)

    async def reply(self, status: int, headers: dict[str, str], body: Any) -> None:
        text = body if isinstance(body, str) else json.dumps(body if body is not None else {})
        sent = {"content-type": "application/json", **headers}
        pairs = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})
        await self.send({"type": "http.response.body", "body": text.encode()})

    async def hang_up(self, *, reset: bool = False) -> None:
        """Close the connection at once; uvicorn's cycle owns the transport."""
        cycle = getattr(self.raw, "__self__", None)
        transport = getattr(cycle, "transport", None)
        if transport is None:
            message = "closing without a reply needs the uvicorn server"
            raise RuntimeError(message)
        if reset:
            linger = struct.pack("ii", 1, 0)  # what is unsent is dropped, the peer is told so
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        else:
            transport.close()
        for _ in range(2):  # let uvicorn see that no one waits for a reply any more
            await asyncio.sleep(0)


async def _recorded(scope: Scope, receive: Receive) -> tuple[RequestLog, Receive]:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"".join(parts)
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    request = RequestLog(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b"").decode(),
        headers=headers,
        body=body.decode(errors="replace"),
    )
    return request, again
