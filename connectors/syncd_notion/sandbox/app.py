"""The sandbox of Notion: its HTTP API on loopback, and a page to look at its data."""

import json
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from syncd.clock import Clock
from syncd.model.entities import Kind
from syncd.testing.fault_injection import App
from syncd_notion.sandbox import blocks, endpoints
from syncd_notion.sandbox.errors import (
    NotionRefusal,
    error_body,
    in_body,
    not_imitated,
    saved_without_reply,
    trouble,
)
from syncd_notion.sandbox.objects import NotionRequest, uuid_of
from syncd_notion.sandbox.page import body_page, perform, workspace_page
from syncd_notion.sandbox.render import Json
from syncd_notion.sandbox.switches import NotionSwitches
from syncd_notion.sandbox.user import NotionUser
from syncd_notion.sandbox.workspace import BOT, TOKEN, NotionWorkspace

Endpoint = Callable[[NotionWorkspace, NotionRequest], Json]
ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/v1/users/me"): endpoints.me,
    ("POST", "/v1/search"): endpoints.search,
    ("POST", "/v1/databases"): endpoints.create_database,
    ("GET", "/v1/databases/{database_id}"): endpoints.read_database,
    ("PATCH", "/v1/databases/{database_id}"): endpoints.update_database,
    ("GET", "/v1/data_sources/{data_source_id}"): endpoints.read_source,
    ("PATCH", "/v1/data_sources/{data_source_id}"): endpoints.update_source,
    ("POST", "/v1/data_sources/{data_source_id}/query"): endpoints.query,
    ("POST", "/v1/pages"): endpoints.create_page,
    ("GET", "/v1/pages/{page_id}"): endpoints.read_page,
    ("PATCH", "/v1/pages/{page_id}"): endpoints.update_page,
    ("POST", "/v1/pages/{page_id}/move"): endpoints.move_page,
    ("GET", "/v1/pages/{page_id}/properties/{property_id}"): endpoints.page_property,
    ("GET", "/v1/blocks/{block_id}/children"): blocks.children,
    ("PATCH", "/v1/blocks/{block_id}/children"): blocks.append,
    ("GET", "/v1/blocks/{block_id}"): blocks.read_block,
    ("PATCH", "/v1/blocks/{block_id}"): blocks.update_block,
    ("DELETE", "/v1/blocks/{block_id}"): blocks.delete_block,
}
"""Which endpoint does what."""

VERSION = "2026-03-11"
MOST_BYTES = 500_000
"""What a request may weigh (Notion API documentation; the wording is assumed)."""
ANY_NUMBER = 100_000
"""Requests a minute where none is refused."""


class NotionSandbox:
    """A workspace with one page that is shared with the connection."""

    name = "notion"
    token = TOKEN

    def __init__(self, clock: Clock) -> None:
        self.workspace = NotionWorkspace(clock)
        self.parent_page = self.workspace.parent_page
        self.person = NotionUser(self.workspace)
        self.app: App = _app(self.workspace)

    def trouble(self, status: int, seconds: int = 0) -> dict[str, Any]:
        """Return what the service answers in trouble, to be given to a ``Fault``."""
        return trouble(status, seconds)

    @property
    def switches(self) -> NotionSwitches:
        """What can be chosen of how the sandbox behaves; ``workspace`` has more."""
        return self.workspace.switches

    def end_listings(self) -> None:
        """Make every cursor of rows that was handed out invalid."""
        self.workspace.listings += 1

    def empty_listing_once(self) -> None:
        """Let the next query or search find nothing at all."""
        self.workspace.empty_listings += 1

    def settings(self, origin: str) -> dict[str, Any]:
        """Return the settings that point a connector here, as fast as this one allows."""
        return {
            "token": self.token,
            "base_url": origin,
            "parent_page": self.parent_page,
            "requests_per_minute": self.workspace.switches.per_minute or ANY_NUMBER,
        }

    def revoke_token(self) -> None:
        """Stop accepting the token."""
        self.workspace.token = None

    def lose_container(self) -> None:
        """Have the person put the database of the tasks into the trash."""
        self.person.trash_database(Kind.TASK)


def make(directory: Path, clock: Clock) -> NotionSandbox:
    """Make a sandbox; it needs no files."""
    del directory
    return NotionSandbox(clock)


