"""What the service answers when it refuses, in the words of its documentation."""

from typing import Any


class GoogleRefusal(Exception):
    """An answer other than success: a status and a body."""

    def __init__(self, status: int, body: dict[str, Any] | None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def refusal_of(
    status: int, reason: str, message: str, *, domain: str = "global", at: str = ""
) -> GoogleRefusal:
    """Return an error of the usual shape; ``at`` is "header If-Match", say."""
    error = {"domain": domain, "reason": reason, "message": message}
    if at:
        error["locationType"], error["location"] = at.split(" ", 1)
    return GoogleRefusal(
        status, {"error": {"errors": [error], "code": status, "message": message}}
    )


def not_found() -> GoogleRefusal:
    """Return the answer about what is not there."""
    return refusal_of(404, "notFound", "Not Found")


def invalid(message: str, at: str = "") -> GoogleRefusal:
    """Return the answer to a wrong value."""
    return refusal_of(400, "invalid", message, at=at)


def required(message: str) -> GoogleRefusal:
    """Return the answer to a missing value."""
    return refusal_of(400, "required", message)


def duplicate() -> GoogleRefusal:
    """Return the answer to an id that is taken."""
    return refusal_of(409, "duplicate", "The requested identifier already exists.")


def deleted() -> GoogleRefusal:
    """Return the answer to deleting what was deleted."""
    return refusal_of(410, "deleted", "Resource has been deleted")


def stale_token() -> GoogleRefusal:
    """Return the answer to a sync token that is no longer good."""
    message = "Sync token is no longer valid, a full sync is required."
    return refusal_of(
        410, "fullSyncRequired", message, domain="calendar", at="parameter syncToken"
    )


def changed() -> GoogleRefusal:
    """Return the answer to an If-Match that does not match."""
    return refusal_of(412, "conditionNotMet", "Precondition Failed", at="header If-Match")


def not_modified() -> GoogleRefusal:
    """Return the answer to an If-None-Match that matches."""
    return GoogleRefusal(304, None)


def no_login() -> GoogleRefusal:
    """Return the answer to a request without a token."""
    return refusal_of(401, "required", "Login Required", at="header Authorization")


def bad_login() -> GoogleRefusal:
    """Return the answer to a token that is no good."""
    return refusal_of(401, "authError", "Invalid Credentials", at="header Authorization")


def no_scope(method: str) -> GoogleRefusal:
    """Return the answer to a token without the scope that a method needs."""
    message = "Request had insufficient authentication scopes."
    old = {
        "message": "Insufficient Permission",
        "domain": "global",
        "reason": "insufficientPermissions",
    }
    new = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": "calendar-json.googleapis.com", "method": f"calendar.{method}"},
    }
    error = {
        "code": 403,
        "message": message,
        "errors": [old],
        "status": "PERMISSION_DENIED",
        "details": [new],
    }
    return GoogleRefusal(403, {"error": error})


def forbidden(message: str = "Forbidden") -> GoogleRefusal:
    """Return the answer to what this account may not do."""
    return refusal_of(403, "forbidden", message)


def too_young(reason: str) -> GoogleRefusal:
    """Return what a calendar answers that was made a moment ago."""
    if reason == "notFound":
        return not_found()
    message = "You need to have writer access to this calendar."
    return refusal_of(403, reason, message, domain="calendar")


def too_old() -> GoogleRefusal:
    """Return the answer to an ``updatedMin`` that lies too far back."""
    message = "The requested minimum modification time lies too far in the past."
    at = "parameter updatedMin"
    return refusal_of(410, "updatedMinTooLongAgo", message, domain="calendar", at=at)


def no_time() -> GoogleRefusal:
    """Return the answer to a span that ends before it starts."""
    return refusal_of(400, "timeRangeEmpty", "The specified time range is empty.")


def too_many(status: int = 403) -> GoogleRefusal:
    """Return the answer to one request too many in a minute."""
    return refusal_of(status, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits")


def not_here(verb: str, path: str) -> GoogleRefusal:
    """Return the answer to a part of the API that this sandbox does not have."""
    message = f"This sandbox does not have {verb} {path}"
    return refusal_of(501, "notImplemented", message)


_WORDS = {500: "Backend Error", 503: "The service is currently unavailable."}


def fault_reply(status: int, seconds: int = 0, *, quota: bool = False) -> dict[str, Any]:
    """Return status, headers and body of a ``Fault``.

    seconds: those to wait, where a header says so · quota: of a 403, whether it is that of
    the day, which ends after hours.
    """
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return {
        "status": status,
        "headers": headers,
        "reply": _fault_refusal(status, quota=quota).body,
    }


def _fault_refusal(status: int, *, quota: bool) -> GoogleRefusal:
    if quota:
        words = "Calendar usage limits exceeded."
        return refusal_of(403, "quotaExceeded", words, domain="usageLimits")
    if status in (403, 429):
        return too_many(status)
    return refusal_of(status, "backendError", _WORDS[status])
