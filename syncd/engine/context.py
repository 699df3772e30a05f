"""What every step of a cycle works with."""

import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from syncd.clock import Clock
from syncd.engine.bodies import body
from syncd.engine.skill_labels import SkillLabels, as_label
from syncd.engine.tool import Tool
from syncd.engine.translate import Translator
from syncd.model.entities import Block, Entity, Kind, kind_of
from syncd.model.ids import EntityId, ToolName, new_id
from syncd.model.remote import BODY, LINK, LINKS
from syncd.model.schema import DEFAULTS, Fields, fields_of
from syncd.schedule.preferences import Preferences
from syncd.store.rows import Link
from syncd.store.store import Store
from syncd.sync.decide import Presence


@dataclass
class Context:
    """The parts of a running syncd, and what one cycle looks up once.

    ``known`` are the tools to be told of changes; those of ``tools`` unless given.
    ``preferences``: how the person wants their time planned; None: it is not planned.
    """

    store: Store
    clock: Clock
    rng: random.Random
    zone: str
    tools: dict[ToolName, Tool]
    known: tuple[ToolName, ...] = ()
    preferences: Preferences | None = None
    _empty: dict[tuple[ToolName, Kind], dict[str, Any]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[ToolName, ...]:
        """Return the names of the tools that must hear of every change."""
        return self.known or tuple(self.tools)

    def make_id(self) -> EntityId:
        """Return a fresh id."""
        return new_id(self.clock.now(), self.rng.randbytes(10))

    @cached_property
    def addressing(self) -> Tool | None:
        """Return the tool that gives addresses, if one does."""
        return next((one for one in self.tools.values() if one.connector.gives_address), None)

    def in_order(self) -> list[Tool]:
        """Return the tools, the one that gives addresses first, else by name."""
        return sorted(
            self.tools.values(), key=lambda one: (not one.connector.gives_address, one.name)
        )

    def empty(self, tool: Tool, kind: Kind) -> dict[str, Any]:
        """Return what a tool shows of an entity that nobody has filled in."""
        key = (tool.name, kind)
        if key not in self._empty:
            fields = {**DEFAULTS[kind], LINK: None, LINKS: "", BODY: ()}
            self._empty[key] = tool.connector.fit(kind, fields)
        return self._empty[key]

    def shown(self, tool: Tool, entity: Entity) -> Fields:
        """Return the fields that a tool is to show, in the plan's terms."""
        kind = kind_of(entity)
        fields: dict[str, Any] = fields_of(entity)
        if LINK in tool.connector.carries[kind].fields:
            fields[LINK] = self._address(entity.id)
        if LINKS in tool.connector.carries[kind].fields:
            fields[LINKS] = self._addresses(entity)
        if BODY in tool.connector.carries[kind].fields:
            fields[BODY] = body(entity)
        if as_label(tool, kind):
            labels = SkillLabels(self.store)
            fields["labels"] = labels.added(fields["labels"], fields["skill"])
        return fields

    def fit(
        self, tool: Tool, entity: Entity, translator: Translator, link: Link | None
    ) -> dict[str, Any]:
        """Return what a tool can hold of an entity, with remote ids for references.

        link: the item as it is known there, if it is.
        """
        kind = kind_of(entity)
        base = link.base if link is not None else None
        there = link is not None and link.presence is Presence.PRESENT
        foreign = link.foreign if there and link is not None else None
        fields = translator.to_remote(kind, self.shown(tool, entity), base, foreign)
        fit = tool.connector.fit(kind, fields)
        if LINK in fit and base and self._same_page(fit[LINK], base.get(LINK)):
            fit[LINK] = base[LINK]
        if LINKS in fit and base:
            fit[LINKS] = self._same_pages(str(fit[LINKS] or ""), str(base.get(LINKS) or ""))
        return fit

    def _addresses(self, entity: Entity) -> str:
        """Return where a block's task can be opened, a line for each tool."""
        task = entity.task if isinstance(entity, Block) else None
        links = self.store.links.of_entity(task) if task else {}
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

    def _same_line(self, one: str, other: str) -> bool:
        tool, _, address = one.partition(" ")
        its, _, old = other.partition(" ")
        return one == other or (tool == its and self._same_page(address, old))

    def _same_page(self, one: Any, other: Any) -> bool:
        """Say whether two addresses lead to one page, whatever title they spell out."""
        if not one or not other or self.addressing is None:
            return False
        leads_to = self.addressing.connector.addressed
        return leads_to(one) is not None and leads_to(one) == leads_to(other)

    def _address(self, entity: EntityId) -> str | None:
        """Return where the entity's page is; without such a tool, its bare key."""
        if self.addressing is None:
            return f"syncd:{entity}"
        link = self.store.links.of_entity(entity).get(self.addressing.name)
        return link.url if link is not None and link.url else None
