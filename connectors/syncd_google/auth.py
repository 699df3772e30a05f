"""Signing in: Google's flow for installed applications, on a loopback address."""

import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import requests
from google.auth.exceptions import GoogleAuthError
from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]  # has no types

from syncd.connect.http import ServiceAddress, Transport
from syncd.connect.network import Network
from syncd.errors import Mistake, SignIn
from syncd_google import tokens
from syncd_google.settings import GoogleSettings

_AUTH = "https://www.googleapis.com/auth/"
SCOPES = (
    f"{_AUTH}calendar.app.created",
    f"{_AUTH}calendar.calendarlist.readonly",
    f"{_AUTH}calendar.events.freebusy",
)
"""The own calendar, finding it again, and busy time: nothing else can be seen."""
DETAILS = f"{_AUTH}calendar.events.readonly"
"""Only where the settings ask for more than free and busy: to see what is tentative, say."""

_PATIENCE = 600  # seconds for a person to agree


def sign_in(settings: GoogleSettings, say: Callable[[str], None], network: Network) -> str:
    """Let the person agree in a browser, and keep what that yields in the token file.

    The browser may be on another machine: the person is shown the address to open, and how to
    bring the answer here.
    """
    path = settings.token_file
    if path is None:
        raise Mistake(
            "[connectors.google] has no `token_file`: name the file in which to keep the sign-in."
        )
    flow = _flow(settings, say)
    network.secrets.add(str(flow.client_config.get("client_secret") or ""))
    credentials = _agreed(flow, network)
    if not credentials.refresh_token:
        raise SignIn("Google gave no lasting sign-in: remove syncd's access there, try again.")
    if not all(
        tokens.is_good(token) for token in (credentials.token, credentials.refresh_token)
    ):
        raise SignIn("Google answered something that is no sign-in: run the command again.")
    try:
        tokens.write_private(path, json.loads(credentials.to_json()))
    except OSError as error:
        raise Mistake(f"{path} cannot be written ({error.strerror}): name another.") from error
    return f"Signed in to Google Calendar; the sign-in is kept in {path}."


def _scopes(settings: GoogleSettings) -> list[str]:
    return [*SCOPES, DETAILS] if settings.asks_more_than_free_busy else list(SCOPES)


def _flow(settings: GoogleSettings, say: Callable[[str], None]) -> "_TellingFlow":
    secrets, scopes = settings.client_secrets_file, _scopes(settings)
    where = "create an OAuth client of type 'Desktop app' in Google Cloud and download its JSON"
    if secrets is None:
        raise Mistake(f"[connectors.google] has no `client_secrets_file`: {where}.")
    try:
        flow: _TellingFlow = _TellingFlow.from_client_secrets_file(str(secrets), scopes)
    except FileNotFoundError as error:
        raise Mistake(f"There is no file {secrets}: {where}.") from error
    except (OSError, ValueError) as error:
        raise Mistake(f"{secrets} is no OAuth client file: {where}.") from error
    if not tokens.may_go_to(flow.token_uri, settings.base_url):
        raise Mistake(f"{secrets} names an address that is not Google's: {where}.")
    flow.say = say
    return flow


def _agreed(flow: "_TellingFlow", network: Network) -> Any:
    """Return the credentials that the person's agreement yields."""
    place = ServiceAddress(origin=flow.token_uri, named=_secured(flow.token_uri))
    transport = Transport(place, network)
    flow.oauth2session.mount("https://", TransportAdapter(transport))
    flow.oauth2session.mount("http://", TransportAdapter(transport))
    try:
        return _waited_for(flow, network)
    finally:
        transport.close()


def _waited_for(flow: "_TellingFlow", network: Network) -> Any:
    """Wait for the person to agree. Raises ``SignIn`` where nothing comes of it."""
    try:
        return flow.run_local_server(
            port=0,
            open_browser=False,
            authorization_prompt_message=None,
            timeout_seconds=_PATIENCE,
            access_type="offline",
            prompt="consent",
        )
    except WSGITimeoutError as error:
        raise SignIn("Nobody agreed within ten minutes: run the command again.") from error
    except Warning as error:  # how oauthlib says that the scopes are not those asked for
        raise SignIn("Not every box was ticked: run it again and tick all of them.") from error
    except requests.RequestException as error:
        raise SignIn(f"Google can't be reached ({error}): run the command again.") from error
    except (OAuth2Error, GoogleAuthError, *tokens.GARBLED) as error:
        why = network.secrets.words(error)
        raise SignIn(f"Google did not sign you in ({why}): run the command again.") from error
    except OSError as error:
        raise SignIn(f"No address to return to ({error}): run the command again.") from error


def _secured(uri: str) -> str:
    """Return an address as the library wants it: it refuses plain http, which the transport
    allows to this machine alone."""
    return uri.replace("http://", "https://", 1)


class TransportAdapter(requests.adapters.BaseAdapter):
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
        sent = httpx.Request(
            str(request.method), str(request.url), headers=headers, content=body
        )
        try:
            reply = self._transport.handle_request(sent)
        except httpx.RequestError as error:
            raise requests.ConnectionError(f"{type(error).__name__}: {error}") from error
        response = requests.Response()
        response.status_code, response.reason = reply.status_code, reply.reason_phrase
        response.headers.update(reply.headers)
        response.url, response.request = str(request.url), request
        response.raw = io.BytesIO(reply.content)
        return response

    def close(self) -> None:
        """Do nothing: the transport is closed by whom it belongs to."""


class _TellingFlow(InstalledAppFlow):  # type: ignore[misc]  # the library has no types
    """The library's flow, telling the person where to go instead of printing it."""

    say: Callable[[str], None]

    @property
    def token_uri(self) -> str:
        """Where the service exchanges what the person agreed to."""
        return str(self.client_config["token_uri"])

    def fetch_token(self, **kwargs: Any) -> Any:
        """Exchange it; the transport knows where that address really is."""
        kwargs.setdefault("client_secret", self.client_config["client_secret"])
        kwargs.setdefault("code_verifier", self.code_verifier)
        return self.oauth2session.fetch_token(_secured(self.token_uri), **kwargs)

    def authorization_url(self, **kwargs: Any) -> tuple[str, str]:
        """Return the address to open, having shown it."""
        shown = str(self.client_config["auth_uri"])
        self.client_config["auth_uri"] = _secured(shown)
        url, state = super().authorization_url(**kwargs)
        url = url.replace(_secured(shown), shown, 1)
        port = urlsplit(self.redirect_uri).port
        self.say("Open this address in a browser and agree:")
        self.say(url)
        self.say(
            "Is the browser on another machine? First run there: "
            f"ssh -L {port}:localhost:{port} THIS-MACHINE"
        )
        return url, state
