"""Notion's endpoints over the official client: JSON in, JSON out, syncd's errors."""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from syncd.clock import Clock
from syncd.connect.policy import Policy
from syncd.errors import ToolError, TryLater
from syncd_notion.failures import answer_of, error_of, silence

if TYPE_CHECKING:
    from notion_client import Client as NotionClient

VERSION = "2026-03-11"
READ_MS = 20_000
WRITE_MS = 65_000
"""Notion itself gives up after 55 seconds and then says whether the change was saved
(Notion API documentation): a shorter time-out would lose that reply. A daemon that is
told to stop while such a write hangs leaves it to the journal of writes in flight."""

PAGE_SIZE = 100

Json = dict[str, Any]


class Api:
    """One method an endpoint. Each reply is counted, and its date noted, by the policy."""

    def __init__(self, token: str, base_url: str, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._reader = self._open(token, base_url, READ_MS)
        self._writer = self._open(token, base_url, WRITE_MS)

    def _open(self, token: str, base_url: str, timeout_ms: int) -> "NotionClient":
        import httpx
        from notion_client import Client as NotionClient

        def note(response: httpx.Response) -> None:
            self._policy.note(response.headers.get("date"))

        return NotionClient(
            auth=token,
            base_url=base_url,
            timeout_ms=timeout_ms,
            notion_version=VERSION,
            retry=False,
            logger=_silent(),
            client=httpx.Client(event_hooks={"response": [note]}),
        )

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
        return self._write(
            lambda: self._writer.blocks.update(block, **content), repeatable=True
        )

    def delete_block(self, block: str) -> Json:
        """Put a block into the trash; doing it twice does it once."""
        return self._write(lambda: self._writer.blocks.delete(block), repeatable=True)

    def update_page(self, page: str, body: Json) -> Json:
        """Change a row's properties."""
        return self._write(lambda: self._writer.pages.update(page, **body))

    def trash_page(self, page: str) -> Json:
        """Put a row into the trash; doing it twice does it once."""
        return self._write(
            lambda: self._writer.pages.update(page, in_trash=True), repeatable=True
        )

    def unarchive_page(self, page: str) -> Json:
        """Take a row out of the archive; the client has no argument for it."""
        body = {"is_archived": False}
        return self._write(
            lambda: self._writer.request(path=f"pages/{page}", method="PATCH", body=body),
            repeatable=True,
        )

    def close(self) -> None:
        """Close both pools of connections."""
        self._reader.close()
        self._writer.close()

    def _read(self, request: Callable[[], Any]) -> Json:
        return self._policy.call(lambda: self._one(request, write=False), repeatable=True)

    def _write(self, request: Callable[[], Any], *, repeatable: bool = False) -> Json:
        return self._policy.call(lambda: self._one(request, write=True), repeatable=repeatable)

    def _one(self, request: Callable[[], Any], *, write: bool) -> Json:
        import httpx
        from notion_client.errors import HTTPResponseError, RequestTimeoutError

        try:
            reply = request()
        except HTTPResponseError as error:
            raise self._refusal(error, write=write) from error
        except RequestTimeoutError as error:
            raise silence("Notion did not answer in time", write=write) from error
        except httpx.ConnectError as error:
            raise TryLater("Notion can't be reached: syncd tries again later.") from error
        except httpx.HTTPError as error:
            raise silence("The connection to Notion broke", write=write) from error
        except ValueError as error:
            raise silence("Notion's reply could not be read", write=write) from error
        if not isinstance(reply, Mapping) or not _is_whole(reply):
            raise silence("Notion's reply could not be read", write=write)
        return dict(reply)

    def _refusal(self, error: Any, *, write: bool) -> ToolError:
        return error_of(
            answer_of(
                error.status,
                error.body,
                error.headers.get("retry-after"),
                now=self._clock.now(),
                write=write,
            )
        )


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
