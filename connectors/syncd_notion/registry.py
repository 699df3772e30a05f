"""The bindings of all kinds, remembered, and learnt again when Notion shows a change."""

from collections.abc import Mapping

from syncd.connect.contract import ConnectorMemory
from syncd.errors import Gone, HoldTool
from syncd.model.entities import REFERENCE_ORDER, Kind
from syncd_notion.binding import Bound, bound_from_json, bound_to_json, learn
from syncd_notion.border import Database, Source
from syncd_notion.client import Api
from syncd_notion.columns import COLUMNS
from syncd_notion.replies import told
from syncd_notion.settings import Settings
from syncd_notion.shape import Shape


class Registry:
    """Which kinds are carried, and where each is bound; ``stale`` ones are learnt anew."""

    def __init__(
        self, api: Api, memory: ConnectorMemory, settings: Settings, zone: str
    ) -> None:
        self._api = api
        self._memory = memory
        self._settings = settings
        self._zone = zone
        self._known: dict[Kind, Bound] = {}
        self.stale: set[Kind] = set()
        self.kinds = tuple(
            kind
            for kind in REFERENCE_ORDER
            if kind in COLUMNS and (settings.parent_page or kind.value in settings.databases)
        )

    def get(self, kind: Kind) -> Bound | None:
        """Return where a kind is bound, or None."""
        if kind not in self._known:
            raw = self._memory.get(_key(kind))
            if raw is None:
                return None
            self._known[kind] = bound_from_json(kind, raw)
        return self._known[kind]

    def put(self, bound: Bound) -> Bound:
        """Remember a binding, durably."""
        self._memory.put(_key(bound.kind), bound_to_json(bound))
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

    def shape(self, bound: Bound) -> Shape:
        """Return what can be read and written of a kind now."""
        return bound.shape(self._zone)

    def learn(self, bound: Bound) -> Bound:
        """Read the schema again. Raises ``HoldTool`` where it is no longer readable."""
        schema = self._schema(bound)
        targets = {
            kind.value: other for kind in self.kinds if (other := self.get(kind)) is not None
        }
        self.stale.discard(bound.kind)
        return self.put(learn(bound, schema, self.wanted(bound.kind), targets))

    def check(self, bound: Bound) -> None:
        """Raise ``HoldTool`` if the database of this kind is gone, hidden or in the trash."""
        self._schema(bound)

    def _schema(self, bound: Bound) -> Source:
        try:
            schema = told(self._api.source(bound.source), Source, bound.source)
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
        return told(self._api.database(database), Database, database).in_trash

    def lost(self, bound: Bound) -> HoldTool:
        """Return the error for a database that Notion no longer shows."""
        return HoldTool(
            f"Notion no longer shows the database '{bound.title}' to syncd: restore it, or share"
            " it with the connection again (••• → Connections), and sync again."
        )


def _key(kind: Kind) -> str:
    return f"database.{kind.value}"
