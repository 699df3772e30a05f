"""The one table from what Todoist says to what happens next.

The shape of error bodies is that of the Todoist API documentation, "Errors"; a
command's own status inside a reply has the same keys.
"""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from syncd.connect.waiting import asked_wait, http_date
from syncd.errors import Gone, Mistake, SignIn, SkipItem, ToolError, TryLater, Unclear

_NOT_FOUND = frozenset({22, 478})
_FULL_TAG = re.compile(r"MAX_(?P<what>\w+?)_LIMIT_REACHED")
_HELD = {"ITEMS": "tasks in the project", "SECTIONS": "sections in the project"}
_ALLOWED = {"ITEMS": 300, "SECTIONS": 20}
"""What Todoist's help says that one project may hold."""
_PASSING = frozenset({408, 409, 425})
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
SIGN_IN = (
    "make a new token in Todoist (Settings, Integrations, Developer) and put it in "
    "connectors.todoist.token"
)


class Forbidden(SkipItem):
    """403: this account may not do that (a paid feature)."""


class Full(SkipItem):
    """The account allows no more of this: the same in another form is refused as well."""


def answered(response: httpx.Response, *, write: bool) -> Exception:
    """Return what a reply with an error status means."""
    body = _json(response)
    seconds = _asked(response, body)
    status = response.status_code
    said = str(body.get("error") or f"status {status}")
    if status == 401:
        return SignIn(f"Todoist no longer accepts the token: {SIGN_IN}.")
    if status == 429 or (status == 403 and (seconds is not None or _limits(body))):
        return TryLater("Todoist asks to slow down: trying again later.", seconds)
    if status >= 500 and write:
        return Unclear(f"Todoist answered {status}: looking before writing again.")
    if status >= 500 or status < 400 or status in _PASSING:
        return TryLater(f"Todoist answered {status}: trying again later.", seconds)
    if response.url.path.endswith("/sync"):
        return _not_synced(status, said, body)
    return _terminal(status, said)


def _not_synced(status: int, said: str, body: Mapping[str, Any]) -> Exception:
    """Return what it means that a whole request to ``/sync`` is refused.

    How a sync token that is too old is refused is not documented: whatever names it.
    """
    if _names_cursor(body):
        return SkipItem(f"Todoist refuses the sync token ({said}).")
    if status in (404, 410):
        return Mistake(
            f"Todoist has no such address ({said}): see connectors.todoist.base_url."
        )
    if status == 403:
        return SignIn(f"Todoist does not allow this token to do that ({said}): {SIGN_IN}.")
    return _terminal(status, said)


def _terminal(status: int, said: str) -> Exception:
    if status in (404, 410) or _impossible(said):
        return Gone(f"Todoist does not have this any more ({said}).")
    if status == 403:
        return Forbidden(f"Todoist does not allow this ({said}): see your account there.")
    return SkipItem(f"Todoist refuses this ({said}): change it in the plan.")


def unanswered(error: httpx.RequestError, *, write: bool) -> ToolError:
    """Return what a request without a reply means."""
    what = type(error).__name__
    if write and not isinstance(error, _NEVER_SENT):
        return Unclear(f"Todoist did not answer ({what}): looking before writing again.")
    return TryLater(f"Todoist cannot be reached ({what}): trying again later.")


def unreadable(*, write: bool) -> ToolError:
    """Return what a reply means that is not the JSON it should be."""
    if write:
        return Unclear("Todoist's answer cannot be read: looking before writing again.")
    return TryLater("Todoist's answer cannot be read: trying again later.")


def command_failed(status: Any) -> Exception | None:
    """Return what a command's own status means: None for done."""
    if status == "ok":
        return None
    if not isinstance(status, Mapping):
        return Unclear("Todoist did not say what became of this: looking before writing again.")
    said = str(status.get("error") or status.get("error_tag") or "no reason given")
    code = _whole_number(status.get("http_code")) or 400
    missing = status.get("error_code") in _NOT_FOUND or "not found" in said.lower()
    if code == 404 or missing or _impossible(said):
        return Gone(f"Todoist does not have this any more ({said}).")
    if code == 429 or code >= 500 or _limits(status):
        return TryLater(f"Todoist could not do this now ({said}).", _extra_seconds(status))
    return _full(status) or _refused(code, status, said)


def _refused(code: int, status: Mapping[str, Any], said: str) -> SkipItem:
    if code == 403:
        return Forbidden(f"Todoist does not allow this ({said}): see your account there.")
    return SkipItem(f"Todoist refuses this ({_about(status, said)}): change it in the plan.")


def _full(status: Mapping[str, Any]) -> Full | None:
    """Return that the account's limit is reached, by the tag that says so.

    ``MAX_ITEMS_LIMIT_REACHED`` and its like are known from public reports; code and status
    that come with them are not.
    """
    found = _FULL_TAG.fullmatch(str(status.get("error_tag") or ""))
    if found is None:
        return None
    what = _HELD.get(found["what"], found["what"].lower().replace("_", " "))
    most = _whole_number(_inside(status, "max_count")) or _ALLOWED.get(found["what"])
    many = f" ({most})" if most else ""
    return Full(
        f"Todoist holds as many {what} as the account allows{many}: complete or delete some"
        " there, and the next ones follow."
    )


def names_duration(status: Any) -> bool:
    """Say whether a refusal is about a task's duration."""
    return isinstance(status, Mapping) and "duration" in str(dict(status)).lower()


def _names_cursor(body: Mapping[str, Any]) -> bool:
    return "sync token" in str(dict(body)).lower().replace("_", " ")


def _impossible(said: str) -> bool:
    """No item can have such an id (said in a public issue)."""
    return "non-base32" in said.lower()


def _about(status: Mapping[str, Any], said: str) -> str:
    extra = status.get("error_extra")
    argument = extra.get("argument") if isinstance(extra, Mapping) else None
    return f"{said}: {argument}" if argument else said


def _limits(body: Mapping[str, Any]) -> bool:
    return body.get("error_tag") == "LIMITS_REACHED" or body.get("error_code") == 35


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _asked(response: httpx.Response, body: Mapping[str, Any]) -> float | None:
    """Return the seconds to wait: the header's, else the body's."""
    date = http_date(response.headers.get("date"))
    told = asked_wait(response.headers.get("retry-after"), date)
    if told is None and response.status_code in (403, 429, 503):
        return _extra_seconds(body)
    return told


def _inside(body: Mapping[str, Any], name: str) -> Any:
    extra = body.get("error_extra")
    return extra.get(name) if isinstance(extra, Mapping) else None


def _extra_seconds(body: Mapping[str, Any]) -> float | None:
    return asked_wait(_inside(body, "retry_after"), None)


def _whole_number(value: Any) -> int | None:
    return value if isinstance(value, int) else None
