"""Todoist's endpoints, one method each, over Doist's own client library.

The library has no ``/sync``, so that call goes out through the same HTTP client. Its
models drop keys that are needed here (``checked``, ``completed_count``), so what is
handed on is the JSON of the reply; a reply that its models cannot parse is handed on
too, as long as it is JSON.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import httpx
from dataclass_wizard.errors import JSONWizardError
from todoist_api_python.api import TodoistAPI

from syncd.connect.http import Place, Transport
from syncd.connect.network import Network
from syncd.connect.refusals import unanswered, unreadable
from syncd.errors import TryLater
from syncd_todoist.failures import answered

Json = dict[str, Any]

HOST = "https://api.todoist.com"
EVERYTHING = "*"
"""The sync token that asks for all there is."""
RESOURCES = ("items", "projects", "sections", "user", "user_plan_limits")
_PAGE = 200
_PAGES = 200


class Client:
    """One conversation with Todoist; for one thread.

    Every method raises the errors of ``syncd_todoist.failures``.
    """

    def __init__(self, token: str, origin: str, network: Network) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}
        self._last: httpx.Response | None = None
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

        Commands are safe to repeat: their uuids tell the service which were done.
        """
        form = {"sync_token": token, "resource_types": json.dumps(list(resources))}
        if commands:
            form["commands"] = json.dumps(list(commands))
        return self._call(lambda: self._post(form), write=bool(commands))

    def task(self, task: str) -> Json:
        """GET /tasks/{id}: an active task."""
        return self._call(lambda: self._api.get_task(task))

    def section(self, section: str) -> Json:
        """GET /sections/{id}."""
        return self._call(lambda: self._api.get_section(section))

    def project(self, project: str) -> Json:
        """GET /projects/{id}."""
        return self._call(lambda: self._api.get_project(project))

    def tasks(self, project: str) -> Iterator[Json]:
        """GET /tasks: the active tasks of a project, page by page."""
        return self._rows(self._api.get_tasks(project_id=project, limit=_PAGE), "results")

    def sections(self, project: str) -> Iterator[Json]:
        """GET /sections: those of a project, page by page."""
        return self._rows(self._api.get_sections(project_id=project, limit=_PAGE), "results")

    def completed(self, since: datetime, until: datetime) -> Iterator[Json]:
        """GET /tasks/completed/by_completion_date: at most three months of them."""
        pages = self._api.get_completed_tasks_by_completion_date(
            since=since, until=until, limit=_PAGE
        )
        return self._rows(pages, "items")

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _rows(self, pages: Iterator[Any], name: str) -> Iterator[Json]:
        for _ in range(_PAGES):
            page = self._call(lambda: next(pages))
            yield from page.get(name, ())
            if not page.get("next_cursor"):
                return
        raise TryLater("Todoist's list has no end: reading it again later.")

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
            raise answered(error.response, write=write) from error
        except httpx.RequestError as error:
            raise unanswered("Todoist", error, write=write) from error
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
        raise unreadable("Todoist", write=write)
    return body
