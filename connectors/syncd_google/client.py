"""Google's endpoints, one method each, over Google's own client library.

The library asks an object like ``httplib2.Http`` for a reply, and refreshes its sign-in by
the same object (google-api-python-client 2.202.0, google-auth-httplib2 0.4.4). httplib2
itself would send a request again where a connection closes without a reply, and follow
its own certificates; the one transport sends each request once.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
import httpx
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2.credentials import Credentials
from googleapiclient import discovery_cache
from googleapiclient.discovery import build_from_document

from syncd.connect.http import ServiceAddress, Transport
from syncd.connect.network import Network
from syncd.connect.refusals import refusal_of, unanswered, unreadable
from syncd.errors import SignIn, SyncdError, TryLater
from syncd.text import line
from syncd_google import tokens
from syncd_google.errors import SIGN_IN, refused

Json = dict[str, Any]
Make = Callable[[Any], Any]
"""From the library's service to one of its requests."""

_ROOT = "https://www.googleapis.com/"
"""Where requests go, until they are given the address in the settings."""
_DOCUMENT = Path(discovery_cache.__file__).with_name("documents") / "calendar.v3.json"
_SUCCESS_ENDS = 300


class TransportHttp:
    """The part of ``httplib2.Http`` that Google's libraries use, over the one transport."""

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


class RefusedReply(Exception):
    """A reply that is not what was asked for.

    The library's own error for it does not bear every body (it takes the message off as a
    text, whatever that is).
    """

    def __init__(self, response: httplib2.Response, content: bytes) -> None:
        super().__init__(response.status)
        self.response = response
        self.content = content


class CheckedHttp:
    """The library's authorized connection, whose refusals are raised as ``RefusedReply``."""

    def __init__(self, authorized: Any) -> None:
        self._authorized = authorized

    def request(self, *args: Any, **kwargs: Any) -> tuple[httplib2.Response, bytes]:
        """Do one request, signed in. Raises ``RefusedReply`` for any status but success."""
        response, content = self._authorized.request(*args, **kwargs)
        if response.status >= _SUCCESS_ENDS:
            raise RefusedReply(response, content)
        return response, content

    def close(self) -> None:
        """Let go of the connections."""
        self._authorized.close()


_FAILURES = (
    RefusedReply,
    GoogleAuthError,
    httpx.RequestError,
    ValueError,  # a reply that is no JSON
)


