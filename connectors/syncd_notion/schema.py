"""Which database holds which kind, and which property holds which field.

A binding is by id: it outlives a renamed property or database. A property that was
bound and is gone or of another type is *broken*: its field is neither read nor written
until the property is back, and it is never made again. All but ``DatabaseRegistry`` is pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncd.connect.contract import ConnectorMemory
from syncd.errors import Gone, HoldTool
from syncd.model.entities import Kind
from syncd_notion.border import DatabaseReply, DataSourceReply, PropertyConfig, parsed
from syncd_notion.client import NotionApi
from syncd_notion.codecs import Property
from syncd_notion.mapping import COLUMNS, MARK, DatabaseSchema, FieldColumn, values_by_id
from syncd_notion.page_content import plain, quoted
from syncd_notion.settings import NotionSettings, kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseBinding:
    """One kind's database.

    own: made by syncd; else the person's own, named in the settings.
    wanted: the settings it was bound by: "database" and the fields' properties.
    fields: by field, the property it was bound to.
    broken: the fields whose property is now of another type ("" when it is gone).
    mark: the property with the entity's id; None while there is none.
    learnt: the schema has been read.
    """

    kind: Kind
    database: str
    source: str
    own: bool
    title: str
    wanted: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Property] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    mark: Property | None = None
    learnt: bool = False

    def schema(self, zone: str) -> DatabaseSchema:
        """Return what can be read and written now."""
        usable = {name: prop for name, prop in self.fields.items() if name not in self.broken}
        return DatabaseSchema(kind=self.kind, properties=usable, mark=self.mark, zone=zone)

    def lacking(self) -> dict[str, list[str]]:
        """Return, by field, the options that are to be added in Notion.

        A status takes no option that it does not have (Notion API documentation).
        """
        return {
            name: words
            for name, prop in self.fields.items()
            if name not in self.broken
            and (words := COLUMNS[self.kind][name].lacking_options(prop))
        }

    def unmapped_fields(self) -> frozenset[str]:
        """Return the fields that this database does not hold for now."""
        return frozenset(COLUMNS[self.kind]) - (set(self.fields) - set(self.broken))


def binding_to_json(bound: DatabaseBinding) -> dict[str, Any]:
    """Return a binding as JSON."""
    return {
        "database": bound.database,
        "source": bound.source,
        "own": bound.own,
        "title": bound.title,
        "wanted": dict(bound.wanted),
        "fields": {name: _to_json(prop) for name, prop in bound.fields.items()},
        "broken": dict(bound.broken),
        "mark": _to_json(bound.mark) if bound.mark else None,
        "learnt": bound.learnt,
    }


def binding_from_json(kind: Kind, raw: Mapping[str, Any]) -> DatabaseBinding:
    """Return the binding that ``binding_to_json`` wrote."""
    mark = raw["mark"]
    rest = {name: raw[name] for name in ("database", "source", "own", "title", "learnt")}
    return DatabaseBinding(
        kind=kind,
        wanted=raw["wanted"],
        fields={name: Property(**prop) for name, prop in raw["fields"].items()},
        broken=raw["broken"],
        mark=Property(**mark) if mark else None,
        **rest,
    )


def _to_json(prop: Property) -> dict[str, Any]:
    return {
        "id": prop.id,
        "type": prop.type,
        "name": prop.name,
        "options": dict(prop.options),
        "now": dict(prop.now),
    }


def properties_of(schema: DataSourceReply) -> list[tuple[Property, PropertyConfig]]:
    """Return a data source's properties, each with what the schema says of its type."""
    properties = []
    for name, reply in schema.properties.items():
        options = {option.id: option.name for option in reply.config.options}
        prop = Property(id=reply.id, type=reply.type, name=name, options=options, now=options)
        properties.append((prop, reply.config))
    return properties


