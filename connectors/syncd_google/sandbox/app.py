"""A sandbox of Google Calendar: one account, its API, its sign-in and its window."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from syncd.clock import Clock
from syncd.private import make_folder, write
from syncd.testing.fault_injection import App
from syncd_google.sandbox import oauth, page
from syncd_google.sandbox.api import Api
from syncd_google.sandbox.call import PREFIX
from syncd_google.sandbox.listing import Lists
from syncd_google.sandbox.person import GooglePerson, furnish
from syncd_google.sandbox.refusal import Refusal, not_here
from syncd_google.sandbox.state import Account
from syncd_google.sandbox.switches import Switches
from syncd_google.sandbox.trouble import trouble

ZONE = "Europe/Berlin"
_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class GoogleSandbox:
    """The account of one person in Berlin, with a few meetings in its calendar.

    ``token`` is an access token with the scopes that syncd asks for.
    """

    name = "google"

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self.account = Account(clock, ZONE)
        self.lists = Lists(self.account.switches)
        self.grants = oauth.Grants(self.account.clock)
        self.token = self.grants.token
        self.person = GooglePerson(self.account)
        furnish(self.account)
        self.app: App = self._routes()

    def trouble(self, status: int, seconds: int = 0, *, quota: bool = False) -> dict[str, Any]:
        """Return what the service answers in trouble, to be given to a ``Fault``. ``quota``: of a 403, the day's."""
        return trouble(status, seconds, quota=quota)

    @property
    def switches(self) -> Switches:
        """What can be chosen of how the sandbox behaves."""
        return self.account.switches

    def settings(self, origin: str) -> dict[str, Any]:
        """Return the settings that point here; writes the files that they name."""
        token_file = self._directory / "google-token.json"
        secrets_file = self._directory / "google-client.json"
        ends = {"token_uri": f"{origin}/token", "client_id": oauth.CLIENT_ID}
        secret = {"client_secret": oauth.CLIENT_SECRET}
        signed_in = {
            "type": "authorized_user",
            "token": self.token,
            "refresh_token": self.grants.refresh_token,
            "scopes": list(oauth.SCOPES),
            **ends,
            **secret,
        }
        installed = {
            **ends,
            **secret,
            "auth_uri": f"{origin}/o/oauth2/auth",
            "redirect_uris": ["http://localhost"],
        }
        make_folder(self._directory)
        write(token_file, json.dumps(signed_in))
        write(secrets_file, json.dumps({"installed": installed}))
        return {
            "token_file": str(token_file),
            "client_secrets_file": str(secrets_file),
            "base_url": origin,
        }

    def grant(self, *scopes: str) -> str:
        """Return an access token with these scopes, by their short names."""
        return self.grants.grant(tuple(PREFIX + one for one in scopes))

    def expire_cursors(self) -> None:
        """Make every sync token that was handed out stale: 410."""
        self.account.epoch += 1

    def purge_deleted(self) -> None:
        """Forget deleted events for good, as the service does some day."""
        self.account.purge()

    def expire_access(self) -> None:
        """End every access token; refreshing yields a new one."""
        self.grants.expire_access()

    def revoke_token(self) -> None:
        """Take the sign-in back: refreshing answers ``invalid_grant``."""
        self.grants.revoke()

    def lose_container(self) -> None:
        """Let the person delete the calendar that an application made."""
        calendar = self.person.calendar()
        calendar.gone = True
        self.account.touch(calendar)

    def end_listings(self) -> None:
        """Make every page token that was handed out invalid."""
        self.lists.forget()

    def empty_page_once(self) -> None:
        """Begin the next listing with an empty page that has a page token."""
        self.lists.empty_pages += 1

    def empty_listing_once(self) -> None:
        """Let the next listing find nothing at all."""
        self.lists.empty_listings += 1

    def _routes(self) -> App:
        window = page.Window(self.account)
        return Starlette(
            routes=[
                Route("/", window.show),
                Route("/_sandbox/{act}", window.act, methods=["POST"]),
                Route("/o/oauth2/auth", self._consent),
                Route("/token", self._token, methods=["POST"]),
                Route(
                    "/calendar/v3/{path:path}",
                    Api(self.account, self.grants, self.lists).answer,
                    methods=_VERBS,
                ),
                Route("/{path:path}", _elsewhere, methods=_VERBS),
            ]
        )

    async def _consent(self, request: Request) -> Response:
        try:
            return RedirectResponse(self.grants.consent(dict(request.query_params)), 302)
        except Refusal as refused:
            return JSONResponse(refused.body, refused.status)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        form |= oauth.basic(request.headers.get("authorization", ""))
        try:
            return JSONResponse(self.grants.exchange(form))
        except Refusal as refused:
            return JSONResponse(refused.body, refused.status)


async def _elsewhere(request: Request) -> Response:
    refused = not_here(request.method, request.url.path)
    return JSONResponse(refused.body, refused.status)


def make(directory: Path, clock: Clock) -> GoogleSandbox:
    """Make the sandbox; its files go below ``directory``."""
    return GoogleSandbox(directory, clock)
