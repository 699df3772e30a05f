"""Signing in: consent, codes, access tokens and the refresh token."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from syncd_google.sandbox.account import GoogleClock
from syncd_google.sandbox.call import PREFIX
from syncd_google.sandbox.refusals import GoogleRefusal, bad_login, no_login

CLIENT_ID = "1234567890-sandbox.apps.googleusercontent.com"
CLIENT_SECRET = "GOCSPX-sandbox-only"  # noqa: S105  # of this sandbox alone
SCOPES = tuple(
    PREFIX + name
    for name in (
        "calendar.app.created",
        "calendar.calendarlist.readonly",
        "calendar.events.freebusy",
    )
)
_LIFETIME = timedelta(hours=1)
_TESTING = timedelta(days=7)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class OAuthConsent:
    """A code that waits to be exchanged."""

    scopes: tuple[str, ...]
    redirect: str
    challenge: str | None


class OAuthGrants:
    """Who may do what; ``denies`` is a person who does not agree.

    unticked: scopes that the person leaves out · extra: scopes that are granted besides
    those that were asked for · testing: the application is in "Testing", whose sign-ins
    end after seven days.
    """

    def __init__(self, clock: GoogleClock) -> None:
        self._clock = clock
        self._access: dict[str, tuple[frozenset[str], datetime]] = {}
        self._refresh: dict[str, tuple[str, ...]] = {}
        self._codes: dict[str, OAuthConsent] = {}
        self._made = 0
        self.denies = False
        self.unticked: frozenset[str] = frozenset()
        self.extra: tuple[str, ...] = ()
        self.testing = False
        self._ends: dict[str, datetime] = {}
        self.refresh_token = self._lasting(SCOPES)
        self.token = self.grant(SCOPES)

    def grant(self, scopes: tuple[str, ...]) -> str:
        """Return a new access token with these scopes, good for an hour."""
        token = f"ya29.{self._word('access')}"
        self._access[token] = (frozenset(scopes), self._clock.now() + _LIFETIME)
        return token

    def scopes(self, header: str | None) -> frozenset[str]:
        """Return what the holder of a token may do. Raises the service's 401."""
        if not header:
            raise no_login()
        kind, _, token = header.partition(" ")
        scopes, until = self._access.get(token, (frozenset(), self._clock.now()))
        if kind.lower() != "bearer" or until <= self._clock.now():
            raise bad_login()
        return scopes

    def expire_access(self) -> None:
        """End every access token; the refresh token stays good."""
        self._access.clear()

    def revoke(self) -> None:
        """End everything: the person must sign in again."""
        self._access.clear()
        self._refresh.clear()

    def consent(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent when the person has decided."""
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT_ID or asked.get("response_type") != "code":
            raise _refusal("invalid_client", "The OAuth client was not found.", 401)
        if urlsplit(redirect).hostname not in _LOOPBACK:
            raise _refusal("redirect_uri_mismatch", "Only loopback addresses are allowed here.")
        state = {"state": asked["state"]} if "state" in asked else {}
        if self.denies:
            return f"{redirect}?{urlencode({'error': 'access_denied', **state})}"
        wanted = (*asked.get("scope", "").split(), *self.extra)
        scopes = tuple(dict.fromkeys(s for s in wanted if s not in self.unticked))
        code = f"4/{self._word('code')}"
        self._codes[code] = OAuthConsent(scopes, redirect, asked.get("code_challenge"))
        answer = {**state, "code": code, "scope": " ".join(scopes)}
        return f"{redirect}?{urlencode(answer)}"

    def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        """Return the answer of the token endpoint."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise _refusal("invalid_client", "The OAuth client was not found.", 401)
        kind = form.get("grant_type")
        if kind == "refresh_token":
            word = form.get("refresh_token", "")
            scopes = self._refresh.get(word)
            if scopes is None or self._ended(word):
                raise _refusal("invalid_grant", "Token has been expired or revoked.")
            return self._answer(scopes)
        if kind != "authorization_code":
            raise _refusal("unsupported_grant_type", f"Invalid grant_type: {kind}")
        consent = self._codes.pop(form.get("code", ""), None)
        if consent is None or form.get("redirect_uri") != consent.redirect:
            raise _refusal("invalid_grant", "Bad Request")
        if consent.challenge and consent.challenge != _challenge(form.get("code_verifier", "")):
            raise _refusal("invalid_grant", "Invalid code verifier.")
        lasting = self._lasting(consent.scopes)
        answer = self._answer(consent.scopes) | {"refresh_token": lasting}
        if self.testing:
            self._ends[lasting] = self._clock.now() + _TESTING
            answer["refresh_token_expires_in"] = int(_TESTING.total_seconds()) - 1
        return answer

    def _ended(self, word: str) -> bool:
        return word in self._ends and self._ends[word] <= self._clock.now()

    def _answer(self, scopes: tuple[str, ...]) -> dict[str, Any]:
        return {
            "access_token": self.grant(scopes),
            "expires_in": int(_LIFETIME.total_seconds()) - 1,
            "scope": " ".join(scopes),
            "token_type": "Bearer",
        }

    def _lasting(self, scopes: tuple[str, ...]) -> str:
        token = f"1//{self._word('refresh')}"
        self._refresh[token] = scopes
        return token

    def _word(self, what: str) -> str:
        self._made += 1
        digest = hashlib.sha256(f"{what} {self._made}".encode()).digest()
        return "sandbox-" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def basic(header: str) -> dict[str, str]:
    """Return the client that a request names in its header instead of its form."""
    kind, _, word = header.partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(word).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": unquote(name), "client_secret": unquote(secret)}


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _refusal(error: str, description: str, status: int = 400) -> GoogleRefusal:
    return GoogleRefusal(status, {"error": error, "error_description": description})
