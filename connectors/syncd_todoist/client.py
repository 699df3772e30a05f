"""Todoist's endpoints, one method each, over Doist's own client library.

The library has no ``/sync``, so that call goes out through the same HTTP client. Its
models drop keys that are needed here (``checked``, ``completed_count``), so the methods
return the JSON of the reply, also of one that the models cannot parse.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from dataclass_wizard.errors import JSONWizardError
from todoist_api_python.api import TodoistAPI

from syncd.connect.border import Pages, listed, next_of
from syncd.connect.http import Place, Transport
from syncd.connect.network import Network
from syncd.connect.refusals import unanswered, unreadable
from syncd.connect.reply import walked
from syncd_todoist.border import TITLE
from syncd_todoist.errors import error_of_response

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

    Every method raises the errors of ``syncd_todoist.errors``.
    """

    def __init__(self, token: str, origin: str, network: Network) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}
        self._last: httpx.Response | None = None
        self._pages = Pages(TITLE, lambda: network.limiter.received)
        self._secrets = network.secrets
        # The library names its host in every address (todoist-api-python 4.0.0, ``_core``).
        transport = Transport(Place(origin=origin, named=HOST), network)
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
