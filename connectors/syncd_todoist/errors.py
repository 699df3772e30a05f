"""Todoist's errors: from status, code and tag to what happens next.

The shape of error bodies is that of the Todoist API documentation, "Errors"; a
command's own status inside a reply has the same keys.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from syncd.connect.network import asked_wait
from syncd.connect.refusals import Refusal, Service, judged, refusal_of
from syncd.errors import Forbidden, Gone, Mistake, SignIn, SkipItem, TryLater, Unclear
from syncd.text import line

_NOT_FOUND = frozenset({22, 478})
_LIMIT_TAG = re.compile(r"MAX_(?P<what>\w+?)_LIMIT_REACHED")
_LIMITED = {"ITEMS": "tasks in the project", "SECTIONS": "sections in the project"}
_DEFAULT_LIMITS = {"ITEMS": 300, "SECTIONS": 20}
"""Items in one project, by Todoist's help."""
SIGN_IN = (
    "make a new token in Todoist (Settings, Integrations, Developer) and put it in "
    "connectors.todoist.token"
)


TODOIST = Service(
    title="Todoist",
    sign_in=SIGN_IN,
    forbidden="see your account there",
    address="connectors.todoist.base_url",
)
_TEMPORARY = frozenset({407, 408, 409, 423, 425, 429})
_TERMINAL = frozenset(range(400, 500)) - _TEMPORARY


class AccountLimitReached(SkipItem):
    """The account allows no more of this: the same in another form is refused as well."""


def error_of_response(response: httpx.Response, *, write: bool) -> Exception:
    """Return the error for a reply with an error status."""
    refusal = _with_seconds(refusal_of(response, write=write))
    status, body = refusal.status, refusal.body
    message = refusal.text("error") or f"status {status}"
    if status == 401:
        return SignIn(f"Todoist no longer accepts the token: {SIGN_IN}.")
    if status == 403 and (refusal.seconds is not None or _is_rate_limit(body)):
        return TryLater("Todoist asks to slow down: trying again later.", refusal.seconds)
    if status in _TERMINAL and response.url.path.endswith("/sync"):
        return _sync_error(status, message, body)
    if status in _TERMINAL and _is_impossible_id(message):
        return Gone(f"Todoist does not have this any more ({message}).")
    return judged(TODOIST, refusal, message)


def _with_seconds(refusal: Refusal) -> Refusal:
    """Return a refusal with the wait that its body asks for, where no header does."""
    if refusal.seconds is None and refusal.status in (403, 429, 503):
        return replace(refusal, seconds=_seconds_of(refusal.body))
    return refusal


def _sync_error(status: int, message: str, body: Mapping[str, Any]) -> Exception:
    """Return the error for a request to ``/sync`` that is refused as a whole.

    The refusal of a sync token that is too old is not documented: taken for it is any that
    names the token.
    """
    if _is_about_cursor(body):
        return SkipItem(f"Todoist refuses the sync token ({message}).")
    if status in (404, 410):
        return Mistake(
            f"Todoist has no such address ({message}): see connectors.todoist.base_url."
        )
    if status == 403:
        return SignIn(f"Todoist does not allow this token to do that ({message}): {SIGN_IN}.")
    if _is_impossible_id(message):
        return Gone(f"Todoist does not have this any more ({message}).")
    return SkipItem(f"Todoist refuses this ({message}): change it in the plan.")


def error_of_command(status: Any) -> Exception | None:
    """Return the error for a command's own status; None for done."""
    if status == "ok":
        return None
    if not isinstance(status, Mapping):
        return Unclear("Todoist did not say what became of this: looking before writing again.")
    message = line(str(status.get("error") or status.get("error_tag") or "no reason given"))
    code = _whole_number(status.get("http_code")) or 400
    missing = (
        _whole_number(status.get("error_code")) in _NOT_FOUND or "not found" in message.lower()
    )
    if code == 404 or missing or _is_impossible_id(message):
        return Gone(f"Todoist does not have this any more ({message}).")
    if code == 429 or code >= 500 or _is_rate_limit(status):
        return TryLater(f"Todoist could not do this now ({message}).", _seconds_of(status))
    return _account_limit(status) or _refused(code, status, message)


def _refused(code: int, status: Mapping[str, Any], message: str) -> SkipItem:
    if code == 403:
        return Forbidden(f"Todoist does not allow this ({message}): see your account there.")
    return SkipItem(
        f"Todoist refuses this ({_with_argument(status, message)}): change it in the plan."
    )


def _account_limit(status: Mapping[str, Any]) -> AccountLimitReached | None:
    """Return the error for a limit of the account, which the tag names.

    ``MAX_ITEMS_LIMIT_REACHED`` and its like are known from public reports; code and status
    that come with them are not.
    """
    tag = _LIMIT_TAG.fullmatch(str(status.get("error_tag") or ""))
    if tag is None:
        return None
    what = _LIMITED.get(tag["what"], tag["what"].lower().replace("_", " "))
    most = _whole_number(_extra(status, "max_count")) or _DEFAULT_LIMITS.get(tag["what"])
    many = f" ({most})" if most else ""
    return AccountLimitReached(
        f"Todoist holds as many {what} as the account allows{many}: complete or delete some"
        " there, and the next ones follow."
    )


def is_about_duration(status: Any) -> bool:
    """Say whether a refusal is about a task's duration."""
    return isinstance(status, Mapping) and "duration" in str(dict(status)).lower()


def _is_about_cursor(body: Mapping[str, Any]) -> bool:
    return "sync token" in str(dict(body)).lower().replace("_", " ")


def _is_impossible_id(message: str) -> bool:
    """No item can have such an id (seen in a public issue)."""
    return "non-base32" in message.lower()


def _with_argument(status: Mapping[str, Any], message: str) -> str:
    argument = _extra(status, "argument")
    return f"{message}: {argument}" if argument else message


def _is_rate_limit(body: Mapping[str, Any]) -> bool:
    return body.get("error_tag") == "LIMITS_REACHED" or body.get("error_code") == 35


def _extra(body: Mapping[str, Any], name: str) -> Any:
    extra = body.get("error_extra")
    return extra.get(name) if isinstance(extra, Mapping) else None


def _seconds_of(body: Mapping[str, Any]) -> float | None:
    return asked_wait(_extra(body, "retry_after"), None)


def _whole_number(value: Any) -> int | None:
    return value if isinstance(value, int) else None
