"""Binding each kind to its database: finding those that are there, making what is missing.

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
from syncd.model.remote import Binding
from syncd_notion.border import (
    TITLE,
    BlockReply,
    DatabaseReply,
    DataSourceReply,
    NamedReply,
    SearchHit,
    check_written,
    parsed,
    same,
    title_of,
    unclear_write,
    unexpected_reply,
)
from syncd_notion.client import Json, NotionApi, entries
from syncd_notion.mapping import COLUMNS, MARK, FieldColumn
from syncd_notion.options import option_name
from syncd_notion.page_content import plain, quoted, runs_of
from syncd_notion.schema import DatabaseBinding, DatabaseRegistry
from syncd_notion.settings import NotionSettings

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
    return [source.id for source in database.data_sources]


class Discovery:
    """Finds the databases that syncd made, after its state was lost."""

    def __init__(self, api: NotionApi, parent: str) -> None:
        self._api = api
        self._parent = parent
        self._pages = Pages(TITLE)

    def find(self, kinds: list[Kind]) -> tuple[dict[Kind, DatabaseReply], list[str]]:
        """Look below the parent page, then, for what is still missing, everywhere."""
        databases: dict[Kind, DatabaseReply] = {}
        problems = []
        for database in self._listed():
            kind = self._kind_of(database, kinds)
            if kind is not None:
                databases[kind] = _older(databases.get(kind), database)
            elif _BY_TITLE.get(_title(database)) in kinds and not _kept_line(database):
                problems.append(
                    f"'{_title(database)}' under the page is a database of your own, so syncd makes"
                    " another: to use yours, name it in connectors.notion.databases."
                )
        absent = [kind for kind in kinds if kind not in databases]
        for database in self._searched() if absent else ():
            kind = self._kind_of(database, absent)
            if kind is not None:
                databases[kind] = _older(databases.get(kind), database)
        self._pages.forget()
        return databases, problems

    def _kind_of(self, database: DatabaseReply, kinds: list[Kind]) -> Kind | None:
        """Return which kind's database of ours this is, if it is one."""
        if database.in_trash:
            return None
        line = _kept_line(database)
        if line is not None:
            ours = line[2] == self._parent[:8]
            return next((kind for kind in kinds if ours and kind.value == line[1]), None)
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
                "blocks", BlockReply, lambda start: self._api.children(self._parent, start)
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
            hits = self._all("search", SearchHit, self._api.search)
        except SkipItem:
            return []
        return [parsed(hit, SearchHit) for hit in hits]

    def _all(
        self, key: str, shape: type[Shape], ask: Callable[[str | None], Json]
    ) -> list[Json]:
        """Return all entries of a listing. Raises ``TryLater`` where any can't be read.

        It may be a database of ours, and another one would be made in its place.
        """
        listing = sort_out(entries(self._pages, key, ask), shape, TITLE, title_of)
        for sentence in (*listing.unread.values(), *listing.nameless):
            raise TryLater(sentence)
        return list(listing.good.values())

    def _database(self, database: str) -> Iterator[DatabaseReply]:
        try:
            yield parsed(self._api.database(database), DatabaseReply, database)
        except Gone:
            return  # a linked view of what is not shared


def _title(database: DatabaseReply) -> str:
    return plain(database.title)


def _kept_line(database: DatabaseReply) -> re.Match[str] | None:
    return _LINE_PATTERN.search(plain(database.description))


def _older(known: DatabaseReply | None, database: DatabaseReply) -> DatabaseReply:
    """Return the database that was made first: a copy has its description too."""
    if known is None:
        return database
    return min(known, database, key=lambda candidate: candidate.created_time)


