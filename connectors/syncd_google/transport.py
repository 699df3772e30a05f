"""Google's client library over the one transport: what httplib2 would do, and no more.

The library asks an object like ``httplib2.Http`` for a reply, and refreshes its sign-in by
the same object (google-api-python-client 2.202.0, google-auth-httplib2 0.4.4). httplib2
itself would send a request again where a connection closes without a reply, and follow
its own certificates; this sends each request once.
"""

import io
import json
from typing import Any

import httplib2
import httpx
import requests
from google.auth.exceptions import RefreshError, TransportError
from google.oauth2.credentials import Credentials

from syncd.connect.http import Transport
from syncd.text import is_token

_SUCCESS_ENDS = 300


class Http:
    """The part of ``httplib2.Http`` that Google's libraries use."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        **_unused: Any,
    ) -> tuple[httplib2.Response, bytes]:
        """Do one request; return its reply and its body. Raises the errors of httpx."""
        request = httpx.Request(method, uri, headers=headers, content=body or b"")
        reply = self._transport.handle_request(request)
        response = httplib2.Response({**reply.headers, "status": str(reply.status_code)})
        response.reason = reply.reason_phrase
        return response, reply.content

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()


class Answered(Exception):
    """A reply that is not what was asked for.

    The library's own error for it does not bear every body (it takes the message off as a
    text, whatever that is).
    """

    def __init__(self, response: httplib2.Response, content: bytes) -> None:
        super().__init__(response.status)
        self.response = response
        self.content = content


class Judging:
    """The library's authorized connection, whose refusals are raised as ``Answered``."""

    def __init__(self, authorized: Any) -> None:
        self._authorized = authorized

    def request(self, *args: Any, **kwargs: Any) -> tuple[httplib2.Response, bytes]:
        """Do one request, signed in. Raises ``Answered`` for any status but success."""
        response, content = self._authorized.request(*args, **kwargs)
        if response.status >= _SUCCESS_ENDS:
            raise Answered(response, content)
        return response, content

    def close(self) -> None:
        """Let go of the connections."""
        self._authorized.close()


class Adapter(requests.adapters.BaseAdapter):
    """The one transport for ``requests``, by which the library's sign-in asks for a token."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **_unused: Any
    ) -> requests.Response:
        """Send a request once. Raises ``requests.ConnectionError``."""
        body: Any = request.body or b""
        headers: Any = dict(request.headers)
        asked = httpx.Request(
            str(request.method),
            str(request.url),
            headers=headers,
            content=body,
        )
        try:
            reply = self._transport.handle_request(asked)
        except httpx.RequestError as error:
            raise requests.ConnectionError(f"{type(error).__name__}: {error}") from error
        found = requests.Response()
        found.status_code, found.reason = reply.status_code, reply.reason_phrase
        found.headers.update(reply.headers)
        found.url, found.request = str(request.url), request
        found.raw = io.BytesIO(reply.content)
        return found

    def close(self) -> None:
        """Do nothing: the transport is closed by whom it belongs to."""


class SignedIn(Credentials):
    """The library's credentials, whose refresh fails in the library's own ways alone."""

    def refresh(self, request: Any) -> None:
        """Get a new access token.

        Raises ``RefreshError`` where the sign-in service says why it gives none, and
        ``TransportError`` for anything else that it answers.
        """
        heard: list[Any] = []
        before = self._refresh_token

        def ask(*args: Any, **kwargs: Any) -> Any:
            heard.append(request(*args, **kwargs))
            return heard[-1]

        try:
            super().refresh(ask)  # type: ignore[no-untyped-call]  # of the library
        except RefreshError as error:
            if heard and heard[-1].status != 401 and not _speaks(heard[-1].data):
                raise _trouble(f"status {heard[-1].status}") from error
            raise
        except GARBLED as error:
            raise _trouble("its answer can't be read") from error
        if not is_good(self._refresh_token):
            self._refresh_token = before  # what was good until now is not given up for that
        if not is_good(self.token):
            self.token = None
            raise _trouble("its answer can't be read")


GARBLED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What the libraries raise for an answer that they do not expect."""


def is_good(value: object) -> bool:
    """Say whether what came as a token is one."""
    return isinstance(value, str) and is_token(value)


def _trouble(what: str) -> TransportError:
    return TransportError(what)  # type: ignore[no-untyped-call]  # of the library


def _speaks(body: Any) -> bool:
    """Say whether a reply is a refusal as OAuth has it: RFC 6749, 5.2."""
    try:
        said = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return False
    return isinstance(said, dict) and isinstance(said.get("error"), str)
