"""From Notion's error replies to what happens next, where the status alone is not enough."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx

from syncd.connect.network import asked_wait
from syncd.connect.refusals import Refusal, Service, judged, refusal_of, silence
from syncd.errors import Gone, SignIn, SkipItem, StartOver, ToolError, TryLater

BLOCKED_SECONDS = 3600.0
"""How long to leave Notion alone when it blocks a connection."""

_TRASHED = ("can't edit block that is archived", "unarchive the block")
_SCHEMA = (
    "is not a property that exists",
    "could not find property",
    "could not find sort property",
    "is expected to be",
    "does not match the property type",
)
NOTION = Service(
    title="Notion",
    sign_in="copy the token again from notion.so/developers into connectors.notion.token",
    forbidden=(
        "give the connection the capabilities to read, insert and update content, at"
        " notion.so/developers"
    ),
    address="connectors.notion.base_url",
)


class StaleSchema(SkipItem):
    """Notion says that a property is not what it was: read the schema again."""


def error_of(response: httpx.Response, *, write: bool, now: datetime) -> ToolError:
    """Return what a reply with an error status means; ``now`` by syncd's clock."""
    refusal = refusal_of(response, write=write, now=now)
    judge = _BY_STATUS.get(refusal.status)
    error = judge(refusal, now) if judge else None
    if error is not None:
        return error
    return (
        _refused(refusal)
        if refusal.status in _REFUSES
        else judged(NOTION, refusal, _message(refusal))
    )


def _message(refusal: Refusal) -> str:
    return refusal.text("message") or f"status {refusal.status}"


def _bad_request(refusal: Refusal, _now: datetime) -> ToolError:
    message = refusal.text("message")
    folded = message.casefold()
    if any(part in folded for part in _TRASHED):
        return Gone("The page is in Notion's trash: restore it there to go on with it.")
    if "start_cursor" in folded:
        return StartOver("Notion no longer knows where the listing stood: reading it again.")
    if "invalid status option" in folded:
        return StaleSchema(
            f"The status property in Notion lacks an option ({message}): add it there, then sync"
            " again."
        )
    if any(part in folded for part in _SCHEMA):
        return StaleSchema(
            f"The database has changed in Notion ({message}): sync again, then see `syncd status`."
        )
    return _refused(refusal)


def _refused(refusal: Refusal) -> ToolError:
    message = _message(refusal)
    if refusal.write:
        return SkipItem(f"Notion refuses this item ({message}): correct it, then sync again.")
    return SkipItem(f"Notion refuses a question of syncd ({message}): see `syncd status`.")


def _unauthorized(_refusal: Refusal, _now: datetime) -> ToolError:
    return SignIn(f"Notion does not accept the token: {NOTION.sign_in}.")


def _forbidden(refusal: Refusal, _now: datetime) -> ToolError:
    if "block_limit" in _data(refusal) and refusal.write:
        return SkipItem(
            "The free Notion workspace has reached its limit of blocks: make room or change"
            " the workspace's plan."
        )
    return SignIn(f"Notion does not let this connection do that: {NOTION.forbidden}.")


def _not_found(refusal: Refusal, _now: datetime) -> ToolError:
    if refusal.text("code") == "object_not_found":
        return Gone(
            f"Notion does not show it ({_message(refusal)}): restore or share it there."
        )
    return silence("The address", "does not answer as Notion does (404)", write=refusal.write)


def _conflict(refusal: Refusal, now: datetime) -> ToolError:
    if refusal.text("code") == "row_limit_exceeded":
        return SkipItem("The Notion database is full: archive rows that you no longer need.")
    return TryLater(
        "Notion was saving something else: syncd tries again.", _seconds(refusal, now)
    )


def _limited(refusal: Refusal, now: datetime) -> ToolError:
    if _data(refusal).get("rate_limit_reason") == "public_api_request_blocked":
        return TryLater("Notion blocks this connection: ask Notion why.", BLOCKED_SECONDS)
    return TryLater("Notion asks to wait: syncd tries again later.", _seconds(refusal, now))


def _unavailable(refusal: Refusal, now: datetime) -> ToolError | None:
    if refusal.write:
        return None
    return TryLater("Notion is not available: syncd tries again later.", _seconds(refusal, now))


def _seconds(refusal: Refusal, now: datetime) -> float | None:
    """Return the wait that was asked for: seconds or a date, in header or body."""
    seconds = refusal.seconds
    if seconds is None:
        return asked_wait(_data(refusal).get("retry_after"), now)
    return seconds


def _data(refusal: Refusal) -> Mapping[str, Any]:
    data = refusal.body.get("additional_data")
    return data if isinstance(data, Mapping) else {}


_BY_STATUS: Mapping[int, Callable[[Refusal, datetime], ToolError | None]] = {
    400: _bad_request,
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    429: _limited,
    503: _unavailable,
    529: _limited,
}
_REFUSES = frozenset(range(400, 500)) - {407, 408, 423, 425} | {501}
