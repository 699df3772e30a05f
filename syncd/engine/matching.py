"""Matching a tool's items that have no link, and making entities of the new ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from syncd.engine.context import Context, StoredPlanView
from syncd.engine.pull import PullResult
from syncd.engine.tool import Tool
from syncd.engine.translate import Translator
from syncd.engine.unit_of_work import UnitOfWork
from syncd.model.entities import REFERENCE_ORDER, Kind
from syncd.model.ids import EntityId, RemoteId, ToolName
from syncd.model.remote import Remote
from syncd.model.rules.world import at_rest
from syncd.model.schema import (
    DEFAULTS,
    FIELDS,
    REFERENCE_FIELDS,
    Fields,
    entity_from,
    fields_of,
)
from syncd.model.values import GoalStatus, ResourceStatus
from syncd.store.rows import Link, Record
from syncd.sync.decide import Presence
from syncd.sync.match import How, Match, MatchIndex, Waiting, match_items
from syncd.sync.merge import Author, lift

_CLOSED = frozenset(
    {GoalStatus.DONE, GoalStatus.PAUSED, GoalStatus.DROPPED, ResourceStatus.FINISHED}
)
KEY = "syncd:"
"""How a tool without an address to show carries an entity's id."""


@dataclass
class ItemMatcher:
    """Decides what one tool's unlinked items are, and links them.

    ``observed`` are the tools that were read in this cycle.
    """

    context: Context
    work: UnitOfWork
    observed: set[ToolName]
    waits: bool = False
    matched: list[str] = field(default_factory=list)
    _translator: Translator | None = field(default=None)
    _made: dict[RemoteId, Link] = field(default_factory=dict)
    _moved: set[EntityId] = field(default_factory=set)

    def link_all(self, pulled: PullResult) -> PullResult:
        """Link every item that is recognised or new; return the result with those links.

        matched: in words, which of them the plan had already.
        """
        fresh = [item for item in pulled.changed if item.id not in pulled.links]
        fresh = [item for item in fresh if not self._may_be_damaged(item)]
        if not fresh:
            return pulled
        self._translator = Translator.of(self.context.store, pulled.tool)
        known = MatchIndex(
            holder=lambda entity: self._holder(pulled, entity),
            claimable=self._claimable,
            by_link=self._by_link,
            named=self._named,
            alike=self._alike,
        )
        for kind in _kinds_in_order(fresh):
            self._translator.forget()
            items = [item for item in fresh if item.kind is kind]
            for verdict in match_items(items, pulled.tool.connector.capabilities, known):
                if isinstance(verdict, Waiting):
                    self.waits = True
                    continue
                if self._link(pulled, verdict):
                    self.matched.append(_in_words(pulled.tool, verdict))
        return replace(
            pulled,
            links={**pulled.links, **self._made},
            gone=tuple(link for link in pulled.gone if link.entity not in self._moved),
        )

    def _may_be_damaged(self, item: Remote) -> bool:
        """Say whether an item may stand for a record that can't be read: it waits, for it
        would be made a second time, or put in that one's place."""
        plan = self.context.store.plan
        if item.mark:
            plan.kinds([item.mark])
            plan.get(item.mark)
        try:
            linked = self._by_link(item.link) if item.link else None
        except LookupError:
            linked = None
        may_be_damaged = item.mark in plan.damaged or linked in plan.damaged
        may_be_damaged = may_be_damaged or plan.damaged_titled(
            str(item.fields.get("title") or "")
        )
        self.waits = self.waits or may_be_damaged
        return may_be_damaged

    def _link(self, pulled: PullResult, verdict: Match) -> bool:
        """Link one item; return whether the plan had its entity already."""
        item, tool = verdict.remote, pulled.tool
        entity = verdict.entity or self.context.make_id()
        record = self.work.records.get(entity) or self.context.store.plan.get(entity)
        existed = record is not None
        if record is None:
            self.work.make(self._fresh(pulled, item, entity), tool.title)
        before = self._gone_link(pulled, entity)
        if before is not None:
            self._moved.add(entity)
        link = Link(
            tool=tool.name,
            entity=entity,
            kind=item.kind,
            remote=item.id,
            mark=item.mark,
            completions=item.completions,
            base=before.base if before else self.context.empty(tool, item.kind),
        )
        self._made[item.id] = link
        self.context.store.links.save([link])
        self.context.store.links.mark_referrers_dirty(tool.name, entity)
        self.context.store.links.doubt_referrers(tool.name, item.id)
        return existed and verdict.how is How.ALIKE

    def _fresh(self, pulled: PullResult, item: Remote, entity: EntityId) -> Record:
        """Make an entity of an item, as its user filled it in."""
        assert self._translator is not None  # noqa: S101  # made at the start of adopt
        tool = pulled.tool
        carried = tool.connector.capabilities[item.kind]
        seen = self._translator.to_plan(item.kind, item.fields)[0]
        field_names = carried.editable | _keys(tool, item.kind)
        given = {
            name: lift(value, None, self.context.zone)
            for name, value in seen.items()
            if name in field_names and value != DEFAULTS[item.kind][name]
        }
        created = pulled.our_time(item.created_at) or self.context.clock.now()
        author = Author(by=tool.title, at=pulled.our_time(item.edited_at))
        return Record(
            entity=entity_from(item.kind, entity, created, given),
            authors=dict.fromkeys(given, author),
        )

    def _holder(self, pulled: PullResult, entity: EntityId) -> RemoteId | None:
        """Return the item that stands for an entity; one that is gone by now holds nothing.

        Who copies an item and deletes the first has one item still, and means the same.
        """
        link = self.context.store.links.of_entity(entity).get(pulled.tool.name)
        if link is None or link.presence not in (Presence.PRESENT, Presence.UNCONFIRMED):
            return None
        return None if self._gone_link(pulled, entity) else link.remote

    def _gone_link(self, pulled: PullResult, entity: EntityId) -> Link | None:
        """Return the link of an entity whose item is gone, unless another took its place."""
        gone = (link for link in pulled.gone if link.entity == entity)
        return None if entity in self._moved else next(gone, None)

    def _claimable(self, kind: Kind, entity: EntityId) -> bool:
        known = self.context.store.plan.kinds([entity]).get(entity)
        return known is None or known == (kind, False)

    def _by_link(self, link: str) -> EntityId | None:
        if link.startswith(KEY):
            return EntityId(link.removeprefix(KEY))
        remote, addressing = self.context.leads_to(link), self.context.addressing
        if remote is None or addressing is None:
            return None
        links = self.context.store.links.by_remote(addressing.name, [remote])
        if remote in links:
            return links[remote].entity
        if addressing.name not in self.observed:
            raise LookupError(link)  # only who was read just now can tell that it is nothing
        return None

    def _named(self, item: Remote) -> bool:
        """Say whether an item is called as the entity is that its mark or link names."""
        try:
            entity = item.mark or (self._by_link(item.link) if item.link else None)
        except LookupError:
            return False
        record = self.context.store.plan.get(entity) if entity else None
        return record is not None and record.entity.title == item.fields.get("title")

    def _open(self, record: Record, item: Remote) -> bool:
        """Say whether an entity could be found again by its title: both are still open.

        What is done, what syncd took out of the tool, and what was deleted there, is not
        what a person adds who gives something the same name again.
        """
        entity = record.entity
        if _closed(fields_of(entity)) or _closed(item.fields):
            return False
        if at_rest(entity, StoredPlanView(self.context.store)):
            return False
        assert self._translator is not None  # noqa: S101  # made at the start of adopt
        tool = self._translator.tool
        return tool not in self.context.store.links.of_entity(entity.id)

    def _alike(self, item: Remote) -> Sequence[EntityId]:
        """Return entities of the same kind, title and parent; an unknown parent fits
        where only one entity could be meant."""
        title = str(item.fields.get("title") or "")
        titled = self.context.store.plan.titled(item.kind, title) if title else []
        records = [record for record in titled if self._open(record, item)]
        if "goal" not in FIELDS[item.kind] or item.kind not in (Kind.MILESTONE, Kind.TASK):
            return [record.entity.id for record in records]
        assert self._translator is not None  # noqa: S101  # made at the start of adopt
        goal = self._translator.to_plan(item.kind, item.fields)[0].get("goal")
        same = [record.entity.id for record in records if _goal(record) == goal]
        if same or len(records) != 1:
            return same
        only = records[0]
        return [only.entity.id] if goal is None or _goal(only) is None else []


def _closed(fields: Fields) -> bool:
    """Say whether what has these fields is done, or at rest."""
    return fields.get("done") is True or fields.get("status") in _CLOSED


def _keys(tool: Tool, kind: Kind) -> set[str]:
    """Return the fields in which a tool keeps ids of what it does not carry itself."""
    capabilities = tool.connector.capabilities
    return {spec.name for spec in REFERENCE_FIELDS[kind] if spec.target not in capabilities}


def _goal(record: Record) -> object:
    return fields_of(record.entity).get("goal")


def _kinds_in_order(items: Sequence[Remote]) -> list[Kind]:
    present = {item.kind for item in items}
    return [kind for kind in REFERENCE_ORDER if kind in present]


def _in_words(tool: Tool, verdict: Match) -> str:
    title = verdict.remote.fields.get("title", verdict.remote.id)
    return f"{tool.title}: '{title}' is the plan's own ({verdict.remote.kind})"
