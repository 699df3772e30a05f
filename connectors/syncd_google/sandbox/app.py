"""A sandbox of Google Calendar: one account, its API, its sign-in and its window."""

import json
import re
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
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
from syncd_google.sandbox import events, oauth, page, render
from syncd_google.sandbox.account import GoogleAccount, GoogleSwitches
from syncd_google.sandbox.call import (
    PREFIX,
    GoogleCall,
    GoogleListings,
    GoogleReply,
    checked,
    find_method,
    parameters,
)
from syncd_google.sandbox.oauth import OAuthGrants
from syncd_google.sandbox.refusals import (
    GoogleRefusal,
    fault_reply,
    invalid,
    no_scope,
    not_here,
    too_many,
)
from syncd_google.sandbox.user import GoogleUser, furnish

ZONE = "Europe/Berlin"
Mask = dict[str, "Mask"]
_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_WORD = re.compile(r"[A-Za-z0-9_*#-]+|[(),/]")


class GoogleSandbox:
    """The account of one person in Berlin, with a few meetings in its calendar.

    ``token`` is an access token with the scopes that syncd asks for.
    """

    name = "google"

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self.account = GoogleAccount(clock, ZONE)
        self.lists = GoogleListings(self.account.switches)
        self.grants = oauth.OAuthGrants(self.account.clock)
        self.token = self.grants.token
        self.person = GoogleUser(self.account)
        furnish(self.account)
        self.app: App = self._routes()

    def trouble(self, status: int, seconds: int = 0, *, quota: bool = False) -> dict[str, Any]:
        """Return what the service answers in trouble, for a ``Fault``; ``quota``: of a 403, the day's."""
        return fault_reply(status, seconds, quota=quota)

    @property
    def switches(self) -> GoogleSwitches:
        """What can be chosen of how the sandbox behaves."""
        return self.account.switches

    def settings(self, origin: str) -> dict[str, Any]:
        """Return the settings that point here; writes the files that they name."""
        token_file = self._directory / "google-token.json"
        secrets_file = self._directory / "google-client.json"
        client = {
            "token_uri": f"{origin}/token",
            "client_id": oauth.CLIENT_ID,
            "client_secret": oauth.CLIENT_SECRET,
        }
        signed_in = {
            "type": "authorized_user",
            "token": self.token,
            "refresh_token": self.grants.refresh_token,
            "scopes": list(oauth.SCOPES),
        }
        addresses = {
            "auth_uri": f"{origin}/o/oauth2/auth",
            "redirect_uris": ["http://localhost"],
        }
        make_folder(self._directory)
        write(token_file, json.dumps(signed_in | client))
        write(secrets_file, json.dumps({"installed": client | addresses}))
        files = {"token_file": str(token_file), "client_secrets_file": str(secrets_file)}
        return {**files, "base_url": origin}

    def grant(self, *scopes: str) -> str:
        """Return an access token with these scopes, by their short names."""
        return self.grants.grant(tuple(PREFIX + scope for scope in scopes))

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
        self.account.record_edit(calendar)

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
        window = page.CalendarPage(self.account)
        return Starlette(
            routes=[
                Route("/", window.show),
                Route("/_sandbox/{act}", window.act, methods=["POST"]),
                Route("/o/oauth2/auth", self._consent),
                Route("/token", self._token, methods=["POST"]),
                Route(
                    "/calendar/v3/{path:path}",
                    GoogleApi(self.account, self.grants, self.lists).answer,
                    methods=_VERBS,
                ),
                Route("/{path:path}", _elsewhere, methods=_VERBS),
            ]
        )

    async def _consent(self, request: Request) -> Response:
        try:
            return RedirectResponse(self.grants.consent(dict(request.query_params)), 302)
        except GoogleRefusal as refused:
            return JSONResponse(refused.body, refused.status)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        form |= oauth.basic(request.headers.get("authorization", ""))
        try:
            return JSONResponse(self.grants.exchange(form))
        except GoogleRefusal as refused:
            return JSONResponse(refused.body, refused.status)


def make(directory: Path, clock: Clock) -> GoogleSandbox:
    """Make the sandbox; its files go below ``directory``."""
    return GoogleSandbox(directory, clock)


async def _elsewhere(request: Request) -> Response:
    refused = not_here(request.method, request.url.path)
    return JSONResponse(refused.body, refused.status)


