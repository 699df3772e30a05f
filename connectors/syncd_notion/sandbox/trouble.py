"""What Notion answers when it is in trouble, for a ``Fault``. No recording has any of it."""

from typing import Any

from syncd_notion.sandbox.refusals import NotionRefusal, too_many

_WORDS = {
    409: ("conflict_error", "Conflict occurred while saving. Please try again."),
    500: ("internal_server_error", "Unexpected error occurred."),
    503: ("service_unavailable", "Public API service is temporarily unavailable."),
    504: ("gateway_timeout", "The request timed out."),
    529: ("service_overload", "The service is overloaded. Please try again later."),
}
_GUIDANCE = ["Use exponential backoff with jitter", "Reduce page_size"]


def trouble(status: int, seconds: int = 0) -> dict[str, Any]:
    """Return status, headers and body of a ``Fault``; ``seconds`` are those to wait."""
    headers = {"Retry-After": str(seconds)} if seconds else {}
    if status == 502:
        html = {"content-type": "text/html"}
        return {"status": status, "headers": html, "reply": "<html>502 Bad Gateway</html>"}
    if status == 429:
        refused = too_many(seconds)
    else:
        code, words = _WORDS[status]
        more = {"retry_guidance": _GUIDANCE} if status == 503 else {}
        refused = NotionRefusal(status, code, words, **more)
    return {"status": status, "headers": headers, "reply": error_body(refused)}


def error_body(refused: NotionRefusal) -> dict[str, Any]:
    """Return the body of a refusal, without the id of its request."""
    data = {"additional_data": refused.data} if refused.data else {}
    return {
        "object": "error",
        "status": refused.status,
        "code": refused.code,
        "message": refused.message,
        **data,
    }
