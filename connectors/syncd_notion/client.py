"""Notion's API by its official client, JSON in and out; the error that each refusal means."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from syncd.clock import Clock
from syncd.connect.border import Pages
from syncd.connect.http import ServiceAddress, Transport
from syncd.connect.network import Network, asked_wait
from syncd.connect.refusals import (
    Refusal,
    Service,
    judged,
    refusal_of,
    silence,
    unanswered,
    unreadable,
)
from syncd.errors import Gone, SignIn, SkipItem, StartOver, ToolError, TryLater, Unclear
from syncd_notion.border import ListingReply, parsed

if TYPE_CHECKING:
    from notion_client import Client as NotionClient


BLOCKED_SECONDS = 3600.0
"""How long to leave Notion alone when it blocks a connection."""

_TRASHED = ("can't edit block that is archived", "unarchive the block")
_SCHEMA = (
    "is not a property that exists",
    "could not find property",
    "could not find sort property",
    "is expected to be",
    "does not match the property type",
)
NOTION = Service(
    title="Notion",
    sign_in="copy the token again from notion.so/developers into connectors.notion.token",
    forbidden=(
        "give the connection the capabilities to read, insert and update content, at"
        " notion.so/developers"
    ),
    address="connectors.notion.base_url",
)


class StaleSchema(SkipItem):
    """Notion says that a property is not what it was: read the schema again."""


def error_of(response: httpx.Response, *, write: bool, now: datetime) -> ToolError:
    """Return what a reply with an error status means; ``now`` by syncd's clock."""
    refusal = refusal_of(response, write=write, now=now)
    judge = _BY_STATUS.get(refusal.status)
    error = judge(refusal, now) if judge else None
    if error is not None:
        return error
    return (
        _refused(refusal)
        if refusal.status in _REFUSES
        else judged(NOTION, refusal, _message(refusal))
    )


def _message(refusal: Refusal) -> str:
    return refusal.text("message") or f"status {refusal.status}"


def _bad_request(refusal: Refusal, _now: datetime) -> ToolError:
    message = refusal.text("message")
    folded = message.casefold()
    if any(part in folded for part in _TRASHED):
        return Gone("The page is in Notion's trash: restore it there to go on with it.")
    if "start_cursor" in folded:
        return StartOver("Notion no longer knows where the listing stood: reading it again.")
    if "invalid status option" in folded:
        return StaleSchema(
            f"The status property in Notion lacks an option ({message}): add it there, then sync"
            " again."
        )
    if any(part in folded for part in _SCHEMA):
        return StaleSchema(
            f"The database has changed in Notion ({message}): sync again, then see `syncd status`."
        )
    return _refused(refusal)


def _refused(refusal: Refusal) -> ToolError:
    message = _message(refusal)
    if refusal.write:
        return SkipItem(f"Notion refuses this item ({message}): correct it, then sync again.")
    return SkipItem(f"Notion refuses a question of syncd ({message}): see `syncd status`.")


def _unauthorized(_refusal: Refusal, _now: datetime) -> ToolError:
    return SignIn(f"Notion does not accept the token: {NOTION.sign_in}.")


def _forbidden(refusal: Refusal, _now: datetime) -> ToolError:
    if "block_limit" in _data(refusal) and refusal.write:
        return SkipItem(
            "The free Notion workspace has reached its limit of blocks: make room or change"
            " the workspace's plan."
        )
    return SignIn(f"Notion does not let this connection do that: {NOTION.forbidden}.")


def _not_found(refusal: Refusal, _now: datetime) -> ToolError:
    if refusal.text("code") == "object_not_found":
        return Gone(
            f"Notion does not show it ({_message(refusal)}): restore or share it there."
        )
    return silence("The address", "does not answer as Notion does (404)", write=refusal.write)


def _conflict(refusal: Refusal, now: datetime) -> ToolError:
    if refusal.text("code") == "row_limit_exceeded":
        return SkipItem("The Notion database is full: archive rows that you no longer need.")
    return TryLater(
        "Notion was saving something else: syncd tries again.", _seconds(refusal, now)
    )


