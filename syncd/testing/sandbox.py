"""What every sandbox is: a service's API, its user's acts, a server on loopback, and who may visit it."""

import socket
import threading
from datetime import date, datetime
from typing import Any, Protocol

import uvicorn

from syncd.hosts import host_of, is_here
from syncd.model.entities import Kind
from syncd.model.values import Value
from syncd.testing.fault_injection import (
    App,
    Fault,
    FaultInjection,
    Receive,
    RequestLog,
    Scope,
    Send,
)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ELSEWHERE = "This is served to this machine alone: open it as http://127.0.0.1 with its port."
_ANOTHER = "This cannot be done from another page: open the sandbox's own."


class OnlyHere:
    """An ASGI application that lets in whom it is for.

    Browsers say in ``Host`` by which name they came, and in ``Origin`` and
    ``Sec-Fetch-Site`` whose page sends a form. Client libraries say nothing of pages.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif not _came_here(scope):
            await _refuse(send, 421, _ELSEWHERE)
        elif scope["method"] not in _SAFE and not _own_page(scope):
            await _refuse(send, 403, _ANOTHER)
        else:
            await self._app(scope, receive, send)


def _came_here(scope: Scope) -> bool:
    """Say whether the one host that is named is this machine."""
    named = _all(scope, b"host")
    try:
        return len(named) == 1 and is_here(host_of(named[0]))
    except ValueError:  # no host has that name
        return False


def _own_page(scope: Scope) -> bool:
    """Say whether a request comes from a page of this sandbox, or from no page."""
    own = f"{scope['scheme']}://{_all(scope, b'host')[0]}"
    return set(_all(scope, b"origin")) <= {own} and "cross-site" not in _all(
        scope, b"sec-fetch-site"
    )


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").lower() for key, value in scope["headers"] if key == name]


async def _refuse(send: Send, status: int, why: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{why}\n".encode()})


class UserDriver(Protocol):
    """What a person does in the tool's own window, for demonstrations and tests.

    Items are found by what the person reads: their title; where several share one, by
    an id of ``ids``. Fields and values are the plan's (``Task.done``, ``Milestone.due``);
    references are titles. Every method raises ``KeyError`` for what the tool does not
    show. What people do with one tool alone (restore, duplicate, move elsewhere) are
    further methods of its person.
    """

    def titles(self, kind: Kind) -> list[str]:
        """Return the titles of all items of a kind that the tool shows, in its order."""
        ...

    def ids(self, kind: Kind, title: str) -> list[str]:
        """Return the tool's own ids of all items of this title."""
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


class CalendarUser(Protocol):
    """What a person with a calendar does besides, in one that is not syncd's.

    For the persons of sandboxes that tell busy time. A learning block is dragged by
    ``UserDriver.edit`` of its "start" (it stays as long as it is; a date makes it take the
    whole day), resized by that of its "end", and ticked by that of its "state".
    """

    def meeting(
        self, title: str, start: datetime | date, end: datetime | date, **how: bool
    ) -> None:
        """Plan something else; two dates are whole days, ``end`` the one after.

        how: ``tentative``, ``declined``, ``free`` (it takes no time), ``weekly`` (it comes
        again every week), ``out_of_office``.
        """
        ...

    def meetings(self) -> list[str]:
        """Return the titles of what is planned, in order."""
        ...

    def move_meeting(self, title: str, start: datetime) -> None:
        """Move what is planned to another time; it stays as long as it is."""
        ...

    def cancel_meeting(self, title: str) -> None:
        """Delete what is planned."""
        ...


class Sandbox(Protocol):
    """What an entry point of the group ``syncd.sandboxes`` makes.

    The entry point is called as ``make(directory, clock)``: a directory for files
    that the settings need (a token file), and where the time comes from.
    ``app`` serves the service's API and, at ``/``, a page for people.
    """

    name: str
    app: App

    @property
    def person(self) -> UserDriver:
        """The service's user, who edits by hand."""
        ...

    def settings(self, origin: str) -> dict[str, Any]:
        """Return the ``[connectors.NAME]`` settings that point a connector here.

        May write files (a token file) below the directory it was made with.
        """
        ...


class Served:
    """A sandbox, running in a thread on a free loopback port until ``close``.

    It is for this machine's programs and its own pages: others are refused, and not logged.
    """

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        self.sandbox = sandbox
        self.wrapped = FaultInjection(sandbox.app)
        # Named as TCP, so that asyncio sends small replies at once.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(128)  # a client that is early waits instead of being refused
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            OnlyHere(self.wrapped),
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
    def log(self) -> list[RequestLog]:
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
