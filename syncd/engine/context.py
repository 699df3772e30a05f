"""What every step of a cycle works with; the stored plan as the rules read it."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from syncd.clock import Clock
from syncd.engine.tool import Audience, Tool, ToolFault
from syncd.engine.translate import SkillLabels, Translator, as_label
from syncd.model.entities import Block, Entity, Kind, Review, kind_of
from syncd.model.ids import EntityId, RemoteId, ToolName, new_id
from syncd.model.plan import Part
from syncd.model.remote import EXTRA_FIELDS, LINKS, PAGE_CONTENT, PAGE_URL, Carried
from syncd.model.schema import DEFAULTS, Fields, fields_of
from syncd.schedule.problem import Preferences
from syncd.store.rows import Address, Link
from syncd.store.store import Store
from syncd.sync.decide import Presence


class StoredPlanView:
    """A ``PlanView`` over the store; remembers single entities until it is dropped."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[EntityId, Entity | None] = {}

    def learn(self, ids: Iterable[EntityId]) -> None:
        """Read many entities at once."""
        missing = [entity_id for entity_id in set(ids) if entity_id not in self._seen]
        records = self._store.plan.many(missing)
        for entity_id in missing:
            record = records.get(entity_id)
            self._seen[entity_id] = record.entity if record else None

    def known(self, entities: Iterable[Entity]) -> None:
        """Take these as read."""
        self._seen.update({entity.id: entity for entity in entities})

    def get(self, entity_id: EntityId) -> Entity | None:
        """Return an entity, archived ones too."""
        if entity_id not in self._seen:
            self.learn([entity_id])
        return self._seen[entity_id]

    def referring(self, target: EntityId, kind: Kind, field: str) -> Iterable[Entity]:
        """Return the live entities of ``kind`` whose ``field`` is or holds ``target``."""
        ids = self._store.plan.referring(target, field)
        kinds = self._store.plan.kinds(ids)
        live = [entity_id for entity_id in ids if kinds.get(entity_id) == (kind, False)]
        self.learn(live)
        entities = (self._seen[entity_id] for entity_id in live)
        return [entity for entity in entities if entity is not None]

    def parts_of(self, goal: EntityId) -> Iterable[Part]:
        """Return all live milestones and tasks of a goal."""
        return self._store.plan.parts_of(goal)

    def of_kind(self, kind: Kind) -> Iterable[Entity]:
        """Return the live entities of a kind."""
        return [record.entity for record in self._store.plan.every(kind, archived=False)]


def today(clock: Clock, zone: str) -> date:
    """Return the calendar day in the plan's zone."""
    return clock.now().astimezone(ZoneInfo(zone)).date()


Body = tuple[tuple[str, str], ...]


def page_content(entity: Entity) -> Body:
    """Return pairs of a style and a text, as ``PAGE_CONTENT`` tells; () where there is nothing."""
    if not isinstance(entity, Review) or not entity.facts:
        return ()
    # most commands show no review, and what renders one takes its time to import
    from syncd.review.facts import facts_from
    from syncd.review.render.page import outline, page

    try:
        whole = page(facts_from(entity.facts))
    except ValueError:
        return ()  # the facts of another syncd: they are made again
    # what it asks at its end is what the page asks by its prompts
    return outline(replace(whole, sections=whole.sections[:-1]))


SCHEDULE = ToolName("schedule")
"""In its name the plan's entities are marked that ask for another look at the blocks."""
_OWNER, _DOUBTED, _ADDRESSES = "engine", "doubted", "gives_address"


