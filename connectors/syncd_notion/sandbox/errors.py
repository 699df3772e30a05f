"""What the service answers where it refuses, and in trouble; no recording has any trouble."""

import json
from typing import Any

_QUOTED = 55


class NotionRefusal(Exception):
    """An error reply: status, code and message as the service sends them."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.data = data


def invalid(message: str) -> NotionRefusal:
    """Refuse a body or a value."""
    return NotionRefusal(400, "validation_error", message)


def in_body(place: str, expected: str, value: object) -> NotionRefusal:
    """Refuse one place of a body: what should be there, and what was."""
    shown = "undefined" if value is None else _shown(value)
    return invalid(
        f"body failed validation: {place} should be {expected}, instead was `{shown}`."
    )


def missing(place: str) -> NotionRefusal:
    """Refuse a body without something that must be there."""
    return in_body(place, "defined", None)


def unknown(place: str, value: object) -> NotionRefusal:
    """Refuse a body with something that may not be there."""
    return in_body(place, "not present", value)


def not_found(what: str, identity: str, bot: str) -> NotionRefusal:
    """Refuse what does not exist or is not shared: both read the same."""
    return NotionRefusal(
        404,
        "object_not_found",
        f"Could not find {what} with ID: {identity}. Make sure the relevant pages and"
        ' databases are shared with your integration "syncd".',
        integration_id=bot,
    )


def trashed() -> NotionRefusal:
    """Refuse to edit what is in the trash."""
    return invalid(
        "Can't edit block that is archived. You must unarchive the block before editing."
    )


def saved_without_reply(identity: str) -> NotionRefusal:
    """Answer a write that was done, and of which nothing else is said."""
    return NotionRefusal(
        503,
        "service_unavailable",
        "The change was saved, but the response could not be built in time. Read the object"
        " again instead of repeating the write.",
        elapsed_ms="55012",
        deadline_ms="55000",
        retry_guidance=[
            "Read the object again to confirm the saved change.",
            "Do not repeat the write.",
        ],
        **({"committed_resource_id": identity} if identity else {}),
    )


def too_many(seconds: int) -> NotionRefusal:
    """Refuse one request too many; the words are assumed."""
    return NotionRefusal(
        429,
        "rate_limited",
        "You have been rate limited. Please try again in a few minutes.",
        rate_limit_reason="public_api_request_rate_limit",
        retry_after=str(seconds),
    )


def not_imitated(what: str) -> NotionRefusal:
    """Refuse what this sandbox does not imitate."""
    return NotionRefusal(501, "not_implemented", f"This sandbox does not imitate {what}.")


def only(body: Any, place: str, allowed: frozenset[str]) -> dict[str, Any]:
    """Return ``body`` as an object with no other keys than those allowed."""
    if not isinstance(body, dict):
        raise in_body(place, "an object", body)
    for name, value in body.items():
        if name not in allowed:
            raise unknown(f"{place}.{name}", value)
    return body


def _shown(value: object) -> str:
    """Return a value as messages quote it: as JSON that is cut (recorded messages)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}..."


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
