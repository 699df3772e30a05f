"""One way out: every request goes to the configured origin, and ends in time.

The client library names its host in every URL and gives each call a time-out of a
minute; both are set right here (todoist-api-python 4.0.0, ``_core``).
"""

from collections.abc import Callable

import httpx

from syncd.clock import Clock

_WAITS = {"connect": 3.0, "write": 3.0, "pool": 3.0, "read": 12.0}
_WHOLE = 18.0
_LAST = 2.0
"""Seconds: until a reply begins, for all of it, and between two parts of its body."""


class Redirect(httpx.BaseTransport):
    """Sends what is meant for Todoist's host to ``origin``, within 20 seconds.

    ``noted`` is called with the Date header of each reply.
    """

    def __init__(self, origin: str, clock: Clock, noted: Callable[[str | None], None]) -> None:
        self._origin = httpx.URL(origin)
        self._clock = clock
        self._noted = noted
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and read its whole reply."""
        started = self._clock.monotonic()
        request.url = request.url.copy_with(
            scheme=self._origin.scheme, host=self._origin.host, port=self._origin.port
        )
        request.headers["host"] = request.url.netloc.decode()
        waits = dict(_WAITS)
        request.extensions["timeout"] = waits
        response = self._inner.handle_request(request)
        self._noted(response.headers.get("date"))
        waits["read"] = _LAST  # the body's reads look this up when they begin
        try:
            body = self._body(response, request, started)
        finally:
            response.close()
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx.ByteStream(body),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()

    def _body(self, response: httpx.Response, request: httpx.Request, started: float) -> bytes:
        parts = []
        for part in response.stream:  # type: ignore[union-attr]  # HTTPTransport's is sync
            parts.append(part)
            if self._clock.monotonic() - started > _WHOLE:
                message = "the reply took too long"
                raise httpx.ReadTimeout(message, request=request)
        return b"".join(parts)
