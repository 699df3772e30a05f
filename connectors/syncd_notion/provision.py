"""Binding each kind to its database, and making the databases that are missing."""

from collections.abc import Iterator

from syncd.errors import Gone, Mistake, TryLater
from syncd.model.entities import Kind
from syncd.model.remote import Binding
from syncd_notion.binding import DatabaseBinding
from syncd_notion.border import DatabaseReply, DataSourceReply, NamedReply
from syncd_notion.client import Json, NotionApi
from syncd_notion.mapping import COLUMNS, MARK, FieldColumn
from syncd_notion.options import option_name
from syncd_notion.registry import DatabaseRegistry
from syncd_notion.replies import check_written, parsed, unclear_write, unexpected_reply
from syncd_notion.rich_text import plain, quoted, runs_of
from syncd_notion.settings import Settings
from syncd_notion.survey import TITLES, Discovery, line_for, sources_of


class Provisioner:
    """Finds and makes databases; every id is remembered as it comes."""

    def __init__(self, api: NotionApi, registry: DatabaseRegistry, settings: Settings) -> None:
        self._api = api
        self._registry = registry
        self._parent = settings.parent_page or ""
        self._survey = Discovery(api, self._parent)
        self._looked = False

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
        self._looked = True
        # what is wrong with a property is told by reading: by now it may be mended
        return Binding(missing=tuple(self._missing()), problems=tuple(problems))

    def provision(self) -> None:
        """Make the databases that are missing, and the mark's column where it is not there."""
        if not self._looked:
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
        elif there.type != "rich_text":  # else it was added, and nobody answered
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
        found, problems = self._survey.find(ours) if ours else ({}, [])
        for kind in kinds:
            database = found.get(kind) if kind in ours else self._named(kind)
            if database is not None:
                self._adopt(kind, database)
        return problems

    def _adopt(self, kind: Kind, database: DatabaseReply) -> None:
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
        found = parsed(self._api.source(source), DataSourceReply, source)
        if found.parent.database_id is None:
            raise unexpected_reply("parent.database_id")
        database = self._database(found.parent.database_id)
        return database.model_copy(update={"data_sources": [NamedReply(id=found.id)]})

    def _source_of(self, kind: Kind, database: DatabaseReply) -> str:
        sources = sources_of(database)
        if len(sources) > 1 and "database" in self._registry.wanted(kind):
            raise Mistake(
                f"The database for {kind.value} has several data sources: put the id of one of"
                f" {', '.join(sources)} into connectors.notion.databases.{kind.value}."
            )
        marked = (it for it in sources if len(sources) > 1 and self._survey.is_marked(it))
        return next(marked, _first(sources))

    def _make(self, kind: Kind) -> DatabaseBinding:
        made = self._api.create_database(
            {
                "parent": {"type": "page_id", "page_id": self._parent},
                "title": runs_of(TITLES[kind]),
                "description": runs_of(line_for(kind, self._parent)),
                "initial_data_source": {"properties": self._schema(kind)},
            }
        )
        check_written(made, DatabaseReply)
        if not made["data_sources"]:
            raise unclear_write("data_sources")
        bound = DatabaseBinding(
            kind=kind,
            database=str(made["id"]),
            source=str(made["data_sources"][0]["id"]),
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
