"""What Todoist says that its status alone does not, and what happens next.

The shape of error bodies is that of the Todoist API documentation, "Errors"; a
command's own status inside a reply has the same keys.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from syncd.connect.refusals import Refusal, Service, judged, refusal_of
from syncd.connect.waiting import asked_wait
from syncd.errors import Forbidden, Gone, Mistake, SignIn, SkipItem, TryLater, Unclear
from syncd.text import line

_NOT_FOUND = frozenset({22, 478})
_FULL_TAG = re.compile(r"MAX_(?P<what>\w+?)_LIMIT_REACHED")
_HELD = {"ITEMS": "tasks in the project", "SECTIONS": "sections in the project"}
_ALLOWED = {"ITEMS": 300, "SECTIONS": 20}
"""What Todoist's help says that one project may hold."""
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
_PASSING = frozenset({407, 408, 409, 423, 425, 429})
_TERMINAL = frozenset(range(400, 500)) - _PASSING


class AccountLimitReached(SkipItem):
    """The account allows no more of this: the same in another form is refused as well."""


def error_of_response(response: httpx.Response, *, write: bool) -> Exception:
    """Return what a reply with an error status means."""
    it = _with_seconds(refusal_of(response, write=write))
    said = it.text("error") or f"status {it.status}"
    if it.status == 401:
        return SignIn(f"Todoist no longer accepts the token: {SIGN_IN}.")
    if it.status == 403 and (it.seconds is not None or _limits(it.body)):
        return TryLater("Todoist asks to slow down: trying again later.", it.seconds)
    if it.status in _TERMINAL and response.url.path.endswith("/sync"):
        return _not_synced(it.status, said, it.body)
    if it.status in _TERMINAL and _impossible(said):
        return Gone(f"Todoist does not have this any more ({said}).")
    return judged(TODOIST, it, said)


def _with_seconds(it: Refusal) -> Refusal:
    """Return a refusal with the wait that its body asks for, where no header does."""
    if it.seconds is None and it.status in (403, 429, 503):
        return replace(it, seconds=_extra_seconds(it.body))
    return it


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
    if _impossible(said):
        return Gone(f"Todoist does not have this any more ({said}).")
    return SkipItem(f"Todoist refuses this ({said}): change it in the plan.")


def error_of_command(status: Any) -> Exception | None:
    """Return what a command's own status means: None for done."""
    if status == "ok":
        return None
    if not isinstance(status, Mapping):
        return Unclear("Todoist did not say what became of this: looking before writing again.")
    said = line(str(status.get("error") or status.get("error_tag") or "no reason given"))
    code = _whole_number(status.get("http_code")) or 400
    missing = (
        _whole_number(status.get("error_code")) in _NOT_FOUND or "not found" in said.lower()
    )
    if code == 404 or missing or _impossible(said):
        return Gone(f"Todoist does not have this any more ({said}).")
    if code == 429 or code >= 500 or _limits(status):
        return TryLater(f"Todoist could not do this now ({said}).", _extra_seconds(status))
    return _full(status) or _refused(code, status, said)


def _refused(code: int, status: Mapping[str, Any], said: str) -> SkipItem:
    if code == 403:
        return Forbidden(f"Todoist does not allow this ({said}): see your account there.")
    return SkipItem(f"Todoist refuses this ({_about(status, said)}): change it in the plan.")


def _full(status: Mapping[str, Any]) -> AccountLimitReached | None:
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
    return AccountLimitReached(
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


def _inside(body: Mapping[str, Any], name: str) -> Any:
    extra = body.get("error_extra")
    return extra.get(name) if isinstance(extra, Mapping) else None


def _extra_seconds(body: Mapping[str, Any]) -> float | None:
    return asked_wait(_inside(body, "retry_after"), None)


def _whole_number(value: Any) -> int | None:
    return value if isinstance(value, int) else None
