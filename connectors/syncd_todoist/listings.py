"""Todoist's listings, read whole: each page is checked before the next is asked for."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from syncd.clock import Clock
from syncd.connect.border import Pages, listed, next_of
from syncd.connect.policy import Policy
from syncd_todoist.border import TITLE, Json
from syncd_todoist.client import HOST, Client

_PAGE = "200"
Enough = Callable[[list[Any]], bool]
"""Says of a page's rows whether no further page is wanted."""


class Listings(Client):
    """A client whose listings go on where they were interrupted.

    The library's own paginators begin at the beginning, and take a page without its list
    for an empty one. Rows are handed on unchecked.
    """

    def __init__(self, token: str, origin: str, policy: Policy, clock: Clock) -> None:
        super().__init__(token, origin, policy, clock)
        self._walks = Pages(TITLE)

    def tasks(self, project: str, enough: Enough | None = None) -> Iterator[Any]:
        """GET /tasks: the active tasks of a project."""
        return self._listing("tasks", "results", {"project_id": project}, enough)

    def sections(self, project: str) -> Iterator[Any]:
        """GET /sections: those of a project."""
        return self._listing("sections", "results", {"project_id": project})

    def completed(
        self, since: datetime, until: datetime, enough: Enough | None = None
    ) -> Iterator[Any]:
        """GET /tasks/completed/by_completion_date: at most three months of them."""
        span = {"since": _instant(since), "until": _instant(until)}
        return self._listing("tasks/completed/by_completion_date", "items", span, enough)

    def forget(self) -> None:
        """Let go of listings that were interrupted: the next ones begin anew."""
        self._walks.forget()

    def _listing(
        self, path: str, name: str, query: Mapping[str, str], enough: Enough | None = None
    ) -> Iterator[Any]:
        def ask(cursor: str | None) -> Json:
            more = {"cursor": cursor} if cursor else {}
            return self._call(lambda: self._get(path, {**query, "limit": _PAGE, **more}))

        def after(page: Json) -> str | None:
            rows = listed(page, name, TITLE)
            ends = enough is not None and enough(rows)
            return None if ends else next_of(page, "next_cursor", TITLE)

        key = " ".join([path, *query.values()])
        for page in self._walks.read(key, ask, after):
            yield from page[name]

    def _get(self, path: str, query: Mapping[str, str]) -> httpx.Response:
        address = f"{HOST}/api/v1/{path}"
        response = self._http.get(address, params=query, headers=self._headers)
        return response.raise_for_status()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
