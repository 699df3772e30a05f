"""Links with their bases, and what is still to be decided for each tool."""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, text

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, PlanId, RemoteId, ToolName
from syncd.store import tables
from syncd.store.database import Damaged, Database
from syncd.store.rows import (
    IDS,
    Address,
    Link,
    Prepared,
    dump_fields,
    dump_foreign,
    listed,
    load_fields,
    load_foreign,
    moment_of,
    moment_text,
    put,
    read_or,
)
from syncd.sync.decide import Presence

L = tables.links.c
D = tables.dirty.c

_REFERRERS = """
    INSERT OR {again} INTO dirty (plan, tool, entity, stamp)
    SELECT r.plan, :tool, r.source, :stamp FROM refs r
    WHERE r.plan = :plan AND r.target = :target
    """
_TOUCH_REFERRERS = Prepared(text(_REFERRERS.format(again="REPLACE")))
_ADD_REFERRERS = Prepared(text(_REFERRERS.format(again="IGNORE")))
_TOUCH_BY_FIELD = Prepared(text(_REFERRERS.format(again="REPLACE") + " AND r.field = :field"))

_OTHERS = Prepared(
    text(
        """
        DELETE FROM links WHERE plan = :plan AND tool = :tool AND remote = :remote
          AND entity <> :entity
        """
    )
)

# The condition on foreign_refs is the one of their index, so that few rows are looked at.
_DOUBT = Prepared(
    text(
        """
    UPDATE links SET presence = 'unconfirmed', fingerprint = ''
    WHERE plan = :plan AND tool = :tool AND presence = 'present'
      AND foreign_refs <> '{}' AND instr(foreign_refs, :remote) > 0
    """
    )
)

_FOREIGN = Prepared(
    text(
        "SELECT 1 FROM links WHERE plan = :plan AND tool = :tool AND foreign_refs <> '{}' LIMIT 1"
    )
)

_KEY = ("plan", "tool", "entity")
_PLAN, _TOOL = L.plan == bindparam("plan"), L.tool == bindparam("tool")
_LINKS = select(tables.links).where(_PLAN)
_EVERY = Prepared(_LINKS)
_OF_ENTITY = Prepared(_LINKS.where(L.entity == bindparam("entity")))
_OF_ENTITIES = Prepared(_LINKS.where(_TOOL, L.entity.in_(IDS)))
_BY_REMOTE = Prepared(_LINKS.where(_TOOL, L.remote.in_(IDS)))
_WITH_PRESENCE = Prepared(_LINKS.where(_TOOL, L.presence == bindparam("presence")))
_BY_URL = Prepared(select(L.entity).where(_PLAN, L.url == bindparam("url")))
_PRINTS = Prepared(
    select(L.remote, L.fingerprint).where(
        _PLAN, _TOOL, L.kind.in_(IDS), L.presence == bindparam("presence")
    )
)
_ADDRESSES = Prepared(
    select(L.entity, L.tool, L.url, L.presence).where(_PLAN, L.entity.in_(IDS))
)
_COUNT = Prepared(select(func.count()).where(_PLAN, _TOOL, L.presence == bindparam("presence")))
_SET_PRESENCE = Prepared(
    text(
        """
        UPDATE links SET presence = :presence, fingerprint = ''
        WHERE plan = :plan AND tool = :tool AND entity = :entity
        """
    )
)
_TOUCHED = Prepared(
    select(D.entity, D.stamp).where(D.plan == bindparam("plan"), D.tool == bindparam("tool"))
)
_CLEAR_DIRTY = Prepared(
    text(
        """
        DELETE FROM dirty WHERE rowid IN (
          SELECT d.rowid FROM json_each(:marks) m CROSS JOIN dirty d
          ON d.plan = :p AND d.tool = :t AND d.entity = json_extract(m.value, '$[0]')
            AND d.stamp = json_extract(m.value, '$[1]'))
        """
    )
)
_TOUCH_ALL = Prepared(
    text(
        """
        INSERT OR REPLACE INTO dirty (plan, tool, entity, stamp)
        SELECT plan, :tool, id, :stamp FROM entities WHERE plan = :plan
        """
    )
)


_SAVE, _TOUCH = put(tables.links, _KEY), put(tables.dirty, _KEY)


