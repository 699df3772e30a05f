"""The sandbox of Todoist: its API under ``/api/v1``, and a page at ``/``."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncd.clock import Clock
from syncd.testing.fault_injection import App, Message, Receive, Scope, Send
from syncd_todoist.sandbox.account import TodoistState, TodoistSwitches
from syncd_todoist.sandbox.page import TodoistPage
from syncd_todoist.sandbox.rest import RestEndpoints
from syncd_todoist.sandbox.sync import SyncEndpoint, parsed
from syncd_todoist.sandbox.user import TodoistUser
from syncd_todoist.sandbox.wire import (
    Json,
    TodoistError,
    invalid_argument,
    too_many,
    unauthorized,
)

TOKEN = "5e0000000000000000000000000000000000d157"  # noqa: S105  # of nobody
PROJECT = "Career plan"
_GONE = "This API endpoint is no longer available"
_TROUBLE = {
    403: ("FORBIDDEN", "Forbidden"),
    500: ("INTERNAL_SERVER_ERROR", "Internal server error"),
    503: ("SERVICE_UNAVAILABLE", "Service unavailable"),
}
"""Tag and text by status; these are assumed."""
Answer = Callable[[Request, Json], Any]
Endpoint = Callable[[Request], Awaitable[Response]]


class TodoistSandbox:
    """One account of Todoist, on loopback."""

    name = "todoist"
    token = TOKEN

    def __init__(self, clock: Clock) -> None:
        self.state = TodoistState(clock, TOKEN)
        self.person = TodoistUser(self.state, PROJECT)
        self.app: App = _Dated(_app(self.state), self.state)

    def trouble(self, status: int, seconds: int = 0) -> dict[str, Any]:
        """Return status, headers and body of a ``Fault``; ``seconds`` are those to wait.

        The 429 is as public issues show it.
        """
        headers = {"Retry-After": str(seconds)} if seconds else {}
        error = (
            too_many(seconds)
            if status == 429
            else TodoistError(status, status, *_TROUBLE[status])
        )
        return {"status": status, "headers": headers, "reply": error.body}

    @property
    def switches(self) -> TodoistSwitches:
        """What can be chosen of how the sandbox behaves."""
        return self.state.switches

    def settings(self, origin: str) -> dict[str, Any]:
        """Return the settings that point a connector here."""
        return {"token": TOKEN, "base_url": origin, "project": PROJECT}

    def expire_cursors(self) -> None:
        """Forget every sync token that was ever given out."""
        with self.state.lock:
            self.state.tokens.clear()

    def end_listings(self) -> None:
        """Make every cursor of a list that was handed out invalid."""
        with self.state.lock:
            self.state.listings += 1

    def empty_listing_once(self) -> None:
        """Let the next full listing (of anything but projects in ``/sync``) find nothing."""
        with self.state.lock:
            self.state.empty_listings += 1

    def revoke_token(self) -> None:
        """Accept no token any more."""
        with self.state.lock:
            self.state.token = None

    def lose_container(self) -> None:
        """Delete the plan's project, as its person could."""
        self.person.delete_project(PROJECT)

    def downgrade(self) -> None:
        """End the paid plan: no durations any more."""
        with self.state.lock:
            self.state.switches.premium = False
            self.state.mark_user_changed()

    def travel(self, zone: str) -> None:
        """Change the user's zone, as the app does when its person travels."""
        with self.state.lock:
            self.state.switches.zone = zone
            self.state.mark_user_changed()


def make(directory: Path, clock: Clock) -> TodoistSandbox:
    """Return a new sandbox; it needs no files."""
    del directory
    return TodoistSandbox(clock)


class _Dated:
    """Adds the service's time to each reply."""

    def __init__(self, app: App, state: TodoistState) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = self._state.clock.now() + self._state.switches.skew
                date = format_datetime(now.astimezone(UTC), usegmt=True).encode()
                message["headers"] = [*message["headers"], (b"date", date)]
            await send(message)

        await self._app(scope, receive, dated)


def _app(state: TodoistState) -> Starlette:
    rest, sync = RestEndpoints(state), SyncEndpoint(state)
    routes = [
        *_task_routes(state, rest),
        *_account_routes(state, rest),
        *_collection_routes(state, rest),
    ]
    page = TodoistPage(state, PROJECT)
    sync_route = _sync_endpoint(state, sync)
    everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/api/v1/sync", sync_route, methods=["POST"]),
            *routes,
            *page.routes(),
            Route("/sync/v9/{rest:path}", _no_longer, methods=everything),
            Route("/rest/v2/{rest:path}", _no_longer, methods=everything),
            Route("/{rest:path}", _not_here, methods=everything),
        ]
    )


