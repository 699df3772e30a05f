"""Todoist's API by its official client, JSON in and out; the error that each refusal means."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
from dataclass_wizard.errors import JSONWizardError
from todoist_api_python.api import TodoistAPI

from syncd.connect.border import Pages, listed, next_of, walked
from syncd.connect.http import ServiceAddress, Transport
from syncd.connect.network import Network, asked_wait
from syncd.connect.refusals import Refusal, Service, judged, refusal_of, unanswered, unreadable
from syncd.errors import Forbidden, Gone, Mistake, SignIn, SkipItem, TryLater, Unclear
from syncd.text import line
from syncd_todoist.border import TITLE

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


Json = dict[str, Any]

HOST = "https://api.todoist.com"
EVERYTHING = "*"
"""The sync token that asks for all there is."""
RESOURCES = ("items", "projects", "sections", "user", "user_plan_limits")
_PAGE = "200"


StopsListing = Callable[[list[Any]], bool]
"""Says whether, after a page with these rows, no further page is wanted."""


class TodoistClient:
    """Todoist's API for one account; for one thread.

    Listings go on where they were interrupted: the library's own paginators begin at the
    beginning, and take a page without its list for an empty one. Rows are returned
    unchecked.

    Every method raises the errors of ``syncd.errors``.
    """

    def __init__(self, token: str, origin: str, network: Network) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}
        self._last: httpx.Response | None = None
        self._pages = Pages(TITLE, lambda: network.limiter.received)
        self._secrets = network.secrets
        # The library names its host in every address (todoist-api-python 4.0.0, ``_core``).
        transport = Transport(ServiceAddress(origin=origin, named=HOST), network)
        self._http = httpx.Client(
            transport=transport, event_hooks={"response": [self._keep]}, trust_env=False
        )
        # The library closes the HTTP client when its object is collected: keep it.
        self._api = TodoistAPI(token, client=self._http)

    def sync(
        self,
        token: str,
        commands: Sequence[Json] = (),
        resources: Sequence[str] = RESOURCES,
    ) -> Json:
        """POST /sync: what changed since ``token``, once ``commands`` were done.

        Commands are safe to repeat: the service knows by their uuids which were done.
        """
        form = {"sync_token": token, "resource_types": json.dumps(list(resources))}
        if commands:
            form["commands"] = json.dumps(list(commands))
        reply = self._call(lambda: self._post(form), write=bool(commands))
        if "sync_status" in reply:  # errors of commands come with a good HTTP status
            reply["sync_status"] = walked(reply["sync_status"], self._secrets.clear)
        return reply

    def task(self, task: str) -> Json:
        """GET /tasks/{id}: an active task."""
        return self._call(lambda: self._api.get_task(task))

    def section(self, section: str) -> Json:
        """GET /sections/{id}."""
        return self._call(lambda: self._api.get_section(section))

    def project(self, project: str) -> Json:
        """GET /projects/{id}."""
        return self._call(lambda: self._api.get_project(project))

    def tasks(self, project: str, enough: StopsListing | None = None) -> Iterator[Any]:
        """GET /tasks: the active tasks of a project."""
        return self._listing("tasks", "results", {"project_id": project}, enough)

    def sections(self, project: str) -> Iterator[Any]:
        """GET /sections: those of a project."""
        return self._listing("sections", "results", {"project_id": project})

    def completed(
        self, since: datetime, until: datetime, enough: StopsListing | None = None
    ) -> Iterator[Any]:
        """GET /tasks/completed/by_completion_date: at most three months of them."""
        span = {"since": _instant(since), "until": _instant(until)}
        return self._listing("tasks/completed/by_completion_date", "items", span, enough)

    def forget(self) -> None:
        """Drop listings that were interrupted: the next ones start over."""
        self._pages.forget()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _listing(
        self, path: str, name: str, query: Mapping[str, str], enough: StopsListing | None = None
    ) -> Iterator[Any]:
        def ask(cursor: str | None) -> Json:
            more = {"cursor": cursor} if cursor else {}
            return self._call(lambda: self._get(path, {**query, "limit": _PAGE, **more}))

        def after(page: Json) -> str | None:
            rows = listed(page, name, TITLE)
            ends = enough is not None and enough(rows)
            return None if ends else next_of(page, "next_cursor", TITLE)

        key = " ".join([path, *query.values()])
        for page in self._pages.read(key, ask, after):
            yield from page[name]

    def _get(self, path: str, query: Mapping[str, str]) -> httpx.Response:
        address = f"{HOST}/api/v1/{path}"
        response = self._http.get(address, params=query, headers=self._headers)
        return response.raise_for_status()

    def _post(self, form: Json) -> httpx.Response:
        response = self._http.post(f"{HOST}/api/v1/sync", data=form, headers=self._headers)
        return response.raise_for_status()

    def _keep(self, response: httpx.Response) -> None:
        self._last = response

    def _call(self, ask: Callable[[], Any], *, write: bool = False) -> Json:
        self._last = None
        try:
            ask()
        except httpx.HTTPStatusError as error:
            raise error_of_response(error.response, write=write) from error
        except httpx.RequestError as error:
            raise unanswered(TITLE, error, write=write) from error
        except (JSONWizardError, *_DRIFT):
            pass  # the library's models are stricter than what is needed here
        return _object(self._last, write=write)


_DRIFT = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What else the library's models raise for a reply that they do not expect."""


def _object(response: httpx.Response | None, *, write: bool) -> Json:
    try:
        body = response.json() if response is not None else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise unreadable(TITLE, write=write)
    return body


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
