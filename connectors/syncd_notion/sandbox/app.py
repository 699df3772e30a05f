"""The sandbox of Notion: its HTTP API on loopback, and a page to look at its data."""

import json
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
from syncd_notion.sandbox.asked import Asked
from syncd_notion.sandbox.page import act, body_of, page_of
from syncd_notion.sandbox.person import NotionPerson
from syncd_notion.sandbox.refusals import Refused, absent, in_body, saved_unsaid
from syncd_notion.sandbox.service import ENDPOINTS, Endpoint
from syncd_notion.sandbox.state import identity
from syncd_notion.sandbox.switches import Switches
from syncd_notion.sandbox.trouble import error, trouble
from syncd_notion.sandbox.world import BOT, TOKEN, World

VERSION = "2026-03-11"
MOST_BYTES = 500_000
ANY_NUMBER = 100_000
"""Requests a minute where none is refused."""
"""What a request may weigh (Notion API documentation; the wording is assumed)."""


class NotionSandbox:
    """A workspace with one page that is shared with the connection."""

    name = "notion"
    token = TOKEN

    def __init__(self, clock: Clock) -> None:
        self.world = World(clock)
        self.parent_page = self.world.parent_page
        self.person = NotionPerson(self.world)
        self.app: App = _app(self.world)

    def trouble(self, status: int, seconds: int = 0) -> dict[str, Any]:
        """Return what the service answers in trouble, to be given to a ``Fault``."""
        return trouble(status, seconds)

    @property
    def switches(self) -> Switches:
        """What can be chosen of how the sandbox behaves; ``world`` has more."""
        return self.world.switches

    def end_listings(self) -> None:
        """Make every cursor of rows that was handed out invalid."""
        self.world.listings += 1

    def empty_listing_once(self) -> None:
        """Let the next query or search find nothing at all."""
        self.world.empty_listings += 1

    def settings(self, origin: str) -> dict[str, Any]:
        """Return the settings that point a connector here, as fast as this one allows."""
        return {
            "token": self.token,
            "base_url": origin,
            "parent_page": self.parent_page,
            "requests_per_minute": self.world.switches.per_minute or ANY_NUMBER,
        }

    def revoke_token(self) -> None:
        """Stop accepting the token."""
        self.world.token = None

    def lose_container(self) -> None:
        """Have the person put the database of the tasks into the trash."""
        self.person.trash_database(Kind.TASK)


def make(directory: Path, clock: Clock) -> NotionSandbox:
    """Make a sandbox; it needs no files."""
    del directory
    return NotionSandbox(clock)


def _app(world: World) -> App:
    routes = [
        Route(path, partial(_serve, world, endpoint), methods=[method])
        for (method, path), endpoint in ENDPOINTS.items()
    ]
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/", partial(_show, world)),
            Route("/_sandbox/page/{page}", partial(_show_body, world)),
            Route("/_sandbox/{name}", partial(_act, world), methods=["POST"]),
            *routes,
            Route("/{rest:path}", partial(_serve, world, None), methods=every),
        ]
    )


async def _show(world: World, _request: Request) -> Response:
    return HTMLResponse(page_of(world))


async def _show_body(world: World, request: Request) -> Response:
    page = world.pages.get(request.path_params["page"])
    if page is None:
        return PlainTextResponse("There is no such page here.", status_code=404)
    return HTMLResponse(body_of(world, page))


async def _act(world: World, request: Request) -> Response:
    """Do what a form of the page asks, and show the page again."""
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    try:
        where = act(world, request.path_params["name"], form)
    except KeyError as error:
        return PlainTextResponse(f"There is no {error} here.", status_code=404)
    except Refused as refused:
        return PlainTextResponse(refused.message, status_code=400)
    return RedirectResponse(where, status_code=303)


async def _serve(world: World, endpoint: Endpoint | None, request: Request) -> Response:
    """Answer one request; every reply has its own id."""
    body = await request.body()
    request_id = identity("request", world.count())
    more: dict[str, str] = {}
    try:
        _admit(world, request)
        world.rate.count()
        status, reply = 200, _answer(world, endpoint, request, body)
        _say_nothing(world, request, reply)
    except Refused as refused:
        status, reply = refused.status, error(refused)
        if refused.status == 429:
            more["retry-after"] = refused.data["retry_after"]
    headers = {
        **more,
        "content-type": "application/json; charset=utf-8",
        "x-notion-request-id": request_id,
        "vary": "Accept-Encoding",
        "date": format_datetime(world.clock.now(), usegmt=True),
    }
    reply = {**reply, "request_id": request_id}
    return JSONResponse(reply, status_code=status, headers=headers)


def _answer(
    world: World, endpoint: Endpoint | None, request: Request, body: bytes
) -> dict[str, Any]:
    if endpoint is None:
        raise absent(f"{request.method} {request.url.path}")
    world.actor = BOT
    asked = Asked(ids=request.path_params, query=request.query_params, body=_json(body))
    return endpoint(world, asked)


def _say_nothing(world: World, request: Request, reply: dict[str, Any]) -> None:
    """Answer 503 to a write that was done (Notion API documentation), if so switched."""
    read = request.method == "GET" or request.url.path.endswith(("/query", "/search"))
    if read or not world.switches.saved_unsaid:
        return
    world.switches.saved_unsaid -= 1
    raise saved_unsaid(str(reply.get("id", "")))


def _admit(world: World, request: Request) -> None:
    given = request.headers.get("authorization", "")
    if world.token is None or given != f"Bearer {world.token}":
        raise Refused(401, "unauthorized", "API token is invalid.")
    version = request.headers.get("notion-version")
    if version is None:
        raise Refused(
            400,
            "missing_version",
            "Notion-Version header failed validation: Notion-Version header should be defined,"
            " instead was undefined.",
        )
    if version != VERSION:
        raise Refused(
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
        found = json.loads(body)
    except ValueError as error:
        raise Refused(400, "invalid_json", "Error parsing JSON body.") from error
    if not isinstance(found, dict):
        raise Refused(400, "validation_error", "body should be an object.")
    return found