def _app(workspace: NotionWorkspace) -> App:
    routes = [
        Route(path, partial(_serve, workspace, endpoint), methods=[method])
        for (method, path), endpoint in ENDPOINTS.items()
    ]
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/", partial(_show, workspace)),
            Route("/_sandbox/page/{page}", partial(_show_body, workspace)),
            Route("/_sandbox/{name}", partial(_act, workspace), methods=["POST"]),
            *routes,
            Route("/{rest:path}", partial(_serve, workspace, None), methods=every),
        ]
    )


async def _show(workspace: NotionWorkspace, _request: Request) -> Response:
    return HTMLResponse(workspace_page(workspace))


async def _show_body(workspace: NotionWorkspace, request: Request) -> Response:
    page = workspace.pages.get(request.path_params["page"])
    if page is None:
        return PlainTextResponse("There is no such page here.", status_code=404)
    return HTMLResponse(body_page(workspace, page))


async def _act(workspace: NotionWorkspace, request: Request) -> Response:
    """Do what a form of the page asks, and show the page again."""
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    try:
        where = perform(workspace, request.path_params["name"], form)
    except KeyError as error:
        return PlainTextResponse(f"There is no {error} here.", status_code=404)
    except NotionRefusal as refused:
        return PlainTextResponse(refused.message, status_code=400)
    return RedirectResponse(where, status_code=303)


async def _serve(
    workspace: NotionWorkspace, endpoint: Endpoint | None, request: Request
) -> Response:
    """Answer one request; every reply has its own id."""
    body = await request.body()
    request_id = uuid_of("request", workspace.count())
    more: dict[str, str] = {}
    try:
        _admit(workspace, request)
        workspace.rate.count()
        status, reply = 200, _answer(workspace, endpoint, request, body)
        _say_nothing(workspace, request, reply)
    except NotionRefusal as refused:
        status, reply = refused.status, error_body(refused)
        if refused.status == 429:
            more["retry-after"] = refused.data["retry_after"]
    headers = {
        **more,
        "content-type": "application/json; charset=utf-8",
        "x-notion-request-id": request_id,
        "vary": "Accept-Encoding",
        "date": format_datetime(workspace.clock.now(), usegmt=True),
    }
    reply = {**reply, "request_id": request_id}
    return JSONResponse(reply, status_code=status, headers=headers)


def _answer(
    workspace: NotionWorkspace, endpoint: Endpoint | None, request: Request, body: bytes
) -> dict[str, Any]:
    if endpoint is None:
        raise not_imitated(f"{request.method} {request.url.path}")
    workspace.actor = BOT
    ids, query = request.path_params, request.query_params
    return endpoint(workspace, NotionRequest(ids=ids, query=query, body=_json(body)))


def _say_nothing(workspace: NotionWorkspace, request: Request, reply: dict[str, Any]) -> None:
    """Answer 503 to a write that was done (Notion API documentation), if so switched."""
    read = request.method == "GET" or request.url.path.endswith(("/query", "/search"))
    if read or not workspace.switches.saved_unsaid:
        return
    workspace.switches.saved_unsaid -= 1
    raise saved_without_reply(str(reply.get("id", "")))


def _admit(workspace: NotionWorkspace, request: Request) -> None:
    given = request.headers.get("authorization", "")
    if workspace.token is None or given != f"Bearer {workspace.token}":
        raise NotionRefusal(401, "unauthorized", "API token is invalid.")
    version = request.headers.get("notion-version")
    if version is None:
        raise NotionRefusal(
            400,
            "missing_version",
            "Notion-Version header failed validation: Notion-Version header should be defined,"
            " instead was undefined.",
        )
    if version != VERSION:
        raise NotionRefusal(
            400,
            "validation_error",
            f"Notion-Version header failed validation: this sandbox speaks {VERSION} only,"
            f" instead was `{version}`.",
        )


def _json(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    if len(body) > MOST_BYTES:
        raise in_body("body.length", f"≤ `{MOST_BYTES}`", len(body))
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise NotionRefusal(400, "invalid_json", "Error parsing JSON body.") from error
    if not isinstance(parsed, dict):
        raise NotionRefusal(400, "validation_error", "body should be an object.")
    return parsed