class LinkStore:
    """Reads and writes links and the dirty set of one plan."""

    def __init__(self, database: Database, plan: PlanId) -> None:
        self._database = database
        self._plan = plan
        self.damaged = Damaged("links")

    def of_entity(self, entity: EntityId) -> dict[ToolName, Link]:
        """Return an entity's links, by tool."""
        which = {"plan": self._plan, "entity": entity}
        with self._database.transaction() as connection:
            return {row.tool: self._read(row) for row in _OF_ENTITY.rows(connection, which)}

    def of_entities(self, tool: ToolName, ids: Sequence[EntityId]) -> dict[EntityId, Link]:
        """Return these entities' links in one tool."""
        links: dict[EntityId, Link] = {}
        if not ids:
            return links
        which = {"plan": self._plan, "tool": tool, "ids": listed(ids)}
        with self._database.transaction() as connection:
            for row in _OF_ENTITIES.rows(connection, which):
                links[row.entity] = self._read(row)
        return links

    def by_remote(self, tool: ToolName, ids: Sequence[RemoteId]) -> dict[RemoteId, Link]:
        """Return the links to these items of a tool."""
        links: dict[RemoteId, Link] = {}
        if not ids:
            return links
        which = {"plan": self._plan, "tool": tool, "ids": listed(ids)}
        with self._database.transaction() as connection:
            for row in _BY_REMOTE.rows(connection, which):
                links[row.remote] = self._read(row)
        return links

    def by_url(self, url: str) -> EntityId | None:
        """Return the entity whose page has this address."""
        with self._database.transaction() as connection:
            row = _BY_URL.first(connection, {"plan": self._plan, "url": url})
        return EntityId(row[0]) if row else None

    def content_hashes(self, tool: ToolName, kinds: Iterable[Kind]) -> dict[RemoteId, str]:
        """Return the content hashes of all present items of these kinds."""
        which = {
            "plan": self._plan,
            "tool": tool,
            "ids": listed(kinds),
            "presence": Presence.PRESENT,
        }
        with self._database.transaction() as connection:
            return {RemoteId(row[0]): row[1] for row in _PRINTS.rows(connection, which)}

    def count(self, tool: ToolName, presence: Presence = Presence.PRESENT) -> int:
        """Return how many items the tool holds."""
        which = {"plan": self._plan, "tool": tool, "presence": presence}
        with self._database.transaction() as connection:
            return _COUNT.number(connection, which)

    def with_presence(self, tool: ToolName, presence: Presence) -> list[Link]:
        """Return a tool's links of this presence."""
        which = {"plan": self._plan, "tool": tool, "presence": presence}
        with self._database.transaction() as connection:
            return [self._read(row) for row in _WITH_PRESENCE.rows(connection, which)]

    def save(self, links: Iterable[Link]) -> None:
        """Write links, whole; none over one that can't be read.

        An item belongs to one entity: whatever else was linked to it is no more.
        """
        rows = [self._row(link) for link in links if not link.damaged]
        if not rows:
            return
        with self._database.transaction() as connection:
            for row in rows:
                try:
                    _SAVE.run(connection, row)
                except sqlite3.IntegrityError:
                    _OTHERS.run(connection, row)
                    _SAVE.run(connection, row)

    def set_presence(self, tool: ToolName, entity: EntityId, presence: Presence) -> None:
        """Write whether the tool holds the entity."""
        which = {"plan": self._plan, "tool": tool, "entity": entity, "presence": presence}
        with self._database.transaction() as connection:
            _SET_PRESENCE.run(connection, which)

    def doubt_referrers(self, tool: ToolName, remote: RemoteId) -> None:
        """Have those items read again that refer to an item which is the plan's only now."""
        which = {"plan": self._plan, "tool": tool, "remote": json.dumps(remote)}
        with self._database.transaction() as connection:
            _DOUBT.run(connection, which)

    def has_foreign(self, tool: ToolName) -> bool:
        """Say whether an item of a tool refers to what is nothing of the plan's."""
        with self._database.transaction() as connection:
            row = _FOREIGN.first(connection, {"plan": self._plan, "tool": tool})
        return row is not None

    def addresses(self, ids: Sequence[EntityId]) -> dict[EntityId, dict[ToolName, Address]]:
        """Return where the items of these entities can be opened, by tool."""
        addresses: dict[EntityId, dict[ToolName, Address]] = {}
        if not ids:
            return addresses
        which = {"plan": self._plan, "ids": listed(ids)}
        with self._database.transaction() as connection:
            for row in _ADDRESSES.rows(connection, which):
                presence = read_or(Presence, row.presence, Presence.PRESENT)
                of_one = addresses.setdefault(EntityId(row.entity), {})
                of_one[ToolName(row.tool)] = Address(row.url, presence)
        return addresses

    def mark_dirty(self, tool: ToolName, ids: Iterable[EntityId]) -> None:
        """Mark entities as to be decided anew in a tool."""
        rows = [
            {"plan": self._plan, "tool": tool, "entity": entity, "stamp": _stamp()}
            for entity in ids
        ]
        if not rows:
            return
        with self._database.transaction() as connection:
            _TOUCH.run_all(connection, rows)

    def mark_all_dirty(self, tool: ToolName) -> None:
        """Mark everything there is as to be decided anew in a tool."""
        with self._database.transaction() as connection:
            row = {"plan": self._plan, "tool": tool, "stamp": _stamp()}
            _TOUCH_ALL.run(connection, row)

    def mark_referrers_dirty(
        self, tool: ToolName, target: EntityId, field: str | None = None
    ) -> None:
        """Mark everything that refers to ``target`` (in this field) as to be decided."""
        statement = _TOUCH_REFERRERS if field is None else _TOUCH_BY_FIELD
        with self._database.transaction() as connection:
            statement.run(connection, self._aimed(tool, target, field))

    def add_referrers(self, tool: ToolName, target: EntityId) -> None:
        """Mark what refers to ``target`` in a tool, but for what is marked already.

        For the tool's own lane alone, which has recorded by then what became of its writes.
        """
        with self._database.transaction() as connection:
            _ADD_REFERRERS.run(connection, self._aimed(tool, target, None))

    def _aimed(
        self, tool: ToolName, target: EntityId, field: str | None
    ) -> dict[str, str | int | None]:
        return {
            "plan": self._plan,
            "tool": tool,
            "target": target,
            "field": field,
            "stamp": _stamp(),
        }

    def dirty(self, tool: ToolName) -> dict[EntityId, int]:
        """Return the entities to be decided in a tool, with their stamps."""
        which = {"plan": self._plan, "tool": tool}
        with self._database.transaction() as connection:
            return {EntityId(row[0]): row[1] for row in _TOUCHED.rows(connection, which)}

    def clear_dirty(self, tool: ToolName, stamps: Mapping[EntityId, int]) -> None:
        """Take entities off, unless they were marked again since these stamps."""
        if not stamps:
            return
        which = {"p": self._plan, "t": tool, "marks": json.dumps(list(stamps.items()))}
        with self._database.transaction() as connection:
            _CLEAR_DIRTY.run(connection, which)

    def every(self) -> Iterator[Link]:
        """Return all links in all tools."""
        with self._database.transaction() as connection:
            rows = _EVERY.rows(connection, {"plan": self._plan})
        return (self._read(row) for row in rows)

    def _read(self, row: Any) -> Link:
        """Return a link; of one that can't be read, that the tool holds the entity."""
        link = self.damaged.read(row, f"{row.tool} {row.entity}", _link, of=row.tool)
        return _husk(row) if link is None else link

    def _row(self, link: Link) -> dict[str, Any]:
        return {
            "plan": self._plan,
            "tool": link.tool,
            "entity": link.entity,
            "kind": link.kind,
            "remote": link.remote,
            "presence": link.presence,
            "url": link.url,
            "version": link.version,
            "mark": link.mark,
            "edited_at": moment_text(link.edited_at),
            "completions": link.completions,
            "fingerprint": link.content_hash,
            "base": dump_fields(link.base),
            "settled": dump_fields(link.normalised),
            "previous": json.dumps(dict(link.before_write)) if link.before_write else "{}",
            "extra": json.dumps(dict(link.extra)) if link.extra else "{}",
            "foreign_refs": dump_foreign(link.foreign),
        }


def _stamp() -> int:
    """Return a number that no other mark has; several processes may mark."""
    return secrets.randbits(62)


def _husk(row: Any) -> Link:
    return Link(
        tool=ToolName(row.tool),
        entity=EntityId(row.entity),
        kind=read_or(Kind, row.kind, Kind.TASK),
        remote=RemoteId(row.remote),
        presence=read_or(Presence, row.presence, Presence.PRESENT),
        url=row.url,
        damaged=True,
    )


def _link(row: Any) -> Link:
    kind = Kind(row.kind)
    return Link(
        tool=ToolName(row.tool),
        entity=EntityId(row.entity),
        kind=kind,
        remote=RemoteId(row.remote),
        presence=Presence(row.presence),
        url=row.url,
        version=row.version,
        mark=row.mark,
        edited_at=moment_of(row.edited_at),
        completions=row.completions,
        content_hash=row.fingerprint,
        base=load_fields(kind, row.base),
        normalised=load_fields(kind, row.settled),
        before_write=json.loads(row.previous),
        extra=json.loads(row.extra),
        foreign=load_foreign(row.foreign_refs),
    )
