"""Plumbing that every sandbox shares: faults, a request log, a server on loopback.

A sandbox is an ASGI application written from a service's public documentation. It
is wrapped here, outermost, so that faults can be put in before or after the work.
"""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import uvicorn

from syncd.model.entities import Kind
from syncd.model.values import Value

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
        ``close-after`` (the connection closed without a reply; the former calls ``hook``), ``cut`` (the work
        done, half of the reply's body), ``delay`` (seconds, then as usual), ``garbage``
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
    hook: Callable[["Logged"], None] | None = None
    met: int = 0

    def meets(self, request: "Logged") -> bool:
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
class Logged:
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


class Faulty:
    """An ASGI application with faults and a log around it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.faults: list[Fault] = []
        self.log: list[Logged] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, through the first fault that meets it."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        request, again = await _recorded(scope, receive)
        self.log.append(request)
        fault = next((one for one in self.faults if one.meets(request)), None)
        await self._serve(fault, request, _Exchange(scope, again, receive, send))

    async def _serve(self, fault: Fault | None, request: Logged, it: "_Exchange") -> None:
        if fault is None or fault.act == "delay":
            await asyncio.sleep(fault.seconds if fault else 0)
            request.status = await it.through(self.app)
            return
        if fault.act == "call" and fault.hook:
            await asyncio.to_thread(fault.hook, request)
            request.status = await it.through(self.app)
            return
        if fault.act not in ("status", "close-before"):
            status, headers, body = await it.done(self.app)
            await _after(fault, request, it, (status, headers, body))
            return
        if fault.act == "close-before":
            if fault.hook:
                await asyncio.to_thread(fault.hook, request)
            await it.hang_up()
            return
        request.status = fault.status
        await it.reply(fault.status, fault.headers, fault.reply)


async def _after(
    fault: Fault, request: Logged, it: "_Exchange", answer: tuple[int, Any, bytes]
) -> None:
    status, headers, body = answer
    if fault.act == "close-after":
        await it.hang_up()
        return
    if fault.act == "status-after":
        request.status = fault.status
        await it.reply(fault.status, fault.headers, fault.reply)
        return
    if fault.act == "call-after" and fault.hook:
        await asyncio.to_thread(fault.hook, request)
    if fault.act == "cut":
        body = body[: len(body) // 2]
    if fault.act == "garbage":
        body = b"<html>upstream error</html>"
    request.status = status
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    kept.append((b"content-length", str(len(body)).encode()))
    await it.send({"type": "http.response.start", "status": status, "headers": kept})
    await it.send({"type": "http.response.body", "body": body})


class _Exchange:
    """One request and its reply, with the means to keep or drop the reply."""

    def __init__(self, scope: Scope, again: Receive, raw: Receive, send: Send) -> None:
        self.scope, self.receive, self.raw, self.send = scope, again, raw, send

    async def through(self, app: App) -> int:
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await self.send(message)

        await app(self.scope, self.receive, watch)
        return status

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

    async def hang_up(self) -> None:
        """Close the connection without a reply; uvicorn's cycle owns the transport."""
        cycle = getattr(self.raw, "__self__", None)
        transport = getattr(cycle, "transport", None)
        if transport is None:
            message = "closing without a reply needs the uvicorn server"
            raise RuntimeError(message)
        transport.close()
        for _ in range(2):  # let uvicorn see that no one waits for a reply any more
            await asyncio.sleep(0)


async def _recorded(scope: Scope, receive: Receive) -> tuple[Logged, Receive]:
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
    request = Logged(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b"").decode(),
        headers=headers,
        body=body.decode(errors="replace"),
    )
    return request, again


class Person(Protocol):
    """What a person does in the tool's own window, for demonstrations and tests.

    Items are found by what the person reads: their title. Fields and values are the
    plan's (``Task.done``, ``Milestone.due``); references are titles. Every method
    raises ``KeyError`` for what the tool does not show.
    """

    def titles(self, kind: Kind) -> list[str]:
        """Return the titles of all items of a kind that the tool shows, in its order."""
        ...

    def shows(self, kind: Kind, title: str) -> dict[str, Value]:
        """Return the fields of one item as the tool shows them."""
        ...

    def add(self, kind: Kind, title: str, **fields: Value) -> None:
        """Add an item by hand."""
        ...

    def edit(self, kind: Kind, title: str, field: str, value: Value) -> None:
        """Change one field of an item (``title`` too) by hand."""
        ...

    def delete(self, kind: Kind, title: str) -> None:
        """Delete an item by hand, as the tool's own button does."""
        ...


class Sandbox(Protocol):
    """What an entry point of the group ``syncd.sandboxes`` makes.

    The entry point is called as ``make(directory, clock)``: a directory for files
    that the settings need (a token file), and where the time comes from.
    ``app`` serves the service's API and, at ``/``, a page for people.
    """

    name: str
    app: App
    person: Person

    def settings(self, origin: str) -> dict[str, Any]:
        """Return the ``[connectors.NAME]`` settings that point a connector here.

        May write files (a token file) below the directory it was made with.
        """
        ...


class Served:
    """A sandbox, running in a thread on a free loopback port until ``close``."""

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        self.sandbox = sandbox
        self.wrapped = Faulty(sandbox.app)
        # Named as TCP, so that asyncio sends small replies at once.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(128)  # a client that is early waits instead of being refused
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self.wrapped,
            log_level="error",
            lifespan="off",
            timeout_graceful_shutdown=1,
            access_log=False,
            date_header=False,  # a sandbox tells its own clock's time
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()

    @property
    def faults(self) -> list[Fault]:
        """The faults in force; append to it, clear it."""
        return self.wrapped.faults

    @property
    def log(self) -> list[Logged]:
        """Every request so far; clear it at will."""
        return self.wrapped.log

    def settings(self) -> dict[str, Any]:
        """Return the settings that point a connector at this server."""
        return self.sandbox.settings(self.origin)

    def close(self) -> None:
        """Stop the server."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()