@dataclass
class Context:
    """The parts of a running syncd, and what one cycle looks up once.

    ``known`` are the tools to be told of changes; those of ``tools`` unless given.
    ``preferences``: how the person wants their time planned; None: it is not planned.
    ``titles``: what a person calls the tools that are known.
    ``faults``: tools whose connectors failed while another tool was worked at.
    """

    store: Store
    clock: Clock
    rng: random.Random
    zone: str
    tools: dict[ToolName, Tool]
    known: tuple[ToolName, ...] = ()
    preferences: Preferences | None = None
    titles: Mapping[ToolName, str] = field(default_factory=dict)
    faults: dict[ToolName, Exception] = field(default_factory=dict)
    _empty: dict[tuple[ToolName, Kind], dict[str, Any]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[ToolName, ...]:
        """Return the names of the tools that must hear of every change."""
        return self.known or tuple(self.tools)

    def make_id(self) -> EntityId:
        """Return a fresh id."""
        return new_id(self.clock.now(), self.rng.randbytes(10))

    @property
    def absent(self) -> tuple[ToolName, ...]:
        """Return the names of the tools that are switched on and could not be made (yet)."""
        return tuple(name for name in self.names if name not in self.tools)

    @property
    def audience(self) -> Audience:
        """Return who is to hear of what changes in a tool."""
        return Audience(tuple(self.tools.values()), self.absent)

    def title_of(self, name: ToolName) -> str:
        """Return what a person calls a tool."""
        known = self.tools.get(name)
        return known.title if known is not None else self.titles.get(name, name)

    @property
    def addressing(self) -> Tool | None:
        """Return the tool that gives addresses, if one does."""
        return next(
            (tool for tool in self.tools.values() if tool.connector.provides_urls), None
        )

    def carried(self, tool: Tool, kind: Kind) -> Carried | None:
        """Return how a tool carries a kind, where another one is worked at."""
        try:
            return tool.connector.capabilities.get(kind)
        except ToolFault as fault:
            self.faults[fault.tool] = fault.error
            return None

    def may_address(self) -> tuple[ToolName, ...]:
        """Return the absent tools one of which may be the one that gives addresses."""
        if self.addressing is not None:
            return ()
        return tuple(name for name in self.absent if self._addresses_of(name) is not False)

    def leads_to(self, url: str) -> RemoteId | None:
        """Return which item of the tool that gives addresses this one leads to.

        Raises ``LookupError`` where that can't be told now.
        """
        tool = self.addressing
        if tool is None:
            if self.may_address():
                self.doubt()
                raise LookupError(url)
            return None
        try:
            return tool.connector.id_from_url(url)
        except ToolFault as fault:
            self.faults[fault.tool] = fault.error
            self.doubt()
            raise LookupError(url) from fault

    def doubt(self) -> None:
        """Something was decided without knowing an address: all is decided again later."""
        if not self.store.tools.recall(_OWNER, _DOUBTED):
            self.store.tools.remember(_OWNER, _DOUBTED, value=True)

    def joined(self, tool: Tool) -> bool:
        """Take a tool in that was made; return whether all is to be decided again."""
        self.tools[tool.name] = tool
        gives, tools = bool(tool.connector.provides_urls), self.store.tools
        if self._addresses_of(tool.name) is not gives:
            tools.remember(f"{_OWNER}:{tool.name}", _ADDRESSES, gives)
        if self.may_address() or not tools.recall(_OWNER, _DOUBTED):
            return False
        tools.remember(_OWNER, _DOUBTED, value=False)
        return True

    def _addresses_of(self, name: ToolName) -> Any:
        return self.store.tools.recall(f"{_OWNER}:{name}", _ADDRESSES)

    def in_order(self) -> list[Tool]:
        """Return the tools, the one that gives addresses first, else by name."""
        return sorted(
            self.tools.values(), key=lambda tool: (not tool.connector.provides_urls, tool.name)
        )

    def empty(self, tool: Tool, kind: Kind) -> dict[str, Any]:
        """Return what a tool shows of an entity that nobody has filled in."""
        key = (tool.name, kind)
        if key not in self._empty:
            fields = {**DEFAULTS[kind], PAGE_URL: None, LINKS: "", PAGE_CONTENT: ()}
            self._empty[key] = tool.connector.fit(kind, fields)
        return self._empty[key]

    def shown(self, tool: Tool, entity: Entity, beside: "Beside | None" = None) -> Fields:
        """Return the fields that a tool is to show, in the plan's terms.

        beside: what was looked up for many entities at once.
        """
        kind = kind_of(entity)
        fields: dict[str, Any] = fields_of(entity)
        carried = tool.connector.capabilities[kind].fields
        if carried.isdisjoint(EXTRA_FIELDS) and not as_label(tool, kind):
            return fields
        known = beside or Beside(self.store)
        if PAGE_URL in carried:
            fields[PAGE_URL] = self._address(entity.id, known)
        if LINKS in carried:
            fields[LINKS] = self._addresses(entity, known)
        if PAGE_CONTENT in carried:
            fields[PAGE_CONTENT] = page_content(entity)
        if as_label(tool, kind):
            fields["labels"] = known.skills.added(fields["labels"], fields["skill"])
        return fields

    def fit(
        self,
        tool: Tool,
        entity: Entity,
        translator: Translator,
        link: Link | None,
        beside: "Beside | None" = None,
    ) -> dict[str, Any]:
        """Return what a tool can hold of an entity, with remote ids for references.

        link: the item as it is known there, if it is. beside: what was looked up for many
        entities at once.
        """
        kind = kind_of(entity)
        base = link.base if link is not None else None
        there = link is not None and link.presence is Presence.PRESENT
        foreign = link.foreign if there and link is not None else None
        fields = translator.to_remote(kind, self.shown(tool, entity, beside), base, foreign)
        fit = tool.connector.fit(kind, fields)
        if PAGE_URL in fit and base and self._same_page(fit[PAGE_URL], base.get(PAGE_URL)):
            fit[PAGE_URL] = base[PAGE_URL]
        if LINKS in fit and base:
            fit[LINKS] = self._same_pages(str(fit[LINKS] or ""), str(base.get(LINKS) or ""))
        return fit

    def _addresses(self, entity: Entity, known: "Beside") -> str:
        """Return where a block's task can be opened, a line for each tool."""
        task = entity.task if isinstance(entity, Block) else None
        links = known.addresses(task) if task else {}
        return "\n".join(
            f"{name.capitalize()} {link.url}"
            for name, link in sorted(links.items())
            if link.url and link.presence is Presence.PRESENT
        )

    def _same_pages(self, wanted: str, shown: str) -> str:
        """Return lines of addresses as they stand, where they lead to the same pages."""
        new, old = wanted.splitlines(), shown.splitlines()
        if len(new) != len(old):
            return wanted
        pairs = list(zip(new, old, strict=True))
        return shown if all(self._same_line(*pair) for pair in pairs) else wanted

    def _same_line(self, line: str, other: str) -> bool:
        tool, _, address = line.partition(" ")
        its, _, old = other.partition(" ")
        return line == other or (tool == its and self._same_page(address, old))

    def _same_page(self, address: Any, other: Any) -> bool:
        """Say whether two addresses lead to one page, whatever title they spell out."""
        if not address or not other or address == other:
            return bool(address) and address == other
        try:
            page = self.leads_to(address)
            return page is not None and page == self.leads_to(other)
        except LookupError:  # nobody can tell: what the tool shows stays
            return True

    def _address(self, entity: EntityId, known: "Beside") -> str | None:
        """Return where the entity's page is; without such a tool, its bare key."""
        tool = self.addressing
        names = (tool.name,) if tool is not None else self.may_address()
        if not names:
            return f"syncd:{entity}"
        if tool is None:
            self.doubt()
        links = known.addresses(entity)
        return next(
            (links[name].url for name in names if name in links and links[name].url), None
        )


@dataclass(slots=True)
class Beside:
    """What tools show beside an entity's own fields, looked up once: addresses, skills."""

    store: Store
    skills: SkillLabels = field(init=False)
    _addresses: dict[EntityId, dict[ToolName, Address]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.skills = SkillLabels(self.store)

    def learn(self, ids: Iterable[EntityId]) -> None:
        """Look up where many entities' items can be opened."""
        missing = [entity for entity in set(ids) if entity not in self._addresses]
        addresses = self.store.links.addresses(missing)
        self._addresses.update({entity: addresses.get(entity, {}) for entity in missing})

    def addresses(self, entity: EntityId) -> dict[ToolName, Address]:
        """Return where an entity's items can be opened, by tool."""
        if entity not in self._addresses:
            self.learn([entity])
        return self._addresses[entity]
