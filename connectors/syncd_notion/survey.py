"""Finding the databases that syncd made, after its state was lost.

A database that syncd makes says so in its description, with its kind and the page it
was made for, and is recognised by that line wherever it was moved; without the line, by
its title and its ``Sync ID`` under the parent page. A database with the right title but
neither is the person's own, and left alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from syncd.connect.border import Pages, Shape, sort_out
from syncd.errors import Gone, Mistake, SkipItem, TryLater
from syncd.model.entities import Kind
from syncd_notion.border import (
    TITLE,
    BlockReply,
    DatabaseReply,
    DataSourceReply,
    SearchHit,
    same,
    title_of,
)
from syncd_notion.client import Json, NotionApi
from syncd_notion.mapping import MARK
from syncd_notion.pages import entries
from syncd_notion.replies import parsed
from syncd_notion.rich_text import plain

TITLES: Mapping[Kind, str] = {
    Kind.PROFILE: "Profile",
    Kind.GOAL: "Goals",
    Kind.MILESTONE: "Milestones",
    Kind.SKILL: "Skills",
    Kind.RESOURCE: "Resources",
    Kind.TASK: "Tasks",
    Kind.CONTACT: "Contacts",
    Kind.ACHIEVEMENT: "Achievements",
    Kind.REVIEW: "Reviews",
}

_LINE = (
    "Kept by syncd: rename and rearrange it as you like, but leave this line ({kind}, {page})."
)
_LINE_PATTERN = re.compile(r"Kept by syncd:.{0,200}\((\w{1,20}), ([0-9a-f]{8})\)")
_BY_TITLE = {title: kind for kind, title in TITLES.items()}


def line_for(kind: Kind, parent: str) -> str:
    """Return the line in a description by which its database is known again."""
    return _LINE.format(kind=kind.value, page=parent[:8])


def sources_of(database: DatabaseReply) -> list[str]:
    """Return the ids of a database's data sources."""
    return [it.id for it in database.data_sources]


class Discovery:
    """Looks for databases below one page, then everywhere."""

    def __init__(self, api: NotionApi, parent: str) -> None:
        self._api = api
        self._parent = parent
        self._pages = Pages(TITLE)

    def find(self, kinds: list[Kind]) -> tuple[dict[Kind, DatabaseReply], list[str]]:
        """Look below the parent page, then, for what is still missing, everywhere."""
        found: dict[Kind, DatabaseReply] = {}
        problems = []
        for database in self._listed():
            kind = self._kind_of(database, kinds)
            if kind is not None:
                found[kind] = _older(found.get(kind), database)
            elif _BY_TITLE.get(_title(database)) in kinds and not _kept_line(database):
                problems.append(
                    f"'{_title(database)}' under the page is a database of your own, so syncd makes"
                    " another: to use yours, name it in connectors.notion.databases."
                )
        absent = [kind for kind in kinds if kind not in found]
        for database in self._searched() if absent else ():
            kind = self._kind_of(database, absent)
            if kind is not None:
                found[kind] = _older(found.get(kind), database)
        self._pages.forget()
        return found, problems

    def _kind_of(self, database: DatabaseReply, kinds: list[Kind]) -> Kind | None:
        """Return which kind's database of ours this is, if it is one."""
        if database.in_trash:
            return None
        said = _kept_line(database)
        if said is not None:
            ours = said[2] == self._parent[:8]
            return next((kind for kind in kinds if ours and kind.value == said[1]), None)
        kind = _BY_TITLE.get(_title(database))
        if kind not in kinds or not self._is_below(database):
            return None
        return kind if any(map(self.is_marked, sources_of(database))) else None

    def _is_below(self, database: DatabaseReply) -> bool:
        return same(database.parent.page_id, self._parent)

    def is_marked(self, source: str) -> bool:
        """Say whether a data source has the column for the entity's id."""
        mark = parsed(self._api.source(source), DataSourceReply, source).properties.get(MARK)
        return mark is not None and mark.type == "rich_text"

    def _listed(self) -> Iterator[DatabaseReply]:
        """Yield the databases below the page; none where blocks are not to be read."""
        try:
            blocks = self._all(
                "blocks", BlockReply, lambda it: self._api.children(self._parent, it)
            )
        except SkipItem:
            blocks = []
        except Gone:
            self._check_parent()
            blocks = []
        for block in blocks:
            if block["type"] == "child_database":
                yield from self._database(block["id"])

    def _check_parent(self) -> None:
        try:
            self._api.page(self._parent)
        except Gone as error:
            raise Mistake(
                "Notion does not show the page in connectors.notion.parent_page: share it with the"
                " connection (••• → Connections), or correct the setting."
            ) from error

    def _searched(self) -> Iterator[DatabaseReply]:
        """Yield the databases that the search knows; it lags, and its types may be wrong."""
        for source in self._hits():
            database = source.parent.database_id
            hopeful = MARK in source.properties or plain(source.title) in _BY_TITLE
            if hopeful and database and not source.in_trash:
                yield from self._database(database)

    def _hits(self) -> list[SearchHit]:
        try:
            return [
                parsed(it, SearchHit) for it in self._all("search", SearchHit, self._api.search)
            ]
        except SkipItem:
            return []

    def _all(
        self, key: str, shape: type[Shape], ask: Callable[[str | None], Json]
    ) -> list[Json]:
        """Return all entries of a listing. Raises ``TryLater`` where any can't be read.

        It may be a database of ours, and another one would be made in its place.
        """
        found = sort_out(entries(self._pages, key, ask), shape, TITLE, title_of)
        for sentence in (*found.unread.values(), *found.nameless):
            raise TryLater(sentence)
        return list(found.good.values())

    def _database(self, database: str) -> Iterator[DatabaseReply]:
        try:
            yield parsed(self._api.database(database), DatabaseReply, database)
        except Gone:
            return  # a linked view of what is not shared


def _title(database: DatabaseReply) -> str:
    return plain(database.title)


def _kept_line(database: DatabaseReply) -> re.Match[str] | None:
    return _LINE_PATTERN.search(plain(database.description))


def _older(one: DatabaseReply | None, other: DatabaseReply) -> DatabaseReply:
    """Return the database that was made first: a copy has its description too."""
    if one is None:
        return other
    return min(one, other, key=lambda it: it.created_time)
