"""What Google says that its status alone does not, and what happens next.

The reasons and what to do about each are those of the Calendar API's guide to handling
errors; the rest is in ``syncd.connect.refusals``.
"""

from collections.abc import Mapping
from typing import Any

import httpx
from google.auth.exceptions import GoogleAuthError, RefreshError

from syncd.connect.refusals import (
    Judge,
    Refusal,
    Service,
    judged,
    refusal_of,
    unanswered,
    unreadable,
)
from syncd.errors import Mistake, SignIn, SyncdError, Taken, TryLater
from syncd.text import line
from syncd_google.refusals import SIGN_IN, NotAllowed
from syncd_google.transport import Answered

_AN_HOUR = 3600.0
GOOGLE = Service(
    title="Google", sign_in=SIGN_IN, address="`base_url` under [connectors.google]"
)


def _busy(_service: Service, it: Refusal, said: str) -> TryLater:
    return TryLater(f"Google asks to slow down ({said}): trying again later.", it.seconds)


def _quota(_service: Service, it: Refusal, said: str) -> TryLater:
    wait = it.seconds or _AN_HOUR
    return TryLater(f"Google's quota is used up ({said}): trying again in an hour.", wait)


def _sign_in(_service: Service, _it: Refusal, said: str) -> SignIn:
    return SignIn(f"Google no longer accepts the sign-in ({said}): {SIGN_IN}.")


def _scopes(_service: Service, _it: Refusal, said: str) -> NotAllowed:
    return NotAllowed(
        f"The sign-in does not allow this ({said}): {SIGN_IN} and tick every box."
    )


REASONS: Mapping[str, Judge] = {
    "rateLimitExceeded": _busy,
    "userRateLimitExceeded": _busy,
    "quotaExceeded": _quota,
    "dailyLimitExceeded": _quota,
    "authError": _sign_in,
    "insufficientPermissions": _scopes,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _scopes,
}
"""Reasons that say more than their status, 403 for most."""
_SWITCHED_OFF = "accessNotConfigured"


def failure(error: Exception, *, write: bool) -> SyncdError:
    """Return what an exception of the client library, or of its transport, means."""
    if isinstance(error, Answered):
        return _answered(error, write=write)
    if isinstance(error, RefreshError) and not error.retryable:
        word = line(str(error.args[0])) if error.args else "no reason given"
        return SignIn(f"Google no longer accepts the sign-in ({word}): {SIGN_IN}.")
    if isinstance(error, GoogleAuthError):
        word = line(str(error))
        return TryLater(f"Google's sign-in service does not answer ({word}): trying later.")
    if isinstance(error, httpx.RequestError):
        return unanswered("Google", error, write=write)
    return unreadable("Google", write=write)


def _answered(error: Answered, *, write: bool) -> SyncdError:
    it = _refusal(error, write=write)
    said = it.text("error", "message") or line(str(error.response.reason or it.status))
    reasons = _reasons(it.body) if it.status < 500 else []
    if _SWITCHED_OFF in reasons:
        return Mistake(
            f"The Calendar API is not enabled in your Google Cloud project ({said}): enable it"
            " there."
        )
    for reason in reasons:
        if reason in REASONS:
            return REASONS[reason](GOOGLE, it, said)
    if it.status == 409 and write:
        return Taken(f"Google has this already ({said}).")
    return judged(GOOGLE, it, said)


def _refusal(error: Answered, *, write: bool) -> Refusal:
    reply = error.response
    named = {name: reply[name] for name in ("date", "retry-after") if name in reply}
    response = httpx.Response(int(reply.status), headers=named, content=error.content)
    return refusal_of(response, write=write)


def _reasons(body: Mapping[str, Any]) -> list[str]:
    """Return the reasons in an error's body.

    They are read off the body: the library's ``error_details`` hold the newer ``details``
    where a reply has both.
    """
    found = body.get("error")
    if not isinstance(found, Mapping):
        return []
    listed = [found.get("errors"), found.get("details")]
    rows = [row for rows in listed if isinstance(rows, list) for row in rows]
    said = [row.get("reason") for row in rows if isinstance(row, Mapping)]
    return [reason for reason in said if isinstance(reason, str)]