def _limited(refusal: Refusal, now: datetime) -> ToolError:
    if _data(refusal).get("rate_limit_reason") == "public_api_request_blocked":
        return TryLater("Notion blocks this connection: ask Notion why.", BLOCKED_SECONDS)
    return TryLater("Notion asks to wait: syncd tries again later.", _seconds(refusal, now))


def _unavailable(refusal: Refusal, now: datetime) -> ToolError | None:
    if refusal.write:
        return None
    return TryLater("Notion is not available: syncd tries again later.", _seconds(refusal, now))


def _seconds(refusal: Refusal, now: datetime) -> float | None:
    """Return the wait that was asked for: seconds or a date, in header or body."""
    seconds = refusal.seconds
    if seconds is None:
        return asked_wait(_data(refusal).get("retry_after"), now)
    return seconds


def _data(refusal: Refusal) -> Mapping[str, Any]:
    data = refusal.body.get("additional_data")
    return data if isinstance(data, Mapping) else {}


_BY_STATUS: Mapping[int, Callable[[Refusal, datetime], ToolError | None]] = {
    400: _bad_request,
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    429: _limited,
    503: _unavailable,
    529: _limited,
}
_REFUSES = frozenset(range(400, 500)) - {407, 408, 423, 425} | {501}


VERSION = "2026-03-11"
READING = 20.0
WRITING = 65.0
"""Notion itself gives up after 55 seconds and then says whether the change was saved
(Notion API documentation): a shorter time-out would lose that reply. A daemon that is
asked to stop while such a write hangs leaves it to the journal of writes in flight."""

PAGE_SIZE = 100

Json = dict[str, Any]


