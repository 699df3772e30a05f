"""Finding the databases of the plan in Notion, and making those that are missing.

A database that syncd makes says so in its description, with its kind and the page it
was made for. After a lost state it is recognised by that line wherever it was moved;
without the line, by its title and its ``Sync ID`` under the parent page. A database
with the right title but neither is the person's own, and left alone.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syncd.errors import Gone, Mistake
from syncd.model.entities import Kind
from syncd.model.fields import FieldType
from syncd.model.remote import Binding
from syncd_notion.binding import Bound, problems_of
from syncd_notion.client import Api, Json
from syncd_notion.columns import COLUMNS, MARK, TITLES, Column
from syncd_notion.incoming import capital
from syncd_notion.registry import Registry
from syncd_notion.settings import Settings
from syncd_notion.texts import plain, runs_of

_LINE = (
    "Kept by syncd: rename and rearrange it as you like, but leave this line ({kind}, {page})."
)
_SAID = re.compile(r"Kept by syncd:.*\((\w+), ([0-9a-f]{8})\)")
_BY_TITLE = {title: kind for kind, title in TITLES.items()}


class Provisioner:
    """Finds and makes databases; every id is remembered as it comes."""

    def __init__(self, api: Api, registry: Registry, settings: Settings) -> None:
        self._api = api
        self._registry = registry
        self._parent = settings.parent_page or ""

    def bind(self) -> Binding:
        """Find what is not bound yet; costs no request where everything is."""
        registry = self._registry
        unbound: list[Kind] = []
        for kind in registry.kinds:
            bound, wanted = registry.get(kind), registry.wanted(kind)
            if bound is None or bound.wanted.get("database") != wanted.get("database"):
                unbound.append(kind)
            elif not bound.learnt or dict(bound.wanted) != dict(wanted):
                registry.learn(bound)
        problems = self._find(unbound) if unbound else []
        for kind in registry.kinds:
            bound = registry.get(kind)
            problems += problems_of(bound) if bound else []
        return Binding(missing=tuple(self._missing()), problems=tuple(problems))

    def provision(self) -> None:
        """Make the databases that are missing, and the mark's column where it is not there."""
        for kind in self._registry.kinds:
            bound = self._registry.get(kind)
            if bound is None:
                bound = self._make(kind)
            if not bound.learnt:
                bound = self._registry.learn(bound)
            if bound.mark is None:
                self._api.update_source(bound.source, {MARK: {"rich_text": {}}})
                self._registry.learn(bound)

    def _missing(self) -> Iterator[str]:
        for kind in self._registry.kinds:
            bound = self._registry.get(kind)
            if bound is None:
                yield f"the database '{TITLES[kind]}' in Notion"
            elif bound.learnt and bound.mark is None:
                yield f"the property '{MARK}' in the Notion database '{bound.title}'"

    def _find(self, kinds: list[Kind]) -> list[str]:
        ours = [kind for kind in kinds if "database" not in self._registry.wanted(kind)]
        found, problems = self._survey(ours) if ours else ({}, [])
        for kind in kinds:
            database = found.get(kind) if kind in ours else self._named(kind)
            if database is not None:
                self._adopt(kind, database)
        return problems

    def _adopt(self, kind: Kind, database: Json) -> None:
        bound = Bound(
            kind=kind,
            database=str(database["id"]),
            source=self._source_of(kind, database),
            own="database" not in self._registry.wanted(kind),
            title=plain(database.get("title")) or TITLES[kind],
            wanted=self._registry.wanted(kind),
        )
        self._registry.learn(bound)

    def _named(self, kind: Kind) -> Json:
        """Return the database that the settings name, by its id or its data source's."""
        name = self._registry.wanted(kind)["database"]
        for read in (self._api.database, self._by_source):
            try:
                database = read(name)
            except Gone:
                continue
            if not database.get("in_trash"):
                return database
        raise Mistake(
            f"Notion does not show the database in connectors.notion.databases.{kind.value}: share"
            " it with the connection (••• → Connections), or correct the setting."
        )

    def _by_source(self, source: str) -> Json:
        found = self._api.source(source)
        database = self._api.database(str(found["parent"]["database_id"]))
        return database | {"data_sources": [{"id": found["id"]}]}

    def _source_of(self, kind: Kind, database: Json) -> str:
        sources = [str(it["id"]) for it in database.get("data_sources") or []]
        if len(sources) > 1 and "database" in self._registry.wanted(kind):
            raise Mistake(
                f"The database for {kind.value} has several data sources: put the id of one of"
                f" {', '.join(sources)} into connectors.notion.databases.{kind.value}."
            )
        return next((it for it in sources if len(sources) > 1 and self._marked(it)), sources[0])

    def _survey(self, kinds: list[Kind]) -> tuple[dict[Kind, Json], list[str]]:
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
        if set(kinds) - set(found):
            for database in self._searched():
                kind = self._kind_of(database, kinds)
                if kind is not None and kind not in found:
                    found[kind] = database
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
        return kind if any(map(self._marked, _sources(database))) else None

    def _is_below(self, database: Json) -> bool:
        parent = database.get("parent") or {}
        return str(parent.get("page_id", "")).replace("-", "") == self._parent.replace("-", "")

    def _marked(self, source: str) -> bool:
        properties = self._api.source(source).get("properties") or {}
        return bool((properties.get(MARK) or {}).get("type") == "rich_text")

    def _listed(self) -> Iterator[Json]:
        try:
            blocks = list(_all(lambda start: self._api.children(self._parent, start)))
        except Gone as error:
            raise Mistake(
                "Notion does not show the page in connectors.notion.parent_page: share it with the"
                " connection (••• → Connections), or correct the setting."
            ) from error
        for block in blocks:
            if block.get("type") == "child_database":
                yield from self._database(str(block["id"]))

    def _searched(self) -> Iterator[Json]:
        """Yield the databases that the search knows; it lags, and its types may be wrong."""
        for source in list(_all(self._api.search)):
            parent = source.get("parent") or {}
            hopeful = MARK in (source.get("properties") or {}) or _title(source) in _BY_TITLE
            if hopeful and parent.get("database_id") and not source.get("in_trash"):
                yield from self._database(str(parent["database_id"]))

    def _database(self, database: str) -> Iterator[Json]:
        try:
            yield self._api.database(database)
        except Gone:
            return  # a linked view of what is not shared

    def _make(self, kind: Kind) -> Bound:
        line = _LINE.format(kind=kind.value, page=self._parent[:8])
        made = self._api.create_database(
            {
                "parent": {"type": "page_id", "page_id": self._parent},
                "title": runs_of(TITLES[kind]),
                "description": runs_of(line),
                "initial_data_source": {"properties": self._schema(kind)},
            }
        )
        bound = Bound(
            kind=kind,
            database=str(made["id"]),
            source=_sources(made)[0],
            own=True,
            title=TITLES[kind],
            wanted=self._registry.wanted(kind),
        )
        return self._registry.put(bound)

    def _schema(self, kind: Kind) -> Json:
        """Return the columns of a database to be made; relations lead to bound ones."""
        schema: Json = {}
        for column in COLUMNS[kind].values():
            config = self._config(column)
            if config is not None:
                schema[column.name] = {column.types[0]: config}
        return schema | {MARK: {"rich_text": {}}}

    def _config(self, column: Column) -> Json | None:
        if column.types[0] == "relation":
            target = self._registry.get(Kind(str(column.spec.target)))
            relation = {"type": "single_property", "single_property": {}}
            return {"data_source_id": target.source, **relation} if target else None
        if column.types[0] == "number":
            return {"format": "percent" if column.percent else "number"}
        return {"options": _options(column)} if column.types[0] == "select" else {}


def _options(column: Column) -> list[dict[str, str]]:
    if column.spec.type is FieldType.PRIORITY:
        return [{"name": f"P{number}"} for number in (1, 2, 3, 4)]
    return [{"name": capital(word.value)} for word in column.spec.words or ()]


def _all(read: Any) -> Iterator[Json]:
    """Yield what all pages of a listing hold."""
    start: str | None = None
    while True:
        reply = read(start)
        yield from reply["results"]
        start = reply.get("next_cursor")
        if not reply.get("has_more") or not start:
            return


def _title(thing: Mapping[str, Any]) -> str:
    return plain(thing.get("title"))


def _said(database: Json) -> re.Match[str] | None:
    return _SAID.search(plain(database.get("description")))


def _sources(database: Json) -> list[str]:
    return [str(it["id"]) for it in database.get("data_sources") or []]


def _older(one: Json | None, other: Json) -> Json:
    """Return the database that was made first: a copy has its description too."""
    if one is None:
        return other
    return min(one, other, key=lambda it: str(it.get("created_time") or ""))