def learn(
    bound: DatabaseBinding,
    schema: DataSourceReply,
    wanted: Mapping[str, str],
    targets: Mapping[str, DatabaseBinding],
) -> DatabaseBinding:
    """Return the binding after its schema has been read.

    targets: the kinds that are bound, by name; a relation must lead to one of them.
    """
    there = properties_of(schema)
    fields = _bound_fields(bound, wanted, there, targets)
    by_key = {prop.key: prop for prop, _ in there}
    now = {name: by_key.get(prop.key) for name, prop in fields.items()}
    return replace(
        bound,
        title=quoted(plain(schema.title)) or bound.title,
        wanted=dict(wanted),
        fields={name: _as_now(prop, now[name]) for name, prop in fields.items()},
        broken={
            name: prop.type if prop else ""
            for name, prop in now.items()
            if prop is None or prop.type != fields[name].type
        },
        mark=_mark(bound, [prop for prop, _ in there]),
        learnt=True,
    )


def _bound_fields(
    bound: DatabaseBinding,
    wanted: Mapping[str, str],
    there: list[tuple[Property, PropertyConfig]],
    targets: Mapping[str, DatabaseBinding],
) -> dict[str, Property]:
    """Return the property of each field: as bound before, unless the settings changed."""
    fields = {}
    for name, column in COLUMNS[bound.kind].items():
        prop = bound.fields.get(name)
        if prop is None or wanted.get(name) != bound.wanted.get(name):
            prop = _choose(column, wanted.get(name), there, targets)
        if prop is not None:
            fields[name] = prop
    return fields


def _as_now(known: Property, now: Property | None) -> Property:
    """Return a property with its present name and options; names of old ones are kept.

    One that is gone or of another type now is kept as it was.
    """
    if now is None or now.type != known.type:
        return known
    options = {**now.options, **known.options}
    return replace(known, name=now.name, options=options, now=now.options)


def _choose(
    column: FieldColumn,
    wanted: str | None,
    there: list[tuple[Property, PropertyConfig]],
    targets: Mapping[str, DatabaseBinding],
) -> Property | None:
    """Find the property for a field: the one named in the settings, else by its name.

    One of a type that can't hold the field is taken too, as if it had once had the
    right one: it is broken from the start, and reported as such.
    """
    if column.codec.types == ("title",):
        return next((prop for prop, _ in there if prop.type == "title"), None)
    name = wanted or column.name
    types = column.codec.types
    for prop, config in there:
        if name in (prop.id, prop.key, prop.name):
            if not _leads(column, config, targets):
                return None
            return prop if prop.type in types else replace(prop, type=types[0])
    return None


def _leads(
    column: FieldColumn, config: PropertyConfig, targets: Mapping[str, DatabaseBinding]
) -> bool:
    """Say whether a relation leads to the database of the kind that the field names."""
    source, database = config.data_source_id, config.database_id
    if column.spec.target is None or (source is None and database is None):
        return True
    target = targets.get(column.spec.target)
    if target is None:
        return False
    return source == target.source if source else database == target.database


def _mark(bound: DatabaseBinding, there: list[Property]) -> Property | None:
    texts = [prop for prop in there if prop.type == "rich_text"]
    same = (prop for prop in texts if bound.mark and prop.key == bound.mark.key)
    named = (prop for prop in texts if prop.name == MARK)
    return next(same, None) or next(named, None)


def differs(bound: DatabaseBinding, page: Mapping[str, Any]) -> bool:
    """Say whether a row shows that the schema is not as it was when last read."""
    values = values_by_id(page)
    expected = {
        prop.key: bound.broken.get(name, prop.type) for name, prop in bound.fields.items()
    }
    if bound.mark is not None:
        expected[bound.mark.key] = bound.mark.type
    elif MARK in page["properties"]:
        value = page["properties"][MARK]
        return bool(isinstance(value, Mapping) and value.get("type") == "rich_text")
    return any(
        str(values.get(key, {}).get("type", "")) != notion_type
        for key, notion_type in expected.items()
    )


