"""Who may visit a sandbox: what runs on this machine, and the sandbox's own pages.

It is served on loopback, which keeps other machines out, but no browser: a page from
anywhere may have its visitor's browser send a form here, or give loopback a name of its
own (DNS rebinding) and read what is answered.
"""

from syncd.connect.faults import App, Receive, Scope, Send
from syncd.hosts import host_of, is_here

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