class Provisioner:
    """Finds and makes databases; every id is remembered as it comes."""

    def __init__(
        self, api: NotionApi, registry: DatabaseRegistry, settings: NotionSettings
    ) -> None:
        self._api = api
        self._registry = registry
        self._parent = settings.parent_page or ""
        self._discovery = Discovery(api, self._parent)
        self._searched = False

    def bind(self) -> Binding:
        """Find what is not bound yet; costs no request where everything is."""
        registry = self._registry
        unbound: list[Kind] = []
        for kind in registry.kinds:
            bound, wanted = registry.get(kind), registry.wanted(kind)
            if bound is None or bound.wanted.get("database") != wanted.get("database"):
                registry.drop(kind)
                unbound.append(kind)
            elif not bound.learnt or dict(bound.wanted) != dict(wanted):
                registry.learn(bound)
        problems = self._find(unbound) if unbound else []
        self._searched = True
        # what is wrong with a property is reported by reading: by now it may be mended
        return Binding(missing=tuple(self._missing()), problems=tuple(problems))

    def provision(self) -> None:
        """Make the databases that are missing, and the mark's column where it is not there."""
        if not self._searched:
            self.bind()
        for kind in self._registry.kinds:
            bound = self._registry.get(kind)
            if bound is None:
                bound = self._make(kind)
            if not bound.learnt:
                bound = self._registry.learn(bound)
            if bound.mark is None:
                self._mark(bound)

    def _mark(self, bound: DatabaseBinding) -> None:
        """Add the column for the entity's id; the person's own is never converted."""
        source = parsed(self._api.source(bound.source), DataSourceReply, bound.source)
        there = source.properties.get(MARK)
        if there is None:
            changed = self._api.update_source(bound.source, {MARK: {"rich_text": {}}})
            check_written(changed, DataSourceReply, bound.source)
        elif there.type != "rich_text":  # else it was added, and its answer was lost
            raise Mistake(
                f"The property '{MARK}' in the Notion database '{bound.title}' can't hold syncd's"
                " ids: give it the type text, or another name, and sync again."
            )
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
        databases, problems = self._discovery.find(ours) if ours else ({}, [])
        for kind in kinds:
            database = databases.get(kind) if kind in ours else self._named(kind)
            if database is not None:
                self._bind(kind, database)
        return problems

    def _bind(self, kind: Kind, database: DatabaseReply) -> None:
        bound = DatabaseBinding(
            kind=kind,
            database=database.id,
            source=self._source_of(kind, database),
            own="database" not in self._registry.wanted(kind),
            title=quoted(plain(database.title)) or TITLES[kind],
            wanted=self._registry.wanted(kind),
        )
        self._registry.learn(bound)

    def _named(self, kind: Kind) -> DatabaseReply:
        """Return the database that the settings name, by its id or its data source's."""
        name = self._registry.wanted(kind)["database"]
        for read in (self._database, self._by_source):
            try:
                database = read(name)
            except Gone:
                continue
            if not database.in_trash:
                return database
        raise Mistake(
            f"Notion does not show the database in connectors.notion.databases.{kind.value}: share"
            " it with the connection (••• → Connections), or correct the setting."
        )

    def _database(self, database: str) -> DatabaseReply:
        return parsed(self._api.database(database), DatabaseReply, database)

    def _by_source(self, source: str) -> DatabaseReply:
        reply = parsed(self._api.source(source), DataSourceReply, source)
        if reply.parent.database_id is None:
            raise unexpected_reply("parent.database_id")
        database = self._database(reply.parent.database_id)
        return database.model_copy(update={"data_sources": [NamedReply(id=reply.id)]})

    def _source_of(self, kind: Kind, database: DatabaseReply) -> str:
        sources = sources_of(database)
        if len(sources) > 1 and "database" in self._registry.wanted(kind):
            raise Mistake(
                f"The database for {kind.value} has several data sources: put the id of one of"
                f" {', '.join(sources)} into connectors.notion.databases.{kind.value}."
            )
        first = _first(sources)
        if len(sources) == 1:
            return first
        return next((name for name in sources if self._discovery.is_marked(name)), first)

    def _make(self, kind: Kind) -> DatabaseBinding:
        reply = self._api.create_database(
            {
                "parent": {"type": "page_id", "page_id": self._parent},
                "title": runs_of(TITLES[kind]),
                "description": runs_of(line_for(kind, self._parent)),
                "initial_data_source": {"properties": self._schema(kind)},
            }
        )
        check_written(reply, DatabaseReply)
        if not reply["data_sources"]:
            raise unclear_write("data_sources")
        bound = DatabaseBinding(
            kind=kind,
            database=str(reply["id"]),
            source=str(reply["data_sources"][0]["id"]),
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
                schema[column.name] = {column.codec.types[0]: config}
        return schema | {MARK: {"rich_text": {}}}

    def _config(self, column: FieldColumn) -> Json | None:
        if column.codec.types[0] == "relation":
            target = self._registry.get(Kind(str(column.spec.target)))
            relation = {"type": "single_property", "single_property": {}}
            return {"data_source_id": target.source, **relation} if target else None
        if column.codec.types[0] == "number":
            return {"format": column.codec.number_format}
        if column.codec.types[0] != "select":
            return {}
        choices = column.codec.choices(column.spec)
        return {"options": [{"name": option_name(value)} for value in choices]}


def _first(sources: list[str]) -> str:
    if not sources:
        raise TryLater("Notion shows a database without data source: syncd tries again later.")
    return sources[0]