def problems_of(bound: DatabaseBinding) -> list[str]:
    """Return a sentence for each property that is broken or was expected."""
    where = f"the Notion database '{bound.title}'"
    sentences: dict[str, str] = {}
    for name, now in bound.broken.items():
        prop = bound.fields[name]
        fact = f"is now of type {quoted(now)}" if now else "was deleted"
        mend = f"change it back to {prop.type}" if now else "restore it there"
        sentences[prop.key] = (
            f"The property '{quoted(prop.name)}' of {where} {fact}, so syncd leaves it alone: {mend},"
            f" or name another one in {_setting(bound.kind, name)}."
        )
    for name, words in bound.lacking().items():
        prop = bound.fields[name]
        sentences[prop.key] = (
            f"The property '{quoted(prop.name)}' of {where} has no option {', '.join(words)}: add what"
            " you use there, so that syncd can choose it."
        )
    if bound.own and bound.learnt:
        sentences |= _absent(bound, where)
    return list(sentences.values())


def _absent(bound: DatabaseBinding, where: str) -> dict[str, str]:
    sentences = {}
    for name, column in COLUMNS[bound.kind].items():
        if name not in bound.fields:
            sentences[column.name] = (
                f"There is no property '{column.name}' in {where}: if it has another name,"
                f" write that into {_setting(bound.kind, name)}."
            )
    return sentences


def _setting(kind: Kind, name: str) -> str:
    return f"connectors.notion.properties.{kind.value}.{name}"


class DatabaseRegistry:
    """Which kinds are carried, and where each is bound; ``stale`` ones are learnt anew."""

    def __init__(
        self, api: NotionApi, memory: ConnectorMemory, settings: NotionSettings, zone: str
    ) -> None:
        self._api = api
        self._memory = memory
        self._settings = settings
        self._zone = zone
        self._known: dict[Kind, DatabaseBinding] = {}
        self.stale: set[Kind] = set()
        self.kinds = kinds(settings)

    def get(self, kind: Kind) -> DatabaseBinding | None:
        """Return where a kind is bound, or None."""
        if kind not in self._known:
            raw = self._memory.get(_key(kind))
            if raw is None:
                return None
            self._known[kind] = binding_from_json(kind, raw)
        return self._known[kind]

    def put(self, bound: DatabaseBinding) -> DatabaseBinding:
        """Remember a binding, durably."""
        self._memory.put(_key(bound.kind), binding_to_json(bound))
        self._known[bound.kind] = bound
        return bound

    def drop(self, kind: Kind) -> None:
        """Forget a binding: the settings now name another database."""
        self._memory.put(_key(kind), None)
        self._known.pop(kind, None)

    def wanted(self, kind: Kind) -> Mapping[str, str]:
        """Return what the settings say of a kind."""
        database = self._settings.databases.get(kind.value)
        named = self._settings.properties.get(kind.value, {})
        return ({"database": database} if database else {}) | named

    def schema_of(self, bound: DatabaseBinding) -> DatabaseSchema:
        """Return what can be read and written of a kind now."""
        return bound.schema(self._zone)

    def learn(self, bound: DatabaseBinding) -> DatabaseBinding:
        """Read the schema again. Raises ``HoldTool`` where it is no longer readable."""
        schema = self._schema(bound)
        targets = {
            kind.value: other for kind in self.kinds if (other := self.get(kind)) is not None
        }
        self.stale.discard(bound.kind)
        return self.put(learn(bound, schema, self.wanted(bound.kind), targets))

    def check(self, bound: DatabaseBinding) -> None:
        """Raise ``HoldTool`` if the database of this kind is gone, hidden or in the trash."""
        self._schema(bound)

    def _schema(self, bound: DatabaseBinding) -> DataSourceReply:
        try:
            schema = parsed(self._api.source(bound.source), DataSourceReply, bound.source)
            trashed = schema.in_trash or self._is_trashed(bound.database)
        except Gone as error:
            raise self.lost(bound) from error
        if trashed:
            raise HoldTool(
                f"The database '{bound.title}' is in Notion's trash: restore it there and sync"
                " again."
            )
        return schema

    def _is_trashed(self, database: str) -> bool:
        return parsed(self._api.database(database), DatabaseReply, database).in_trash

    def lost(self, bound: DatabaseBinding) -> HoldTool:
        """Return the error for a database that Notion no longer shows."""
        return HoldTool(
            f"Notion no longer shows the database '{bound.title}' to syncd: restore it, or share"
            " it with the connection again (••• → Connections), and sync again."
        )


def _key(kind: Kind) -> str:
    return f"database.{kind.value}"
