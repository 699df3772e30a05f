"""Finding the databases that syncd made, after its state was lost.

A database that syncd makes says so in its description, with its kind and the page it
was made for, and is recognised by that line wherever it was moved; without the line, by
its title and its ``Sync ID`` under the parent page. A database with the right title but
neither is the person's own, and left alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from syncd.errors import Gone, Mistake, SkipItem
from syncd.model.entities import Kind
from syncd_notion.client import Api, Json
from syncd_notion.columns import MARK, TITLES
from syncd_notion.pages import replies
from syncd_notion.texts import plain

_LINE = (
    "Kept by syncd: rename and rearrange it as you like, but leave this line ({kind}, {page})."
)
_SAID = re.compile(r"Kept by syncd:.*\((\w+), ([0-9a-f]{8})\)")
_BY_TITLE = {title: kind for kind, title in TITLES.items()}


def line_for(kind: Kind, parent: str) -> str:
    """Return the line in a description by which its database is known again."""
    return _LINE.format(kind=kind.value, page=parent[:8])


def sources_of(database: Json) -> list[str]:
    """Return the ids of a database's data sources."""
    return [str(it["id"]) for it in database.get("data_sources") or []]


class Survey:
    """Looks for databases below one page, then everywhere."""

    def __init__(self, api: Api, parent: str) -> None:
        self._api = api
        self._parent = parent

    def find(self, kinds: list[Kind]) -> tuple[dict[Kind, Json], list[str]]:
        """Look below the parent page, then, for what is still missing, everywhere."""
        found: dict[Kind, Json] = {}
        problems = []
        for database in self._listed():
            kind = self._kind_of(database, kinds)
            if kind is not None:
                found[kind] = _older(found.get(kind), database)
            elif _BY_TITLE.get(_title(database)) in kinds and not _said(database):
                problems.append(
                    f"'{_title(database)}' under the page is a database of your own, so syncd makes"
                    " another: to use yours, name it in connectors.notion.databases."
                )
        absent = [kind for kind in kinds if kind not in found]
        for database in self._searched() if absent else ():
            kind = self._kind_of(database, absent)
            if kind is not None:
                found[kind] = _older(found.get(kind), database)
        return found, problems

    def _kind_of(self, database: Json, kinds: list[Kind]) -> Kind | None:
        """Return which kind's database of ours this is, if it is one."""
        if database.get("in_trash"):
            return None
        said = _said(database)
        if said is not None:
            ours = said[2] == self._parent[:8]
            return next((kind for kind in kinds if ours and kind.value == said[1]), None)
        kind = _BY_TITLE.get(_title(database))
        if kind not in kinds or not self._is_below(database):
            return None
        return kind if any(map(self.is_marked, sources_of(database))) else None

    def _is_below(self, database: Json) -> bool:
        parent = database.get("parent") or {}
        return str(parent.get("page_id", "")).replace("-", "") == self._parent.replace("-", "")

    def is_marked(self, source: str) -> bool:
        """Say whether a data source has the column for the entity's id."""
        properties = self._api.source(source).get("properties") or {}
        return bool((properties.get(MARK) or {}).get("type") == "rich_text")

    def _listed(self) -> Iterator[Json]:
        """Yield the databases below the page; none where blocks are not to be read."""
        try:
            blocks = _all(lambda start: self._api.children(self._parent, start))
        except SkipItem:
            blocks = []
        except Gone:
            self._check_parent()
            blocks = []
        for block in blocks:
            if block.get("type") == "child_database":
                yield from self._database(str(block["id"]))

    def _check_parent(self) -> None:
        try:
            self._api.page(self._parent)
        except Gone as error:
            raise Mistake(
                "Notion does not show the page in connectors.notion.parent_page: share it with the"
                " connection (••• → Connections), or correct the setting."
            ) from error

    def _searched(self) -> Iterator[Json]:
        """Yield the databases that the search knows; it lags, and its types may be wrong."""
        for source in self._hits():
            parent = source.get("parent") or {}
            hopeful = MARK in (source.get("properties") or {}) or _title(source) in _BY_TITLE
            if hopeful and parent.get("database_id") and not source.get("in_trash"):
                yield from self._database(str(parent["database_id"]))

    def _hits(self) -> list[Json]:
        try:
            return _all(self._api.search)
        except SkipItem:
            return []

    def _database(self, database: str) -> Iterator[Json]:
        try:
            yield self._api.database(database)
        except Gone:
            return  # a linked view of what is not shared


def _all(read: Callable[[str | None], Json]) -> list[Json]:
    return [one for reply in replies(read) for one in reply["results"]]


def _title(thing: Mapping[str, Any]) -> str:
    return plain(thing.get("title"))


def _said(database: Json) -> re.Match[str] | None:
    return _SAID.search(plain(database.get("description")))


def _older(one: Json | None, other: Json) -> Json:
    """Return the database that was made first: a copy has its description too."""
    if one is None:
        return other
    return min(one, other, key=lambda it: str(it.get("created_time") or ""))
