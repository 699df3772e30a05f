"""From what Google answers to what happens next: the reasons that say more than a status.

The reasons and what to do about each are those of the Calendar API's guide to handling
errors; the rest is in ``syncd.connect.refusals``.
"""

from collections.abc import Mapping
from typing import Any

from syncd.connect.refusals import Judge, Refusal, Service, judged
from syncd.errors import Mistake, SignIn, SyncdError, Taken, TryLater

SIGN_IN = "run `syncd auth google`"
GOOGLE = Service(
    title="Google", sign_in=SIGN_IN, address="`base_url` under [connectors.google]"
)
_AN_HOUR = 3600.0
_SWITCHED_OFF = "accessNotConfigured"


class ScopeMissing(SignIn):
    """403: the sign-in is good, but was not given the scope that this needs."""


def refused(refusal: Refusal, message: str) -> SyncdError:
    """Return what a refusal means; ``message`` is the service's own, for a sentence."""
    reasons = _reasons(refusal.body) if refusal.status < 500 else []
    if _SWITCHED_OFF in reasons:
        return Mistake(
            f"The Calendar API is not enabled in your Google Cloud project ({message}): enable"
            " it there."
        )
    for reason in reasons:
        if reason in REASONS:
            return REASONS[reason](GOOGLE, refusal, message)
    if refusal.status == 409 and refusal.write:
        return Taken(f"Google has this already ({message}).")
    return judged(GOOGLE, refusal, message)


def _slow_down(_service: Service, refusal: Refusal, message: str) -> TryLater:
    return TryLater(
        f"Google asks to slow down ({message}): trying again later.", refusal.seconds
    )


def _quota(_service: Service, refusal: Refusal, message: str) -> TryLater:
    wait = refusal.seconds or _AN_HOUR
    return TryLater(f"Google's quota is used up ({message}): trying again in an hour.", wait)


def _sign_in(_service: Service, _refusal: Refusal, message: str) -> SignIn:
    return SignIn(f"Google no longer accepts the sign-in ({message}): {SIGN_IN}.")


def _scopes(_service: Service, _refusal: Refusal, message: str) -> ScopeMissing:
    return ScopeMissing(
        f"The sign-in does not allow this ({message}): {SIGN_IN} and tick every box."
    )


REASONS: Mapping[str, Judge] = {
    "rateLimitExceeded": _slow_down,
    "userRateLimitExceeded": _slow_down,
    "quotaExceeded": _quota,
    "dailyLimitExceeded": _quota,
    "authError": _sign_in,
    "insufficientPermissions": _scopes,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _scopes,
}
"""Reasons that say more than their status, 403 for most."""


def _reasons(body: Mapping[str, Any]) -> list[str]:
    """Return the reasons in an error's body.

    They are read off the body: the library's ``error_details`` hold the newer ``details``
    where a reply has both.
    """
    error = body.get("error")
    if not isinstance(error, Mapping):
        return []
    listed = [error.get("errors"), error.get("details")]
    rows = [row for rows in listed if isinstance(rows, list) for row in rows]
    reasons = [row.get("reason") for row in rows if isinstance(row, Mapping)]
    return [reason for reason in reasons if isinstance(reason, str)]
