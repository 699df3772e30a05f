"""One table from what Notion answers to the errors of syncd."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncd.connect.waiting import asked_wait
from syncd.errors import Gone, SignIn, SkipItem, StartOver, ToolError, TryLater, Unclear

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
_CAPABILITIES = (
    "Notion does not let this connection do that: give it the capabilities to read, insert"
    " and update content, at notion.so/developers."
)


class StaleSchema(SkipItem):
    """Notion says that a property is not what it was: read the schema again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A refusal as it came: ``write`` says whether the request was to change things."""

    status: int
    code: str = ""
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    retry_after: str | None = None
    now: datetime
    write: bool


def answer_of(status: int, body: str, retry_after: str | None, **rest: Any) -> Answer:
    """Read a refusal's body; one that is no JSON has no code."""
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = {}
    parsed = parsed if isinstance(parsed, Mapping) else {}
    data = parsed.get("additional_data")
    return Answer(
        status=status,
        code=str(parsed.get("code") or ""),
        message=str(parsed.get("message") or ""),
        data=data if isinstance(data, Mapping) else {},
        retry_after=retry_after,
        **rest,
    )


def error_of(it: Answer) -> ToolError:
    """Return the error that says what happens next."""
    make = _BY_STATUS.get(it.status)
    if make is not None:
        return make(it)
    if it.status >= 500 or it.status < 400:
        return silence(f"Notion answered {it.status}", write=it.write)
    return _refused(it)


def silence(what: str, *, write: bool) -> ToolError:
    """Return the error for no usable reply: a write may have been done all the same."""
    if write:
        return Unclear(f"{what}: the change may have been saved, syncd looks before it writes.")
    return TryLater(f"{what}: syncd tries again later.")


def _bad_request(it: Answer) -> ToolError:
    said = it.message.casefold()
    if any(part in said for part in _TRASHED):
        return Gone("The page is in Notion's trash: restore it there to go on with it.")
    if "start_cursor" in said:
        return StartOver("Notion no longer knows where the listing stood: reading it again.")
    if "invalid status option" in said:
        return StaleSchema(
            f"The status property in Notion lacks an option ({it.message}): add it there, then"
            " sync again."
        )
    if any(part in said for part in _SCHEMA):
        return StaleSchema(
            f"The database has changed in Notion ({it.message}): sync again, then see"
            " `syncd status`."
        )
    return _refused(it)


def _refused(it: Answer) -> ToolError:
    said = it.message or f"status {it.status}"
    if it.write:
        return SkipItem(f"Notion refuses this item ({said}): correct it, then sync again.")
    return SkipItem(f"Notion refuses a question of syncd ({said}): see `syncd doctor`.")


def _unauthorized(_it: Answer) -> ToolError:
    return SignIn(
        "Notion does not accept the token: copy it again from notion.so/developers into"
        " connectors.notion.token."
    )


def _forbidden(it: Answer) -> ToolError:
    if "block_limit" in it.data and it.write:
        return SkipItem(
            "The free Notion workspace has reached its limit of blocks: make room or change"
            " the workspace's plan."
        )
    return SignIn(_CAPABILITIES)


def _not_found(it: Answer) -> ToolError:
    if it.code == "object_not_found":
        return Gone(f"Notion does not show it ({it.message}): restore or share it there.")
    return silence("The address does not answer as Notion does (404)", write=it.write)


def _conflict(it: Answer) -> ToolError:
    if it.code == "row_limit_exceeded":
        return SkipItem("The Notion database is full: archive rows that you no longer need.")
    return TryLater("Notion was saving something else: syncd tries again.", _seconds(it))


def _limited(it: Answer) -> ToolError:
    if it.data.get("rate_limit_reason") == "public_api_request_blocked":
        return TryLater("Notion blocks this connection: ask Notion why.", BLOCKED_SECONDS)
    return TryLater("Notion asks to wait: syncd tries again later.", _seconds(it))


def _unavailable(it: Answer) -> ToolError:
    if it.write:
        return silence("Notion was not available", write=True)
    return TryLater("Notion is not available: syncd tries again later.", _seconds(it))


def _seconds(it: Answer) -> float | None:
    """Return the wait that was asked for: seconds or a date, in header or body."""
    told = asked_wait(it.retry_after, it.now)
    return asked_wait(it.data.get("retry_after"), it.now) if told is None else told


_BY_STATUS: Mapping[int, Callable[[Answer], ToolError]] = {
    400: _bad_request,
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    429: _limited,
    501: _refused,
    503: _unavailable,
    529: _limited,
}