def _task_routes(state: TodoistState, rest: RestEndpoints) -> list[Route]:
    table: list[tuple[str, str, Answer]] = [
        ("GET", "/tasks", lambda r, _: rest.tasks(_query(r))),
        ("POST", "/tasks", lambda _, body: rest.add_task(body)),
        ("POST", "/tasks/quick", lambda _, body: rest.quick_add(body)),
        (
            "GET",
            "/tasks/completed/by_completion_date",
            lambda r, _: rest.completed(_query(r), "completed_at"),
        ),
        (
            "GET",
            "/tasks/completed/by_due_date",
            lambda r, _: rest.completed(_query(r), "due"),
        ),
        ("GET", "/tasks/{id}", lambda r, _: rest.task(_id(r))),
        ("POST", "/tasks/{id}", lambda r, body: rest.update_task(_id(r), body)),
        ("DELETE", "/tasks/{id}", lambda r, _: rest.delete("items", _id(r))),
        ("POST", "/tasks/{id}/close", lambda r, _: _none(rest.task_operations.close(_id(r)))),
        (
            "POST",
            "/tasks/{id}/reopen",
            lambda r, _: _none(rest.task_operations.uncomplete(_id(r))),
        ),
        ("POST", "/tasks/{id}/move", lambda r, body: rest.move_task(_id(r), body)),
    ]
    return [_route(state, *row) for row in table]


def _account_routes(state: TodoistState, rest: RestEndpoints) -> list[Route]:
    table: list[tuple[str, str, Answer]] = [
        ("GET", "/user", lambda _r, _b: rest.user()),
        ("GET", "/projects/archived", lambda r, _: rest.archived_projects(_query(r))),
        ("GET", "/labels/shared", lambda r, _: rest.shared_labels(_query(r))),
        (
            "POST",
            "/labels/shared/rename",
            lambda r, body: rest.label_operations.rename(
                str(body.get("name") or _query(r).get("name")), body["new_name"]
            ),
        ),
        (
            "POST",
            "/labels/shared/remove",
            lambda _, body: rest.label_operations.rename(str(body.get("name")), None),
        ),
    ]
    return [_route(state, *row) for row in table]


def _collection_routes(state: TodoistState, rest: RestEndpoints) -> list[Route]:
    routes: list[Route] = []
    names = {
        "projects": "projects",
        "sections": "sections",
        "labels": "labels",
        "comments": "notes",
    }
    for path, name in names.items():
        routes += _collection(state, rest, path, name)
    return routes


def _collection(state: TodoistState, rest: RestEndpoints, path: str, name: str) -> list[Route]:
    item = f"/{path}/{{id}}"
    table: list[tuple[str, str, Answer]] = [
        ("GET", f"/{path}", lambda r, _: rest.listed(name, _query(r))),
        ("POST", f"/{path}", lambda _, body: rest.add(name, body)),
        ("GET", item, lambda r, _: rest.get(name, _id(r))),
        ("POST", item, lambda r, body: rest.update(name, _id(r), body)),
        ("DELETE", item, lambda r, _: rest.delete(name, _id(r))),
    ]
    if name != "notes":
        query = ("GET", f"/{path}/search", lambda r, _: rest.search(name, _query(r)))
        table.insert(0, query)
    if name in ("projects", "sections"):
        table += [
            ("POST", f"{item}/archive", lambda r, _: rest.archive(name, _id(r), archived=True)),
            (
                "POST",
                f"{item}/unarchive",
                lambda r, _: rest.archive(name, _id(r), archived=False),
            ),
        ]
    return [_route(state, *row) for row in table]


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _query(request: Request) -> dict[str, str]:
    return dict(request.query_params)


def _route(state: TodoistState, method: str, path: str, answer: Answer) -> Route:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        with state.lock:
            try:
                _authorized(state, request)
                _fits(raw)
                body = _body(raw) if method == "POST" else {}
                reply = answer(request, body)
            except TodoistError as error:
                return _refusal(error)
        return Response(status_code=204) if reply is None else JSONResponse(reply)

    return Route(f"/api/v1{path}", endpoint, methods=[method])


def _sync_endpoint(state: TodoistState, sync: SyncEndpoint) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        with state.lock:
            try:
                _authorized(state, request)
                _fits(raw)
                body = parsed(request.headers.get("content-type", ""), raw)
                return JSONResponse(sync.answer(body))
            except TodoistError as error:
                return _refusal(error)

    return endpoint


def _authorized(state: TodoistState, request: Request) -> None:
    if state.token is None or request.headers.get("authorization") != f"Bearer {state.token}":
        raise unauthorized()


def _fits(raw: bytes) -> None:
    """Refuse a body of more than a MiB; code and tag are assumed."""
    if len(raw) > 1 << 20:
        raise TodoistError(413, 413, "BODY_TOO_LARGE", "Request body too large")


def _body(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise invalid_argument("body") from None
    if not isinstance(body, dict):
        raise invalid_argument("body")
    return body


def _refusal(error: TodoistError) -> Response:
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    if error.status == 429:
        headers["Retry-After"] = str(error.body["error_extra"]["retry_after"])
    return JSONResponse(error.body, status_code=error.status, headers=headers)


async def _no_longer(request: Request) -> Response:
    del request
    body = TodoistError(410, 410, "GONE", _GONE).body
    return JSONResponse(body, status_code=410)


async def _not_here(request: Request) -> Response:
    message = f"The sandbox does not have {request.method} {request.url.path}"
    body = TodoistError(501, 501, "NOT_IMPLEMENTED", message).body
    return JSONResponse(body, status_code=501)


def _none(_: Json) -> None:
    return None