class NotionApi:
    """One method an endpoint."""

    def __init__(self, token: str, base_url: str, network: Network, clock: Clock) -> None:
        self._network = network
        self._clock = clock
        self._reader = self._open(token, base_url, READING)
        self._writer = self._open(token, base_url, WRITING)

    def _open(self, token: str, base_url: str, seconds: float) -> "NotionClient":
        import httpx
        from notion_client import Client as NotionClient

        transport = Transport(ServiceAddress(origin=base_url), self._network, seconds)
        return NotionClient(
            auth=token,
            base_url=base_url,
            notion_version=VERSION,
            retry=False,
            logger=_silent(),
            client=httpx.Client(transport=transport, trust_env=False),
        )

    def received(self) -> int:
        """Return how many bytes came so far, all in all."""
        return self._network.limiter.received

    def children(self, block: str, start: str | None) -> Json:
        """List a page's blocks (one list page)."""
        query = {"page_size": PAGE_SIZE} | ({"start_cursor": start} if start else {})
        return self._read(lambda: self._reader.blocks.children.list(block, **query))

    def search(self, start: str | None) -> Json:
        """List the data sources that the connection sees (one list page)."""
        query = {"page_size": PAGE_SIZE} | ({"start_cursor": start} if start else {})
        kind = {"property": "object", "value": "data_source"}
        return self._read(lambda: self._reader.search(filter=kind, **query))

    def database(self, database: str) -> Json:
        """Read a database: its title, description and data sources."""
        return self._read(lambda: self._reader.databases.retrieve(database))

    def create_database(self, body: Json) -> Json:
        """Make a database."""
        return self._write(lambda: self._writer.databases.create(**body))

    def source(self, source: str) -> Json:
        """Read a data source: its schema."""
        return self._read(lambda: self._reader.data_sources.retrieve(source))

    def update_source(self, source: str, properties: Json) -> Json:
        """Change a schema."""
        return self._write(
            lambda: self._writer.data_sources.update(source, properties=properties)
        )

    def query(self, source: str, body: Json) -> Json:
        """List rows (one list page)."""
        return self._read(lambda: self._reader.data_sources.query(source, **body))

    def page(self, page: str) -> Json:
        """Read a row."""
        return self._read(lambda: self._reader.pages.retrieve(page))

    def page_property(self, page: str, prop: str, start: str | None) -> Json:
        """List the items of one property (one list page); ``prop`` as the schema has it."""
        query = {"page_size": PAGE_SIZE} | ({"start_cursor": start} if start else {})
        return self._read(lambda: self._reader.pages.properties.retrieve(page, prop, **query))

    def create_page(
        self, source: str, properties: Json, children: list[Json] | None = None
    ) -> Json:
        """Add a row, with what its page begins with."""
        parent = {"type": "data_source_id", "data_source_id": source}
        body: Json = {"parent": parent, "properties": properties}
        body |= {"children": children} if children else {}
        return self._write(lambda: self._writer.pages.create(**body))

    def append(self, parent: str, children: list[Json], after: str | None = None) -> Json:
        """Add blocks to a page: at its end, or after one of its blocks."""
        body: Json = {"children": children}
        if after is not None:
            body["position"] = {"type": "after_block", "after_block": {"id": after}}
        return self._write(lambda: self._writer.blocks.children.append(parent, **body))

    def update_block(self, block: str, content: Json) -> Json:
        """Change what a block says; doing it twice does it once."""
        return self._twice(lambda: self._writer.blocks.update(block, **content))

    def delete_block(self, block: str) -> Json:
        """Put a block into the trash; doing it twice does it once."""
        return self._twice(lambda: self._writer.blocks.delete(block))

    def update_page(self, page: str, body: Json) -> Json:
        """Change a row's properties."""
        return self._write(lambda: self._writer.pages.update(page, **body))

    def trash_page(self, page: str) -> Json:
        """Put a row into the trash; doing it twice does it once."""
        return self._write(lambda: self._writer.pages.update(page, in_trash=True))

    def unarchive_page(self, page: str) -> Json:
        """Take a row out of the archive; the client has no argument for it."""
        body = {"is_archived": False}
        return self._write(
            lambda: self._writer.request(path=f"pages/{page}", method="PATCH", body=body),
        )

    def close(self) -> None:
        """Close both pools of connections."""
        self._reader.close()
        self._writer.close()

    def _read(self, request: Callable[[], Any]) -> Json:
        return self._one(request, write=False)

    def _write(self, request: Callable[[], Any]) -> Json:
        return self._one(request, write=True)

    def _twice(self, request: Callable[[], Any]) -> Json:
        """Send it once more where nobody knows whether it was done: one of many steps of a
        write, which would have to be found out about as a whole."""
        try:
            return self._write(request)
        except Unclear:
            return self._write(request)

    def _one(self, request: Callable[[], Any], *, write: bool) -> Json:
        import httpx
        from notion_client.errors import HTTPResponseError, RequestTimeoutError

        try:
            reply = request()
        except HTTPResponseError as error:
            raise self._refusal(error, write=write) from error
        except RequestTimeoutError as error:
            late = httpx.ReadTimeout("the deadline of the request is over")
            raise unanswered("Notion", late, write=write) from error
        except httpx.RequestError as error:
            raise unanswered("Notion", error, write=write) from error
        except ValueError as error:
            raise unreadable("Notion", write=write) from error
        if not isinstance(reply, Mapping) or not _is_whole(reply):
            raise unreadable("Notion", write=write)
        return dict(reply)

    def _refusal(self, error: Any, *, write: bool) -> ToolError:
        import httpx

        reply = httpx.Response(error.status, headers=error.headers, text=error.body)
        return error_of(reply, write=write, now=self._clock.now())


def _is_whole(reply: Mapping[str, Any]) -> bool:
    """Say whether a reply has what replies of its sort always have."""
    if reply.get("object") == "list":
        return isinstance(reply.get("results"), list)
    return reply.get("object") == "property_item" or isinstance(reply.get("id"), str)


def _silent() -> logging.Logger:
    """Return a logger that says nothing: Notion's messages quote what a person wrote."""
    logger = logging.getLogger("syncd_notion.client")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    return logger


def entries(pages: Pages, key: str, ask: Callable[[str | None], Json]) -> list[Any]:
    """Return all entries of a listing, as they came; ``ask`` takes a cursor.

    Raises ``TryLater`` where the listing leads nowhere.
    """
    try:
        return [row for reply in pages.read(key, ask, cursor_after) for row in reply["results"]]
    except StartOver as error:
        raise TryLater(
            "Notion no longer knows where a listing stood: trying again later."
        ) from error


def cursor_after(reply: Json) -> str | None:
    """Return where a listing goes on, None at its end."""
    page = parsed(reply, ListingReply)
    if not page.goes_on:
        return None
    if not page.next_cursor:
        raise TryLater("Notion says that there is more but not where: trying again later.")
    return page.next_cursor
