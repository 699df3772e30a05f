"""What Google answers when it is in trouble, for a ``Fault``."""

from typing import Any

from syncd_google.sandbox.refusal import GoogleRefusal, refusal, too_many

_WORDS = {500: "Backend Error", 503: "The service is currently unavailable."}


def trouble(status: int, seconds: int = 0, *, quota: bool = False) -> dict[str, Any]:
    """Return status, headers and body of a ``Fault``.

    seconds: those to wait, where a header says so · quota: of a 403, whether it is that of
    the day, which ends after hours.
    """
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return {"status": status, "headers": headers, "reply": _refusal(status, quota=quota).body}


def _refusal(status: int, *, quota: bool) -> GoogleRefusal:
    if quota:
        words = "Calendar usage limits exceeded."
        return refusal(403, "quotaExceeded", words, domain="usageLimits")
    if status in (403, 429):
        return too_many(status)
    return refusal(status, "backendError", _WORDS[status])
