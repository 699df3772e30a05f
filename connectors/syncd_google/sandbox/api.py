"""From a request to a handler to an answer."""

import json
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from syncd_google.sandbox import calendars, discovery, events, partial, search
from syncd_google.sandbox.call import GoogleCall, GoogleReply, checked, parameters
from syncd_google.sandbox.listing import GoogleListings
from syncd_google.sandbox.oauth import OAuthGrants
from syncd_google.sandbox.refusal import GoogleRefusal, invalid, no_scope, not_here, too_many
from syncd_google.sandbox.state import GoogleAccount

HANDLERS: dict[str, Callable[[GoogleCall], GoogleReply]] = {
    "events.list": search.listing,
    "events.instances": search.instances,
    "events.get": events.get,
    "events.insert": events.insert,
    "events.patch": events.patch,
    "events.update": events.update,
    "events.delete": events.delete,
    "events.move": events.move,
    "calendars.insert": calendars.insert,
    "calendars.get": calendars.get,
    "calendars.patch": calendars.patch,
    "calendars.delete": calendars.delete,
    "calendarList.list": calendars.entries,
    "calendarList.get": calendars.entry,
    "freebusy.query": calendars.busy,
    "settings.get": calendars.setting,
    "colors.get": calendars.colours,
}
_MINUTE = timedelta(minutes=1)
_NOT_CACHED = "no-cache, no-store, max-age=0, must-revalidate"


class GoogleApi:
    """The Calendar API of one account."""

    def __init__(self, account: GoogleAccount, grants: OAuthGrants, lists: GoogleListings) -> None:
        self._account = account
        self._grants = grants
        self._lists = lists
        self._asked: deque[datetime] = deque()

    async def answer(self, request: Request) -> Response:
        """Answer one request below the API's path."""
        body = await request.body()
        try:
            reply, fields = self._done(request, body)
            told = self._more(reply.body)
            shown = partial.part(told, fields) if fields and told else told
            return self._answer(reply.status, shown, (reply.body or {}).get("etag"))
        except GoogleRefusal as refused:
            return self._answer(refused.status, refused.body, None)

    def _done(self, request: Request, body: bytes) -> tuple[GoogleReply, str | None]:
        verb, query = request.method, request.url.query
        if verb == "POST" and "x-http-method-override" in request.headers:
            # A long GET comes as a POST with the query as its form.
            verb, query, body = request.headers["x-http-method-override"], body.decode(), b""
        found = discovery.match(verb, request.scope["raw_path"].decode().split("?")[0])
        if found is None or found[0].id not in HANDLERS:
            raise not_here(verb, request.url.path)
        method, path = found
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

    def _more(self, told: Any) -> Any:
        """Return a reply with the keys that no client knows, where it is an event."""
        if told and told.get("kind") == "calendar#event":
            return {**told, **self._account.switches.extra_keys}
        return told

    def _count(self) -> None:
        """Refuse what is more than a minute's share; it slides."""
        now, most = self._account.clock.now(), self._account.switches.per_minute
        while self._asked and self._asked[0] <= now - _MINUTE:
            self._asked.popleft()
        if most is not None and len(self._asked) >= most:
            raise too_many()
        self._asked.append(now)

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