class GoogleClient:
    """One conversation with Google Calendar; for one thread.

    Every method raises the errors of ``failure``. The token file is read
    when the first request is made, and again after a refusal.
    """

    def __init__(self, token_file: Path, base_url: str, network: Network) -> None:
        self._token_file = token_file
        self._base_url = base_url
        self._network = network
        self._credentials: Credentials | None = None
        self._http: Any = None

    def calendars(self, page: str | None) -> Json:
        """calendarList.list: one page of the user's calendars."""
        return self._read(lambda api: api.calendarList().list(maxResults=250, pageToken=page))

    def calendar(self, calendar: str) -> Json:
        """calendars.get."""
        return self._read(lambda api: api.calendars().get(calendarId=calendar))

    def new_calendar(self, body: Mapping[str, Any]) -> Json:
        """calendars.insert, which no key makes safe to repeat."""
        return self._write(lambda api: api.calendars().insert(body=dict(body)))

    def events(self, calendar: str, query: Mapping[str, Any]) -> Json:
        """events.list: one page."""
        return self._read(lambda api: api.events().list(calendarId=calendar, **query))

    def event(self, calendar: str, event: str) -> Json:
        """events.get: a deleted event is answered too, as cancelled."""
        return self._read(lambda api: api.events().get(calendarId=calendar, eventId=event))

    def free_busy(self, body: Mapping[str, Any]) -> Json:
        """freebusy.query: a POST that only reads."""
        return self._read(lambda api: api.freebusy().query(body=dict(body)))

    def insert(self, calendar: str, body: Mapping[str, Any]) -> Json:
        """events.insert; the body holds the id."""
        return self._write(
            lambda api: api.events().insert(
                calendarId=calendar, body=dict(body), sendUpdates="none"
            )
        )

    def patch(self, calendar: str, event: str, body: Mapping[str, Any], etag: str) -> Json:
        """events.patch, if the event still has this etag."""
        return self._write(
            lambda api: _if_match(
                api.events().patch(
                    calendarId=calendar, eventId=event, body=dict(body), sendUpdates="none"
                ),
                etag,
            )
        )

    def delete(self, calendar: str, event: str, etag: str) -> None:
        """events.delete, if the event still has this etag."""
        self._call(
            lambda api: _if_match(
                api.events().delete(calendarId=calendar, eventId=event, sendUpdates="none"),
                etag,
            ),
            write=True,
            empty=True,
        )

    def close(self) -> None:
        """Let go of the connection, and of the credentials."""
        if self._http is not None:
            self._http.close()
        self._http = None
        self._credentials = None

    def _read(self, make: Make) -> Json:
        return self._call(make, write=False)

    def _write(self, make: Make) -> Json:
        return self._call(make, write=True)

    def _call(self, make: Make, *, write: bool, empty: bool = False) -> Json:
        try:
            answer = self._answer(make, write=write)
        except SignIn:
            self.close()
            raise
        if empty:
            return {}
        if not isinstance(answer, dict):
            raise unreadable("Google", write=write)
        return answer

    def _answer(self, make: Make, *, write: bool) -> Any:
        credentials = self._signed_in()
        token = credentials.token
        request = make(_service())
        request.uri = request.uri.replace(_ROOT, f"{self._base_url}/", 1)
        try:
            return request.execute(http=self._through(credentials), num_retries=0)
        except _FAILURES as error:
            raise failure(error, write=write) from error
        finally:
            if credentials.token and credentials.token != token:
                self._network.secrets.add(str(credentials.token or ""))
                tokens.save(self._token_file, credentials)

    def _signed_in(self) -> Credentials:
        if self._credentials is None:
            credentials = tokens.load(self._token_file, self._base_url)
            known = (credentials.token, credentials.refresh_token, credentials.client_secret)
            self._network.secrets.add(*(secret for secret in known if secret))
            self._credentials = credentials
        return self._credentials

    def _through(self, credentials: Credentials) -> Any:
        """Return the connection that requests go through, with its credentials."""
        if self._http is None:
            place = ServiceAddress(origin=self._base_url, also=(str(credentials.token_uri),))
            http = TransportHttp(Transport(place, self._network))
            self._http = CheckedHttp(
                google_auth_httplib2.AuthorizedHttp(credentials, http=http)
            )
        return self._http


class _Collections:
    """The library's service: each of its collections is built once, not for each request."""

    def __init__(self, service: Any) -> None:
        self._service = service
        self._built: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[[], Any]:
        if name not in self._built:
            self._built[name] = getattr(self._service, name)()
        return lambda: self._built[name]


@cache
def _service() -> _Collections:
    """Return the library's service; nothing in it belongs to one account or connection."""
    document = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
    document |= {"rootUrl": _ROOT, "baseUrl": f"{_ROOT}{document['servicePath']}"}
    # Nothing is asked through this: each request is given its connection.
    return _Collections(build_from_document(document, http=httplib2.Http()))


def _if_match(request: Any, etag: str) -> Any:
    if etag:
        request.headers["If-Match"] = etag
    return request


def failure(error: Exception, *, write: bool) -> SyncdError:
    """Return what an exception of the client library, or of its transport, means."""
    if isinstance(error, RefusedReply):
        return _refused(error, write=write)
    if isinstance(error, RefreshError) and not error.retryable:
        word = line(str(error.args[0])) if error.args else "no reason given"
        return SignIn(f"Google no longer accepts the sign-in ({word}): {SIGN_IN}.")
    if isinstance(error, GoogleAuthError):
        word = line(str(error))
        return TryLater(f"Google's sign-in service does not answer ({word}): trying later.")
    if isinstance(error, httpx.RequestError):
        return unanswered("Google", error, write=write)
    return unreadable("Google", write=write)


def _refused(error: RefusedReply, *, write: bool) -> SyncdError:
    reply = error.response
    headers = {name: reply[name] for name in ("date", "retry-after") if name in reply}
    response = httpx.Response(int(reply.status), headers=headers, content=error.content)
    refusal = refusal_of(response, write=write)
    message = refusal.text("error", "message") or line(str(reply.reason or refusal.status))
    return refused(refusal, message)
