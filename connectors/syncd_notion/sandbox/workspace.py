"""A workspace: its pages and databases, who sees them, and what editing does."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from syncd.clock import Clock
from syncd_notion.sandbox.errors import NotionRefusal, invalid, not_found, trashed
from syncd_notion.sandbox.objects import (
    BodyPart,
    DataSource,
    NotionBlock,
    NotionDatabase,
    NotionObject,
    NotionPage,
    PageHistory,
    SchemaProperty,
    Value,
    carried_over,
    defaults,
    number_of,
    text_of_value,
    uuid_of,
    value_of_text,
)
from syncd_notion.sandbox.rich_text import Run, plain, run_of
from syncd_notion.sandbox.switches import NotionClock, NotionRateLimit, NotionSwitches

TOKEN = "ntn_sandbox_token_of_no_value"  # noqa: S105  # the one token that the sandbox takes
BOT = uuid_of("user", "bot")
USER = uuid_of("user", "person")
WORKSPACE = uuid_of("workspace")

_UUID = re.compile(
    r"([0-9a-f]{8})-?([0-9a-f]{4})-?([1-8][0-9a-f]{3})-?([89ab][0-9a-f]{3})-?([0-9a-f]{12})",
    re.IGNORECASE,
)
_NIL = "00000000-0000-0000-0000-000000000000"


class NotionWorkspace:
    """All that the workspace holds. ``actor`` is who is editing now.

    hidden: ids of what is not shared with the connection, with all below it.
    search_lag: how many searches do not see what is made from now on.
    query_limit: rows after which a query ends (10,000 in the service).
    trashed_query: what a query of a trashed database does: "404", "empty" or "rows".
    listings: how often all cursors of listings were ended.
    empty_listings: how many of the next queries and searches find nothing.
    api_edits_move_pages: whether an edit of a body by the API is an edit of its page, as
        one by hand is. Not so in 2024 (dvanoni/notero#571).
    """

    def __init__(self, clock: Clock) -> None:
        self.switches = NotionSwitches()
        self.clock = NotionClock(clock, self.switches)
        self.past = PageHistory()
        self.rate = NotionRateLimit(self.clock, self.switches)
        self.listings = 0
        self.empty_listings = 0
        self.pages: dict[str, NotionPage] = {}
        self.databases: dict[str, NotionDatabase] = {}
        self.sources: dict[str, DataSource] = {}
        self.hidden: set[str] = set()
        self.unseen: dict[str, int] = {}
        self.token: str | None = TOKEN
        self.actor = BOT
        self.search_lag = 0
        self.query_limit = 10_000
        self.trashed_query = "404"
        self.api_edits_move_pages = False
        self.blocks: dict[str, NotionBlock] = {}
        self._bodies: dict[str, list[NotionBlock]] = {}
        self._number = 0
        self.parent_page = self.add_page("", [run_of("Career")]).id

    def count(self) -> int:
        """Return the next number; everything made gets one."""
        self._number += 1
        return self._number

    def _new(self, sort: str, parent: str) -> dict[str, Any]:
        number, now = self.count(), self.clock.now()
        name = uuid_of(sort, number)
        if self.search_lag:
            self.unseen[name] = self.search_lag
        times = {"created": now, "edited": now, "creator": self.actor, "editor": self.actor}
        return {"id": name, "parent": parent, "number": number, **times}

    def add_page(self, parent: str, title: list[Run]) -> NotionPage:
        """Add a page that is no row."""
        page = NotionPage(**self._new("page", parent), title=title)
        self.pages[page.id] = page
        self.past.note(self.clock.now(), page)
        return page

    def add_row(self, source: DataSource, values: dict[str, Value]) -> NotionPage:
        """Add a row."""
        page = NotionPage(**self._new("page", source.id), values={**defaults(source), **values})
        self.pages[page.id] = page
        self.past.note(self.clock.now(), page)
        return page

    def add_block(self, parent: str, sort: str, content: dict[str, Any]) -> NotionBlock:
        """Add a block at the end of a page or of another block."""
        block = NotionBlock(**self._new("block", parent), type=sort, content=content)
        self.blocks[block.id] = block
        self._bodies.setdefault(parent, []).append(block)
        return block

    def add_database(self, parent: str, title: list[Run]) -> tuple[NotionDatabase, DataSource]:
        """Add a database with one data source of the same title."""
        database = NotionDatabase(**self._new("database", parent), title=title)
        self.databases[database.id] = database
        return database, self.add_source(database.id, plain(title))

    def add_source(self, database: str, title: str) -> DataSource:
        """Add a data source to a database; it has no properties yet."""
        runs = [run_of(title)] if title else []
        source = DataSource(**self._new("source", database), title=runs)
        self.sources[source.id] = source
        return source

    def mark_edited(self, thing: NotionObject) -> None:
        """Say that the present actor has edited this now."""
        thing.edited, thing.editor = self.clock.now(), self.actor
        if isinstance(thing, NotionPage):
            self.past.note(self.clock.now(), thing)

    def seen(self, *, late: bool = False) -> list[NotionPage]:
        """Return the pages as queries, or searches (``late``), see them now."""
        switches, now = self.switches, self.clock.now()
        age = switches.stale + switches.search_delay if late else switches.stale
        pages = self.past.pages(now - age) if age else self.pages
        newest = now - switches.index_lag
        fresh = switches.index_lag and not late
        return [
            page
            for page in pages.values()
            if page.id not in switches.omits and not (fresh and page.created > newest)
        ]

    def finds_nothing(self, cursor: object) -> bool:
        """Say whether this listing is the one that was to come back empty."""
        if cursor is not None or not self.empty_listings:
            return False
        self.empty_listings -= 1
        return True

    def cursor(self) -> str:
        """Return how the cursors of rows begin until they are ended."""
        return f"s:{uuid_of('cursor', self.listings)}:"

    def sources_of(self, database: NotionDatabase) -> list[DataSource]:
        """Return a database's data sources."""
        return [source for source in self.sources.values() if source.parent == database.id]

    def rows(
        self, source: DataSource, pages: Iterable[NotionPage] | None = None
    ) -> list[NotionPage]:
        """Return the rows that are not in the trash, newest first."""
        known = self.pages.values() if pages is None else pages
        rows = [page for page in known if page.parent == source.id]
        live = [page for page in rows if not self.is_trashed(page) and not page.is_archived]
        return sorted(live, key=lambda page: -page.number)

    def children(self, holder: NotionObject) -> list[BodyPart]:
        """Return what stands in a page or a block, in order, but for what was deleted."""
        parts: list[BodyPart] = [*self._bodies.get(holder.id, [])]
        if isinstance(holder, NotionPage):
            parts += [page for page in self.pages.values() if page.parent == holder.id]
            parts += [
                database for database in self.databases.values() if database.parent == holder.id
            ]
        live = [piece for piece in parts if not piece.in_trash and self.shows(piece)]
        return sorted(live, key=lambda part: part.place)

    # Who sees what, and what is in the trash.

    def above(self, thing: NotionObject) -> Iterator[NotionObject]:
        """Yield a thing and all that holds it."""
        at: NotionObject | None = thing
        while at is not None:
            yield at
            at = self.thing(at.parent)

    def thing(self, name: str) -> NotionObject | None:
        """Return what has this id."""
        kinds: tuple[Mapping[str, NotionObject], ...]
        kinds = (self.pages, self.databases, self.sources, self.blocks)
        return next((things[name] for things in kinds if name in things), None)

    def holder(self, piece: BodyPart) -> NotionObject:
        """Return the page or the block in which something stands."""
        return next(thing for thing in self.above(piece) if thing is not piece)

    def shows(self, thing: NotionObject) -> bool:
        """Say whether the connection sees it."""
        return not any(above.id in self.hidden for above in self.above(thing))

    def is_trashed(self, thing: NotionObject) -> bool:
        """Say whether it, or what holds it, is in the trash (recorded replies)."""
        return any(above.in_trash for above in self.above(thing))

    # Finding by the ids of requests.

    def dashed(self, raw: str, place: str) -> str:
        """Return an id with dashes. Refuses what has not the shape of one."""
        match = _UUID.fullmatch(raw)
        if match is None and raw.replace("-", "") != _NIL.replace("-", ""):
            where = place.partition(".")[0]
            raise invalid(
                f"{where} failed validation: {place} should be a valid uuid, instead was"
                f' `"{raw}"`.'
            )
        return "-".join(match.groups()).lower() if match else _NIL

    def page(self, raw: str, place: str = "path.page_id") -> NotionPage:
        """Return a page that the connection sees."""
        page = self.pages.get(self.dashed(raw, place))
        if page is None or not self.shows(page):
            raise self.missing("page", raw, place)
        return page

    def database(self, raw: str, place: str = "path.database_id") -> NotionDatabase:
        """Return a database that the connection sees."""
        database = self.databases.get(self.dashed(raw, place))
        if database is None or not self.shows(database):
            raise self.missing("database", raw, place)
        return database

    def source(self, raw: str, place: str = "path.data_source_id") -> DataSource:
        """Return a data source that the connection sees."""
        source = self.sources.get(self.dashed(raw, place))
        if source is None or not self.shows(source):
            raise self.missing("database", raw, place)
        return source

    def block(self, raw: str, place: str = "path.block_id") -> BodyPart:
        """Return a block that the connection sees; pages and databases are blocks too."""
        name = self.dashed(raw, place)
        part = self.blocks.get(name) or self.pages.get(name) or self.databases.get(name)
        if part is None or not self.shows(part):
            raise self.missing("block", raw, place)
        return part

    def missing(self, what: str, raw: str, place: str) -> NotionRefusal:
        """Return the refusal of what does not exist or is not shared."""
        return not_found(what, self.dashed(raw, place), BOT)

    # Editing.

    def set_values(self, page: NotionPage, values: dict[str, Value]) -> None:
        """Change values of a page."""
        if values:
            page.values |= values
            self.mark_edited(page)

    def set_trash(self, thing: NotionObject, *, in_trash: bool) -> None:
        """Put something into the trash or take it out.

        What lies there already can't be put there again: many programs take that refusal
        for success (public repositories).
        """
        parent = self.thing(thing.parent)
        if (parent is not None and self.is_trashed(parent)) or (in_trash and thing.in_trash):
            raise trashed()
        if thing.in_trash != in_trash:
            thing.in_trash = in_trash
            self.mark_edited(thing)

    def move(self, page: NotionPage, to: str) -> None:
        """Move a page below a page or into a data source.

        Values follow into properties of the same name and type; what has no place there
        is out of sight, and back when the page is.
        """
        before, after = self.sources.get(page.parent), self.sources.get(to)
        page.title = page.values.get("title", page.title)
        if after is not None:
            carried = carried_over(page, before, after) if before else {"title": page.title}
            page.values = {**defaults(after), **page.values, **carried}
        page.parent, page.place = to, self.count()
        self.mark_edited(page)

    def number(self, text: str) -> float | None:
        """Return what typing ``text`` into a cell of numbers puts there."""
        return number_of(text)

    def reread(self, prop: SchemaProperty, notion_type: str) -> None:
        """Change a property's type: values become text, and are read again as that type."""
        before, prop.type = prop.type, notion_type
        names = {option["id"]: option["name"] for option in prop.config.get("options", [])}
        prop.config = {}
        for page in self.pages.values():
            if prop.id in page.values:
                text = text_of_value(before, page.values[prop.id], names)
                page.values[prop.id] = value_of_text(notion_type, text)
