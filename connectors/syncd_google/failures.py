"""The one table from what Google says to what happens next.

The reasons and what to do about each are those of the Calendar API's guide to
handling errors.
"""

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError
from googleapiclient.errors import HttpError

from syncd.connect.waiting import asked_wait, http_date
from syncd.errors import (
    Changed,
    Gone,
    Mistake,
    SignIn,
    SyncdError,
    TryLater,
    Unclear,
)
from syncd_google.refusals import SIGN_IN, Forbidden, NotAllowed, NotFound, Refused, Taken

_AN_HOUR = 3600.0

Make = Callable[[str, float | None], SyncdError]


def _busy(said: str, seconds: float | None) -> SyncdError:
    return TryLater(f"Google asks to slow down ({said}): trying again later.", seconds)


def _quota(said: str, seconds: float | None) -> SyncdError:
    wait = seconds or _AN_HOUR
    return TryLater(f"Google's quota is used up ({said}): trying again in an hour.", wait)


def _sign_in(said: str, _seconds: float | None) -> SyncdError:
    return SignIn(f"Google no longer accepts the sign-in ({said}): {SIGN_IN}.")


def _scopes(said: str, _seconds: float | None) -> SyncdError:
    return NotAllowed(
        f"The sign-in does not allow this ({said}): {SIGN_IN} and tick every box."
    )


def _switched_off(said: str, _seconds: float | None) -> SyncdError:
    return Mistake(
        f"The Calendar API is not enabled in your Google Cloud project ({said}): enable it there."
    )


REASONS: Mapping[str, Make] = {
    "rateLimitExceeded": _busy,
    "userRateLimitExceeded": _busy,
    "quotaExceeded": _quota,
    "dailyLimitExceeded": _quota,
    "authError": _sign_in,
    "insufficientPermissions": _scopes,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _scopes,
    "accessNotConfigured": _switched_off,
}
"""Reasons that say more than their status, 403 for most."""

STATUSES: Mapping[int, Make] = {
    400: lambda said, _: Refused(f"Google refuses this ({said}): change it in the plan."),
    401: _sign_in,
    403: lambda said, _: Forbidden(f"Google forbids this ({said}): look at who owns it."),
    404: lambda said, _: NotFound(f"Google Calendar does not have this any more ({said})."),
    409: lambda said, _: Taken(f"Google has this already ({said})."),
    410: lambda said, _: Gone(f"This was deleted in Google Calendar ({said})."),
    412: lambda said, _: Changed(f"This was edited in Google Calendar meanwhile ({said})."),
    429: _busy,
}


def failure(error: Exception, *, write: bool) -> SyncdError:
    """Return what an exception of the client library means."""
    if isinstance(error, HttpError):
        return _answered(error, write=write)
    if isinstance(error, RefreshError) and not error.retryable:
        return _sign_in(_oauth_word(error), None)
    if isinstance(error, GoogleAuthError):
        return TryLater(f"Google's sign-in service does not answer ({error}): trying later.")
    return _unanswered(error, write=write)


def _answered(error: HttpError, *, write: bool) -> SyncdError:
    status = int(error.resp.status)
    reasons, said = _body(error)
    seconds = _retry_after(error.resp)
    for reason in reasons:
        if reason in REASONS and status < 500:
            return REASONS[reason](said, seconds)
    if status in STATUSES and (write or status != 409):
        return STATUSES[status](said, seconds)
    if status >= 500 and write:
        return Unclear(f"Google answered {status} ({said}): looking before writing again.")
    return TryLater(f"Google answered {status} ({said}): trying again later.", seconds)


def _unanswered(error: Exception, *, write: bool) -> SyncdError:
    what = type(error).__name__
    if write and not _never_sent(error):
        return Unclear(f"Google did not answer ({what}): looking before writing again.")
    return TryLater(f"Google cannot be reached ({what}): trying again later.")


def _never_sent(error: Exception) -> bool:
    """Say whether no connection came about.

    httplib2 connects once more when a kept connection was closed without a reply: if
    that fails, the request had been sent before.
    """
    no_way = (ConnectionRefusedError, httplib2.ServerNotFoundError, ssl.SSLError)
    sent_before = isinstance(error.__context__, http.client.HTTPException)
    return isinstance(error, no_way) and not sent_before


def _body(error: HttpError) -> tuple[list[str], str]:
    """Return the reasons in an error's body, and its message.

    They are read off the body: the library's ``error_details`` hold the newer
    ``details`` where a reply has both.
    """
    said = str(error.resp.get("reason") or error.resp.status)
    try:
        it: Any = json.loads(error.content)["error"]
        listed = [*it.get("errors", ()), *it.get("details", ())]
        reasons = [str(one.get("reason")) for one in listed]
        return reasons, str(it.get("message") or said)
    except (ValueError, KeyError, TypeError, AttributeError):
        return [], said


def _retry_after(headers: Mapping[str, str]) -> float | None:
    return asked_wait(headers.get("retry-after"), http_date(headers.get("date")))


def _oauth_word(error: RefreshError) -> str:
    return str(error.args[0]) if error.args else "no reason given"