HANDLERS: dict[str, Callable[[GoogleCall], GoogleReply]] = {
    "events.list": render.listing,
    "events.instances": render.instances,
    "events.get": events.get,
    "events.insert": events.insert,
    "events.patch": events.patch,
    "events.update": events.update,
    "events.delete": events.delete,
    "events.move": events.move,
    "calendars.insert": events.insert_calendar,
    "calendars.get": events.get_calendar,
    "calendars.patch": events.patch_calendar,
    "calendars.delete": events.delete_calendar,
    "calendarList.list": events.entries,
    "calendarList.get": events.entry,
    "freebusy.query": events.busy,
    "settings.get": events.setting,
    "colors.get": events.colours,
}
_MINUTE = timedelta(minutes=1)
_NOT_CACHED = "no-cache, no-store, max-age=0, must-revalidate"


class GoogleApi:
    """The Calendar API of one account."""

    def __init__(
        self, account: GoogleAccount, grants: OAuthGrants, lists: GoogleListings
    ) -> None:
        self._account = account
        self._grants = grants
        self._lists = lists
        self._recent: deque[datetime] = deque()

    async def answer(self, request: Request) -> Response:
        """Answer one request below the API's path."""
        body = await request.body()
        try:
            reply, fields = self._done(request, body)
            whole = self._with_extra_keys(reply.body)
            body_sent = select_fields(whole, fields) if fields and whole else whole
            return self._answer(reply.status, body_sent, (reply.body or {}).get("etag"))
        except GoogleRefusal as refused:
            return self._answer(refused.status, refused.body, None)

    def _done(self, request: Request, body: bytes) -> tuple[GoogleReply, str | None]:
        verb, query = request.method, request.url.query
        if verb == "POST" and "x-http-method-override" in request.headers:
            # A long GET comes as a POST with the query as its form.
            verb, query, body = request.headers["x-http-method-override"], body.decode(), b""
        match = find_method(verb, request.scope["raw_path"].decode().split("?")[0])
        if match is None or match[0].id not in HANDLERS:
            raise not_here(verb, request.url.path)
        method, path = match
        allowed = self._grants.scopes(request.headers.get("authorization")) & method.scopes
        if not allowed:
            raise no_scope(method.id)
        self._count()
        params = parameters(method, query)
        call = GoogleCall(
            account=self._account,
            lists=self._lists,
            method=method,
            allowed=allowed,
            params=params | path,
            body=checked(method, _json(body)) if method.takes else {},
            headers=dict(request.headers),
        )
        return HANDLERS[method.id](call), params.get("fields")

    def _with_extra_keys(self, body: Any) -> Any:
        """Return a reply with the keys that no client knows, where it is an event."""
        if body and body.get("kind") == "calendar#event":
            return {**body, **self._account.switches.extra_keys}
        return body

    def _count(self) -> None:
        """Refuse what is more than a minute's share; it slides."""
        now, most = self._account.clock.now(), self._account.switches.per_minute
        while self._recent and self._recent[0] <= now - _MINUTE:
            self._recent.popleft()
        if most is not None and len(self._recent) >= most:
            raise too_many()
        self._recent.append(now)

    def _answer(self, status: int, body: Any, etag: str | None) -> Response:
        now = self._account.clock.now()
        headers = {
            "cache-control": _NOT_CACHED,
            "date": f"{now:%a, %d %b %Y %H:%M:%S} GMT",
        }
        if etag:
            headers["etag"] = etag
        if body is None:
            return Response(status_code=status, headers=headers)
        headers["content-type"] = "application/json; charset=UTF-8"
        return Response(json.dumps(body, ensure_ascii=False), status, headers)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        raise invalid("Parse Error") from None


def select_fields(body: Any, fields: str) -> Any:
    """Return what ``fields`` names of a reply: ``a,b(c,d/e)``; ``*`` is all."""
    words = _WORD.findall(fields)
    if "".join(words) != fields:
        raise invalid(f"Invalid field selection {fields}", "parameter fields")
    mask, rest = _mask(words)
    if rest:
        raise invalid(f"Invalid field selection {fields}", "parameter fields")
    return _masked(body, mask)


def _mask(words: list[str]) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while words and words[0] != ")":
        name = words[0]
        mask[name], words = _inner(words[1:])
        if words[:1] == [","]:
            words = words[1:]
    return mask, words


def _inner(words: list[str]) -> tuple[Mask, list[str]]:
    """Return the mask of what stands within a key: behind a slash, or in brackets."""
    if words[:1] == ["/"]:
        name = words[1]
        inner, words = _inner(words[2:])
        return {name: inner}, words
    if words[:1] == ["("]:
        inner, words = _mask(words[1:])
        return inner, words[1:]
    return {}, words


def _masked(body: Any, mask: Mask) -> Any:
    if not mask or "*" in mask:
        return body
    if isinstance(body, list):
        return [_masked(row, mask) for row in body]
    if not isinstance(body, dict):
        return body
    return {name: _masked(body[name], mask[name]) for name in body if name in mask}
