"""Google's endpoints, one method each, over Google's own client library."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
import httpx
from google.auth.exceptions import GoogleAuthError
from google.oauth2.credentials import Credentials
from googleapiclient import discovery_cache
from googleapiclient.discovery import build_from_document

from syncd.connect.http import Place, Transport
from syncd.connect.network import Network
from syncd.connect.refusals import unreadable
from syncd.errors import SignIn
from syncd_google import tokens
from syncd_google.failures import failure
from syncd_google.transport import Answered, Http, Judging

Json = dict[str, Any]
Make = Callable[[Any], Any]
"""From the library's service to one of its requests."""

_ROOT = "https://www.googleapis.com/"
"""Where requests go, until they are given the address in the settings."""
_DOCUMENT = Path(discovery_cache.__file__).with_name("documents") / "calendar.v3.json"
_FAILURES = (
    Answered,
    GoogleAuthError,
    httpx.RequestError,
    ValueError,  # a reply that is no JSON
)


class Client:
    """One conversation with Google Calendar; for one thread.

    Every method raises the errors of ``syncd_google.failures``. The token file is read
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
            found = tokens.load(self._token_file, self._base_url)
            known = (found.token, found.refresh_token, found.client_secret)
            self._network.secrets.add(*(it for it in known if it))
            self._credentials = found
        return self._credentials

    def _through(self, credentials: Credentials) -> Any:
        """Return the connection that requests go through, with its credentials."""
        if self._http is None:
            place = Place(origin=self._base_url, also=(str(credentials.token_uri),))
            http = Http(Transport(place, self._network))
            self._http = Judging(google_auth_httplib2.AuthorizedHttp(credentials, http=http))
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
