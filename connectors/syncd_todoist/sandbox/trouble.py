"""What Todoist answers when it is in trouble, for a ``Fault``."""

from typing import Any

from syncd_todoist.sandbox.wire import ApiError, too_many

_WORDS = {
    403: ("FORBIDDEN", "Forbidden"),
    500: ("INTERNAL_SERVER_ERROR", "Internal server error"),
    503: ("SERVICE_UNAVAILABLE", "Service unavailable"),
}


def trouble(status: int, seconds: int = 0) -> dict[str, Any]:
    """Return status, headers and body of a ``Fault``; ``seconds`` are those to wait.

    The 429 is as public issues show it; codes and tags of the others are assumed.
    """
    headers = {"Retry-After": str(seconds)} if seconds else {}
    refused = too_many(seconds) if status == 429 else ApiError(status, status, *_WORDS[status])
    return {"status": status, "headers": headers, "reply": refused.body}
